"""A query over rows whose measures need every value, percentiles and different ones: the database gathers so many rows at a
time, and the parts of each group are put together here.

`$percentile` and `$addToSet` would say it in one stage, but cost the embedded server many times what `$push` does, and ask for
all values of a group in one document. Parts come in the order of their groups, so that one group is held at a time.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from analytics.attempts import Row
from analytics.gathering import finished, quantile, too_large
from analytics.query import RATES, Measure, Plan
from analytics.settings import Limits

Stage = Mapping[str, Any]
SLICE = 16_384  # rows: their values fit into a document
KEPT = 20_000  # groups, before those that will not be shown are let go
PART = "_slice"

PARTS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "count": lambda of: ("sum rows",),
    "rate": lambda of: ("sum rows", f"sum rate {of}"),
    "sum": lambda of: (f"sum value {of}",),
    "avg": lambda of: (f"sum value {of}", f"sum known {of}"),
    "min": lambda of: (f"min value {of}",),
    "max": lambda of: (f"max value {of}",),
    "count_distinct": lambda of: (f"texts value {of}",),
    "percentile": lambda of: (f"numbers value {of}",),
}
"""What each measure is made of: how values are put together, and which."""


def whole(plan: Plan) -> bool:
    """Whether the database can say it all."""
    return all(one.gather is not None for one in plan.measures)


def answer(
    plan: Plan, read: Callable[[Sequence[Stage]], Iterable[Row]], limits: Limits, without: Sequence[Stage] = ()
) -> list[Row]:
    """The rows that a plan shows; `without` leaves out groups. Raises QueryTooLarge."""
    if whole(plan):
        return list(read([*plan.gather, *without, *plan.finish]))
    rows: list[Row] = []
    for row in _groups(plan, read([_slices(plan), *without, *_in_order(plan)]), limits):
        rows.append(row)
        if len(rows) >= KEPT:
            rows = finished(rows, plan.finish)
    return finished(rows, plan.finish)


def _slices(plan: Plan) -> Stage:
    named = {PART: {"$floor": {"$divide": ["$n", SLICE]}}, **plan.gather[0]["$group"]["_id"]}
    parts = dict.fromkeys(part for one in plan.measures for part in PARTS[one.kind](one.of))
    return {"$group": {"_id": named, **{part: _accumulator(part) for part in parts}}}


def _accumulator(part: str) -> Stage:
    how, what, of = (*part.split(" "), "")[:3]
    value: dict[str, Any] = {
        "rows": 1,
        "rate": {"$cond": [RATES.get(of), 1, 0]},
        "known": {"$cond": [{"$gt": [f"${of}", None]}, 1, 0]},
        "value": f"${of}",
    }
    return {{"texts": "$push", "numbers": "$push"}.get(how, f"${how}"): value[what]}


def _in_order(plan: Plan) -> list[Stage]:
    return [{"$sort": {f"_id.{one.column.name}": 1 for one in plan.groups}}] if plan.groups else []


def _groups(plan: Plan, parts: Iterable[Row], limits: Limits) -> Iterator[Row]:
    names = [one.column.name for one in plan.groups]
    for key, many in groupby(parts, lambda part: [part["_id"][name] for name in names]):
        held = _put_together(plan, many, limits)
        yield {"_id": dict(zip(names, key, strict=True)), **{one.name: _result(one, held) for one in plan.measures}}


def _put_together(plan: Plan, parts: Iterable[Row], limits: Limits) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            if name != "_id":
                how = name.partition(" ")[0]
                held[name] = TOGETHER[how](held.get(name), value)
                if how in ("texts", "numbers") and len(held[name]) > limits.values:
                    rule = f"would hold more than {limits.values} values of one group for its percentiles and distinct counts"
                    raise too_large(plan.selection, rule, len(held[name]))
    return {name: sorted(value) if isinstance(value, array) else value for name, value in held.items()}


def _extreme(choose: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda held, value: choose((one for one in (held, value) if one is not None), default=None)


def _texts(held: set[Any] | None, values: list[Any]) -> set[Any]:
    held = set() if held is None else held
    held.update(values)
    held.discard(None)
    return held


def _numbers(held: "array[float] | None", values: list[Any]) -> "array[float]":
    held = array("d") if held is None else held
    held.extend(one for one in values if one is not None)
    return held


TOGETHER: Mapping[str, Callable[[Any, Any], Any]] = {
    "sum": lambda held, value: value if held is None else held + value,
    "min": _extreme(min),
    "max": _extreme(max),
    "texts": _texts,
    "numbers": _numbers,
}


def _result(measure: Measure, held: Mapping[str, Any]) -> Any:
    found = [held[part] for part in PARTS[measure.kind](measure.of)]
    match measure.kind:
        case "rate":
            return found[1] / found[0]
        case "avg":
            return found[0] / found[1] if found[1] else None
        case "count_distinct":
            return len(found[0])
        case "percentile":
            return quantile(found[0], measure.fraction)
    return found[0]
