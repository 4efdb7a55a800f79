"""Who comes in: with an API key, or with a token where tokens are taken."""

from __future__ import annotations

import msgspec

from api.keys import ApiKeys, Principal
from api.openid import OpenId, OpenIdSettings
from api.tokens import Tokens, TokenSettings


class EntrySettings(msgspec.Struct, frozen=True):
    """What is taken besides API keys, and what needs neither."""

    tokens: TokenSettings | None = None
    open_metrics: bool = False
    openid: OpenIdSettings | None = None


class Entry:
    """Finds out who somebody is. Raises TokenError when it is made with keys that cannot be used."""

    def __init__(self, keys: ApiKeys, settings: EntrySettings | None = None) -> None:
        settings = settings or EntrySettings()
        self._keys = keys
        self._tokens = Tokens(settings.tokens) if settings.tokens else None
        self.open_metrics = settings.open_metrics
        self.openid = OpenId(settings.openid) if settings.openid else None
        """Where people sign in for the pages, besides with a key."""

    def remembered(self, credential: str) -> Principal | None:
        """Who came with this key a moment ago; nothing is asked for it."""
        return self._keys.remembered(credential)

    def principal(self, credential: str) -> Principal | None:
        """Who comes with this. Raises WithoutRoleError."""
        if self._tokens is not None and self._tokens.looks_like_one(credential):
            return self._tokens.principal(credential)
        return self._keys.principal(credential)
