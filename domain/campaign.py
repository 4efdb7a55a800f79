"""Campaigns: what several segments serve together (domain A12)."""

from __future__ import annotations

from datetime import date

import msgspec

from domain.errors import InvalidRequest


class Campaign(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values of a campaign."""

    description: str | None = None
    starting_date: date | None = None
    ending_date: date | None = None
    salesperson_code: str | None = None
    status_code: str | None = None
    activated: bool = False
    """Whether there is a target group; only activating and deactivating change it (domain B17)."""


def check_dates(campaign: Campaign) -> None:
    """A campaign must not end before it starts (domain A12). Raises InvalidRequest."""
    if campaign.starting_date and campaign.ending_date and campaign.ending_date < campaign.starting_date:
        raise InvalidRequest.at("ending_date", "the campaign would end before it starts")
