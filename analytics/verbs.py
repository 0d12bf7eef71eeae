"""One row for each verb: how often it was said, how often that was voided, first and last."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from analytics.attempts import Row


class Event(NamedTuple):
    """A statement with the verb was stored, or (`voided`) lost by the statement with this number."""

    seq: int
    timestamp: int
    voided: bool


def row_id(store: int, iri: str) -> bytes:
    return hashlib.sha256(f"{store}\x00{iri}".encode()).digest()[:16]


def empty(iri: str) -> Row:
    return {"verb": iri, "seq": 0, "statements": 0, "voided": 0}


def fold(row: Row, events: Iterable[Event]) -> Row:
    row = dict(row)
    before = row["seq"]
    for seq, timestamp, voided in events:
        if seq <= before:
            continue
        row["seq"] = seq
        if voided:
            row["voided"] += 1
        else:
            row["statements"] += 1
            row["first"] = min(row.get("first", timestamp), timestamp)
            row["last"] = max(row.get("last", timestamp), timestamp)
    return row
