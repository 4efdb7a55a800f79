"""Code tables, interaction templates, campaigns, the set-up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import create_model

from api.context import READERS, Listed, Marketer, ServiceOf, Settled, WorkDate, answered, at_least, etag
from api.idempotency import RepeatableRoute
from api.moments import Asked
from api.schemas.documents import DocumentAnswer
from api.schemas.records import (
    CampaignBody,
    CodeEntryBody,
    NewCampaignBody,
    QuestionnaireBody,
    SalespersonBody,
    SalutationBody,
    SetupBody,
    TemplateBody,
)
from api.schemas.values import Answer, Body, Code, Total
from api.service import Service
from domain import records
from domain.campaign import Campaign
from domain.errors import InvalidRequest
from domain.records import RecordKind
from domain.setup import Setup
from projections.contact_queries import campaign_statistics, interactions_of
from projections.record_queries import listing

BODIES: dict[RecordKind, type[Body]] = {
    **dict.fromkeys(records.CODE_TABLES, CodeEntryBody),
    records.SALUTATION: SalutationBody,
    records.SALESPERSON: SalespersonBody,
    records.PROFILE_QUESTIONNAIRE: QuestionnaireBody,
    records.INTERACTION_TEMPLATE: TemplateBody,
    records.CAMPAIGN: CampaignBody,
}
STATISTICS_COLUMN = {
    records.INTERACTION_TEMPLATE: "interaction_template_code",
    records.INTERACTION_GROUP: "interaction_group_code",
}

router = APIRouter(prefix="/v1", tags=["set-up"], route_class=RepeatableRoute)


class Statistics(Answer):
    """Number, cost and duration of the interactions, not counting what was canceled or postponed."""

    number_of_interactions: int
    cost: Decimal
    duration_minutes: int


def _answer_model(kind: RecordKind) -> type[Body]:
    fields: dict[str, Any] = {"no" if kind is records.CAMPAIGN else "code": (str, ...), "version": (int, ...)}
    if kind in STATISTICS_COLUMN:
        fields["statistics"] = (Statistics, ...)
    if kind is records.INTERACTION_TEMPLATE:
        fields["documents"] = (list[DocumentAnswer], [])
    if kind is records.CAMPAIGN:
        fields |= {
            "activated": (bool, ...),
            "target_contacts_contacted": (int, ...),
            "contacts_responded": (int, ...),
            "response_rate": (Decimal | None, ...),
            "cost": (Decimal, ...),
            "duration_minutes": (int, ...),
        }
    name = "".join(word.capitalize() for word in kind.name.split("-"))
    return create_model(f"{name}Answer", __base__=BODIES[kind], __doc__=f"A {kind.word}.", **fields)


def shown(service: Service, kind: RecordKind, code: str, version: int, value: Any) -> dict[str, Any]:
    """A record as it is answered."""
    return _all_shown(service, kind, [(code, version, value)])[0]


def _all_shown(
    service: Service, kind: RecordKind, found: Sequence[tuple[str, int, Any]]
) -> list[dict[str, Any]]:
    """Records of one kind as they are answered."""
    shown = {code: _values_of(kind, code, version, value) for code, version, value in found}
    with service.read_models.cursor() as cursor:
        if kind in STATISTICS_COLUMN:
            for code, figures in interactions_of(cursor, STATISTICS_COLUMN[kind], list(shown)).items():
                shown[code]["statistics"] = figures
        if kind is records.CAMPAIGN:
            for code, figures in campaign_statistics(cursor, list(shown)).items():
                shown[code] |= figures
    return list(shown.values())


def _values_of(kind: RecordKind, code: str, version: int, value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(
        msgspec.convert(value, kind.value_type), builtin_types=(Decimal,)
    )
    defaults = {
        field.name: field.default
        for field in msgspec.structs.fields(kind.value_type)
        if field.default is not msgspec.NODEFAULT
    }
    return defaults | plain | {"no" if kind is records.CAMPAIGN else "code": code, "version": version}


def _add_routes(kind: RecordKind) -> None:
    """The calls of one kind of record."""
    body, model = BODIES[kind], _answer_model(kind)
    plural = kind.path.replace("-", " ")
    page = create_model(
        f"{model.__name__.removesuffix('Answer')}Page",
        __base__=Answer,
        __doc__=f"A page of {plural}.",
        items=(list[model], ...),  # type: ignore[valid-type]
        next_cursor=(str | None, None),
        total=(Total, None),
    )
    path = f"/{kind.path}"
    where = Annotated[Code, Path(max_length=kind.code_length)]
    has_figures = kind in STATISTICS_COLUMN or kind is records.CAMPAIGN  # of interactions
    reads = [READERS, at_least("setup", "contacts") if has_figures else at_least("setup")]

    @router.get(
        path,
        response_model=page,
        dependencies=reads,
        name=f"List {plural}",
        description=f"A page of {plural}, filtered by any field.",
    )
    def list_records(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
        found = service.read_models.page(listing(kind), query, on)
        key = "no" if kind is records.CAMPAIGN else "code"
        rows = [(row[key], row["version"], row["value"]) for row in found.items]
        items = _all_shown(service, kind, rows)
        return answered(found, items)

    @router.get(
        f"{path}/{{code}}",
        response_model=model,
        dependencies=reads,
        name=f"Read a {kind.word}",
        description=f"One {kind.word}, as it is or as it was; its figures are always those of now.",
    )
    def read_record(code: where, service: ServiceOf, response: Response, moment: Asked) -> Any:
        record = service.records.as_of(kind, code, **moment.where())
        etag(response, record.version)
        return shown(service, kind, record.code, record.version, record.value)

    @router.put(
        f"{path}/{{code}}",
        response_model=model,
        name=f"Write a {kind.word}",
        description=f"Create the {kind.word}, or give it new values: what is not sent gets its default.",
    )
    def write_record(
        code: where,
        values: body,  # type: ignore[valid-type]
        service: ServiceOf,
        caller: Marketer,
        settle: Settled,
    ) -> Any:
        sent: Body = values
        if isinstance(sent, CampaignBody):
            campaign = msgspec.convert(sent.model_dump(), Campaign)
            new, position = service.campaigns.put(caller, code, campaign, activated=sent.activated)
        else:
            value = msgspec.convert(sent.model_dump(), kind.value_type)
            new, position = service.records.put(caller, kind, code, value)
        record = service.records.get(kind, code)
        settle(position, ["setup"], version=record.version)
        if new:
            settle.created(f"/v1{path}/{code}")
        return shown(service, kind, record.code, record.version, record.value)

    @router.delete(
        f"{path}/{{code}}",
        name=f"Delete a {kind.word}",
        description=f"Delete the {kind.word}, unless something still refers to it.",
    )
    def delete_record(
        code: where,
        service: ServiceOf,
        caller: Marketer,
        settle: Settled,
    ) -> dict[str, Any]:
        settle(service.deleting.delete(caller, kind, code), ["setup"])
        return {"deleted": code}


CampaignAnswer = _answer_model(records.CAMPAIGN)

for _kind in BODIES:
    _add_routes(_kind)


@router.post("/campaigns", response_model=CampaignAnswer, status_code=201)
def create_campaign(values: NewCampaignBody, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Create a campaign, with the next number of the series unless one is given."""
    value = msgspec.convert(values.model_dump(exclude={"no"}), Campaign)
    no, position = service.campaigns.create(caller, values.no, value, activated=values.activated)
    record = service.records.get(records.CAMPAIGN, no)
    settle(position, ["setup"], version=record.version)
    settle.created(f"/v1/campaigns/{no}")
    return shown(service, records.CAMPAIGN, no, record.version, record.value)


