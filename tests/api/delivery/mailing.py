"""A segment that is logged and sent, as the tests of delivery know it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from application.documents import WORD as CONTENT_TYPE
from tests.api.crm import Crm, ok
from tests.correspondence.word import document as word
from tests.correspondence.word import field

PATIENCE_SECONDS = 60.0
LETTER = word(
    f"<w:p><w:r><w:t xml:space='preserve'>Dear </w:t></w:r>{field('Contact_Name')}"
    "<w:r><w:t>,</w:t></w:r></w:p>"
    f"<w:p>{field('Document_Subject')}<w:r><w:t xml:space='preserve'> of </w:t></w:r>"
    f"{field('Document_Date', 'simple')}</w:p>"
)
PAGE = "<html><body><p>Dear {{ Contact_Name }}</p></body></html>"


def until(look: Callable[[], Any], holds: Callable[[Any], object]) -> Any:
    """What is found once it is as it should be."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if holds(found):
            return found
        assert time.monotonic() < deadline, f"waited in vain; there is {found}"
        time.sleep(0.05)


class Mailing:
    """A segment that is logged and sent, and what becomes of it."""

    def __init__(self, crm: Crm, document: bytes | str = LETTER, **header: Any) -> None:
        self.crm, self.client = crm, crm.client
        kind = CONTENT_TYPE if isinstance(document, bytes) else "text/html"
        self.template = crm.template()
        ok(
            self.client.put(
                f"/v1/interaction-templates/{self.template}/documents/-",
                params={"subject": "Spring offer", "file_name": "offer"},
                content=document,
                headers={"content-type": kind},
            )
        )
        self.segment = crm.segment(
            description="Spring",
            salesperson_code=crm.record("salespeople"),
            interaction_template_code=self.template,
            **header,
        )["no"]
        self.entry_no = 0

    def put(self, **contact: Any) -> str:
        """A person on a line; its number."""
        values = {"type": "person", "first_name": "Ann", "surname": "Berg", "correspondence_type": "email"}
        no: str = self.crm.contact(**values | contact)["no"]
        self.crm.line(self.segment, no)
        return no

    def log(self) -> None:
        """Log, and send."""
        answered = self.client.post(f"/v1/segments/{self.segment}/log", json={"send_attachments": True})
        self.entry_no = ok(answered)["logged_segment"]["entry_no"]

    def logged(self) -> Any:
        """The logged segment."""
        return ok(self.client.get(f"/v1/logged-segments/{self.entry_no}"))

    def entries(self) -> list[Any]:
        """Its entries."""
        found = self.client.get(
            "/v1/interaction-log-entries", params={"logged_segment_entry_no": str(self.entry_no)}
        )
        items: list[Any] = ok(found)["items"]
        return items

    def done(self) -> list[Any]:
        """Its entries, once none is on its way any more."""
        until(self.logged, lambda logged: logged["delivery"]["in_progress"] == 0)
        return self.entries()

    def hold_up(self) -> None:
        """Pause, and wait until nothing of it is under way any more."""
        assert ok(self.post("pause-delivery"))["delivery_paused"]
        until(self.logged, lambda logged: logged["delivery_waits_for"] == "The delivery is paused.")

    def post(self, call: str, **body: Any) -> httpx.Response:
        """Something done with the logged segment."""
        return self.client.post(f"/v1/logged-segments/{self.entry_no}/{call}", json=body or None)
