"""What is deleted while somebody else names it: one of them is decided again, and refused (B19, B20).

The first is held while it is being committed, so that the second is decided without it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import psycopg
import pytest

from application.contact_import import ContactImport, Row
from domain import records
from domain.campaign import Campaign
from domain.contact import ContactChanges
from domain.errors import ContactOnSegment, InUse, InvalidRequest, NotFound, Refused
from domain.interaction import InteractionValues
from domain.interaction_template import InteractionTemplate, InteractionTemplateSetup
from domain.records import RecordKind
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.setup import Setup
from domain.task import TaskChanges
from tests.eventstore.examples import delayed
from tests.projections.conftest import ANN, PATIENCE_SECONDS, SCHEMA, Desk, until

Command = Callable[[Desk], object]

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Giving(NamedTuple):
    """A command that names a code, the stream that it writes to, and how it is refused."""

    command: Command
    stream: str
    code: str
    kind: RecordKind


def one_after_the_other(service: Desk, first: Command, stream: str, second: Command) -> Refused | None:
    """The second command is decided while the first, which writes to the stream, is being committed."""
    with (
        ThreadPoolExecutor() as pool,
        psycopg.connect(service.log.conninfo) as holder,
        delayed(service.log.conninfo, stream, lock=1, schema=SCHEMA),
    ):

        def waiting(count: int) -> Callable[[], bool]:
            return lambda: service.rows(WAITING) == [{"count": count}]

        holder.execute("SELECT pg_advisory_xact_lock(1)")
        held = pool.submit(first, service)
        until(waiting(1), "the first is being committed")
        late = pool.submit(second, service)
        until(waiting(2), "the second waits for it")
        holder.rollback()
        held.result(PATIENCE_SECONDS)
        error = late.exception(PATIENCE_SECONDS)
    assert error is None or isinstance(error, Refused), error
    return error


def imported(service: Desk) -> None:
    row = Row(2, "NEW", {"name": "New", "mailing_groups": ("NEWS",)})
    result = ContactImport(service.journal, service.contacts, ANN).run([row])
    if result.rejected:
        raise InvalidRequest("rejected", result.rejected[0].problems)


GIVING = {
    "a group to a new contact": Giving(
        lambda desk: desk.contacts.register(ANN, "NEW", ContactChanges(name="New", mailing_groups=("NEWS",))),
        *("contact-NEW", "NEWS", records.MAILING_GROUP),
    ),
    "a group to a contact": Giving(
        lambda desk: desk.contacts.change(ANN, "CT1", ContactChanges(mailing_groups=("NEWS",))),
        *("contact-CT1", "NEWS", records.MAILING_GROUP),
    ),
    "a group to everybody on a segment": Giving(
        lambda desk: desk.mailing_groups.apply(ANN, "SM1", "NEWS", delete_old=False),
        *("contact-CT1", "NEWS", records.MAILING_GROUP),
    ),
    "a group by an import": Giving(imported, "contact-NEW", "NEWS", records.MAILING_GROUP),
    "a campaign to a new segment": Giving(
        lambda desk: desk.segments.create(ANN, "SM2", HeaderChanges(campaign_no="CP1")),
        *("segment-SM2", "CP1", records.CAMPAIGN),
    ),
    "a campaign to a segment": Giving(
        lambda desk: desk.segments.change_header(
            ANN, "SM1", HeaderChanges(campaign_no="CP1"), update_lines=False
        ),
        *("segment-SM1", "CP1", records.CAMPAIGN),
    ),
    "a salesperson to a line": Giving(
        lambda desk: desk.segments.change_line(ANN, "SM1", 10_000, None, LineChanges(salesperson_code="NEW")),
        *("segment-SM1", "NEW", records.SALESPERSON),
    ),
    "a template to a new line": Giving(
        lambda desk: desk.segments.add_line(
            ANN, "SM1", "CT2", LineChanges(interaction_template_code="OTHER")
        ),
        *("segment-SM1", "OTHER", records.INTERACTION_TEMPLATE),
    ),
    "a template to a task": Giving(
        lambda desk: desk.tasks.create(
            ANN, "CT1", TaskChanges(description="Call", interaction_template_code="OTHER")
        ),
        *("tasks-1", "OTHER", records.INTERACTION_TEMPLATE),
    ),
    "a campaign to an interaction": Giving(
        lambda desk: desk.single_interactions.create(
            ANN, InteractionValues(contact_no="CT1", campaign_no="CP1"), postponed=True, deliver=False
        ),
        *("interaction-1", "CP1", records.CAMPAIGN),
    ),
    "a group to a template": Giving(
        lambda desk: desk.records.put(
            ANN, records.INTERACTION_TEMPLATE, "NEW", InteractionTemplate(interaction_group_code="CALLS")
        ),
        *("interaction-template-NEW", "CALLS", records.INTERACTION_GROUP),
    ),
    "a salesperson to a campaign": Giving(
        lambda desk: desk.campaigns.put(ANN, "CP3", Campaign(salesperson_code="NEW"), activated=None),
        *("campaign-CP3", "NEW", records.SALESPERSON),
    ),
    "a salesperson to the set-up": Giving(
        lambda desk: desk.records.change_setup(ANN, lambda _: Setup(default_salesperson_code="NEW")),
        *("setup-SETUP", "NEW", records.SALESPERSON),
    ),
    "a template to the set-up": Giving(
        lambda desk: desk.records.put_template_setup(ANN, InteractionTemplateSetup(emails="OTHER")),
        *("interaction-template-setup-SETUP", "OTHER", records.INTERACTION_TEMPLATE),
    ),
}


@pytest.fixture(params=list(GIVING))
def giving(request: pytest.FixtureRequest) -> Giving:
    return GIVING[request.param]


@pytest.fixture
def desk(service: Desk) -> Desk:
    """One with a segment of two, and codes that nobody has been given."""
    service.codes()
    service.record(records.MAILING_GROUP, "NEWS")
    service.record(records.SALESPERSON, "NEW", name="New")
    service.record(records.INTERACTION_GROUP, "CALLS")
    service.record(records.INTERACTION_TEMPLATE, "OTHER", interaction_group_code="LETTER")
    service.put(service.segment(), service.contact("CT1"))
    service.put("SM1", service.contact("CT2"))
    service.catch_up()
    return service


def test_b20_a_code_that_is_being_deleted_is_given_to_nobody(desk: Desk, giving: Giving) -> None:
    deleting: Command = lambda service: service.deleting.delete(ANN, giving.kind, giving.code)  # noqa: E731
    error = one_after_the_other(desk, deleting, giving.kind.stream(giving.code), giving.command)
    assert isinstance(error, InvalidRequest | NotFound)
    assert giving.code in " ".join(text for _, text in error.problems)


def test_b20_a_code_that_is_being_given_is_not_deleted(desk: Desk, giving: Giving) -> None:
    error = one_after_the_other(
        desk,
        giving.command,
        giving.stream,
        lambda service: service.deleting.delete(ANN, giving.kind, giving.code),
    )
    assert isinstance(error, InUse)
    assert desk.records.find(giving.kind, giving.code) is not None


def registering(service: Desk) -> object:
    return service.contacts.register(
        ANN, "NEW", ContactChanges(type="person", first_name="Ann", company_no="C1")
    )


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        pytest.param(registering, "there is no company C1", id="gets a person"),
        pytest.param(
            lambda desk: desk.segments.add_line(ANN, "SM1", "C1", LineChanges()), "C1", id="gets a line"
        ),
        pytest.param(
            lambda desk: desk.tasks.create(ANN, "C1", TaskChanges(description="Call")), "C1", id="gets a task"
        ),
        pytest.param(
            lambda desk: desk.single_interactions.create(
                ANN, InteractionValues(contact_no="C1"), postponed=True, deliver=False
            ),
            "C1",
            id="gets an interaction",
        ),
    ],
)
def test_b19_a_contact_that_is_being_deleted_gets_nothing(desk: Desk, command: Command, problem: str) -> None:
    desk.contact("C1")
    error = one_after_the_other(
        desk, lambda service: service.contacts.delete(ANN, "C1"), "contact-C1", command
    )
    assert isinstance(error, InvalidRequest | NotFound)
    assert problem in error.detail


def test_b19_a_person_that_is_being_registered_is_deleted_with_its_company(desk: Desk) -> None:
    desk.contact("C1")
    deleting: Command = lambda service: service.contacts.delete(ANN, "C1")  # noqa: E731
    assert one_after_the_other(desk, registering, "contact-NEW", deleting) is None
    assert desk.contacts.find("NEW") is desk.contacts.find("C1") is None


def test_b19_who_is_being_put_on_a_segment_does_not_move(desk: Desk) -> None:
    desk.contact("C1", type="person", name="Ann")
    desk.catch_up()
    error = one_after_the_other(
        desk,
        lambda service: service.segments.add_line(ANN, "SM1", "C1", LineChanges()),
        "segment-SM1",
        lambda service: service.contacts.change(ANN, "C1", ContactChanges(company_no="CT1")),
    )
    assert isinstance(error, ContactOnSegment)


@pytest.mark.parametrize(
    ("command", "stream", "error"),
    [
        pytest.param(
            lambda desk: desk.segments.add_line(ANN, "SM1", "C1", LineChanges()),
            *("segment-SM1", ContactOnSegment),
            id="a line",
        ),
        pytest.param(
            lambda desk: desk.add("SM1", {"contact": {"no": "C1"}}),
            *("segment-SM1", ContactOnSegment),
            id="a line by criteria",
        ),
        pytest.param(
            lambda desk: desk.tasks.create(ANN, "C1", TaskChanges(description="Call")),
            *("tasks-1", InUse),
            id="a task",
        ),
    ],
)
def test_b19_a_contact_that_is_being_given_something_is_not_deleted(
    desk: Desk, command: Command, stream: str, error: type[Refused]
) -> None:
    desk.contact("C1")
    desk.catch_up()
    deleting: Command = lambda service: service.contacts.delete(ANN, "C1")  # noqa: E731
    assert isinstance(one_after_the_other(desk, command, stream, deleting), error)
