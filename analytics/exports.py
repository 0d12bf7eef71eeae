"""Exports: answers that are made in the background and kept as files in GridFS, until they expire.

An export is a row with a lease. Whoever has the lease writes a file of its own and, if it still has the lease at the end,
makes it the export's: there is one result however many processes died over it, and none of their remains stay.
"""

import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from bson import ObjectId
from gridfs import GridFSBucket, GridIn, GridOut
from gridfs.errors import NoFile
from pymongo import ASCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from analytics.attempts import Row
from analytics.errors import ExportNotReady, ExportsFull, ExportUnknown

EXPORTS = "analytics_exports"
FILES = "analytics_files"
STATES = ("queued", "running", "done", "failed")
UNFINISHED_MOST = 100
TRIES = 5
LEASE = 10_000
CHUNK = 1 << 20
LAST = "\x7f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`asked`: `resource` and `filter`, or `query`, or `saved`; `by`: the key of the credential it is made for."""

    asked: Mapping[str, Any]
    form: str
    by: str
    by_name: str
    schedule: str | None = None
    due: int | None = None


def ensure_indexes(db: Database[Any]) -> None:
    rows = db[EXPORTS]
    rows.create_index([("t", ASCENDING), ("by", ASCENDING), ("order", ASCENDING)])
    rows.create_index([("t", ASCENDING), ("order", ASCENDING)])
    rows.create_index([("open", ASCENDING), ("until", ASCENDING)])
    rows.create_index([("expires", ASCENDING)])


def create(db: Database[Any], store: int, wanted: Wanted, now: int, export_id: str | None = None) -> str:
    """The id; that of an export that is there already changes nothing. Times are UTC milliseconds. Raises ExportsFull."""
    waiting = db[EXPORTS].find({"open": True, "until": {"$gte": 0}}, {"t": 1})
    if sum(1 for one in waiting if one["t"] == store) >= UNFINISHED_MOST:
        raise ExportsFull(UNFINISHED_MOST)
    export_id = export_id or str(uuid.uuid4())
    row: Row = {
        "_id": export_id,
        "t": store,
        "order": f"{2**43 - now:013}-{export_id}",  # newest first
        "asked": orjson.dumps(wanted.asked).decode(),
        "form": wanted.form,
        "by": wanted.by,
        "by_name": wanted.by_name,
        "schedule": wanted.schedule,
        "due": wanted.due,
        "state": "queued",
        "created": now,
        "open": True,
        "until": now,
        "holder": "",
        "tries": 0,
        "rows": 0,
        "bytes": 0,
    }
    with suppress(DuplicateKeyError):
        db[EXPORTS].insert_one(row)
    return export_id


def get(db: Database[Any], store: int, export_id: str, by: str | None) -> Row:
    """`by`: whose it must be; None: anybody's. Raises ExportUnknown."""
    row = db[EXPORTS].find_one({"_id": export_id})
    if row is None or row["t"] != store or by not in (None, row["by"]):
        raise ExportUnknown(export_id)
    return _read(row)


def page(db: Database[Any], store: int, by: str | None, after: str, limit: int) -> list[Row]:
    """Newest first, those that follow the order `after`."""
    whose = {} if by is None else {"by": by}
    found = db[EXPORTS].find({"t": store, **whose, "order": {"$gt": after, "$lte": LAST}})
    return [_read(row) for row in found.sort("order", ASCENDING).limit(limit)]


def several(db: Database[Any], ids: Iterable[str]) -> dict[str, Row]:
    return {row["_id"]: _read(row) for row in db[EXPORTS].find({"_id": {"$in": list(ids)}})}


def _read(row: Row) -> Row:
    return row | {"asked": orjson.loads(row["asked"])}


def delete(db: Database[Any], row: Row) -> None:
    """Who is making it notices, and takes its file away."""
    db[EXPORTS].delete_one({"_id": row["_id"]})
    if "file" in row:
        remove_file(db, row["file"])


def claim(db: Database[Any], holder: str, now: int) -> Row | None:
    """The export that waits longest, and a new file for it; what an earlier holder left of it is taken away."""
    change = {"$set": {"holder": holder, "state": "running", "started": now, "until": now + LEASE}, "$inc": {"tries": 1}}
    free = {"open": True, "until": {"$gte": 0, "$lte": now}}
    row: Row | None = db[EXPORTS].find_one_and_update(
        free, change, sort=[("until", ASCENDING)], return_document=ReturnDocument.AFTER
    )
    if row is None:
        return None
    if "file" in row:
        remove_file(db, row["file"])
    row["file"] = ObjectId()
    return _read(row) if renew(db, row, now, file=row["file"], rows=0, bytes=0) else None


def renew(db: Database[Any], row: Row, now: int, **progress: Any) -> bool:
    """False: somebody else has it now, or it was deleted."""
    change = {"$set": {"until": now + LEASE, **progress}}
    return bool(db[EXPORTS].update_one({"_id": row["_id"], "holder": row["holder"]}, change).matched_count)


def finish(db: Database[Any], row: Row, state: str, now: int, expires: int, **result: Any) -> bool:
    """False: the lease was lost; the file is not the export's."""
    change = {
        "$set": {"state": state, "finished": now, "expires": expires, **result},
        "$unset": {"open": 1, "until": 1, "holder": 1},
    }
    return bool(db[EXPORTS].update_one({"_id": row["_id"], "holder": row["holder"]}, change).matched_count)


def give_back(db: Database[Any], row: Row, now: int) -> None:
    """Somebody else may begin it again at once."""
    change = {"$set": {"state": "queued", "holder": "", "until": now, "tries": max(row["tries"] - 1, 0)}}
    db[EXPORTS].update_one({"_id": row["_id"], "holder": row["holder"]}, change)


def new_file(db: Database[Any], row: Row, name: str) -> GridIn:
    return GridFSBucket(db, bucket_name=FILES, chunk_size_bytes=CHUNK).open_upload_stream_with_id(row["file"], name)


def open_file(db: Database[Any], row: Row) -> GridOut:
    """Raises ExportNotReady, ExportUnknown."""
    if row["state"] != "done":
        raise ExportNotReady(row["_id"], row["state"])
    try:
        return GridFSBucket(db, bucket_name=FILES).open_download_stream(row["file"])
    except NoFile:
        raise ExportUnknown(row["_id"]) from None


def remove_file(db: Database[Any], file: ObjectId) -> None:
    """Its pieces, too, where it was never finished."""
    with suppress(NoFile):
        GridFSBucket(db, bucket_name=FILES).delete(file)


def sweep(db: Database[Any], now: int) -> int:
    """Takes away what has expired; how many."""
    expired = list(db[EXPORTS].find({"expires": {"$gt": 0, "$lte": now}}))
    for row in expired:
        delete(db, row)
    return len(expired)
