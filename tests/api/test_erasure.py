"""Erasing a contact: no value of it is found anywhere, and everything that was counted or proven holds."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from application.event_log import read_models
from eventstore.embedded_postgres import find_postgres_binaries
from projections.rebuild import rebuild
from tests.api.crm import Crm, ok, refused
from tests.api.forgotten import ELSEWHERE, FIRST, LATER, NOTES, Story, found_in, values
from tests.api.running import RunningService, running_service
from tests.projections.checksums import checksums

PG_DUMP = find_postgres_binaries() / "pg_dump"


@pytest.fixture(scope="module")
def running(postgres_url: str) -> Iterator[RunningService]:
    with running_service(postgres_url) as service:
        yield service


@pytest.fixture(scope="module")
def client(running: RunningService) -> Iterator[httpx.Client]:
    with running.client() as admin:
        yield admin


@pytest.fixture(scope="module")
def before(client: httpx.Client) -> dict[str, Any]:
    """What is seen of the story before the contact is erased, and what is found then."""
    story = Story(Crm(client, "TE"))
    sealed = ok(client.post("/v1/audit/checkpoints"))
    return {
        "story": story,
        "contact": ok(client.get(f"/v1/contacts/{story.no}")),
        "other": ok(client.get(f"/v1/contacts/{story.other['no']}")),
        "logged": ok(client.get(f"/v1/logged-segments/{story.logged}")),
        "checkpoint": sealed,
        "proofs": [
            ok(client.get(f"/v1/audit/proofs/{position}", params={"checkpoint": sealed["tree_size"]}))
            for position in range(1, sealed["tree_size"] + 1)
        ],
        "events": ok(client.get("/v1/events", params={"limit": 1000}))["items"],
    }


@pytest.fixture(scope="module")
def found_before(running: RunningService, before: dict[str, Any]) -> set[str]:
    return found_in(dumped(running.service.conninfo), values())


@pytest.fixture(scope="module")
def erased(
    client: httpx.Client, before: dict[str, Any], found_before: set[str]
) -> tuple[Story, dict[str, Any]]:
    story: Story = before["story"]
    return story, story.erase(client)


def dumped(conninfo: str) -> bytes:
    """All that is in the database: as pg_dump writes it, with bytes read, and the planner's samples."""
    with psycopg.connect(conninfo) as connection:
        version = connection.info.server_version
        samples = connection.execute("SELECT string_agg(s::text, ' ') FROM pg_stats s").fetchone()
        tables = connection.execute(
            "SELECT n.nspname, c.relname, a.attname FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid WHERE relkind = 'r' AND atttypid = 'bytea'::regtype"
            " AND nspname NOT LIKE 'pg_%'"
        ).fetchall()
        blobs = b""
        for schema, table, column in tables:
            rows = connection.execute(
                SQL("SELECT {} FROM {}").format(Identifier(column), Identifier(schema, table))
            )
            blobs += b"\n".join(bytes(row[0]) for row in rows if row[0] is not None)
    assert samples is not None
    assert version // 10_000 == 18, "pg_dump must be of the server's version"
    dump = subprocess.run([PG_DUMP, "--dbname", conninfo], check=True, capture_output=True).stdout
    return dump + blobs + str(samples[0]).encode()


