"""Deliveries as bodies and answers."""

from __future__ import annotations

from typing import Literal

from api.schemas.values import Answer, Body
from domain.delivery import DeliveryError
from domain.vocabulary import CorrespondenceType
from projections.delivery_queries import OnlyDelivered


class ResendBody(Body):
    """How to send letters once more."""

    example = {"correspondence_type": "hard_copy", "update_merge_fields": False}

    correspondence_type: CorrespondenceType | None = None
    update_merge_fields: bool = False


class OnlyDeliveredBody(Body):
    """Which letters to send again, by what became of them; what is not sent does not matter."""

    delivery_status: Literal["sent", "error"] | None = None
    delivery_error: DeliveryError | None = None


class ResendSegmentBody(ResendBody):
    """How to send letters of a logged segment once more, and which."""

    example = {"only": {"delivery_error": "uncertain"}}

    only: OnlyDeliveredBody = OnlyDeliveredBody()

    def wanted(self) -> OnlyDelivered:
        """Which."""
        return OnlyDelivered(**self.only.model_dump())


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
