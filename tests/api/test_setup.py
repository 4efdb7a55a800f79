"""The set-up over HTTP (domain A11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from application.journal import Caller
from domain.setup import OwnCompany, Setup
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused
from tests.api.running import RunningService

SETUP = "/v1/setup"


@pytest.fixture
def before(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """The set-up, which is put back for other tests."""
    before: dict[str, Any] = ok(client.get(SETUP))
    yield before
    ok(client.patch(SETUP, json=before))


class TestChange:
    def test_is_for_marketers(self, anonymous: httpx.Client, client_for: ClientFor) -> None:
        refused(anonymous.patch(SETUP, json={}), "unauthorized")
        refused(client_for("auditor").patch(SETUP, json={}), "forbidden")

    def test_leaves_what_it_does_not_name(self, client: httpx.Client, before: dict[str, Any]) -> None:
        series = {"prefix": "WS", "digits": 7, "manual": True}
        ok(client.patch(SETUP, json={"number_series": {"segment": series}, "company": {"name": "Golf"}}))

        for named in ({"manual": False}, {"prefix": "SG"}, {"digits": 6}, {}):
            series |= named
            changed = ok(client.patch(SETUP, json={"number_series": {"segment": named}}))
            assert changed["number_series"] == before["number_series"] | {"segment": series}
        assert changed["company"]["name"] == "Golf"
        assert ok(client.get(SETUP)) == changed

    def test_needs_a_prefix_for_a_series_that_is_new(
        self, client: httpx.Client, before: dict[str, Any]
    ) -> None:
        ok(client.patch(SETUP, json={"number_series": {"campaign": None}}))
        for series in ({}, {"manual": False}):
            problem = refused(
                client.patch(SETUP, json={"number_series": {"campaign": series}}), "invalid-request"
            )
            assert places(problem) == [["number_series", "campaign", "prefix"]]

        made = ok(client.patch(SETUP, json={"number_series": {"campaign": {"prefix": "CA"}}}))
        assert made["number_series"]["campaign"] == {"prefix": "CA", "digits": 5, "manual": True}

    def test_b1_a_series_without_typed_numbers_takes_none_for_campaigns_either(
        self, client: httpx.Client, crm: Crm, before: dict[str, Any]
    ) -> None:
        known, new = crm.record("campaigns"), crm.code()
        ok(client.patch(SETUP, json={"number_series": {"campaign": {"manual": False}}}))
        problem = refused(client.put(f"/v1/campaigns/{new}", json={"description": "Spring"}), "number-series")
        assert places(problem) == [["no"]]
        refused(client.get(f"/v1/campaigns/{new}"), "not-found")
        ok(client.put(f"/v1/campaigns/{known}", json={"description": "Autumn"}))
        ok(client.post("/v1/campaigns", json={"description": "Winter"}))

    def test_b1_without_a_series_a_follow_up_is_refused_before_it_is_made_too(
        self, client: httpx.Client, crm: Crm, before: dict[str, Any]
    ) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}/log"
        ok(client.patch(SETUP, json={"number_series": {"segment": None}}))
        for asked in ("?dry_run=true", ""):
            refused(client.post(path + asked, json={"create_follow_up": True}), "number-series")
        ok(client.post(f"{path}?dry_run=true", json={}))

    def test_of_two_at_the_same_time_loses_neither(
        self, running: RunningService, client: httpx.Client, before: dict[str, Any]
    ) -> None:
        of_somebody_else = [{"company": {"city": "Assen"}}]

        def overtaken(now: Setup) -> Setup:
            while of_somebody_else:
                ok(client.patch(SETUP, json=of_somebody_else.pop()))
            return replace(now, company=replace(now.company, name="Golf"))

        caller = Caller("somebody", "marketer", date(2026, 11, 24))
        running.service.records.change_setup(caller, overtaken)

        company = OwnCompany(**ok(client.get(SETUP))["company"])
        assert (company.name, company.city) == ("Golf", "Assen")
