"""Settings of the service, from the environment."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.entry import EntrySettings
from api.openid import OpenIdSettings, is_safe_address
from api.tokens import SHORTEST_SECRET, TokenSettings
from application.anchor_mail import MailPlace
from application.auditing import ProofSettings
from correspondence.mail import address_of, usable_address
from correspondence.mail_server import MailSettings, Tls, is_this_machine, trusting
from eventstore.key_file import load_secret
from eventstore.notes import Verifier, load_signer
from eventstore.personal_keys import MasterKey

MASTER_KEY_FILE = "master.key"


class Settings(BaseSettings):
    """Each is an environment variable of the same name in capitals; see docs/operations.md."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str | None = Field(None, description="a PostgreSQL to use instead of the embedded one")
    segmentlog_schema: str = Field("segmentlog", pattern=r"^[a-z_][a-z0-9_]{0,30}$")
    segmentlog_admin_key: str | None = Field(None, min_length=8)
    segmentlog_data: Path = Path(".data")
    segmentlog_origin: str | None = Field(None, pattern=r"^[^\s+]{1,200}$")
    segmentlog_signing_key: str | None = None
    segmentlog_master_key: str | None = None
    segmentlog_new_master_key: str | None = None
    segmentlog_earlier_keys: str = ""
    segmentlog_checkpoint_events: int = Field(10_000, ge=1)
    segmentlog_checkpoint_seconds: float = Field(300.0, gt=0)
    segmentlog_scrub_seconds: float = Field(86_400.0, gt=0)
    segmentlog_anchor_file: Path | None = None
    segmentlog_anchor_url: str | None = Field(None, pattern=r"^https?://[^\s/]+")
    segmentlog_anchor_mail: str | None = Field(None, pattern=r"^[!-~]+@[!-~]+$")
    segmentlog_mail_host: str | None = Field(None, min_length=1)
    segmentlog_mail_port: int = Field(587, ge=1, le=65_535)
    segmentlog_mail_user: str | None = Field(None, min_length=1)
    segmentlog_mail_password: str | None = None
    segmentlog_mail_tls: Tls = "starttls"
    segmentlog_mail_ca: Path | None = None
    segmentlog_mail_from: str | None = Field(None, pattern=r"^[^\r\n]*[^\s@<>]+@[^\s@<>]+[^\r\n]*$")
    segmentlog_mail_per_minute: int | None = Field(None, ge=1, le=1_000_000)
    segmentlog_mail_not_before: time | None = None
    segmentlog_mail_not_after: time | None = None
    segmentlog_mail_connections: int = Field(2, ge=1, le=50)
    segmentlog_public_url: str | None = Field(
        None, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?$"
    )

    @field_validator("database_url")
    @classmethod
    def _names_a_server(cls, address: str | None) -> str | None:
        try:
            if address is None or conninfo_to_dict(address):
                return address
        except psycopg.ProgrammingError:
            pass  # what it says would show the password
        raise ValueError("must be postgresql://USER:PASSWORD@HOST/DATABASE, or a libpq connection string")

    @field_validator("segmentlog_mail_from")
    @classmethod
    def _is_one_sender(cls, sender: str | None) -> str | None:
        if sender is not None and usable_address(address_of(sender)) is None:
            raise ValueError('must be one address, such as "Alder, Inc." <news@example.com>')
        return sender

    @field_validator("segmentlog_mail_ca")
    @classmethod
    def _has_certificates(cls, file: Path | None) -> Path | None:
        try:
            trusting(file)
        except OSError as error:
            raise ValueError(f"{file} cannot be read as certificates in PEM: {error}") from None
        return file

    @field_validator("segmentlog_mail_not_before", "segmentlog_mail_not_after")
    @classmethod
    def _is_of_the_workers_clock(cls, at: time | None) -> time | None:
        if at is not None and at.tzinfo is not None:
            raise ValueError("is a time of the worker's clock, without an offset")
        return at

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.segmentlog_mail_host is None:
            if self.segmentlog_anchor_mail is not None:
                raise ValueError("SEGMENTLOG_ANCHOR_MAIL needs SEGMENTLOG_MAIL_HOST")
            return self
        if self.segmentlog_mail_from is None:
            raise ValueError("SEGMENTLOG_MAIL_HOST needs SEGMENTLOG_MAIL_FROM")
        if bool(self.segmentlog_mail_user) != bool(self.segmentlog_mail_password):
            raise ValueError("SEGMENTLOG_MAIL_USER and SEGMENTLOG_MAIL_PASSWORD: set both or neither")
        if self.segmentlog_mail_tls == "none" and not is_this_machine(self.segmentlog_mail_host):
            what = "mails and SEGMENTLOG_MAIL_PASSWORD" if self.segmentlog_mail_user else "mails"
            raise ValueError(
                f"SEGMENTLOG_MAIL_TLS: with none, others could read {what} on their way;"
                " it is for a mail server on this machine only"
            )
        return self

    def mail(self) -> MailSettings | None:
        """How to reach the mail server; None if none is set up."""
        if self.segmentlog_mail_host is None or self.segmentlog_mail_from is None:
            return None
        return MailSettings(
            host=self.segmentlog_mail_host,
            sender=self.segmentlog_mail_from,
            port=self.segmentlog_mail_port,
            user=self.segmentlog_mail_user,
            password=self.segmentlog_mail_password,
            tls=self.segmentlog_mail_tls,
            authorities=self.segmentlog_mail_ca,
            per_minute=self.segmentlog_mail_per_minute,
            not_before=self.segmentlog_mail_not_before,
            not_after=self.segmentlog_mail_not_after,
            connections=self.segmentlog_mail_connections,
            public_url=self.segmentlog_public_url,
        )

    segmentlog_metrics_open: bool = False
    segmentlog_jwt_secret: str | None = Field(None, min_length=SHORTEST_SECRET)
    segmentlog_jwt_keys: str | None = Field(None, min_length=1)
    segmentlog_jwt_issuer: str | None = Field(None, min_length=1)
    segmentlog_jwt_audience: str | None = Field(None, min_length=1)
    segmentlog_jwt_role_claim: str = Field("role", min_length=1)
    segmentlog_jwt_user_claim: str = Field("sub", min_length=1)

    segmentlog_oidc_issuer: str | None = Field(None, pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    segmentlog_oidc_client_id: str | None = Field(None, min_length=1)
    segmentlog_oidc_client_secret: str | None = Field(None, min_length=1)
    segmentlog_oidc_role_claim: str = Field("role", min_length=1)
    segmentlog_oidc_user_claim: str = Field("sub", min_length=1)
    segmentlog_oidc_scope: str = Field("openid profile", pattern=r"^openid( [!-~]+)*$")

    @model_validator(mode="after")
    def _openid_is_whole(self) -> Self:
        if bool(self.segmentlog_oidc_issuer) != bool(self.segmentlog_oidc_client_id):
            raise ValueError("SEGMENTLOG_OIDC_ISSUER and SEGMENTLOG_OIDC_CLIENT_ID: set both or neither")
        if self.segmentlog_oidc_issuer and not is_safe_address(self.segmentlog_oidc_issuer):
            raise ValueError("SEGMENTLOG_OIDC_ISSUER must be https, but for this machine's own")
        return self

    def _openid(self) -> OpenIdSettings | None:
        if self.segmentlog_oidc_issuer is None or self.segmentlog_oidc_client_id is None:
            return None
        return OpenIdSettings(
            issuer=self.segmentlog_oidc_issuer,
            client_id=self.segmentlog_oidc_client_id,
            secret=self.segmentlog_oidc_client_secret,
            role_claim=self.segmentlog_oidc_role_claim,
            user_claim=self.segmentlog_oidc_user_claim,
            scope=self.segmentlog_oidc_scope,
            public_url=self.segmentlog_public_url,
        )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        signs = [self.segmentlog_jwt_secret, self.segmentlog_jwt_keys]
        if all(signs):
            raise ValueError("SEGMENTLOG_JWT_SECRET and SEGMENTLOG_JWT_KEYS: set one of the two")
        if any(signs) and not (self.segmentlog_jwt_issuer and self.segmentlog_jwt_audience):
            raise ValueError("tokens need SEGMENTLOG_JWT_ISSUER and SEGMENTLOG_JWT_AUDIENCE too")
        keys = self.segmentlog_jwt_keys or ""
        if keys.startswith("http://") and not is_safe_address(keys):
            raise ValueError("SEGMENTLOG_JWT_KEYS: an address must be https, but for this machine's own")
        return self

    def entry(self) -> EntrySettings:
        """Who may come in besides those with API keys."""
        tokens = None
        if self.segmentlog_jwt_secret or self.segmentlog_jwt_keys:
            assert self.segmentlog_jwt_issuer is not None
            assert self.segmentlog_jwt_audience is not None
            tokens = TokenSettings(
                issuer=self.segmentlog_jwt_issuer,
                audience=self.segmentlog_jwt_audience,
                secret=self.segmentlog_jwt_secret,
                keys=self.segmentlog_jwt_keys,
                role_claim=self.segmentlog_jwt_role_claim,
                user_claim=self.segmentlog_jwt_user_claim,
            )
        return EntrySettings(tokens, self.segmentlog_metrics_open, self._openid())

    def master(self, data: Path) -> MasterKey:
        """What wraps the keys of personal data. Raises KeyFileError, OSError."""
        secret = load_secret(self.segmentlog_master_key, "SEGMENTLOG_MASTER_KEY", data / MASTER_KEY_FILE)
        return MasterKey(secret)

    def proving(self, data: Path) -> ProofSettings:
        """How this log is proven, with what is kept in the data directory. Raises NoteError, KeyFileError."""
        origin = self.segmentlog_origin or f"segmentlog/{self.segmentlog_schema}"
        if self.segmentlog_signing_key:
            load_signer(origin, self.segmentlog_signing_key, data)  # a wrong one is said at the start
        mail, address = self.mail(), self.segmentlog_anchor_mail
        return ProofSettings(
            origin=origin,
            signing_key=self.segmentlog_signing_key,
            key_file=data / "signing.key",
            earlier_keys=tuple(Verifier.read(text) for text in self.segmentlog_earlier_keys.split()),
            anchor_file=self.segmentlog_anchor_file,
            anchor_url=self.segmentlog_anchor_url,
            anchor_mail=MailPlace(mail, address) if mail and address else None,
        )
