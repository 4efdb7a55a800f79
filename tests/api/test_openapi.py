"""The OpenAPI document: valid, complete, and in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.problems import MEDIA_TYPE, STATUS
from tests.api.crm import Crm, ok

METHODS = ("get", "post", "put", "patch", "delete")
OPEN = ("/health/live", "/health/ready")
KINDS = {"csv": "text/csv", "pdf": "application/pdf", "zip": "application/zip"}
OTHER_KINDS = {
    "/metrics": "text/plain",
    "/v1/segments/{no}/lines/{line_no}/preview": "application/pdf",
    "/v1/segments/{no}/cover-sheets": "application/pdf",
}
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@pytest.fixture(scope="module")
def document(anonymous: httpx.Client) -> Any:
    return ok(anonymous.get("/openapi.json"))


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def resolved(document: Any, schema: Any) -> Any:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_schemas(document: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every JSON body with its schema; bodies that may be left out by their own schema."""
    for method, path, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            schema = content["application/json"]["schema"]
            parts = [part for part in schema.get("anyOf", [schema]) if part != {"type": "null"}]
            for part in parts:
                yield f"{method} {path}", part, content["application/json"]


def test_can_be_read_by_anybody(anonymous: httpx.Client) -> None:
    response = anonymous.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"


def test_is_a_valid_openapi_document(document: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["openapi"].startswith("3.1")


def test_says_what_the_service_is(document: Any) -> None:
    assert document["info"]["title"] == "segmentlog"
    assert document["info"]["version"]
    assert len(document["info"]["description"]) > 100


def test_says_of_every_operation_what_it_does(document: Any) -> None:
    silent = [
        f"{method} {path}"
        for method, path, operation in operations(document)
        if not operation.get("summary") or not operation.get("description") or not operation.get("tags")
    ]
    assert silent == []


def test_gives_every_operation_a_name_of_its_own(document: Any) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    summaries = [operation["summary"] for _, _, operation in operations(document)]

    assert len(set(names)) == len(names)
    assert len(set(summaries)) == len(summaries)


def test_says_of_every_operation_how_it_refuses(document: Any) -> None:
    for method, path, operation in operations(document):
        wanted = {"404", "422"} if path in OPEN else {"401", "403", "404", "409", "412", "422"}
        refusals = {status: answer for status, answer in operation["responses"].items() if status[0] == "4"}
        assert wanted <= refusals.keys(), f"{method} {path}"
        for status, answer in refusals.items():
            assert list(answer["content"]) == [MEDIA_TYPE], f"{method} {path} {status}"
            schema = answer["content"][MEDIA_TYPE]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemAnswer"}, f"{method} {path} {status}"


def is_file(method: str, path: str) -> bool:
    """Whether a call answers with a document as it was stored."""
    stored = "/document" in path and not path.endswith((".zip", ".pdf"))
    return method == "get" and (stored or path.endswith("/preview"))


def test_says_what_every_success_looks_like(document: Any) -> None:
    for method, path, operation in operations(document):
        successes = [status for status in operation["responses"] if status.startswith("2")]
        assert successes, f"{method} {path}"
        for status in successes:
            kinds = operation["responses"][status]["content"]
            kind = OTHER_KINDS.get(path) or KINDS.get(path.rpartition(".")[2], "application/json")
            assert "text/html" in kinds if is_file(method, path) else kinds[kind]["schema"], (
                f"{method} {path}"
            )


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/audit/checkpoints", None), ("/v1/api-keys", {"role": "auditor", "user_id": "ANN"})],
)
def test_says_what_the_same_request_gets_when_it_comes_again(
    document: Any, client: httpx.Client, crm: Crm, rnd: str, path: str, body: Any
) -> None:
    crm.record("territories")  # something to seal
    for _ in range(2):
        answer = client.post(path, json=body, headers={"Idempotency-Key": rnd})
        content = document["paths"][path]["post"]["responses"][str(answer.status_code)]["content"]
        schema = content["application/json"]["schema"] | {"components": document["components"]}
        assert [error.message for error in OAS31Validator(schema).iter_errors(ok(answer))] == []


