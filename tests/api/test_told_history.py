"""What happened to a contact, and what somebody did in a period, in words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from application import told_history
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused
from tests.api.delivery.mailing import PAGE, Mailing

LOG = "/v1/interaction-log-entries"


def told(client: httpx.Client, path: str, language: str = "en", **query: Any) -> list[str]:
    found = ok(client.get(path, params=query, headers={"Accept-Language": language}))
    return [event["text"] for event in found["items"]]


class TestAContact:
    def test_tells_its_values_from_the_first_to_the_last(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.contact(name="Alder", city="Arnhem")["no"]
        ok(client.patch(f"/v1/contacts/{no}", json={"city": "Breda", "exclude_from_segment": True}))
        ok(client.delete(f"/v1/contacts/{no}"))
        assert told(client, f"/v1/contacts/{no}/history") == [
            f"Registered contact {no}: type company, name Alder, company no {no}, city Arnhem.",
            f"Changed contact {no}: city Arnhem → Breda, exclude from segment no → yes.",
            f"Deleted contact {no}.",
        ]
        assert told(client, f"/v1/contacts/{no}/history", "nl")[1] == (
            f"Contact {no} gewijzigd: plaats Arnhem → Breda, uitsluiten van segmenten nee → ja."
        )

    def test_tells_what_became_of_interactions_with_it_and_not_of_others(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        logged = crm.logged(2)
        of_it = {"logged_segment_entry_no": logged["entry_no"]}
        first, second = ok(client.get(LOG, params=of_it))["items"]
        ok(client.post(f"{LOG}/{first['entry_no']}/cancel", json={"reason": "Wrong address"}))
        ok(client.post(f"{LOG}/{second['entry_no']}/comments", json={"comment": "Called"}))
        segment = f"Segment {logged['segment_no']}"
        texts = [told(client, f"/v1/contacts/{one['contact_no']}/history")[1:] for one in (first, second)]
        made = f"{segment}: Logged the segment: 2 interactions as logged segment {logged['entry_no']}."
        assert texts == [
            [made, f"{segment}: Canceled 1 interaction, because: “Wrong address”."],
            [made, f"{segment}: Commented on entry {second['entry_no']}: Called"],
        ]

    def test_tells_what_was_sent_or_logged_again_and_what_became_of_that(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        mailing = Mailing(crm, PAGE)
        ann, bo = (mailing.put(email=f"{name}@example.org") for name in ("ann", "bo"))
        logged = ok(client.post(f"/v1/segments/{mailing.segment}/log"))["logged_segment"]["entry_no"]
        resend = f"/v1/logged-segments/{logged}/resend"
        first = ok(client.post(resend, json={"update_merge_fields": True}))["first_entry_no"]
        ok(client.post(f"{LOG}/{first + 1}/comments", json={"comment": "Called"}))
        ok(client.post(resend))
        again = f"Logged 2 interactions of logged segment {logged} again, with fresh letters, from entry"
        called, sent = f"Commented on entry {first + 1}: Called", "2 letters or mails to be sent again."
        texts = told(client, f"/v1/contacts/{bo}/history")
        assert texts[-3:-1] == [f"{again} {first} on.", called]
        assert texts[-1].endswith(sent)
        others = told(client, f"/v1/contacts/{ann}/history")
        assert [texts[-3], texts[-1]] == others[-2:]
        assert told(client, "/v1/history", "nl", stream=f"resend-{first}")[0] == (
            f"2 interacties van geregistreerd segment {logged} opnieuw geregistreerd met nieuwe brieven,"
            f" vanaf post {first}."
        )

    def test_that_was_erased_says_so_at_each_step(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.contact(name="Alder", city="Arnhem")["no"]
        ok(client.patch(f"/v1/contacts/{no}", json={"city": "Breda"}))
        ok(client.post(f"/v1/contacts/{no}/erase", json={"reason": "asked"}))
        for texts in (
            told(client, f"/v1/contacts/{no}/history"),
            told(client, "/v1/history", stream=f"contact-{no}"),
        ):
            assert all(text.endswith(" (What was personal in it was erased.)") for text in texts[:2])
            assert texts[2:] == [f"Erased contact {no}: asked."]
        assert told(client, f"/v1/contacts/{no}/history", "nl")[0].endswith(
            " (Wat er persoonlijk aan was, is gewist.)"
        )

    def test_is_a_list_with_pages(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.contact()["no"]
        for city in ("Arnhem", "Breda", "Cadzand"):
            ok(client.patch(f"/v1/contacts/{no}", json={"city": city}))
        whole = told(client, f"/v1/contacts/{no}/history")
        pages: list[str] = []
        cursor: str | None = None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = ok(client.get(f"/v1/contacts/{no}/history", params=query))
            pages += [event["text"] for event in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert pages == whole
        assert len(whole) == 4

    def test_that_never_was_is_not_found(self, client: httpx.Client, client_for: ClientFor) -> None:
        refused(client.get("/v1/contacts/NOTHING/history"), "not-found")
        refused(client_for("reporter").get("/v1/contacts/NOTHING/history"), "forbidden")


class TestAPeriod:
    def test_tells_what_one_user_did_of_any_kind(
        self, client: httpx.Client, client_for: ClientFor, crm: Crm
    ) -> None:
        marketer = client_for("marketer")
        start = int(ok(client.get("/health/ready"))["event_position"])
        contact, group = crm.contact(), crm.code()
        ok(marketer.put(f"/v1/mailing-groups/{group}", json={"description": "News"}))
        ok(marketer.put(f"/v1/mailing-groups/{group}", json={"description": "Old news"}))
        no = ok(marketer.post("/v1/segments", json={"description": "Spring"}))["no"]
        ok(marketer.patch(f"/v1/segments/{no}", json={"description": "Summer"}))
        task = {"contact_no": contact["no"], "description": "Call"}
        number = ok(marketer.post("/v1/tasks", json=task))["no"]
        ok(marketer.delete(f"/v1/mailing-groups/{group}"))
        query = {"user_id": "a marketer", "cursor": str(start)}
        assert told(client, "/v1/history", **query) == [
            f"Made mailing group {group}: description News.",
            f"Changed mailing group {group}: description News → Old news.",
            f"Segment {no}: Created segment {no}.",
            f"Segment {no}: Changed the header: description Spring → Summer.",
            f"Made task {number}: Call.",
            f"Deleted mailing group {group}.",
        ]
        dutch = told(client, "/v1/history", "nl", **query)
        assert dutch[1] == f"Mailinggroep {group} gewijzigd: omschrijving News → Old news."
        only = told(client, "/v1/history", stream=f"segment-{no}", cursor=str(start))
        assert len(only) == 2

    def test_begins_and_ends_at_instants(self, client: httpx.Client, crm: Crm) -> None:
        path = f"contact-{crm.contact()['no']}"
        for city in ("Arnhem", "Breda"):
            ok(client.patch(f"/v1/contacts/{path.removeprefix('contact-')}", json={"city": city}))
        events = ok(client.get("/v1/history", params={"stream": path}))["items"]
        moments = [event["at"] for event in events]
        assert len(told(client, "/v1/history", stream=path, **{"from": moments[1]})) == 2
        assert len(told(client, "/v1/history", stream=path, to=moments[1])) == 1
        assert len(told(client, "/v1/history", stream=path, **{"from": moments[1], "to": moments[2]})) == 1
        assert told(client, "/v1/history", stream=path, to="2020-01-01T00:00:00Z") == []
        first = "0001-01-01T00:00:00Z"
        assert len(told(client, "/v1/history", stream=path, **{"from": first})) == 3
        assert told(client, "/v1/history", stream=path, to=first) == []

    def test_goes_on_where_it_stopped_looking(
        self, client: httpx.Client, crm: Crm, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(told_history, "MOST_LOOKED_AT", 3)
        start = str(ok(client.get("/health/ready"))["event_position"])
        made = [crm.contact()["no"] for _ in range(5)]
        texts: list[str] = []
        cursor: str | None = start
        while cursor is not None:
            query = {"stream": f"contact-{made[4]}", "cursor": cursor}
            page = ok(client.get("/v1/history", params=query))
            texts += [event["text"] for event in page["items"]]
            cursor = page["next_cursor"]
        assert [text.partition(":")[0] for text in texts] == [f"Registered contact {made[4]}"]

    def test_is_for_auditors(self, client_for: ClientFor) -> None:
        assert client_for("auditor").get("/v1/history", params={"limit": 1}).is_success
        refused(client_for("marketer").get("/v1/history"), "forbidden")

    def test_everything_that_happened_can_be_told_in_both_languages(self, client: httpx.Client) -> None:
        for language in ("en", "nl"):
            assert all(told(client, "/v1/history", language, limit=1_000))
