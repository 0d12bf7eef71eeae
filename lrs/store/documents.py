"""Documents of the state and profile resources; every change is one compare-and-set on the ETag.

1.0.3 Communication 2.2 and 3.1; IEEE 9274.1.1 4.1.4, 4.1.6.2, 4.1.6.5, 4.1.6.6."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from typing import Any

import orjson
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from lrs.spec.agents import ifi
from lrs.spec.index import token

_END = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose documents: the resource's own parameters without the document's id."""

    store: int
    kind: str
    agent: Mapping[str, Any] | None = None
    activity: str | None = None
    registration: str | None = None

    @property
    def token(self) -> bytes:
        return token("\n".join((self.kind, (ifi(self.agent) or "") if self.agent else "", self.activity or "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    body: bytes
    content_type: str
    etag: str
    updated: datetime


class Documents:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_documents"]

    def get(self, owner: Owner, name: str) -> Kept | None:
        row = self._rows.find_one({"_id": _key(owner, name)})
        if row is None:
            return None
        return Kept(body=row["body"], content_type=row["type"], etag=row["etag"], updated=_moment(row["u"]))

    def insert(self, owner: Owner, name: str, body: bytes, content_type: str) -> bool:
        """False when there is one already."""
        try:
            self._rows.insert_one({"_id": _key(owner, name), **_fields(owner, name, body, content_type)})
        except DuplicateKeyError:
            return False
        return True

    def replace(self, owner: Owner, name: str, body: bytes, content_type: str, etags: frozenset[str] | None) -> bool:
        """False when there is none with one of these ETags; `None` means any."""
        condition = {"_id": _key(owner, name), **({} if etags is None else {"etag": {"$in": sorted(etags)}})}
        return bool(self._rows.update_one(condition, {"$set": _fields(owner, name, body, content_type)}).matched_count)

    def put(self, owner: Owner, name: str, body: bytes, content_type: str) -> None:
        """Whatever was there before."""
        self._rows.update_one({"_id": _key(owner, name)}, {"$set": _fields(owner, name, body, content_type)}, upsert=True)

    def delete(self, owner: Owner, name: str, etags: frozenset[str] | None) -> bool:
        condition = {"_id": _key(owner, name), **({} if etags is None else {"etag": {"$in": sorted(etags)}})}
        return bool(self._rows.delete_one(condition).deleted_count)

    def names(self, owner: Owner, since: datetime | None) -> tuple[list[str], datetime | None]:
        """Ids of the owner's documents stored since, and when the last of them was."""
        low = -1 if since is None else int((since - _EPOCH) / timedelta(milliseconds=1))
        condition = {"t": owner.store, "k": owner.kind, "o": owner.token, "u": {"$gt": low, "$lt": _END}}
        rows = [row for row in self._rows.find(condition, {"n": 1, "u": 1, "r": 1}) if _registered(owner, row)]
        latest = max((row["u"] for row in rows), default=None)
        return sorted({row["n"] for row in rows}), None if latest is None else _moment(latest)

    def delete_all(self, owner: Owner) -> None:
        rows = self._rows.find({"t": owner.store, "k": owner.kind, "o": owner.token}, {"r": 1})
        self._rows.delete_many({"_id": {"$in": [row["_id"] for row in rows if _registered(owner, row)]}})


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def etag_of(body: bytes) -> str:
    """1.0.3 Communication 3.1: "the value calculated ... MUST be ... SHA-1"; IEEE leaves it open."""
    return sha1(body, usedforsecurity=False).hexdigest()


def _registered(owner: Owner, row: Mapping[str, Any]) -> bool:
    """Without a registration all of them are meant."""
    return owner.registration is None or row["r"] == owner.registration.lower()


def _fields(owner: Owner, name: str, body: bytes, content_type: str) -> dict[str, Any]:
    return {
        "t": owner.store,
        "k": owner.kind,
        "o": owner.token,
        "r": owner.registration.lower() if owner.registration else None,
        "n": name,
        "u": time.time_ns() // 1_000_000,
        "etag": etag_of(body),
        "type": content_type,
        "body": body,
    }


def _key(owner: Owner, name: str) -> bytes:
    parts = [owner.store, owner.kind, owner.token.hex(), owner.registration and owner.registration.lower(), name]
    return sha256(orjson.dumps(parts)).digest()[:20]


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
