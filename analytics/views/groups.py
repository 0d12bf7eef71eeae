"""GET /api/v1/learners, /activities, /verbs and POST /api/v1/query: rows put together."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import orjson
from flask import Response, request

import access
from analytics import query
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.errors import ParameterInvalid, ParameterUnknown, QueryInvalid
from analytics.parameters import (
    COUNTS,
    LIMIT_DEFAULT,
    RESOURCES,
    Selection,
    cursor_of_text,
    cursor_text,
    limit_read,
    selection,
)
from analytics.values import INT64_MAXIMUM
from analytics.views import answer, bp

VERB_PARAMETERS = ("limit", "cursor", "count", "format")


@bp.get("/learners")
@access.requires("analytics/read")
def learners() -> Response:
    return _groups("learners", {"actor_name": {"$max": "$actor_name"}})


@bp.get("/activities")
@access.requires("analytics/read")
def activities() -> Response:
    names = {"activity_name": {"$max": "$activity_name"}, "activity_type": {"$max": "$activity_type"}}
    return _groups("activities", names)


@bp.get("/verbs")
@access.requires("analytics/read")
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
@access.requires("analytics/read")
def run_query() -> Response:
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise QueryInvalid("", None, f"must be JSON ({error})") from None
    return answer_query(body)


def answer_query(body: object) -> Response:
    """What the query in `body` finds, in the format that the request asks for."""
    form = answer.wanted_format()
    plan = query.plan(body, answer.service().resolve_course)
    through = answer.fresh().through
    found = answer.service().attempts.grouped(answer.store(), plan.selection, plan.stages)
    rows = [{**row, **row["_id"]} if isinstance(row["_id"], dict) else row for row in found]
    return answer.page(form, plan.columns, rows, through, None)


def _groups(resource: str, names: dict[str, Any]) -> Response:
    form = answer.wanted_format()
    chosen = selection(RESOURCES[resource], request.args.to_dict(flat=False), answer.service().resolve_course)
    freshness = answer.fresh()
    if (known := answer.unchanged(form, freshness)) is not None:
        return known
    limit = _limit(form, chosen.limit)
    key = str(RESOURCES[resource].key)
    stages: list[dict[str, Any]] = [
        {"$group": {"_id": f"${key}", **names, **_TOTALS}},
        {"$sort": {"_id": 1}},
        {"$limit": limit + 1},
    ]
    found = answer.service().attempts.grouped(answer.store(), chosen, stages)
    rows = [{**row, key: row["_id"]} for row in found]
    return _key_page(resource, key, form, rows, limit, freshness.through, _total(chosen, key))


def _total(chosen: Selection, key: str) -> dict[str, int]:
    """How many groups there are: every row has to be looked at, so an estimate would be no cheaper."""
    if not _counted():
        return {}
    rest = tuple(one for one in chosen.rest if key not in one or "$gt" not in one[key])  # all pages, not those after the cursor
    stages: list[Mapping[str, Any]] = [{"$group": {"_id": f"${key}"}}, {"$count": "count"}]
    found = answer.service().attempts.grouped(answer.store(), replace(chosen, rest=rest), stages)
    return {"count": found[0]["count"] if found else 0}


def _counted() -> bool:
    kind = request.args.get("count", "none")
    if kind not in COUNTS:
        raise ParameterInvalid("count", kind, f"must be one of {', '.join(COUNTS)}")
    return kind != "none"


def _key_page(
    resource: str, key: str, form: str, rows: list[Row], limit: int, through: int, extra: Mapping[str, int] = MappingProxyType({})
) -> Response:
    cursor = cursor_of_text(rows[limit - 1][key]) if len(rows) > limit else None
    return answer.page(form, COLUMNS[resource], rows[:limit], through, cursor, extra=extra)


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
