"""Contacts whose company is none any more, as it could be before that was refused (domain A11)."""

from __future__ import annotations

import pytest

from application.contacts import stream_of
from application.journal import Changes
from domain.contact import ContactChanged, ContactChanges, KnownContact
from domain.errors import InvalidRequest
from tests.projections.conftest import ANN, Desk


@pytest.fixture
def person(service: Desk) -> KnownContact:
    """A person of a company that has become a person."""
    company = service.contact("CT1")
    person = service.contact("CT2", type="person", name="Bo", company_no="CT1")
    became = ContactChanged(
        "CT1", company.key, ContactChanges(type="person", company_no=None, company_key=None)
    )
    service.journal.record(ANN, Changes(stream_of("CT1"), company.version, [became]))
    return person


def test_its_people_can_still_opt_out(service: Desk, person: KnownContact) -> None:
    changed, _ = service.contacts.change(ANN, person.no, ContactChanges(exclude_from_segment=True))
    assert (changed.value.exclude_from_segment, changed.value.company_no) == (True, "CT1")


def test_it_cannot_be_named_as_a_company(service: Desk, person: KnownContact) -> None:
    with pytest.raises(InvalidRequest, match="there is no company CT1"):
        service.contacts.change(ANN, person.no, ContactChanges(company_no="CT1"))
