"""The bytes of attachments, once for each store and SHA-2: small ones in their row, large ones in GridFS, streamed both ways.

Files of GridFS are written and read here in its own format: pymongo's bucket holds up to 48 MB of a file on the way in, twice,
and 16 MB on the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, BinaryIO

from bson import ObjectId
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

INLINE = 64 << 10
_CHUNK = 255 << 10  # the usual size in GridFS
_AT_ONCE = 8  # chunks in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment on its way in; `body` is at its beginning."""

    sha2: str  # lower case
    content_type: str
    length: int
    body: BinaryIO

    def read(self) -> bytes:
        self.body.seek(0)
        whole = self.body.read()
        self.body.seek(0)
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One attachment in the store."""

    sha2: str
    content_type: str
    length: int
    pieces: Iterator[bytes]


class Attachments:
    def __init__(self, db: Database[Any]) -> None:
        self._rows = db["lrs_attachments"]
        self._files = db["lrs_attachments.files"]
        self._chunks = db["lrs_attachments.chunks"]

    def keep(self, store: int, attachments: Iterable[Attachment]) -> None:
        wanted = {_key(store, one.sha2): one for one in attachments}
        if not wanted:
            return
        known = {row["_id"] for row in self._rows.find({"_id": {"$in": list(wanted)}}, {"_id": 1})}
        for key, attachment in wanted.items():
            if key not in known:
                self._keep(key, store, attachment)

    def _keep(self, key: str, store: int, attachment: Attachment) -> None:
        row: dict[str, Any] = {
            "_id": key,
            "t": store,
            "sha2": attachment.sha2,
            "type": attachment.content_type,
            "n": attachment.length,
        }
        if attachment.length <= INLINE:
            row["body"] = attachment.read()
        else:
            attachment.body.seek(0)
            row["file"] = self._upload(key, attachment)
        try:
            self._rows.insert_one(row)
        except DuplicateKeyError:  # another request was faster with the same bytes
            if "file" in row:
                self._discard(row["file"])

    def _upload(self, name: str, attachment: Attachment) -> ObjectId:
        file, chunks = ObjectId(), []
        try:
            for ordinal, data in enumerate(iter(lambda: attachment.body.read(_CHUNK), b"")):
                chunks.append({"files_id": file, "n": ordinal, "data": data})
                if len(chunks) == _AT_ONCE:
                    self._chunks.insert_many(chunks)
                    chunks = []
            if chunks:
                self._chunks.insert_many(chunks)
            told = {"length": attachment.length, "chunkSize": _CHUNK, "uploadDate": datetime.now(UTC)}
            self._files.insert_one({"_id": file, "filename": name, **told})
        except BaseException:
            self._discard(file)
            raise
        return file

    def _discard(self, file: ObjectId) -> None:
        self._files.delete_one({"_id": file})
        self._chunks.delete_many({"files_id": file})

    def of(self, store: int, hashes: Iterable[str]) -> list[Kept]:
        """Those that are here, in the order asked; an attachment with only a fileUrl is not."""
        keys = [_key(store, sha2) for sha2 in hashes]
        rows = {row["_id"]: row for row in self._rows.find({"_id": {"$in": keys}})} if keys else {}
        return [
            Kept(
                sha2=row["sha2"], content_type=row["type"], length=row["n"], pieces=self._pieces(row.get("body"), row.get("file"))
            )
            for row in (rows[key] for key in keys if key in rows)
        ]

    def _pieces(self, body: bytes | None, file: ObjectId | None) -> Iterator[bytes]:
        if body is not None:
            yield bytes(body)
            return
        first = 0
        while chunks := list(
            self._chunks.find({"files_id": file, "n": {"$gte": first, "$lt": first + _AT_ONCE}}, {"n": 1, "data": 1})
        ):
            yield from (bytes(chunk["data"]) for chunk in sorted(chunks, key=itemgetter("n")))
            first += _AT_ONCE


def _key(store: int, sha2: str) -> str:
    return f"{store}:{sha2}"
