"""POST /api/v1/query: a small grammar, turned into a pipeline; nothing of the database's own language comes through.

What the rows of statements are grouped by and measured is kept in words, too: these are put together in memory (gathering.py).

{"from": "attempts", "filter": {"course": "golf"},
 "group_by": ["activity", {"bucket": "last", "every": "week", "tz": "Europe/Paris"}],
 "measures": [{"count": "*"}, {"avg": "score_scaled", "as": "mean"}, {"percentile": ["duration_s", 0.9]}, {"rate": "passed"}],
 "having": [{"measure": "count", "gte": 5}], "order": ["-count"], "limit": 100}
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from analytics import buckets, sight
from analytics.columns import COLUMNS, Column
from analytics.errors import QueryInvalid
from analytics.parameters import NOT, RESOURCES, ResolveCourse, Resource, Selection, Sight, selection
from analytics.values import INT64_MAXIMUM

SOURCES = ("attempts", "completions", "scores", "interactions", "statements")
MEMBERS = ("from", "filter", "group_by", "measures", "having", "order", "limit")
GROUPS_MAXIMUM = 5
MEASURES_MAXIMUM = 20
LIMIT_DEFAULT = 1_000
LIMIT_MAXIMUM = 10_000
OF_VALUES = ("sum", "avg", "min", "max", "percentile")
COMPARISONS = {"eq": "$eq", "ne": "$ne", "gt": "$gt", "gte": "$gte", "lt": "$lt", "lte": "$lte"}
AGENTS = ("actor", "agent", "group")
"""Filters that take an object of xAPI as it is."""
NOT_IN_FILTER = ("limit", "cursor", "after_seq", "format", "count")

RATES: dict[str, dict[str, Any]] = {
    "completed": {"$eq": ["$completion", True]},
    "passed": {"$eq": ["$success", True]},
    "failed": {"$eq": ["$success", False]},
    "correct": {"$eq": ["$success", True]},
    "started": {"$ne": ["$status", "not_started"]},
    "abandoned": {"$eq": ["$status", "abandoned"]},
    "scored": {"$gt": ["$scored_seq", 0]},
}
RATES_OF = {"interactions": ("correct",), "statements": ("completed", "passed", "failed", "scored")}
RATES_OF_ATTEMPTS = tuple(name for name in RATES if name != "correct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The stages that follow the match of `selection`: `gather` makes the groups, whose values are under `_id`, and `finish`
    chooses among them."""

    selection: Selection
    groups: tuple["Grouping", ...]
    measures: tuple["Measure", ...]
    gather: tuple[dict[str, Any], ...]
    finish: tuple[dict[str, Any], ...]
    columns: tuple[Column, ...]

    @property
    def measured(self) -> tuple[str, ...]:
        """The fields whose values are measured."""
        return tuple(dict.fromkeys(one.of for one in self.measures if one.kind in OF_VALUES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """By the values of `field`, or by the `every` of `zone` in which they are (buckets.py); `expression` tells the database."""

    column: Column
    field: str
    expression: dict[str, Any]
    every: str | None = None
    zone: str = "UTC"

    def shown(self, found: Any) -> Any:
        """What the database found, as it is told."""
        return found if self.every is None or found is None else buckets.begins(found, self.every, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`kind` of `of`, a field or the name of a rate; `fraction` of a percentile; `gather` tells the database."""

    name: str
    column: Column
    kind: str
    of: str = ""
    fraction: float = 0.0
    gather: dict[str, Any] | None = None
    """None: it needs every value, and is put together here (merging.py)."""


def plan(body: object, resolve_course: ResolveCourse, seen: Sight = Sight.NAMES) -> Plan:
    query = _object("", body, MEMBERS)
    resource = sight.resource(seen, _resource(query))
    chosen = selection(resource, filter_texts(query.get("filter", {})), resolve_course)
    groups = [_group(resource, f"/group_by/{at}", one) for at, one in enumerate(_list("/group_by", query, GROUPS_MAXIMUM))]
    measures = [
        _measure(resource, f"/measures/{at}", one)
        for at, one in enumerate(_list("/measures", query, MEASURES_MAXIMUM) or [{"count": "*"}])
    ]
    columns = (*(one.column for one in groups), *(one.column for one in measures))
    names = [column.name for column in columns]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise QueryInvalid("/measures", name, f"two columns are called {name!r}; name one with `as`")
    gather: list[dict[str, Any]] = [
        {
            "$group": {
                "_id": {one.column.name: one.expression for one in groups},
                **{one.name: one.gather for one in measures if one.gather is not None},
            }
        }
    ]
    finish: list[dict[str, Any]] = []
    if having := _having(query, {one.name for one in measures}):
        finish.append({"$match": having})
    finish.append({"$sort": _order(query, [one.column.name for one in groups], [one.name for one in measures])})
    finish.append({"$limit": _limit(query)})
    return Plan(
        selection=chosen,
        groups=tuple(groups),
        measures=tuple(measures),
        gather=tuple(gather),
        finish=tuple(finish),
        columns=columns,
    )


def _object(pointer: str, value: object, allowed: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise QueryInvalid(pointer, value, "must be an object")
    for name in value:
        if name not in allowed:
            raise QueryInvalid(f"{pointer}/{name}", name, f"there is no such member; there are {', '.join(allowed)}")
    return value


def _list(pointer: str, query: Mapping[str, Any], maximum: int) -> list[Any]:
    found = query.get(pointer[1:], [])
    if not isinstance(found, list) or len(found) > maximum:
        raise QueryInvalid(pointer, found, f"must be a list of at most {maximum}")
    return found


def _resource(query: Mapping[str, Any]) -> Resource:
    name = query.get("from", "attempts")
    if name not in SOURCES:
        raise QueryInvalid("/from", name, f"must be one of {', '.join(SOURCES)}")
    return RESOURCES[name]


def filter_texts(given: object, without: Sequence[str] = NOT_IN_FILTER) -> dict[str, list[str]]:
    """The parameters of the GET resources, as JSON values."""
    if not isinstance(given, dict):
        raise QueryInvalid("/filter", given, "must be an object")
    found: dict[str, list[str]] = {}
    for name, value in given.items():
        if name in without:
            raise QueryInvalid(f"/filter/{name}", value, "is not a filter")
        if value == []:
            raise QueryInvalid(f"/filter/{name}", value, "must have a value")
        found[name] = [_filter_text(f"/filter/{name}", one) for one in (value if isinstance(value, list) else [value])]
    return found


def _filter_text(pointer: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "unknown"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and pointer.rpartition("/")[2].removeprefix(NOT) in AGENTS:
        return orjson.dumps(value).decode()
    raise QueryInvalid(pointer, value, "must be a text, a number, true, false or null, or a list of these")


def _column(resource: Resource, pointer: str, name: object, kinds: Sequence[str]) -> Column:
    shown = sight.measured(resource, COLUMNS[resource.name])
    known = {column.name: column for column in shown if column.kind in kinds}
    if not isinstance(name, str) or name not in known:
        raise QueryInvalid(pointer, name, f"must be one of {', '.join(known)}")
    return known[name]


def _group(resource: Resource, pointer: str, given: object) -> Grouping:
    if given == "actor_key" and resource.sight is Sight.GROUPS:
        raise QueryInvalid(pointer, given, "groups of one learner each are not for this credential")
    if isinstance(given, str):
        column = _column(resource, pointer, given, ("text", "boolean"))
        expression = {"$ifNull": [f"${column.source}", None]}
        return Grouping(column=replace(column, field=""), field=column.source, expression=expression)
    bucket = _object(pointer, given, ("bucket", "every", "tz"))
    column = _column(resource, f"{pointer}/bucket", bucket.get("bucket"), ("time",))
    every = bucket.get("every", "day")
    if every not in buckets.EVERY:
        raise QueryInvalid(f"{pointer}/every", every, f"must be one of {', '.join(buckets.EVERY)}")
    if every == "hour" and resource.sight is Sight.GROUPS:
        raise QueryInvalid(f"{pointer}/every", every, "must be a day or more: this credential asks about whole days")
    zone = bucket.get("tz", "UTC")
    if not isinstance(zone, str) or zone not in buckets.zones():
        raise QueryInvalid(f"{pointer}/tz", zone, "must be a time zone such as Europe/Paris")
    return Grouping(
        column=_named(f"{column.name}_{every}", "time", f"When the {every} of `{column.name}` begins in {zone}."),
        field=column.source,
        expression=buckets.expression(column.source, every, zone),
        every=every,
        zone=zone,
    )


def _named(name: str, kind: str, meaning: str, unit: str | None = None) -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit)


def _measure(resource: Resource, pointer: str, given: object) -> Measure:
    allowed = (*MEASURES, "as")
    measure = _object(pointer, given, allowed)
    kinds = [name for name in measure if name != "as"]
    if len(kinds) != 1:
        raise QueryInvalid(pointer, kinds, f"must have one of {', '.join(MEASURES)}")
    made = MEASURES[kinds[0]](resource, f"{pointer}/{kinds[0]}", measure[kinds[0]])
    if "as" not in measure:
        return made
    name = measure["as"]
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii() or name.startswith("_"):
        raise QueryInvalid(f"{pointer}/as", name, "must be a name of letters, digits and underscores")
    return replace(made, name=name, column=replace(made.column, name=name))


def _count(resource: Resource, pointer: str, given: object) -> Measure:
    if given != "*":
        raise QueryInvalid(pointer, given, 'must be "*"; count_distinct counts the values of a column')
    return Measure(name="count", column=_named("count", "integer", "Rows."), kind="count", gather={"$sum": 1})


def _count_distinct(resource: Resource, pointer: str, given: object) -> Measure:
    column = _column(resource, pointer, given, ("text", "boolean"))
    name = f"count_distinct_{column.name}"
    return Measure(
        name=name,
        column=_named(name, "integer", f"Different values of `{column.name}`."),
        kind="count_distinct",
        of=column.source,
    )


def _simple(kind: str) -> Callable[[Resource, str, object], Measure]:
    def make(resource: Resource, pointer: str, given: object) -> Measure:
        if kind in ("min", "max") and resource.sight is Sight.GROUPS:
            raise QueryInvalid(pointer, given, "what one learner alone has is not for this credential; a percentile will do")
        kinds = ("integer", "number", "time") if kind in ("min", "max") else ("integer", "number")
        column = _column(resource, pointer, given, kinds)
        shown = column.kind if kind in ("min", "max") else "number"
        name = f"{kind}_{column.name}"
        return Measure(
            name=name,
            column=_named(name, shown, f"The {kind} of `{column.name}`; rows without it do not count.", column.unit),
            kind=kind,
            of=column.source,
            gather={f"${kind}": f"${column.source}"},
        )

    return make


def _percentile(resource: Resource, pointer: str, given: object) -> Measure:
    if not isinstance(given, list) or len(given) != 2:
        raise QueryInvalid(pointer, given, 'must be a column and a fraction, such as ["duration_s", 0.9]')
    column = _column(resource, f"{pointer}/0", given[0], ("integer", "number"))
    fraction = given[1]
    if not isinstance(fraction, int | float) or isinstance(fraction, bool) or not 0 <= fraction <= 1:
        raise QueryInvalid(f"{pointer}/1", fraction, "must be a number from 0 to 1")
    if resource.sight is Sight.GROUPS and not 0.1 <= fraction <= 0.9:
        raise QueryInvalid(f"{pointer}/1", fraction, "must be from 0.1 to 0.9 with this credential")
    name = f"p{round(fraction * 100, 3):g}_{column.name}".replace(".", "_")
    meaning = f"The {fraction:g} quantile of `{column.name}`."
    return Measure(
        name=name,
        column=_named(name, "number", meaning, column.unit),
        kind="percentile",
        of=column.source,
        fraction=fraction,
    )


def _median(resource: Resource, pointer: str, given: object) -> Measure:
    return _percentile(resource, pointer, [given, 0.5])


def _rate(resource: Resource, pointer: str, given: object) -> Measure:
    allowed = RATES_OF.get(resource.name, RATES_OF_ATTEMPTS)
    if given not in allowed:
        raise QueryInvalid(pointer, given, f"must be one of {', '.join(allowed)}")
    name = f"rate_{given}"
    return Measure(
        name=name,
        column=_named(name, "number", f"The share of rows that are {given}.", "0..1"),
        kind="rate",
        of=str(given),
        gather={"$avg": {"$cond": [RATES[str(given)], 1, 0]}},
    )


MEASURES: dict[str, Callable[[Resource, str, object], Measure]] = {
    "count": _count,
    "count_distinct": _count_distinct,
    "sum": _simple("sum"),
    "avg": _simple("avg"),
    "min": _simple("min"),
    "max": _simple("max"),
    "percentile": _percentile,
    "median": _median,
    "rate": _rate,
}


def _having(query: Mapping[str, Any], measures: set[str]) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for at, one in enumerate(_list("/having", query, MEASURES_MAXIMUM)):
        pointer = f"/having/{at}"
        condition = _object(pointer, one, ("measure", *COMPARISONS))
        name = condition.get("measure")
        if not isinstance(name, str) or name not in measures:
            raise QueryInvalid(f"{pointer}/measure", name, f"must be one of {', '.join(sorted(measures))}")
        compared = {comparison: value for comparison, value in condition.items() if comparison != "measure"}
        if not compared:
            raise QueryInvalid(pointer, one, f"must compare the measure: {', '.join(COMPARISONS)} a number")
        for comparison, value in compared.items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                raise QueryInvalid(f"{pointer}/{comparison}", value, "must be a number")
            found.append({name: {COMPARISONS[comparison]: value if abs(value) <= INT64_MAXIMUM else float(value)}})
    return {"$and": found} if found else {}


def _order(query: Mapping[str, Any], groups: Sequence[str], measures: Sequence[str]) -> dict[str, int]:
    """Ties are broken by the groups, so that an answer has one order."""
    found: dict[str, int] = {}
    for at, one in enumerate(_list("/order", query, GROUPS_MAXIMUM + MEASURES_MAXIMUM)):
        name = one.removeprefix("-") if isinstance(one, str) else None
        if name not in groups and name not in measures:
            raise QueryInvalid(f"/order/{at}", one, f"must be one of {', '.join((*groups, *measures))}, with - for descending")
        found[f"_id.{name}" if name in groups else str(name)] = -1 if one.startswith("-") else 1
    return found | {f"_id.{name}": 1 for name in groups if f"_id.{name}" not in found} or {"_id": 1}


def _limit(query: Mapping[str, Any]) -> int:
    limit = query.get("limit", LIMIT_DEFAULT)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= LIMIT_MAXIMUM:
        raise QueryInvalid("/limit", limit, f"must be a whole number from 1 to {LIMIT_MAXIMUM}")
    return limit
