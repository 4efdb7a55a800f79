"""Settings of the service, from the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each is an environment variable of the same name in capitals; see docs/operations.md."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str | None = Field(None, description="a PostgreSQL to use instead of the embedded one")
    segmentlog_schema: str = Field("segmentlog", pattern=r"^[a-z_][a-z0-9_]{0,30}$")
    segmentlog_admin_key: str | None = Field(None, min_length=8)
    segmentlog_data: Path = Path(".data")
