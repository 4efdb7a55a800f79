"""The values of the code tables: who and what contacts and segments refer to by code (domain A9, A11)."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from domain.errors import InvalidRequest, Problem

MOST_PLACEHOLDERS = 5


class CodeEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code that only has a description."""

    description: str | None = None


class SalutationFormula(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a contact is addressed in one language: %1 to %5 stand for the chosen parts of the name."""

    text: str
    type: Literal["formal", "informal"] = "formal"
    language_code: str | None = None
    names: tuple[str, ...] = ()


class Salutation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A salutation with its formulas by language."""

    description: str | None = None
    formulas: tuple[SalutationFormula, ...] = ()


def check_formulas(salutation: Salutation) -> None:
    """Each language has one formula of a kind, and each placeholder a part of the name (A11).

    Raises InvalidRequest.
    """
    problems: list[Problem] = []
    known: set[tuple[str | None, str]] = set()
    for index, formula in enumerate(salutation.formulas):
        if (formula.language_code, formula.type) in known:
            language = formula.language_code or "no language"
            message = f"there is a {formula.type} formula for {language} already"
            problems.append((("formulas", index), message))
        known.add((formula.language_code, formula.type))
        for number in sorted({int(digit) for digit in re.findall(r"%(\d)", formula.text)}):
            if not 1 <= number <= MOST_PLACEHOLDERS:
                message = f"there is no %{number}, only %1 to %{MOST_PLACEHOLDERS}"
                problems.append((("formulas", index, "text"), message))
            elif number > len(formula.names):
                message = f"%{number} stands for name {number}, and {len(formula.names)} are given"
                problems.append((("formulas", index, "names"), message))
    if problems:
        raise InvalidRequest.of(problems)


class Salesperson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who is responsible for contacts; `user_id` is how they sign in."""

    name: str | None = None
    job_title: str | None = None
    phone_no: str | None = None
    email: str | None = None
    blocked: bool = False
    user_id: str | None = None


class QuestionnaireLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question, or an answer to the question before it."""

    line_no: int
    type: Literal["question", "answer"]
    description: str | None = None


class ProfileQuestionnaire(msgspec.Struct, frozen=True, omit_defaults=True):
    """Questions about contacts, with the answers to choose from."""

    description: str | None = None
    lines: tuple[QuestionnaireLine, ...] = ()
