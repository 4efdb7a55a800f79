"""Lists: filters on every type of field, pages in every order, and items that equal what is read alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused

LISTS = (
    *("contacts", "segments", "logged-segments", "interaction-log-entries", "campaign-entries"),
    *("campaigns", "interaction-templates", "salespeople", "mailing-groups", "saved-segment-criteria"),
)


def walk(client: httpx.Client, path: str, **query: Any) -> Iterator[Any]:
    """All items, page by page."""
    cursor: dict[str, str] = {}
    while True:
        page = ok(client.get(path, params=query | cursor))
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        assert len(page["items"]) == query["limit"]
        cursor = {"cursor": page["next_cursor"]}


def found(client: httpx.Client, path: str, key: str, **filters: str) -> list[Any]:
    return [item[key] for item in ok(client.get(path, params=filters))["items"]]


class TestWhoMayRead:
    @pytest.mark.parametrize("name", LISTS)
    def test_nobody_without_a_key(self, anonymous: httpx.Client, name: str) -> None:
        refused(anonymous.get(f"/v1/{name}"), "unauthorized")

    @pytest.mark.parametrize("name", LISTS)
    @pytest.mark.parametrize("role", ["marketer", "auditor", "reporter"])
    def test_every_role(self, client_for: ClientFor, name: str, role: Any) -> None:
        assert "items" in ok(client_for(role).get(f"/v1/{name}"))


class TestFilters:
    @pytest.fixture
    def contacts(self, crm: Crm, rnd: str) -> str:
        """A to E in Arnhem, Breda, breda, nowhere and Delft; the first is a company with a relation."""
        salesperson = crm.record("salespeople", f"{rnd}S")
        crm.contact(no=f"{rnd}A", name="Alder", city="Arnhem", salesperson_code=salesperson)
        crm.contact(no=f"{rnd}B", name="Birch", city="Breda", type="person", correspondence_type="email")
        crm.contact(no=f"{rnd}C", name="Cedar", city="breda", type="person", exclude_from_segment=True)
        own = {"city": None, "salesperson_code": None}  # not those of the company
        crm.contact(no=f"{rnd}D", name="Dogwood", type="person", company_no=f"{rnd}A", **own)
        crm.contact(no=f"{rnd}E", name="Elm & Oak", city="Delft", type="person", correspondence_type="fax")
        return rnd

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"city": "Arnhem"}, "A"),
            ({"city": "Breda"}, "B"),
            ({"city": "@breda"}, "BC"),
            ({"city": "A*|D*"}, "AE"),
            ({"city": "?reda"}, "BC"),
            ({"city": "''"}, "D"),
            ({"city": "<>''"}, "ABCE"),
            ({"city": "<>Breda"}, "ACDE"),
            ({"city": "A..C"}, "AB"),
            ({"city": "..B"}, "A"),
            ({"city": ">=Breda&<Delft"}, "B"),
            ({"name": "'Elm & Oak'"}, "E"),
            ({"no": "{rnd}b"}, "B"),
            ({"salesperson_code": "{rnd}s"}, "A"),
            ({"company_no": "{rnd}A"}, "AD"),
            ({"company_name": "Alder"}, "AD"),
            ({"type": "company"}, "A"),
            ({"type": "<>company"}, "BCDE"),
            ({"correspondence_type": "email|fax"}, "BE"),
            ({"correspondence_type": "''"}, "ACD"),
            ({"correspondence_type": "<>email"}, "ACDE"),
            ({"exclude_from_segment": "true"}, "C"),
            ({"exclude_from_segment": "<>true"}, "ABDE"),
            ({"version": "1"}, "ABCDE"),
            ({"version": ">1"}, ""),
            ({"type": "person", "city": "<>''"}, "BCE"),
        ],
        ids=str,
    )
    def test_on_contacts(
        self, client: httpx.Client, contacts: str, filters: dict[str, str], expected: str
    ) -> None:
        wanted = {name: text.replace("{rnd}", contacts) for name, text in filters.items()}
        also = {"no": f"{contacts}*"} | wanted

        assert "".join(no[-1] for no in found(client, "/v1/contacts", "no", **also)) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{rnd}N", "AB"),
            ("{rnd}n&<>{rnd}G", "AB"),
            ("{rnd}*", "ABC"),
            ("<>{rnd}N", "BCD"),
            ("''", "D"),
            ("<>''", "ABC"),
        ],
    )
    def test_on_a_list_of_codes_are_met_by_one_of_them(
        self, client: httpx.Client, crm: Crm, rnd: str, text: str, expected: str
    ) -> None:
        news, golf = (crm.record("mailing-groups", f"{rnd}{letter}") for letter in "NG")
        for letter, groups in {"A": [news], "B": [news, golf], "C": [golf], "D": []}.items():
            crm.contact(no=f"{rnd}{letter}", mailing_groups=groups)
        also = {"no": f"{rnd}*", "mailing_groups": text.replace("{rnd}", rnd)}
        assert "".join(no[-1] for no in found(client, "/v1/contacts", "no", **also)) == expected

    @pytest.mark.parametrize(
        "name", ["industry_groups", "business_relations", "profile_answers", "alternative_addresses"]
    )
    def test_on_a_list_without_members_find_blank(self, client: httpx.Client, crm: Crm, name: str) -> None:
        no = crm.contact()["no"]
        assert found(client, "/v1/contacts", "no", **{"no": no, name: "''"}) == [no]
        assert found(client, "/v1/contacts", "no", **{"no": no, name: "A*"}) == []

    def test_on_a_field_that_is_not_there_name_it_and_guess(self, client: httpx.Client) -> None:
        problem = refused(client.get("/v1/contacts", params={"ciy": "Arnhem"}), "invalid-filter")
        assert places(problem) == [["contact", "ciy"]]
        assert problem["detail"].startswith("contact.ciy: there is no field 'ciy' (did you mean city?)")
        assert " key," not in problem["detail"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"date": "2026-03-01"}, "B"),
            ({"date": "2026-02-01..2026-03-31"}, "BC"),
            ({"date": ">2026-03-01"}, "C"),
            ({"date": "-30D..0D"}, "BC"),
            ({"date": "0D"}, "C"),
            ({"unit_cost": "2.5"}, "B"),
            ({"unit_cost": "2.50..10"}, "BC"),
            ({"unit_cost": "<2.5"}, "A"),
            ({"unit_duration_minutes": "5|10"}, "BC"),
            ({"unit_duration_minutes": "<>0"}, "BC"),
            ({"campaign_target": "true"}, ""),
            ({"information_flow": "outbound"}, "B"),
            ({"number_of_lines": ">0"}, "A"),
        ],
        ids=str,
    )
    def test_on_segments(
        self, client: httpx.Client, crm: Crm, rnd: str, filters: dict[str, str], expected: str
    ) -> None:
        crm.segment(no=f"{rnd}A", date="2026-01-01")
        crm.line(f"{rnd}A", crm.contact()["no"])
        crm.segment(
            no=f"{rnd}B",
            date="2026-03-01",
            unit_cost="2.50",
            information_flow="outbound",
            unit_duration_minutes=5,
        )
        crm.segment(no=f"{rnd}C", date="2026-03-31", unit_cost=10, unit_duration_minutes=10)

        also = {"no": f"{rnd}*"} | filters
        answer = client.get("/v1/segments", params=also, headers={"Work-Date": "2026-03-31"})
        assert "".join(item["no"][-1] for item in ok(answer)["items"]) == expected

    def test_on_times_and_evaluations_of_lines(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.segment()["no"]
        for at, evaluation in (("09:30:00", "positive"), ("14:00:00", None), (None, "negative")):
            crm.line(segment, crm.contact()["no"], time_of_interaction=at, evaluation=evaluation)

        path = f"/v1/segments/{segment}/lines"
        assert found(client, path, "line_no", time_of_interaction="..12:00") == [10_000]
        assert found(client, path, "line_no", time_of_interaction="''") == [30_000]
        assert found(client, path, "line_no", evaluation="positive..negative") == [10_000, 30_000]
        assert found(client, path, "line_no", evaluation="<>positive") == [20_000, 30_000]

    def test_on_interactions_and_campaign_entries(self, client: httpx.Client, crm: Crm) -> None:
        campaign = crm.record("campaigns", description="Spring")
        logged = crm.logged(3, campaign_no=campaign, unit_cost="1.50", date="2026-03-01")

        of_this = {"logged_segment_entry_no": str(logged["entry_no"])}
        path = "/v1/interaction-log-entries"
        assert len(found(client, path, "entry_no", **of_this, date="2026-03-01", cost="1.5")) == 3
        assert found(client, path, "entry_no", **of_this, canceled="true") == []
        assert found(client, path, "entry_no", **of_this, postponed="true") == []
        entries = found(client, "/v1/campaign-entries", "number_of_interactions", campaign_no=campaign)
        assert entries == [3]

    def test_on_records(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        crm.record("salespeople", f"{rnd}A", name="Anna", blocked=True)
        crm.record("salespeople", f"{rnd}B", name="Bea", phone_no="030 123 ext. 4")
        crm.record("campaigns", f"{rnd}A", starting_date="2026-01-01")

        assert found(client, "/v1/salespeople", "code", code=f"{rnd}*", blocked="false") == [f"{rnd}B"]
        assert found(client, "/v1/salespeople", "code", name="Anna", code=f"{rnd}*") == [f"{rnd}A"]
        phone = {"code": f"{rnd}*", "phone_no": "*ext. 4"}
        assert found(client, "/v1/salespeople", "code", **phone) == [f"{rnd}B"]
        assert found(client, "/v1/campaigns", "no", starting_date="..2026-06-01", no=f"{rnd}*") == [f"{rnd}A"]

    def test_on_comments_are_met_by_one_of_them(self, client: httpx.Client, crm: Crm) -> None:
        path, logged = "/v1/interaction-log-entries", crm.logged(3)["entry_no"]
        entries = found(client, path, "entry_no", logged_segment_entry_no=str(logged))
        for entry, comment in zip(entries, ("Rang back", "Was ill", ""), strict=True):
            for text in filter(None, (comment, comment and "Later")):
                ok(client.post(f"{path}/{entry}/comments", json={"comment": text}))

        for text, expected in (("Rang*", [0]), ("Later", [0, 1]), ("''", [2]), ("@was*|@none", [1])):
            also = {"logged_segment_entry_no": str(logged), "comments": text}
            assert found(client, path, "entry_no", **also) == [entries[number] for number in expected], text

    def test_on_delivery_are_met_by_one_of_the_entries(self, client: httpx.Client, crm: Crm) -> None:
        path = "/v1/logged-segments"
        silent = crm.logged()["entry_no"]
        template = crm.template(correspondence_type="hard_copy")
        document = f"/v1/interaction-templates/{template}/documents/-"
        ok(client.put(document, content=b"<p>Hello</p>", headers={"Content-Type": "text/html"}))
        sent = crm.loggable(2, interaction_template_code=template)["no"]
        body = {"send_attachments": True}
        asked = ok(client.post(f"/v1/segments/{sent}/log", json=body))["logged_segment"]["entry_no"]

        both = f"{silent}|{asked}"
        assert found(client, path, "entry_no", entry_no=both, delivery="in_progress") == [asked]
        assert found(client, path, "entry_no", entry_no=both, delivery="error") == []
        assert found(client, path, "entry_no", entry_no=both, delivery="''") == [silent]
        refused(client.get(path, params={"delivery": "lost"}), "invalid-filter")


class TestPages:
    CITIES = ("Breda", None, "Arnhem", "Breda", None, "Delft", "Arnhem", "Zwolle", None, "Breda")

    @pytest.fixture
    def contacts(self, crm: Crm, rnd: str) -> str:
        for number, city in enumerate(self.CITIES):
            crm.contact(no=f"{rnd}{number}", city=city, exclude_from_segment=number % 3 == 0)
        return rnd

    @pytest.mark.parametrize("limit", [1, 3, 10, 11])
    @pytest.mark.parametrize(
        "sort", ["no", "-no", "city", "-city", "version", "exclude_from_segment", "-exclude_from_segment"]
    )
    def test_hold_everything_exactly_once_in_order(
        self, client: httpx.Client, contacts: str, sort: str, limit: int
    ) -> None:
        items = list(walk(client, "/v1/contacts", no=f"{contacts}*", sort=sort, limit=limit))

        # Blanks come first, or last going down; ties are in the order of their numbers.
        name, down = sort.removeprefix("-"), sort.startswith("-")
        expected = sorted(items, key=lambda item: item["no"], reverse=sort == "-no")
        expected.sort(key=lambda item: [] if item[name] is None else [item[name]], reverse=down)
        assert len(items) == 10
        assert items == expected

    @pytest.mark.parametrize(
        "sort",
        ["line_no", "-line_no", "contact_name", "-contact_name", "time_of_interaction", "-cost", "date"],
    )
    def test_of_lines_hold_everything_exactly_once(self, client: httpx.Client, crm: Crm, sort: str) -> None:
        segment = crm.segment()["no"]
        for number, name in enumerate("CABDA"):
            at = f"{10 + number}:00:00" if number % 2 else None
            crm.line(segment, crm.contact(name=name)["no"], cost=number % 3, time_of_interaction=at)

        items = list(walk(client, f"/v1/segments/{segment}/lines", sort=sort, limit=2))
        assert sorted(item["line_no"] for item in items) == [10_000, 20_000, 30_000, 40_000, 50_000]
        all_at_once = ok(client.get(f"/v1/segments/{segment}/lines", params={"sort": sort}))["items"]
        assert items == all_at_once

    def test_of_interactions_hold_everything_exactly_once(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(5, unit_cost="1.10")
        query = {"logged_segment_entry_no": logged["entry_no"], "limit": 2}

        for sort in ("entry_no", "-entry_no", "contact_name", "-cost", "time_of_interaction", "-subject"):
            entries = [
                item["entry_no"] for item in walk(client, "/v1/interaction-log-entries", sort=sort, **query)
            ]
            assert len(set(entries)) == len(entries) == 5

    def test_of_records_hold_everything_exactly_once(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        for number, title in enumerate(("Manager", None, "Agent", None, "Manager")):
            crm.record("salespeople", f"{rnd}{number}", job_title=title, blocked=number == 2)

        for sort in ("code", "-code", "job_title", "-job_title", "blocked", "version"):
            codes = [i["code"] for i in walk(client, "/v1/salespeople", code=f"{rnd}*", sort=sort, limit=2)]
            assert sorted(codes) == [f"{rnd}{number}" for number in range(5)]

    def test_are_100_items_unless_told_otherwise(self, client: httpx.Client, rnd: str) -> None:
        rows = "no,name\n" + "".join(f"{rnd}{number:03d},Alder\n" for number in range(101))
        ok(client.post("/v1/contacts/import", content=rows, headers={"Content-Type": "text/csv"}))

        page = ok(client.get("/v1/contacts", params={"no": f"{rnd}*", "count": "true"}))
        assert (len(page["items"]), page["total"]) == (100, 101)
        assert page["next_cursor"] is not None
        largest = ok(client.get("/v1/contacts", params={"no": f"{rnd}*", "limit": "1000"}))
        assert (len(largest["items"]), largest["next_cursor"]) == (101, None)

    def test_go_on_after_a_row_that_was_deleted_meanwhile(self, client: httpx.Client, contacts: str) -> None:
        first = ok(client.get("/v1/contacts", params={"no": f"{contacts}*", "limit": 3}))
        ok(client.delete(f"/v1/contacts/{contacts}2"))

        numbers = found(client, "/v1/contacts", "no", no=f"{contacts}*", cursor=first["next_cursor"])
        assert numbers == [f"{contacts}{number}" for number in range(3, 10)]

    def test_belong_to_one_order(self, client: httpx.Client, contacts: str) -> None:
        query: dict[str, Any] = {"no": f"{contacts}*", "limit": 3}
        cursor = ok(client.get("/v1/contacts", params=query | {"sort": "city"}))["next_cursor"]

        for sort in ({"sort": "-city"}, {"sort": "name"}, {}):
            refused(client.get("/v1/contacts", params=query | sort | {"cursor": cursor}), "invalid-request")


class TestCount:
    def test_is_of_all_pages_and_only_on_demand(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        crm.contacts(["A", "B", "C"])
        query = {"no": f"{rnd}*", "limit": "2"}

        assert "total" not in ok(client.get("/v1/contacts", params=query))
        counted = ok(client.get("/v1/contacts", params=query | {"count": "true"}))
        assert counted["total"] == 3
        last = query | {"count": "true", "cursor": counted["next_cursor"]}
        assert ok(client.get("/v1/contacts", params=last))["total"] == 3

    def test_is_said_of_every_list_that_takes_it_and_of_none_unasked(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        segment, contact = crm.segment()["no"], crm.contact()["no"]
        crm.line(segment, contact)
        lists = (
            *LISTS,
            *("value-entries", "tasks", "api-keys", "audit/checkpoints", f"contacts/{contact}/segments"),
            *(f"segments/{segment}/{part}" for part in ("lines", "history", "criteria-actions")),
        )
        for path in lists:
            assert "total" not in ok(client.get(f"/v1/{path}")), path
            assert ok(client.get(f"/v1/{path}", params={"count": "true"}))["total"] >= 0, path


class TestListsOfTheirOwnKind:
    """A parameter that a list takes has its effect; what it does not know is refused."""

    def test_criteria_actions_come_page_by_page(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        path = f"/v1/segments/{crm.segment()['no']}/criteria-actions"
        for contact in crm.contacts(["A", "B", "C", "D", "E"]):
            filters = {"contact": {"no": contact["no"]}}
            ok(client.post(path, json={"action": "add_contacts", "filters": filters}))

        assert [action["action_no"] for action in walk(client, path, limit=2)] == [1, 2, 3, 4, 5]
        assert ok(client.get(path, params={"limit": "2", "count": "true"}))["total"] == 5
        refused(client.get(path, params={"limit": "0"}), "invalid-request")
        refused(client.get(path, params={"cursor": "x"}), "invalid-request")

    def test_segments_of_a_contact_come_page_by_page(self, client: httpx.Client, crm: Crm) -> None:
        contact, segments = crm.contact()["no"], [crm.segment()["no"] for _ in range(3)]
        for segment in segments:
            crm.line(segment, contact)

        path = f"/v1/contacts/{contact}/segments"
        assert [item["segment_no"] for item in walk(client, path, limit=2)] == segments
        assert len(ok(client.get(path, params={"limit": "2"}))["items"]) == 2

    def test_api_keys_are_a_list_like_others(self, client: httpx.Client, rnd: str) -> None:
        for role in ("reporter", "auditor", "reporter"):
            body = {"role": role, "user_id": rnd, "description": f"{rnd} {role}"}
            ok(client.post("/v1/api-keys", json=body))

        mine = list(walk(client, "/v1/api-keys", user_id=rnd, sort="-created_at", limit=1))
        assert [item["role"] for item in mine] == ["reporter", "auditor", "reporter"]
        assert all(item["created_at"].endswith("Z") for item in mine)
        then = {"created_at": mine[0]["created_at"], "user_id": rnd}
        assert mine[0] in ok(client.get("/v1/api-keys", params=then))["items"]
        query = {"user_id": rnd, "role": "reporter", "count": "true", "limit": "1"}
        page = ok(client.get("/v1/api-keys", params=query))
        assert (len(page["items"]), page["total"]) == (1, 2)
        refused(client.get("/v1/api-keys", params={"sha256": "x"}), "invalid-filter")

    @pytest.mark.parametrize("path", ["setup", "contacts/NONE"])
    def test_what_gives_no_count_does_not_take_one(self, client: httpx.Client, path: str) -> None:
        problem = refused(client.get(f"/v1/{path}", params={"count": "true"}), "invalid-request")
        assert places(problem) == [["count"]]

    @pytest.mark.parametrize("path", ["history", "audit/reads"])
    def test_those_of_events_take_a_count_and_do_not_know_it(self, client: httpx.Client, path: str) -> None:
        assert "total" not in ok(client.get(f"/v1/{path}", params={"count": "true"}))


class TestItems:
    def alike(self, client: httpx.Client, listed: str, single: str, key: str, value: Any) -> None:
        (item,) = ok(client.get(listed, params={key: value}))["items"]
        assert item == ok(client.get(single))

    def test_of_contacts_equal_the_contact(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        ranges = [{"starting_date": date} for date in ("2026-07-01", "2025-07-01")]
        company = crm.contact(
            industry_groups=[crm.record("industry-groups", f"{rnd}{code}") for code in "BA"],
            business_relations=[{"code": crm.record("business-relations"), "no": no} for no in (None, "K1")],
        )
        person = crm.contact(
            type="person",
            name=None,
            first_name="Ann",
            surname="Alder",
            company_no=company["no"],
            salesperson_code=crm.record("salespeople"),
            mailing_groups=[crm.record("mailing-groups", f"{rnd}{code}") for code in "CAB"],
            job_responsibilities=[crm.record("job-responsibilities")],
            alternative_addresses=[{"code": "SUMMER", "date_ranges": ranges}, {"code": "OTHER"}],
        )
        questionnaire = crm.record("profile-questionnaires")
        answers = [{"questionnaire_code": questionnaire, "line_no": number} for number in (20_000, 10_000)]
        ok(client.patch(f"/v1/contacts/{person['no']}", json={"profile_answers": answers}))
        segment = crm.loggable(0)["no"]
        crm.line(segment, person["no"], cost="2.50", duration_minutes=5, initiated_by="us")
        ok(client.post(f"/v1/segments/{segment}/log"))

        for no in (company["no"], person["no"]):
            self.alike(client, "/v1/contacts", f"/v1/contacts/{no}", "no", no)
        assert ok(client.get(f"/v1/contacts/{company['no']}"))["statistics"]["number_of_interactions"] == 1

    def test_of_segments_equal_the_segment(self, client: httpx.Client, crm: Crm) -> None:
        campaign = crm.record("campaigns")
        segment = crm.loggable(2, campaign_no=campaign, unit_cost="1.10", unit_duration_minutes=5)
        changed = {"subject": "Hello", "correspondence_type": "email", "date": "2026-01-02"}
        ok(client.patch(f"/v1/segments/{segment['no']}", json=changed))

        self.alike(client, "/v1/segments", f"/v1/segments/{segment['no']}", "no", segment["no"])
        assert ok(client.get(f"/v1/segments/{segment['no']}"))["cost"] == "2.20"

    def test_of_lines_equal_the_line(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.segment(unit_cost="1.50", subject="Hello")["no"]
        line = crm.line(segment, crm.contact()["no"], time_of_interaction="09:30:00", remarks="Likes oak")

        path = f"/v1/segments/{segment}/lines"
        self.alike(client, path, f"{path}/{line['line_no']}", "line_no", line["line_no"])
        assert ok(client.get(path))["items"] == [line]

    @pytest.mark.parametrize(
        ("table", "values"),
        [
            ("mailing-groups", {}),
            ("salespeople", {"job_title": "Agent", "blocked": True}),
            ("salutations", {"formulas": [{"text": "Dear %1,", "names": ["surname"]}]}),
            ("profile-questionnaires", {"lines": [{"line_no": 1, "type": "question", "description": "?"}]}),
            ("campaigns", {"starting_date": "2026-01-01", "ending_date": None}),
        ],
    )
    def test_of_records_equal_the_record(
        self, client: httpx.Client, crm: Crm, table: str, values: dict[str, Any]
    ) -> None:
        code = crm.record(table, **values)
        key = "no" if table == "campaigns" else "code"

        self.alike(client, f"/v1/{table}", f"/v1/{table}/{code}", key, code)

    def test_of_templates_equal_the_template(self, client: httpx.Client, crm: Crm) -> None:
        code = crm.template(unit_cost="2.50", unit_duration_minutes=5, information_flow="outbound")
        crm.logged(2, interaction_template_code=code)

        self.alike(client, "/v1/interaction-templates", f"/v1/interaction-templates/{code}", "code", code)
        statistics = ok(client.get(f"/v1/interaction-templates/{code}"))["statistics"]
        assert statistics == {"number_of_interactions": 2, "cost": "5.00", "duration_minutes": 10}

    def test_of_what_was_logged_equal_what_is_read_alone(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(1, campaign_no=crm.record("campaigns"), unit_cost="1.10")
        entry = logged["entry_no"]

        self.alike(client, "/v1/logged-segments", f"/v1/logged-segments/{entry}", "entry_no", entry)
        for name in ("interaction-log-entries", "campaign-entries"):
            (item,) = ok(client.get(f"/v1/{name}", params={"logged_segment_entry_no": entry}))["items"]
            assert item == ok(client.get(f"/v1/{name}/{item['entry_no']}"))
