"""What keeps registrations apart in one browser, where all packages share an origin or at least a site.

Each has a key for what its pages leave in the browser's storage, a name for the channel between its windows and, if the
content address begins with a `*`, a host name. All are MACs under one secret of the database: the same for every launch,
and nobody can tell one registration's from another's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

COLLECTION = "runtime_settings"
SECRET_BYTES = 32
LABEL = 32
"""Hexadecimal digits of a host name's first label, which may have 63."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a registration's links lead. `label`: the first of its host name, if that is its own."""

    origin: str
    label: str = ""

    def bound(self, token: str) -> str:
        return bound(token, self.label)


def bound(token: str, label: str) -> str:
    """What a token is known by: under another host name than its own it is another token, which nobody knows."""
    return f"{token}@{label}" if label else token


class Partitions:
    """One per process."""

    def __init__(self, db: Database[Any], content_url: str) -> None:
        self.db = db
        self.content_url = content_url.rstrip("/")
        self._secret = b""

    def key(self, store: int, registration: str) -> str:
        """256 bits in base64."""
        return base64.b64encode(self._mac("key", store, registration)).decode()

    def channel(self, store: int, registration: str) -> str:
        return self._mac("channel", store, registration).hex()

    def home(self, store: int, registration: str) -> Home:
        if not self.hosts:
            return Home(origin=self.content_url)
        label = self._mac("host", store, registration).hex()[:LABEL]
        return Home(origin=self.content_url.replace("*", label), label=label)

    @property
    def hosts(self) -> bool:
        """Whether each registration has a host name of its own."""
        return "*" in self.content_url

    def _mac(self, purpose: str, store: int, registration: str) -> bytes:
        return hmac.digest(self.secret, f"{purpose} {store} {registration}".encode(), hashlib.sha256)

    @property
    def secret(self) -> bytes:
        """All processes of a database share it; made when it is first asked for, and never again."""
        if not self._secret:
            rows = self.db[COLLECTION]
            rows.update_one({"_id": "secret"}, {"$setOnInsert": {"value": secrets.token_bytes(SECRET_BYTES)}}, upsert=True)
            found = rows.find_one({"_id": "secret"})
            assert found is not None
            self._secret = bytes(found["value"])
        return self._secret
