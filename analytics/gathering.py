"""A query over statements: their flat facts are nowhere stored, so groups are put together in memory, row by row.

What is held is small and bounded: an accumulator for each group and measure. The grammar and its meaning are those of the
pipelines that query.py makes for rows in the database.
"""

import math
import time
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from analytics.attempts import Row
from analytics.buckets import beginning
from analytics.conditions import fits
from analytics.errors import QueryInvalid, QueryTooLarge
from analytics.parameters import Selection
from analytics.query import Grouping, Measure, Plan
from analytics.settings import Limits
from analytics.sight import told_of
from analytics.statements import LEADING, Batch

RATES: dict[str, Callable[[Row], bool]] = {
    "completed": lambda row: row.get("completion") is True,
    "passed": lambda row: row.get("success") is True,
    "failed": lambda row: row.get("success") is False,
    "scored": lambda row: "score_scaled" in row or "score_raw" in row,
}


class Fold(Protocol):
    def add(self, value: Any) -> int:
        """Takes in a value that is known; how much more is held."""

    def result(self) -> Any: ...


class Sum:
    def __init__(self) -> None:
        self.sum, self.count = 0.0, 0

    def add(self, value: Any) -> int:
        self.sum += value
        self.count += 1
        return 0

    def result(self) -> Any:
        return self.sum


class Count(Sum):
    def result(self) -> int:
        return self.count


class Mean(Sum):
    def result(self) -> float | None:
        return self.sum / self.count if self.count else None


class Extreme:
    def __init__(self, choose: Callable[[Any, Any], Any]) -> None:
        self.choose, self.value = choose, None

    def add(self, value: Any) -> int:
        self.value = value if self.value is None else self.choose(self.value, value)
        return 0

    def result(self) -> Any:
        return self.value


class Distinct:
    def __init__(self) -> None:
        self.values: set[Any] = set()

    def add(self, value: Any) -> int:
        if value in self.values:
            return 0
        self.values.add(value)
        return size(value)

    def result(self) -> int:
        return len(self.values)


class Percentile:
    def __init__(self, fraction: float) -> None:
        self.fraction, self.values = fraction, array("d")

    def add(self, value: Any) -> int:
        self.values.append(value)
        return 1

    def result(self) -> float | None:
        return quantile(sorted(self.values), self.fraction)


def quantile(ordered: Sequence[float], fraction: float) -> float | None:
    """The least value that so large a part of all does not exceed."""
    return ordered[max(math.ceil(fraction * len(ordered)) - 1, 0)] if ordered else None


FOLDS: Mapping[str, Callable[[Measure], Fold]] = {
    "count": lambda measure: Count(),
    "count_distinct": lambda measure: Distinct(),
    "sum": lambda measure: Sum(),
    "avg": lambda measure: Mean(),
    "rate": lambda measure: Mean(),
    "min": lambda measure: Extreme(min),
    "max": lambda measure: Extreme(max),
    "percentile": lambda measure: Percentile(measure.fraction),
}