class TestNothingIsFound:
    def test_and_the_search_itself_would_find_it(self, found_before: set[str]) -> None:
        """Before, the read models show every value that is current, so an empty result means something."""
        shown = set(FIRST.values()) | set(ELSEWHERE.values()) | set(LATER.values())
        shown -= {FIRST[name] for name in LATER}
        assert shown - found_before == set()
        assert {NOTES["remarks"], NOTES["changed"], NOTES["call"], NOTES["file"]} <= found_before
        assert "kestrels miss you" in found_before

    def test_in_a_dump_of_the_whole_database(
        self, running: RunningService, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        assert found_in(dumped(running.service.conninfo), values()) == set()

    def test_in_any_answer(self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]) -> None:
        story, _ = erased
        for path in (
            f"/v1/contacts/{story.no}",
            f"/v1/contacts/{story.no}?version=1",
            f"/v1/contacts?no={story.no}",
            f"/v1/segments/{story.segment}/history",
            f"/v1/segments/{story.open}/history",
            f"/v1/segments/{story.segment}/lines?version=5",
            f"/v1/segments/{story.open}/lines",
            f"/v1/interaction-log-entries?contact_no={story.no}",
            f"/v1/interaction-log-entries/{story.entry}",
            f"/v1/interaction-log-entries/{story.entry}/explanation",
            "/v1/events?limit=1000",
        ):
            answer = client.get(path)
            assert answer.is_success, (path, answer.text)
            assert found_in(answer.content, values()) == set(), path

    def test_not_even_in_an_answer_that_is_kept_for_who_asks_again(
        self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        values = FIRST | {"type": "person", "no": story.no}
        again = client.post("/v1/contacts", json=values, headers={"Idempotency-Key": "make-zenobia"})
        assert again.status_code in (409, 422)
        assert found_in(again.content, list(FIRST.values())) == set()

    def test_and_the_document_is_gone(
        self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        at = f"/v1/segments/{story.segment}/lines/{story.line}/document"
        assert client.get(at).status_code in (404, 410)


class TestWhatIsLeft:
    def test_is_a_number_that_is_blocked(
        self, before: dict[str, Any], erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, left = erased
        assert (left["no"], left["exclude_from_segment"], left["privacy_blocked"]) == (story.no, True, True)
        assert [left[name] for name in (*FIRST, "name", "company_name")] == [None] * (len(FIRST) + 2)
        assert left["statistics"] == before["contact"]["statistics"]
        assert left["version"] == before["contact"]["version"] + 1
        assert [address["code"] for address in left["alternative_addresses"]] == ["WINTER"]

    def test_every_count_holds(
        self, client: httpx.Client, before: dict[str, Any], erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        assert ok(client.get(f"/v1/logged-segments/{story.logged}")) == before["logged"]
        assert ok(client.get(f"/v1/contacts/{story.other['no']}")) == before["other"]
        entries = ok(client.get("/v1/interaction-log-entries", params={"contact_no": story.no}))["items"]
        assert len(entries) == before["contact"]["statistics"]["number_of_interactions"] == 2

    def test_the_log_is_as_it_was(
        self, client: httpx.Client, before: dict[str, Any], erased: tuple[Story, dict[str, Any]]
    ) -> None:
        assert ok(client.post("/v1/audit/verify"))["ok"]
        sealed = before["checkpoint"]
        later = ok(client.post("/v1/audit/checkpoints"))
        assert ok(client.get("/v1/audit/consistency", params={"from": sealed["tree_size"]}))["path"]
        assert later["tree_size"] == sealed["tree_size"] + 2
        for proof in before["proofs"]:
            size = {"checkpoint": sealed["tree_size"]}
            assert ok(client.get(f"/v1/audit/proofs/{proof['position']}", params=size)) == proof

    def test_rebuilding_gives_the_same_rows(
        self, running: RunningService, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        log = running.service.log
        for model in read_models(log):
            schema = model.schema(log.schema)
            live = checksums(log.conninfo, schema)
            rebuild(log, model)
            assert checksums(log.conninfo, schema) == live

    def test_events_are_told_to_be_erased(
        self, client: httpx.Client, before: dict[str, Any], erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        now = ok(client.get("/v1/events", params={"limit": 1000}))["items"]
        of_contact = [event for event in now if event["stream"] == f"contact-{story.no}"]
        assert [(event["type"], event["erased"]) for event in of_contact] == [
            ("contact.registered.1", True),
            ("contact.changed.1", True),
            ("contact.erased.1", False),
        ]
        assert of_contact[0]["data"]["value"]["city"] is None
        assert of_contact[2]["data"]["reason"] == "Asked to be forgotten"
        untouched = [event for event in now if not event["erased"]][: len(before["events"])]
        assert all(event in before["events"] for event in untouched if event["type"] != "contact.erased.1")

    def test_the_story_says_so_in_words(
        self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        told = ok(client.get(f"/v1/segments/{story.segment}/history"))["items"]
        texts = [step["text"] for step in told if step["type"] == "segment.line-changed.1"]
        assert all(text.endswith("(What was personal in it was erased.)") for text in texts)

    def test_why_is_answered_without_what_is_not_known_any_more(
        self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        why = ok(client.get(f"/v1/interaction-log-entries/{story.entry}/explanation"))
        assert "not fully known" in why["reason"]


class TestTheRequest:
    def test_again_is_the_same_as_once(
        self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, left = erased
        again = client.post(f"/v1/contacts/{story.no}/erase", json={"reason": "Once more"})
        assert ok(again) == left

    def test_is_for_admins(self, client: httpx.Client, running: RunningService) -> None:
        contact = Crm(client, "TR").contact()
        for role in ("marketer", "auditor", "reporter"):
            key = ok(client.post("/v1/api-keys", json={"role": role, "user_id": role}))["key"]
            with running.client(key) as somebody:
                refused(
                    somebody.post(f"/v1/contacts/{contact['no']}/erase", json={"reason": "no"}), "forbidden"
                )

    def test_needs_a_reason_and_a_contact(self, client: httpx.Client) -> None:
        contact = Crm(client, "TN").contact()
        refused(client.post(f"/v1/contacts/{contact['no']}/erase", json={"reason": " "}), "invalid-request")
        refused(client.post(f"/v1/contacts/{contact['no']}/erase", json={}), "invalid-request")
        refused(client.post("/v1/contacts/NOBODY/erase", json={"reason": "asked"}), "not-found")
        assert ok(client.get(f"/v1/contacts/{contact['no']}"))["name"] == "Alder"

    def test_is_not_refused_for_a_contact_that_was_deleted(self, client: httpx.Client) -> None:
        contact = Crm(client, "TD").contact(name="Deleted Dandelion")
        ok(client.delete(f"/v1/contacts/{contact['no']}"))
        left = ok(client.post(f"/v1/contacts/{contact['no']}/erase", json={"reason": "asked"}))
        assert left["name"] is None
        answer = client.get("/v1/events", params={"stream": f"contact-{contact['no']}"})
        assert b"Dandelion" not in answer.content

    def test_nothing_is_recorded_of_the_contact_afterwards(
        self, client: httpx.Client, erased: tuple[Story, dict[str, Any]]
    ) -> None:
        story, _ = erased
        refused(client.patch(f"/v1/contacts/{story.no}", json={"name": "Somebody"}), "conflict")
        line = ok(client.get(f"/v1/segments/{story.open}/lines"))["items"][0]
        assert (line["contact_no"], line["contact_name"], line["remarks"]) == (story.no, None, None)
        at = f"/v1/segments/{story.open}/lines/{line['line_no']}"
        refused(client.patch(at, json={"remarks": "Likes tea"}), "conflict")
        at = f"/v1/interaction-log-entries/{story.entry}/comments"
        refused(client.post(at, json={"comment": "Called again"}), "conflict")

    def test_a_company_leaves_its_people(self, client: httpx.Client) -> None:
        crm = Crm(client, "TC")
        company = crm.contact(name="Foxglove Ltd")
        person = crm.contact(type="person", name="Ann", company_no=company["no"])
        ok(client.post(f"/v1/contacts/{company['no']}/erase", json={"reason": "asked"}))
        left = ok(client.get(f"/v1/contacts/{person['no']}"))
        assert (left["name"], left["company_no"], left["company_name"]) == ("Ann", company["no"], None)
        listed = ok(client.get("/v1/contacts", params={"no": person["no"]}))["items"]
        assert listed == [left]
