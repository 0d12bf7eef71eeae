"""The log of a registration and its earlier attempts, in Mongo. Both are numbered without gaps, so that a page is one range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from scorm_runtime import journal

LOG = "runtime_log"
ATTEMPTS = "runtime_history"
DUPLICATE = 11000


def ensure_indexes(db: Database[Any]) -> None:
    for name in (LOG, ATTEMPTS):
        db[name].create_index([("r", 1), ("n", 1)], name="numbered", unique=True)


def write(db: Database[Any], registration: str, entries: Sequence[str], last: int) -> None:
    """Log entries under their own numbers, up to `last`; writing them again changes nothing."""
    numbered = enumerate(entries, start=last - len(entries) + 1)
    rows = [{"_id": f"{registration}:{n}", "r": registration, "n": n, "e": entry} for n, entry in numbered]
    try:
        db[LOG].insert_many(rows, ordered=False)
    except BulkWriteError as error:
        if any(fault["code"] != DUPLICATE for fault in error.details["writeErrors"]):
            raise


def forget(db: Database[Any], registration: str, last: int, kept: int) -> None:
    """Entries older than the `kept` newest go."""
    db[LOG].delete_many({"r": registration, "n": {"$gte": 0, "$lte": last - kept}})


def entries(db: Database[Any], registration: str, *, below: int, limit: int) -> list[dict[str, Any]]:
    """Log entries with smaller numbers, newest first."""
    found = db[LOG].find({"r": registration, "n": {"$gte": below - limit, "$lt": below}})
    return [journal.told(row["e"]) for row in sorted(found, key=lambda row: -row["n"])]


def keep(db: Database[Any], registration: str, number: int, attempt: Mapping[str, Any]) -> None:
    """An attempt becomes history. Done again it replaces what a save that failed has left there."""
    row = {"r": registration, "n": number, "a": orjson.dumps(attempt).decode()}
    db[ATTEMPTS].replace_one({"_id": f"{registration}:{number}"}, row, upsert=True)


def attempts(db: Database[Any], registration: str, *, below: int, limit: int) -> list[dict[str, Any]]:
    """Earlier attempts with smaller numbers, newest first."""
    found = db[ATTEMPTS].find({"r": registration, "n": {"$gte": below - limit, "$lt": below}})
    return [{"number": row["n"], **orjson.loads(row["a"])} for row in sorted(found, key=lambda row: -row["n"])]
