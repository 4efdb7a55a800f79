"""Which contacts a criteria action means: filters on a contact and what belongs to it (domain rules B5, B6).

Tables are joined by AND; of a related table at least one row must match, and that one row all filters on it.
The tree is evaluated here against one contact, for explanations; `projections/criteria_sql.py` compiles it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from domain import filter_expression
from domain.errors import SHOWN_PROBLEMS, Location, Problem
from domain.field_type import Enumeration, FieldType
from domain.filter_expression import Equal, Expression, FilterSyntaxError
from domain.unknown_names import unknown
from domain.value_entry import SourceType
from domain.vocabulary import (
    ContactType,
    CorrespondenceType,
    DocumentType,
    Evaluation,
    InformationFlow,
    InitiatedBy,
    members,
)

MAX_DEPTH: Final = 20
MAX_TABLE_FILTERS: Final = 500
MAX_CONDITIONS: Final = 5_000
_GUESSES: Final = 20

FILTERS_SHAPE: Final = 'this must be tables and their filters, such as {"contact": {"city": "A*"}}'

ContactFacts: TypeAlias = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by table: the contact itself under `contact`. Industries and relations are those of its company, value
entries those of the customers and vendors that its company is."""


def _fields(field_type: FieldType, names: str) -> dict[str, FieldType]:
    return dict.fromkeys(names.split(), field_type)


_CORRESPONDENCE_TYPE: Final = Enumeration(members(CorrespondenceType))

TABLES: Final[Mapping[str, Mapping[str, FieldType]]] = MappingProxyType(
    {
        "contact": {
            "type": Enumeration(members(ContactType)),
            "correspondence_type": _CORRESPONDENCE_TYPE,
            **_fields(
                FieldType.CODE,
                "no company_no salesperson_code language_code territory_code currency_code country_code"
                " salutation_code organizational_level_code external_id",
            ),
            **_fields(
                FieldType.TEXT,
                "name name_2 first_name middle_name surname initials job_title company_name"
                " address address_2 post_code city county"
                " phone_no mobile_phone_no fax_no email email_2 home_page",
            ),
            **_fields(FieldType.BOOLEAN, "exclude_from_segment privacy_blocked"),
        },
        "profile_answer": {"questionnaire_code": FieldType.CODE, "line_no": FieldType.INTEGER},
        "mailing_group": {"code": FieldType.CODE},
        "interaction_log_entry": {
            "date": FieldType.DATE,
            "time_of_interaction": FieldType.TIME,
            "information_flow": Enumeration(members(InformationFlow)),
            "initiated_by": Enumeration(members(InitiatedBy)),
            "evaluation": Enumeration(members(Evaluation)),
            "correspondence_type": _CORRESPONDENCE_TYPE,
            "delivery_status": Enumeration(("in_progress", "sent", "error")),
            "document": Enumeration(("inherited", "unique")),
            "document_type": Enumeration(members(DocumentType)),
            **_fields(
                FieldType.CODE,
                "contact_no contact_company_no interaction_group_code interaction_template_code"
                " interaction_language_code campaign_no segment_no salesperson_code"
                " contact_alternative_address_code document_no opportunity_no",
            ),
            **_fields(FieldType.TEXT, "description subject user_id contact_via remarks"),
            **_fields(
                FieldType.INTEGER,
                "entry_no campaign_entry_no logged_segment_entry_no version_no document_no_occurrence"
                " task_no",
            ),
            **_fields(FieldType.DECIMAL, "cost duration_minutes"),
            **_fields(
                FieldType.BOOLEAN,
                "campaign_response campaign_target attempt_failed send_word_documents_as_attachment"
                " canceled postponed",
            ),
        },
        "job_responsibility": {"code": FieldType.CODE},
        "industry_group": {"code": FieldType.CODE},
        "business_relation": {
            "code": FieldType.CODE,
            "link_to_table": FieldType.TEXT,
            "no": FieldType.CODE,
        },
        "value_entry": {
            "source_type": Enumeration(members(SourceType)),
            **_fields(FieldType.CODE, "source_no item_no variant_code inventory_posting_group contact_no"),
            "posting_date": FieldType.DATE,
        },
    }
)

_UNFINISHED: Final[Mapping[str, tuple[str, Expression]]] = MappingProxyType(
    {"interaction_log_entry": ("postponed", Expression(((Equal(True, negated=True),),)))}
)
"""What holds of a row unless that field is filtered: a postponed interaction has not happened (B15)."""


