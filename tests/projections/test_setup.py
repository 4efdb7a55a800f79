"""The set-up while it names a code that is gone, as can happen when both change at once (domain A11)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from application.journal import Changes
from domain import records
from domain.errors import InvalidRequest
from domain.interaction_template import InteractionTemplateSetup
from domain.records import RecordKind
from domain.setup import Setup
from tests.projections.conftest import ANN, Desk


def vanish(service: Desk, kind: RecordKind, code: str) -> None:
    """Delete a code that is used, as a command does that ran at the same time."""
    record = service.records.get(kind, code)
    service.journal.record(ANN, Changes(kind.stream(code), record.version, records.delete(kind, record)))


def test_its_other_values_can_be_changed(service: Desk) -> None:
    service.record(records.SALESPERSON, "JR", name="John Roberts")
    service.records.change_setup(ANN, lambda _: Setup(default_salesperson_code="JR"))
    vanish(service, records.SALESPERSON, "JR")

    service.records.change_setup(ANN, lambda known: replace(known, default_language_code="NLD"))

    assert service.records.setup().default_language_code == "NLD"
    with pytest.raises(InvalidRequest, match="there is no salesperson BO"):
        service.records.change_setup(ANN, lambda known: replace(known, default_salesperson_code="BO"))


def test_other_templates_can_be_chosen(service: Desk) -> None:
    service.codes()
    service.record(records.INTERACTION_TEMPLATE, "CALL", interaction_group_code="LETTER")
    service.records.put_template_setup(ANN, InteractionTemplateSetup(outgoing_calls="CALL"))
    vanish(service, records.INTERACTION_TEMPLATE, "CALL")

    chosen = replace(service.records.template_setup(), emails="MAIL")
    service.records.put_template_setup(ANN, chosen)

    assert service.records.template_setup() == chosen
    with pytest.raises(InvalidRequest, match="there is no interaction template NONE") as refusal:
        service.records.put_template_setup(ANN, replace(chosen, cover_sheets="NONE", emails=None))
    assert [place for place, _ in refusal.value.problems] == [("cover_sheets",)]
