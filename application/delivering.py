"""Sending a batch: what keeps entries back, letters, mails or PDF, and what is recorded (domain B11)."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import PurePath
from threading import Event as Flag
from typing import Any, get_args

from application.documents import HTML, WORD
from application.entry_letters import EntryLetters
from application.interactions import loaded
from application.journal import Caller, Changes, Journal, retried
from application.letters import PDF, Erased, Letter, as_pdf
from correspondence import mail_server, opt_out
from correspondence.mail import (
    Attached,
    Mail,
    address_of,
    compose,
    file_name,
    message_id,
    usable_address,
)
from correspondence.mail_server import MailServer, MailSettings
from correspondence.outbox import Attempt, Batch, Outbox
from correspondence.web_page import letter_page
from domain.delivery import DeliveryError, outcomes
from domain.errors import DocumentUnreadable, OfficeMissing
from projections.delivery_queries import Outgoing, outgoing
from projections.read_models import ReadModels

SENDER = "segmentlog"
"""The user that outcomes are recorded for."""
LEASE_SECONDS = 300.0
"""A worker that died is noticed at once, by its session; this is for one that cannot reach the database."""
PRINT_LEASE_SECONDS = 900.0
RECORD_SECONDS = 5.0
"""What has been sent is recorded after so many seconds, also within a batch."""
RETRY_SECONDS = 5.0
MOST_RETRY_SECONDS = 3_600.0
GIVE_UP_TRIES = 33
"""A mail that the server puts off is tried again so often, which takes a day. Nights, pauses and times
without a server do not count: there are servers that put off everybody's first try."""
WORDS_ENDING = ".docx"


@dataclass
class Progress:
    """What became of a batch so far, not yet recorded, and what is to be tried again."""

    batch: Batch
    attempts: list[Attempt] = field(default_factory=list)
    recorded_at: float = field(default_factory=time.monotonic)
    put_off: str | None = None
    """What the mail server said to those that are to be tried again."""


