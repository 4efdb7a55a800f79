"""Check exported events of segmentlog without segmentlog: python check_proof.py BUNDLE KEY [NOTE]

KEY is the verifier key that you noted down, NOTE a file with a checkpoint that you kept."""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def need(condition: object, complaint: str) -> None:
    if not condition:
        raise ValueError(complaint)


def unpack(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def read_note(note: str, key: str) -> tuple[int, bytes]:
    """The number of events and the root in a checkpoint, once its signature is found right."""
    name, key_id, encoded = key.split("+", 2)
    public = unpack(encoded)
    need(public[:1] == b"\x01" and len(public) == 33, "the key is not of the kind Ed25519")
    need(sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id, "the key does not fit its id")
    text, _, lines = note.rpartition("\n\n")
    ours = [unpack(line.split(" ")[2]) for line in lines.splitlines() if line.startswith(f"— {name} ")]
    need(ours and ours[0][:4].hex() == key_id, "the checkpoint is not signed with this key")
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(ours[0][4:], f"{text}\n".encode())
    origin, size, root = text.split("\n")
    need(origin == name and size == str(int(size)), "the checkpoint is of another log")
    return int(size), unpack(root)


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
    roots = climb(path[0], index, last, path[1:])
    need(roots == (old_root, root), "the log was rewritten since you kept that checkpoint")


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """Position, stream, version, type and content of an event, from the bytes that are hashed."""
    at = 12 + int.from_bytes(leaf[8:12], "big")
    end = at + 12 + int.from_bytes(leaf[at + 8 : at + 12], "big")
    position, version = int.from_bytes(leaf[:8], "big"), int.from_bytes(leaf[at : at + 8], "big")
    found = {"position": position, "stream": leaf[12:at].decode(), "version": version}
    return {**found, "type": leaf[at + 12 : end].decode(), "event": json.loads(leaf[end:])}


def check(bundle: Any, key: str, kept: str | None = None) -> tuple[int, list[Any]]:
    """How many events the checkpoint is over, and those that are proven."""
    need(bundle["format"] == "segmentlog-proof/1", "this is no bundle of proofs")
    (size, root), events = read_note(bundle["checkpoint"], key), []
    if kept is not None and read_note(kept, key) != (size, root):
        path = [unpack(step) for step in bundle["since"]["path"]]
        check_extends(*read_note(kept, key), size, root, path)
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
        kept = Path(sys.argv[3]).read_text("utf-8") if len(sys.argv) > 3 else None
        size, events = check(json.loads(Path(sys.argv[1]).read_text("utf-8")), sys.argv[2], kept)
    except Exception as error:  # whatever goes wrong, nothing is proven
        sys.exit(f"NOT PROVEN: {error or 'the signature is wrong'}")
    print(json.dumps(events, indent=1, ensure_ascii=False))
    print(f"Proven: {len(events)} events, by the checkpoint over {size}.", file=sys.stderr)
