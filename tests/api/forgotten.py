"""A contact who is to be forgotten: everything happened to it that leaves something personal."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.crm import Crm, ok

FIRST = {
    "name_2": "known as Quillfeather",
    "first_name": "Zenobia",
    "middle_name": "Ysolde",
    "surname": "Quartermaine",
    "initials": "Z.Y.Q.",
    "job_title": "Falconer Royal",
    "address": "Gossamer Lane 1789",
    "address_2": "Attic Heliotrope",
    "post_code": "QX77 9ZZ",
    "city": "Marrowmere",
    "county": "Wyvernshire",
    "phone_no": "+44 7700 900123",
    "mobile_phone_no": "+44 7700 900456",
    "fax_no": "+44 7700 900789",
    "email": "zenobia@quartermaine.example",
    "email_2": "falcons@quartermaine.example",
    "home_page": "https://quartermaine.example",
    "external_id": "EXT-5550123",
}
ELSEWHERE = {
    "company_name": "Peregrine Chalet",
    "address": "Edelweiss Path 4711",
    "address_2": "Left of the Cowbell",
    "post_code": "CH-99887",
    "city": "Zwitserbach",
    "county": "Obwaldau",
    "phone_no": "+41 900 111 222",
    "mobile_phone_no": "+41 900 333 444",
    "fax_no": "+41 900 555 666",
    "email": "holiday@quartermaine.example",
    "home_page": "https://chalet.example",
}
LATER = {"surname": "Quartermaine-Oakenshield", "city": "Thistledown", "phone_no": "+44 7700 900999"}
NOTES = {
    "remarks": "Allergic to saffron “really”",
    "via": "+44 7700 900321",
    "comment": "Her sister is called Philomena",
    "changed": "No, it is Wilhelmina",
    "call": "Sounded like a Tuesday",
    "file": "letter-for-zenobia.html",
    "open": "Prefers jasmine tea",
}
LETTER = b"<p>Dear Zenobia, the kestrels miss you</p>"
COMPOSED = ["Zenobia Ysolde Quartermaine", "kestrels miss you"]


class Story:
    """A contact to whom everything happened that leaves something personal, and one who stays."""

    def __init__(self, crm: Crm) -> None:
        client = crm.client
        self.other = crm.contact(name="Alder Stays", city="Elderton")
        address = {"code": "WINTER", "date_ranges": [{"starting_date": "2020-01-01"}]} | ELSEWHERE
        values = FIRST | {"type": "person", "alternative_addresses": [address]}
        self.no: str = crm.code()
        made = client.post(
            "/v1/contacts", json=values | {"no": self.no}, headers={"Idempotency-Key": "make-zenobia"}
        )
        ok(made)
        segment = crm.loggable(1)
        self.segment: str = segment["no"]
        criteria = {"action": "add_contacts", "filters": {"contact": {"no": self.no, "city": "Marrow*"}}}
        ok(client.post(f"/v1/segments/{self.segment}/criteria-actions", json=criteria))
        self.line: int = ok(client.get(f"/v1/segments/{self.segment}/lines"))["items"][-1]["line_no"]
        line = f"/v1/segments/{self.segment}/lines/{self.line}"
        ok(client.patch(line, json={"remarks": NOTES["remarks"], "contact_via": NOTES["via"]}))
        self.twin: str = crm.contact(name="Alder Leaves")["no"]  # who gets the same letter
        for number in (self.line, crm.line(self.segment, self.twin)["line_no"]):
            ok(
                client.put(
                    f"/v1/segments/{self.segment}/lines/{number}/document",
                    content=LETTER,
                    headers={"Content-Type": "text/html"},
                    params={"file_name": NOTES["file"]},
                )
            )
        ok(client.patch(f"/v1/contacts/{self.no}", json=LATER))
        logged = ok(client.post(f"/v1/segments/{self.segment}/log"))["logged_segment"]
        self.logged: int = logged["entry_no"]
        entries = ok(client.get("/v1/interaction-log-entries", params={"contact_no": self.no}))["items"]
        self.entry: int = entries[0]["entry_no"]
        comments = f"/v1/interaction-log-entries/{self.entry}/comments"
        ok(client.post(comments, json={"comment": NOTES["comment"]}, headers={"Idempotency-Key": "say"}))
        ok(client.patch(f"{comments}/1", json={"comment": NOTES["changed"]}))
        ok(
            client.post(
                "/v1/interaction-log-entries",
                json={
                    "contact_no": self.no,
                    "interaction_template_code": crm.template(),
                    "salesperson_code": crm.record("salespeople"),
                    "description": "A call",
                    "contact_via": NOTES["via"],
                    "comments": [NOTES["call"]],
                },
            )
        )
        self.open: str = crm.segment(description="Still open")["no"]
        crm.line(self.open, self.no, remarks=NOTES["open"])

    def erase(self, client: httpx.Client) -> Any:
        """Forget the twin, then the contact; what is left of it."""
        ok(client.post(f"/v1/contacts/{self.twin}/erase", json={"reason": "Asked first"}))
        return ok(client.post(f"/v1/contacts/{self.no}/erase", json={"reason": "Asked to be forgotten"}))


def values() -> list[str]:
    return [*FIRST.values(), *ELSEWHERE.values(), *LATER.values(), *NOTES.values(), *COMPOSED]


def found_in(dump: bytes, wanted: list[str]) -> set[str]:
    """Those of the texts that are in there, however their quotes are written."""
    return {text for text in wanted if text.encode() in dump or text.replace('"', '\\"').encode() in dump}
