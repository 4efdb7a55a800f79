"""Why somebody is on a segment, or is not; and whom an action left out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused
from tests.api.delivery.mailing import PAGE, Mailing


@pytest.fixture
def path(crm: Crm) -> str:
    return f"/v1/segments/{crm.segment()['no']}"


def add(client: httpx.Client, path: str, filters: dict[str, Any], **more: Any) -> Any:
    return act(client, path, "add_contacts", filters, **more)


def act(client: httpx.Client, path: str, action: str, filters: dict[str, Any], **more: Any) -> Any:
    body = {"action": action, "filters": filters} | more
    return ok(client.post(f"{path}/criteria-actions", json=body))


def explained(client: httpx.Client, path: str, line_no: int = 10_000, **query: Any) -> Any:
    return ok(client.get(f"{path}/lines/{line_no}/explanation", params=query))


def of_contact(client: httpx.Client, path: str, no: str, **query: Any) -> Any:
    return ok(client.get(f"{path}/explanation", params={"contact_no": no} | query))


class TestWhoMayAsk:
    def test_everybody_who_reads_segments(self, client_for: ClientFor, crm: Crm, path: str) -> None:
        crm.line(path.rpartition("/")[2], crm.contact()["no"])
        for role in ("marketer", "auditor", "reporter"):
            assert explained(client_for(role), path)["by_hand"]

    def test_nobody_without_a_key(self, anonymous: httpx.Client, path: str) -> None:
        refused(anonymous.get(f"{path}/lines/10000/explanation"), "unauthorized")
        refused(anonymous.get(f"{path}/explanation", params={"contact_no": "X"}), "unauthorized")
        refused(anonymous.get(f"{path}/criteria-actions/1/skipped"), "unauthorized")


class TestALine:
    def test_is_explained_by_its_action_and_the_values_of_that_moment(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        group = crm.record("mailing-groups")
        contact = crm.contact(no=f"{rnd}A", city="Arnhem", mailing_groups=[group])
        filters = {"contact": {"no": f"{rnd}*", "city": "A*"}, "mailing_group": {"code": group}}
        action = add(client, path, filters)
        ok(client.patch(f"/v1/contacts/{contact['no']}", json={"city": "Breda", "mailing_groups": []}))

        found = explained(client, path)
        assert found["contact_no"] == contact["no"]
        assert found["by_hand"] is False
        assert [(c["table"], c["field"], c["filter"], c["values"]) for c in found["conditions"]] == [
            ("contact", "no", f"{rnd}*", [f"{rnd}A"]),
            ("contact", "city", "A*", ["Arnhem"]),
            ("mailing_group", "code", group, [group]),
        ]
        assert all(condition["matched"] for condition in found["conditions"])
        assert found["action"]["action_no"] == action["action_no"]
        assert found["action"]["filters"] == filters
        assert (found["action"]["user_id"], found["action"]["at"]) == (action["user_id"], action["at"])
        assert found["reason"].startswith("Added by action 1 of admin at ")
        assert "contact city is A* (it was Arnhem)" in found["reason"]
        assert (found["brought_in_by"], found["passed"], found["notes"]) == (None, [], [])

    def test_put_on_by_hand_says_so_in_both_languages(
        self, client: httpx.Client, crm: Crm, path: str
    ) -> None:
        contact = crm.contact()["no"]
        crm.line(path.rpartition("/")[2], contact)
        found = explained(client, path)
        assert found["by_hand"] is True
        assert found["reason"].startswith("Put on by hand by admin at ")
        assert found["conditions"][0]["values"] == [contact]
        dutch = client.get(f"{path}/lines/10000/explanation", headers={"Accept-Language": "nl"})
        assert ok(dutch)["reason"].startswith("Met de hand toegevoegd door admin op ")

    def test_with_filters_that_nest_tells_each_of_them(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}A", city="Arnhem")
        either = [{"contact": {"city": "Breda"}}, {"contact": {"city": "Arnhem"}}]
        add(
            client,
            path,
            {"contact": {"no": f"{rnd}A"}, "any": either, "not": {"contact": {"type": "person"}}},
        )
        _, one_of, other = explained(client, path)["conditions"]
        assert (one_of["operator"], [part["matched"] for part in one_of["parts"]]) == ("any", [False, True])
        assert (other["operator"], other["matched"], other["parts"][0]["values"]) == (
            *("not", True),
            ["company"],
        )

    def test_of_who_came_along_names_the_colleague(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}C", name="Cedar")
        crm.contact(no=f"{rnd}P", type="person", name="Ann", company_no=f"{rnd}C")
        add(client, path, {"contact": {"no": f"{rnd}P"}}, expand_companies=True)
        found = explained(client, path)
        assert found["contact_no"] == f"{rnd}C"
        assert found["brought_in_by"] == {"option": "expand_companies", "contact_no": f"{rnd}P"}
        assert found["conditions"][0]["matched"] is False
        assert f"contact {rnd}P met the filters" in found["reason"]
        assert explained(client, path, 20_000)["brought_in_by"] is None

        ok(client.post(f"{path}/go-back"))
        add(client, path, {"contact": {"no": f"{rnd}P"}}, allow_related_companies=True)
        found = explained(client, path, 30_000)
        assert found["brought_in_by"] == {"option": "allow_related_companies", "contact_no": f"{rnd}P"}

    def test_of_who_came_along_with_somebody_who_has_left_says_so(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}C", name="Cedar")
        crm.contact(no=f"{rnd}P", type="person", name="Ann", company_no=f"{rnd}C")
        add(client, path, {"contact": {"no": f"{rnd}P"}}, expand_companies=True)
        act(client, path, "reduce", {"contact": {"no": f"{rnd}P"}})
        ok(client.patch(f"/v1/contacts/{rnd}P", json={"company_no": None}))
        found = explained(client, path)
        assert (found["contact_no"], found["brought_in_by"]) == (f"{rnd}C", None)
        assert found["notes"] == ["It came along with a colleague who is not found in the company any more."]
        assert "how it met the filters is not fully known" in found["reason"]

    def test_tells_the_later_actions_that_kept_it(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        for letter, city in (("A", "Arnhem"), ("B", "Breda"), ("C", "Cuijk")):
            crm.contact(no=f"{rnd}{letter}", city=city)
        add(client, path, {"contact": {"no": f"{rnd}?"}})
        act(client, path, "reduce", {"contact": {"city": "Breda"}})
        act(client, path, "refine", {"contact": {"city": "A*"}})
        reduced, refined = explained(client, path)["passed"]
        assert (reduced["action"]["action"], reduced["conditions"][0]["matched"]) == ("reduce", False)
        assert (refined["action"]["action"], refined["conditions"][0]["matched"]) == ("refine", True)

        ok(client.post(f"{path}/go-back"))
        ok(client.post(f"{path}/go-back"))
        ok(client.post(f"{path}/redo"))
        assert [one["action"]["action"] for one in explained(client, path)["passed"]] == ["reduce"]

    def test_that_came_back_is_explained_by_the_action_that_added_it(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}A")
        first = add(client, path, {"contact": {"no": f"{rnd}A"}})
        act(client, path, "reduce", {})
        ok(client.post(f"{path}/go-back"))
        assert explained(client, path)["action"]["at"] == first["at"]

    def test_from_saved_criteria_names_them(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}A")
        add(client, path, {"contact": {"no": f"{rnd}A"}})
        ok(client.post(f"{path}/save-criteria", json={"code": rnd}))
        other = f"/v1/segments/{crm.segment()['no']}"
        ok(client.post(f"{other}/reuse-criteria", json={"code": rnd}))
        assert explained(client, other)["saved_criteria"] == rnd

    def test_that_nobody_has_is_not_found(self, client: httpx.Client, path: str) -> None:
        refused(client.get(f"{path}/lines/10000/explanation"), "not-found")
        refused(client.get("/v1/segments/NOT-THERE/lines/10000/explanation"), "not-found")


class TestWhatTheInteractionsWere:
    def test_at_that_moment_is_told(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        """They were canceled since, and more came."""
        logged = crm.logged(1)
        (entry,) = ok(
            client.get("/v1/interaction-log-entries", params={"logged_segment_entry_no": logged["entry_no"]})
        )["items"]
        path = f"/v1/segments/{crm.segment()['no']}"
        tests = {"segment_no": logged["segment_no"], "canceled": "false", "description": "Spring*"}
        add(client, path, {"interaction_log_entry": tests})
        ok(client.post(f"/v1/interaction-log-entries/{entry['entry_no']}/cancel"))

        found = explained(client, path)
        assert [(c["field"], c["values"], c["matched"]) for c in found["conditions"]] == [
            ("segment_no", [logged["segment_no"]], True),
            ("canceled", [False], True),
            ("description", ["Spring letter"], True),
        ]
        assert found["notes"] == []

    def test_how_far_a_delivery_was_is_known(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(1)
        path = f"/v1/segments/{crm.segment()['no']}"
        tests = {"segment_no": logged["segment_no"], "delivery_status": "''"}
        add(client, path, {"interaction_log_entry": tests})
        found = explained(client, path)
        assert [(c["matched"], c["values"]) for c in found["conditions"]] == [
            (True, [logged["segment_no"]]),
            (True, [None]),
        ]
        assert found["notes"] == []


class TestAfterLogging:
    def test_entries_and_past_versions_are_explained(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        crm.contact(no=f"{rnd}A", city="Arnhem")
        segment = crm.loggable(1)["no"]
        path = f"/v1/segments/{segment}"
        add(client, path, {"contact": {"no": f"{rnd}A"}})
        version = ok(client.get(path))["version"]
        logged = ok(client.post(f"{path}/log"))["logged_segment"]
        client.delete(f"/v1/contacts/{rnd}A")

        refused(client.get(f"{path}/lines/10000/explanation"), "segment-logged")
        entries = ok(client.get("/v1/interaction-log-entries", params={"segment_no": segment}))["items"]
        assert len(entries) == logged["number_of_interactions"] == 2
        by_hand, chosen = (
            ok(client.get(f"/v1/interaction-log-entries/{entry['entry_no']}/explanation"))
            for entry in sorted(entries, key=lambda entry: entry["entry_no"])
        )
        assert (by_hand["line_no"], by_hand["by_hand"]) == (10_000, True)
        assert (chosen["line_no"], chosen["contact_no"]) == (20_000, f"{rnd}A")
        assert chosen["conditions"][0]["values"] == [f"{rnd}A"]
        then = explained(client, path, 20_000, version=version)
        assert then["conditions"] == chosen["conditions"]
        assert explained(client, path, 20_000, as_of="2100-01-01T00:00:00Z")["reason"] == chosen["reason"]

    def test_an_entry_that_was_logged_again_is_explained_by_the_line_of_the_first(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        mailing = Mailing(crm, PAGE)
        nos = [mailing.put(email=f"{name}@example.org") for name in ("ann", "bo")]
        logged = ok(client.post(f"/v1/segments/{mailing.segment}/log"))["logged_segment"]["entry_no"]
        again = {"update_merge_fields": True}
        first = ok(client.post(f"/v1/logged-segments/{logged}/resend", json=again))["first_entry_no"]
        for entry_no, no in enumerate(nos, first):
            found = ok(client.get(f"/v1/interaction-log-entries/{entry_no}/explanation"))
            assert (found["segment_no"], found["contact_no"]) == (mailing.segment, no)

    def test_a_reused_logged_segment_is_named(self, client: httpx.Client, crm: Crm, path: str) -> None:
        logged = crm.logged(1)
        ok(client.post(f"{path}/reuse-logged-segment", json={"entry_no": logged["entry_no"]}))
        found = explained(client, path)
        assert found["logged_segment"] == logged["entry_no"]
        assert found["reason"].startswith(f"Taken over from logged segment {logged['entry_no']} by admin")

    def test_a_single_interaction_came_from_no_segment(self, client: httpx.Client, crm: Crm) -> None:
        values = {
            "contact_no": crm.contact()["no"],
            "interaction_template_code": crm.template(),
            "salesperson_code": crm.record("salespeople"),
            "description": "A call",
        }
        entry = ok(client.post("/v1/interaction-log-entries", json=values))["entry_no"]
        refused(client.get(f"/v1/interaction-log-entries/{entry}/explanation"), "not-found")
        refused(client.get("/v1/interaction-log-entries/999999999/explanation"), "not-found")


class TestAContact:
    def test_that_was_not_meant_sees_the_first_condition_that_failed(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}A", city="Arnhem")
        add(client, path, {"contact": {"no": f"{rnd}*", "city": "Breda", "type": "person"}})
        ok(client.patch(f"/v1/contacts/{rnd}A", json={"city": "Breda"}))
        found = of_contact(client, path, f"{rnd}A")
        (one,) = found["actions"]
        assert (found["on_segment"], one["outcome"]) == (False, "not_selected")
        assert (one["failed"]["field"], one["failed"]["values"]) == ("city", ["Arnhem"])
        assert "contact city is Breda (it was Arnhem)" in found["reason"]

    def test_that_was_left_out_sees_why(self, client: httpx.Client, crm: Crm, path: str, rnd: str) -> None:
        other = crm.segment()["no"]
        crm.contact(no=f"{rnd}A", exclude_from_segment=True)
        crm.contact(no=f"{rnd}B", privacy_blocked=True)
        crm.line(other, crm.contact(no=f"{rnd}C")["no"])
        add(client, path, {"contact": {"no": f"{rnd}?"}}, exclude={"segments": [other]})
        for letter, outcome, words in (
            ("A", "excluded", "excluded from segments"),
            ("B", "privacy_blocked", "blocked for privacy"),
            ("C", "elsewhere", "to be left out"),
        ):
            found = of_contact(client, path, f"{rnd}{letter}")
            assert [one["outcome"] for one in found["actions"]] == [outcome]
            assert words in found["reason"]

    def test_that_was_removed_sees_by_which_action(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}A", city="Arnhem")
        add(client, path, {"contact": {"no": f"{rnd}A"}})
        act(client, path, "refine", {"contact": {"city": "Breda"}})
        found = of_contact(client, path, f"{rnd}A")
        assert [one["outcome"] for one in found["actions"]] == ["added", "removed"]
        assert "Action 2 of admin" in found["reason"]
        assert found["actions"][1]["failed"]["field"] == "city"
        assert found["actions"][1]["text"] == ("Removed it. Not met: contact city is Breda (it was Arnhem).")

    def test_that_met_the_filters_of_reduce_sees_with_what(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}C", city="Arnhem")
        crm.contact(no=f"{rnd}P", type="person", name="Ann", company_no=f"{rnd}C", city="Breda")
        add(client, path, {"contact": {"no": f"{rnd}?"}})
        act(client, path, "reduce", {"contact": {"city": "Arnhem"}}, entire_companies=True)
        company, person = (of_contact(client, path, f"{rnd}{letter}")["actions"][1] for letter in "CP")
        assert company["text"] == "Removed it. Met: contact city is Arnhem (it was Arnhem)."
        assert person["text"] == f"Removed it. With entire companies: contact {rnd}C met the filters."
        assert person["brought_in_by"] == {"option": "entire_companies", "contact_no": f"{rnd}C"}

    def test_that_is_there_sees_its_lines(self, client: httpx.Client, crm: Crm, path: str, rnd: str) -> None:
        crm.contact(no=f"{rnd}A")
        for _ in range(2):
            add(client, path, {"contact": {"no": f"{rnd}A"}}, allow_existing_contacts=True)
        found = of_contact(client, path, f"{rnd}A")
        assert (found["on_segment"], found["line_nos"]) == (True, [10_000, 20_000])
        assert of_contact(client, path, f"{rnd}A", version=1)["actions"] == []

    def test_that_was_registered_later_was_not_there(
        self, client: httpx.Client, crm: Crm, path: str, rnd: str
    ) -> None:
        add(client, path, {"contact": {"no": f"{rnd}*"}})
        crm.contact(no=f"{rnd}A")
        (one,) = of_contact(client, path, f"{rnd}A")["actions"]
        assert (one["outcome"], one["text"]) == ("not_selected", "There was no such contact then.")

    def test_that_went_back_over_says_so(self, client: httpx.Client, crm: Crm, path: str, rnd: str) -> None:
        crm.contact(no=f"{rnd}A")
        add(client, path, {"contact": {"no": f"{rnd}A"}})
        ok(client.post(f"{path}/go-back"))
        found = of_contact(client, path, f"{rnd}A")
        assert found["actions"][0]["action"]["in_force"] is False
        assert found["reason"].endswith("Gone back over since.")

    def test_that_there_is_not_is_not_found(self, client: httpx.Client, path: str) -> None:
        refused(client.get(f"{path}/explanation", params={"contact_no": "NOT-THERE"}), "not-found")
        refused(client.get(f"{path}/explanation"), "invalid-request")


class TestWhoWasLeftOut:
    @pytest.fixture
    def skipping(self, client: httpx.Client, crm: Crm, path: str, rnd: str) -> str:
        """Left out in turn: on the segment, excluded, blocked, deleted since."""
        crm.contact(no=f"{rnd}A")
        crm.contact(no=f"{rnd}B", exclude_from_segment=True, name="Birch")
        crm.contact(no=f"{rnd}C", privacy_blocked=True)
        crm.contact(no=f"{rnd}D", exclude_from_segment=True)
        add(client, path, {"contact": {"no": f"{rnd}A"}})
        add(client, path, {"contact": {"no": f"{rnd}?"}})
        ok(client.delete(f"/v1/contacts/{rnd}D"))
        return f"{path}/criteria-actions/2/skipped"

    def test_is_listed_with_the_reason(self, client: httpx.Client, skipping: str, rnd: str) -> None:
        page = ok(client.get(skipping, params={"count": "true"}))
        assert [(item["contact_no"], item["reason"]) for item in page["items"]] == [
            (f"{rnd}A", "already_on_segment"),
            (f"{rnd}B", "excluded"),
            (f"{rnd}C", "privacy_blocked"),
            (f"{rnd}D", "excluded"),
        ]
        assert (page["total"], page["next_cursor"]) == (4, None)
        assert page["items"][1]["contact_name"] == "Birch"

    def test_comes_in_pages_and_by_reason(self, client: httpx.Client, skipping: str, rnd: str) -> None:
        seen: list[str] = []
        cursor: str | None = None
        while True:
            query: dict[str, Any] = {"limit": 2, "reason": "excluded"} | (
                {"cursor": cursor} if cursor else {}
            )
            page = ok(client.get(skipping, params=query))
            seen += [item["contact_no"] for item in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert seen == [f"{rnd}B", f"{rnd}D"]
        refused(client.get(skipping, params={"cursor": "x"}), "invalid-request")
        refused(client.get(skipping, params={"reason": "x"}), "invalid-request")

    def test_is_nobody_of_an_action_by_hand(self, client: httpx.Client, crm: Crm, path: str) -> None:
        crm.line(path.rpartition("/")[2], crm.contact()["no"])
        assert ok(client.get(f"{path}/criteria-actions/1/skipped"))["items"] == []

    def test_of_no_action_is_not_found(self, client: httpx.Client, path: str) -> None:
        refused(client.get(f"{path}/criteria-actions/1/skipped"), "not-found")
        refused(client.get(f"{path}/criteria-actions/1"), "not-found")


def test_one_action_can_be_read_by_its_number(client: httpx.Client, crm: Crm, path: str, rnd: str) -> None:
    crm.contact(no=f"{rnd}A")
    first = add(client, path, {"contact": {"no": f"{rnd}A"}})
    second = act(client, path, "reduce", {})
    assert ok(client.get(f"{path}/criteria-actions/1")) == first
    assert ok(client.get(f"{path}/criteria-actions/2")) == second
    then = client.get(f"{path}/criteria-actions", params={"version": 2})
    assert [action["action_no"] for action in ok(then)["items"]] == [1]
    refused(client.get(f"{path}/criteria-actions/2", params={"version": 2}), "not-found")
