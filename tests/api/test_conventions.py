"""Conventions of the contract, held against every call of the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any, NamedTuple

import httpx
import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from api import conventions
from api.app import create_app
from api.problems import MEDIA_TYPE
from api.schemas.values import Body
from api.service import Service
from application.journal import Role
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused

NUMBERS = {"entry_no", "line_no", "action_no", "key_id", "position", "tree_size", "task_no", "comment_no"}


class Call(NamedTuple):
    """A call on things that are not there."""

    method: str
    path: str
    operation: Any

    @property
    def url(self) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: "999999" if found[1] in NUMBERS else "NONE", self.path)

    @property
    def body(self) -> Any:
        """One that no call can use."""
        return {"nothing_like_it": 1} if "requestBody" in self.operation else None

    def headers(self) -> set[str]:
        return {one["name"] for one in self.operation.get("parameters", []) if one["in"] == "header"}


def calls() -> Iterator[Call]:
    document = create_app(Service.__new__(Service)).openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation.get("security"):
                yield Call(method.upper(), path, operation)


CALLS = list(calls())
every_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")


def is_problem(response: httpx.Response) -> bool:
    return response.headers["content-type"] == MEDIA_TYPE and response.json()["type"].startswith("/problems/")


@every_call
class TestEveryCall:
    def test_authentication_none_or_a_wrong_key_is_401(self, anonymous: httpx.Client, call: Call) -> None:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}):
            response = anonymous.request(call.method, call.url, json=call.body, headers=headers)
            refused(response, "unauthorized")

    def test_authentication_goes_before_what_is_wrong_with_the_body(
        self, anonymous: httpx.Client, client_for: ClientFor, call: Call
    ) -> None:
        if "application/json" not in call.operation.get("requestBody", {}).get("content", {}):
            return
        broken: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "application/json"}}
        refused(anonymous.request(call.method, call.url, **broken), "unauthorized")
        refused(client_for("reporter").request(call.method, call.url, **broken), "forbidden")

    def test_authentication_a_role_that_may_not_is_403(self, client_for: ClientFor, call: Call) -> None:
        """An auditor changes nothing, a reporter neither, and neither do they learn what is wrong."""
        if call.method == "GET" or call.path.startswith("/v1/audit/"):
            return
        # Trying something out records nothing, so whoever reads the history may.
        roles: tuple[Role, ...] = ("reporter",) if call.path.endswith("/what-if") else ("auditor", "reporter")
        for role in roles:
            for body in (call.body, {"nothing_like_it": 1}):
                refused(client_for(role).request(call.method, call.url, json=body), "forbidden")
            unknown = client_for(role).request(call.method, call.url, params={"nothing_like_it": "1"})
            refused(unknown, "forbidden")

    def test_errors_every_refusal_is_a_problem_that_the_document_knows(
        self, client: httpx.Client, call: Call
    ) -> None:
        response = client.request(call.method, call.url, json=call.body)
        assert str(response.status_code) in call.operation["responses"]
        if response.is_error:
            assert is_problem(response)

    def test_base_unknown_fields_in_a_body_are_refused(self, client: httpx.Client, call: Call) -> None:
        if "application/json" not in call.operation.get("requestBody", {}).get("content", {}):
            return
        response = client.request(call.method, call.url, json=call.body)
        if response.status_code != 404:
            assert response.status_code == 422
            assert ["nothing_like_it"] in places(response.json()) or response.json()["errors"]

    def test_base_a_body_is_refused_where_none_is_read(self, client: httpx.Client, call: Call) -> None:
        if call.method == "GET" or "requestBody" in call.operation:
            return
        problem = refused(
            client.request(call.method, call.url, json={"segment_no": "SM1"}), "invalid-request"
        )
        assert places(problem) == [["segment_no"]]
        for body in (b"[]", b"{", b'"SM1"', b"segment_no=SM1"):
            refused(client.request(call.method, call.url, content=body), "invalid-request")

    def test_unknown_parameters_are_refused(self, client: httpx.Client, call: Call) -> None:
        response = client.request(call.method, call.url, params={"nothing_like_it": "1"})
        assert response.status_code in (404, 422)
        assert is_problem(response)

    def test_versions_a_write_of_a_version_takes_if_match(self, call: Call) -> None:
        if call.method in ("PUT", "PATCH", "DELETE") and not call.path.startswith("/v1/api-keys"):
            assert "If-Match" in call.headers()

    def test_retry_safety_any_post_takes_an_idempotency_key(self, call: Call) -> None:
        if call.method == "POST":
            assert "Idempotency-Key" in call.headers()

    def test_read_your_writes_any_call_takes_a_position(self, call: Call) -> None:
        assert "Event-Position" in call.headers()
        assert "503" in call.operation["responses"]


class TestParameters:
    def test_a_misspelt_one_does_nothing(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.segment()["no"]
        problem = refused(client.patch(f"/v1/segments/{no}?dryrun=true", json={}), "invalid-request")
        assert places(problem) == [["dryrun"]]
        made = client.post("/v1/segments?dryrun=true", json={"no": f"{no}X"})
        refused(made, "invalid-request")
        refused(client.get(f"/v1/segments/{no}X"), "not-found")

    def test_one_that_says_two_things_does_nothing(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}"
        for asked in ("dry_run=true&dry_run=false", "dry_run=false&dry_run=false"):
            problem = refused(client.post(f"{path}/log?{asked}"), "invalid-request")
            assert problem["errors"] == [{"loc": ["dry_run"], "message": "given twice"}]
        refused(client.get("/v1/segments?limit=1&limit=2"), "invalid-request")
        ok(client.get(path))

    def test_a_body_that_says_nothing_is_as_good_as_none(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/segments/{crm.segment()['no']}/reset-criteria"
        for body in (b"", b" ", b"{}", b"null"):
            ok(client.post(path, content=body))


class TestReadYourWrites:
    @pytest.mark.parametrize("path", ["/v1/setup", "/v1/segments/{}/history", "/v1/contacts"])
    def test_a_read_sees_its_position(self, client: httpx.Client, crm: Crm, path: str) -> None:
        made = client.post("/v1/segments", json={"no": crm.code()})
        position = made.headers["event-position"]
        ok(client.get(path.format(ok(made)["no"]), headers={"Event-Position": position}))

    def test_a_position_that_is_not_there_is_503_also_where_events_are_read(
        self, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(conventions, "READ_SECONDS", 0.2)
        response = client.get("/v1/setup", headers={"Event-Position": "999999999"})
        refused(response, "not-yet-projected")
        assert int(response.headers["retry-after"]) > 0

    def test_what_is_no_position_is_refused(self, client: httpx.Client) -> None:
        for wrong in ("x", "-1", "1.5", "9" * 30):
            refused(client.get("/v1/setup", headers={"Event-Position": wrong}), "invalid-request")


class TestHead:
    """RFC 9110: whoever has GET has HEAD, which says the same without its body."""

    @pytest.mark.parametrize("path", ["/v1/segments?count=true", "/v1/setup", "/health/live", "/segments"])
    def test_has_the_headers_of_get(self, client: httpx.Client, path: str) -> None:
        read, asked = client.get(path), client.head(path)
        assert (asked.status_code, asked.content) == (read.status_code, b"")
        assert asked.headers["content-length"] == read.headers["content-length"]
        assert asked.headers.keys() == read.headers.keys()

    def test_of_one_thing_says_its_version(self, client: httpx.Client, crm: Crm) -> None:
        assert client.head(f"/v1/segments/{crm.segment()['no']}").headers["etag"] == '"1"'

    def test_is_refused_where_get_is(self, client: httpx.Client, anonymous: httpx.Client) -> None:
        assert client.head("/v1/segments/NONE").status_code == 404
        assert client.head("/v1/segments?nothing=1").status_code == 422
        assert anonymous.head("/v1/segments").status_code == 401

    def test_is_not_taken_where_there_is_no_get(self, client: httpx.Client) -> None:
        answer = client.head("/v1/audit/verify")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize("path", ["/v1/events?after=0", "/v1/segments/{}/contacts.csv"])
    def test_ends_where_get_goes_on(self, client: httpx.Client, crm: Crm, path: str) -> None:
        path = path.format(crm.segment()["no"])
        for _ in range(3):  # on one connection, so that nothing of the answer before is left on it
            answer = client.head(path, headers={"Accept": "text/event-stream"}, timeout=5)
            assert (answer.status_code, answer.content) == (200, b"")
        ok(client.get("/v1/setup"))


class TestErrorsOfTheFrameworkAreProblems:
    def test_an_address_that_is_none_is_404(self, client: httpx.Client) -> None:
        for path in ("/v1/nothing", "/nothing", "/v1/segments/"):
            assert refused(client.get(path), "not-found")

    def test_a_method_that_is_none_is_405_and_says_which_are(self, client: httpx.Client) -> None:
        for method in ("PUT", "DELETE", "TRACE"):
            response = client.request(method, "/v1/contacts")
            refused(response, "method-not-allowed")
            assert {"GET", "POST"} <= set(re.findall(r"\w+", response.headers["allow"]))

    def test_a_method_that_is_none_is_told_every_one_that_there_is(self, client: httpx.Client) -> None:
        for url in {call.url for call in CALLS}:
            there_are = {call.method for call in CALLS if call.url == url}
            there_are |= {"HEAD"} if "GET" in there_are else set()
            response = client.request("OPTIONS", url)
            refused(response, "method-not-allowed")
            assert there_are <= set(re.findall(r"\w+", response.headers["allow"])), url

    def test_a_body_that_is_too_large_is_413(self, client: httpx.Client) -> None:
        response = client.post("/v1/segments", content=b'"' + b"x" * 10_000_001 + b'"')
        refused(response, "too-large")

    def test_a_body_that_is_no_json_is_422(self, client: httpx.Client) -> None:
        for body in (b"{", b"[1", b"\xff", b"NaN", b"[" * 100_000):
            headers = {"Content-Type": "application/json"}
            problem = refused(client.post("/v1/segments", content=body, headers=headers), "invalid-request")
            assert problem["errors"][0]["message"].startswith("the body is no JSON: ")

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "text/json", ""])
    def test_json_under_another_name_is_told_which_to_use(self, client: httpx.Client, kind: str) -> None:
        response = client.post("/v1/segments", content=b"{}", headers={"Content-Type": kind})
        wanted = "must be sent with Content-Type: application/json"
        assert refused(response, "invalid-request")["errors"] == [{"loc": [], "message": wanted}]


def numbers_of_bodies() -> Iterator[tuple[str, FieldInfo]]:
    kinds: list[type[Body]] = [Body]
    for kind in kinds:
        kinds += kind.__subclasses__()
        for name, field in kind.model_fields.items():
            if re.search(r"\bint\b|\bDecimal\b", f"{field.annotation}") and not kind.__name__.endswith(
                "Answer"
            ):
                yield f"{kind.__name__}.{name}", field


def test_a_number_in_a_body_is_a_number() -> None:
    taken = []
    for name, field in numbers_of_bodies():
        number: Any = Annotated[field.annotation, name, *field.metadata]
        for sent in (True, "1_000", [True], ["1_000"]):
            with suppress(ValidationError):
                TypeAdapter[Any](number).validate_python(sent)
                taken.append((name, sent))
    assert not taken
