"""Signed notes as the public tools read them, and notes and keys that must not be taken for right."""

import base64
from pathlib import Path

import pytest

from eventstore.key_file import KeyFileError
from eventstore.notes import Checkpoint, NoteError, Signer, Verifier, load_signer, read_checkpoint, signer_of

# The example in the package golang.org/x/mod/sumdb/note, whose format this is.
PETER = Verifier.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED_BY_PETER = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE"
    "6RyyBwJnAM=\n"
)

SIGNER = Signer("example.org/log", b"s" * 32)
NOTE = SIGNER.sign(str(Checkpoint("example.org/log", 7, b"r" * 32)))


def test_a_note_of_another_tool_is_read() -> None:
    assert signer_of(SIGNED_BY_PETER, [PETER]) == PETER
    assert signer_of(SIGNED_BY_PETER.replace("answer", "question"), [PETER]) is None


def test_a_key_is_written_as_it_is_read() -> None:
    assert Verifier.read(str(SIGNER.verifier)) == SIGNER.verifier
    assert str(PETER) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_checkpoint_is_three_lines_under_a_signature() -> None:
    origin, size, root, blank, signature, end = NOTE.split("\n")
    assert (origin, size, blank, end) == ("example.org/log", "7", "", "")
    assert base64.b64decode(root) == b"r" * 32
    assert signature.startswith("— example.org/log ")
    assert read_checkpoint(NOTE) == ("example.org/log", 7, b"r" * 32)
    assert signer_of(NOTE, [PETER, SIGNER.verifier]) == SIGNER.verifier


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Signer("example.org/log", b"t" * 32), id="another key under the name"),
        pytest.param(Signer("example.org/other", b"s" * 32), id="the key under another name"),
    ],
)
def test_a_note_is_not_taken_for_somebody_elses(other: Signer) -> None:
    assert signer_of(NOTE, [other.verifier]) is None
    assert signer_of(NOTE, []) is None


@pytest.mark.parametrize(
    "changed",
    [NOTE.replace("\n7\n", "\n8\n"), NOTE.replace("example.org/log\n7", "example.org/lag\n7"), "x" + NOTE],
)
def test_a_changed_note_is_not_signed(changed: str) -> None:
    assert signer_of(changed, [SIGNER.verifier]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "text\n\n",
        "text\n\nno signature\n",
        NOTE[:-1],
        NOTE.replace("\n\n", "\n"),
        NOTE + "\n",
        NOTE.replace("\n7\n", "\n07\n"),
        NOTE.replace("\n7\n", "\n-7\n"),
        NOTE.replace("\n7\n", "\n7\n7\n"),
        SIGNED_BY_PETER,
        SIGNER.sign(str(Checkpoint("example.org/log", 7, b"short"))),
    ],
)
def test_what_is_no_checkpoint_is_not_read_as_one(text: str) -> None:
    with pytest.raises(NoteError):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "name", "a+b+c", str(PETER)[:-1], str(PETER).replace("c74f20a3", "c74f20a4")),
        str(PETER).replace("PeterNeumann", "Peter Neumann"),
        "PeterNeumann+c74f20a3+" + base64.b64encode(b"\x02" + PETER.public).decode(),
    ],
)
def test_what_is_no_key_is_not_read_as_one(text: str) -> None:
    with pytest.raises(NoteError):
        Verifier.read(text)


class TestTheKeyOfALog:
    def test_is_made_once_and_only_its_owner_may_read_it(self, tmp_path: Path) -> None:
        file = tmp_path / "data" / "signing.key"
        first = load_signer("log", None, file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert load_signer("log", None, file).verifier == first.verifier
        assert [path.name for path in file.parent.iterdir()] == ["signing.key"]

    def test_is_the_one_of_the_setting_if_there_is_one(self, tmp_path: Path) -> None:
        given = base64.b64encode(b"s" * 32).decode()
        assert load_signer("example.org/log", given, tmp_path / "none").verifier == SIGNER.verifier
        assert not (tmp_path / "none").exists()

    @pytest.mark.parametrize("given", ["short", "c2hvcnQ=", "s" * 32])
    def test_must_be_32_bytes(self, tmp_path: Path, given: str) -> None:
        with pytest.raises(KeyFileError, match="SEGMENTLOG_SIGNING_KEY must hold 32 bytes"):
            load_signer("log", given, tmp_path / "none")

    @pytest.mark.parametrize("name", ["", "two words", "a+b"])
    def test_has_a_name_that_fits_into_a_note(self, name: str) -> None:
        with pytest.raises(NoteError):
            Signer(name, b"s" * 32)
