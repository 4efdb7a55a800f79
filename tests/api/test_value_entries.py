"""Value entries over HTTP: import, list, and the criteria that look at them (domain B5, B6)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused

IMPORT = "/v1/value-entries/import"
CSV = {"Content-Type": "text/csv"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def imported(client: httpx.Client, *rows: dict[str, Any]) -> Any:
    """What an import of these entries answers."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    return ok(client.post(IMPORT, content=lines, headers=NDJSON))


def listed(client: httpx.Client, **filters: str) -> list[Any]:
    """The entries that meet filters."""
    items: list[Any] = ok(client.get("/v1/value-entries", params=filters))["items"]
    return items


class Shop:
    """A company that is a customer and a vendor, with two people; what it bought names the first of them."""

    def __init__(self, crm: Crm) -> None:
        self.crm, self.item = crm, crm.code()
        self.customer, self.vendor = crm.code(), crm.code()
        relation = crm.record("business-relations")
        links = [("Customer", self.customer), ("VENDOR", self.vendor), ("bank account", crm.code())]
        self.company = crm.contact(
            business_relations=[{"code": relation, "link_to_table": to, "no": no} for to, no in links]
        )["no"]
        self.buyer, self.colleague = (
            crm.contact(type="person", name=name, company_no=self.company)["no"] for name in ("Bo", "Cleo")
        )
        self.private = crm.contact(type="person", name="Dirk")["no"]

    def sold(self, **values: Any) -> Any:
        """Import one entry of the customer."""
        entry = {"source_type": "customer", "source_no": self.customer, "item_no": self.item} | values
        return imported(self.crm.client, entry)

    def action(self, action: str, filters: dict[str, Any], segment: str | None = None, **options: Any) -> Any:
        """A criteria action on a segment; its number, and who is on it then."""
        no = segment or self.crm.segment()["no"]
        address = f"/v1/segments/{no}"
        body = {"action": action, "filters": filters} | options
        ok(self.crm.client.post(f"{address}/criteria-actions", json=body))
        lines = ok(self.crm.client.get(f"{address}/lines"))["items"]
        return no, {line["contact_no"] for line in lines}

    def added(self, filters: dict[str, Any] | None = None, **options: Any) -> set[str]:
        """Who Add Contacts puts on a new segment; by the item if no filters are given."""
        found: set[str] = self.action("add_contacts", filters or self.by_item, **options)[1]
        return found

    def everybody(self) -> str:
        """A segment with all four."""
        numbers = "|".join((self.company, self.buyer, self.colleague, self.private))
        no: str = self.action("add_contacts", {"contact": {"no": numbers}})[0]
        return no

    @property
    def by_item(self) -> dict[str, Any]:
        return {"value_entry": {"item_no": self.item}}


@pytest.fixture
def shop(crm: Crm) -> Shop:
    return Shop(crm)


