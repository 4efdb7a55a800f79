"""A command finds what was recorded a moment ago, though no read model was fed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from application import looking_up
from application.logging_segments import OnlyEntries
from application.papers import Part, Printed
from domain import records
from domain.contact import ContactChanges
from domain.errors import ContactOnSegment, InUse, NotFound, NotYetProjected, ParentCanceled
from domain.interaction import InteractionValues
from domain.interaction_template import InteractionTemplateSetup
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.task import TaskChanges
from tests.projections.conftest import ANN, Desk

NOW: dict[str, Any] = {"postponed": False, "deliver": False}


def a_call(contact_no: str) -> InteractionValues:
    return InteractionValues(
        contact_no=contact_no,
        interaction_template_code="MAIL",
        salesperson_code="JR",
        description="Called",
        campaign_no="CP1",
    )


COMMANDS: dict[str, Callable[[Desk, int, int], object]] = {
    "cancel an entry": lambda service, _, entry: service.interactions.cancel(ANN, entry, canceled=True),
    "evaluate entries": lambda service, _, entry: service.interactions.evaluate(ANN, [entry], "positive"),
    "comment an entry": lambda service, _, entry: service.interactions.comment(ANN, entry, "Nice"),
    "cancel a logged segment": lambda service, logged, _: service.interactions.cancel_logged_segment(
        ANN, logged, canceled=True
    ),
    "hold its letters up": lambda service, logged, _: service.resending.pause(ANN, logged, paused=True),
    "cancel a campaign entry": lambda service, *_: service.interactions.cancel_campaign_entry(
        ANN, 1, canceled=True
    ),
    "follow up": lambda service, logged, _: service.logging.follow_up(
        ANN, logged, description=None, only=None, keep_template=False, respect_exclusion=True
    ),
    "reuse a logged segment": lambda service, logged, _: service.selecting.reuse_logged_segment(
        ANN, service.segment("SM2"), logged, respect_exclusion=True
    ),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_what_was_just_logged(service: Desk, command: Callable[[Desk, int, int], object]) -> None:
    service.codes()
    service.put(service.segment(campaign_no="CP1"), service.contact())
    event = service.log_segment("SM1")
    command(service, event.entry_no, event.first_interaction_no)


def test_a_comment_that_was_just_made_is_changed(service: Desk) -> None:
    service.codes()
    service.put(service.segment(), service.contact())
    entry_no = service.log_segment("SM1").first_interaction_no
    service.interactions.comment(ANN, entry_no, "Nice")
    service.interactions.change_comment(ANN, entry_no, 1, "Very nice")


def test_an_entry_stays_canceled_under_a_campaign_entry_that_was_just_canceled(service: Desk) -> None:
    service.codes()
    entry_no, *_ = service.single_interactions.create(ANN, a_call(service.contact().no), **NOW)
    service.interactions.cancel_campaign_entry(ANN, 1, canceled=True)
    with pytest.raises(ParentCanceled):
        service.interactions.cancel(ANN, entry_no, canceled=False)


def test_canceled_entries_are_deleted_though_they_were_just_canceled(service: Desk) -> None:
    service.codes()
    service.put(service.segment(), service.contact())
    entry_no = service.log_segment("SM1").first_interaction_no
    service.interactions.cancel(ANN, entry_no, canceled=True)
    assert service.interactions.delete_canceled(ANN, {"entry_no": str(entry_no)})[0] == 1


def test_a_line_of_a_contact_that_was_just_registered_is_changed(service: Desk) -> None:
    service.put(service.segment_with({"contact": {"no": "NOBODY"}}), service.contact())
    service.segments.change_line(ANN, "SM1", 10_000, None, LineChanges(remarks="Bring clubs"))


def test_a_task_that_was_just_made_is_changed(service: Desk) -> None:
    event, _ = service.tasks.create(ANN, service.contact().no, TaskChanges(description="Call"))
    service.tasks.change(ANN, event.first_no, TaskChanges(description="Call back"))


def test_a_record_that_was_just_used_is_not_deleted(service: Desk) -> None:
    service.codes()
    service.record(records.MAILING_GROUP, "NEWS")
    service.contact(mailing_groups=("NEWS",))
    service.segments.create(ANN, "SM1", HeaderChanges(campaign_no="CP1"))
    for kind, code in ((records.MAILING_GROUP, "NEWS"), (records.CAMPAIGN, "CP1")):
        with pytest.raises(InUse):
            service.records.delete(ANN, kind, code)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(lambda service, no: service.contacts.delete(ANN, no), id="deleted"),
        pytest.param(
            lambda service, no: service.contacts.change(ANN, no, ContactChanges(type="company")), id="moved"
        ),
    ],
)
def test_who_was_just_put_on_a_new_segment_is_neither_deleted_nor_moved(
    service: Desk, command: Callable[[Desk, str], object]
) -> None:
    person = service.contact(type="person", name="Ann")
    service.segments.create(ANN, "SM1", HeaderChanges())
    service.put("SM1", person)
    with pytest.raises(ContactOnSegment):
        command(service, person.no)


def behind(service: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing is fed, and nobody waits long for it."""
    monkeypatch.setattr(service.read_models, "wait", service._wait)
    monkeypatch.setattr(looking_up, "CATCH_UP_SECONDS", 0.05)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            lambda desk, call: desk.single_interactions.create(ANN, call, **NOW), id="campaign entry"
        ),
        pytest.param(
            lambda desk, _: desk.interactions.cancel_campaign_entry(ANN, 1, canceled=True), id="cancel entry"
        ),
        pytest.param(
            lambda desk, _: desk.interactions.cancel_logged_segment(ANN, 1, canceled=True), id="cancel logged"
        ),
        pytest.param(lambda desk, _: desk.interactions.delete_canceled(ANN, {}), id="delete canceled"),
        pytest.param(
            lambda desk, _: desk.logging.follow_up(
                *(ANN, 1),
                description=None,
                only=OnlyEntries(canceled=False),
                keep_template=False,
                respect_exclusion=True,
            ),
            id="follow-up of some",
        ),
        pytest.param(
            lambda desk, _: desk.deleting.delete(ANN, records.CAMPAIGN, "CP1"), id="delete a record"
        ),
        pytest.param(lambda desk, _: desk.contacts.delete(ANN, "CT1"), id="delete a contact"),
    ],
)
def test_nothing_is_decided_on_less_than_was_recorded(
    service: Desk, monkeypatch: pytest.MonkeyPatch, command: Callable[[Desk, InteractionValues], object]
) -> None:
    service.codes()
    service.put(service.segment(), service.contact("CT1"))
    service.log_segment("SM1")
    service.catch_up()
    behind(service, monkeypatch)
    service.contact("CT2")
    before = service.log.position()
    with pytest.raises(NotYetProjected):
        command(service, a_call("CT1"))
    assert service.log.position() == before


