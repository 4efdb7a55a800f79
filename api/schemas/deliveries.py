"""Deliveries as bodies and answers."""

from __future__ import annotations

from api.schemas.values import Answer, Body
from domain.vocabulary import CorrespondenceType


class ResendBody(Body):
    """How to send letters once more."""

    example = {"correspondence_type": "hard_copy", "update_merge_fields": False}

    correspondence_type: CorrespondenceType | None = None
    update_merge_fields: bool = False


class ResendAnswer(Answer):
    """What is on its way again; `first_entry_no` is the first of the new entries, if there are any."""

    resent: int
    first_entry_no: int | None


class OutboxAnswer(Answer):
    """What waits to be sent: how many by channel, and what e-mails wait for, if they do."""

    mail: int = 0
    print: int = 0
    fax: int = 0
    mail_waits_for: str | None = None
