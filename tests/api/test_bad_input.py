"""Whatever is sent that cannot be used: the right problem, naming its place, and nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.api.crm import Crm, places, refused

NONE = "BAD-NONE"
LONG = "X" * 21
NUL = "a\x00b"
HALF = "a\ud800b"
HUGE = 10**30

CONTACTS, SEGMENTS = "/v1/contacts", "/v1/segments"
CONTACT, SEGMENT = f"{CONTACTS}/BAD-CO", f"{SEGMENTS}/BAD-SM"
LINES, LINE = f"{SEGMENT}/lines", f"{SEGMENT}/lines/10000"
CRITERIA = f"{SEGMENT}/criteria-actions"
TEMPLATE, CAMPAIGN = "/v1/interaction-templates/BAD-IT", "/v1/campaigns/BAD-CP"
LOGGED, ENTRIES = "/v1/logged-segments", "/v1/interaction-log-entries"
LISTS = (
    *(CONTACTS, SEGMENTS, LINES, LOGGED, ENTRIES, "/v1/campaign-entries", "/v1/campaigns"),
    *("/v1/saved-segment-criteria", "/v1/interaction-templates", "/v1/salespeople", "/v1/mailing-groups"),
)
JSON = {"Content-Type": "application/json"}

Values = tuple[Any, ...]


class Bad(NamedTuple):
    """Something that cannot be used, and the answer to it; `place` is one that the answer names."""

    name: str
    method: str
    path: str
    body: Any = None
    slug: str = "invalid-request"
    place: tuple[str | int, ...] | None = None
    raw: bytes | None = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    params: dict[str, str] = {}  # noqa: RUF012 - never changed


def values(method: str, path: str, wrong: dict[str, Values], **besides: Any) -> Iterator[Bad]:
    """Bodies that have one wrong value each."""
    for field, sent in wrong.items():
        for value in sent:
            name = f"{method} {path} {field}={value!r:.30}"
            yield Bad(name, method, path, besides | {field: value}, place=(field,))


CODES: Values = (5, True, [], {}, LONG, NUL, HALF)
SHORT_CODES: Values = (*CODES, "ELEVEN-LONG")
TEXTS: Values = (5, False, ["a"], {"a": 1}, "x" * 256, NUL, HALF)
AMOUNTS: Values = (
    -1,
    "-0.01",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    HUGE,
    "1.123456",
    "two",
    "",
    [],
    None,
    True,
    "1_000",
)
MINUTES: Values = (-1, 1.5, HUGE, "many", "", [], None, True, "1_000")
DATES: Values = ("2026-02-30", "2026-13-01", "2026-1-1", "20260101", 0, 86_400, [], "2026-01-01T00:00:00")
TIMES: Values = ("24:00:01", "10:61:00", "ten", 3600, [], "10:00:00Z", "10:00:00+02:00")
FLAGS: Values = ("perhaps", 2, [], None)
WORDS: Values = ("pigeon", "Email", 1, True, [])

HEADER_VALUES: dict[str, Values] = {
    "description": (*TEXTS, "x" * 101),
    "campaign_no": (*CODES, NONE),
    "salesperson_code": (*CODES, NONE),
    "interaction_template_code": (*SHORT_CODES, NONE),
    "interaction_group_code": (*SHORT_CODES, NONE),
    "correspondence_type": WORDS,
    "information_flow": WORDS,
    "initiated_by": WORDS,
    "unit_cost": AMOUNTS,
    "unit_duration_minutes": MINUTES,
    "date": DATES,
    "campaign_target": FLAGS,
    "language_code": SHORT_CODES,
    "nothing_like_it": ("x",),
    "number_of_lines": (5,),
}
LINE_VALUES: dict[str, Values] = {
    "description": (*TEXTS, "x" * 101),
    "campaign_no": (*CODES, NONE),
    "salesperson_code": (*CODES, NONE),
    "interaction_template_code": (*SHORT_CODES, NONE),
    "interaction_group_code": (*SHORT_CODES, NONE),
    "evaluation": WORDS,
    "cost": AMOUNTS,
    "duration_minutes": MINUTES,
    "date": DATES,
    "time_of_interaction": TIMES,
    "attempt_failed": FLAGS,
    "contact_via": (*TEXTS, "x" * 81),
    "remarks": (5, NUL, HALF, "x" * 4_001),
    "contact_alternative_address_code": (*SHORT_CODES, NONE),
    "line_no": (10_000,),
}
INTERACTION_VALUES: dict[str, Values] = {
    "interaction_template_code": (*SHORT_CODES, NONE),
    "salesperson_code": (*CODES, NONE),
    "campaign_no": (*CODES, NONE),
    "date": DATES,
    "time_of_interaction": TIMES,
    "description": (*TEXTS, "x" * 101),
    "evaluation": WORDS,
    "cost": AMOUNTS,
    "duration_minutes": MINUTES,
    "send_attachments": FLAGS,
    "canceled": (True,),
}
CONTACT_VALUES: dict[str, Values] = {
    "type": (None, *WORDS),
    "name": (*TEXTS, "x" * 101),
    "first_name": (*TEXTS, "x" * 31),
    "company_no": CODES,
    "salesperson_code": (*CODES, NONE),
    "territory_code": (*CODES, NONE),
    "salutation_code": (*CODES, NONE),
    "organizational_level_code": (*CODES, NONE),
    "language_code": SHORT_CODES,
    "correspondence_type": WORDS,
    "exclude_from_segment": FLAGS,
    "version": (1,),
    "shoe_size": (43,),
    **dict.fromkeys(
        ("mailing_groups", "industry_groups", "job_responsibilities"),
        (None, "NEWS", [5], [LONG], [None], [""], [NUL], [NONE]),
    ),
    "business_relations": (None, [5], [{}], [{"code": NONE}], [{"code": "B", "shoe_size": 43}]),
    "profile_answers": ([{"questionnaire_code": "Q"}], [{"questionnaire_code": NONE, "line_no": 1}]),
    "alternative_addresses": ([{"code": "A", "date_ranges": [{"starting_date": "2026-02-30"}]}], ["A"]),
}
RECORD_VALUES: dict[str, dict[str, Values]] = {
    "/v1/mailing-groups/BAD-NEW": {"description": (*TEXTS, "x" * 101), "code": ("BAD-NEW",)},
    "/v1/salutations/BAD-NEW": {"formulas": (None, [5], [{}], [{"text": "x" * 51}], [{"names": ["shoe"]}])},
    "/v1/salespeople/BAD-NEW": {"name": (*TEXTS, "x" * 51), "blocked": FLAGS, "email": ("x" * 81,)},
    "/v1/profile-questionnaires/BAD-NEW": {
        "lines": ([{}], [{"line_no": HUGE, "type": "question"}], [{"line_no": 1, "type": "guess"}])
    },
    TEMPLATE: {
        "unit_cost": AMOUNTS,
        "unit_duration_minutes": MINUTES,
        "interaction_group_code": (*SHORT_CODES, NONE),
        "campaign_no": (*CODES, NONE),
        "documents": ([],),
    },
    CAMPAIGN: {
        "starting_date": DATES,
        "salesperson_code": (*CODES, NONE),
        "status_code": (*CODES, NONE),
        "cost": ("1.00",),
    },
}
BESIDES = {"/v1/salutations/BAD-NEW": {"description": "Sir"}, TEMPLATE: {"interaction_group_code": "BAD-IG"}}
SETUP_VALUES: dict[str, Values] = {
    "default_salesperson_code": (*CODES, NONE),
    "default_correspondence_type": WORDS,
    "number_series": (None, 5, {"letter": {}}, *({"segment": {"prefix": p}} for p in ("x", "A" * 11))),
    "company": (None, {"name": "x" * 101}, {"shoe_size": 43}),
    "anything": (1,),
}
WRONG_EXCLUSIONS: Values = (5, [], {"contacts": []}, {"segments": [LONG]}, {"logged_segments": [0]})
WRONG_FILTERS: tuple[tuple[Any, tuple[str | int, ...]], ...] = (
    ({"planet": {"name": "Mars"}}, ("planet",)),
    ({"contact": {"shoe_size": "43"}}, ("contact", "shoe_size")),
    ({"contact": "Arnhem"}, ("contact",)),
    ({"contact": {"city": None}}, ("contact", "city")),
    ({"contact": {"city": ["Arnhem"]}}, ("contact", "city")),
    ({"contact": {"city": ""}}, ("contact", "city")),
    ({"contact": {"city": "A|"}}, ("contact", "city")),
    ({"contact": {"city": "'A"}}, ("contact", "city")),
    ({"contact": {"city": NUL}}, ("contact", "city")),
    ({"contact": {"city": HALF}}, ("contact", "city")),
    ({"contact": {HALF: "x"}}, ("contact", "a?b")),
    ({NUL: {}}, (NUL,)),
    ({"contact": {"city": "x" * 100_001}}, ("contact", "city")),
    ({"contact": {"type": "club"}}, ("contact", "type")),
    ({"contact": {"exclude_from_segment": "perhaps"}}, ("contact", "exclude_from_segment")),
    ({"interaction_log_entry": {"date": "2026-02-30"}}, ("interaction_log_entry", "date")),
    ({"interaction_log_entry": {"date": "-9999999Y"}}, ("interaction_log_entry", "date")),
    ({"interaction_log_entry": {"cost": "1e5"}}, ("interaction_log_entry", "cost")),
    ({"interaction_log_entry": {"entry_no": HUGE}}, ("interaction_log_entry", "entry_no")),
    ({"any": []}, ("any",)),
    ({"all": {"contact": {}}}, ("all",)),
    ({"any": [{"contact": {"city": "A"}}, 5]}, ("any", 1)),
    ({"not": {"not": {"contact": {"shoe_size": "1"}}}}, ("not", "not", "contact", "shoe_size")),
)


def _deep(depth: int) -> dict[str, Any]:
    filters: dict[str, Any] = {"contact": {"city": "Arnhem"}}
    for _ in range(depth):
        filters = {"not": filters}
    return filters


def records() -> Iterator[Bad]:
    for path, wrong in RECORD_VALUES.items():
        yield from values("PUT", path, wrong, **BESIDES.get(path, {}))
    for code in ("%2E", "%2E%2E"):  # no client would find it again
        for kind, key in (("territories", "code"), ("campaigns", "no")):
            path = f"/v1/{kind}/{code}"
            yield Bad(f"PUT {path}", "PUT", path, {"description": "Dots"}, place=(key,))


def filters() -> Iterator[Bad]:
    for sent, place in WRONG_FILTERS:
        body = {"action": "add_contacts", "filters": sent}
        yield Bad(f"criteria {sent!r:.50}", "POST", CRITERIA, body, "invalid-filter", place)
    yield Bad(
        "filters that are nested too deep",
        "POST",
        CRITERIA,
        {"action": "reduce", "filters": _deep(30)},
        "invalid-filter",
    )
    yield from values(
        *("POST", CRITERIA),
        {"action": (None, "extend", 5), "filters": (None, "all", []), "allow_related_companies": FLAGS},
        action="refine",
    )


def lists() -> Iterator[Bad]:
    wrong: tuple[tuple[str, str, str], ...] = (
        *(("limit", limit, "invalid-request") for limit in ("0", "1001", "-1", "ten", "", "1.5", str(HUGE))),
        *(("cursor", cursor, "invalid-request") for cursor in WRONG_CURSORS),
        *(("sort", sort, "invalid-request") for sort in ("shoe_size", "--", "-", "", NUL, "x" * 101)),
        ("count", "perhaps", "invalid-request"),
        ("shoe_size", "43", "invalid-filter"),
    )
    for path in LISTS:
        for name, value, slug in wrong:
            key = f"GET {path}?{name}={value:.30}"
            yield Bad(key, "GET", path, slug=slug, place=(name,), params={name: value})
    for path, name, texts in (
        (CONTACTS, "city", ("", "A|", "'A", "<>", "..", NUL)),
        (CONTACTS, "type", ("club", "company..club")),
        (CONTACTS, "privacy_blocked", ("yes",)),
        (CONTACTS, "version", ("one", str(HUGE))),
        (SEGMENTS, "date", ("2026-02-30", "soon", "-9999999Y")),
        (SEGMENTS, "unit_cost", ("1e5", "NaN", "1,5")),
        (LINES, "time_of_interaction", ("25:00",)),
        (LINES, "evaluation", ("splendid",)),
        (LINES, "contact_any_name", ("A",)),
        ("/v1/salespeople", "blocked", ("1",)),
    ):
        for text in texts:
            key = f"GET {path}?{name}={text:.30}"
            yield Bad(key, "GET", path, slug="invalid-filter", place=(name,), params={name: text})
    for path in (LOGGED, ENTRIES, "/v1/campaign-entries"):
        no_number = {"cursor": "W251bGwsIngiXQ"}  # [null,"x"]
        yield Bad(f"GET {path} after a text", "GET", path, place=("cursor",), params=no_number)
    yield Bad("a filter given twice", "GET", f"{CONTACTS}?city=A&city=B", place=("city",))


WRONG_CURSORS = (
    "!",
    "€",
    "bm90aGluZw",  # nothing
    "W10",  # []
    "e30",  # {}
    "WzFd",  # [1]
    "W251bGxd",  # [null]
    "W251bGwsIngiLCJ5Il0",  # [null,"x","y"]
    "W251bGwsIlx1MDAwMCJd",  # [null,"\u0000"]
    "W251bGwsIlx1ZDgwMCJd",  # [null,"\ud800"]
    "W1tb" * 1_000,  # deeply nested
    "x" * 4_001,
)

ADDRESSES = (
    *(f"{CONTACTS}/{NONE}", f"{SEGMENTS}/{NONE}", f"{LINES}/123", f"{LOGGED}/999999", f"{ENTRIES}/999999"),
    *("/v1/campaign-entries/999999", f"/v1/campaigns/{NONE}", f"/v1/saved-segment-criteria/{NONE}"),
    *(f"/v1/interaction-templates/{NONE}", f"/v1/salespeople/{NONE}", f"/v1/mailing-groups/{NONE}"),
    *(f"{SEGMENTS}/{NONE}/lines", f"{SEGMENTS}/{NONE}/criteria-actions", f"{SEGMENTS}/{NONE}/history"),
    *("/v1/planets", "/v2/contacts", "/nothing", f"{CONTACTS}//", f"{SEGMENT}/planets"),
)
PATHS: tuple[tuple[str, str], ...] = (
    *((f"{CONTACTS}/{code}", "no") for code in (LONG, "%00", "X" * 5_000, "%20")),
    *((f"{SEGMENTS}/{code}", "no") for code in (LONG, "%00")),
    *((f"/v1/mailing-groups/{code}", "code") for code in ("ELEVEN-LONG", "%00", LONG)),
    *((f"/v1/salespeople/{code}", "code") for code in (LONG, "%00")),
    *((f"/v1/saved-segment-criteria/{code}", "code") for code in ("ELEVEN-LONG", "%00")),
    *((f"{LINES}/{number}", "line_no") for number in ("ten", "0", "-1", str(HUGE), "9" * 5_000, "1.5")),
    *((f"{LOGGED}/{number}", "entry_no") for number in ("ten", "0", str(HUGE))),
    *((f"{ENTRIES}/{number}", "entry_no") for number in ("ten", "0", str(HUGE))),
    *((f"{SEGMENT}?version={number}", "version") for number in ("ten", "-1", str(HUGE))),
    *((f"{SEGMENT}?as_of={at}", "as_of") for at in ("ten", "2026-02-30T00:00:00Z", str(HUGE), "5")),
    *((f"{LINES}?as_of={at}", "as_of") for at in ("ten", "2026-02-30T00:00:00Z")),
    *((f"/v1/events?after={after}", "after") for after in ("-1", "ten", str(HUGE))),
    *((f"/v1/events?limit={limit}", "limit") for limit in ("0", "1001", "ten")),
    *((f"/v1/events?stream={stream}", "stream") for stream in ("%00", "x" * 256)),
    ("/v1/events?type=%00", "type"),
)
BODIES = (
    *(("POST", CONTACTS), ("PATCH", CONTACT), ("POST", SEGMENTS), ("PATCH", SEGMENT), ("POST", LINES)),
    *(("PATCH", LINE), ("POST", CRITERIA), ("PUT", TEMPLATE), ("PUT", "/v1/mailing-groups/BAD-NEW")),
    *(("PATCH", "/v1/setup"), ("POST", "/v1/api-keys"), ("POST", f"{SEGMENT}/save-criteria")),
)
NO_OBJECTS: tuple[tuple[str, bytes, str | None], ...] = (
    ("no JSON", b'{"description": ', "application/json"),
    ("no text", b"\xff\xfe\x00", "application/json"),
    ("half a body", b'{"description": "\xe2\x82', "application/json"),
    ("empty", b"", "application/json"),
    ("a list", b"[]", "application/json"),
    ("null", b"null", "application/json"),
    ("a text", b'"x"', "application/json"),
    ("a number with 5,000 digits", b'{"description": ' + b"9" * 5_000 + b"}", "application/json"),
    ("deep lists", b"[" * 100_000, "application/json"),
    ("deep objects", b'{"filters":' * 5_000 + b"1" + b"}" * 5_000, "application/json"),
    ("another type", b'{"description": "x"}', "text/plain"),
    ("a form", b"description=x", "application/x-www-form-urlencoded"),
    ("no type", b'{"description": "x"}', None),
    ("NaN", b'{"action": "reduce", "filters": {"contact": {"city": NaN}}}', "application/json"),
    ("Infinity", b'{"unit_cost": Infinity}', "application/json"),
)


def bodies() -> Iterator[Bad]:
    for method, path in BODIES:
        for name, raw, kind in NO_OBJECTS:
            headers = {"Content-Type": kind} if kind else {}
            yield Bad(f"{method} {path} {name}", method, path, raw=raw, headers=headers)
        yield Bad(f"{method} {path} a field of half a character", method, path, {HALF: 1})
        yield Bad(f"{method} {path} a field without a name", method, path, {"": 1}, place=("",))
    raw = b'{"description": "' + b"x" * 11_000_000 + b'"}'
    for method, path in BODIES[:4]:
        yield Bad(f"{method} {path} 11 MB", method, path, raw=raw, headers=JSON, slug="too-large")
    key = {**JSON, "Idempotency-Key": "a large one"}
    yield Bad("11 MB that may be repeated", "POST", SEGMENTS, raw=raw, headers=key, slug="too-large")


def headers() -> Iterator[Bad]:
    for given in ("2026-02-30", "today", "", "2026-1-1", "20260101", "0000-01-01", "99999-01-01"):
        sent = {"Work-Date": given}
        yield Bad(f"Work-Date {given}", "POST", SEGMENTS, {}, place=("Work-Date",), headers=sent)
        yield Bad(f"Work-Date {given} of a list", "GET", CONTACTS, place=("Work-Date",), headers=sent)
    for given in ('"99"', '"0"', "nonsense", '"x"', "1", '"' + "9" * 100 + '"', '"-1"'):
        for method, path, body in (
            *(("PATCH", CONTACT, {"name": "New"}), ("DELETE", CONTACT, None), ("DELETE", SEGMENT, None)),
            *(("PATCH", SEGMENT, {"subject": "New"}), ("PUT", TEMPLATE, BESIDES[TEMPLATE])),
            *(("PATCH", LINE, {"subject": "New"}), ("POST", CRITERIA, {"action": "add_contacts"})),
            *(("POST", f"{SEGMENT}/go-back", None), ("POST", f"{SEGMENT}/log", None)),
        ):
            name = f"{method} {path} If-Match {given:.10}"
            yield Bad(name, method, path, body, "version-conflict", headers={"If-Match": given})
    for given in ("ten", "-1", "", str(HUGE), "1.5"):
        sent = {"Event-Position": given}
        yield Bad(f"Event-Position {given}", "GET", CONTACT, place=("Event-Position",), headers=sent)
        name = f"Event-Position {given} of a write"
        yield Bad(name, "POST", SEGMENTS, {}, place=("Event-Position",), headers=sent)
    sent = {"Idempotency-Key": "k" * 201}
    for path, content in ((SEGMENTS, {}), ("/v1/api-keys", {"role": "auditor", "user_id": "x"})):
        yield Bad(f"a long key to {path}", "POST", path, content, place=("Idempotency-Key",), headers=sent)


def unknown() -> Iterator[Bad]:
    def not_found(name: str, path: str, body: Any, *place: str | int) -> Bad:
        return Bad(name, "POST", path, body, "not-found", place or None)

    for name, wrong in (("segments", NONE), ("logged_segments", 999_999)):
        body = {"action": "add_contacts", "exclude": {name: [wrong]}}
        yield not_found(f"criteria that leave out {name}", CRITERIA, body, "exclude", name, 0)
    yield not_found("a group of nothing", f"{SEGMENT}/apply-mailing-group", {"code": NONE}, "code")
    yield not_found("an interaction with nobody", ENTRIES, {"contact_no": NONE}, "contact_no")
    evaluated = {"entry_nos": [999_999], "evaluation": "positive"}
    yield not_found("entries that are not there", f"{ENTRIES}/evaluate", evaluated, "entry_nos")
    for call in ("resume", "cancel", "uncancel"):
        yield not_found(f"{call} what is not there", f"{ENTRIES}/999999/{call}", None)
    yield not_found("a comment on nothing", f"{ENTRIES}/999999/comments", {"comment": "Hello"})
    for params in ({"shoe_size": "43"}, {"date": "soon"}, {"cost": "1e5"}):
        path, place = f"{ENTRIES}/delete-canceled", tuple(params)
        yield Bad(f"delete by {params}", "POST", path, None, "invalid-filter", place, params=params)
    yield not_found("a line of nobody", LINES, {"contact_no": NONE}, "contact_no")
    yield Bad("a line becomes nobody's", "PATCH", LINE, {"contact_no": NONE}, "not-found", ("contact_no",))
    yield not_found("criteria that are not there", f"{SEGMENT}/reuse-criteria", {"code": NONE}, "code")
    path = f"{SEGMENT}/reuse-logged-segment"
    yield not_found("a logged segment that is not there", path, {"entry_no": 999_999}, "entry_no")
    yield from values("POST", path, {"entry_no": (0, -1, "one", HUGE, None)})
    yield from values("POST", f"{SEGMENT}/save-criteria", {"code": (*SHORT_CODES, "A/B", "..")})
    for name in ("company_no", "external_id"):
        place = ("company_no",) if name == "company_no" else ("external_id",)
        wrong = NONE if name == "company_no" else LONG
        body = {"no": "BAD-NEW", "type": "person", "name": "P", name: wrong}
        yield Bad(f"a person with {name}", "POST", CONTACTS, body, place=place)
    for address in ADDRESSES:
        yield Bad(f"GET {address}", "GET", address, slug="not-found")
    for address, place_name in PATHS:
        yield Bad(f"GET {address:.60}", "GET", address, place=(place_name,))
    for method, address in (("PUT", CONTACTS), ("DELETE", CONTACTS), ("POST", CONTACT), ("PATCH", TEMPLATE)):
        yield Bad(f"{method} {address}", method, address, {}, "method-not-allowed")


TABLE = [
    *values("POST", SEGMENTS, HEADER_VALUES | {"no": (*CODES, "A/B", "..")}),
    *values("PATCH", SEGMENT, HEADER_VALUES | {"no": ("BAD-SM",), "update_lines": FLAGS}),
    *values("POST", LINES, LINE_VALUES, contact_no="BAD-CO"),
    *values("POST", LINES, {"contact_no": (*CODES, None, "")}),
    *values("PATCH", LINE, LINE_VALUES),
    *values("POST", CONTACTS, CONTACT_VALUES | {"no": (*CODES, "A/B", ".")}, name="Alder"),
    *values("PATCH", CONTACT, CONTACT_VALUES | {"no": ("BAD-CO",)}),
    *records(),
    *values("PATCH", "/v1/setup", SETUP_VALUES),
    *values("POST", ENTRIES, INTERACTION_VALUES | {"postponed": FLAGS}, contact_no="BAD-CO"),
    *values("POST", ENTRIES, {"contact_no": CODES}),
    *values("POST", ENTRIES, {"contact_alternative_address_code": (*SHORT_CODES, NONE)}, contact_no="BAD-CO"),
    *values("POST", f"{SEGMENT}/apply-mailing-group", {"code": SHORT_CODES}),
    *values("POST", f"{SEGMENT}/apply-mailing-group", {"delete_old_assignments": FLAGS}, code="BAD"),
    *values("POST", CRITERIA, {"exclude": WRONG_EXCLUSIONS}, action="add_contacts"),
    *values("POST", f"{ENTRIES}/999999/comments", {"comment": (None, "", " ", 5, NUL, HALF, "x" * 1_001)}),
    *values("POST", f"{ENTRIES}/evaluate", {"entry_nos": (None, [], 5, ["x"], [0], [HUGE])}, evaluation=None),
    *values("POST", f"{ENTRIES}/evaluate", {"evaluation": WORDS}, entry_nos=[999_999]),
    *values("POST", "/v1/api-keys", {"role": (None, "king", 5), "user_id": (5, NUL), "key": ("x",)}),
    *values("POST", f"{SEGMENT}/log", {"send_attachments": FLAGS, "anything": (1,)}),
    *values("POST", f"{LOGGED}/1/follow-up", {"only": (5, {"evaluation": "splendid"}), "description": TEXTS}),
    *(*filters(), *lists(), *bodies(), *headers(), *unknown()),
]


@pytest.fixture(scope="module")
def position(client: httpx.Client) -> int:
    """The position once there is what the table is about: a company on a line, a template, a campaign."""
    crm = Crm(client, "BAD")
    crm.contact(no="BAD-CO")
    crm.record("interaction-groups", "BAD-IG")
    crm.record("interaction-templates", "BAD-IT", interaction_group_code="BAD-IG")
    crm.record("campaigns", "BAD-CP")
    crm.segment(no="BAD-SM")
    crm.line("BAD-SM", "BAD-CO")
    return crm.position()


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name.encode("ascii", "backslashreplace").decode())
def test_what_cannot_be_used_is_refused_at_its_place_and_changes_nothing(
    bad: Bad, client: httpx.Client, crm: Crm, position: int
) -> None:
    content, sent = bad.raw, bad.headers
    if bad.body is not None:
        content, sent = json.dumps(bad.body).encode(), JSON | sent

    response = client.request(bad.method, bad.path, content=content, headers=sent, params=bad.params or None)

    problem = refused(response, bad.slug)
    if bad.place is not None:
        wanted = list(bad.place)
        assert any(wanted in (at[: len(wanted)], at[-len(wanted) :]) for at in places(problem)), problem
    assert not [word for word in ("dictionary", "Decimal", "literal[", "function-") if word in str(problem)]
    assert crm.position() == position
