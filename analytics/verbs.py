"""How often each verb was said, how often that was voided, first and last: one document for all verbs of a store."""

from collections.abc import Iterable
from typing import NamedTuple

from analytics.attempts import Row


class Event(NamedTuple):
    """A statement with the verb was stored, or (`voided`) lost by the statement with this number."""

    seq: int
    verb: str
    timestamp: int
    voided: bool


EMPTY: Row = {"seq": 0, "rows": []}


def fold(counts: Row, events: Iterable[Event]) -> Row:
    """New counts; events at or below the number of the counts are in them already."""
    rows = {row["verb"]: dict(row) for row in counts["rows"]}
    before, reached = counts["seq"], counts["seq"]
    for seq, verb, timestamp, voided in events:
        if seq <= before:
            continue
        reached = seq
        row = rows.setdefault(verb, {"verb": verb, "statements": 0, "voided": 0})
        if voided:
            row["voided"] += 1
        else:
            row["statements"] += 1
            row["first"] = min(row.get("first", timestamp), timestamp)
            row["last"] = max(row.get("last", timestamp), timestamp)
    return {**counts, "seq": reached, "rows": list(rows.values())}
