"""Erasing a contact from its page, and how the erased are told from those without a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import Eraser, MayErase, PageRoute, Sent, given_text, go_to, settle
from api.pages.rendering import ERASED, quoted
from api.schemas.contacts import ErasureBody
from api.schemas.values import Code
from api.service import Service
from domain.errors import InvalidRequest
from projections.contact_queries import nameless

router = APIRouter(prefix="/contacts/{no}/erase", route_class=PageRoute, include_in_schema=False)
NAMED_BY: Mapping[str, str] = MappingProxyType(
    {"contact_name": "contact_no", "contact_company_name": "contact_company_no", "name": "no"}
)
"""Which field holds the number of the contact that a name is of."""


def names_or_erased(service: Service, rows: Sequence[dict[str, Any]]) -> None:
    """Put a mark where the name of an erased contact was."""
    blank = [
        (row, name, row[no])
        for row in rows
        for name, no in NAMED_BY.items()
        if name in row and row[name] is None and row.get(no) is not None
    ]
    if not blank:
        return
    with service.read_models.cursor() as cursor:
        erased = nameless(cursor, {no for _, _, no in blank})
    for row, name, no in blank:
        if no in erased:
            row[name] = ERASED


@router.get("")
def ask(no: Code, service: ServiceOf, visitor: MayErase) -> HTMLResponse:
    """What erasing means, before it is done."""
    contact = service.contacts.get(no)
    return visitor.page(
        "contact_erase.html",
        contact=contact,
        statistics=service.contacts.statistics(contact),
        segments=service.contacts.open_segments_with(contact.key),
    )


@router.post("")
def erase(no: Code, request: Request, service: ServiceOf, visitor: Eraser, form: Sent) -> Response:
    """Destroy what is personal of a contact, for good."""
    if form.get("sure") != "on":
        raise InvalidRequest.at("sure", "say that you know that it cannot be undone")
    body = ErasureBody.model_validate({"reason": given_text(form, "reason")})
    _, position = service.erasing.erase(visitor.caller, no, body.reason)
    settle(service, position, "contacts")
    return go_to(request, f"/contacts/{quoted(no)}")
