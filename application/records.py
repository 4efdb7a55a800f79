"""Use cases of records: code tables, templates, campaigns, saved criteria, the set-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace as replaced

from application.journal import Caller, Changes, Journal, check_exists, check_version, retried
from application.looking_up import catch_up, unnamed_since
from domain import records
from domain.campaign import Campaign, check_dates
from domain.code_tables import Salesperson, Salutation, check_formulas
from domain.document import document_in
from domain.errors import (
    AlreadyExists,
    InUse,
    InvalidRequest,
    Location,
    MandatoryField,
    NoDocument,
    NotFound,
    Problem,
)
from domain.interaction_template import InteractionTemplate, InteractionTemplateSetup
from domain.records import KnownRecord, RecordKind
from domain.setup import Series, SeriesName, Setup, check_addressable, series_for
from eventstore.log import At
from projections.read_models import ReadModels
from projections.record_queries import USES, used_by

SETUP_STREAM = records.SETUP.stream(records.THE_SETUP)

References = Mapping[str, tuple[RecordKind, str | None]]
"""Codes that a body names: by field, the kind of record and the code."""

Found = Mapping[str, KnownRecord]
"""Records that something names, by stream: what is recorded of it relies on them."""

NO_VALUES: Mapping[str, Any] = MappingProxyType({})
NAMED: Mapping[str, RecordKind] = {
    "salesperson_code": records.SALESPERSON,
    "campaign_no": records.CAMPAIGN,
    "interaction_group_code": records.INTERACTION_GROUP,
    "interaction_template_code": records.INTERACTION_TEMPLATE,
}
"""What segments, lines, tasks and interactions name by its code."""


class Records:
    """Reading and writing what is known by code."""

    def __init__(self, journal: Journal, read_models: ReadModels) -> None:
        self.journal = journal
        self.read_models = read_models

    def get(self, kind: RecordKind, code: str) -> KnownRecord:
        """The record with this code. Raises NotFound."""
        record = self.find(kind, code)
        if record is None:
            raise NotFound.named(kind.word, code)
        return record

    def as_of(
        self, kind: RecordKind, code: str, *, version: int | None = None, at: At | None = None
    ) -> KnownRecord:
        """The record as it is, or as it stood at a version or an instant. Raises NotFound."""
        if version is None and at is None:
            return self.get(kind, code)
        record = self.journal.as_of(kind.stream(code), KnownRecord, version=version, at=at)
        if record is None or record.value is None:
            raise NotFound(f"There was no {kind.word} {code} then.")
        return record

    def find(self, kind: RecordKind, code: str) -> KnownRecord | None:
        """The record with this code, if there is one."""
        record = self.journal.load(kind.stream(code), KnownRecord)
        return record if record is not None and record.value is not None else None

    def check_references(self, references: References) -> Found:
        """Refuse codes that nothing has, each with the field that names it. Raises InvalidRequest."""
        return self.check_places(
            ((field,), kind, code) for field, (kind, code) in references.items() if code is not None
        )

    def check_places(self, places: Iterable[tuple[Location, RecordKind, str]]) -> Found:
        """The same of codes anywhere in a body; the records, by stream. Raises InvalidRequest."""
        problems: list[Problem] = []
        found: dict[str, KnownRecord] = {}
        for place, kind, code in places:
            if (record := self.find(kind, code)) is None:
                problems.append((place, f"there is no {kind.word} {code}"))
            else:
                found[kind.stream(code)] = record
        _refuse(problems)
        return found

    def check_named(
        self, named: Mapping[str, Any], before: Mapping[str, Any] = NO_VALUES
    ) -> tuple[InteractionTemplate | None, Found]:
        """Refuse the codes that a body names and nothing has, and a blocked salesperson (domain A1).

        What stays as it was `before` may be gone or blocked since: who sends back all that was read did not
        choose it. The template, if it names one, and all that it names. Raises InvalidRequest with all that
        is wrong.
        """
        template: InteractionTemplate | None = None
        problems: list[Problem] = []
        found: dict[str, KnownRecord] = {}
        for field, kind in NAMED.items():
            if (code := named.get(field)) is None:
                continue
            stays = code == before.get(field)
            if (record := self.find(kind, code)) is None:
                problems += [] if stays else [((field,), f"there is no {kind.word} {code}")]
                continue
            found[kind.stream(code)] = record
            if kind is records.SALESPERSON and record.value.blocked and not stays:
                problems.append(((field,), f"salesperson {code} is blocked"))
            elif kind is records.INTERACTION_TEMPLATE:
                template = record.value
        _refuse(problems)
        return template, found

    @retried
    def put(
        self, caller: Caller, kind: RecordKind, code: str, value: msgspec.Struct, *, only_new: bool = False
    ) -> tuple[bool, int]:
        """Write a record as a whole; whether it is new, and the position. Raises Refused."""
        record, facts, named = self.decided(caller, kind, code, value, only_new=only_new)
        changes = Changes(kind.stream(code), record.version, facts)
        return record.value is None, self.journal.record(caller, changes, relying_on=named)

    def decided(
        self, caller: Caller, kind: RecordKind, code: str, value: msgspec.Struct, *, only_new: bool = False
    ) -> tuple[KnownRecord, tuple[records.RecordEvent, ...], Found]:
        """The record as it is, what is to be recorded so that it has this value, and what that names.

        Raises Refused.

        With `only_new` one that somebody else made a moment ago is not written over: AlreadyExists.
        """
        record = self.journal.load(kind.stream(code), KnownRecord) or KnownRecord()
        check_version(caller, record.version)
        if record.value is None:
            check_addressable("no" if kind is records.CAMPAIGN else "code", code)
            # The set-up is there before anybody writes it: it has its defaults.
            check_exists(caller, exists=only_new or kind is records.TEMPLATE_SETUP)
        elif only_new:
            raise AlreadyExists(f"There is a {kind.word} {code} already.")
        if isinstance(value, InteractionTemplate) and record.value is not None:
            value = replaced(value, documents=record.value.documents)  # those are stored one by one
        if isinstance(value, Campaign) and record.value is not None:
            value = replaced(value, activated=record.value.activated)
        named = self._check(value)
        return record, records.write(kind, record, code, value), named

    @retried
    def delete(
        self, caller: Caller, kind: RecordKind, code: str, *, unless: Callable[[], None] | None = None
    ) -> int:
        """Delete a record; `unless` raises where others than those in tables use it, see `Deleting`.

        Raises NotFound, InUse, NotYetProjected.
        """
        record = self.get(kind, code)
        check_version(caller, record.version)
        conditions = []
        if kind.name in USES:
            seen = catch_up(self.journal, self.read_models, *self.read_models.schemas)
            conditions.append(unnamed_since(seen, [code]))
        if unless is not None:
            unless()
        with self.read_models.cursor() as cursor:
            user = used_by(cursor, kind.name, code)
        if user is not None:
            raise InUse(f"{kind.word.capitalize()} {code} is still used by {user}.")
        changes = Changes(kind.stream(code), record.version, records.delete(kind, record))
        return self.journal.record(caller, changes, under_lock=conditions)

    # The set-up

    def setup(self) -> Setup:
        """The set-up as it is now."""
        record = self.journal.load(SETUP_STREAM, KnownRecord)
        value: Setup = record.value if record is not None else Setup()
        return value

    @retried
    def change_setup(self, caller: Caller, change: Callable[[Setup], Setup]) -> int:
        """Write what becomes of the set-up as it is; the position. A code that stays is not looked up.

        Raises InvalidRequest.
        """
        record = self.journal.load(SETUP_STREAM, KnownRecord) or KnownRecord()
        check_version(caller, record.version)
        before = self.setup()
        value = change(before)
        code = value.default_salesperson_code
        looked_up = None if code == before.default_salesperson_code else code
        named = self.check_references({"default_salesperson_code": (records.SALESPERSON, looked_up)})
        facts = records.write(records.SETUP, record, records.THE_SETUP, value)
        return self.journal.record(caller, Changes(SETUP_STREAM, record.version, facts), relying_on=named)

    def template_setup(self) -> InteractionTemplateSetup:
        """Which templates interactions get that are recorded by themselves (domain A9)."""
        record = self.find(records.TEMPLATE_SETUP, records.THE_SETUP)
        value: InteractionTemplateSetup = record.value if record is not None else InteractionTemplateSetup()
        return value

    def put_template_setup(self, caller: Caller, value: InteractionTemplateSetup) -> int:
        """Write which templates they get. A code that stays is not looked up. Raises InvalidRequest."""
        return self.put(caller, records.TEMPLATE_SETUP, records.THE_SETUP, value)[1]

    def draw_number(self, kind: SeriesName, typed: str | None) -> str:
        """The number that was typed, or the next of the series. Raises NumberSeries."""
        if typed is None:
            return self.draw_numbers(kind, 1)[0]
        series_for(self.setup(), kind, typed)
        self.pass_over(kind, [typed])
        return typed

    def draw_numbers(self, kind: SeriesName, count: int) -> list[str]:
        """The next numbers of the series. Raises NumberSeries."""
        if count == 0:
            return []
        series = series_for(self.setup(), kind, None)
        assert series is not None
        first = self.journal.log.counters.draw(_counter(kind, series), count)
        return [series.number(n) for n in range(first, first + count)]

    def pass_over(self, kind: SeriesName, typed: Iterable[str]) -> None:
        """Let the series go on behind typed numbers that look like its own."""
        series: Series | None = getattr(self.setup().number_series, kind)
        if series is None:
            return
        places = [place for no in typed if (place := series.place_of(no)) is not None]
        if places:
            self.journal.log.counters.raise_to(_counter(kind, series), max(places))

    # Lookups for other use cases

    def salesperson_of(self, user_id: str) -> str | None:
        """The salesperson that a user is, if any (domain A1)."""
        with self.read_models.cursor() as cursor:
            row = cursor.execute(
                "SELECT code FROM salesperson WHERE user_id = %s AND NOT blocked ORDER BY code LIMIT 1",
                (user_id,),
            ).fetchone()
        return None if row is None else str(row["code"])

    def _check(self, value: Any) -> Found:
        """The rules of what is written; what it names."""
        match value:
            case Salesperson(name=None):
                raise MandatoryField.named("name", "A salesperson needs a name.")
            case Salutation():
                check_formulas(value)
            case Campaign():
                check_dates(value)
                return self.check_references(
                    {
                        "salesperson_code": (records.SALESPERSON, value.salesperson_code),
                        "status_code": (records.CAMPAIGN_STATUS, value.status_code),
                    }
                )
            case InteractionTemplate(interaction_group_code=None):
                raise MandatoryField.named(
                    "interaction_group_code", "An interaction template needs an interaction group."
                )
            case InteractionTemplate():
                if (
                    value.language_code is not None
                    and document_in(value.documents, value.language_code) is None
                ):
                    raise NoDocument(
                        "A language can be chosen once the template has a document in it.",
                        [(("language_code",), "there is no document in this language")],
                    )
                return self.check_references(
                    {
                        "interaction_group_code": (
                            records.INTERACTION_GROUP,
                            value.interaction_group_code,
                        ),
                        "campaign_no": (records.CAMPAIGN, value.campaign_no),
                    }
                )
            case InteractionTemplateSetup():
                before = msgspec.structs.asdict(self.template_setup())
                changed = msgspec.structs.asdict(value).items() - before.items()
                kind = records.INTERACTION_TEMPLATE
                return self.check_references({name: (kind, code) for name, code in sorted(changed)})
        return {}


def _counter(kind: SeriesName, series: Series) -> str:
    return f"{kind} {series.prefix}"


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidRequest(f"{problems[0][0][0]}: {problems[0][1]}", problems)
