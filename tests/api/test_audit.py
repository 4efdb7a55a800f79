"""Checkpoints and proofs over HTTP, and the outside checker that refuses every forged one."""

from __future__ import annotations

import base64
import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from eventstore.merkle import node_hash, proves_consistency, proves_inclusion
from eventstore.notes import Checkpoint, Signer, Verifier, read_checkpoint, signer_of
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused

AUDIT = "/v1/audit"
CHECKER = Path(__file__).parents[2] / "docs" / "check_proof.py"
FORGER = Signer("segmentlog/segmentlog", b"f" * 32)


@pytest.fixture
def auditor(client_for: ClientFor) -> httpx.Client:
    return client_for("auditor")


@pytest.fixture
def position(crm: Crm) -> int:
    """That of the last of some events, of which none is sealed yet."""
    crm.contacts(["A", "B", "C"])
    return crm.position()


def seal(client: httpx.Client) -> Any:
    return ok(client.post(f"{AUDIT}/checkpoints"))


def unpacked(texts: list[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


class TestWhoMay:
    @pytest.mark.parametrize("role", ["marketer", "reporter"])
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            *(("GET", path) for path in ("key", "checkpoints", "checkpoints/1", "proofs/1", "reads")),
            *(("GET", "consistency?from=1"), ("GET", "bundle?first=1")),
            *(("POST", "checkpoints"), ("POST", "verify")),
        ],
    )
    def test_marketers_and_reporters_may_not(
        self, client_for: ClientFor, anonymous: httpx.Client, role: Any, method: str, path: str
    ) -> None:
        refused(client_for(role).request(method, f"{AUDIT}/{path}"), "forbidden")
        refused(anonymous.request(method, f"{AUDIT}/{path}"), "unauthorized")


class TestCheckpoints:
    def test_seal_all_events_under_the_key_that_is_shown(self, auditor: httpx.Client, position: int) -> None:
        made = auditor.post(f"{AUDIT}/checkpoints")
        assert made.status_code == 201
        sealed = ok(made)
        key = Verifier.read(ok(auditor.get(f"{AUDIT}/key"))["key"])
        assert sealed["tree_size"] == position
        assert signer_of(sealed["note"], [key]) == key
        said = read_checkpoint(sealed["note"])
        assert said == (key.name, position, base64.b64decode(sealed["root"]))
        assert ok(auditor.get(made.headers["Location"])) == sealed

    def test_are_made_once_for_the_same_events(self, auditor: httpx.Client, position: int) -> None:
        first = seal(auditor)
        again = auditor.post(f"{AUDIT}/checkpoints")
        assert (again.status_code, again.json()) == (200, first)

    def test_are_listed_page_by_page(self, auditor: httpx.Client, crm: Crm) -> None:
        for _ in range(2):
            crm.contact()
            seal(auditor)
        whole = ok(auditor.get(f"{AUDIT}/checkpoints", params={"limit": 1000, "count": True}))
        seen, cursor = [], None
        while True:
            query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
            page = ok(auditor.get(f"{AUDIT}/checkpoints", params=query))
            seen += page["items"]
            if (cursor := page["next_cursor"]) is None:
                break
        assert seen == whole["items"]
        assert len(seen) == whole["total"] >= 2

    def test_that_are_not_there_are_not_found(self, auditor: httpx.Client, position: int) -> None:
        sealed = seal(auditor)
        for path in ("checkpoints/{}", "proofs/1?checkpoint={}", "consistency?from={}"):
            refused(auditor.get(f"{AUDIT}/{path}".format(sealed["tree_size"] + 7)), "not-found")
        refused(auditor.get(f"{AUDIT}/checkpoints?cursor=x"), "invalid-request")


def with_sealed_places_from(stored: Any, shown: Any) -> Any:
    """The data of a proven event, with what is blank at its sealed places as the feed shows it."""
    for box in stored.get("sealed", []):
        there, opened = stored["data"], shown
        for step in box["at"]:
            there, opened = there[step], opened[step]
        there.update({name: opened[name] for name, value in there.items() if not value})
    return stored["data"]


