"""The bytes of attachments, once for each store and SHA-2: small ones in their row, large ones in GridFS, streamed both ways.

Files of GridFS are written and read here in its own format: pymongo's bucket holds up to 48 MB of a file on the way in, twice,
and 16 MB on the way out.

Attachments are kept before their statements are stored, and that may fail. So a new one is on trial: `at` says since when, `by`
which statements it came with. When a statement that has it is found it is settled, and both are gone; when none is after a day it
is swept. A file is `open` from before its first chunk until then. Every step may be repeated, and each that decides is one update
of one document: what a request relies on is not swept meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, BinaryIO

from bson import ObjectId
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

INLINE = 64 << 10
_CHUNK = 255 << 10  # the usual size in GridFS
_AT_ONCE = 8  # chunks in one message
_TRIAL = timedelta(days=1)
_UNPROVEN = 100  # statements that came to nothing, after which an attachment stays anyway: the list must end
_SETTLED = {"$unset": {"at": "", "by": ""}}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        self._statements = db["lrs_statements"]

    def keep(self, store: int, attachments: Iterable[Attachment], bearers: Mapping[str, Sequence[bytes]]) -> None:
        """`bearers`: for each SHA-2 the keys of the statements of the same request that have it and are about to be stored."""
        wanted = {_key(store, one.sha2): one for one in attachments}
        if not wanted:
            return
        known = {row["_id"]: row for row in self._rows.find({"_id": {"$in": list(wanted)}}, {"sha2": 1, "at": 1, "by": 1})}
        for key, attachment in wanted.items():
            row, by = known.get(key), list(bearers[attachment.sha2])
            while (row is None or not self._stays(row, by)) and not self._keep(key, store, attachment, by):
                row = self._rows.find_one({"_id": key}, {"sha2": 1, "at": 1, "by": 1})

    def _stays(self, row: Mapping[str, Any], by: list[bytes]) -> bool:
        """Whether a known one is still there, and will be while its new bearers are being stored."""
        if "at" not in row:
            return True
        if len(row["by"]) >= _UNPROVEN or self._is_borne(row):
            return bool(self._rows.update_one({"_id": row["_id"]}, _SETTLED).matched_count)
        longer = {"$mergeObjects": ["$$ROOT", {"at": datetime.now(UTC), "by": {"$concatArrays": ["$by", by]}}]}
        on_trial = {"$cond": [{"$isArray": "$by"}, longer, "$$ROOT"]}
        return bool(self._rows.update_one({"_id": row["_id"]}, [{"$replaceWith": on_trial}]).matched_count)

    def _is_borne(self, row: Mapping[str, Any]) -> bool:
        found = self._statements.find({"_id": {"$in": row["by"]}}, {"s": 1, "att": 1})
        return any(row["sha2"] in one.get("att", ()) and one["s"] > 0 for one in found)

    def sweep(self) -> int:
        """Deletes what requests left that failed more than a day ago, rows and files, and says how many. What was settled, or is
        not that old, costs nothing."""
        old, swept = {"$gt": _EPOCH, "$lt": datetime.now(UTC) - _TRIAL}, 0
        for row in self._rows.find({"at": old}, {"sha2": 1, "at": 1, "by": 1}):
            if self._is_borne(row):
                self._rows.update_one({"_id": row["_id"]}, _SETTLED)
            else:
                swept += self._rows.delete_one({"at": row["at"], "_id": row["_id"]}).deleted_count
        for file in self._files.find({"open": old}, {"filename": 1}):
            owner = self._rows.find_one({"_id": file["filename"]}, {"file": 1, "at": 1}) or {}
            if owner.get("file") != file["_id"]:
                self._discard(file["_id"])
                swept += 1
            elif "at" not in owner:
                self._files.update_one({"_id": file["_id"]}, {"$unset": {"open": ""}})
        return swept

    def _keep(self, key: str, store: int, attachment: Attachment, by: list[bytes]) -> bool:
        """False when another request was faster with the same bytes."""
        row: dict[str, Any] = {
            "_id": key,
            "at": datetime.now(UTC),
            "by": by,
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
        except DuplicateKeyError:
            if "file" in row:
                self._discard(row["file"])
            return False
        return True

    def _upload(self, name: str, attachment: Attachment) -> ObjectId:
        file, now, chunks = ObjectId(), datetime.now(UTC), []
        told = {"length": attachment.length, "chunkSize": _CHUNK, "uploadDate": now, "open": now}
        self._files.insert_one({"_id": file, "filename": name, **told})
        try:
            for ordinal, data in enumerate(iter(lambda: attachment.body.read(_CHUNK), b"")):
                chunks.append({"files_id": file, "n": ordinal, "data": data})
                if len(chunks) == _AT_ONCE:
                    self._chunks.insert_many(chunks)
                    chunks = []
            if chunks:
                self._chunks.insert_many(chunks)
        except BaseException:
            self._discard(file)
            raise
        return file

    def _discard(self, file: ObjectId) -> None:
        self._chunks.delete_many({"files_id": file})
        self._files.delete_one({"_id": file})

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