def test_an_interaction_of_a_campaign_that_has_an_entry_waits_for_nobody(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.codes()
    said = a_call(service.contact().no)
    service.single_interactions.create(ANN, said, **NOW)
    service.catch_up()
    behind(service, monkeypatch)
    service.contact()
    _, value, _ = service.single_interactions.create(ANN, said, **NOW)
    assert value.campaign_entry_no == 1


def test_a_record_that_nothing_can_use_is_deleted_without_waiting(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.segment_with({"contact": {"no": "NOBODY"}})
    service.selecting.save_criteria(ANN, "SM1", "GOLF", None)
    behind(service, monkeypatch)
    service.deleting.delete(ANN, records.SAVED_CRITERIA, "GOLF")


def test_a_segment_is_logged_while_another_read_model_is_behind(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.codes()
    service.put(service.segment(), service.contact())
    service.catch_up()
    behind(service, monkeypatch)
    service.contact()
    options = {"send_attachments": False}
    assert service.logging.check(ANN, "SM1", **options) == (1, 0)
    service.logging.log(ANN, "SM1", create_follow_up=False, **options)


@pytest.mark.parametrize("command", ["follow up", "reuse a logged segment"])
def test_b14_a_logged_segment_that_was_just_deleted_is_there_for_nobody(
    service: Desk, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    service.codes()
    service.put(service.segment(), service.contact())
    event = service.log_segment("SM1")
    service.interactions.cancel_logged_segment(ANN, event.entry_no, canceled=True)
    service.catch_up()
    behind(service, monkeypatch)
    service.interactions.delete_logged_segment(ANN, event.entry_no)
    with pytest.raises(NotFound):
        COMMANDS[command](service, event.entry_no, event.first_interaction_no)


def test_b3_6_a_line_of_a_contact_that_was_just_registered_is_removed(service: Desk) -> None:
    service.put(service.segment_with({"contact": {"no": "NOBODY"}}), service.contact())
    segment, _ = service.segments.remove_line(ANN, "SM1", 10_000)
    assert segment.number_of_lines == 0


def test_b3_6_a_line_whose_contact_is_not_listed_yet_is_not_removed_for_now(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind(service, monkeypatch)
    service.put(service.segment_with({"contact": {"no": "NOBODY"}}), service.contact())
    with pytest.raises(NotYetProjected):
        service.segments.remove_line(ANN, "SM1", 10_000)


def test_b15_a_call_to_a_contact_that_was_just_registered_is_recorded(service: Desk) -> None:
    service.codes()
    service.records.put_template_setup(ANN, InteractionTemplateSetup(outgoing_calls="MAIL"))
    service.put(service.segment(), service.contact())
    called = service.recording.phone_call(ANN, "SM1", 10_000, InteractionValues(description="Called"), ())
    assert called.value.salesperson_code == "JR"


def test_b10_3_a_trial_of_logging_sees_what_was_just_recorded(service: Desk) -> None:
    service.codes()
    blocked = service.contact()
    service.put(service.segment(), blocked)
    service.put("SM1", service.contact())
    service.contacts.change(ANN, blocked.no, ContactChanges(privacy_blocked=True))
    assert service.logging.check(ANN, "SM1", send_attachments=False) == (1, 1)


def test_b18_4_cover_sheets_are_logged_while_others_record_interactions(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.codes()
    service.records.put_template_setup(ANN, InteractionTemplateSetup(cover_sheets="MAIL"))
    no = service.contact("CT1").no
    service.put(service.segment(campaign_no="CP1"), service.contact())
    fed = service.read_models.wait

    def meanwhile(position: int, timeout: float, names: Sequence[str] | None = None) -> bool:
        service.single_interactions.create(ANN, replace(a_call(no), campaign_no=None), **NOW)
        return fed(position, timeout, names)

    monkeypatch.setattr(service.read_models, "wait", meanwhile)
    service.papers.log_cover_sheets(ANN, "SM1", Printed(), Part())
