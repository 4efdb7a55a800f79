"""Codes have 20 characters at most; those that the domain calls C10 have ten."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.records import CODE_TABLES
from tests.api.crm import Crm, ok, places, refused

SHORT = ("mailing-groups", "interaction-groups", "interaction-templates")
LENGTHS = {kind.path: 20 for kind in CODE_TABLES} | {"campaigns": 20} | dict.fromkeys(SHORT, 10)


@pytest.mark.parametrize(("table", "length"), LENGTHS.items())
def test_a_code_may_be_so_long_and_no_longer(
    client: httpx.Client, crm: Crm, rnd: str, table: str, length: int
) -> None:
    group = {"interaction_group_code": crm.record("interaction-groups")}
    values = group if table == "interaction-templates" else {}
    code = crm.record(table, rnd.ljust(length, "X"), **values)
    assert ok(client.get(f"/v1/{table}/{code}"))["version"] == 1
    ok(client.delete(f"/v1/{table}/{code}"))

    body = {"name": "Sara Lind"} if table == "salespeople" else {"description": "Too long"} | values
    answer = client.put(f"/v1/{table}/{code}X", json=body)
    assert places(refused(answer, "invalid-request")) == [["code"]]


class TestOfAContact:
    @pytest.fixture
    def values(self, crm: Crm) -> dict[str, Any]:
        """A company with a code of 20 characters wherever it can have one."""

        def long(table: str) -> str:
            return crm.record(table, crm.code().ljust(20, "X"))

        return {
            "no": crm.code(),
            "name": "Alder",
            "territory_code": long("territories"),
            "salutation_code": long("salutations"),
            "currency_code": "X" * 20,
            "country_code": "X" * 20,
            "industry_groups": [long("industry-groups"), long("industry-groups")],
            "business_relations": [{"code": long("business-relations"), "link_to_table": None, "no": None}],
        }

    def test_that_is_registered(self, client: httpx.Client, crm: Crm, values: dict[str, Any]) -> None:
        company = ok(client.post("/v1/contacts", json=values))
        assert company | values == company

        of_a_person = {
            "organizational_level_code": crm.record("organizational-levels", crm.code().ljust(20, "X")),
            "job_responsibilities": [crm.record("job-responsibilities", crm.code().ljust(20, "X"))],
        }
        person = crm.contact(type="person", **of_a_person)
        assert person | of_a_person == person

    @pytest.mark.parametrize("content_type", ["text/csv", "application/x-ndjson"])
    def test_that_comes_from_a_file(
        self, client: httpx.Client, values: dict[str, Any], content_type: str
    ) -> None:
        content = json.dumps(values)
        if content_type == "text/csv":
            (relation,) = values["business_relations"]
            lists = {
                "industry_groups": ";".join(values["industry_groups"]),
                "business_relations": relation["code"],
            }
            content = "\n".join(map(",".join, zip(*(values | lists).items(), strict=True)))
        answer = client.post(
            "/v1/contacts/import", content=content.encode(), headers={"Content-Type": content_type}
        )
        assert ok(answer)["registered"] == 1, answer.text
        company = ok(client.get(f"/v1/contacts/{values['no']}"))
        assert company | values == company


def test_a_campaign_takes_a_long_status(client: httpx.Client, crm: Crm) -> None:
    status = crm.record("campaign-statuses", crm.code().ljust(20, "X"))
    campaign = crm.record("campaigns", status_code=status)
    assert ok(client.get(f"/v1/campaigns/{campaign}"))["status_code"] == status
