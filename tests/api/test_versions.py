"""Versions: what was seen, what may be overwritten, and that no update is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused


class Thing(NamedTuple):
    """Something that has versions: where it is, how it is written, and a value of it to change."""

    path: str
    method: str
    besides: dict[str, Any]
    field: str

    def write(self, client: httpx.Client, value: str, **headers: str) -> httpx.Response:
        """Give it another value."""
        body = self.besides | {self.field: value}
        return client.request(self.method, self.path, json=body, headers=headers)


@pytest.fixture(params=["contact", "segment", "template", "campaign"])
def thing(request: pytest.FixtureRequest, crm: Crm) -> Thing:
    if request.param == "contact":
        return Thing(f"/v1/contacts/{crm.contact()['no']}", "PATCH", {}, "name")
    if request.param == "segment":
        return Thing(f"/v1/segments/{crm.segment()['no']}", "PATCH", {}, "description")
    if request.param == "template":
        group = {"interaction_group_code": crm.record("interaction-groups")}
        return Thing(f"/v1/interaction-templates/{crm.template(**group)}", "PUT", group, "description")
    return Thing(f"/v1/campaigns/{crm.record('campaigns')}", "PUT", {}, "description")


class TestWhoMayChange:
    def test_nobody_without_a_key(self, anonymous: httpx.Client, thing: Thing) -> None:
        refused(thing.write(anonymous, "New"), "unauthorized")

    def test_nobody_who_only_reads(self, client_for: ClientFor, thing: Thing) -> None:
        refused(thing.write(client_for("reporter"), "New"), "forbidden")


class TestIfMatch:
    def test_reading_and_writing_say_the_same_version(self, client: httpx.Client, thing: Thing) -> None:
        written = thing.write(client, "New")
        read = client.get(thing.path)

        assert ok(read) == ok(written)
        assert read.headers["etag"] == written.headers["etag"] == f'"{ok(read)["version"]}"'

    @pytest.mark.parametrize("match", ["{seen}", "W/{seen}", "*", '"0", {seen}', '{seen},"0"'])
    def test_the_version_that_was_seen_may_be_changed(
        self, client: httpx.Client, thing: Thing, match: str
    ) -> None:
        seen = client.get(thing.path).headers["etag"]
        changed = thing.write(client, "New", **{"If-Match": match.format(seen=seen)})

        assert ok(changed)[thing.field] == "New"
        assert changed.headers["etag"] != seen

    def test_a_version_that_is_gone_is_refused_and_nothing_changes(
        self, client: httpx.Client, thing: Thing
    ) -> None:
        seen = {"If-Match": client.get(thing.path).headers["etag"]}
        ok(thing.write(client, "First", **seen))

        refused(thing.write(client, "Late", **seen), "version-conflict")
        refused(client.delete(thing.path, headers=seen), "version-conflict")
        assert ok(client.get(thing.path))[thing.field] == "First"

    @pytest.mark.parametrize("match", ["1", '"x"', '"0", "9999"'])
    def test_a_tag_that_is_none_is_told_what_it_should_be(
        self, client: httpx.Client, thing: Thing, match: str
    ) -> None:
        now = client.get(thing.path).headers["etag"]
        problem = refused(thing.write(client, "New", **{"If-Match": match}), "version-conflict")
        assert problem["detail"].endswith(f"If-Match does not name it, as {now}.")

    def test_a_change_to_what_it_is_already_makes_no_version(
        self, client: httpx.Client, crm: Crm, thing: Thing
    ) -> None:
        first = thing.write(client, "New")
        before = crm.position()

        assert thing.write(client, "New").headers["etag"] == first.headers["etag"]
        assert crm.position() == before


class TestIfMatchAny:
    """`If-Match: *` writes over what is there, and makes nothing."""

    def test_a_record_that_is_not_there_is_not_made(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        campaign, before = f"/v1/campaigns/{rnd}", crm.position()
        refused(client.put(campaign, json={}, headers={"If-Match": "*"}), "version-conflict")
        assert crm.position() == before
        ok(client.put(campaign, json={}))
        ok(client.put(campaign, json={"description": "Spring"}, headers={"If-Match": "*"}))
        ok(client.delete(campaign))
        refused(client.put(campaign, json={}, headers={"If-Match": "*"}), "version-conflict")

    def test_a_record_that_is_called_as_the_set_up_is_not_made_either(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        before, there = crm.position(), {"If-Match": "*"}
        refused(
            client.put("/v1/mailing-groups/SETUP", json={"description": "News"}, headers=there),
            "version-conflict",
        )
        assert crm.position() == before

    def test_a_document_that_is_not_there_is_not_made(self, client: httpx.Client, crm: Crm) -> None:
        def put(path: str, **headers: str) -> httpx.Response:
            return client.put(path, content=b"Dear you", headers={"Content-Type": "text/plain", **headers})

        segment = f"/v1/segments/{crm.loggable()['no']}"
        template = f"/v1/interaction-templates/{crm.template()}"
        for path in (f"{segment}/documents/-", f"{segment}/lines/10000/document", f"{template}/documents/-"):
            refused(put(path, **{"If-Match": "*"}), "version-conflict")
            ok(put(path))
            ok(put(path, **{"If-Match": "*"}))

    def test_what_is_made_from_something_that_is_there_is_made(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        path, there = f"/v1/segments/{crm.loggable()['no']}", {"If-Match": "*"}
        ok(client.post(f"{path}/save-criteria", json={"code": rnd}, headers=there))
        ok(client.post("/v1/campaigns", json={"no": rnd}, headers=there))


class TestIfMatchOnASegment:
    """What is made from a segment asks for the segment's version."""

    @pytest.fixture
    def made_from_it(self, crm: Crm, rnd: str) -> list[tuple[str, dict[str, Any]]]:
        return [
            ("save-criteria", {"code": rnd}),
            ("apply-mailing-group", {"code": crm.record("mailing-groups")}),
            ("tasks", {"type": "phone_call"}),
        ]

    def test_the_version_that_was_seen_will_do(
        self, client: httpx.Client, crm: Crm, made_from_it: list[tuple[str, dict[str, Any]]]
    ) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}"
        seen = {"If-Match": client.get(path).headers["etag"]}
        for call, body in made_from_it:
            ok(client.post(f"{path}/{call}", json=body, headers=seen))

    def test_a_version_that_is_gone_is_refused_and_nothing_is_made(
        self, client: httpx.Client, crm: Crm, made_from_it: list[tuple[str, dict[str, Any]]]
    ) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}"
        seen = {"If-Match": client.get(path).headers["etag"]}
        ok(client.patch(path, json={"subject": "New"}))
        before = crm.position()
        for call, body in (*made_from_it, ("cover-sheets", {"log_interaction": True})):
            refused(client.post(f"{path}/{call}", json=body, headers=seen), "version-conflict")
        assert crm.position() == before