class TestProofs:
    def test_lead_from_an_events_own_bytes_to_the_root(self, auditor: httpx.Client, position: int) -> None:
        sealed = seal(auditor)
        proof = ok(auditor.get(f"{AUDIT}/proofs/{position}"))
        leaf = base64.b64decode(proof["leaf"])
        (event,) = ok(auditor.get("/v1/events", params={"after": position - 1, "limit": 1}))["items"]
        assert with_sealed_places_from(json.loads(leaf[leaf.index(b"{") :]), event["data"]) == event["data"]
        assert event["stream"].encode() in leaf
        assert proof["checkpoint"] == sealed["note"]
        digest = sha256(b"\x00" + leaf).digest()
        root = read_checkpoint(proof["checkpoint"]).root
        assert proves_inclusion(
            digest, proof["leaf_index"], proof["tree_size"], unpacked(proof["path"]), root
        )

    def test_hold_a_contacts_name_sealed_while_the_feed_shows_it(
        self, auditor: httpx.Client, crm: Crm
    ) -> None:
        crm.contact(name="Quillfeather", city="Utrecht", exclude_from_segment=True)
        position = seal(auditor)["tree_size"]
        leaf = base64.b64decode(ok(auditor.get(f"{AUDIT}/proofs/{position}"))["leaf"])
        (event,) = ok(auditor.get("/v1/events", params={"after": position - 1, "limit": 1}))["items"]
        stored = json.loads(leaf[leaf.index(b"{") :])
        assert b"Quillfeather" not in leaf
        assert [(box["of"], box["at"]) for box in stored["sealed"]] == [(event["data"]["key"], ["value"])]
        assert stored["data"]["value"]["exclude_from_segment"]
        for name, value in (("name", "Quillfeather"), ("city", "Utrecht")):
            assert not stored["data"]["value"][name]
            assert event["data"]["value"][name] == value

    def test_are_by_an_earlier_checkpoint_if_asked(
        self, auditor: httpx.Client, crm: Crm, position: int
    ) -> None:
        earlier = seal(auditor)
        crm.contact()
        seal(auditor)
        query = {"checkpoint": earlier["tree_size"]}
        assert ok(auditor.get(f"{AUDIT}/proofs/{position}", params=query))["checkpoint"] == earlier["note"]
        refused(auditor.get(f"{AUDIT}/proofs/{position + 1}", params=query), "conflict")

    def test_of_an_event_that_is_not_sealed_yet_are_by_a_checkpoint_made_for_them(
        self, auditor: httpx.Client, crm: Crm, position: int
    ) -> None:
        proof = ok(auditor.get(f"{AUDIT}/proofs/{position}"))
        assert proof["tree_size"] == position
        assert ok(auditor.get(f"{AUDIT}/checkpoints/{position}"))["note"] == proof["checkpoint"]
        assert crm.position() == position

        crm.contact()
        bundle = ok(auditor.get(f"{AUDIT}/bundle", params={"first": position, "last": position + 1}))
        assert read_checkpoint(bundle["checkpoint"]).size == position + 1
        assert ok(auditor.get(f"{AUDIT}/proofs/{position}"))["tree_size"] == position + 1

    def test_of_events_that_are_not_there_are_refused(self, auditor: httpx.Client, position: int) -> None:
        seal(auditor)
        refused(auditor.get(f"{AUDIT}/proofs/{position + 1}"), "not-found")
        refused(auditor.get(f"{AUDIT}/proofs/0"), "invalid-request")
        refused(auditor.get(f"{AUDIT}/bundle", params={"first": 2, "last": 1}), "invalid-request")

    def test_show_that_a_checkpoint_extends_an_earlier_one(
        self, auditor: httpx.Client, crm: Crm, position: int
    ) -> None:
        old = seal(auditor)
        crm.contact()
        new = seal(auditor)
        found = ok(auditor.get(f"{AUDIT}/consistency", params={"from": old["tree_size"]}))
        assert (found["from_checkpoint"], found["to_checkpoint"]) == (old["note"], new["note"])
        old_root, new_root = unpacked([old["root"], new["root"]])
        sizes = (old["tree_size"], new["tree_size"])
        assert proves_consistency(*sizes, old_root, new_root, unpacked(found["path"]))
        backwards = {"from": new["tree_size"], "to": old["tree_size"]}
        refused(auditor.get(f"{AUDIT}/consistency", params=backwards), "invalid-request")


