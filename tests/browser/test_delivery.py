"""Letters on their way: live as a chart, held up and continued, failed, sent again, and opened as sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from playwright.sync_api import Locator, expect

from application import delivering, delivery_worker
from application.documents import HTML, WORD
from application.field_words import Language
from application.journal import Role
from tests.api.crm import Crm, ok
from tests.api.running import RunningService, running_service
from tests.browser.conftest import Reader, Visit, keys_of
from tests.correspondence import word
from tests.mailbox import Mailbox, mailbox, yes

both_languages = pytest.mark.parametrize("language", ["en", "nl"])
PAGE = b"<p>Dear {{ Contact_Name }}</p>"
LETTER = word.document(f"<w:p>{word.field('Contact_Name')}</w:p>")


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def running(postgres_url: str, box: Mailbox) -> Iterator[RunningService]:
    """A service that sends."""
    with running_service(postgres_url, delivers=True, mail=box.settings()) as service:
        yield service


@pytest.fixture(scope="module")
def client(running: RunningService) -> Iterator[httpx.Client]:
    with running.client() as admin:
        yield admin


@pytest.fixture(scope="module")
def keys(client: httpx.Client) -> Callable[[Role], str]:
    return keys_of(client)


@pytest.fixture(scope="module")
def crm(client: httpx.Client) -> Crm:
    crm = Crm(client, "DEL")
    crm.record("salespeople", "ANNA", name="Anna Berg")
    return crm


@pytest.fixture(autouse=True)
def quick(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 0.2)
    monkeypatch.setattr(delivery_worker, "POLL_SECONDS", 0.05)
    box.rcpt = yes


def sheet(crm: Crm, *names: str, content: bytes = PAGE, kind: str = HTML) -> str:
    """A worksheet with a mail for each of these; its number."""
    template = crm.template()
    values = {"description": "Spring", "salesperson_code": "ANNA", "interaction_template_code": template}
    no: str = crm.segment(**values)["no"]
    path, headers = f"/v1/segments/{no}/documents/-", {"Content-Type": kind}
    ok(crm.client.put(path, content=content, headers=headers, params={"subject": "Spring"}))
    for name in names:
        contact = {"correspondence_type": "email", "email": f"{name.lower()}@example.org"}
        crm.line(no, crm.contact(name=name, **contact)["no"])
    return no


def sent(crm: Crm, reader: Reader, *names: str, content: bytes = PAGE, kind: str = HTML) -> str:
    """The number of a logged segment whose letters are all gone; its page is open."""
    no = sheet(crm, *names, content=content, kind=kind)
    answer = ok(crm.client.post(f"/v1/segments/{no}/log", json={"send_attachments": True}))
    entry_no = str(answer["logged_segment"]["entry_no"])
    reader.go(f"/logged-segments/{entry_no}")
    expect(chart(reader)).not_to_be_empty()
    expect(reader.page.locator("#progress[hx-get]")).to_have_count(0)
    return entry_no


def chart(reader: Reader) -> Locator:
    """The bars of the delivery, with their numbers."""
    return reader.page.locator("#progress svg.chart")


def share(reader: Reader, state: str, n: int, of: int) -> re.Pattern[str]:
    """What the chart says of a state."""
    words = f"{reader.t(f'letters_{state}')}: {reader.t('so_many_of', n=n, of=of)}"
    return re.compile(re.escape(words) + rf"\s*{n * 100 / of:.0f}%")


@both_languages
def test_a_segment_is_logged_and_sent_while_one_looks_on(
    visit: Visit, crm: Crm, box: Mailbox, language: Language
) -> None:
    opened = Event()
    box.rcpt = lambda _: None if opened.wait(30) else "451 later"
    try:
        reader = visit(language)
        reader.go(f"/segments/{sheet(crm, 'Alder', 'Birch', 'Cedar')}/log")
        reader.page.get_by_label(reader.t("log_and_send")).check()
        reader.press("log_now")
        reader.page.wait_for_url(re.compile(r"/logged-segments/\d+$"))
        expect(chart(reader)).to_contain_text(share(reader, "in_progress", 3, 3))
    finally:
        opened.set()
    # The page is not loaded again.
    expect(chart(reader)).to_contain_text(share(reader, "sent", 3, 3))
    expect(reader.page.get_by_role("status")).to_contain_text(reader.t("all_sent", n=3))
    expect(reader.page.locator("#progress button")).to_have_count(0)
    # Who does not see the bars is told the same.
    expect(chart(reader).locator("desc")).to_contain_text(f"{reader.t('so_many_of', n=3, of=3)} (100%)")


@both_languages
def test_a_delivery_is_held_up_and_continued_by_keyboard(
    visit: Visit, crm: Crm, box: Mailbox, language: Language
) -> None:
    opened = Event()
    box.rcpt = lambda _: "451 later" if not opened.is_set() else None
    reader = visit(language)
    no = sheet(crm, "Alder", "Birch")
    answer = ok(crm.client.post(f"/v1/segments/{no}/log", json={"send_attachments": True}))
    entry_no = answer["logged_segment"]["entry_no"]
    reader.go(f"/logged-segments/{entry_no}")
    hold = reader.page.get_by_role("button", name=reader.t("hold_up"))
    hold.focus()
    with reader.page.expect_response("**/progress"), reader.page.expect_response("**/progress"):
        pass
    # What changes on the page does not take the focus away.
    expect(hold).to_be_focused()
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    paused = {"en": "The delivery is paused.", "nl": "De verzending is opgehouden."}[language]
    expect(reader.page.get_by_role("status")).to_contain_text(paused)
    assert ok(crm.client.get(f"/v1/logged-segments/{entry_no}"))["delivery_paused"] is True
    opened.set()
    with reader.page.expect_navigation():
        reader.press("let_go_on")
    expect(chart(reader)).to_contain_text(share(reader, "sent", 2, 2))


@both_languages
def test_what_failed_is_explained_found_followed_up_and_sent_again(
    visit: Visit, crm: Crm, box: Mailbox, language: Language
) -> None:
    box.rcpt = lambda address: "550 nobody here" if address.startswith("birch") else None
    reader = visit(language)
    entry_no = sent(crm, reader, "Alder", "Birch", "Cedar")
    expect(chart(reader)).to_contain_text(share(reader, "error", 1, 3))
    why = {"en": "the mail server refused it", "nl": "geweigerd door de mailserver"}[language]
    expect(reader.page.locator("#progress")).to_contain_text(f"{why}: 1")
    reader.page.get_by_role("link", name=reader.t("show_which", what=reader.t("letters_error"))).click()
    rows = reader.page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Birch")
    rows.get_by_role("link").first.click()
    expect(reader.page.locator("main")).to_contain_text(f"{reader.t('letters_error')}: {why}")
    expect(reader.page.locator("main")).to_contain_text("550 nobody here")
    # Once the address works, the same letter goes out again.
    box.rcpt = yes
    with reader.page.expect_navigation():
        reader.press("send_one_again")
    reader.go(f"/logged-segments/{entry_no}")
    expect(chart(reader)).to_contain_text(share(reader, "sent", 3, 3))
    reader.page.locator("#delivery_status").select_option("sent")
    reader.press("follow_up")
    reader.page.wait_for_url(re.compile(r"/segments/SM\d+$"))
    no = reader.page.url.rsplit("/", 1)[1]
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 3


@both_languages
def test_only_what_failed_is_sent_again_if_that_is_chosen(
    visit: Visit, crm: Crm, box: Mailbox, language: Language
) -> None:
    box.rcpt = lambda address: "550 nobody here" if address.startswith("birch") else None
    reader = visit(language)
    sent(crm, reader, "Alder", "Birch")
    box.taken.clear()
    box.rcpt = yes
    reader.page.locator("#resend_status").select_option("error")
    with reader.page.expect_navigation():
        reader.press("send_again")
    expect(chart(reader)).to_contain_text(share(reader, "sent", 2, 2))
    assert box.recipients() == ["birch@example.org"]


@both_languages
def test_all_letters_are_sent_again_the_same_or_anew(
    visit: Visit, crm: Crm, box: Mailbox, language: Language
) -> None:
    reader = visit(language)
    entry_no = sent(crm, reader, "Alder", "Birch")
    box.taken.clear()
    with reader.page.expect_navigation():
        reader.press("send_again")
    expect(reader.page.locator("#progress[hx-get]")).to_have_count(0)
    assert sorted(box.recipients()) == ["alder@example.org", "birch@example.org"]
    reader.page.locator("[name=update_merge_fields]").check()
    with reader.page.expect_navigation():
        reader.press("send_again")
    expect(chart(reader)).to_contain_text(share(reader, "sent", 4, 4))
    path = f"/v1/interaction-log-entries?logged_segment_entry_no={entry_no}"
    described = [entry["description"] for entry in ok(crm.client.get(path))["items"]]
    assert described == ["Spring", "Spring", "Resend: Spring", "Resend: Spring"]


@both_languages
def test_the_letter_that_was_sent_is_opened_and_is_the_very_same(
    visit: Visit, crm: Crm, language: Language
) -> None:
    reader = visit(language)
    entry_no = sent(crm, reader, "Alder", content=LETTER, kind=WORD)
    (entry,) = ok(crm.client.get(f"/v1/interaction-log-entries?logged_segment_entry_no={entry_no}"))["items"]
    # It is as it was sent, whatever became of the contact.
    ok(crm.client.patch(f"/v1/contacts/{entry['contact_no']}", json={"name": "Alder & Daughters"}))
    reader.page.get_by_role("link", name=reader.t("its_interactions")).click()
    reader.page.get_by_role("link", name=str(entry["entry_no"]), exact=True).click()
    # It is one letter, not each of several.
    expect(reader.page.get_by_label(reader.t("send_as")).locator("option").first).to_have_text(
        reader.t("as_before_one")
    )
    reader.page.get_by_role("link", name=reader.t("open_sent_letter")).click()
    expect(reader.page.get_by_text(reader.t("is_as_sent"))).to_be_visible()
    with reader.page.expect_download() as saved:
        reader.page.get_by_role("link", name=reader.t("save_letter", ending="docx")).click()
    assert word.text_of(Path(saved.value.path()).read_bytes()) == "Alder"
    # All of them come as one file.
    reader.go(f"/logged-segments/{entry_no}")
    with reader.page.expect_download() as saved:
        reader.page.get_by_role("link", name=reader.t("save_letters")).click()
    assert saved.value.suggested_filename == f"Segment {entry['segment_no']}.zip"


@both_languages
def test_the_letter_of_an_erased_contact_is_said_to_be_gone(
    visit: Visit, crm: Crm, language: Language
) -> None:
    reader = visit(language)
    entry_no = sent(crm, reader, "Alder")
    (entry,) = ok(crm.client.get(f"/v1/interaction-log-entries?logged_segment_entry_no={entry_no}"))["items"]
    body = {"reason": "Asked to be forgotten"}
    ok(crm.client.post(f"/v1/contacts/{entry['contact_no']}/erase", json=body))
    reader.go(f"/interactions/{entry['entry_no']}/letter")
    expect(reader.page.get_by_text(reader.t("letter_erased"))).to_be_visible()
    expect(reader.page.locator("iframe")).to_have_count(0)


@both_languages
def test_what_cannot_be_sent_is_shown_first_and_can_be_logged_all_the_same(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = sheet(crm, "Alder")
    crm.line(no, crm.contact(name="Birch", correspondence_type="email")["no"])
    reader = visit(language)
    reader.go(f"/segments/{no}/log")
    expect(reader.page.get_by_text(reader.t("not_sendable"))).to_be_visible()
    expect(reader.page.locator(".problems li")).to_have_count(1)
    expect(reader.page.get_by_label(reader.t("log_and_send"))).to_be_disabled()
    reader.press("log_now")
    reader.page.wait_for_url(re.compile(r"/logged-segments/\d+$"))
    expect(reader.page.get_by_text(reader.t("nothing_sent"))).to_be_visible()
    # Those that can be sent still can.
    with reader.page.expect_navigation():
        reader.press("send_after_all")
    expect(chart(reader)).to_contain_text(share(reader, "sent", 1, 1))
