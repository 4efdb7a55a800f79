"""Files of contacts: whatever is wrong with a row stays with that row, and is named with its line."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.pages.words.details import detail_in_dutch
from api.sample.contacts import write_csv, write_ndjson
from api.sample.setup import SETUP
from application import contact_import
from application.contact_import import ContactImport, Row
from application.contacts import stream_of
from application.journal import Caller, Changes, Journal
from domain.contact import ContactChanges
from domain.errors import Conflict
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused
from tests.api.running import ADMIN_KEY, RunningService, running_service

CSV, NDJSON = "text/csv", "application/x-ndjson"
URL = "/v1/contacts/import"


def send(client: httpx.Client, content: str | bytes, kind: str = CSV) -> Any:
    """The answer to a file that can be read."""
    raw = content.encode() if isinstance(content, str) else content
    return ok(client.post(URL, content=raw, headers={"Content-Type": kind}))


def lines_of(*contacts: dict[str, Any]) -> str:
    return "".join(json.dumps(contact) + "\n" for contact in contacts)


def outcome(answer: Any) -> tuple[int, int, int, list[int]]:
    """How many were registered, changed and unchanged, and the lines of the rejected."""
    assert answer["rejected_total"] == len(answer["rejected"])
    rejected = [row["line"] for row in answer["rejected"]]
    return answer["registered"], answer["changed"], answer["unchanged"], rejected


def reasons(answer: Any) -> str:
    return "\n".join(error["message"] for row in answer["rejected"] for error in row["errors"])


class TestWhoMayImport:
    def test_nobody_without_a_key(self, anonymous: httpx.Client) -> None:
        refused(anonymous.post(URL, content=b"no\n", headers={"Content-Type": CSV}), "unauthorized")

    @pytest.mark.parametrize("role", ["auditor", "reporter"])
    def test_nobody_who_only_reads(self, client_for: ClientFor, role: Any) -> None:
        refused(client_for(role).post(URL, content=b"no\n", headers={"Content-Type": CSV}), "forbidden")

    def test_a_marketer(self, client_for: ClientFor, rnd: str) -> None:
        assert outcome(send(client_for("marketer"), f"no,name\n{rnd},Alder\n")) == (1, 0, 0, [])


class TestGoodRows:
    def test_register_change_or_leave_alone(self, client: httpx.Client, rnd: str) -> None:
        first = f"no,name,city\n{rnd}1,Alder,Arnhem\n{rnd}2,Birch,Breda\n"
        second = f"no,name,city\n{rnd}1,Alder,Arnhem\n{rnd}2,Birch,Delft\n{rnd}3,Cedar,\n"

        assert outcome(send(client, first)) == (2, 0, 0, [])
        assert outcome(send(client, second)) == (1, 1, 1, [])
        assert ok(client.get(f"/v1/contacts/{rnd}2"))["city"] == "Delft"
        assert ok(client.get(f"/v1/contacts/{rnd}1"))["version"] == 1

    def test_are_there_as_soon_as_the_import_has_answered(self, client: httpx.Client, rnd: str) -> None:
        rows = "".join(f"{rnd}{n},Alder\n" for n in range(1, 301))
        send(client, "no,name\n" + rows)

        assert ok(client.get("/v1/contacts", params={"no": f"{rnd}*", "count": "true"}))["total"] == 300

    @pytest.mark.parametrize("kind", [CSV, NDJSON])
    def test_take_the_defaults_of_the_set_up_for_what_they_do_not_name(
        self, client: httpx.Client, crm: Crm, rnd: str, kind: str
    ) -> None:
        salesperson = crm.record("salespeople")
        other = crm.record("salespeople")
        setup = {"default_salesperson_code": salesperson, "default_correspondence_type": "email"}
        nothing = {"default_salesperson_code": None, "default_correspondence_type": None}
        rows = [{"no": f"{rnd}1", "name": "Alder"}, {"no": f"{rnd}2", "name": "B", "salesperson_code": other}]
        csv = f"no,name,salesperson_code\n{rnd}2,B,{other}\n"
        ok(client.patch("/v1/setup", json=setup))
        try:
            if kind == NDJSON:
                send(client, lines_of(*rows), NDJSON)
            else:
                send(client, f"no,name\n{rnd}1,Alder\n")
                send(client, csv)
        finally:
            ok(client.patch("/v1/setup", json=nothing))

        one, two = (ok(client.get(f"/v1/contacts/{rnd}{n}")) for n in (1, 2))
        assert (one["salesperson_code"], one["correspondence_type"]) == (salesperson, "email")
        assert (two["salesperson_code"], two["correspondence_type"]) == (other, "email")

    def test_without_a_number_take_the_next_of_the_series(self, client: httpx.Client, rnd: str) -> None:
        answer = send(client, f"name\nAlder {rnd}\nBirch {rnd}\n")

        items = ok(client.get("/v1/contacts", params={"name": f"*{rnd}", "sort": "no"}))["items"]
        assert outcome(answer) == (2, 0, 0, [])
        assert [item["name"] for item in items] == [f"Alder {rnd}", f"Birch {rnd}"]
        assert int(items[1]["no"].removeprefix("CT")) == int(items[0]["no"].removeprefix("CT")) + 1

    def test_may_name_the_company_that_comes_before_them(self, client: httpx.Client, rnd: str) -> None:
        answer = send(
            client, f"no,type,name,company_no\n{rnd}C,company,Alder,\n{rnd}P,person,Ann Alder,{rnd}C\n"
        )

        assert outcome(answer) == (2, 0, 0, [])
        assert ok(client.get(f"/v1/contacts/{rnd}P"))["company_name"] == "Alder"

    def test_hold_lists_and_compounds(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        news, fair = crm.record("mailing-groups"), crm.record("mailing-groups")
        bank, profile = crm.record("business-relations"), crm.record("profile-questionnaires")
        answer = send(
            client,
            "no,name,mailing_groups,business_relations,profile_answers\n"
            f"{rnd}C,Alder,{news};{fair},{bank}:customer:K1,{profile}:10000;{profile}:20000\n",
        )

        contact = ok(client.get(f"/v1/contacts/{rnd}C"))
        assert outcome(answer) == (1, 0, 0, [])
        assert contact["mailing_groups"] == [news, fair]
        assert contact["business_relations"] == [{"code": bank, "link_to_table": "customer", "no": "K1"}]
        assert [answer["line_no"] for answer in contact["profile_answers"]] == [10_000, 20_000]

    def test_may_have_a_colon_in_the_last_part_of_a_compound(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        bank, profile = crm.record("business-relations"), crm.record("profile-questionnaires")
        rows = f"{rnd}1,Alder,{bank}::K:1,\n{rnd}2,Birch,,{profile}:1:2\n"
        answer = send(client, "no,name,business_relations,profile_answers\n" + rows)

        assert outcome(answer) == (1, 0, 0, [3])
        assert places(answer["rejected"][0]) == [["profile_answers", 0, "line_no"]]
        (relation,) = ok(client.get(f"/v1/contacts/{rnd}1"))["business_relations"]
        assert relation == {"code": bank, "link_to_table": None, "no": "K:1"}

    def test_may_begin_with_a_byte_order_mark(self, client: httpx.Client, rnd: str) -> None:
        mark = b"\xef\xbb\xbf"
        assert outcome(send(client, mark + f"no,name\n{rnd}1,Alder\n".encode())) == (1, 0, 0, [])
        row = json.dumps({"no": f"{rnd}2", "name": "Birch"}).encode()
        assert outcome(send(client, mark + row, NDJSON)) == (1, 0, 0, [])

    def test_may_end_with_carriage_returns_and_have_empty_lines_between(
        self, client: httpx.Client, rnd: str
    ) -> None:
        csv = f"\r\nno,name\r\n\r\n{rnd}1,Alder\r\n\r\n\r\n{rnd}2,Birch"
        ndjson = lines_of({"no": f"{rnd}3", "name": "Cedar"}).replace("\n", "\r\n\r\n")

        assert outcome(send(client, csv)) == (2, 0, 0, [])
        assert outcome(send(client, ndjson, NDJSON)) == (1, 0, 0, [])
        assert ok(client.get(f"/v1/contacts/{rnd}1"))["name"] == "Alder"

    def test_may_span_lines_and_hold_commas_and_quotes(self, client: httpx.Client, rnd: str) -> None:
        send(client, f'no,name,address\n{rnd}1,"Alder, ""Oak"" & Co","Street 1\nback door"\n{rnd}2,,\n')

        contact = ok(client.get(f"/v1/contacts/{rnd}1"))
        assert contact["name"] == 'Alder, "Oak" & Co'
        assert contact["address"] == "Street 1\nback door"

    def test_may_come_twice_the_second_changing_what_the_first_made(
        self, client: httpx.Client, rnd: str
    ) -> None:
        answer = send(client, f"no,name,city\n{rnd}1,Alder,Arnhem\n{rnd}1,Alder,Breda\n{rnd}1,Alder,Breda\n")

        contact = ok(client.get(f"/v1/contacts/{rnd}1"))
        assert outcome(answer) == (1, 1, 1, [])
        assert (contact["city"], contact["version"]) == ("Breda", 2)

    @pytest.mark.parametrize(("content", "kind"), [("no,name\n", CSV), ("", NDJSON), ("\n\r\n \n", NDJSON)])
    def test_need_not_be_there(self, client: httpx.Client, content: str, kind: str) -> None:
        assert outcome(send(client, content, kind)) == (0, 0, 0, [])


class TestBrokenRows:
    def test_a_number_that_no_address_can_hold_is_one(self, client: httpx.Client, rnd: str) -> None:
        answer = send(client, f"no,name\n{rnd}/1,Alder\n..,Birch\n{rnd}1,Cedar\n")
        assert outcome(answer) == (1, 0, 0, [2, 3])
        assert [row["errors"][0]["loc"] for row in answer["rejected"]] == [["no"], ["no"]]

    def test_are_each_named_with_their_line_and_the_others_taken_over(
        self, client: httpx.Client, rnd: str
    ) -> None:
        rows = (
            "no,type,name,company_no,territory_code",
            *(f"{rnd}1,company,Alder,,", f"{rnd}2,club,Birch,,", f"{rnd}3,company,,,", f"{rnd}4,company"),
            *(f"{rnd}5,company,Elm,,,more", f"{rnd}6,person,Fir,NOBODY,", f"{rnd}7,company,Gum,,NONE"),
            *(f"{'X' * 21},company,Holly,,", f"{rnd}8,company,{'x' * 101},,", f"{rnd}9,company,Ivy,,"),
        )
        answer = send(client, "\n".join(rows))

        named = {row["line"]: row["errors"] for row in answer["rejected"]}
        assert outcome(answer) == (2, 0, 0, [3, 4, 5, 6, 7, 8, 9, 10])
        assert named[3][0]["loc"] == ["type"]
        assert named[4][0]["loc"] == ["name"]
        assert "2 columns" in named[5][0]["message"]
        assert "6 columns" in named[6][0]["message"]
        assert named[7] == [{"loc": ["company_no"], "message": "there is no company NOBODY"}]
        assert named[8] == [{"loc": ["territory_code"], "message": "there is no territory NONE"}]
        assert named[9][0]["loc"] == ["no"]
        assert named[10][0]["loc"] == ["name"]
        total = ok(client.get("/v1/contacts", params={"no": f"{rnd}*", "count": "true"}))["total"]
        assert total == 2

    def test_name_every_code_that_does_not_exist(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        news = crm.record("mailing-groups")
        row = {
            "no": f"{rnd}1",
            "name": "Alder",
            "salesperson_code": "NONE",
            "mailing_groups": [news, "NONE"],
            "business_relations": [{"code": "NONE"}],
            "profile_answers": [{"questionnaire_code": "NONE", "line_no": 1}],
        }
        answer = send(client, lines_of(row, {"no": f"{rnd}2", "name": "Birch"}), NDJSON)

        assert outcome(answer) == (1, 0, 0, [1])
        assert places(answer["rejected"][0]) == [
            ["salesperson_code"],
            ["mailing_groups", 1],
            ["business_relations", 0, "code"],
            ["profile_answers", 0, "questionnaire_code"],
        ]

    def test_in_a_wrong_encoding_name_the_field(self, client: httpx.Client, rnd: str) -> None:
        latin = f"no,name\n{rnd}1,Café\n".encode("latin-1") + f"{rnd}2,Café\n".encode()
        answer = send(client, latin)

        assert outcome(answer) == (1, 0, 0, [2])
        assert places(answer["rejected"][0]) == [["name"]]
        assert "is not in UTF-8: save the file as UTF-8" in reasons(answer)

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
    def test_under_a_heading_in_a_wrong_encoding_are_refused_in_words(
        self, client: httpx.Client, encoding: str
    ) -> None:
        file = "no,naïve\n1,Alder\n".encode(encoding)
        response = client.post("/v1/contacts/import", content=file, headers={"Content-Type": CSV})
        assert "save it as CSV in UTF-8" in refused(response, "invalid-request")["detail"]

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_written_by_a_spreadsheet_have_what_its_header_has_between_cells(
        self, client: httpx.Client, crm: Crm, rnd: str, separator: str
    ) -> None:
        news, press = crm.record("mailing-groups"), crm.record("mailing-groups")
        rows = [["no", "name", "mailing_groups"], [f"{rnd}1", '"Alder, Birch; Sons"', f'"{news};{press}"']]
        answer = send(client, "\n" + "\r\n".join(separator.join(row) for row in rows))

        assert outcome(answer) == (1, 0, 0, [])
        contact = ok(client.get(f"/v1/contacts/{rnd}1"))
        assert contact["name"] == "Alder, Birch; Sons"
        assert contact["mailing_groups"] == sorted([news, press])

    def test_in_another_encoding_altogether_are_refused_with_their_header(
        self, client: httpx.Client, rnd: str
    ) -> None:
        content = f"no,name\n{rnd}1,Alder\n".encode("utf-16")
        refused(client.post(URL, content=content, headers={"Content-Type": CSV}), "invalid-request")

    def test_with_an_open_quote_do_not_swallow_what_was_before(self, client: httpx.Client, rnd: str) -> None:
        answer = send(client, f'no,name\n{rnd}1,Alder\n{rnd}2,"Birch\n{rnd}3,Cedar\n')

        assert outcome(answer) == (1, 0, 0, [3])
        assert "cannot be read" in reasons(answer)

    def test_with_a_quote_in_the_middle_do_not_harm_the_next(self, client: httpx.Client, rnd: str) -> None:
        answer = send(client, f'no,name\n{rnd}1,"Alder" Oak\n{rnd}2,Birch\n')

        assert outcome(answer) == (1, 0, 0, [2])

    @pytest.mark.parametrize("quote", ["", '"'])
    def test_with_a_field_of_10_megabytes_are_skipped(
        self, client: httpx.Client, rnd: str, quote: str
    ) -> None:
        huge = quote + "x" * 10_000_000 + quote
        answer = send(client, f"no,name\n{rnd}1,Alder\n{rnd}2,{huge}\n{rnd}3,Cedar\n")

        assert outcome(answer) == (2, 0, 0, [3])
        assert "longer than" in reasons(answer)

    def test_with_more_than_a_field_may_hold_do_not_harm_the_next(
        self, client: httpx.Client, rnd: str
    ) -> None:
        answer = send(client, f"no,name\n{rnd}1,Alder\n{rnd}2,{'x' * 200_000}\n{rnd}3,Cedar\n")

        assert outcome(answer) == (2, 0, 0, [3])

    def test_of_json_are_each_named(self, client: httpx.Client, rnd: str) -> None:
        good = json.dumps({"no": f"{rnd}1", "name": "Alder"}).encode()
        bad = (
            *(b"no JSON", b"[]", b"null", b'"text"', b'{"name": "x"', b"[" * 100_000, b'{"name": "\xff"}'),
            *(b'{"name": "x", "shoe_size": 43}', b'{"name": NaN}', b'{"name": "\\ud800"}', b"{}"),
            *(b'{"name": "\\u0000"}', b'{"name": ' + b"9" * 5_000 + b"}", b'{"name": "' + b"x" * 2_000_000),
        )
        answer = send(client, b"\n".join((*bad, good)), NDJSON)

        assert outcome(answer) == (1, 0, 0, list(range(1, len(bad) + 1)))

    def test_are_all_counted_and_the_first_thousand_named(self, client: httpx.Client) -> None:
        answer = send(client, "name\n" + '""\n' * 2_500)

        assert answer["rejected_total"] == 2_500
        assert [row["line"] for row in answer["rejected"]] == list(range(2, 1_002))

    def test_of_a_deleted_contact_say_so(self, client: httpx.Client, crm: Crm) -> None:
        gone = crm.contact()["no"]
        ok(client.delete(f"/v1/contacts/{gone}"))

        answer = send(client, f"no,name\n{gone},Again\n")
        assert outcome(answer) == (0, 0, 0, [2])
        assert "deleted" in reasons(answer)

    def test_of_contacts_on_a_segment_cannot_move_them_to_another_company(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        here, there = crm.contacts(["Alder", "Birch"])
        person = crm.contact(type="person", name="Ann", company_no=here["no"])["no"]
        crm.line(crm.segment()["no"], person)

        answer = send(client, f"no,type,name,company_no\n{person},person,Ann,{there['no']}\n")
        assert outcome(answer) == (0, 0, 0, [2])
        assert ok(client.get(f"/v1/contacts/{person}"))["company_no"] == here["no"]


class TestRefusedFiles:
    def test_are_those_whose_sender_goes_away(self, running: RunningService, crm: Crm, rnd: str) -> None:
        before = crm.position()
        address = httpx.URL(running.base_url)
        head = (
            *("POST /v1/contacts/import HTTP/1.1", f"Host: {address.host}", "Content-Length: 1000"),
            *(f"Authorization: Bearer {ADMIN_KEY}", "Content-Type: text/csv", "", f"no,name\n{rnd},Alder\n"),
        )
        with socket.create_connection((address.host, address.port or 80)) as connection:
            connection.sendall("\r\n".join(head).encode())

        refused(crm.client.get(f"/v1/contacts/{rnd}"), "not-found")
        assert crm.position() == before

    @pytest.mark.parametrize(
        ("content", "place"),
        [
            ("", None),
            ("no,name,shoe_size\n", ["shoe_size"]),
            ("no,name,no\n", ["no"]),
            ("no,name,\n", [""]),
            ("no,alternative_addresses\n", ["alternative_addresses"]),
            ('no,"name\n', None),
            ("x" * 2_000_000 + "\n", None),
            ("no|name\n", ["no|name"]),
        ],
        ids=["empty", "unknown", "twice", "blank", "in JSON only", "open quote", "too long", "bars"],
    )
    def test_have_a_header_that_cannot_be_used(
        self, client: httpx.Client, crm: Crm, content: str, place: list[str] | None
    ) -> None:
        before = crm.position()
        content += "1,2,3\n" if content else ""
        response = client.post(URL, content=content, headers={"Content-Type": CSV})

        problem = refused(response, "invalid-request")
        assert place is None or place in places(problem)
        assert crm.position() == before

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "csv"])
    def test_are_of_another_type(self, client: httpx.Client, kind: str) -> None:
        response = client.post(URL, content=b"no,name\n", headers={"Content-Type": kind})
        assert places(refused(response, "invalid-request")) == [["Content-Type"]]

    def test_have_no_type(self, client: httpx.Client) -> None:
        problem = refused(client.post(URL, content=b"no,name\n"), "invalid-request")
        assert places(problem) == [["Content-Type"]]


class TestWithoutNumberSeries:
    def test_rows_without_a_number_are_rejected(self, client: httpx.Client, rnd: str) -> None:
        ok(client.patch("/v1/setup", json={"number_series": {"contact": None}}))
        try:
            answer = send(client, f"no,name\n,Alder\n{rnd},Birch\n,Cedar\n")
        finally:
            ok(client.patch("/v1/setup", json={"number_series": {"contact": {"prefix": "CT"}}}))

        assert outcome(answer) == (1, 0, 0, [2, 4])
        assert "number" in reasons(answer)


class TestOthersWhoChangeTheSameContacts:
    def test_end_the_import_which_says_how_far_it_came(
        self, running: RunningService, crm: Crm, rnd: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        contacts, nobody = running.service.contacts, Caller("nobody", "marketer", date(2026, 11, 24))
        wanted = crm.contact()["no"]

        class Overtaken(Journal):
            """Somebody else saves the contact that everybody wants just before, every time."""

            def record(self, caller: Caller, *changes: Changes, **options: Any) -> int:
                if any(change.stream == stream_of(wanted) for change in changes):
                    contacts.change(nobody, wanted, ContactChanges(city=f"{next(numbers)}"))
                return super().record(caller, *changes, **options)

        numbers = count()
        monkeypatch.setattr(contact_import, "BATCH", 1)
        rows = [Row(2, f"{rnd}X", {"name": "Alder"}), Row(3, wanted, {"name": "Birch"})]
        run = ContactImport(Overtaken(running.service.log), contacts, nobody)

        with pytest.raises(Conflict, match="before line 3 were taken over") as refusal:
            run.run(rows)
        assert (detail_in_dutch(refusal.value.detail) or "").startswith("Te veel anderen")
        assert ok(crm.client.get(f"/v1/contacts/{rnd}X"))["name"] == "Alder"
        assert ok(crm.client.get(f"/v1/contacts/{wanted}"))["name"] != "Birch"


class TestSample:
    @pytest.fixture
    def client(self, postgres_url: str) -> Iterator[httpx.Client]:
        """Of a service of its own: the sample has numbers that others draw from the series."""
        with running_service(postgres_url) as service, service.client() as admin:
            yield admin

    @pytest.mark.parametrize("kind", [CSV, NDJSON])
    def test_is_taken_over_without_a_rejected_row(
        self, client: httpx.Client, tmp_path: Path, kind: str
    ) -> None:
        for table, records in SETUP.items():
            for record in records:
                body = {name: value for name, value in record.items() if name != "code"}
                ok(client.put(f"/v1/{table}/{record['code']}", json=body))
        file = tmp_path / "contacts"
        (write_csv if kind == CSV else write_ndjson)(file, 2_000)

        answer = send(client, file.read_bytes(), kind)
        again = send(client, file.read_bytes(), kind)

        assert answer["rejected"] == []
        assert sum(outcome(answer)[:3]) == 2_000
        assert outcome(again) == (0, 0, 2_000, [])
