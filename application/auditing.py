"""Use cases of proof: checkpoints, proofs by them, verification, and who read the history."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import structlog

from application.anchor_mail import MailPlace
from application.erasures import erased_contacts, erased_documents
from application.event_log import topics_without_contents
from domain.errors import Conflict, InvalidRequest, NotFound
from eventstore.anchors import AnchorError, Anchors, FilePlace, places
from eventstore.checkpoints import Checkpoints, Inclusion, Sealed, SealError
from eventstore.history_reads import HistoryReads
from eventstore.kept_checkpoints import read_checkpoints
from eventstore.log import EventLog
from eventstore.notes import Signer, Verifier, load_signer, signer_of
from eventstore.sealer import Sealer
from eventstore.tiles import MissingEventError
from eventstore.verify import Progress, Verification, verify
from eventstore.verify_kept import Erasures
from eventstore.verify_seals import Outside

FORMAT = "segmentlog-proof/1"
MOST_IN_BUNDLE = 1_000

logger = structlog.get_logger()


class ProofSettings(msgspec.Struct, frozen=True):
    """How a log is proven: under which name and key, and where its checkpoints go besides."""

    origin: str
    signing_key: str | None
    key_file: Path
    earlier_keys: tuple[Verifier, ...] = ()
    anchor_file: Path | None = None
    anchor_url: str | None = None
    anchor_mail: MailPlace | None = None


class Auditing:
    """Proves what the log holds.

    Without settings, the key is one that lasts as long as this object.
    """

    def __init__(self, log: EventLog, settings: ProofSettings | None = None) -> None:
        self._log, self._settings = log, settings

        def signer() -> Signer:
            if settings is None:
                return Signer(f"segmentlog/{log.schema}", secrets.token_bytes(32))
            return load_signer(settings.origin, settings.signing_key, settings.key_file)

        earlier = settings.earlier_keys if settings else ()
        outside = places(settings.anchor_file, settings.anchor_url) if settings else []
        if settings and settings.anchor_mail:
            outside.append(settings.anchor_mail)
        self.checkpoints = Checkpoints(log.datastore, log.schema, signer, earlier)
        self.anchors = Anchors(log.datastore, log.schema, outside)
        self.reads = HistoryReads(log.datastore)

    def sealer(self, *, events: int, seconds: float) -> Sealer:
        """What makes checkpoints by itself."""
        return Sealer(self.checkpoints, self.anchors, events=events, seconds=seconds)

    def seal(self) -> tuple[Sealed, bool]:
        """Seal all events now: the checkpoint, and whether it is new. Raises Conflict."""
        made = self._made()
        try:
            if self.anchors.places:
                self.anchors.catch_up(self.checkpoints.trusted)
        except AnchorError as error:
            logger.warning("a checkpoint could not be written outside yet", error=str(error))
        return made

    def _made(self) -> tuple[Sealed, bool]:
        try:
            made = self.checkpoints.make()
        except (SealError, MissingEventError) as error:
            raise Conflict(str(error)) from error
        if made is None:
            raise Conflict("There are no events to seal yet.")
        return made

    def checkpoint(self, size: int | None) -> Sealed:
        """The checkpoint of this size, or the last one. Raises NotFound, Conflict."""
        if size is not None:
            if (found := self.checkpoints.at(size)) is None:
                raise NotFound.named("checkpoint of size", size)
            return found
        if (last := self.checkpoints.last()) is None:
            raise Conflict("Nothing is sealed yet; make a checkpoint first.")
        return last

    def inclusion(self, first: int, last: int, size: int | None = None) -> tuple[Sealed, list[Inclusion]]:
        """The proofs of the events from one position to another. Raises NotFound, Conflict.

        Without a size they are by the last checkpoint; what came after that is sealed first.
        """
        if last - first >= MOST_IN_BUNDLE:
            raise InvalidRequest.at("last", f"at most {MOST_IN_BUNDLE:,} events at a time")
        if first < 1 or last < first:
            raise InvalidRequest.at(
                "first", "positions count up from 1, and the last is not before the first"
            )
        if last > self._log.position():
            raise NotFound.named("event at position", last)
        sealed = self._sealing(last) if size is None else self.checkpoint(size)
        if sealed.tree_size < last:
            raise Conflict(
                f"The event at position {last} is not in the checkpoint, which seals the events up to "
                f"{sealed.tree_size}. Ask for a later one, or make one."
            )
        try:
            return sealed, self.checkpoints.inclusion(first, last, sealed)
        except (SealError, MissingEventError) as error:
            raise Conflict(str(error)) from error

    def _sealing(self, position: int) -> Sealed:
        found = self.checkpoints.last()
        return found if found is not None and found.tree_size >= position else self._made()[0]

    def key_of(self, sealed: Sealed) -> str:
        """The verifier key that a checkpoint was signed with. Raises Conflict."""
        verifier = signer_of(sealed.note, self._known_keys())
        if verifier is None:
            raise Conflict(f"The checkpoint at {sealed.tree_size} was not signed with a key of this log.")
        return str(verifier)

    def consistency(self, old: int, new: int | None) -> tuple[Sealed, Sealed, list[bytes]]:
        """The proof that one checkpoint extends another. Raises NotFound, Conflict, InvalidRequest."""
        before, after = self.checkpoint(old), self.checkpoint(new)
        if before.tree_size > after.tree_size:
            raise InvalidRequest.at("to", "must not be before `from`")
        try:
            return before, after, self.checkpoints.consistency(before, after)
        except (SealError, MissingEventError) as error:
            raise Conflict(str(error)) from error

    def bundle(
        self, first: int, last: int, size: int | None = None, since: int | None = None
    ) -> dict[str, Any]:
        """All that somebody needs who has nothing of ours, to check these events.

        It holds nothing but what can be checked: what an event says is read from the bytes that are proven.
        """
        sealed, proofs = self.inclusion(first, last, size)
        bundle: dict[str, Any] = {
            "format": FORMAT,
            "key": self.key_of(sealed),
            "checkpoint": sealed.note,
            "first": first,
            "last": last,
            "events": [
                {
                    "position": proof.position,
                    "leaf": b64(proof.leaf),
                    "path": [b64(step) for step in proof.path],
                }
                for proof in proofs
            ],
        }
        if since is not None:
            old, _, path = self.consistency(since, sealed.tree_size)
            bundle["since"] = {"checkpoint": old.note, "path": [b64(step) for step in path]}
        return bundle

    def verify(
        self,
        *,
        keys: Sequence[Verifier] | None = None,
        anchor: Path | None = None,
        kept: Sequence[Path] = (),
        progress: Progress | None = None,
    ) -> Verification:
        """Recompute everything, and hold it against the checkpoints that were kept outside.

        `keys` are those that an auditor noted down, else those that this service knows; `anchor` is a file
        that checkpoints were written to, else the one of the settings; `kept` are files besides. Raises
        Conflict.
        """
        return verify(
            self._log.conninfo,
            self._log.schema,
            keys=self._known_keys() if keys is None else keys,
            outside=self._outside(anchor, kept),
            nameless=topics_without_contents(),
            erasures=Erasures(erased_contacts, erased_documents),
            progress=progress,
        )

    def _known_keys(self) -> Sequence[Verifier]:
        """The keys of this service. Proving makes none, and must not call others forged for want of one."""
        settings = self._settings
        if settings is None or settings.signing_key or settings.key_file.exists():
            return self.checkpoints.trusted
        if not settings.earlier_keys and self.checkpoints.last() is not None:
            raise Conflict(
                f"There is no key in {settings.key_file} to check the checkpoints with. Name the verifier "
                "key with --key or in SEGMENTLOG_EARLIER_KEYS, or the data directory of the service with "
                "--data."
            )
        return settings.earlier_keys

    def _outside(self, anchor: Path | None, kept: Sequence[Path]) -> list[Outside]:
        files = [anchor, *kept] if anchor else list(kept)
        set_up = self._settings.anchor_file if self._settings and anchor is None else None
        if set_up is not None and (set_up.exists() or self._anchored_in(set_up)):
            files.append(set_up)
        try:
            return [one for file in files for one in read_checkpoints(file)]
        except AnchorError as error:
            raise Conflict(str(error)) from error

    def _anchored_in(self, file: Path) -> bool:
        place = FilePlace(file.absolute()).name
        with self._log.datastore.get_connection() as connection:
            row = connection.execute(
                "SELECT FROM checkpoint_anchored WHERE place = %s LIMIT 1", (place,)
            ).fetchone()
        return row is not None


def b64(data: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(data).decode()
