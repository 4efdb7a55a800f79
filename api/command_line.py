"""The command `segmentlog`. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(
    help="Segments and interactions, event-sourced.", no_args_is_help=True, pretty_exceptions_enable=False
)
importing = typer.Typer(help="Bring in data from files.", no_args_is_help=True)
app.add_typer(importing, name="import")
exporting = typer.Typer(help="Write data to files.", no_args_is_help=True)
app.add_typer(exporting, name="export")

Data = Annotated[
    Path | None, typer.Option("--data", help="Where the embedded database is kept; .data unless set.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print results as JSON.")]
ImportedFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A .csv or .ndjson file.", metavar="FILE")
]


def main() -> None:
    """Run a command; what goes wrong is said in one sentence."""
    app()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    data: Data = None,
) -> None:
    """Run everything: database, read models, HTTP."""
    from api.serve import serve as run

    settings, directory = _settings(data)
    with _said():
        run(settings, host=host, port=port, data=directory, say=lambda text: typer.echo(text))


@app.command()
def worker(
    data: Data = None,
    until_input_ends: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the read models alone, beside services on the same database."""
    import signal
    from threading import Event

    from api.serve import database, wait_for_input_to_end, work

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if until_input_ends:
        # Ctrl-C reaches the whole group; the end of our input says when the server is done with us.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        wait_for_input_to_end(stop)
    settings, directory = _settings(data)
    with _said(), database(settings, directory) as conninfo:
        work(conninfo, settings, directory, stop)


@app.command()
def demo(as_json: AsJson = False) -> None:
    """Do the main job from end to end on 10,000 sample contacts, and show it."""
    from api.demo import run

    with _said():
        taken = run(aside=as_json)
    if as_json:
        _print_json({"steps": [{"step": step, "seconds": round(took, 3)} for step, took in taken]})


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
            help="A checkpoint that was kept: a note, or a saved mail. May be given several times.",
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

    with _service(data, personal=False) as service, _progress("Verifying events") as progress:
        keys = [Verifier.read(text) for text in key] if key else None
        found = service.auditing.verify(keys=keys, anchor=anchor, kept=kept or (), progress=progress)
    if as_json:
        _print_json({name: getattr(found, name) for name in VERIFIED})
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
    with _service(data, personal=False) as service:
        sealed, is_new = service.auditing.seal()
    if as_json:
        _print_json({"tree_size": sealed.tree_size, "note": sealed.note, "new": is_new})
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

    settings, _ = _settings(None)
    if settings.database_url is None:
        typer.echo("DATABASE_URL must name a server; the embedded one has one role only.", err=True)
        raise typer.Exit(2)
    with _said():
        (give_reports if reporting else give)(settings.database_url, settings.segmentlog_schema, role)
    views = reporting_schema(settings.segmentlog_schema)
    if as_json:
        schema = views if reporting else settings.segmentlog_schema
        _print_json({"role": role, "schema": schema, "may": "read" if reporting else "read and add"})
    elif reporting:
        typer.echo(f"{role} can read the views in the schema {views}, and nothing else of ours.")
    else:
        typer.echo(f"{role} can read the events and add to them, and cannot change or remove them.")


@app.command("rotate-master-key")
def rotate_master_key(data: Data = None, as_json: AsJson = False) -> None:
    """Wrap the keys of personal data by a new master key. Stop all services and workers first."""
    from api.rotating import rotate
    from api.serve import database

    settings, directory = _settings(data)
    with _said(), database(settings, directory) as conninfo, _progress("Wrapping keys") as progress:
        done = rotate(settings, conninfo, directory, progress)
    if as_json:
        _print_json({"keys": done})
    else:
        typer.echo(f"{done:,} keys are wrapped by the new master key. Destroy all copies of the old one.")
        if settings.segmentlog_master_key:
            typer.echo("From now on, SEGMENTLOG_MASTER_KEY must hold what SEGMENTLOG_NEW_MASTER_KEY held.")


