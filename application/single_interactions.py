"""Use cases of single interactions: record one, begin one, finish it (domain B15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import UNSET
from msgspec.structs import replace as replaced

from application.contacts import Contacts, check_address
from application.contacts import stream_of as contact_stream
from application.interactions import interaction_stream
from application.journal import Caller, Changes, Journal, retried
from application.logging_segments import CAMPAIGN_ENTRY, INTERACTION
from application.looking_up import look_up
from application.records import Records
from domain.contact import KnownContact
from domain.errors import InvalidRequest, NotFound
from domain.interaction import (
    Interaction,
    InteractionLogged,
    InteractionResumed,
    InteractionValues,
    SingleInteraction,
    Surroundings,
    check,
    complete,
    postpone,
    resumed_values,
)
from domain.vocabulary import given
from eventstore.log import Foldable
from eventstore.recorder import Alongside
from projections.read_models import ReadModels


class SingleInteractions:
    """Interactions with one contact each, outside of segments."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records, contacts: Contacts) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.contacts = contacts

    @retried
    def create(
        self,
        caller: Caller,
        said: InteractionValues,
        *,
        postponed: bool,
        deliver: bool,
        comments: tuple[str, ...] = (),
    ) -> tuple[int, Interaction, int]:
        """Record an interaction with one contact, or begin one; number, values, position. Raises Refused."""
        return self.record(
            caller, said, postponed=postponed, deliver=deliver, comments=comments, as_mail=_is_mail(said)
        )

    def record(
        self,
        caller: Caller,
        said: InteractionValues,
        *,
        postponed: bool,
        deliver: bool,
        comments: tuple[str, ...] = (),
        besides: Sequence[Changes] = (),
        as_mail: bool = False,
    ) -> tuple[int, Interaction, int]:
        """What `create` does once, with changes `besides` that are saved together with it."""
        value, named = self._complete(caller, said)
        makes, claims = False, list[Alongside]()
        if not postponed:
            value = check(value, self._contact(value.contact_no), deliver=deliver, as_mail=as_mail)
            value, makes, claims = self.with_campaign_entry(value)
        counters = self.journal.log.counters
        first = counters.next_of(INTERACTION)
        event = (
            postpone(first, value, said, comments)
            if postponed
            else InteractionLogged(first, value, makes, comments, deliver)
        )
        changes = Changes(interaction_stream(first), 0, [event])
        claims = [counters.claiming(INTERACTION, first, 1), *claims]
        position = self.journal.record(caller, changes, *besides, under_lock=claims, relying_on=named)
        return first, value, position

    @retried
    def resume(
        self,
        caller: Caller,
        entry_no: int,
        more: InteractionValues,
        *,
        deliver: bool,
        comments: tuple[str, ...] | None = None,
    ) -> tuple[Interaction, int]:
        """Finish a postponed interaction; its values and the position. Raises Refused."""
        begun = self.journal.load(interaction_stream(entry_no), SingleInteraction)
        if begun is None:
            raise NotFound.named("postponed interaction", entry_no)
        said = self._with_whom_by_now(resumed_values(begun, more), more)
        value, named = self._complete(caller, said)
        value = check(value, self._contact(value.contact_no), deliver=deliver, as_mail=_is_mail(said))
        value, makes, claims = self.with_campaign_entry(value)
        event = InteractionResumed(entry_no, value, makes, comments, deliver)
        changes = Changes(interaction_stream(entry_no), begun.version, [event])
        return value, self.journal.record(caller, changes, under_lock=claims, relying_on=named)

    def _complete(
        self, caller: Caller, said: InteractionValues
    ) -> tuple[Interaction, Mapping[str, Foldable]]:
        """The values that this comes to, and what they name, by stream. Raises Refused."""
        named = given(said)
        contact = self._contact(named.get("contact_no"))
        template, found = self.records.check_named(named)
        check_address(contact, named.get("contact_alternative_address_code"))
        self._check_task(named.get("task_no"))
        around = Surroundings(
            contact, template, caller.work_date, datetime.now(), self.records.salesperson_of(caller.user_id)
        )
        with_whom = {} if contact is None else {contact_stream(contact.no): contact}
        return complete(said, around), {**with_whom, **found}

    def _check_task(self, no: object) -> None:
        if not isinstance(no, int):
            return
        found = look_up(
            *(self.journal, self.read_models),
            lambda cursor: cursor.execute("SELECT FROM task WHERE no = %s", (no,)).fetchone(),
        )
        if found is None:
            raise InvalidRequest.at("task_no", f"there is no task {no}")

    def _contact(self, no: object) -> KnownContact | None:
        return self.contacts.get(no, "contact_no") if isinstance(no, str) else None

    def _with_whom_by_now(self, said: InteractionValues, more: InteractionValues) -> InteractionValues:
        """What was begun with a deleted person is its company's, with a deleted company nobody's (B19).

        How that person was reached is left out: it is personal, and not the company's.
        """
        no: object = said.contact_no
        while isinstance(no, str) and "contact_no" not in given(more):
            known = self.journal.load(contact_stream(no), KnownContact)
            if known is None or not known.deleted:
                break
            no = known.value.company_no if known.value.company_no != no else None
        if no == said.contact_no:
            return said
        now = {"contact_no": no, "contact_via": UNSET, "contact_alternative_address_code": UNSET}
        return replaced(said, **(now | given(more)))

    def with_campaign_entry(
        self, value: Interaction, *, ahead: int = 0
    ) -> tuple[Interaction, bool, list[Alongside]]:
        """The interaction with the entry of its campaign, a new one if there is none (domain B10.2, B15).

        `ahead` new ones are claimed by the same save before it.
        """
        if value.campaign_no is None:
            return value, False, []
        # The number before the look: who makes the entry meanwhile takes it, and this is decided again.
        counters = self.journal.log.counters
        number = counters.next_of(CAMPAIGN_ENTRY) + ahead
        row = look_up(
            *(self.journal, self.read_models),
            lambda cursor: cursor.execute(
                "SELECT entry_no FROM campaign_entry WHERE campaign_no = %s AND segment_no IS NULL"
                " AND document_type IS NOT DISTINCT FROM %s AND NOT canceled ORDER BY entry_no LIMIT 1",
                (value.campaign_no, value.document_type),
            ).fetchone(),
        )
        if row is not None:
            return replaced(value, campaign_entry_no=row["entry_no"]), False, []
        claims = [counters.claiming(CAMPAIGN_ENTRY, number, 1)]
        return replaced(value, campaign_entry_no=number), True, claims


def _is_mail(said: InteractionValues) -> bool:
    """Whether it was said that the interaction is a mail; what a contact prefers is no such word."""
    return said.correspondence_type == "email"
