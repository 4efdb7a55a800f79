"""The values of the code tables: who and what contacts and segments refer to by code (domain A9, A11)."""

from __future__ import annotations

from typing import Literal

import msgspec


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