def test_says_what_a_refusal_has_besides(document: Any) -> None:
    problem = document["components"]["schemas"]["ProblemAnswer"]["properties"]
    assert {"logged_segment", "failing_lines"} <= problem.keys()


def test_asks_for_a_key_wherever_one_is_needed(document: Any) -> None:
    for method, path, operation in operations(document):
        assert bool(operation.get("security")) == (path not in OPEN), f"{method} {path}"


def test_shows_an_example_of_every_body_that_fits_its_schema(document: Any) -> None:
    seen = 0
    for name, schema, content in body_schemas(document):
        whole = resolved(document, schema)
        example = content.get("example") or next(iter(whole.get("examples", [])), None)
        assert example is not None, f"{name}: {whole.get('title')} has no example"
        validator = OAS31Validator(whole | {"components": document["components"]})
        assert [error.message for error in validator.iter_errors(example)] == [], name
        seen += 1
    assert seen > 20


def test_shows_examples_that_the_service_understands(document: Any, client: httpx.Client) -> None:
    """What an example names need not be there, but its shape must be right."""
    for name, schema, _ in body_schemas(document):
        method, _, path = name.partition(" ")
        example = resolved(document, schema)["examples"][0]
        for parameter in ("no", "code"):
            path = path.replace(f"{{{parameter}}}", "EXAMPLE")
        path = re.sub(r"\{\w+\}", "999999", path)
        if path == "/v1/setup":
            continue
        response = client.request(method, path, json=example)
        if response.status_code == 422:
            messages = [error["message"] for error in response.json()["errors"]]
            assert all(message.startswith("there is no") for message in messages), (name, messages)
            assert "there is no such field" not in messages, name


def test_writes_names_in_snake_case(document: Any) -> None:
    wrong = [
        f"{title}.{name}"
        for title, schema in document["components"]["schemas"].items()
        for name in schema.get("properties", {})
        if not SNAKE.fullmatch(name)
    ]
    for method, path, operation in operations(document):
        places = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
        asked = [p["name"] for p in operation.get("parameters", []) if p["in"] in ("query", "path")]
        wrong += [f"{method} {path} {name}" for name in (*places, *asked) if not SNAKE.fullmatch(name)]
    assert wrong == []


def test_writes_paths_in_small_letters_with_hyphens(document: Any) -> None:
    parts = {part for path in document["paths"] for part in path.split("/") if part and part[0] != "{"}
    assert [
        part for part in parts if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(\.csv|\.pdf|\.zip)?", part)
    ] == []


def test_refuses_unknown_fields_in_every_body(document: Any) -> None:
    for name, schema, _ in body_schemas(document):
        assert resolved(document, schema).get("additionalProperties") is False, name


def test_describes_every_schema(document: Any) -> None:
    silent = [
        title for title, schema in document["components"]["schemas"].items() if not schema.get("description")
    ]
    assert silent == []


def test_names_every_problem_with_a_slug_that_has_a_status() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", slug) for slug in STATUS)
    assert all(400 <= status <= 599 for status in STATUS.values())


def test_says_how_lists_are_asked(document: Any) -> None:
    for path in ("contacts", "segments", "segments/{no}/lines", "interaction-log-entries", "mailing-groups"):
        operation = document["paths"][f"/v1/{path}"]["get"]
        names = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        assert {"limit", "cursor", "count", "sort"} <= names


def test_says_that_a_total_may_be_left_out(document: Any) -> None:
    pages = [s for s in document["components"]["schemas"].values() if "total" in s.get("properties", {})]
    assert len(pages) > 15
    for page in pages:
        assert page["properties"]["total"]["type"] == "integer", page["title"]
        assert "total" not in page.get("required", []), page["title"]
