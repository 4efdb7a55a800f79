"""How fast, when and how often mails are sent, and that a pause holds at once (domain B11)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest

from application import delivering
from application.planning_deliveries import Planner
from correspondence.mail_server import MailSettings
from tests.api.crm import Crm, ok
from tests.api.delivery.mailing import PAGE, Mailing, until
from tests.api.running import RunningService, running_service
from tests.mailbox import Mailbox, mailbox


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def running(postgres_url: str) -> Iterator[RunningService]:
    """A service whose workers are started by the tests."""
    with running_service(postgres_url) as service:
        yield service


@pytest.fixture(scope="module")
def client(running: RunningService) -> Iterator[httpx.Client]:
    with running.client() as admin:
        yield admin


class Workers:
    """Workers that send with these settings, or only plan without any."""

    def __init__(self, running: RunningService) -> None:
        self._service = running.service
        self._last = self._service.delivery_worker()

    def start(self, settings: MailSettings | None) -> None:
        self._service.mail = settings
        self._last = self._service.delivery_worker()
        self._last.start()

    def stop(self) -> None:
        self._last.stop()


@pytest.fixture
def workers(running: RunningService) -> Iterator[Workers]:
    workers = Workers(running)
    yield workers
    workers.stop()


def mailing_of(count: int, crm: Crm, workers: Workers) -> Mailing:
    """A segment that is logged and in the outbox; nobody sends it yet."""
    mailing = Mailing(crm, PAGE)
    for number in range(count):
        mailing.put(first_name=f"Ann {number}", email=f"ann{number}@example.org")
    mailing.log()
    workers.start(None)
    until(lambda: ok(crm.client.get("/health/ready"))["outbox"]["mail"], lambda waiting: waiting == count)
    workers.stop()
    return mailing


def test_mails_keep_the_pace_over_all_connections(crm: Crm, box: Mailbox, workers: Workers) -> None:
    arrived: list[float] = []
    box.data = lambda _: arrived.append(time.monotonic())
    mailing = mailing_of(12, crm, workers)
    started = time.monotonic()
    workers.start(replace(box.settings(), per_minute=600, connections=4))
    assert {entry["delivery_status"] for entry in mailing.done()} == {"sent"}
    # The first may be slow to arrive, which makes the others no quicker.
    assert arrived[-1] - started > 11 * 0.1


def test_sending_stops_when_its_time_of_the_day_is_over_and_goes_on_when_it_is_there(
    crm: Crm, box: Mailbox, workers: Workers
) -> None:
    mailing = mailing_of(20, crm, workers)
    now = datetime.now()
    over = now + timedelta(seconds=3)
    today = replace(box.settings(), not_before=(now - timedelta(hours=1)).time(), not_after=over.time())
    workers.start(replace(today, per_minute=180))
    time.sleep(4.5)
    by_then = len(box.recipients())
    assert 0 < by_then < 20
    time.sleep(1)
    assert len(box.recipients()) == by_then
    until(mailing.logged, lambda logged: logged["delivery"]["in_progress"] == 20 - by_then)
    workers.stop()
    workers.start(box.settings())
    assert {entry["delivery_status"] for entry in mailing.done()} == {"sent"}
    assert len(set(box.recipients())) == len(box.recipients()) == 20


def test_what_is_put_off_again_and_again_is_given_up_after_so_many_tries(
    crm: Crm, box: Mailbox, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(delivering, "GIVE_UP_TRIES", 3)
    asked: list[float] = []

    def busy(_: str) -> str:
        asked.append(time.monotonic())
        return "451 come back"

    box.rcpt = busy
    mailing = mailing_of(1, crm, workers)
    workers.start(box.settings())
    (entry,) = mailing.done()
    assert (entry["delivery_status"], entry["delivery_error"]) == ("error", "not_accepted")
    assert entry["delivery_detail"] == "451 come back"
    assert len(asked) == 4
    # Each time it waits about twice as long.
    for tries, (earlier, later) in enumerate(pairwise(asked)):
        assert later - earlier > 0.1 * 2**tries * 0.8


def test_events_that_ask_for_nothing_are_passed_over_together(running: RunningService, crm: Crm) -> None:
    service = running.service
    planner = Planner(service.journal, service.read_models, service.outbox)
    while planner.step():
        pass
    crm.contact()
    crm.contact()
    assert not planner.step(), "there is no hurry to look for more"
    assert service.outbox.position() == service.log.position()


def test_once_a_pause_is_answered_no_further_mail_begins(
    crm: Crm, box: Mailbox, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = mailing_of(60, crm, workers)
    takes = [0.2]
    box.data = lambda _: time.sleep(takes[0])
    # Nobody reads in the log that it is paused.
    monkeypatch.setattr(Planner, "step", lambda _: False)
    workers.start(replace(box.settings(), connections=2))
    until(box.recipients, lambda found: len(found) > 3)
    ok(mailing.post("pause-delivery"))
    by_then = len(box.recipients())
    assert by_then < 55
    time.sleep(1)
    assert len(box.recipients()) <= by_then + 2
    takes[0] = 0.0
    ok(mailing.post("continue-delivery"))
    assert {entry["delivery_status"] for entry in mailing.done()} == {"sent"}
    assert len(set(box.recipients())) == len(box.recipients()) == 60
