"""Who read what: one record for each answer of the analyst API, kept for a while, for those who answer for the data."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from analytics.attempts import Row

READS = "analytics_reads"
QUERY_LENGTH = 4_000
WINDOW_FIRST = 3_600_000 << 20


def ensure_indexes(db: Database[Any]) -> None:
    db[READS].create_index([("t", ASCENDING), ("seq", ASCENDING)])
    db[READS].create_index([("expires", ASCENDING)], expireAfterSeconds=0)


def write(db: Database[Any], store: int, now: int, days: int, read: Mapping[str, Any]) -> None:
    """`now`: UTC milliseconds. `days`: how long it is kept; 0 for ever."""
    record: Row = {"t": store, "seq": now << 20 | secrets.randbits(20), "at": now, **read}
    record["query"] = record["query"][:QUERY_LENGTH]
    if days:
        record["expires"] = datetime.fromtimestamp(now / 1000, UTC) + timedelta(days=days)
    db[READS].insert_one(record)


def page(db: Database[Any], store: int, after: int, before: int, tests: Mapping[str, Any], limit: int) -> list[Row]:
    """The newest whose number is `after` or more and less than `before`."""
    found: list[Row] = []
    width = WINDOW_FIRST
    while before > after and len(found) < limit:
        lower = max(before - width, after)
        stages: list[Mapping[str, Any]] = [
            {"$match": {"t": store, "seq": {"$gte": lower, "$lt": before}}},
            {"$match": tests},
            {"$sort": {"seq": -1}},
            {"$limit": limit - len(found)},
            {"$project": {"_id": 0, "t": 0, "expires": 0}},
        ]
        found += db[READS].aggregate(stages)
        before, width = lower, width * 8
    return found
