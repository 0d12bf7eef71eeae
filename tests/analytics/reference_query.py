"""The query grammar of docs/analytics.md once more, over rows in a list: slow, and sharing nothing with the product."""

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
RATES = {
    "completed": lambda row: row["completion"] is True,
    "passed": lambda row: row["success"] is True,
    "failed": lambda row: row["success"] is False,
    "correct": lambda row: row["correct"] is True,
    "started": lambda row: row["status"] != "not_started",
    "abandoned": lambda row: row["status"] == "abandoned",
    "scored": lambda row: row["scored_at"] is not None,
}


def evaluate(rows: list[Row], query: dict[str, Any]) -> list[Row]:
    groups = query["group_by"]
    gathered: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        gathered[tuple(group_value(row, one) for one in groups)].append(row)
    found = [
        dict(zip(map(group_name, groups), key, strict=True))
        | {measure_name(one): measure(members, one) for one in query["measures"]}
        for key, members in gathered.items()
    ]
    found = [row for row in found if all(holds(row[one["measure"]], one) for one in query.get("having", []))]
    for name in reversed([*query.get("order", []), *(name for name in map(group_name, groups))]):
        found.sort(key=partial(ranked, name.removeprefix("-")), reverse=name.startswith("-"))
    return found[: query.get("limit", 1000)]


def ranked(name: str, row: Row) -> tuple[int, Any]:
    return (0, 0) if row[name] is None else (1, row[name])


def group_name(one: Any) -> str:
    return one if isinstance(one, str) else f"{one['bucket']}_{one['every']}"


def group_value(row: Row, one: Any) -> Any:
    if isinstance(one, str):
        return row[one]
    if row[one["bucket"]] is None:
        return None
    at = datetime.fromisoformat(row[one["bucket"]].replace("Z", "+00:00")).astimezone(ZoneInfo(one["tz"]))
    begins = beginning(at, one["every"])
    return begins.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def beginning(at: datetime, every: str) -> datetime:
    """The wall clock's, so that a day begins at midnight on either side of a change of the clocks."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return {
        "hour": lambda: at.replace(minute=0, second=0, microsecond=0),
        "day": lambda: midnight,
        "week": lambda: midnight - timedelta(days=midnight.weekday()),
        "month": lambda: midnight.replace(day=1),
        "quarter": lambda: midnight.replace(day=1, month=(midnight.month - 1) // 3 * 3 + 1),
        "year": lambda: midnight.replace(day=1, month=1),
    }[every]()


def measure_name(one: Row) -> str:
    kind, given = next(iter(one.items()))
    if kind == "count":
        return "count"
    if kind == "median":
        return f"p50_{given}"
    return f"p{given[1] * 100:g}_{given[0]}" if kind == "percentile" else f"{kind}_{given}"


def measure(members: list[Row], one: Row) -> Any:
    kind, given = next(iter(one.items()))
    if kind == "count":
        return len(members)
    if kind == "rate":
        return sum(RATES[given](row) for row in members) / len(members)
    if kind == "count_distinct":
        return len({row[given] for row in members if row[given] is not None})
    column, fraction = given if kind == "percentile" else (given, 0.5)
    known = sorted(row[column] for row in members if row[column] is not None)
    if kind == "sum":
        return sum(known)
    if not known:
        return None
    if kind in ("percentile", "median"):
        return Between(known, fraction)
    return {"avg": lambda: sum(known) / len(known), "min": lambda: known[0], "max": lambda: known[-1]}[kind]()


def holds(value: Any, condition: Row) -> bool:
    return value is not None and all(
        {"gte": lambda bound: value >= bound, "lt": lambda bound: value < bound}[name](bound)
        for name, bound in condition.items()
        if name != "measure"
    )


class Between:
    """A quantile is told approximately: it is no further from the exact place than the next value of the group."""

    def __init__(self, known: list[float], fraction: float) -> None:
        place = fraction * (len(known) - 1)
        self.low, self.high = known[max(math.floor(place) - 1, 0)], known[min(math.ceil(place) + 1, len(known) - 1)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | float) and self.low - 1e-9 <= other <= self.high + 1e-9

    def __repr__(self) -> str:
        return f"{self.low}..{self.high}"

    __hash__ = None  # type: ignore[assignment]


def equal(found: list[Row], expected: list[Row]) -> bool:
    return len(found) == len(expected) and all(
        one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
        for one, other in zip(found, expected, strict=True)
    )


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(other == one)
