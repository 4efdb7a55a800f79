"""What a request says besides its body: who, on which work date, which version, how fresh, how patient.

What is known without asking the database is `async`: as a plain function it would be sent to a thread and
back, and for small commands those trips took more time than all the rest.
"""

import re
from collections.abc import AsyncIterator, Sequence, Set
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, unquote

import msgspec
import psycopg
from fastapi import Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from api.keys import Principal
from api.moments import FIELDS
from api.problems import ProblemError
from api.service import Service
from api.tokens import WithoutRoleError
from application.field_words import Language
from application.journal import Caller, RequestKey, Role
from domain.errors import InvalidRequest, NotYetProjected
from projections.listing import MOST, USUAL, Page
from projections.listing import Query as ListQuery

READ_SECONDS = 10.0
"""How long a read waits for the position that it asks for."""
WRITE_SECONDS = 2.0
"""How long a write waits until it can be read."""

bearer = HTTPBearer(auto_error=False, description="An API key, or a token where they are taken.")


def service_of(request: Request) -> Service:
    """The service that this application serves."""
    service: Service = request.app.state.service
    return service


async def _service_of(request: Request) -> Service:
    return service_of(request)


ServiceOf = Annotated[Service, Depends(_service_of)]


async def let_in(service: Service, credential: str) -> Principal | None:
    """Who comes with this key or token, if it is one. Raises 403."""
    return service.entry.remembered(credential) or await run_in_threadpool(_asked, service, credential)


def _asked(service: Service, credential: str) -> Principal | None:
    try:
        return service.entry.principal(credential)
    except WithoutRoleError:
        raise ProblemError("forbidden", "Not for you", "Your token gives you no role here.") from None


async def who_comes(request: Request) -> Principal | None:
    """Who comes with this request, if it is somebody; found out once. Raises 403."""
    if not hasattr(request.state, "who"):
        scheme, credential = get_authorization_scheme_param(request.headers.get("authorization"))
        is_bearer = scheme.lower() == "bearer"
        request.state.who = await let_in(service_of(request), credential) if is_bearer else None
    found: Principal | None = request.state.who
    return found


