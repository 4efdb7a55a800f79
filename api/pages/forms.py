"""Fields of forms: how each is filled in, and what was changed in a form that came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import msgspec
from starlette.datastructures import FormData

from api.pages.formats import number_in
from api.pages.words import member_label
from api.service import Service
from application.field_words import Language
from domain import records
from domain.records import RecordKind
from domain.vocabulary import CorrespondenceType, Evaluation, InformationFlow, InitiatedBy, members
from projections.listing import MOST
from projections.listing import Query as ListQuery
from projections.record_queries import listing

Kind = Literal["text", "long", "flag", "amount", "minutes", "day", "clock", "choice"]
Choice = tuple[str, str]


class FormField(msgspec.Struct, frozen=True):
    """A field of a form; what can be chosen is a kind of record, or the words of an enumeration."""

    name: str
    kind: Kind = "text"
    records: RecordKind | None = None
    members: tuple[str, ...] = ()
    length: int = 100


def _codes(name: str, kind: RecordKind) -> FormField:
    return FormField(name, "choice", records=kind)


def _words(name: str, enumeration: object) -> FormField:
    return FormField(name, "choice", members=members(enumeration))


TEMPLATE = _codes("interaction_template_code", records.INTERACTION_TEMPLATE)
GROUP = _codes("interaction_group_code", records.INTERACTION_GROUP)
SALESPERSON = _codes("salesperson_code", records.SALESPERSON)
CAMPAIGN = _codes("campaign_no", records.CAMPAIGN)
CORRESPONDENCE = _words("correspondence_type", CorrespondenceType)
FLOW = _words("information_flow", InformationFlow)
INITIATED = _words("initiated_by", InitiatedBy)
LANGUAGE = FormField("language_code", length=10)
ATTACHED = FormField("send_word_documents_as_attachment", "flag")

HEADER = (
    *(FormField("description"), TEMPLATE, SALESPERSON, FormField("date", "day")),
    *(
        FormField("subject"),
        LANGUAGE,
        CORRESPONDENCE,
        FormField("ignore_contact_correspondence_type", "flag"),
    ),
    *(
        GROUP,
        FLOW,
        INITIATED,
        FormField("unit_cost", "amount"),
        FormField("unit_duration_minutes", "minutes"),
    ),
    *(CAMPAIGN, FormField("campaign_target", "flag"), FormField("campaign_response", "flag"), ATTACHED),
)
LINE = (
    *(FormField("subject"), CORRESPONDENCE, LANGUAGE, FormField("cost", "amount")),
    *(FormField("duration_minutes", "minutes"), FormField("date", "day")),
    *(FormField("description"), TEMPLATE, SALESPERSON, FormField("time_of_interaction", "clock")),
    *(_words("evaluation", Evaluation), FormField("attempt_failed", "flag")),
    *(FormField("remarks", "long", length=4_000), GROUP, FLOW, INITIATED, CAMPAIGN),
    *(FormField("campaign_target", "flag"), FormField("campaign_response", "flag")),
    *(FormField("contact_via", length=80), FormField("contact_alternative_address_code", length=10)),
    ATTACHED,
)
LINE_FIELDS = {field.name: field for field in LINE}
CONTACT = (
    *(FormField("name"), FormField("name_2", length=50)),
    *(
        FormField(name, length=30)
        for name in ("first_name", "middle_name", "surname", "initials", "job_title")
    ),
    *(FormField("company_no", length=20), FormField("address"), FormField("address_2", length=50)),
    *(FormField("post_code", length=20), FormField("city", length=30), FormField("county", length=30)),
    *(FormField("country_code", length=20), FormField("phone_no", length=30)),
    *(
        FormField("mobile_phone_no", length=30),
        FormField("fax_no", length=30),
        FormField("email", length=80),
        FormField("email_2", length=80),
    ),
    *(FormField("home_page", length=255), CORRESPONDENCE, LANGUAGE, SALESPERSON),
    *(_codes("salutation_code", records.SALUTATION), _codes("territory_code", records.TERRITORY)),
    *(
        _codes("organizational_level_code", records.ORGANIZATIONAL_LEVEL),
        FormField("currency_code", length=20),
    ),
    FormField("external_id", length=20),
    *(FormField("exclude_from_segment", "flag"), FormField("privacy_blocked", "flag")),
)
OF_PERSONS = (
    *("first_name", "middle_name", "surname", "initials", "job_title", "company_no"),
    "organizational_level_code",
)
"""Fields in which companies have nothing."""


def record_choices(service: Service, kind: RecordKind) -> list[Choice]:
    """The codes of a kind, each with what it stands for."""
    page = service.read_models.page(listing(kind), ListQuery(limit=MOST), date.today())
    key = listing(kind).key
    return [(row[key], row.get("name") or row.get("description") or "") for row in page.items]


def choices(service: Service, fields: Iterable[FormField], language: Language) -> dict[str, list[Choice]]:
    """What can be chosen in each field where one chooses."""
    return {field.name: choices_of(service, field, language) for field in fields if field.kind == "choice"}


def choices_of(service: Service, field: FormField, language: Language) -> list[Choice]:
    """What can be chosen in a field."""
    if field.records is not None:
        return record_choices(service, field.records)
    return [(word, member_label(field.name, word, language)) for word in field.members]


def changed_values(form: FormData, fields: Sequence[FormField], language: Language) -> dict[str, Any]:
    """The fields that say something else than when the form was shown, which `was-...` tells."""
    found: dict[str, Any] = {}
    for field in fields:
        now, before = form.get(field.name), form.get(f"was-{field.name}")
        if before is None and now is None:
            continue
        now, before = str(now or ""), str(before or "")
        if now.replace("\r\n", "\n").strip() != before.replace("\r\n", "\n").strip():
            found[field.name] = sent_value(field, now, language)
    return found


def sent_value(field: FormField, text: str, language: Language) -> Any:
    """What was typed into a field, as the bodies of the HTTP interface take it."""
    if field.kind == "flag":
        return text == "on"
    if field.kind in ("amount", "minutes"):
        return number_in(text, language) if text.strip() else 0
    return text if text.strip() else None
