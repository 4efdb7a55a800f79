"""What `segmentlog replay` does, and how it says it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import msgspec

from application.event_log import read_models
from eventstore.log import EventLog
from eventstore.moments import position_at
from projections.replay import Progress, Replay, replays
from projections.replay import drop as drop_replay
from projections.replay import replay as make_replay


class Moment(NamedTuple):
    """A position, or an instant."""

    position: int | None
    at: datetime | None

    @classmethod
    def read(cls, text: str) -> Self:
        """What somebody wrote. Raises ValueError."""
        if re.fullmatch(r"[0-9]{1,18}", text):
            return cls(int(text), None)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            wanted = "a position (317) nor an instant (2026-03-01T09:30:00Z)"
            raise ValueError(f"'{text}' is neither {wanted}.") from None
        return cls(None, at.replace(tzinfo=at.tzinfo or UTC))


class ReplayDone(NamedTuple):
    """What was built, dropped, or found."""

    made: Replay | None
    dropped: int | None
    found: list[Replay]

    @classmethod
    def run(cls, log: EventLog, moment: Moment | None, drop: int | None, progress: Progress) -> Self:
        """Build, drop, or look. Raises ReplayError."""
        if drop is not None:
            drop_replay(log, drop)
            return cls(None, drop, [])
        if moment is None:
            return cls(None, None, replays(log))
        position = moment.position
        if position is None:
            assert moment.at is not None
            position = position_at(log.datastore, moment.at)
        return cls(make_replay(log, read_models(log), position, progress=progress), None, [])

    def data(self) -> Any:
        """For programs."""
        if self.made is not None:
            return msgspec.structs.asdict(self.made)
        if self.dropped is not None:
            return {"dropped": self.dropped}
        return {"replays": [msgspec.structs.asdict(one) for one in self.found]}

    def text(self) -> str:
        """For people."""
        if self.made is not None:
            return (
                f"The read models as they were at event {self.made.position:,} are in the schema"
                f" {self.made.schema}. Ask them in psql, for example:\n"
                f"  SET search_path = {self.made.schema};\n"
                "  SELECT entry_no, contact_no, date FROM interaction_log_entry ORDER BY entry_no;\n"
                f"Drop it with segmentlog replay --drop {self.made.position}."
            )
        if self.dropped is not None:
            return f"The replay at event {self.dropped:,} is dropped."
        lines = [f"{one.schema}: as of event {one.position:,}, made {one.made_at}" for one in self.found]
        return "\n".join(lines) or "There are no replays."
