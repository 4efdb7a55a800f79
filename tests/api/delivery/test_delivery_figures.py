"""What `/metrics` says about letters and mails agrees with what became of them (domain B11)."""

from __future__ import annotations

import pytest

from application import delivering
from tests.api.crm import Crm, ok
from tests.api.delivery.mailing import PAGE, Mailing, until
from tests.api.test_metrics import Samples, scraped, value
from tests.mailbox import Mailbox


@pytest.fixture
def mailing(crm: Crm) -> Mailing:
    """A segment of three, not logged yet."""
    mailing = Mailing(crm, PAGE)
    for name in ("ann", "bo", "cas"):
        mailing.put(first_name=name.title(), email=f"{name}@example.org")
    return mailing


def waiting(samples: Samples, state: str) -> float:
    return value(samples, "segmentlog_outbox_waiting", channel="mail", state=state)


def settled(samples: Samples, outcome: str) -> float:
    return value(samples, "segmentlog_deliveries_total", channel="mail", outcome=outcome)


def test_each_outcome_is_counted(mailing: Mailing, box: Mailbox) -> None:
    before = scraped(mailing.client)
    box.rcpt = lambda address: "550 no such mailbox" if address.startswith("ann") else None
    box.data = lambda address: "hang up" if address.startswith("bo") else None
    mailing.log()
    mailing.done()
    box.rcpt = box.data = lambda _: None
    after = scraped(mailing.client)
    for outcome in ("sent", "refused", "uncertain"):
        assert settled(after, outcome) == settled(before, outcome) + 1
    assert mailing.logged()["delivery"] == {"in_progress": 0, "sent": 1, "error": 2}
    assert value(after, "segmentlog_outbox_position") <= value(after, "segmentlog_log_position")


def test_what_waits_is_counted_by_what_it_waits_for(
    mailing: Mailing, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 600.0)
    before = scraped(mailing.client)
    box.rcpt = lambda address: None if address.startswith("ann") else "450 not now"
    mailing.log()
    put_off = until(lambda: scraped(mailing.client), lambda samples: waiting(samples, "put_off") == 2)
    assert settled(put_off, "sent") == settled(before, "sent") + 1
    ok(mailing.post("pause-delivery"))
    held = until(lambda: scraped(mailing.client), lambda samples: waiting(samples, "held") == 2)
    assert [waiting(held, state) for state in ("ready", "claimed", "put_off")] == [0, 0, 0]
    assert value(held, "segmentlog_outbox_oldest_seconds", channel="mail", state="held") > 0
    assert value(held, "segmentlog_outbox_oldest_seconds", channel="mail", state="ready") == 0
    assert ok(mailing.client.get("/health/ready"))["outbox"]["mail"] == 2
    assert value(held, "segmentlog_outbox_waiting", channel="print", state="ready") == 0
