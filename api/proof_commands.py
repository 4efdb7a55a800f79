"""The commands for auditors, and for those who keep what is proven. Imported by `command_line`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands import (
    AsJson,
    Data,
    app,
    exporting,
    print_json,
    progress_bar,
    said,
    service_on,
    settings_of,
    wrong_usage,
)

NOT_CHECKED = 2
"""The exit code where something stood in the way of verifying; 1 is for a log that is wrong."""


@contextmanager
def reading_proofs(data: Path | None) -> Iterator[Any]:
    """What proves the log, for a role that can only read: nothing is made, or brought up to date.

    Raises EmbeddedPostgresError, MigrationError.
    """
    from api.serve import database, embedded
    from application.auditing import Auditing
    from application.event_log import open_log
    from eventstore.embedded_postgres import EmbeddedPostgresError
    from eventstore.log import EventLog

    settings, directory = settings_of(data)
    if settings.database_url is None and not embedded(directory).is_made:
        raise EmbeddedPostgresError(f"There is no event log in {directory}; --data names another directory.")
    with database(settings, directory) as conninfo:
        EventLog.require(conninfo, settings.segmentlog_schema)
        log = open_log(conninfo, settings.segmentlog_schema, pool_size=1)
        try:
            yield Auditing(log, settings.proving(directory))
        finally:
            log.close()


@app.command()
def verify(
    data: Data = None,
    anchor: Annotated[
        Path | None, typer.Option(help="A file that checkpoints were written to, or a note that was kept.")
    ] = None,
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint",
            help="A checkpoint that was kept: a note, an answer of the service, or a saved mail. May be"
            " given several times.",
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(help="The verifier key that was noted down; may be given several times."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the whole log; say which event is wrong, if one is."""
    from eventstore.notes import Verifier

    with (
        said(NOT_CHECKED),
        reading_proofs(data) as auditing,
        progress_bar("Verifying events") as progress,
    ):
        keys = [Verifier.read(text) for text in key] if key else None
        found = auditing.verify(keys=keys, anchor=anchor, kept=kept or (), progress=progress)
    if as_json:
        print_json({name: getattr(found, name) for name in VERIFIED})
    elif found.ok:
        several = "checkpoint" if found.checkpoints == 1 else "checkpoints"
        sealed = f", under {found.checkpoints:,} {several}" if found.checkpoints else ""
        typer.echo(f"All {found.events:,} events are what was recorded{sealed}.")
    else:
        typer.echo(f"NOT as recorded: {found.problem}")
    raise typer.Exit(0 if found.ok else 1)


VERIFIED = ("ok", "events", "checkpoints", "first_bad_position", "problem")


@app.command()
def checkpoint(data: Data = None, as_json: AsJson = False) -> None:
    """Seal all events up to now, and write the checkpoint to the places outside that are set."""
    with service_on(data, personal=False) as service:
        sealed, is_new = service.auditing.seal()
    if as_json:
        print_json({"tree_size": sealed.tree_size, "note": sealed.note, "new": is_new})
    else:
        typer.echo(sealed.note, nl=False)


@app.command()
def grant(
    role: Annotated[str, typer.Argument(help="A role of the database.")],
    reporting: Annotated[
        bool, typer.Option("--reporting", help="Let it read the views for reports, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the event log's tables in DATABASE_URL as their owner, and let a role add to them, no more."""
    from eventstore.grants import grant as give
    from projections.reporting import grant as give_reports
    from projections.reporting import reporting_schema

    settings, _ = settings_of(None)
    if settings.database_url is None:
        typer.echo("DATABASE_URL must name a server; the embedded one has one role only.", err=True)
        raise typer.Exit(2)
    with said():
        (give_reports if reporting else give)(settings.database_url, settings.segmentlog_schema, role)
    views = reporting_schema(settings.segmentlog_schema)
    if as_json:
        schema = views if reporting else settings.segmentlog_schema
        print_json({"role": role, "schema": schema, "may": "read" if reporting else "read and add"})
    elif reporting:
        typer.echo(f"{role} can read the views in the schema {views}, and nothing else of ours.")
    else:
        typer.echo(f"{role} can read the events and add to them, and cannot change or remove them.")


@app.command("rotate-master-key")
def rotate_master_key(data: Data = None, as_json: AsJson = False) -> None:
    """Wrap the keys of personal data by a new master key. Stop all services and workers first."""
    from api.rotating import rotate
    from api.serve import database

    settings, directory = settings_of(data)
    with said(), database(settings, directory) as conninfo, progress_bar("Wrapping keys") as progress:
        done = rotate(settings, conninfo, directory, progress)
    if as_json:
        print_json({"keys": done})
    else:
        typer.echo(f"All keys are wrapped by the new master key, {done:,} of them just now.")
        typer.echo("Destroy all copies of the old one.")
        if settings.segmentlog_master_key:
            typer.echo("From now on, SEGMENTLOG_MASTER_KEY must hold what SEGMENTLOG_NEW_MASTER_KEY held.")


@app.command()
def scrub(data: Data = None, as_json: AsJson = False) -> None:
    """Remove what is left of erased contacts in the files of the database, now."""
    with service_on(data) as service, progress_bar("Rebuilding contacts") as progress:
        done = service.scrubbing.scrub(progress=progress)
    if as_json:
        print_json({"contacts": done.contacts, "left": list(done.left)})
    elif done.left:
        typer.echo("\n".join(["Something may be left of erased contacts:", *done.left]))
    else:
        typer.echo(f"Nothing is left of {done.contacts:,} erased contacts in the files of the database.")
    raise typer.Exit(1 if done.left else 0)


@exporting.command("proof")
def export_proof(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")],
    position: Annotated[int, typer.Option(min=1, help="The position of the event.")],
    last: Annotated[int | None, typer.Option(min=1, help="The last position, for several events.")] = None,
    since: Annotated[
        int | None, typer.Option(min=1, help="The size of a checkpoint that the reader has already.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write events with their proofs, to be checked by others with docs/check_proof.py."""
    if last is not None and last < position:
        wrong_usage("--last must not be before --position.")
    with said(), reading_proofs(data) as auditing:
        # By the last checkpoint that there is: sealing takes a role that can write, and the signing key.
        sealed = auditing.checkpoint(None)
        bundle = auditing.bundle(position, last or position, sealed.tree_size, since)
        file.write_text(json.dumps(bundle, indent=1) + "\n")
    if as_json:
        print_json({"file": str(file), **{name: bundle[name] for name in ("first", "last", "key")}})
    else:
        typer.echo(f"Events {bundle['first']:,} to {bundle['last']:,} are in {file}; they are proven by")
        typer.echo(bundle["key"])


@app.command()
def replay(
    until: Annotated[
        str | None,
        typer.Option(help="Such as 317, or 2026-03-01T09:30:00Z.", metavar="POSITION|INSTANT"),
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="Say which replays there are.")] = False,
    drop: Annotated[int | None, typer.Option(min=0, help="Drop the replay at this position.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Build all read models as they were at a moment, in a schema of their own, beside those that serve."""
    from api.replay_command import Moment, ReplayDone

    wanted = [until is not None, show, drop is not None]
    if wanted.count(True) != 1:
        wrong_usage("Give one of --until, --list and --drop.")
    try:
        moment = Moment.read(until) if until is not None else None
    except ValueError as error:
        wrong_usage(str(error))
    with service_on(data) as service, progress_bar("Replaying") as progress:
        done = ReplayDone.run(service.log, moment, drop, progress)
    if as_json:
        print_json(done.data())
    else:
        typer.echo(done.text())
