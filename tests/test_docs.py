"""The documents say what the program does: settings, commands, calls, problems, rules, events, links."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import psycopg
import pytest
import typer.main
from typer.core import TyperGroup, TyperOption

from api.app import create_app
from api.command_line import app as command_line
from api.problems import STATUS
from api.service import Service
from api.settings import Settings
from application.contact_import import ContactImport, Row
from application.journal import Caller
from docs.make_event_catalogue import PAGE, catalogue
from domain import errors
from domain.catalogue import EVENT_TYPES
from domain.contact import ContactChanges
from domain.segment.header import HeaderChanges
from eventstore.recorder import COPY_FROM
from eventstore.verify import verify

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted(DOCS.rglob("*.md"))]

OPERATIONS = (DOCS / "operations.md").read_text()
API = (DOCS / "api.md").read_text()

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@cache
def calls() -> list[str]:
    """Every address of the HTTP interface, which can be known without a database."""
    return list(create_app(Service.__new__(Service)).openapi()["paths"])


def prose(page: Path) -> str:
    """The text of a page without its code."""
    return re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The names that links may point at: headings in small letters, hyphens for blanks, no other signs."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# Links


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(found), f"{page.name} links to {target}"


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text()
    for decision in (DOCS / "decisions").glob("[0-9]*.md"):
        assert f"({decision.name})" in index


def test_every_decision_has_its_sections_and_fits_a_page() -> None:
    for decision in (DOCS / "decisions").glob("[0-9]*.md"):
        text = decision.read_text()
        sections = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
        assert sections == ["Context", "Decision", "Consequences", "Alternatives"], decision.name
        assert len(text.splitlines()) <= 60, decision.name


# Events


def test_the_event_catalogue_is_what_the_program_says() -> None:
    assert PAGE.read_text() == catalogue(), "run `python -m docs.make_event_catalogue`"


@pytest.mark.parametrize("topic", list(EVENT_TYPES))
def test_every_event_is_in_the_catalogue(topic: str) -> None:
    assert re.search(rf"^### {re.escape(topic)}$|`{re.escape(topic)}`", PAGE.read_text(), re.MULTILINE)


# Settings and commands


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_page_on_operations(name: str) -> None:
    assert f"`{name.upper()}`" in OPERATIONS


def test_every_variable_that_the_program_looks_at_is_in_the_page_on_operations() -> None:
    sources = "".join(path.read_text() for path in sorted((ROOT / "eventstore").glob("*.py")))
    read = set(re.findall(r"SEGMENTLOG_[A-Z_]+", sources))
    assert read
    assert {name for name in read if f"`{name}`" not in OPERATIONS} == set()


def commands() -> Iterator[tuple[str, str]]:
    """Every command with each of its options that is shown; the options of none are those of all."""

    def walk(name: str, group: TyperGroup) -> Iterator[tuple[str, str]]:
        for parameter in group.params:
            if isinstance(parameter, TyperOption) and not parameter.hidden:
                yield name, parameter.opts[0]
        for word, command in group.commands.items():
            if isinstance(command, TyperGroup):
                yield from walk(f"{name} {word}", command)
                continue
            yield f"{name} {word}", ""
            for parameter in command.params:
                if isinstance(parameter, TyperOption) and not parameter.hidden:
                    yield f"{name} {word}", parameter.opts[0]

    group = typer.main.get_command(command_line)
    assert isinstance(group, TyperGroup)
    return walk("segmentlog", group)


@pytest.mark.parametrize(("command", "option"), list(commands()))
def test_every_command_and_option_is_in_the_page_on_operations(command: str, option: str) -> None:
    if command == "segmentlog":
        assert f"`{option}`" in OPERATIONS
        return
    rows = re.findall(rf"^\| `{re.escape(command)}\b[^|]*\|[^|]*\|", OPERATIONS, flags=re.MULTILINE)
    assert len(rows) == 1
    assert not option or f"`{option}`" in rows[0]


# The HTTP interface


@pytest.mark.parametrize(("slug", "status"), list(STATUS.items()))
def test_every_problem_is_in_the_page_on_the_interface(slug: str, status: int) -> None:
    assert f"| `{slug}` | {status} |" in API


@pytest.mark.parametrize("slug", re.findall(r"^\| `([a-z-]+)` \| \d{3} \|", API, flags=re.MULTILINE))
def test_every_problem_in_the_page_is_one(slug: str) -> None:
    assert slug in STATUS


def test_every_refusal_is_in_the_tree_at_the_head_of_its_module() -> None:
    named = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert sorted(named) == sorted(kind.__name__ for kind in errors.Refused.__subclasses__())


def test_every_call_is_in_the_page_on_the_interface() -> None:
    named = set(re.findall(r"`(/[^`?]*)", API))
    # A row that names a collection of records says what there is for one of them.
    named |= {f"{path}/{{code}}" for path in named}
    assert [path for path in calls() if path not in named] == []


# Rules

RULES_PAGE = DOCS / "rules.md"
RULES = [
    *(f"A{number}" for number in range(14)),
    *(f"B{number}" for number in range(1, 22)),
    *(f"B2.{number}" for number in range(1, 6)),
    *(f"B3.{number}" for number in range(1, 9)),
    *(f"B10.{number}" for number in range(1, 8)),
    *(f"B18.{number}" for number in range(1, 9)),
    *(f"V{number}" for number in range(1, 14)),
]


def rule_rows() -> list[tuple[list[str], str, str]]:
    """The rows of the page on rules: their numbers, where each is built, and by what it is shown."""
    rows = re.findall(
        r"^\| ([ABV]\d[^|]*) \| [^|]+ \| ([^|]*) \| ([^|]*)\|$", RULES_PAGE.read_text(), flags=re.MULTILINE
    )
    return [(numbers.split(", "), where.strip(), shown) for numbers, where, shown in rows]


@cache
def names_of_tests(path: Path) -> set[str]:
    """The names of the tests in a file, those in a class with its name before them."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{test.name}" for test in node.body if isinstance(test, ast.FunctionDef)}
    return {name for name in found if name.split("::")[-1].startswith("test_")}


