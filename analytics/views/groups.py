"""GET /api/v1/learners, /activities, /verbs and POST /api/v1/query: rows put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from flask import Response, g, request

import access
from analytics import counting, gathering, merging, query
from analytics.attempts import Row
from analytics.errors import QueryInvalid
from analytics.parameters import LIMIT_DEFAULT, Selection, Sight, cursor_of_text, cursor_text, selection
from analytics.sight import statement as veiled_statement
from analytics.sight import suppressed, told_of
from analytics.statements import Reading, batches, readings
from analytics.values import INT64_MAXIMUM
from analytics.views import answer, bp
from lrs import StatementQuery

GROUPS_MOST = 50_000
MEASURED = ("score_scaled", "duration_s")
"""Of the rows of /activities."""
Stage = Mapping[str, Any]


class Groups(NamedTuple):
    """`extra`: what else the answer says of them, such as how many are not shown."""

    rows: list[Row]
    extra: Mapping[str, int]


@bp.get("/learners")
@access.requires(*answer.ROWS)
def learners() -> Response:
    return _groups("learners", {"actor_name": {"$max": "$actor_name"}})


@bp.get("/activities")
@access.requires(*answer.FIGURES)
def activities() -> Response:
    names = {"activity_name": {"$max": "$activity_name"}, "activity_type": {"$max": "$activity_type"}}
    return _groups("activities", names)


@bp.get("/verbs")
@access.requires(*answer.FIGURES)
def verbs() -> Response:
    form = answer.wanted_format()
    chosen = selection(answer.resource("verbs"), request.args.to_dict(flat=False), answer.service().resolve_course)
    after = cursor_text(request.args["cursor"]) if "cursor" in request.args else ""
    limit = _limit(form, chosen.limit)
    freshness = answer.fresh()
    if (known := answer.unchanged(form, freshness)) is not None:
        return known
    rows = sorted(answer.service().attempts.verbs(answer.store()), key=lambda row: str(row["verb"]))
    extra = {"count": len(rows)} if _counted() else {}
    return _key_page("verbs", "verb", form, [row for row in rows if row["verb"] > after], limit, freshness.through, extra)


@bp.post("/query")
@access.requires(*answer.FIGURES)
def run_query() -> Response:
    answer.only_parameters(("format",))
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise QueryInvalid("", None, f"must be JSON ({error})") from None
    return answer_query(body)


def answer_query(body: object) -> Response:
    """What the query in `body` finds, in the format that the request asks for."""
    form = answer.wanted_format()
    through, plan, found = ask(body)
    return answer.page(form, plan.columns, found.rows, through, None, extra=found.extra)


def ask(body: object) -> tuple[int, query.Plan, Groups]:
    """Through when, how, and what; the groups that this credential may see."""
    plan = query.plan(body, answer.service().resolve_course, answer.current_sight())
    if plan.selection.resource.name == "statements":
        return _ask_statements(plan)
    through = answer.fresh().through
    read = partial(answer.service().attempts.grouped, answer.store(), plan.selection)
    made = partial(merging.answer, plan, read, answer.service().settings.query_limits)
    found = _permitted(plan.selection, plan.gather[0]["$group"]["_id"], made, plan.measured)
    groups = {one.column.name: one for one in plan.groups}
    rows = [{**row, **{name: groups[name].shown(value) for name, value in row["_id"].items()}} for row in found.rows]
    return through, plan, found._replace(rows=rows)


def _ask_statements(plan: query.Plan) -> tuple[int, query.Plan, Groups]:
    """The same of statements, which are read here and now."""
    rollup, store, settings = answer.service().attempts, answer.store(), answer.service().settings
    limits, named = settings.query_limits, plan.selection.resource.sight is Sight.NAMES
    through = rollup.lrs.through()
    g.analytics_lag = max(through.now - through.ms, 0)
    asked = readings(plan.selection)
    known = sum(size for size in map(_known_size, asked) if size is not None)
    if known > limits.statements:
        raise gathering.too_large(plan.selection, f"would read more than {limits.statements} statements", known)
    veil = None if named else partial(veiled_statement, rollup.secret(store))
    read = (batch for one in asked for batch in batches(rollup.lrs, store, one, veil=veil))
    gathered = gathering.gather(plan, read, limits, learners=not named)
    hidden = [] if named else suppressed(gathered.sizes(), settings.minimum_group)
    rows = [{**row, **row["_id"]} for row in gathering.finished(gathered.rows(hidden), plan.finish)]
    return through.ms, plan, Groups(rows, {} if named else {"suppressed": len(hidden)})


def _known_size(reading: Reading) -> int | None:
    """How many statements there are to read, where that is counted already: of all, and of a verb."""
    wanted = reading.query
    if replace(wanted, verb=None) != StatementQuery(ascending=True):
        return None
    counted = answer.service().attempts.verbs(answer.store())
    return sum(int(row["statements"] - row["voided"]) for row in counted if wanted.verb in (None, row["verb"]))


def _permitted(
    chosen: Selection, key: Any, made: Callable[[Sequence[Stage]], list[Row]], measured: Sequence[str] = MEASURED
) -> Groups:
    """What is `made` of groups by this key that are shown: stages before anything is chosen leave out the others, so that no
    condition on a figure tells about them. `measured`: the fields whose values are told."""
    if chosen.resource.sight is Sight.NAMES:
        return Groups(made([]), {})
    sized = partial(answer.service().attempts.grouped, answer.store(), _of_all_pages(chosen))
    # Each learner of each group, then how many: `$addToSet` compares each with each on the embedded server.
    learners: list[Stage] = [
        {"$group": {"_id": {"group": key, "learner": "$pseudonym"}, **{one: {"$max": _known(one)} for one in measured}}},
        {"$group": {"_id": "$_id.group", "learners": {"$sum": 1}, **{one: {"$sum": f"${one}"} for one in measured}}},
    ]
    counted = list(sized([*learners, {"$limit": GROUPS_MOST + 1}]))
    if len(counted) > GROUPS_MOST:
        raise QueryInvalid("/group_by", None, f"makes more than {GROUPS_MOST} groups; group by less, or narrow the filter")
    minimum = answer.service().settings.minimum_group
    hidden = suppressed([(one["_id"], told_of(one["learners"], (one[name] for name in measured))) for one in counted], minimum)
    without = [{"$match": {"$nor": [_named(name) for name in hidden]}}] if hidden else []
    return Groups(made(without), {"suppressed": len(hidden)})


def _known(field: str) -> dict[str, Any]:
    return {"$cond": [{"$gt": [f"${field}", None]}, 1, 0]}


def _named(group: Any) -> dict[str, Any]:
    if not isinstance(group, dict):
        return {"_id": group}
    return {f"_id.{name}": value for name, value in group.items()} or {"_id": {"$exists": True}}


def _groups(resource: str, names: dict[str, Any]) -> Response:
    form = answer.wanted_format()
    shown = answer.resource(resource)
    chosen = selection(shown, request.args.to_dict(flat=False), answer.service().resolve_course)
    freshness = answer.fresh()
    if (known := answer.unchanged(form, freshness)) is not None:
        return known
    limit = _limit(form, chosen.limit)
    key = str(shown.key)
    gather = [{"$group": {"_id": f"${key}", **names, **_TOTALS}}]
    finish: list[Stage] = [{"$sort": {"_id": 1}}, {"$limit": limit + 1}]
    read = partial(answer.service().attempts.grouped, answer.store(), chosen)
    if resource == "learners":  # rows of single learners, not groups
        found = Groups(list(read([*gather, *finish])), {})
    else:
        found = _permitted(chosen, f"${key}", lambda without: list(read([*gather, *without, *finish])))
    rows = [{**row, key: row["_id"]} for row in found.rows]
    return _key_page(resource, key, form, rows, limit, freshness.through, {**found.extra, **_total(chosen, key)})


def _total(chosen: Selection, key: str) -> dict[str, int]:
    """How many groups there are: every row has to be looked at, so an estimate would be no cheaper."""
    if not _counted():
        return {}
    stages = [{"$group": {"_id": f"${key}"}}, counting.COUNT]
    found = answer.service().attempts.grouped(answer.store(), _of_all_pages(chosen), stages)
    return {"count": sum(one["count"] for one in found)}


def _of_all_pages(chosen: Selection) -> Selection:
    """Not only the groups after the cursor."""
    key = chosen.resource.key
    return replace(chosen, rest=tuple(one for one in chosen.rest if key not in one or "$gt" not in one[key]))


def _counted() -> bool:
    return request.args.get("count", "none") != "none"


def _key_page(
    resource: str, key: str, form: str, rows: list[Row], limit: int, through: int, extra: Mapping[str, int] = MappingProxyType({})
) -> Response:
    cursor = cursor_of_text(rows[limit - 1][key]) if len(rows) > limit else None
    return answer.page(form, answer.columns(resource), rows[:limit], through, cursor, extra=extra)


def _limit(form: str, asked: int | None) -> int:
    """As in the other lists: files hold everything unless told otherwise."""
    return asked or (LIMIT_DEFAULT if form == "json" else INT64_MAXIMUM - 1)


def _share(condition: dict[str, Any]) -> dict[str, Any]:
    return {"$sum": {"$cond": [condition, 1, 0]}}


_TOTALS: dict[str, Any] = {
    "attempts": {"$sum": 1},
    "completed": _share(query.RATES["completed"]),
    "passed": _share(query.RATES["passed"]),
    "failed": _share(query.RATES["failed"]),
    "score_scaled_avg": {"$avg": "$score_scaled"},
    "duration_s": {"$sum": "$duration_s"},
    "first": {"$min": "$first"},
    "last": {"$max": "$last"},
}
