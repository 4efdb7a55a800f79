"""What somebody may do who has the whole database."""

from __future__ import annotations

from pathlib import Path

import psycopg


def rewrite_everything_inside(directory: Path) -> None:
    """The last event and all that is said of it inside the database are gone, as if they had never been."""
    with psycopg.connect(
        host=str(directory / "postgres" / "run"), user="segmentlog", dbname="segmentlog"
    ) as connection:
        connection.execute("SET search_path = segmentlog")
        for table in ("log_events", "checkpoint"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only".encode())
        connection.execute("DELETE FROM checkpoint")
        connection.execute("DELETE FROM log_events WHERE notification_id = 3")
        connection.execute(
            "UPDATE log_head SET position = 2,"
            " chain = (SELECT chain FROM log_events WHERE notification_id = 2)"
        )
