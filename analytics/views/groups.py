"""GET /api/v1/learners, /activities, /verbs and POST /api/v1/query: rows put together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from flask import Response, g, request

import access
from analytics import gathering, query
from analytics.attempts import Row
from analytics.errors import ParameterInvalid, ParameterUnknown, QueryInvalid
from analytics.parameters import (
    COUNTS,
    LIMIT_DEFAULT,
    Selection,
    Sight,
    cursor_of_text,
    cursor_text,
    limit_read,
    selection,
)
from analytics.sight import statement as veiled_statement
from analytics.sight import suppressed
from analytics.statements import Reading, batches, readings
from analytics.values import INT64_MAXIMUM
from analytics.views import answer, bp
from lrs import StatementQuery

GROUPS_MOST = 50_000
VERB_PARAMETERS = ("limit", "cursor", "count", "format")


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
    for name in request.args:
        if name not in VERB_PARAMETERS:
            raise ParameterUnknown(name, VERB_PARAMETERS)
    after = cursor_text(request.args["cursor"]) if "cursor" in request.args else ""
    limit = _limit(form, limit_read(request.args["limit"]) if "limit" in request.args else None)
    freshness = answer.fresh()
    if (known := answer.unchanged(form, freshness)) is not None:
        return known
    rows = sorted(answer.service().attempts.verbs(answer.store()), key=lambda row: str(row["verb"]))
    extra = {"count": len(rows)} if _counted() else {}
    return _key_page("verbs", "verb", form, [row for row in rows if row["verb"] > after], limit, freshness.through, extra)


@bp.post("/query")
@access.requires(*answer.FIGURES)
def run_query() -> Response:
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
    found = _permitted(plan.selection, plan.gather, plan.finish)
    return through, plan, found._replace(rows=[{**row, **row["_id"]} for row in found.rows])


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


def _permitted(chosen: Selection, gather: Sequence[Stage], finish: Sequence[Stage]) -> Groups:
    """`finish` chooses among the groups that are shown, so that no condition on a figure tells about the others."""
    grouped = partial(answer.service().attempts.grouped, answer.store(), chosen)
    if chosen.resource.sight is Sight.NAMES:
        return Groups(grouped([*gather, *finish]), {})
    sized = partial(answer.service().attempts.grouped, answer.store(), _of_all_pages(chosen))
    learners = {"$group": {"_id": gather[0]["$group"]["_id"], "learners": {"$addToSet": "$pseudonym"}}}
    counted = sized([learners, {"$project": {"learners": {"$size": "$learners"}}}, {"$limit": GROUPS_MOST + 1}])
    if len(counted) > GROUPS_MOST:
        raise QueryInvalid("/group_by", None, f"makes more than {GROUPS_MOST} groups; group by less, or narrow the filter")
    minimum = answer.service().settings.minimum_group
    hidden = suppressed([(one["_id"], one["learners"]) for one in counted], minimum)
    without = [_named(name) for name in hidden]
    return Groups(grouped([*gather, *([{"$match": {"$nor": without}}] if without else ()), *finish]), {"suppressed": len(hidden)})


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
    if resource == "learners":  # rows of single learners, not groups
        found = Groups(answer.service().attempts.grouped(answer.store(), chosen, [*gather, *finish]), {})
    else:
        found = _permitted(chosen, gather, finish)
    rows = [{**row, key: row["_id"]} for row in found.rows]
    return _key_page(resource, key, form, rows, limit, freshness.through, {**found.extra, **_total(chosen, key)})


def _total(chosen: Selection, key: str) -> dict[str, int]:
    """How many groups there are: every row has to be looked at, so an estimate would be no cheaper."""
    if not _counted():
        return {}
    stages: list[Mapping[str, Any]] = [{"$group": {"_id": f"${key}"}}, {"$count": "count"}]
    found = answer.service().attempts.grouped(answer.store(), _of_all_pages(chosen), stages)
    return {"count": found[0]["count"] if found else 0}


def _of_all_pages(chosen: Selection) -> Selection:
    """Not only the groups after the cursor."""
    key = chosen.resource.key
    return replace(chosen, rest=tuple(one for one in chosen.rest if key not in one or "$gt" not in one[key]))


def _counted() -> bool:
    kind = request.args.get("count", "none")
    if kind not in COUNTS:
        raise ParameterInvalid("count", kind, f"must be one of {', '.join(COUNTS)}")
    return kind != "none"


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
