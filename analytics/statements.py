"""Statements flat, straight from the LRS: what leads it to them, and what those it finds are tested on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from access import Caller
from analytics.attempts import Row
from analytics.conditions import fits
from analytics.facts import agent_of, facts, labels, milliseconds
from analytics.folding import Statements
from analytics.parameters import Selection
from analytics.values import INT64_MAXIMUM
from lrs import StatementQuery

PAGE = 500
SCAN_PAGES = 200
LEADING = ("registration", "activity", "actor_key", "verb")
"""What an index of the LRS leads to; of several values, the first of these that has them is read once for each."""
LEADS_MOST = 20
LATEST = (INT64_MAXIMUM >> 20) - 1


class Batch(NamedTuple):
    """`read`: the statements that `rows` were found among."""

    rows: list[Row]
    last: int | None  # the sequence number to go on after; None at the end
    read: int


class Reading(NamedTuple):
    """What the LRS is asked for, and what its statements are tested on."""

    query: StatementQuery
    tests: tuple[Mapping[str, Any], ...]


def reading(chosen: Selection) -> Reading:
    """Parameters with one value lead the LRS to the statements. All are tested, these too: xAPI finds also statements that
    refer to one that fits."""
    asked: dict[str, Any] = {name: many[0] for name, many in chosen.among.items() if len(many) == 1 and name in LEADING}
    key = asked.pop("actor_key", None)
    bounds = {operator: bound for one in chosen.rest for operator, bound in one.get("seq", {}).items()}
    tests = (*({name: {"$in": many}} for name, many in chosen.among.items()), *(one for one in chosen.rest if "seq" not in one))
    query = StatementQuery(
        agent=agent_of(key) if key is not None else None,
        **asked,
        since=_moment(bounds.get("$gte")),
        until=_moment(bounds.get("$lt")),
        ascending=True,
        cursor=chosen.after or None,
    )
    return Reading(query, tests)


def readings(chosen: Selection) -> list[Reading]:
    """Together every statement once: one reading, or one for each of several values where an index leads to each."""
    if not all(chosen.among.values()):
        return []
    led = {name: many for name, many in chosen.among.items() if name in LEADING and _leads(name, many)}
    name = next((one for one in LEADING if one in led), None)
    if name is None or any(len(many) == 1 for many in led.values()):
        return [reading(chosen)]
    return [reading(replace(chosen, among={**chosen.among, name: (value,)})) for value in led[name]]


def _leads(name: str, many: tuple[str, ...]) -> bool:
    return len(many) <= LEADS_MOST and (name != "actor_key" or all(agent_of(one) is not None for one in many))


def batches(
    lrs: Statements, store: int, reading: Reading, limit: int | None = None, veil: Callable[[Row], Row] | None = None
) -> Iterator[Batch]:
    """Until `limit` rows are there, or so many pages were read, or all. `veil` makes of a row what the asker sees of it."""
    reader = Caller(key="analytics", name="analytics", scopes=frozenset({"all/read"}), store=store)
    query, tests = reading
    left, pages = limit, 0
    while left is None or (left > 0 and pages < SCAN_PAGES):
        page = lrs.find(replace(query, limit=min(PAGE, left or PAGE)), reader)
        rows = [{**facts(one), "stored": milliseconds(one.get("stored"))} for one in page.statements]
        rows = rows if veil is None else [veil(row) for row in rows]
        found = [row for row in rows if fits(_tested(row), tests)] if tests else rows
        yield Batch(found, page.last, len(rows))
        if page.last is None:
            return
        query = replace(query, cursor=page.last)
        left = None if left is None else left - len(found)
        pages += 1


def _tested(row: Row) -> Row:
    """By the names that parameters have in every list."""
    about = (
        {"activity": row.get("object"), "activity_type": row.get("object_type")} if row.get("object_kind") == "Activity" else {}
    )
    return {**row, **about, "labels": labels(row)}


def _moment(seq: int | None) -> datetime | None:
    """The bounds of a selection are numbers: the first after a millisecond."""
    if seq is None:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=min(max((seq >> 20) - 1, 0), LATEST))