class CriteriaError(ValueError):
    """Filters that can not be read: every wrong place, such as ("contact", "city"), and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, place))}: {message}" for place, message in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TableFilter:
    """At least one row of the table meets all of these."""

    table: str
    fields: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Without parts: every contact."""

    parts: tuple["Criteria", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Criteria", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Criteria"


Criteria: TypeAlias = AllOf | AnyOf | Not | TableFilter

EVERY_CONTACT: Final = AllOf(())


def parse_criteria(filters: object, *, work_date: date) -> Criteria:
    """Read `{"<table>": {"<field>": "<filter>"}}` with nested any, all and not (domain rule B5).

    No filters at all are all contacts. Relative dates count from `work_date`. Raises CriteriaError.
    """
    reader = _Reader(work_date)
    criteria = reader.filters(filters, (), depth=1)
    if reader.problems:
        raise CriteriaError(reader.problems)
    return criteria


def criteria_match(criteria: Criteria, facts: ContactFacts, *, adding: bool = False) -> bool:
    """Whether one contact is meant (domain rules B5 and B6); `adding` is for Add Contacts.

    There, a value entry speaks for a person only if its document names that person. Reduce and Refine take
    any entry of the company.
    """
    match criteria:
        case AllOf(parts):
            return all(criteria_match(part, facts, adding=adding) for part in parts)
        case AnyOf(parts):
            return any(criteria_match(part, facts, adding=adding) for part in parts)
        case Not(part):
            return not criteria_match(part, facts, adding=adding)
        case TableFilter("value_entry", fields) if adding:
            return any(_row_matches(fields, row) for row in entries_naming(facts))
        case TableFilter(table, fields):
            return any(_row_matches(fields, row) for row in facts.get(table, ()))


def entries_naming(facts: ContactFacts) -> Sequence[Mapping[str, object]]:
    """The value entries that speak for this contact when contacts are added (domain B5)."""
    entries = facts.get("value_entry", ())
    contact = facts["contact"][0] if facts.get("contact") else {}
    if contact.get("type") == "company":
        return entries
    number = contact.get("no")
    return [entry for entry in entries if number is not None and entry.get("contact_no") == number]


def _row_matches(fields: tuple[tuple[str, Expression], ...], row: Mapping[str, object]) -> bool:
    return all(filter_expression.matches(expression, row.get(name)) for name, expression in fields)


class _Reader:
    """Reads on after a mistake, so that all of them are told at once."""

    def __init__(self, work_date: date) -> None:
        self.problems: list[Problem] = []
        self._work_date = work_date
        self._table_filters = 0
        self._conditions = 0

    def filters(self, value: object, place: Location, depth: int) -> Criteria:
        if not isinstance(value, dict):
            return self._problem(place, FILTERS_SHAPE)
        if depth > MAX_DEPTH:
            return self._problem(place, f"filters can not be nested deeper than {MAX_DEPTH} levels")
        read = [self._part(str(key), part, (*place, str(key)), depth) for key, part in value.items()]
        parts = tuple(part for part in read if part != EVERY_CONTACT)
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _part(self, key: str, value: object, place: Location, depth: int) -> Criteria:
        match key:
            case "any":
                return AnyOf(self._list(value, place, depth))
            case "all":
                return AllOf(self._list(value, place, depth))
            case "not":
                return Not(self.filters(value, place, depth + 1))
            case _:
                return self._table(key, value, place)

    def _list(self, value: object, place: Location, depth: int) -> tuple[Criteria, ...]:
        if not isinstance(value, list) or not value:
            self._problem(place, 'this must be a list of filters, such as [{"contact": {"city": "A*"}}]')
            return ()
        return tuple(self.filters(part, (*place, at), depth + 1) for at, part in enumerate(value))

    def _table(self, table: str, value: object, place: Location) -> Criteria:
        known = TABLES.get(table)
        if known is None:
            return self._problem(place, self._unknown("table", table, TABLES) + " (and any, all, not)")
        if not isinstance(value, dict):
            return self._problem(
                place, 'this must be fields and what is wanted of them, such as {"city": "A*"}'
            )
        self._table_filters += 1
        if self._table_filters == MAX_TABLE_FILTERS + 1:
            self._problem(place, f"more than {MAX_TABLE_FILTERS:,} tables are filtered")
        fields = [
            (str(name), expression)
            for name, text in value.items()
            if (expression := self._field(known.get(str(name)), known, text, (*place, str(name))))
        ]
        if not fields:
            return EVERY_CONTACT
        unless_asked = _UNFINISHED.get(table)
        if unless_asked is not None and unless_asked[0] not in value:
            fields.append(unless_asked)
        return TableFilter(table, tuple(fields))

    def _field(
        self, field_type: FieldType | None, known: Mapping[str, FieldType], value: object, place: Location
    ) -> Expression | None:
        text = _as_text(value)
        if field_type is None:
            self._problem(place, self._unknown("field", str(place[-1]), known))
        elif text is None:
            self._problem(place, 'this must be a text, such as "A*" (or "\'\'" for blank)')
        else:
            return self._expression(text, field_type, place)
        return None

    def _expression(self, text: str, field_type: FieldType, place: Location) -> Expression | None:
        try:
            expression = filter_expression.parse(text, field_type, work_date=self._work_date)
        except FilterSyntaxError as error:
            self._problem(place, str(error))
            return None
        before = self._conditions
        self._conditions += expression.conditions
        if before <= MAX_CONDITIONS < self._conditions:
            self._problem(place, f"more than {MAX_CONDITIONS:,} ranges, comparisons and combinations in all")
        return expression

    def _problem(self, place: Location, message: str) -> Criteria:
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append((place, message))
        return EVERY_CONTACT

    def _unknown(self, what: str, name: str, known: Mapping[str, object]) -> str:
        # A guess takes its time, and criteria may hold very many wrong names.
        guess = len(self.problems) < _GUESSES
        return unknown(what, f"{what}s", name, known, guess=guess)


def _as_text(value: object) -> str | None:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return None
