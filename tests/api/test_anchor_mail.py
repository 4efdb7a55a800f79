"""Checkpoints go to a mailbox, over a real mail server, and a saved mail convicts whoever changed the log."""

from __future__ import annotations

import mailbox as mailboxes
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.child_service import child_service
from application.anchor_mail import MailPlace
from eventstore.anchors import Anchored, AnchorError
from eventstore.kept_checkpoints import read_checkpoints
from eventstore.notes import Checkpoint, Signer, read_checkpoint
from tests.api.forging import rewrite_everything_inside
from tests.api.test_serve import command, register, until
from tests.mailbox import free_port, mailbox

KEY = "the key of this test"
SIGNER = Signer("example.com/segments", b"k" * 32)
NOTES = [SIGNER.sign(str(Checkpoint(SIGNER.verifier.name, size, bytes([size]) * 32))) for size in (12, 34)]
KEPT = [
    Anchored(size, "2026-03-01T09:30:00Z", str(SIGNER.verifier), note)
    for size, note in zip((12, 34), NOTES, strict=True)
]


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not in pytest's own temporary directory: as root, the database's account could not reach it.
    with tempfile.TemporaryDirectory(prefix="segmentlog-mail-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_mail_says_what_it_is_and_holds_the_note_to_the_byte() -> None:
    with mailbox() as box:
        MailPlace(box.settings(), "audit@example.org").write(KEPT[0])
        MailPlace(box.settings(), "audit@example.org").write(KEPT[0])
    assert box.recipients() == ["audit@example.org"] * 2
    first, second = box.mails()
    assert first["Subject"] == "Checkpoint 12 of example.com/segments"
    assert first["From"] == "Alder <news@example.com>"
    assert first["Message-ID"] == second["Message-ID"], "one that goes twice is the same mail"
    body = first.get_body()
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert NOTES[0] in text
    assert str(SIGNER.verifier) in text
    (attached,) = first.iter_attachments()
    assert attached.get_filename() == "checkpoint-12.txt"
    assert attached.get_payload(decode=True) == NOTES[0].encode()


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
def test_a_saved_mail_is_read_as_the_checkpoint_in_it(tmp_path: Path, ending: bytes) -> None:
    file = tmp_path / "kept.eml"
    with mailbox() as box:
        MailPlace(box.settings(), "audit@example.org").write(KEPT[0])
    (content,) = [content for _, content in box.taken]
    file.write_bytes(content.replace(b"\r\n", ending))
    assert [(one.place, one.note) for one in read_checkpoints(file)] == [(str(file), NOTES[0])]


def test_the_file_in_a_mail_is_enough(tmp_path: Path) -> None:
    """Programs that pass a mail on, or break its lines, change what is written in it."""
    file = tmp_path / "kept.eml"
    with mailbox() as box:
        MailPlace(box.settings(), "audit@example.org").write(KEPT[0])
    (mail,) = box.mails()
    body = mail.get_body()
    assert body is not None
    body.set_content("See the file.")
    file.write_bytes(mail.as_bytes())
    assert [one.note for one in read_checkpoints(file)] == [NOTES[0]]


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_so_is_the_file_that_came_with_it(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "checkpoint-12.txt"
    file.write_bytes(NOTES[0].replace("\n", ending).encode())
    assert [one.note for one in read_checkpoints(file)] == [NOTES[0]]


def test_so_are_many_in_the_file_of_a_mailbox_and_other_mails_there_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "kept.mbox"
    with mailbox() as box:
        for record in KEPT:
            MailPlace(box.settings(), "audit@example.org").write(record)
    kept = mailboxes.mbox(file)
    lunch = mailboxes.mboxMessage(b"Subject: Lunch\n\nAt noon?\n")
    for mail in (*box.mails(), lunch):
        kept.add(mail)
    kept.close()
    assert [one.note for one in read_checkpoints(file)] == NOTES
    file.unlink()
    kept = mailboxes.mbox(file)
    kept.add(lunch)
    kept.close()
    with pytest.raises(AnchorError, match="holds no checkpoint"):
        read_checkpoints(file)


def test_a_mail_that_only_quotes_the_note_is_enough(tmp_path: Path) -> None:
    """Programs that save a mail as text lose the file that came along."""
    file = tmp_path / "kept.txt"
    head = "From: Alder <news@example.com>\nContent-Type: text/plain; charset=utf-8\n"
    file.write_text(f"{head}Content-Transfer-Encoding: 8bit\n\nKeep this.\n\n{NOTES[0]}\nBye\n")
    assert [one.note for one in read_checkpoints(file)] == [NOTES[0]]


def test_what_the_server_does_not_take_is_an_error_with_its_words() -> None:
    with mailbox() as box:
        box.data = lambda _: "451 try later"
        with pytest.raises(AnchorError, match=r"mail to audit@example\.org: 451 try later"):
            MailPlace(box.settings(), "audit@example.org").write(KEPT[0])
        box.data = lambda _: "hang up"
        with pytest.raises(AnchorError, match=r"mail to audit@example\.org"):
            MailPlace(box.settings(), "audit@example.org").write(KEPT[0])
    with pytest.raises(AnchorError, match="refused"):
        MailPlace(box.settings(), "audit@example.org").write(KEPT[0])


def test_a_service_mails_what_it_seals_and_the_mail_convicts(directory: Path) -> None:
    data, kept, port = ("--data", str(directory)), directory / "kept.eml", free_port()
    environment = {
        "SEGMENTLOG_CHECKPOINT_EVENTS": "3",
        "SEGMENTLOG_ANCHOR_MAIL": "audit@example.org",
        "SEGMENTLOG_MAIL_HOST": "127.0.0.1",
        "SEGMENTLOG_MAIL_PORT": str(port),
        "SEGMENTLOG_MAIL_TLS": "none",
        "SEGMENTLOG_MAIL_FROM": "Alder <news@example.com>",
    }
    with child_service(directory, key=KEY, environment=environment) as service, service.client() as client:
        for name in ("Alder", "Birch", "Cedar"):
            register(client, name)
        assert until(lambda: bool(client.get("/v1/audit/checkpoints").json()["items"]))
        # The server comes up later than the checkpoint: it is sent as soon as there is somebody to take it.
        with mailbox(port) as box:
            sealed = command("checkpoint", "--json", *data, **environment)
            assert sealed.returncode == 0, sealed.stderr
            assert until(lambda: box.recipients() == ["audit@example.org"])
        kept.write_bytes(box.taken[0][1])
        assert read_checkpoint(read_checkpoints(kept)[0].note).size == 3
        # Whoever sent it writes that down once the server has taken it.
        assert until(
            lambda: (
                [listed["anchored"] for listed in client.get("/v1/audit/checkpoints").json()["items"]]
                == [["mail to audit@example.org"]]
            )
        )

        right = command("verify", "--checkpoint", str(kept), *data)
        assert (right.returncode, right.stdout) == (
            0,
            "All 3 events are what was recorded, under 1 checkpoint.\n",
        )
        rewrite_everything_inside(directory)
        assert command("verify", *data).returncode == 0, "inside, nothing is left to be seen"
        wrong = command("verify", "--checkpoint", str(kept), *data)
        assert wrong.returncode == 1
        assert "The events from position 3 to 3, which were sealed, are missing." in wrong.stdout
        unread = command("verify", "--checkpoint", str(directory / "nothing.eml"), *data)
        assert (unread.returncode, unread.stdout) == (2, "")
        assert "nothing.eml cannot be read" in unread.stderr


def test_a_mailbox_without_a_mail_server_is_said_at_the_start() -> None:
    refused = command("checkpoint", SEGMENTLOG_ANCHOR_MAIL="audit@example.org")
    assert refused.returncode == 2
    assert "SEGMENTLOG_ANCHOR_MAIL needs SEGMENTLOG_MAIL_HOST" in refused.stderr