def rules_named() -> set[str]:
    """The numbers of rules that the program names."""
    return {
        rule
        for room in ("domain", "application", "correspondence", "projections")
        for source in (ROOT / room).rglob("*.py")
        for rule in re.findall(r"\b[ABV][0-9]{1,2}(?:\.[0-9]+)?\b", source.read_text())
    }


def test_every_rule_is_in_the_page_on_rules_and_no_other() -> None:
    assert {number for numbers, _, _ in rule_rows() for number in numbers} == set(RULES)


def test_every_rule_that_the_program_names_is_one() -> None:
    assert rules_named() - set(RULES) == set()


def test_every_row_of_the_page_on_rules_has_its_columns() -> None:
    lines = re.findall(r"^\| [ABV]\d.*$", RULES_PAGE.read_text(), flags=re.MULTILINE)
    assert len(lines) == len(rule_rows())


@pytest.mark.parametrize(("numbers", "where", "shown"), rule_rows(), ids=lambda value: str(value)[:12])
def test_every_rule_has_files_and_tests_that_show_it(numbers: list[str], where: str, shown: str) -> None:
    tests = re.findall(r"`([^`:]+)::([^`]+)`", shown)
    assert re.findall(r"\]\(\.\./([^)]+)\)", where), numbers
    assert tests, numbers
    for file, name in tests:
        assert name in names_of_tests(ROOT / file), f"{numbers}: {file}::{name}"


# The script for auditors


@pytest.fixture
def recompute(tmp_path: Path) -> Path:
    """The script from the page for auditors, as somebody would copy it."""
    page = (DOCS / "auditors.md").read_text()
    found = re.search(r"<!-- recompute -->\n```python\n(.*?)```", page, re.DOTALL)
    assert found is not None
    assert len(found[1].splitlines()) < 40
    script = tmp_path / "recompute.py"
    script.write_text(found[1])
    return script


@pytest.fixture
def database(empty_database: str) -> str:
    """One with a log: of small saves, which a function in the database chains, and a large one."""
    service = Service(empty_database, "segmentlog")
    service.set_up()
    service.open()
    try:
        caller = Caller("zoë", "marketer", date(2026, 3, 1))
        for name in ("Alder", "Birch", "Čedar"):
            service.contacts.register(caller, f"CT-{name}", ContactChanges(type="company", name=name))
        rows = [Row(line, None, {"name": f"Contact {line}"}) for line in range(COPY_FROM)]
        ContactImport(service.journal, service.contacts, caller).run(rows)
        service.segments.create(caller, None, HeaderChanges(description="Spring letter"))
    finally:
        service.close()
    return empty_database


def run(script: Path, database: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script), database], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_script_for_auditors_computes_the_chain(recompute: Path, database: str) -> None:
    with psycopg.connect(database) as connection:
        head = connection.execute("SELECT position, encode(chain, 'hex') FROM segmentlog.log_head").fetchone()
    done = run(recompute, database)
    assert done.returncode == 0, done.stderr
    assert head is not None
    assert done.stdout.split() == [str(head[0]), head[1]]
    assert head[0] == COPY_FROM + 4


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE log_events SET state = state || ' ' WHERE notification_id = 2", "Position 2 is not"),
        ("DELETE FROM log_events WHERE notification_id = 3", "Position 3 is not"),
        ("UPDATE log_head SET position = position + 1", "The head of the log does not go"),
    ],
)
def test_the_script_for_auditors_names_what_was_changed(
    recompute: Path, database: str, statement: str, said: str
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("SET search_path = segmentlog")
        connection.execute("ALTER TABLE log_events DISABLE TRIGGER append_only")
        connection.execute(statement.encode())
    done = run(recompute, database)
    assert done.returncode == 1
    assert said in done.stderr


def test_what_auditors_are_told_to_ask_the_database_can_be_asked(database: str) -> None:
    page = (DOCS / "auditors.md").read_text()
    questions = re.findall(r"SELECT [^;`]*FROM\s+segmentlog\.[^;`]*", page)
    assert len(questions) == 4
    with psycopg.connect(database) as connection:
        for question in questions:
            connection.execute(question.encode())


def test_the_head_of_the_log_is_put_back_as_operators_are_told(database: str) -> None:
    told = re.search(r"'(INSERT INTO segmentlog\.log_head [^']+)'", OPERATIONS)
    assert told is not None
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM segmentlog.log_head")
    assert verify(database, "segmentlog").problem == "The head of the log is missing."
    with psycopg.connect(database) as connection:
        connection.execute(told[1].encode())
    assert verify(database, "segmentlog").ok
