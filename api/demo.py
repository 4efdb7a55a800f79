"""The main job from end to end, on sample contacts, over HTTP, as a newcomer would do it."""

from __future__ import annotations

import html
import io
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from api.child_service import child_service
from api.sample.setup import SETUP
from application.documents import WORD

SAMPLE = Path(__file__).parent / "sample" / "contacts.csv"
console = Console(highlight=False, soft_wrap=True)


class Demo:
    """A client of the service that says what it does and how long each step took."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.taken: list[tuple[str, float]] = []

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step with its time."""
        console.print(f"\n[bold cyan]{len(self.taken) + 1}. {what}[/]")
        started = time.perf_counter()
        yield
        self.taken.append((what, time.perf_counter() - started))

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """One call; anything but a success ends the demo."""
        if body is not None:
            options["json"] = body
        response = self.client.request(method, path, **options)
        if response.is_error:
            raise RuntimeError(f"{method} {path} answered {response.status_code}: {response.text}")
        return response.json()

    def run(self) -> None:
        """The job."""
        with self.step("Import 10,000 sample contacts, Dutch and foreign"):
            self.import_sample()
        with self.step("Give the letter's template a Word document in Dutch and in English"):
            self.store_letters()
        with self.step("Create a segment and choose the template"):
            no = self.create()
        with self.step("Put two contacts on it by hand"):
            self.by_hand(no)
        with self.step("Add contacts by criteria: look first, then do it"):
            self.by_criteria(no)
        with self.step("Refine, see that it was too much, and go back"):
            self.refine_and_go_back(no)
        with self.step("A personal remark on one line, and its letter as it will be"):
            self.preview(no)
        with self.step("Save the criteria for the next time"):
            self.save(no)
        with self.step("Log the segment, with a follow-up"):
            logged, follow_up = self.log(no)
        with self.step("The first interaction log entries"):
            self.show_entries(logged)
        with self.step(f"The history of segment {no}, in words"):
            self.show_history(no)
        with self.step(f"The follow-up segment {follow_up}, and the saved criteria in a new segment"):
            self.again(follow_up)
        self.show_times()

    def import_sample(self) -> None:
        for path, rows in SETUP.items():
            for row in rows:
                values = {name: value for name, value in row.items() if name != "code"}
                self.call("PUT", f"/v1/{path}/{row['code']}", values)
        found = self.call(
            "POST",
            "/v1/contacts/import",
            content=SAMPLE.read_bytes(),
            headers={"Content-Type": "text/csv"},
        )
        console.print(f"   {found['registered']:,} registered, {found['rejected_total']:,} rejected")

    def store_letters(self) -> None:
        for language, subject in (("NLD", "Het voorjaar begint"), ("ENG", "Spring begins")):
            stored = self.call(
                "PUT",
                f"/v1/interaction-templates/BRIEF/documents/{language}",
                content=(SAMPLE.parent / f"letter-{language.lower()}.docx").read_bytes(),
                headers={"Content-Type": WORD},
                params={"file_name": "spring.docx", "subject": subject},
            )
            fields = ", ".join(stored["merge_fields"])
            console.print(f"   {language}: {stored['size']:,} bytes, with the fields {fields}")
        template = self.call("GET", "/v1/interaction-templates/BRIEF")
        for shown in ("code", "version", "statistics", "documents"):
            del template[shown]
        self.call("PUT", "/v1/interaction-templates/BRIEF", template | {"language_code": "NLD"})

    def preview(self, no: str) -> None:
        address = f"/v1/segments/{no}/lines/10000"
        self.call("PATCH", address, {"remarks": "Ik zie u graag op de beurs in mei."})
        letter = self.client.get(f"{address}/preview", headers={"Accept": WORD})
        for line in _text_of(letter.raise_for_status().content):
            console.print(f"     {line}", markup=False)
        printed = self.client.get(f"{address}/preview", headers={"Accept": "application/pdf"})
        if printed.is_success:
            console.print(f"   as PDF: {len(printed.content):,} bytes")
        else:
            console.print(f"   as PDF: {printed.json()['detail']}")

    def create(self) -> str:
        segment = self.call("POST", "/v1/segments", {"description": "Spring letter"})
        no: str = segment["no"]
        self.call("PATCH", f"/v1/segments/{no}", {"interaction_template_code": "BRIEF"})
        console.print(f"   segment {no}, template BRIEF")
        return no

    def by_hand(self, no: str) -> None:
        known = {
            "contact": {"type": "person", "territory_code": "NOORD"},
            "mailing_group": {"code": "NIEUWSBR"},
        }
        found = self.call(
            "POST",
            f"/v1/segments/{no}/criteria-actions",
            {"action": "add_contacts", "filters": known},
            params={"dry_run": True},
        )
        for contact in found["sample"][:2]:
            line = self.call("POST", f"/v1/segments/{no}/lines", {"contact_no": contact["no"]})
            console.print(f"   line {line['line_no']}: {contact['no']} {contact['name']}")
        self.call("PATCH", f"/v1/segments/{no}/lines/10000", {"description": "Spring letter, with a note"})
        console.print("   line 10000 gets a description of its own")

    def by_criteria(self, no: str) -> None:
        criteria = {
            "action": "add_contacts",
            "filters": {"contact": {"territory_code": "NOORD", "salesperson_code": "<>''"}},
        }
        address = f"/v1/segments/{no}/criteria-actions"
        preview = self.call("POST", address, criteria, params={"dry_run": True})
        console.print(f"   would add {preview['lines_added']:,}, for example:")
        for contact in preview["sample"][:3]:
            console.print(f"     {contact['no']} {contact['name']}, {contact['city']}")
        done = self.call("POST", address, criteria)
        skipped = ", ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in done["skipped"].items())
        console.print(f"   added {done['lines_added']:,}; left out: {skipped}")

    def refine_and_go_back(self, no: str) -> None:
        address = f"/v1/segments/{no}/criteria-actions"
        news = {"mailing_group": {"code": "NIEUWSBR"}}
        done = self.call("POST", address, {"action": "refine", "filters": news})
        console.print(f"   keep only those with mailing group NIEUWSBR: {done['lines_removed']:,} removed")
        done = self.call("POST", address, {"action": "reduce", "filters": {"contact": {"city": "A*"}}})
        console.print(f"   remove everybody in a city with A: {done['lines_removed']:,} removed")
        segment = self.call("POST", f"/v1/segments/{no}/go-back")
        console.print(f"   go back: {segment['number_of_lines']:,} lines again, as they were")

    def save(self, no: str) -> None:
        saved = self.call(
            "POST", f"/v1/segments/{no}/save-criteria", {"code": "NOORD", "description": "Noord"}
        )
        console.print(f"   {saved['code']}: {len(saved['actions'])} actions")

    def log(self, no: str) -> tuple[int, str]:
        made = self.call("POST", f"/v1/segments/{no}/log", {"create_follow_up": True})
        logged = made["logged_segment"]
        console.print(
            f"   logged segment {logged['entry_no']}: {logged['number_of_interactions']:,} interactions, "
            f"follow-up segment {made['follow_up_segment_no']}"
        )
        return logged["entry_no"], made["follow_up_segment_no"]

    def show_entries(self, logged: int) -> None:
        page = self.call(
            "GET", "/v1/interaction-log-entries", params={"logged_segment_entry_no": logged, "limit": 8}
        )
        table = Table(box=None, pad_edge=False)
        for column in ("entry", "date", "contact", "name", "description", "cost", "salesperson"):
            table.add_column(column)
        for entry in page["items"]:
            table.add_row(
                *(str(entry["entry_no"]), entry["date"], entry["contact_no"], entry["contact_name"]),
                *(entry["description"], entry["cost"], entry["salesperson_code"]),
            )
        console.print(table)

    def show_history(self, no: str) -> None:
        story = self.call("GET", f"/v1/segments/{no}/history")
        for step in story["items"]:
            console.print(f"   {step['at'][:19]}Z {step['user_id']}: {step['text']}", soft_wrap=True)

    def again(self, follow_up: str) -> None:
        segment = self.call("GET", f"/v1/segments/{follow_up}")
        console.print(f"   {segment['description']}: {segment['number_of_lines']:,} lines, no template yet")
        new = self.call("POST", "/v1/segments", {"description": "Autumn letter"})
        filled = self.call("POST", f"/v1/segments/{new['no']}/reuse-criteria", {"code": "NOORD"})
        console.print(f"   {filled['no']}: {filled['number_of_lines']:,} lines by the criteria NOORD")

    def show_times(self) -> None:
        """How long each step took."""
        console.print("\n[bold]How long each step took[/]")
        table = Table(box=None, pad_edge=False)
        table.add_column("step")
        table.add_column("seconds", justify="right")
        for what, seconds in self.taken:
            table.add_row(what, f"{seconds:.2f}")
        console.print(table)


