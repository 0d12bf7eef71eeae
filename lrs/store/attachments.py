"""The bytes of attachments, once for each store and SHA-2: small ones in their row, large ones in GridFS, streamed both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from bson import ObjectId
from gridfs import GridFSBucket
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

INLINE = 64 << 10
_PIECE = 256 << 10


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
        self._bucket = GridFSBucket(db, bucket_name="lrs_attachments")

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
            row["file"] = self._bucket.upload_from_stream(key, attachment.body)
        try:
            self._rows.insert_one(row)
        except DuplicateKeyError:  # another request was faster with the same bytes
            if "file" in row:
                self._bucket.delete(row["file"])

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
        with self._bucket.open_download_stream(file) as stream:
            while piece := stream.read(_PIECE):
                yield piece


def _key(store: int, sha2: str) -> str:
    return f"{store}:{sha2}"