class TestWhatIsTakenAway:
    """A write that takes something away says the version too, so that the next one can go by it."""

    DOCUMENT = b"<p>Dear reader</p>"

    def chain(self, client: httpx.Client, of: str, taken: list[str]) -> None:
        """Take things away one after the other, each by the version that the one before has said."""
        seen = client.get(of).headers["etag"]
        for path in taken:
            answer = client.delete(f"{of}/{path}", headers={"If-Match": seen})
            ok(answer)
            assert answer.headers["etag"] != seen
            seen = answer.headers["etag"]
            assert seen == client.get(of).headers["etag"]

    def store(self, client: httpx.Client, path: str) -> None:
        ok(client.put(path, content=self.DOCUMENT, headers={"Content-Type": "text/html"}))

    def test_of_a_segment(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/segments/{crm.loggable(2)['no']}"
        taken = ["lines/20000/document", "documents/ENG"]
        for document in reversed(taken):
            self.store(client, f"{path}/{document}")
        self.chain(client, path, [*taken, "lines/10000", "lines/20000"])

    def test_of_a_template(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/interaction-templates/{crm.template()}"
        for language in ("ENG", "NLD"):
            self.store(client, f"{path}/documents/{language}")
        self.chain(client, path, ["documents/ENG", "documents/NLD"])


class TestOfManyWriters:
    FIELDS = ("name", "name_2", "address", "city", "county", "phone_no", "email", "home_page")

    def test_of_one_contact_none_is_lost(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/contacts/{crm.contact()['no']}"

        def write(field: str) -> httpx.Response:
            return client.patch(path, json={field: f"new {field}"})

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(write, self.FIELDS))

        contact = ok(client.get(path))
        assert all(answer.is_success for answer in answers)
        assert {field: contact[field] for field in self.FIELDS} == {f: f"new {f}" for f in self.FIELDS}
        assert contact["version"] == 9
        assert sorted(ok(answer)["version"] for answer in answers)[-1] == 9

    def test_of_one_segment_none_is_lost(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/segments/{crm.segment()['no']}"
        values: dict[str, Any] = {
            "description": "Spring",
            "subject": "Hello",
            "unit_cost": "2.50",
            "unit_duration_minutes": 5,
            "date": "2026-01-02",
            "information_flow": "outbound",
            "initiated_by": "us",
            "send_word_documents_as_attachment": True,
        }

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda item: client.patch(path, json=dict([item])), values.items()))

        segment = ok(client.get(path))
        assert all(answer.is_success for answer in answers)
        assert {name: segment[name] for name in values} == values
        assert segment["version"] == 9

    def test_who_have_seen_the_same_version_one_succeeds(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/contacts/{crm.contact()['no']}"
        seen = client.get(path).headers["etag"]

        def write(number: int) -> int:
            sent = {"city": f"City {number}"}
            return client.patch(path, json=sent, headers={"If-Match": seen}).status_code

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(write, range(8))) == [200] + [412] * 7

    def test_who_add_contacts_to_one_segment_no_line_number_comes_twice(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        path = f"/v1/segments/{crm.segment()['no']}/lines"
        contacts = [contact["no"] for contact in crm.contacts(list("ABCDEFGH"))]

        with ThreadPoolExecutor(8) as threads:
            lines = list(threads.map(lambda no: ok(client.post(path, json={"contact_no": no})), contacts))

        assert sorted(line["line_no"] for line in lines) == [10_000 * n for n in range(1, 9)]
        assert [line["contact_no"] for line in lines] == contacts

    def test_who_take_numbers_all_get_their_own(self, client: httpx.Client) -> None:
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(lambda _: ok(client.post("/v1/segments", json={})), range(16)))

        assert len({segment["no"] for segment in made}) == 16

    def test_who_type_the_same_number_one_gets_it(self, client: httpx.Client, rnd: str) -> None:
        def create(_: int) -> int:
            return client.post("/v1/contacts", json={"no": rnd, "name": "Alder"}).status_code

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(create, range(8))) == [201] + [409] * 7
