"""Makes the pictures in docs/screenshots: the main pages, on the sample contacts, by a real browser.

`.venv/bin/python -m docs.make_screenshots`; Chromium must be there (`make browser`).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from api.child_service import ChildService, child_service
from api.sample.setup import SETUP
from tests.mailbox import mailbox

PICTURES = Path(__file__).parent / "screenshots"
REMARK = "I look forward to seeing you at the fair in May."
ENOUGH = 600
"""So many letters are sent when the picture of sending is taken."""
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
]


def fill(client: httpx.Client) -> dict[str, Any]:
    """On the sample contacts, a worksheet, and a segment that was logged and is being sent."""

    def call(method: str, path: str, body: Any = None) -> Any:
        answer = client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()

    salesperson = str(SETUP["salespeople"][0]["code"])
    header = {"interaction_template_code": "BRIEF", "salesperson_code": salesperson}
    numbers = []
    for description in ("Winter letter", "Spring letter"):
        no = call("POST", "/v1/segments", {"description": description} | header)["no"]
        numbers.append(no)
        news = {"contact": {"type": "person"}, "mailing_group": {"code": "NIEUWSBR"}}
        call("POST", f"/v1/segments/{no}/criteria-actions", {"action": "add_contacts", "filters": news})
    logged = call("POST", f"/v1/segments/{numbers[0]}/log", {"send_attachments": True})["logged_segment"]
    months(call, salesperson)
    call("POST", "/v1/audit/checkpoints")
    away = {"action": "reduce", "filters": {"contact": {"country_code": "DE"}}}
    call("POST", f"/v1/segments/{numbers[1]}/criteria-actions", away)
    lines = call("GET", f"/v1/segments/{numbers[1]}/lines?limit=6")["items"]
    for line in (lines[1], lines[4]):
        changed = {"subject": "A word for you", "cost": "4.25"}
        call("PATCH", f"/v1/segments/{numbers[1]}/lines/{line['line_no']}", changed)
    call("PATCH", f"/v1/segments/{numbers[1]}/lines/{lines[1]['line_no']}", {"remarks": REMARK})
    address = {"code": "SUMMER", "address": "Strandweg 7", "post_code": "4357 AB", "city": "Domburg"}
    summer = address | {"date_ranges": [{"starting_date": "2026-07-01", "ending_date": "2026-08-31"}]}
    call("PATCH", f"/v1/contacts/{lines[1]['contact_no']}", {"alternative_addresses": [summer]})
    return {
        "open": numbers[1],
        "line": lines[1]["line_no"],
        "contact": lines[1]["contact_no"],
        "logged": logged["entry_no"],
    }


def _mail(port: int) -> dict[str, str]:
    """A mail server on this machine, which takes so many mails a minute that sending can be watched."""
    return {
        "SEGMENTLOG_MAIL_HOST": "127.0.0.1",
        "SEGMENTLOG_MAIL_PORT": str(port),
        "SEGMENTLOG_MAIL_TLS": "none",
        "SEGMENTLOG_MAIL_FROM": "Alder <news@example.com>",
        "SEGMENTLOG_MAIL_PER_MINUTE": "1200",
        "SEGMENTLOG_PUBLIC_URL": "https://example.com",
    }


def months(call: Callable[..., Any], salesperson: str) -> None:
    """Segments of some months for a campaign, some of whose contacts respond."""
    fair = {"description": "Autumn fair", "starting_date": "2026-06-01", "ending_date": "2026-12-31"}
    campaign = call("POST", "/v1/campaigns", fair)["no"]
    templates = [row["code"] for row in SETUP["interaction-templates"]]
    for number, (month, cities) in enumerate(
        (("08", "A*"), ("09", "A*|B*|D*"), ("10", "H*|L*"), ("11", "Z*"))
    ):
        header = {
            "description": f"Fair, month {month}",
            "interaction_template_code": templates[number % len(templates)],
            "salesperson_code": salesperson,
            "date": f"2026-{month}-12",
            "campaign_no": campaign,
            "campaign_target": True,
            "unit_cost": "1.75",
            "correspondence_type": "hard_copy",
            "ignore_contact_correspondence_type": True,
        }
        no = call("POST", "/v1/segments", header)["no"]
        action = {"action": "add_contacts", "filters": {"contact": {"city": cities, "type": "company"}}}
        call("POST", f"/v1/segments/{no}/criteria-actions", action)
        for line in call("GET", f"/v1/segments/{no}/lines?limit={number + 2}")["items"]:
            call("PATCH", f"/v1/segments/{no}/lines/{line['line_no']}", {"campaign_response": True})
        call("POST", f"/v1/segments/{no}/log")


def sign_in(page: Page, service: ChildService) -> None:
    """Come in with the service's key."""
    page.goto(f"{service.address}/sign-in")
    page.fill("#key", service.key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/segments")


def picture(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")


def pictures(page: Page, address: str, made: dict[str, Any]) -> None:
    """The main pages, in English and light."""
    worksheet = f"{address}/segments/{made['open']}"
    page.goto(worksheet)
    page.locator("#grid tr[data-line]").first.wait_for()
    picture(page, "worksheet")
    page.locator("[data-do=why]").first.click()
    page.get_by_role("dialog").wait_for()
    picture(page, "why")
    page.goto(f"{worksheet}/choose")
    page.locator("[name=field]").select_option("contact.city")
    page.wait_for_load_state("networkidle")
    with page.expect_response("**/preview"):
        page.locator("[name=filter]").fill("A*|B*")
    picture(page, "choosing")
    page.goto(f"{worksheet}/lines/{made['line']}/letter")
    page.wait_for_load_state("networkidle")
    # The browser's own viewer draws the letter after it is loaded; nothing tells when.
    page.wait_for_timeout(4_000)
    picture(page, "letter")
    page.goto(f"{worksheet}/log")
    picture(page, "log")
    page.goto(f"{worksheet}/history")
    picture(page, "history")
    page.goto(f"{address}/logged-segments/{made['logged']}")
    picture(page, "logged-segment")
    page.goto(f"{address}/interactions?f-logged_segment_entry_no={made['logged']}")
    picture(page, "interactions")
    page.goto(f"{address}/contacts?f-name=%40*jansen*")
    picture(page, "contacts")
    page.goto(f"{address}/contacts/{made['contact']}")
    page.locator("#list-alternative_addresses summary").first.click()
    page.locator("#lists").evaluate("lists => lists.scrollIntoView()")
    picture(page, "contact")
    page.goto(f"{address}/contacts/{made['contact']}/erase")
    picture(page, "erase")
    page.goto(f"{address}/setup")
    picture(page, "setup")
    page.goto(f"{address}/statistics")
    picture(page, "statistics")
    page.goto(f"{worksheet}/history")
    page.get_by_role("button", name="Check everything now").click()
    page.locator(".seal-right").wait_for()
    picture(page, "seal")


def main() -> int:
    """All pictures; also one in Dutch and dark, and one on a small screen."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("Chromium is not here; 'make browser' installs it where it can.\n")
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="segmentlog-pictures-") as directory:
        Path(directory).chmod(0o755)
        with (
            mailbox() as box,
            child_service(Path(directory) / "data", environment=_mail(box.port)) as service,
            sync_playwright() as playwright,
        ):
            box.rcpt = lambda address: "550 nobody here" if address.startswith(("a", "q")) else None
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
            sign_in(page, service)
            picture(page, "first-steps")
            page.get_by_role("button", name="Fill with sample contacts").click()
            page.locator("#first-steps").wait_for(state="detached", timeout=120_000)
            with service.client() as client:
                made = fill(client)
            page.goto(f"{service.address}/logged-segments/{made['logged']}")
            while len(box.taken) < ENOUGH:
                page.wait_for_timeout(500)
            page.wait_for_timeout(6_000)
            picture(page, "delivery")
            pictures(page, service.address, made)
            dark = browser.new_page(
                viewport={"width": 1280, "height": 800}, locale="nl-NL", color_scheme="dark"
            )
            sign_in(dark, service)
            dark.goto(f"{service.address}/segments/{made['open']}/choose")
            dark.locator("#preview .big").wait_for()
            picture(dark, "choosing-dutch-dark")
            dark.goto(f"{service.address}/statistics?figure=response_rate")
            picture(dark, "statistics-dutch-dark")
            small = browser.new_page(viewport={"width": 390, "height": 800}, locale="en-GB")
            sign_in(small, service)
            small.goto(f"{service.address}/segments/{made['open']}")
            small.locator("#grid tr[data-line]").first.wait_for()
            picture(small, "worksheet-small")
            small.goto(f"{service.address}/statistics")
            picture(small, "statistics-small")
            browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