class Delivering:
    """Makes and sends the letters of batches that were claimed."""

    def __init__(
        self,
        journal: Journal,
        read_models: ReadModels,
        letters: EntryLetters,
        outbox: Outbox,
        settings: MailSettings | None,
    ) -> None:
        self.journal = journal
        self.read_models = read_models
        self.letters = letters
        self.outbox = outbox
        self.settings = settings

    # Mail

    def mail(self, batch: Batch, server: MailServer, stop: Flag) -> str | None:
        """Send a batch of mails; what the server said if it takes none at all. Raises ClaimLostError."""
        settings = server.settings
        progress = Progress(batch)
        ready = self._ready(progress)
        unreachable: str | None = None
        for entry, letter in ready:
            if settings.per_minute and not self._take_turn(settings, batch, stop):
                break
            if stop.is_set() or not settings.is_open(datetime.now().time()):
                break
            outcome = self._send(server, batch, entry, letter)
            if isinstance(outcome, mail_server.Stopped):
                break
            if isinstance(outcome, mail_server.Unreachable):
                self.outbox.forget(batch, entry.entry_no)
                unreachable = outcome.said
                break
            self._note(progress, outcome, entry, letter)
            if time.monotonic() - progress.recorded_at > RECORD_SECONDS:
                self._record(progress)
        self._record(progress)
        self._release(batch, progress, unreachable)
        return unreachable

    def _release(self, batch: Batch, progress: Progress, unreachable: str | None) -> None:
        """Leave what could not be sent to later; nothing happens where nothing is left."""
        if progress.put_off is not None:
            wait = min(RETRY_SECONDS * 2**batch.tries, MOST_RETRY_SECONDS) * random.uniform(0.8, 1.2)
            self.outbox.release(batch, after=wait, said=progress.put_off, counts=True)
        else:
            self.outbox.release(batch, after=1.0 if unreachable else 0.0, said=unreachable)

    def _take_turn(self, settings: MailSettings, batch: Batch, stop: Flag) -> bool:
        """Wait for our turn at the mail server; False if we were told to stop meanwhile."""
        assert settings.per_minute is not None
        wait = self.outbox.turn(settings.server, 60.0 / settings.per_minute)
        if wait > LEASE_SECONDS / 2:  # many workers, few mails: nobody may take the batch from us meanwhile
            self.outbox.keep(batch, lease=wait + LEASE_SECONDS)
        return not stop.wait(wait)

    def _send(self, server: MailServer, batch: Batch, entry: Outgoing, letter: Letter) -> mail_server.Outcome:
        address = usable_address(entry.alternative_email) or usable_address(entry.email)
        if address is None:
            return mail_server.Refused("the address cannot be used")
        try:
            content = compose(self._mail(batch, server.settings, entry, letter, address))
        except (DocumentUnreadable, ValueError) as error:
            return mail_server.Refused(f"the mail cannot be made: {error}")
        return server.send(
            address_of(server.settings.sender),
            address,
            content,
            lambda: self.outbox.begin(batch, entry.entry_no, lease=LEASE_SECONDS),
        )

    def _mail(
        self, batch: Batch, settings: MailSettings, entry: Outgoing, letter: Letter, address: str
    ) -> Mail:
        """The mail of an entry: a page is its body, a letter too unless it is to be attached (domain B11)."""
        position, origin = self.letters.origin(batch.stream)
        subject = letter.subject or letter.line.description or ""
        page: str | None = None
        pictures: Sequence[Attached] = ()
        attached: Sequence[Attached] = ()
        if letter.content_type == HTML:
            page = letter.data.decode("utf-8", "replace")
        elif letter.content_type == WORD and not letter.line.send_word_documents_as_attachment:
            made = letter_page(letter.data)
            page = made.html
            pictures = [Attached(one.name, one.content_type, one.data) for one in made.pictures]
        elif letter.content_type == WORD:
            attached = [Attached(file_name(letter.subject, WORDS_ENDING), WORD, letter.data)]
        else:
            ending = PurePath(entry.file_name or "").suffix
            name = entry.file_name or f"Attachment{ending}"
            attached = [Attached(name, letter.content_type, letter.data)]
        url = None
        if settings.public_url is not None and entry.contact_key is not None:
            token = opt_out.token(self.outbox.opt_out_secret(), entry.contact_key)
            url = f"{settings.public_url.rstrip('/')}/opt-out/{token}"
        return Mail(
            message_id=message_id(
                entry.entry_no, origin, 0 if batch.position == position else batch.position, settings.sender
            ),
            sender=settings.sender,
            recipient_name=entry.contact_name,
            recipient=address,
            subject=subject,
            at=datetime.now(UTC),
            text=subject,
            page=page,
            pictures=pictures,
            attached=attached,
            opt_out_url=url,
            opt_out_address=address_of(settings.sender),
        )

    def _note(
        self, progress: Progress, outcome: mail_server.Outcome, entry: Outgoing, letter: Letter
    ) -> None:
        """Keep what became of one mail, first of all in the outbox."""
        batch, number = progress.batch, entry.entry_no
        match outcome:
            case mail_server.Taken():
                attempt = Attempt(number, "sent", sha256=letter.sha256)
            case mail_server.Refused(said):
                attempt = Attempt(number, "failed", reason="refused", detail=said)
            case mail_server.Unknown(said):
                attempt = Attempt(number, "failed", reason="uncertain", detail=said)
            case mail_server.Deferred(said):
                if batch.tries < GIVE_UP_TRIES:
                    self.outbox.forget(batch, number)
                    progress.put_off = said
                    return
                attempt = Attempt(number, "failed", reason="not_accepted", detail=said)
            case _:
                raise AssertionError(outcome)
        self.outbox.end(batch, attempt)
        progress.attempts.append(attempt)

    # Paper

    def print(self, batch: Batch) -> None:
        """Make the letters of a batch into PDF: once that can be done they count as sent (domain B11).

        Raises ClaimLostError.
        """
        progress = Progress(batch)
        ready = self._ready(progress)
        letters = [letter for _, letter in ready]
        try:
            pdfs = as_pdf(letters)
        except OfficeMissing as error:
            progress.attempts += [
                Attempt(entry.entry_no, "failed", reason="no_office", detail=error.detail)
                for entry, _ in ready
            ]
        else:
            for (entry, letter), pdf in zip(ready, pdfs, strict=True):
                progress.attempts.append(
                    Attempt(entry.entry_no, "failed", reason="unreadable")
                    if pdf is None
                    else Attempt(entry.entry_no, "sent", sha256=letter.sha256)
                )
        self._record(progress)
        self.outbox.release(batch, after=0.0)

    # What they share

    def _ready(self, progress: Progress) -> list[tuple[Outgoing, Letter]]:
        """The entries of a batch that can be sent, with their letters; the others are recorded as failed."""
        batch = progress.batch
        known = {attempt.number: attempt for attempt in self.outbox.attempts(batch)}
        for attempt in known.values():
            # Whoever began this mail never said how it ended: the server may have it.
            unsure = Attempt(attempt.number, "failed", reason="uncertain", detail="the worker stopped")
            progress.attempts.append(unsure if attempt.state == "begun" else attempt)
        numbers = [number for number in batch.numbers if number not in known]
        with self.read_models.cursor() as cursor:
            entries = outgoing(cursor, numbers)
        gone = [
            number
            for number in numbers
            if number not in entries or entries[number].delivery_status != "in_progress"
        ]
        if gone:
            self.outbox.drop(batch, gone)
        waiting = [number for number in numbers if number not in set(gone)]
        ready = []
        for number, letter in self._letters(batch.stream, waiting).items():
            reason = _obstacle(entries[number], letter, batch)
            if reason is None and isinstance(letter, Letter):
                ready.append((entries[number], letter))
            else:
                detail = letter if isinstance(letter, str) else None
                progress.attempts.append(
                    Attempt(number, "failed", reason=reason or "no_document", detail=detail)
                )
        self._record(progress)
        return ready

    def _letters(self, stream: str, numbers: list[int]) -> dict[int, Letter | Erased | str | None]:
        """The letters by number; where one cannot be made, why."""
        if not numbers:
            return {}
        try:
            return {**self.letters.of(stream, numbers)}
        except DocumentUnreadable:
            pass  # one of them; the others must not suffer
        found: dict[int, Letter | Erased | str | None] = {}
        for number in numbers:
            try:
                found |= self.letters.of(stream, [number])
            except DocumentUnreadable as error:
                found[number] = error.detail
        return found

    def _record(self, progress: Progress) -> None:
        """Record what is known, and take it out of the outbox, in one transaction."""
        if progress.attempts:
            self._save(progress.batch, progress.attempts)
            progress.attempts = []
        progress.recorded_at = time.monotonic()

    @retried
    def _save(self, batch: Batch, attempts: Sequence[Attempt]) -> int:
        aggregate, recorded = loaded(self.journal, batch.stream)
        sent = {one.number: one.sha256 or "" for one in attempts if one.state == "sent"}
        failed: dict[int, tuple[DeliveryError, str | None]] = {
            one.number: (_reason(one.reason), one.detail) for one in attempts if one.state == "failed"
        }
        events = outcomes(recorded.first, sent, failed)
        caller = Caller(SENDER, "admin", date.today())
        settling = self.outbox.settling(batch, attempts)
        changes = Changes(batch.stream, aggregate.version, events)
        return self.journal.record(caller, changes, under_lock=[settling])


def _obstacle(entry: Outgoing, letter: Letter | Erased | str | None, batch: Batch) -> DeliveryError | None:
    """What keeps an entry back, if anything does."""
    if entry.canceled:
        return "canceled"
    if entry.contact_no is None:
        return "contact_gone"
    if isinstance(letter, Erased):
        return "contact_erased"
    if isinstance(letter, str):
        return "unreadable"
    if letter is None:
        return "no_document"
    if letter.contact.no != entry.contact_no:
        return "contact_gone"  # the entry has gone to its company (domain B19)
    if entry.privacy_blocked:
        return "privacy_blocked"
    if entry.exclude_from_segment and not letter.contact.value.exclude_from_segment:
        return "opted_out"
    if batch.channel == "fax":
        return "fax"
    if batch.channel == "print" and letter.content_type not in (WORD, PDF):
        return "not_printable"
    if batch.channel == "mail" and not (
        usable_address(entry.alternative_email) or usable_address(entry.email)
    ):
        return "no_address"
    return None


def _reason(text: str | None) -> DeliveryError:
    found: Any = text
    return found if text in get_args(DeliveryError) else "refused"
