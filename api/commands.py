"""What all commands of `segmentlog` have in common: options, and how they say things."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


def wrong_usage(text: str) -> NoReturn:
    """End with exit code 2 and a sentence."""
    typer.echo(text, err=True)
    raise typer.Exit(2)


def settings_of(data: Path | None) -> tuple[Any, Path]:
    """The settings, and the data directory; what is wrong with them is said."""
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
def service_on(data: Path | None, *, personal: bool = True) -> Iterator[Any]:
    """A service on the same database as `serve`, running or not; without the master key if not `personal`."""
    from api.serve import database
    from api.service import Service

    settings, directory = settings_of(data)
    with said(), database(settings, directory) as conninfo:
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
def said(exit_code: int = 1) -> Iterator[None]:
    """What a person can do something about is said in one sentence, with an exit code."""
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
    from eventstore.recorder import MissingHeadError
    from projections.replay import ReplayError
    from projections.reporting import ReportingError

    unusable = (
        psycopg.OperationalError,
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.UndefinedObject,
        psycopg.errors.UndefinedTable,
        psycopg.errors.UndefinedColumn,
        PersistenceError,
    )
    try:
        yield
    except (
        *(ReplayError, ReportingError, EmbeddedPostgresError, MigrationError, NoteError, TokenError),
        *(UnknownEventError, MissingHeadError, KeyFileError, PersonalKeyError),
    ) as error:
        typer.echo(str(error), err=True)
    except OSError as error:
        in_words = f"{error.filename} cannot be used: {error.strerror}." if error.filename else str(error)
        typer.echo(in_words, err=True)
    except Refused as error:
        typer.echo(error.detail, err=True)
    except unusable as error:
        typer.echo(f"The database cannot be used: {error}", err=True)
    else:
        return
    raise typer.Exit(exit_code)


@contextmanager
def progress_bar(what: str) -> Iterator[Any]:
    """A progress bar on the terminal's error output; nothing where there is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_json(value: object) -> None:
    """A result for programs."""
    typer.echo(json.dumps(value, indent=2))