@app.command()
def scrub(data: Data = None, as_json: AsJson = False) -> None:
    """Remove what is left of erased contacts in the files of the database, now."""
    with _service(data) as service, _progress("Rebuilding contacts") as progress:
        done = service.scrubbing.scrub(progress=progress)
    if as_json:
        _print_json({"contacts": done.contacts, "left": list(done.left)})
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
    with _service(data, personal=False) as service:
        bundle = service.auditing.bundle(position, last or position, since=since)
        file.write_text(json.dumps(bundle, indent=1) + "\n")
    if as_json:
        _print_json({"file": str(file), **{name: bundle[name] for name in ("first", "last", "key")}})
    else:
        typer.echo(f"Events {bundle['first']:,} to {bundle['last']:,} are in {file}; they are proven by")
        typer.echo(bundle["key"])


@app.command()
def rebuild(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which read models: contacts, worksheets, setup; all if none.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make read models anew from the events, while the old ones serve."""
    from application.event_log import read_models
    from projections.rebuild import rebuild as make_anew

    with _service(data) as service:
        models = {model.name: model for model in read_models(service.log)}
        unknown = set(names or ()) - models.keys()
        if unknown:
            wrong, right = ", ".join(sorted(unknown)), ", ".join(models)
            typer.echo(f"There is no read model {wrong}; there are: {right}.", err=True)
            raise typer.Exit(2)
        done: dict[str, int] = {}
        for name in names or models:
            with _progress(f"Rebuilding {name}") as progress:
                done[name] = make_anew(service.log, models[name], progress=progress)
    if as_json:
        _print_json(done)
    else:
        for name, position in done.items():
            typer.echo(f"{name}: rebuilt up to event {position:,}.")


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
        _wrong_usage("Give one of --until, --list and --drop.")
    try:
        moment = Moment.read(until) if until is not None else None
    except ValueError as error:
        _wrong_usage(str(error))
    with _service(data) as service, _progress("Replaying") as progress:
        done = ReplayDone.run(service.log, moment, drop, progress)
    if as_json:
        _print_json(done.data())
    else:
        typer.echo(done.text())


@exporting.command("interactions")
def export_interactions(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.", metavar="FILE")],
    file_format: Annotated[str, typer.Option("--format", metavar="parquet|csv")] = "csv",
    after: Annotated[int, typer.Option(min=0, help="Only entries after this number.")] = 0,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write the interaction log to a file, in the order of entry numbers."""
    from api.interaction_files import FORMATS, FormatError, export

    if file_format not in FORMATS:
        _wrong_usage(f"The format must be one of {', '.join(FORMATS)}.")
    with _service(data) as service, _open(service.read_models), _progress("Exporting") as progress:
        try:
            done = export(service.read_models, file, file_format, after=after, progress=progress)
        except FormatError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
    if as_json:
        names = {"entries": done.entries, "last_entry_no": done.last, "complete": done.whole}
        _print_json({"file": str(file), **names})
    else:
        typer.echo(f"{done.entries:,} entries are in {file}; the last is number {done.last}.")
    if not done.whole:
        typer.echo(f"It was interrupted; go on with --after {done.last}.", err=True)
    raise typer.Exit(0 if done.whole else 1)


@importing.command("contacts")
def import_contacts(file: ImportedFile, data: Data = None, as_json: AsJson = False) -> None:
    """Take over a file of contacts; one bad row never stops the others."""
    from api.contact_files import rows
    from api.routes.contacts import import_answer
    from application.contact_import import ContactImport

    kind = _kind_of(file)
    with _service(data) as service, _kept_up(service):
        run = ContactImport(service.journal, service.contacts, _operator())
        with _pieces(file, "Importing contacts") as (pieces, progress):
            result = run.run(rows(pieces, kind), progress)
    if as_json:
        _print_json(import_answer(result))
    else:
        typer.echo(
            f"{result.registered:,} registered, {result.changed:,} changed, {result.unchanged:,} unchanged, "
            f"{result.rejected_total:,} rejected."
        )
        _say_rejected(result.rejected)
    raise typer.Exit(1 if result.rejected_total else 0)


@importing.command("value-entries")
def import_value_entries(file: ImportedFile, data: Data = None, as_json: AsJson = False) -> None:
    """Take over a file of value entries; one that is known already adds nothing."""
    from api.routes.value_entries import value_entry_answer
    from api.value_entry_files import rows
    from application.value_entry_import import ValueEntryImport

    kind = _kind_of(file)
    with _service(data) as service, _kept_up(service):
        run = ValueEntryImport(service.journal, service.read_models, _operator())
        with _pieces(file, "Importing value entries") as (pieces, progress):
            result = run.run(rows(pieces, kind), progress)
    if as_json:
        _print_json(value_entry_answer(result))
    else:
        typer.echo(
            f"{result.registered:,} registered, {result.unchanged:,} unchanged, "
            f"{result.rejected_total:,} rejected."
        )
        _say_rejected(result.rejected)
    raise typer.Exit(1 if result.rejected_total else 0)


def _kind_of(file: Path) -> Any:
    from api.table_files import ENDINGS

    kind = ENDINGS.get(file.suffix.lower())
    if kind is None:
        typer.echo("The file must end in .csv or .ndjson.", err=True)
        raise typer.Exit(2)
    return kind


def _operator() -> Any:
    """Who gives commands here: whoever runs the program."""
    from application.journal import Caller

    return Caller(getpass.getuser(), "admin", date.today())


@contextmanager
def _pieces(file: Path, what: str) -> Iterator[Any]:
    """A file piece by piece, and what moves the progress bar."""
    from api.uploads import chunks

    with _progress(what) as progress, file.open("rb") as source:
        size = file.stat().st_size
        yield chunks(source), lambda _: progress(min(source.tell(), size), size)


def _wrong_usage(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(2)


@contextmanager
def _open(read_models: Any) -> Iterator[None]:
    read_models.open()
    try:
        yield
    finally:
        read_models.close()


@contextmanager
def _kept_up(service: Any) -> Iterator[None]:
    """Read models that hold everything before an import, which may ask them, and after it."""
    _catch_up(service)
    with _open(service.read_models):
        yield
    _catch_up(service)


def _catch_up(service: Any) -> None:
    for runner in service.runners():
        runner.catch_up()
        runner.close()


def _say_rejected(rejected: Any) -> None:
    for row in rejected[:20]:
        reasons = "; ".join(f"{'.'.join(map(str, place))} {text}".strip() for place, text in row.problems)
        typer.echo(f"  line {row.line}: {reasons}")


def _settings(data: Path | None) -> tuple[Any, Path]:
    from pydantic import ValidationError

    from api.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            place = f"{str(problem['loc'][0]).upper()}: " if problem["loc"] else ""
            typer.echo(place + problem["msg"].removeprefix("Value error, "), err=True)
        raise typer.Exit(2) from None
    return settings, (data or settings.segmentlog_data).absolute()


@contextmanager
def _service(data: Path | None, *, personal: bool = True) -> Iterator[Any]:
    """A service on the same database as `serve`, running or not; without the master key if not `personal`."""
    from api.serve import database
    from api.service import Service

    settings, directory = _settings(data)
    with _said(), database(settings, directory) as conninfo:
        service = Service(
            *(conninfo, settings.segmentlog_schema),
            *(settings.proving(directory), settings.master(directory) if personal else None),
        )
        service.set_up()
        try:
            yield service
        finally:
            service.log.close()


@contextmanager
def _said() -> Iterator[None]:
    """What a person can do something about is said in one sentence, with exit code 1."""
    import psycopg
    from eventsourcing.persistence import PersistenceError

    from api.tokens import TokenError
    from domain.errors import Refused
    from eventstore.embedded_postgres import EmbeddedPostgresError
    from eventstore.event import UnknownEventError
    from eventstore.key_file import KeyFileError
    from eventstore.migrate import MigrationError
    from eventstore.notes import NoteError
    from eventstore.personal_keys import PersonalKeyError
    from projections.replay import ReplayError
    from projections.reporting import ReportingError

    unusable = (
        psycopg.OperationalError,
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.UndefinedObject,
        PersistenceError,
    )
    try:
        yield
    except (
        *(ReplayError, ReportingError, EmbeddedPostgresError, MigrationError, NoteError, TokenError),
        *(UnknownEventError, KeyFileError, PersonalKeyError, OSError),
    ) as error:
        typer.echo(str(error), err=True)
    except Refused as error:
        typer.echo(error.detail, err=True)
    except unusable as error:
        typer.echo(f"The database cannot be used: {error}", err=True)
    else:
        return
    raise typer.Exit(1)


@contextmanager
def _progress(what: str) -> Iterator[Any]:
    """A progress bar on the terminal's error output; nothing where there is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))


if __name__ == "__main__":
    main()
