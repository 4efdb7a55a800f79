"""What a mail looks like to those who read it (domain B11)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from correspondence import opt_out
from correspondence.mail import Attached, Mail, compose, file_name, message_id, plain_name, usable_address
from tests.mailbox import read

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def mail(**values: Any) -> Mail:
    """A mail to Ann."""
    usual: dict[str, Any] = {
        "message_id": "<1@example.com>",
        "sender": "Alder <news@example.com>",
        "recipient_name": "Ann",
        "recipient": "ann@example.org",
        "subject": "Spring letter",
        "at": datetime(2026, 3, 1, 9, tzinfo=UTC),
        "text": "Spring letter",
    }
    return Mail(**(usual | values))


def test_a_mail_says_that_a_machine_sent_it_and_how_to_opt_out() -> None:
    found = read(
        compose(mail(opt_out_url="https://example.com/opt-out/1-ab", opt_out_address="n@example.com"))
    )
    assert found["From"] == "Alder <news@example.com>"
    assert found["To"] == "Ann <ann@example.org>"
    assert found["Message-ID"] == "<1@example.com>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    ways = found["List-Unsubscribe"]
    assert ways == "<https://example.com/opt-out/1-ab>, <mailto:n@example.com?subject=unsubscribe>"
    assert "https://example.com/opt-out/1-ab" in found.get_content()


def test_without_an_address_of_ours_one_click_is_not_promised() -> None:
    found = read(compose(mail(opt_out_address="n@example.com")))
    assert found["List-Unsubscribe-Post"] is None
    assert found["List-Unsubscribe"] == "<mailto:n@example.com?subject=unsubscribe>"


def test_letters_of_all_languages_come_through() -> None:
    found = read(compose(mail(subject="Voorjaarsbrief – één", recipient_name="Zoë Čapek", text="Één brief")))
    assert found["Subject"] == "Voorjaarsbrief – één"
    assert found["To"].addresses[0].display_name == "Zoë Čapek"
    assert "Één brief" in found.get_content()


def test_a_page_comes_with_its_text_and_pictures() -> None:
    picture = Attached("logo.png", "image/png", b"\x89PNG")
    content = compose(
        mail(page="<p>Dear&nbsp;Ann,<br>spring</p><img src='cid:logo.png'>", pictures=[picture])
    )
    found = read(content)
    assert found.get_content_type() == "multipart/alternative"
    plain, page = found.iter_parts()
    assert plain.get_content().split() == ["Dear", "Ann,", "spring"]
    html, logo = page.iter_parts()
    assert "cid:logo.png" in html.get_content()
    assert logo["Content-ID"] == "<logo.png>"
    assert logo.get_content() == b"\x89PNG"


@pytest.mark.parametrize("name", ["Spring letter.docx", "Één brief – “2026”.docx"])
def test_a_file_comes_along_under_its_name_as_it_was(name: str) -> None:
    data = bytes(range(256)) * 100
    found = read(compose(mail(attached=[Attached(name, DOCX, data)])))
    (attached,) = found.iter_attachments()
    assert attached.get_filename() == name
    assert attached.get_content_type() == DOCX
    assert attached.get_content() == data


@pytest.mark.parametrize("place", ["subject", "recipient_name", "sender"])
def test_no_value_can_add_a_header(place: str) -> None:
    evil = "Spring\r\nBcc: all@example.org\n\nand a body <news@example.com>"
    content = compose(mail(**{place: evil}))
    assert read(content)["Bcc"] is None
    assert not any(line.lower().startswith(b"bcc:") for line in content.splitlines())


def test_no_name_of_a_file_can_add_a_header() -> None:
    attached = Attached('a"\r\nX-Evil: 1\r\n.docx', DOCX, b"letter")
    assert b"\nX-Evil" not in compose(mail(attached=[attached]))


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("ann@example.org", "ann@example.org"),
        (" ann@example.org ", "ann@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("zoë@example.org", None),
        ("ann", None),
        ("ann@example.org\r\nRCPT TO:<all@example.org>", None),
        ("ann@example.org, all@example.org", None),
        ("<ann@example.org>", None),
        (None, None),
    ],
)
def test_an_address_is_one_that_mail_servers_take_or_none(address: str | None, usable: str | None) -> None:
    assert usable_address(address) == usable


def test_a_mail_has_the_same_name_for_ever_and_no_other_has_it() -> None:
    sender = "Alder <news@example.com>"
    name = message_id(7, "segment-SM1 a1", 0, sender)
    assert name == message_id(7, "segment-SM1 a1", 0, sender)
    assert name.startswith("<7.")
    assert name.endswith("@example.com>")
    others = {
        message_id(7, "segment-SM1 a2", 0, sender),
        message_id(8, "segment-SM1 a1", 0, sender),
        message_id(7, "segment-SM1 a1", 40, sender),
    }
    assert len(others | {name}) == 4


def test_a_file_is_called_after_the_subject_without_signs_that_no_file_can_have() -> None:
    assert file_name("Spring/letter: 'now'?", ".docx") == "Spring-letter- 'now'.docx"
    assert file_name(None, ".docx") == "Attachment.docx"
    assert plain_name("../../etc/passwd\n") == "-..-etc-passwd"


def test_only_our_own_links_opt_anybody_out() -> None:
    token = opt_out.token(b"secret", 42)
    assert opt_out.number_of(b"secret", token) == 42
    assert opt_out.number_of(b"other secret", token) is None
    assert opt_out.number_of(b"secret", token.replace("42-", "43-")) is None
    assert opt_out.number_of(b"secret", "42") is None