class Groups:
    """`learners`: how many different ones each group has is counted, too, and of how many each measured value is known."""

    def __init__(self, plan: Plan, limits: Limits, *, learners: bool = False) -> None:
        self.plan, self.limits = plan, limits
        self.held = 0
        self._values = [value_of(one) for one in plan.measures]
        self._keys = [partial(group_value, one) for one in plan.groups]
        self._learners: dict[tuple[Any, ...], list[Distinct]] | None = {} if learners else None
        self._groups: dict[tuple[Any, ...], list[Fold]] = {}

    def add(self, row: Row) -> None:
        key = tuple([value(row) for value in self._keys])
        folds = self._groups.get(key)
        if folds is None:
            folds = self._begin(key)
        for fold, value in zip(folds, self._values, strict=True):
            if (found := value(row)) is not None:
                self.held += fold.add(found)
        if self._learners is not None and "pseudonym" in row:
            everybody, *known = self._learners[key]
            self.held += everybody.add(row["pseudonym"])
            for some, field in zip(known, self.plan.measured, strict=True):
                self.held += some.add(row["pseudonym"]) if row.get(field) is not None else 0

    def sizes(self) -> list[tuple[tuple[Any, ...], int]]:
        """Each group with the number of learners that it tells about."""
        found = {key: [one.result() for one in many] for key, many in (self._learners or {}).items()}
        return [(key, told_of(learners, known)) for key, (learners, *known) in found.items()]

    def rows(self, without: Iterable[tuple[Any, ...]] = ()) -> list[Row]:
        """As the database would give them."""
        hidden = set(without)
        names = [one.column.name for one in self.plan.groups]
        measures = [one.name for one in self.plan.measures]
        return [
            {
                "_id": dict(zip(names, key, strict=True)),
                **{name: fold.result() for name, fold in zip(measures, folds, strict=True)},
            }
            for key, folds in self._groups.items()
            if key not in hidden
        ]

    def _begin(self, key: tuple[Any, ...]) -> list[Fold]:
        if len(self._groups) >= self.limits.groups:
            rule = f"makes more than {self.limits.groups} groups; group by less, or narrow the filter"
            raise QueryInvalid("/group_by", None, rule)
        folds = self._groups[key] = [FOLDS[one.kind](one) for one in self.plan.measures]
        self.held += len(folds) + sum(map(size, key))
        if self._learners is not None:
            self._learners[key] = [Distinct() for _ in ("everybody", *self.plan.measured)]
        return folds


def gather(
    plan: Plan, batches: Iterable[Batch], limits: Limits, *, learners: bool = False, clock: Callable[[], float] = time.monotonic
) -> Groups:
    """Raises QueryTooLarge."""
    groups, read, ends = Groups(plan, limits, learners=learners), 0, clock() + limits.seconds
    for batch in batches:
        read += batch.read
        if clock() > ends:
            raise too_large(plan.selection, f"takes longer than {limits.seconds:g} seconds", read)
        if read > limits.statements:
            raise too_large(plan.selection, f"would read more than {limits.statements} statements", read)
        for row in batch.rows:
            groups.add(row)
        if groups.held > limits.values:
            rule = f"would hold more than {limits.values} values for its groups, percentiles and distinct counts"
            raise too_large(plan.selection, rule, read)
    return groups


def too_large(chosen: Selection, reason: str, read: int) -> QueryTooLarge:
    """What would do is what leads the LRS to fewer statements, and is not said yet."""
    leading = (name for name in LEADING if name in chosen.resource.indexed or name == "verb")
    narrow = ["since", "until", *(name for name in leading if len(chosen.among.get(name, ())) != 1)]
    return QueryTooLarge(reason, read, narrow)


def finished(rows: Sequence[Row], stages: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Those that the last stages of a plan choose: conditions on measures, an order, a limit."""
    found = list(rows)
    for stage in stages:
        if "$match" in stage:
            found = [row for row in found if fits(row, stage["$match"]["$and"])]
        elif "$sort" in stage:
            for name, direction in reversed(stage["$sort"].items()):
                found.sort(key=partial(_ranked, name), reverse=direction < 0)
        else:
            found = found[: stage["$limit"]]
    return found


def _ranked(name: str, row: Row) -> tuple[bool, Any]:
    """What is not there comes first."""
    if name == "_id":  # without groups there is one row
        return (False, 0)
    value = row["_id"][name.removeprefix("_id.")] if name.startswith("_id.") else row[name]
    return (False, 0) if value is None else (True, value)


def size(value: Any) -> int:
    return 1 + len(value) // 100 if isinstance(value, str) else 1


def value_of(measure: Measure) -> Callable[[Row], Any]:
    """What of a row the measure takes in; None for nothing."""
    if measure.kind == "count":
        return lambda row: 1
    if measure.kind == "rate":
        return RATES[measure.of]
    field = measure.of
    return lambda row: row.get(field)


def group_value(group: Grouping, row: Row) -> Any:
    value = row.get(group.field)
    return value if group.every is None or value is None else beginning(value, group.every, group.zone)
