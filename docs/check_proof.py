"""Check exported events of segmentlog without segmentlog: python check_proof.py BUNDLE KEYS [NOTE]

KEYS are the verifier keys that you noted down ("A B" if two), NOTE a file with a checkpoint that you kept."""

import base64
import json
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

unpack = partial(base64.b64decode, validate=True)


def need(condition: object, complaint: str) -> None:
    if not condition:
        raise ValueError(complaint)


def read_note(note: str, keys: str) -> tuple[int, bytes]:
    """The number of events and the root in a checkpoint, once one of the keys is found to have signed it."""
    text, _, lines = note.rpartition("\n\n")
    for name, key_id, encoded in (key.split("+", 2) for key in keys.split()):
        public = unpack(encoded)
        need(public[:1] == b"\x01" and len(public) == 33, "a key is not of the kind Ed25519")
        need(sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id, "a key does not fit its id")
        ours = [unpack(line.split(" ")[2]) for line in lines.splitlines() if line.startswith(f"— {name} ")]
        if ours and ours[0][:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(ours[0][4:], f"{text}\n".encode())
            origin, size, root = text.split("\n")
            need(origin == name and size == str(int(size)), "the checkpoint is of another log")
            return int(size), unpack(root)
    raise ValueError("a checkpoint is not signed with a key that you gave")


def climb(first: bytes, index: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """Where a path leads: the roots of the older and of the newer tree (RFC 9162, 2.1.3.2 and 2.1.4.2)."""
    old = new = first
    for step in path:
        need(last and len(step) == 32, "a path is too long, or holds what is no hash")
        if index % 2 or index == last:
            old, new = (sha256(b"\x01" + step + node).digest() for node in (old, new))
            while index and not index % 2:
                index, last = index >> 1, last >> 1
        else:
            new = sha256(b"\x01" + new + step).digest()
        index, last = index >> 1, last >> 1
    need(last == 0, "a path is too short")
    return old, new


def check_extends(old_size: int, old_root: bytes, size: int, root: bytes, path: list[bytes]) -> None:
    """That the bundle's checkpoint extends the one that was kept."""
    index, last = old_size - 1, size - 1
    need(0 <= index < last, "the checkpoint is not newer than the one that you kept")
    while index % 2:
        index, last = index >> 1, last >> 1
    path = path if index else [old_root, *path]
    need(climb(path[0], index, last, path[1:]) == (old_root, root), "the log was rewritten since then")


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """Position, stream, version, type and content of an event, from the bytes that are hashed."""
    at = 12 + int.from_bytes(leaf[8:12], "big")
    end = at + 12 + int.from_bytes(leaf[at + 8 : at + 12], "big")
    position, version = int.from_bytes(leaf[:8], "big"), int.from_bytes(leaf[at : at + 8], "big")
    found = {"position": position, "stream": leaf[12:at].decode(), "version": version}
    return {**found, "type": leaf[at + 12 : end].decode(), "event": json.loads(leaf[end:])}


def check(bundle: Any, keys: str, kept: str | None = None) -> tuple[int, list[Any]]:
    """How many events the checkpoint is over, and those that are proven."""
    need(bundle["format"] == "segmentlog-proof/1", "this is no bundle of proofs")
    (size, root), events = read_note(bundle["checkpoint"], keys), []
    if kept is not None and (old := read_note(kept, keys)) != (size, root):
        need("since" in bundle, f"ask for the bundle with since={old[0]}, the checkpoint that you kept")
        check_extends(*old, size, root, [unpack(step) for step in bundle["since"]["path"]])
    for position, entry in enumerate(bundle["events"], bundle["first"]):
        leaf, path = unpack(entry["leaf"]), [unpack(step) for step in entry["path"]]
        events.append(read_leaf(leaf))
        need(1 <= position == entry["position"] == events[-1]["position"] <= size, "an event is out of place")
        _, found = climb(sha256(b"\x00" + leaf).digest(), position - 1, size - 1, path)
        need(found == root, f"the event at position {position} is not in the checkpoint")
    need(events and events[-1]["position"] == bundle["last"], "events are missing at the end")
    return size, events


if __name__ == "__main__":
    try:
        need(len(sys.argv) in (3, 4), "say python check_proof.py BUNDLE KEYS [NOTE]")
        kept = Path(sys.argv[3]).read_text("utf-8") if len(sys.argv) > 3 else None
        size, events = check(json.loads(Path(sys.argv[1]).read_text("utf-8")), sys.argv[2], kept)
    except Exception as error:  # whatever goes wrong, nothing is proven
        sys.exit(f"NOT PROVEN: {error or 'the signature is wrong'}")
    print(json.dumps(events, indent=1))  # in ASCII: what an event holds must not steer a terminal
    print(f"Proven: {len(events)} of the {size} events that the checkpoint seals.", file=sys.stderr)
