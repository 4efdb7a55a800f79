"""The story of a segment in Dutch and English, and the feed of all events."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused


@pytest.fixture
def eventful(client: httpx.Client, crm: Crm, rnd: str) -> str:
    """A segment to which everything happened that can happen, and then it was logged."""
    for letter in "AB":
        crm.contact(no=f"{rnd}{letter}", city="Arnhem")
    crm.contact(no=f"{rnd}C", city="Breda", exclude_from_segment=True)
    no: str = crm.loggable(0, no=f"{rnd}S", description="Spring")["no"]
    path = f"/v1/segments/{no}"
    contacts = {"contact": {"no": f"{rnd}?"}}
    ok(client.post(f"{path}/criteria-actions", json={"action": "add_contacts", "filters": contacts}))
    ok(client.patch(path, json={"subject": "Hello", "unit_cost": "2.50"}))
    arnhem = {"any": [{"contact": {"city": "Arnhem"}}, {"not": {"contact": {"type": "person"}}}]}
    ok(client.post(f"{path}/criteria-actions", json={"action": "refine", "filters": arnhem}))
    breda = {"contact": {"city": "Breda"}}
    ok(client.post(f"{path}/criteria-actions", json={"action": "reduce", "filters": breda}))
    ok(client.post(f"{path}/go-back"))
    ok(client.post(f"{path}/redo"))
    ok(client.patch(f"{path}/lines/10000", json={"subject": None, "attempt_failed": True}))
    ok(client.post(f"{path}/lines", json={"contact_no": f"{rnd}C"}))
    ok(client.delete(f"{path}/lines/20000"))
    ok(client.post(f"{path}/reset-criteria"))
    ok(client.post(f"{path}/log", json={"create_follow_up": True}))
    return no


def story(client: httpx.Client, no: str, language: str | None = None) -> list[Any]:
    headers = {"Accept-Language": language} if language else {}
    items: list[Any] = ok(client.get(f"/v1/segments/{no}/history", headers=headers))["items"]
    return items


class TestWhoMayLookBack:
    def test_nobody_without_a_key(self, anonymous: httpx.Client, crm: Crm) -> None:
        refused(anonymous.get(f"/v1/segments/{crm.segment()['no']}/history"), "unauthorized")
        refused(anonymous.get("/v1/events"), "unauthorized")

    def test_reporters_may_not(self, client_for: ClientFor, crm: Crm) -> None:
        refused(client_for("reporter").get(f"/v1/segments/{crm.segment()['no']}/history"), "forbidden")
        refused(client_for("reporter").get("/v1/events"), "forbidden")

    def test_auditors_may(self, client_for: ClientFor, crm: Crm) -> None:
        assert len(story(client_for("auditor"), crm.segment()["no"])) == 1
        assert ok(client_for("auditor").get("/v1/events"))["items"]


class TestTheStory:
    def test_is_told_in_english(self, client: httpx.Client, eventful: str, rnd: str) -> None:
        texts = [step["text"] for step in story(client, eventful, "en")]

        assert texts[:3] == [
            f"Created segment {rnd}S.",
            f"Added 2 contacts where contact no is {rnd}?; left out: 1 excluded from segments.",
            "Changed the header: unit cost 0 → 2.50, subject blank → Hello; 2 of 2 lines follow.",
        ]
        assert texts[3].startswith(
            "Kept only those for whom (contact city is Arnhem) or (not (contact type is"
        )
        assert texts[4].startswith("Removed 0 contacts: everybody for whom contact city is Breda")
        assert texts[5:11] == [
            "Went back over action 3: 0 lines off again, 0 lines back on.",
            "Did action 3 again: 0 lines back on, 0 lines off again.",
            f"Changed line 10000 ({rnd}A): subject Hello → blank, attempt failed no → yes.",
            f"Put contact {rnd}C on line 30000.",
            f"Took contact {rnd}B off line 20000.",
            "Forgot the criteria, kept the lines.",
        ]
        assert texts[11].startswith("Logged the segment: 2 interactions as logged segment")

    def test_is_told_in_dutch(self, client: httpx.Client, eventful: str, rnd: str) -> None:
        texts = [step["text"] for step in story(client, eventful, "nl-NL,nl;q=0.9,en;q=0.8")]

        assert texts[:3] == [
            f"Segment {rnd}S aangemaakt.",
            f"2 contacten toegevoegd waarvoor contact nummer is {rnd}?;"
            " overgeslagen: 1 uitgesloten van segmenten.",
            "Kop gewijzigd: kosten per regel 0 → 2,50, onderwerp leeg → Hello; 2 van 2 regels volgen.",
        ]
        assert texts[5:11] == [
            "Actie 3 teruggedraaid: 0 regels er weer af, 0 regels er weer op.",
            "Actie 3 opnieuw gedaan: 0 regels er weer op, 0 regels er weer af.",
            f"Regel 10000 ({rnd}A) gewijzigd: onderwerp Hello → leeg, poging mislukt nee → ja.",
            f"Contact {rnd}C op regel 30000 gezet.",
            f"Contact {rnd}B van regel 20000 gehaald.",
            "Criteria vergeten, regels behouden.",
        ]
        assert texts[11].startswith("Segment geregistreerd: 2 interacties als geregistreerd segment")

    @pytest.mark.parametrize(
        ("language", "word"),
        [
            *((None, "Created"), ("en", "Created"), ("nl", "aangemaakt"), ("NL-be", "aangemaakt")),
            *(("de, nl", "aangemaakt"), ("de", "Created"), ("en, nl", "Created"), ("*", "Created")),
        ],
    )
    def test_is_in_the_first_language_that_is_asked_for(
        self, client: httpx.Client, crm: Crm, language: str | None, word: str
    ) -> None:
        (step,) = story(client, crm.segment()["no"], language)
        assert word in step["text"]

    def test_says_who_when_and_how_many_lines_there_were(self, client: httpx.Client, eventful: str) -> None:
        steps = story(client, eventful)

        assert [step["version"] for step in steps] == list(range(1, 13))
        assert {step["stream"] for step in steps} == {f"segment-{eventful}"}
        assert {step["user_id"] for step in steps} == {"admin"}
        assert all(step["at"].endswith("Z") for step in steps)
        assert [step["number_of_lines"] for step in steps] == [0, 2, 2, 2, 2, 2, 2, 2, 3, 2, 2, 2]
        positions = [step["position"] for step in steps]
        assert positions == sorted(set(positions))

    def test_of_a_follow_up_names_what_it_follows(self, client: httpx.Client, eventful: str) -> None:
        (logged,) = ok(client.get("/v1/logged-segments", params={"segment_no": eventful}))["items"]
        first, second = story(client, logged["follow_up_segment_no"])

        entry = logged["entry_no"]
        assert first["text"].endswith(f"as a follow-up of logged segment {entry}.")
        assert second["text"] == f"Took over the contacts of logged segment {entry}: 2 contacts added."

    def test_remains_when_the_segment_is_deleted(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.segment()["no"]
        ok(client.delete(f"/v1/segments/{segment}"))

        assert [step["text"] for step in story(client, segment)] == [
            f"Created segment {segment}.",
            "Deleted the segment.",
        ]

    def test_of_nothing_is_not_found(self, client: httpx.Client) -> None:
        refused(client.get("/v1/segments/NOT-THERE/history"), "not-found")


class TestTheFeed:
    def test_has_every_event_of_a_stream_once_in_order(self, client: httpx.Client, eventful: str) -> None:
        seen: list[Any] = []
        after = 0
        while page := ok(
            client.get("/v1/events", params={"stream": f"segment-{eventful}", "after": after, "limit": 5})
        )["items"]:
            seen += page
            after = page[-1]["position"]

        assert [event["version"] for event in seen] == list(range(1, 13))
        assert [event["position"] for event in seen] == [step["position"] for step in story(client, eventful)]
        assert seen[-1]["type"] == "segment.logged.1"

    def test_has_every_event_of_the_service_once(self, client: httpx.Client, crm: Crm) -> None:
        start = crm.position()
        crm.contacts(["A", "B", "C"])

        page = ok(client.get("/v1/events", params={"after": start}))
        assert [event["type"] for event in page["items"]] == ["contact.registered.1"] * 3
        positions = [event["position"] for event in page["items"]]
        assert positions == [start + 1, start + 2, start + 3]
        assert page["next_after"] == start + 3
        assert ok(client.get("/v1/events", params={"after": start + 3})) == {
            "items": [],
            "next_after": start + 3,
        }

    def test_can_be_of_one_type(self, client: httpx.Client, crm: Crm) -> None:
        start = crm.position()
        crm.contact()
        segment = crm.segment()["no"]

        query: dict[str, Any] = {"after": start, "type": "segment.created.1"}
        (event,) = ok(client.get("/v1/events", params=query))["items"]
        assert event["stream"] == f"segment-{segment}"
        assert event["data"]["no"] == segment
        assert event["user_id"] == "admin"
