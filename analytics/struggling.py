"""Learners of a course who need somebody, each with the reason and its numbers. docs/metrics.md, "Struggling", defines it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from analytics.attempts import Row
from analytics.items import Question

DAY_MS = 86_400_000
PEERS_LEAST = 5
QUESTIONS_LEAST = 3


class Limits(NamedTuple):
    """From which number on somebody struggles: failures of one activity, days without work, latency over that of peers."""

    failures: int = 2
    stalled_days: int = 14
    slow_ratio: float = 2.0


def struggling_rows(
    course: str, own: Sequence[Row], parts: Iterable[Row], asked: Sequence[Question], limits: Limits, now: int, learner: str
) -> list[Row]:
    """`now`: UTC milliseconds. `learner`: the member of rows that names who they are of."""
    every = [*own, *(row for row in parts if row["activity"] != course)]
    names = {row[learner]: row["actor_name"] for row in every if row.get("actor_name")}
    latest: dict[str, int] = {}
    for row in every:
        latest[row[learner]] = max(latest.get(row[learner], 0), row["last"])
    found = [
        *_failing(every, limits, learner),
        *_stalled(course, own, every, limits, now, learner),
        *_slow(course, asked, limits),
    ]
    return sorted(
        ({**row, learner: row["who"], "actor_name": names.get(row["who"]), "last": latest.get(row["who"])} for row in found),
        key=lambda row: (row[learner], row["reason"], row["activity"]),
    )


def _failing(every: Sequence[Row], limits: Limits, learner: str) -> list[Row]:
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in every:
        grouped[row[learner], row["activity"]].append(row)
    found = []
    for (who, activity), rows in grouped.items():
        failures = sum(row.get("failures", 0) for row in rows)
        if failures >= limits.failures and not any(row.get("success") for row in rows):
            name = next((row["activity_name"] for row in rows if row.get("activity_name")), None)
            found.append(_reason(who, "failed", activity, failures, limits.failures) | {"activity_name": name})
    return found


def _stalled(course: str, own: Sequence[Row], every: Sequence[Row], limits: Limits, now: int, learner: str) -> list[Row]:
    done = {row[learner] for row in own if row.get("completion") or row.get("success")}
    last: dict[str, int] = {}
    for row in every:
        if row["attempts"] and row[learner] not in done:
            last[row[learner]] = max(last.get(row[learner], 0), row["last"])
    quiet = {who: (now - at) / DAY_MS for who, at in last.items()}
    return [
        _reason(who, "stalled", course, days, limits.stalled_days) for who, days in quiet.items() if days >= limits.stalled_days
    ]


def _slow(course: str, asked: Sequence[Question], limits: Limits) -> list[Row]:
    ratios: dict[str, list[float]] = defaultdict(list)
    for question in asked:
        times = {who: one.latency_s for who, one in question.answers.items() if one.latency_s is not None}
        ordered = sorted(times.values())
        if len(ordered) <= PEERS_LEAST:
            continue
        for who, time in times.items():
            if peers := _median_without(ordered, time):
                ratios[who].append(time / peers)
    middle = {who: median(found) for who, found in ratios.items() if len(found) >= QUESTIONS_LEAST}
    return [
        _reason(who, "slow", course, ratio, limits.slow_ratio) | {"questions": len(ratios[who])}
        for who, ratio in middle.items()
        if ratio >= limits.slow_ratio
    ]


def _median_without(ordered: Sequence[float], value: float) -> float:
    """The median of the others, of a sorted list."""
    gone, rest = ordered.index(value), len(ordered) - 1
    low, high = (rest - 1) // 2, rest // 2
    return (ordered[low + (low >= gone)] + ordered[high + (high >= gone)]) / 2


def _reason(who: str, reason: str, activity: str, value: float, threshold: float) -> Row:
    return {"who": who, "reason": reason, "activity": activity, "value": value, "threshold": threshold}