def test_verifying_says_how_many_events_and_checkpoints_are_right(
    auditor: httpx.Client, position: int
) -> None:
    seal(auditor)
    listed = ok(auditor.get(f"{AUDIT}/checkpoints", params={"count": True}))
    assert ok(auditor.post(f"{AUDIT}/verify")) == {
        "ok": True,
        "events": position,
        "checkpoints": listed["total"],
        "first_bad_position": None,
        "problem": None,
    }


class TestReadingTheHistory:
    def test_is_recorded_with_who_what_and_when(
        self, auditor: httpx.Client, client: httpx.Client, crm: Crm
    ) -> None:
        segment = crm.segment()["no"]
        last = ok(client.get(f"{AUDIT}/reads", params={"limit": 1}))["items"][0]["id"]
        asked = [
            ("/v1/events", "after=0&limit=1"),
            (f"{AUDIT}/key", ""),
            (f"/v1/segments/{segment}/history", ""),
            (f"/v1/segments/{segment}", "version=1"),
            (f"/v1/segments/{segment}/lines", "as_of=2999-01-01T00:00:00Z"),
        ]
        for path, query in asked:
            ok(auditor.get(f"{path}?{query}" if query else path))
        ok(auditor.post(f"{AUDIT}/verify"))
        mine = ok(auditor.get(f"{AUDIT}/reads", params={"user_id": "a auditor"}))["items"]
        found = [
            (read["method"], read["path"], read["query"]) for read in reversed(mine) if read["id"] > last
        ]
        assert found == [
            *(("GET", *one) for one in asked),
            ("POST", f"{AUDIT}/verify", ""),
            ("GET", f"{AUDIT}/reads", "user_id=a+auditor"),
        ]
        assert {read["role"] for read in mine} == {"auditor"}

    def test_is_not_what_everybody_does_all_day(self, client: httpx.Client, crm: Crm) -> None:
        contact = crm.contact()["no"]
        before = ok(client.get(f"{AUDIT}/reads", params={"limit": 1}))["items"][0]["id"]
        ok(client.get(f"/v1/contacts/{contact}"))
        ok(client.get("/v1/contacts", params={"version": "1", "limit": 1}))
        assert ok(client.get(f"{AUDIT}/reads", params={"limit": 1}))["items"][0]["id"] == before + 1

    def test_takes_in_the_setup_as_it_was_and_not_as_it_is(self, client: httpx.Client) -> None:
        def newest() -> Any:
            _, read = ok(client.get(f"{AUDIT}/reads", params={"limit": 2}))["items"]
            return read["path"], read["query"]

        for query in ("version=1", "position=1", "as_of=2026-03-01T12:00:00Z"):
            client.get(f"/v1/setup?{query}")
            assert newest() == ("/v1/setup", query)
        ok(client.get("/v1/setup"))
        assert newest()[0] == f"{AUDIT}/reads"

    def test_is_listed_page_by_page(self, client: httpx.Client) -> None:
        for _ in range(3):
            ok(client.get(f"{AUDIT}/key"))
        first = ok(client.get(f"{AUDIT}/reads", params={"limit": 2}))
        second = ok(client.get(f"{AUDIT}/reads", params={"limit": 2, "cursor": first["next_cursor"]}))
        numbers = [read["id"] for page in (first, second) for read in page["items"]]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[1] - numbers[2] == 1

    def test_cannot_be_wiped_out(self, client: httpx.Client, crm: Crm) -> None:
        strange = "/v1/segments/%00/history"
        client.get(strange)
        (read,) = ok(client.get(f"{AUDIT}/reads", params={"limit": 2}))["items"][1:]
        assert read["path"] == "/v1/segments/\ufffd/history"


