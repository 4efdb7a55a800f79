"""Whatever the service refuses is said in Dutch on the pages: every sentence in the code has its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.context import refuse_other_roles
from api.pages.words.details import detail_in_dutch
from api.problems import ProblemError
from domain import errors
from domain.interaction import NEEDED

ROOT = Path(__file__).parents[2]
READ = (
    *("domain", "application", "correspondence", "projections", "api/pages", "api/schemas"),
    *("api/table_files.py", "api/uploads.py"),
)
OF_PROGRAMS = {
    *("application/auditing.py", "application/what_if.py", "application/scrubbing.py"),
    *("application/erasing.py", "application/anchor_mail.py"),
    *("projections/past.py", "projections/rebuild.py", "projections/replay.py", "projections/reporting.py"),
    *("api/schemas/recording.py", "api/schemas/what_if.py", "api/pages/openid.py"),
}
"""Files whose refusals no page can meet: they answer programs and whoever runs the service."""
REFUSALS = {name for name, value in vars(errors).items() if isinstance(value, type)}
SAID_BY = REFUSALS | {"ProblemError", "FilterSyntaxError"}
NOT_SAID = {
    # The titles of answers to programs; ways to say what another sentence has said already.
    *("Not for you", "Not from here"),
    "Campaign X1 is aimed at nobody: no line of an open segment and no interaction that counts has this"
    " campaign and is a campaign target.",
}
"""Sentences that no page shows."""


def sample(node: ast.expr) -> str | None:
    """A sentence as the code would say it, with something in the place of each value."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(
                part.value
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else _value(ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else "")
                for part in parts
            )
    return None


def _value(source: str) -> str:
    """What could stand there; some have words of their own."""
    known = {
        "kind.word.capitalize()": "Mailing group",
        "kind.word": "mailing group",
        "kind": "contact",
        "word": "salesperson",
        "user": "contacts",
        "what": "labels",
        "needed": "a contact",
        "consequence": "it cannot be deleted",
        "formula.type": "formal",
        "_REFUSED_RELATIONS[kind]": "macros",
        "_shown(text)": "'X1'",
        "self._where(operand)": "after < (write '' for blank)",
        "problems[0][1]": "there is no such column",
        "problems[0][0][0]!r": "X1",
    }
    return known.get(source, "X1")


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence with the place in the code where it is said."""
    for room in READ:
        place = ROOT / room
        for file in [place] if place.suffix else sorted(place.rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if name in OF_PROGRAMS:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                for said in _said(node, in_schemas=name.startswith(("api/schemas", "domain/field_type"))):
                    # A place before the sentence is shown as the place, by the page itself.
                    text = re.sub(r"^\w+: ", "", sample(said) or "")
                    if " " in text and text not in NOT_SAID:
                        yield f"{name}:{said.lineno}", text


def _said(node: ast.AST, *, in_schemas: bool) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=by), attr="named"), args=[_, *more]):
            if by == "MandatoryField":
                yield from more
        case ast.Call(func=(ast.Name(id=by) | ast.Attribute(value=ast.Name(id=by))), args=args):
            if by in SAID_BY or (in_schemas and by == "ValueError"):
                yield from _texts(args)
        case ast.Call(func=ast.Attribute(attr="_problem"), args=args):
            yield from args
        case ast.Assign(targets=[ast.Name(id="message")], value=value):
            yield value
        case (
            ast.Assign(targets=[ast.Name(id="problems")], value=value)
            | ast.AugAssign(target=ast.Name(id="problems"), value=value)
        ):
            yield from _texts([value])


def _texts(nodes: list[ast.expr]) -> Iterator[ast.expr]:
    """The texts among them, in lists and pairs too."""
    for node in nodes:
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                yield from _texts(parts)
            case ast.ListComp(elt=ast.Tuple(elts=parts)):
                yield from _texts(parts)
            case ast.Constant() | ast.JoinedStr():
                yield node


SENTENCES = dict(sentences())
SENTENCES |= {field: f"The interaction needs {needed}." for field, needed in NEEDED.items()}


def test_the_sentences_are_found() -> None:
    assert len(SENTENCES) > 150
    assert "Contact X1 was erased; nothing is recorded of it any more." in SENTENCES.values()


@pytest.mark.parametrize(("place", "english"), SENTENCES.items(), ids=SENTENCES)
def test_whatever_is_refused_is_said_in_dutch(place: str, english: str) -> None:
    assert detail_in_dutch(english) is not None, f"{place} says what has no Dutch: {english}"


def test_another_role_is_refused_in_dutch() -> None:
    with pytest.raises(ProblemError) as refused:
        refuse_other_roles("reporter", ["marketer"])
    assert detail_in_dutch(refused.value.detail) is not None