@router.get("/setup", response_model=SetupBody, dependencies=[READERS])
def read_setup(service: ServiceOf, moment: Asked) -> Any:
    """The set-up, as it is or as it was."""
    if moment.is_now:
        return msgspec.to_builtins(service.records.setup())
    past = service.records.as_of(records.SETUP, records.THE_SETUP, **moment.where())
    return msgspec.to_builtins(past.value)


@router.patch("/setup", response_model=SetupBody)
def change_setup(values: SetupBody, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Change the set-up: what is not named stays, in a number series and in the company too."""
    sent = values.model_dump(exclude_unset=True)

    def change(now: Setup) -> Setup:
        for name, series in sent.get("number_series", {}).items():
            is_new = getattr(now.number_series, name) is None
            if is_new and series is not None and "prefix" not in series:
                raise InvalidRequest.at(("number_series", name, "prefix"), "a new series needs a prefix")
        return msgspec.convert(_merged(msgspec.to_builtins(now), sent), Setup)

    settle(service.records.change_setup(caller, change), ["setup"])
    return msgspec.to_builtins(service.records.setup())


def _merged(now: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What is sent over what there is, at any depth."""
    within = {
        name: _merged(now[name], value)
        for name, value in sent.items()
        if isinstance(value, dict) and isinstance(now.get(name), dict)
    }
    return now | sent | within