def _text_of(letter: bytes) -> list[str]:
    """The paragraphs of a Word document, as far as they are not blank."""
    with zipfile.ZipFile(io.BytesIO(letter)) as package:
        content = package.read("word/document.xml").decode()
    paragraphs = re.findall(r"<w:p[ >].*?</w:p>", content, flags=re.DOTALL)
    lines = [re.sub(r"<w:br/>", "\n", paragraph) for paragraph in paragraphs]
    texts = [html.unescape(re.sub(r"<[^>]*>", "", line)) for line in lines]
    return [line for text in texts for line in text.split("\n") if line]


def run(*, aside: bool = False) -> list[tuple[str, float]]:
    """Start a service of its own, do the job, stop the service; the steps, and the seconds each took.

    What there is to see goes to the error output if it is to be told `aside`.
    """
    console.stderr = aside
    with tempfile.TemporaryDirectory(prefix="segmentlog-demo-") as directory:
        # The database runs as an account of its own where we are root: it must reach its directory.
        Path(directory).chmod(0o755)
        started = time.perf_counter()
        with child_service(Path(directory)) as service:
            seconds = time.perf_counter() - started
            console.print(f"The service runs on {service.address}, started in {seconds:.1f} s.")
            with service.client() as client:
                demo = Demo(client)
                demo.run()
        console.print("\nThe demo's service has stopped, and its data are gone.")
    console.print(
        "[bold]Now yours:[/] make serve keeps one running. It says its admin key at the first start."
    )
    console.print("  in the browser, where its key signs in: http://127.0.0.1:8000/")
    console.print("  its API to try out:                     http://127.0.0.1:8000/docs")
    console.print("  its description for programs:           http://127.0.0.1:8000/openapi.json")
    return demo.taken