# The outside checker

Check = Callable[..., subprocess.CompletedProcess[str]]
Forge = Callable[[Any], Any]


@pytest.fixture
def bundle(auditor: httpx.Client, crm: Crm, position: int) -> Any:
    """Three events, by a checkpoint that extends an earlier one."""
    kept = seal(auditor)
    crm.contacts(["D", "E", "F", "G"])
    seal(auditor)
    query = {"first": position - 1, "last": position + 1, "since": kept["tree_size"]}
    return ok(auditor.get(f"{AUDIT}/bundle", params=query))


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def check(bundle: Any, key: str, note: str | None = None) -> subprocess.CompletedProcess[str]:
        file, kept = tmp_path / "bundle.json", tmp_path / "kept.txt"
        file.write_text(bundle if isinstance(bundle, str) else json.dumps(bundle))
        kept.write_text(note or "")
        words = [sys.executable, "-I", str(CHECKER), str(file), key, *([str(kept)] if note else [])]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)

    return check


def test_the_checker_is_short_and_needs_nothing_of_ours() -> None:
    text = CHECKER.read_text()
    assert len(text.splitlines()) < 100
    imported = {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import", "from"))
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_the_checker_reads_events_from_the_proven_bytes(
    check: Check, bundle: Any, auditor: httpx.Client
) -> None:
    done = check(bundle, bundle["key"], bundle["since"]["checkpoint"])
    assert done.returncode == 0, done.stderr
    query = {"after": bundle["first"] - 1, "limit": 3}
    expected = ok(auditor.get("/v1/events", params=query))["items"]
    printed = json.loads(done.stdout)
    assert [event["position"] for event in printed] == [event["position"] for event in expected]
    for one, other in zip(printed, expected, strict=True):
        assert (one["stream"], one["version"], one["type"]) == (
            other["stream"],
            other["version"],
            other["type"],
        )
        assert with_sealed_places_from(one["event"], other["data"]) == other["data"]


def test_the_checker_takes_several_keys_as_after_a_change_of_the_signing_key(
    check: Check, bundle: Any
) -> None:
    other = Signer(FORGER.verifier.name, b"o" * 32)
    kept = other.sign(str(read_checkpoint(bundle["since"]["checkpoint"])))
    done = check(bundle, bundle["key"], kept)
    assert (done.returncode, done.stdout) == (1, "")
    for keys in (f"{bundle['key']} {other.verifier}", f"{other.verifier}  {bundle['key']}"):
        assert check(bundle, keys, kept).returncode == 0
        assert check(bundle, keys, FORGER.sign(str(read_checkpoint(kept)))).returncode == 1


def test_the_checker_says_what_is_missing(check: Check, bundle: Any) -> None:
    size = read_checkpoint(bundle["since"]["checkpoint"]).size
    done = check(without("since")(copy.deepcopy(bundle)), bundle["key"], bundle["since"]["checkpoint"])
    assert f"NOT PROVEN: ask for the bundle with since={size}, the checkpoint that you kept" in done.stderr
    done = subprocess.run([sys.executable, "-I", str(CHECKER)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "NOT PROVEN: say python check_proof.py BUNDLE KEYS [NOTE]\n",
    )


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_the_checker_prints_nothing_that_a_terminal_cannot_show_or_acts_upon(
    auditor: httpx.Client, crm: Crm, tmp_path: Path, encoding: str
) -> None:
    crm.segment(description="Lëtter \u202e \u009b2J")
    position = seal(auditor)["tree_size"]
    bundle = ok(auditor.get(f"{AUDIT}/bundle", params={"first": position}))
    (file := tmp_path / "bundle.json").write_text(json.dumps(bundle))
    words = [sys.executable, str(CHECKER), str(file), bundle["key"]]
    terminal = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(words, capture_output=True, text=True, env=terminal, check=False)
    assert (done.returncode, done.stdout.isascii()) == (0, True), done.stderr
    assert json.loads(done.stdout)[0]["event"]["data"]["header"]["description"] == "Lëtter \u202e \u009b2J"


def test_the_checker_takes_the_same_checkpoint_for_the_one_that_was_kept(check: Check, bundle: Any) -> None:
    assert check(bundle, bundle["key"], bundle["checkpoint"]).returncode == 0


def flipped(text: str) -> str:
    """Other bytes of the same length, in base64."""
    data = bytearray(base64.b64decode(text))
    data[-1] ^= 1
    return base64.b64encode(bytes(data)).decode()


def edit(change: Callable[[Any], object]) -> Forge:
    def forge(bundle: Any) -> Any:
        change(bundle)
        return bundle

    return forge


def without(name: str) -> Forge:
    return edit(lambda bundle: bundle.pop(name))


def resigned(bundle: Any) -> Any:
    """The checkpoint under another key of the same name, with that key said to be the log's."""
    said = read_checkpoint(bundle["checkpoint"])
    return bundle | {"checkpoint": FORGER.sign(str(said)), "key": str(FORGER.verifier)}


def of_another_tree(bundle: Any) -> Any:
    """A tree of one event of its own, with a signature that is taken from the real checkpoint."""
    said, signatures = read_checkpoint(bundle["checkpoint"]), bundle["checkpoint"].rpartition("\n\n")[2]
    leaf = base64.b64decode(bundle["events"][0]["leaf"])
    root = sha256(b"\x00" + leaf).digest()
    return bundle | {"checkpoint": f"{Checkpoint(said.origin, said.size, root)}\n{signatures}"}


def an_inner_node_as_leaf(bundle: Any) -> Any:
    """The two hashes below a node, said to be the bytes of an event: what the prefixes are there against."""
    first = bundle["events"][0]
    leaf = sha256(b"\x00" + base64.b64decode(first["leaf"])).digest()
    sides = leaf + base64.b64decode(first["path"][0])
    assert node_hash(sides[:32], sides[32:])
    first["leaf"], first["path"] = base64.b64encode(sides).decode(), first["path"][1:]
    return bundle


FORGED: dict[str, Forge] = {
    "a leaf": edit(lambda b: b["events"][0].update(leaf=flipped(b["events"][0]["leaf"]))),
    "a longer leaf": edit(lambda b: b["events"][0].update(leaf=b["events"][0]["leaf"].rstrip("=") + "AAAA")),
    "the leaf of another": edit(lambda b: b["events"][0].update(leaf=b["events"][1]["leaf"])),
    "a position": edit(lambda b: b["events"][0].update(position=b["events"][0]["position"] + 1)),
    "all positions": edit(
        lambda b: (
            b.update(first=b["first"] + 1, last=b["last"] + 1),
            [event.update(position=event["position"] + 1) for event in b["events"]],
        )
    ),
    "position 0": edit(lambda b: (b.update(first=0), b["events"][0].update(position=0))),
    "a step": edit(lambda b: b["events"][0]["path"].__setitem__(0, flipped(b["events"][0]["path"][0]))),
    "a missing step": edit(lambda b: b["events"][0]["path"].pop()),
    "a step too many": edit(lambda b: b["events"][0]["path"].append(b["events"][0]["path"][0])),
    "steps in another order": edit(lambda b: b["events"][0]["path"].reverse()),
    "no steps": edit(lambda b: b["events"][0].update(path=[])),
    "the path of another": edit(lambda b: b["events"][0].update(path=b["events"][1]["path"])),
    "a short step": edit(lambda b: b["events"][0]["path"].__setitem__(0, "AAAA")),
    "an inner node": an_inner_node_as_leaf,
    "the size": lambda b: b | {"checkpoint": b["checkpoint"].replace("\n", "\n1", 1)},
    "the size as another number": lambda b: b | {"checkpoint": b["checkpoint"].replace("\n", "\n0", 1)},
    "the root": of_another_tree,
    "the name": lambda b: b | {"checkpoint": b["checkpoint"].replace("segmentlog/", "segmentlag/")},
    "the name in the text": lambda b: b | {"checkpoint": "x" + b["checkpoint"]},
    "another line": lambda b: b | {"checkpoint": b["checkpoint"].replace("\n\n", "\nand more\n\n")},
    "the signature": lambda b: (
        b
        | {
            "checkpoint": b["checkpoint"].rpartition(" ")[0]
            + " "
            + flipped(b["checkpoint"].rpartition(" ")[2])
        }
    ),
    "no signature": lambda b: b | {"checkpoint": b["checkpoint"].rpartition("—")[0]},
    "a signature of another key": resigned,
    "a checkpoint that was kept": lambda b: b | {"checkpoint": b["since"]["checkpoint"]},
    "an event twice": edit(lambda b: b["events"].insert(1, b["events"][0])),
    "an event twice for another": edit(lambda b: b["events"].__setitem__(1, b["events"][0])),
    "an event left out": edit(lambda b: b["events"].pop(1)),
    "the first left out": edit(lambda b: b["events"].pop(0)),
    "the last left out": edit(lambda b: b["events"].pop()),
    "no events": edit(lambda b: b["events"].clear()),
    "events in another order": edit(lambda b: b["events"].reverse()),
    "another format": lambda b: b | {"format": "segmentlog-proof/2"},
    "half a file": lambda b: json.dumps(b)[: len(json.dumps(b)) // 2],
    "an empty file": lambda _: "",
    "something else": lambda _: [],
    **{f"no {name}": without(name) for name in ("checkpoint", "first", "last", "events")},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=list(FORGED))
def test_the_checker_refuses_forged(check: Check, bundle: Any, forge: Forge) -> None:
    done = check(forge(copy.deepcopy(bundle)), bundle["key"])
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("NOT PROVEN: ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda key: str(FORGER.verifier), id="another key"),
        pytest.param(lambda key: key.replace("+", "x+", 1), id="another name"),
        pytest.param(lambda key: key[:-4] + "AAAA", id="other bytes"),
        pytest.param(lambda key: key.rpartition("+")[0], id="half a key"),
        pytest.param(lambda key: "", id="none"),
    ],
)
def test_the_checker_refuses_with(check: Check, bundle: Any, key: Callable[[str], str]) -> None:
    assert check(bundle, key(bundle["key"])).returncode == 1


@pytest.mark.parametrize(
    ("forge", "kept"),
    [
        pytest.param(lambda b: b, lambda b: "not a note", id="a note that is none"),
        pytest.param(
            lambda b: b,
            lambda b: FORGER.sign(str(read_checkpoint(b["since"]["checkpoint"]))),
            id="a note of somebody else",
        ),
        pytest.param(
            edit(lambda b: b["since"]["path"].pop()), lambda b: b["since"]["checkpoint"], id="a missing step"
        ),
        pytest.param(
            edit(lambda b: b["since"]["path"].__setitem__(0, flipped(b["since"]["path"][0]))),
            lambda b: b["since"]["checkpoint"],
            id="a forged step",
        ),
        pytest.param(edit(lambda b: b.pop("since")), lambda b: b["since"]["checkpoint"], id="no path"),
    ],
)
def test_the_checker_refuses_what_does_not_extend_the_kept_checkpoint(
    check: Check, bundle: Any, forge: Forge, kept: Callable[[Any], str]
) -> None:
    note = kept(bundle)
    assert check(forge(copy.deepcopy(bundle)), bundle["key"], note).returncode == 1
