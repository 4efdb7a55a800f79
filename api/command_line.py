"""The command `segmentlog`. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

# Those for auditors are in a file of their own, and there as soon as it is read.
import api.proof_commands  # noqa: F401
from api.commands import (
    AsJson,
    Data,
    app,
    exporting,
    importing,
    print_json,
    progress_bar,
    said,
    service_on,
    settings_of,
    wrong_usage,
)

__all__ = ["app", "main"]

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

    settings, directory = settings_of(data)
    with said():
        run(settings, host=host, port=port, data=directory, say=typer.echo)


@app.command()
def worker(
    data: Data = None,
    until_input_ends: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Run the read models alone, beside services on the same database."""
    import signal
    from threading import Event

    from api.serve import PATIENCE_SECONDS, database, wait_for_input_to_end, work

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if until_input_ends:
        # Ctrl-C reaches the whole group; the end of our input says when the server is done with us.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        wait_for_input_to_end(stop)
    settings, directory = settings_of(data)
    with said(), database(settings, directory, PATIENCE_SECONDS, stop) as conninfo:
        work(conninfo, settings, directory, stop)


@app.command()
def demo(as_json: AsJson = False) -> None:
    """Do the main job from end to end on 10,000 sample contacts, and show it."""
    from api.demo import run

    with said():
        taken = run(aside=as_json)
    if as_json:
        print_json({"steps": [{"step": step, "seconds": round(took, 3)} for step, took in taken]})


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

    with service_on(data) as service:
        models = {model.name: model for model in read_models(service.log)}
        unknown = set(names or ()) - models.keys()
        if unknown:
            wrong, right = ", ".join(sorted(unknown)), ", ".join(models)
            typer.echo(f"There is no read model {wrong}; there are: {right}.", err=True)
            raise typer.Exit(2)
        done: dict[str, int] = {}
        for name in names or models:
            with progress_bar(f"Rebuilding {name}") as progress:
                done[name] = make_anew(service.log, models[name], progress=progress)
    if as_json:
        print_json(done)
    else:
        for name, position in done.items():
            typer.echo(f"{name}: rebuilt up to event {position:,}.")


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
        wrong_usage(f"The format must be one of {', '.join(FORMATS)}.")
    with service_on(data) as service, _open(service.read_models), progress_bar("Exporting") as progress:
        try:
            done = export(service.read_models, file, file_format, after=after, progress=progress)
        except FormatError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
    if as_json:
        names = {"entries": done.entries, "last_entry_no": done.last, "complete": done.whole}
        print_json({"file": str(file), **names})
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
    with service_on(data) as service, _kept_up(service):
        run = ContactImport(service.journal, service.contacts, _operator())
        with _pieces(file, "Importing contacts") as (pieces, progress):
            result = run.run(rows(pieces, kind), progress)
    if as_json:
        print_json(import_answer(result))
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
    with service_on(data) as service, _kept_up(service):
        run = ValueEntryImport(service.journal, service.read_models, _operator())
        with _pieces(file, "Importing value entries") as (pieces, progress):
            result = run.run(rows(pieces, kind), progress)
    if as_json:
        print_json(value_entry_answer(result))
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

    with progress_bar(what) as progress, file.open("rb") as source:
        size = file.stat().st_size
        yield chunks(source), lambda _: progress(min(source.tell(), size), size)


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


if __name__ == "__main__":
    main()
