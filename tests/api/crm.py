"""What tests of the HTTP interface have in common: making things, and looking at refusals."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from api.problems import MEDIA_TYPE, STATUS


def ok(response: httpx.Response) -> Any:
    """The body of a success."""
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text[:1_000]}"
    return response.json()


def refused(response: httpx.Response, slug: str) -> Any:
    """The body of a refusal that is this problem, as the contract wants it."""
    assert response.status_code == STATUS[slug], response.text[:1_000]
    assert response.headers["content-type"] == MEDIA_TYPE
    body = response.json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == STATUS[slug]
    assert body["title"]
    assert body["detail"]
    return body


def places(problem: Any) -> list[list[str | int]]:
    """Where a refusal says that something is wrong."""
    return [error["loc"] for error in problem["errors"]]


class Crm:
    """Makes contacts, codes and segments, each under a number of its own."""

    def __init__(self, client: httpx.Client, prefix: str) -> None:
        self.client = client
        self.prefix = prefix
        # As many digits for all, so that the latest is the first of a list, however many tests ran before.
        self._count = count(100)

    def code(self) -> str:
        """A code of at most 10 characters that nothing has."""
        return f"{self.prefix}{next(self._count)}"

    def contact(self, **values: Any) -> Any:
        """A contact; a company unless told otherwise."""
        values = {"no": self.code(), "type": "company", "name": "Alder"} | values
        return ok(self.client.post("/v1/contacts", json=values))

    def contacts(self, names: list[str], **values: Any) -> list[Any]:
        """Contacts with these names."""
        return [self.contact(name=name, **values) for name in names]

    def record(self, table: str, code: str | None = None, **values: Any) -> str:
        """A code in a table; its code."""
        code = code or self.code()
        needed = {"name": "Sara Lind"} if table == "salespeople" else {"description": "of a test"}
        ok(self.client.put(f"/v1/{table}/{code}", json=needed | values))
        return code

    def template(self, **values: Any) -> str:
        """An interaction template, in a group of its own unless one is named; its code."""
        group = values.pop("interaction_group_code", None) or self.record("interaction-groups")
        return self.record("interaction-templates", interaction_group_code=group, **values)

    def segment(self, **values: Any) -> Any:
        """A segment."""
        return ok(self.client.post("/v1/segments", json={"no": self.code()} | values))

    def line(self, segment_no: str, contact_no: str, **values: Any) -> Any:
        """A line of a segment."""
        values = {"contact_no": contact_no} | values
        return ok(self.client.post(f"/v1/segments/{segment_no}/lines", json=values))

    def loggable(self, contacts: int = 1, **values: Any) -> Any:
        """A segment that can be logged, with so many contacts."""
        needed = {
            "description": "Spring letter",
            "salesperson_code": self.record("salespeople"),
            "interaction_template_code": self.template(),
        }
        segment = self.segment(**(needed | values))
        for number in range(contacts):
            self.line(segment["no"], self.contact(name=f"Contact {number}")["no"])
        return ok(self.client.get(f"/v1/segments/{segment['no']}"))

    def logged(self, contacts: int = 1, **values: Any) -> Any:
        """A segment that was logged; the logged segment."""
        segment = self.loggable(contacts, **values)
        return ok(self.client.post(f"/v1/segments/{segment['no']}/log"))["logged_segment"]

    def position(self) -> int:
        """How many events there are."""
        return int(self.client.get("/health/ready").json()["event_position"])
