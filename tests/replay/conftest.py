"""The use cases on an empty database, as the tests of read models have them."""

from tests.projections.conftest import service

__all__ = ["service"]
