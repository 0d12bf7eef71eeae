"""What keeps registrations apart in one browser, where all packages share an origin or at least a site.

Each has a key for what its pages leave in the browser's storage, a name for the channel between its windows and, if the
content address has a `*`, a host name. All are MACs under one secret of the database: the same for every launch, and
nobody can tell one registration's from another's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from pymongo.database import Database

COLLECTION = "runtime_settings"
SECRET_BYTES = 32
LABEL = 32
"""Hexadecimal digits of a host name's first label, which may have 63."""


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

    def origin(self, store: int, registration: str) -> str:
        """Where a browser reaches the content origin for this registration."""
        if "*" not in self.content_url:
            return self.content_url
        return self.content_url.replace("*", self._mac("host", store, registration).hex()[:LABEL], 1)

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