class TestImport:
    def test_takes_over_rows_of_csv(self, client: httpx.Client, crm: Crm) -> None:
        item, person = crm.code(), crm.code()
        text = (
            "source_type,source_no,item_no,variant_code,posting_date,inventory_posting_group,contact_no\n"
            f" Customer , c1 ,{item.lower()},red, 2026-03-01 ,resale,{person}\n"
            f"vendor,V1,{item},,,,\n"
        )
        answer = ok(client.post(IMPORT, content=text, headers=CSV))
        assert answer == {"registered": 2, "unchanged": 0, "rejected": [], "rejected_total": 0}
        customer, vendor = listed(client, item_no=item)
        assert customer | {"entry_no": 0} == {
            "entry_no": 0,
            "source_type": "customer",
            "source_no": "C1",
            "item_no": item,
            "variant_code": "RED",
            "posting_date": "2026-03-01",
            "inventory_posting_group": "RESALE",
            "contact_no": person,
        }
        assert vendor["source_type"] == "vendor"
        assert vendor["posting_date"] is None
        assert vendor["entry_no"] == customer["entry_no"] + 1

    def test_a_bad_row_never_stops_the_others(self, client: httpx.Client, crm: Crm) -> None:
        item = crm.code()
        text = (
            "source_type,source_no,item_no,posting_date\n"
            f"customer,C1,{item},2026-03-01\n"
            f"bank,C1,{item},2026-03-01\n"
            f"customer,,{item},2026-03-01\n"
            f"customer,C1,{item},1 March\n"
            f"customer,C1,{item}\n"
            f"customer,C2,{item},2026-03-01\n"
        )
        answer = ok(client.post(IMPORT, content=text, headers=CSV))
        assert (answer["registered"], answer["rejected_total"]) == (2, 4)
        places = [(row["line"], row["errors"][0]["loc"]) for row in answer["rejected"]]
        assert places == [(3, ["source_type"]), (4, ["source_no"]), (5, ["posting_date"]), (6, [])]
        assert [entry["source_no"] for entry in listed(client, item_no=item)] == ["C1", "C2"]

    def test_the_same_file_again_adds_nothing(self, client: httpx.Client, crm: Crm) -> None:
        entry = {"source_type": "customer", "source_no": "C1", "item_no": crm.code()}
        other = entry | {"posting_date": "2026-03-01"}
        assert imported(client, entry, other, entry)["registered"] == 2
        position = crm.position()
        again = imported(client, entry, other, {**entry, "source_no": " c1 "})
        assert (again["registered"], again["unchanged"]) == (0, 3)
        assert crm.position() == position
        assert len(listed(client, item_no=entry["item_no"])) == 2

    def test_is_one_stream_with_one_event_for_each_batch(self, client: httpx.Client, crm: Crm) -> None:
        before, item = crm.position(), crm.code()
        entry = {"source_type": "customer", "item_no": item}
        assert (
            imported(client, *(entry | {"source_no": f"C{n}"} for n in range(2_001)))["registered"] == 2_001
        )
        events = ok(client.get("/v1/events", params={"after": before}))["items"]
        assert [event["type"] for event in events] == ["value-entries.imported.1"] * 2
        first = events[0]["data"]["first_entry_no"]
        assert [event["stream"] for event in events] == [f"value-entries-{first}"] * 2
        assert [len(event["data"]["entries"]) for event in events] == [2_000, 1]

    def test_needs_a_header_that_can_be_used_and_a_known_content_type(self, client: httpx.Client) -> None:
        wrong = client.post(IMPORT, content="source_type,colour\n", headers=CSV)
        assert places(refused(wrong, "invalid-request")) == [["colour"]]
        plain = client.post(IMPORT, content="{}", headers={"Content-Type": "text/plain"})
        assert places(refused(plain, "invalid-request")) == [["Content-Type"]]

    def test_is_for_marketers(self, client_for: ClientFor) -> None:
        assert client_for("auditor").post(IMPORT, content="{}", headers=NDJSON).status_code == 403
        assert ok(client_for("reporter").get("/v1/value-entries"))["items"] is not None


class TestAddContacts:
    def test_finds_the_company_by_any_entry_and_the_person_that_the_document_names(self, shop: Shop) -> None:
        shop.sold()
        assert shop.added() == {shop.company}
        shop.sold(contact_no=shop.buyer)
        assert shop.added() == {shop.company, shop.buyer}

    def test_finds_vendors_as_well(self, shop: Shop) -> None:
        shop.sold(source_type="vendor", source_no=shop.vendor, contact_no=shop.colleague)
        assert shop.added() == {shop.company, shop.colleague}

    def test_does_not_take_a_vendor_for_the_customer_of_that_number(self, shop: Shop) -> None:
        shop.sold(source_type="vendor", source_no=shop.customer)
        assert shop.added() == set()

    def test_one_entry_must_meet_all_filters(self, shop: Shop) -> None:
        shop.sold(posting_date="2026-01-15", variant_code="RED")
        shop.sold(posting_date="2026-02-15", variant_code="BLUE")

        def by(**fields: str) -> set[str]:
            return shop.added({"value_entry": {"item_no": shop.item} | fields})

        assert by(posting_date="2026-01-01..2026-01-31", variant_code="RED") == {shop.company}
        assert by(posting_date="2026-01-01..2026-01-31", variant_code="BLUE") == set()
        assert by(source_type="customer", inventory_posting_group="''") == {shop.company}

    def test_a_named_person_of_another_company_is_not_found(self, shop: Shop) -> None:
        shop.sold(contact_no=shop.private)
        assert shop.added() == {shop.company}

    def test_widens_what_was_found(self, shop: Shop) -> None:
        shop.sold(contact_no=shop.buyer)
        person = shop.by_item | {"contact": {"type": "person"}}
        assert shop.added(person) == {shop.buyer}
        assert shop.added(person, allow_related_companies=True) == {shop.buyer, shop.company}
        assert shop.added(person, expand_companies=True) == {shop.buyer, shop.company, shop.colleague}


class TestReduceAndRefine:
    def test_take_any_entry_of_the_company_for_its_people_too(self, shop: Shop) -> None:
        shop.sold(contact_no=shop.buyer)
        family = {shop.company, shop.buyer, shop.colleague}
        assert shop.action("refine", shop.by_item, shop.everybody())[1] == family
        assert shop.action("reduce", shop.by_item, shop.everybody())[1] == {shop.private}

    def test_entire_companies_go_by_anybody_of_the_company(self, shop: Shop) -> None:
        shop.sold(contact_no=shop.buyer)
        the_company = shop.by_item | {"contact": {"type": "company"}}
        assert shop.action("refine", the_company, shop.everybody())[1] == {shop.company}
        family = {shop.company, shop.buyer, shop.colleague}
        found = shop.action("refine", the_company, shop.everybody(), entire_companies=True)[1]
        assert found == family