async def somebody(request: Request) -> Principal:
    """Who comes in. Raises 401, 403."""
    found = await who_comes(request)
    if found is None:
        raise ProblemError(
            "unauthorized",
            "Who are you?",
            "Send a valid API key in the header Authorization, as 'Bearer <key>'.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return found


class _Somebody(HTTPBearer):
    """Who comes in, as what a route needs; the document says so by it. Raises 401, 403."""

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        return await somebody(request)


principal = _Somebody(scheme_name=bearer.scheme_name, description=bearer.model.description)


async def may_measure(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """Lets everybody in who has a key, or everybody where metrics are open. Raises 401, 403."""
    if not service_of(request).entry.open_metrics:
        await somebody(request)


class Allow:
    """Lets these roles in, and admins. Raises 403."""

    def __init__(self, *roles: Role) -> None:
        self._roles = roles

    async def __call__(self, who: Annotated[Principal, Depends(principal)]) -> Principal:
        return self.check(who)

    def check(self, who: Principal) -> Principal:
        """The same once more, if it is one of them. Raises 403."""
        refuse_other_roles(who.role, self._roles)
        return who


def lets_in(service: Service, credentials: HTTPAuthorizationCredentials | None, *roles: Role) -> bool:
    """Whether somebody who was let in still is, in one of these roles or as an admin."""
    try:
        found = None if credentials is None else _asked(service, credentials.credentials)
        if found is not None:
            refuse_other_roles(found.role, roles)
    except ProblemError:
        return False
    return found is not None


def refuse_other_roles(role: Role, roles: Sequence[Role]) -> None:
    """Lets these roles in, and admins. Raises 403."""
    if role != "admin" and role not in roles:
        raise ProblemError("forbidden", "Not for you", f"Your role, {role}, may not do this.")


WORK_DATE = Header(alias="Work-Date", description="The business date; today when absent.")


async def _work_date(given: Annotated[str | None, WORK_DATE] = None) -> date:
    return work_date(given)


def work_date(given: str | None) -> date:
    """The date that the user works on. Raises InvalidRequest."""
    if given is None:
        return date.today()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise InvalidRequest.at("Work-Date", f"'{given}' is not a date (write 2026-11-24)")


WorkDate = Annotated[date, Depends(_work_date)]


ANY_VERSION = "*"
IF_MATCH = Header(alias="If-Match", description="The ETag of the version that was seen.")


def _seen(given: str | None) -> frozenset[int] | None:
    """The versions that any of the tags names; one that was never given out names none."""
    if given is None or given == ANY_VERSION:
        return None
    tags = [re.fullmatch(r'(?:W/)?"(\d{1,18})"', tag.strip()) for tag in given.split(",")]
    return frozenset(int(tag[1]) for tag in tags if tag)


LONGEST_KEY = 200
IDEMPOTENCY_KEY = Header(
    alias="Idempotency-Key",
    max_length=LONGEST_KEY,
    description="The same key with the same request answers the same and does nothing again, for 24 hours.",
)


class _Caller(Allow):
    """Lets these roles in, as those who give a command; one dependency, since FastAPI takes long for each."""

    async def __call__(  # type: ignore[override]
        self,
        request: Request,
        who: Annotated[Principal, Depends(principal)],
        seen: Annotated[str | None, IF_MATCH] = None,
        key: Annotated[str | None, IDEMPOTENCY_KEY] = None,
        given: Annotated[str | None, WORK_DATE] = None,
    ) -> Caller:
        self.check(who)
        digest: bytes | None = getattr(request.state, "request_sha256", None)
        repeatable = RequestKey(key, digest) if key is not None and digest is not None else None
        must_exist = seen == ANY_VERSION
        return Caller(who.user_id, who.role, work_date(given), _seen(seen), repeatable, must_exist)


Marketer = Annotated[Caller, Depends(_Caller("marketer"))]
Admin = Annotated[Caller, Depends(_Caller())]
Asker = Annotated[Caller, Depends(_Caller("marketer", "auditor"))]
"""Somebody who asks what would be; nothing is recorded but that they asked."""


def _reader(*roles: Role, of_history: bool) -> Any:
    """Lets these roles read. What is read of the history is recorded before it is shown."""

    async def read(
        request: Request, service: ServiceOf, who: Annotated[Principal, Depends(Allow(*roles))]
    ) -> None:
        # In a list that takes no moment, `version` is a field like others.
        moments = getattr(request.state, "moments", FIELDS)
        if of_history or not moments.isdisjoint(request.query_params):
            text = (request.url.path, request.url.query)
            path, query = (unquote(part, errors="replace").replace("\x00", "\ufffd") for part in text)
            record = service.auditing.reads.record
            await run_in_threadpool(record, who.user_id, who.role, request.method, path, query)

    return Depends(read)


READERS = _reader("marketer", "auditor", "reporter", of_history=False)
HISTORIANS = _reader("marketer", "auditor", of_history=True)
AUDITORS = _reader("auditor", of_history=True)
ADMINS = Depends(Allow())


def not_there_yet(position: int) -> NotYetProjected:
    """What a read answers that waited in vain."""
    return NotYetProjected(f"What is read does not hold position {position} yet; try again in a moment.")


def at_least(*names: str) -> Any:
    """A dependency of reads: waits until these read models hold the position that is asked for."""

    async def wait(
        service: ServiceOf,
        position: Annotated[
            int | None,
            Header(
                alias="Event-Position",
                ge=0,
                le=2**62,
                description="See at least this position, which a write has answered.",
            ),
        ] = None,
    ) -> None:
        models = service.read_models
        if position is None or models.wait(position, 0, names):
            return
        if not await run_in_threadpool(models.wait, position, READ_SECONDS, names):
            raise not_there_yet(position)

    return Depends(wait)


class Settle:
    """Ends a write: says its position, and waits until it can be read, unless told not to."""

    def __init__(self, service: Service, response: Response, *, waits: bool) -> None:
        self._service, self._response, self._waits = service, response, waits

    def __call__(self, position: int, names: Sequence[str], *, version: int | None = None) -> bool:
        """Whether it can be read now."""
        self._response.headers["Event-Position"] = str(position)
        if version is not None:
            self._response.headers["ETag"] = f'"{version}"'
        return self._service.read_models.wait(position, WRITE_SECONDS if self._waits else 0, names)

    def created(self, location: str) -> None:
        """The write made something new, at this address."""
        self._response.status_code = 201
        self._response.headers["Location"] = quote(location)


async def _settle(
    request: Request,
    response: Response,
    prefer: Annotated[
        str | None, Header(description="`respond-async` does not wait until the write can be read.")
    ] = None,
) -> Settle:
    return Settle(service_of(request), response, waits=prefer is None or "respond-async" not in prefer)


Settled = Annotated[Settle, Depends(_settle)]

LISTING_PARAMETERS = frozenset(("limit", "cursor", "count", "sort"))


def _filters(request: Request, others: Set[str] = frozenset()) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            hint = "" if name in others else "; combine filters with & or |"
            raise InvalidRequest.at(name, f"given twice{hint}")
        given[name] = value
    return {name: value for name, value in given.items() if name not in others}


async def field_filters(request: Request) -> dict[str, str]:
    """What is to be done with everything that meets filters: there are no pages, so every name is a field."""
    return _filters(request)


Filters = Annotated[dict[str, str], Depends(field_filters)]


async def list_query(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=4_000)] = None,
    count: Annotated[bool, Query(description="Whether to say how many there are in all.")] = False,
    sort: Annotated[str | None, Query(max_length=100, description="A field; with - before it, down.")] = None,
) -> AsyncIterator[ListQuery]:
    """What is asked of a list; every other parameter is a field with a filter expression."""
    filters = _filters(request, LISTING_PARAMETERS)
    try:
        yield ListQuery(filters, sort, limit, cursor, count)
    except (psycopg.DataError, RecursionError, UnicodeError) as error:
        # Filters have been read by then; whether the values in a cursor are any, only the database knows.
        if cursor is None:
            raise
        raise InvalidRequest.at("cursor", "this is no cursor of this list") from error


Listed = Annotated[ListQuery, Depends(list_query)]


def answered(page: Page, items: Sequence[Any] | None = None) -> dict[str, Any]:
    """A page as it is answered; its items as they are shown, where that is not as they were found."""
    return {
        "items": page.items if items is None else items,
        "next_cursor": page.next_cursor,
        "total": page.total,
    }


def preferred_language(accepted: str | None) -> Language:
    """Dutch where it is preferred to English, else English."""
    for part in (accepted or "").lower().split(","):
        if part.strip().startswith(("nl", "en")):
            return "nl" if part.strip().startswith("nl") else "en"
    return "en"


async def _language(accepted: Annotated[str | None, Header(alias="Accept-Language")] = None) -> Language:
    return preferred_language(accepted)


InLanguage = Annotated[Language, Depends(_language)]


def etag(response: Response, version: int) -> None:
    """Say which version a read has seen."""
    response.headers["ETag"] = f'"{version}"'


def without_request_key(caller: Caller) -> Caller:
    """The caller of a command that saves more than once."""
    return msgspec.structs.replace(caller, request=None)
