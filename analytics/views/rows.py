"""GET /api/v1/attempts, /completions, /scores, /interactions: rows as they are, filtered, in pages or streamed."""

from collections.abc import Iterator
from dataclasses import replace

import orjson
from flask import Response, request

import access
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.errors import ParameterInvalid, ResourceUnknown
from analytics.origins import origin
from analytics.parameters import LIMIT_DEFAULT, RESOURCES, Selection, Sight, cursor_write, selection
from analytics.sight import veiled
from analytics.store import Place
from analytics.views import answer, bp
from analytics.views.reads import READ_PARAMETERS

STREAM_ROWS = 2_000
WITH_TOMBSTONES = ("attempts", "completions", "scores", "interactions")


@bp.get("/attempts")
@access.requires(*answer.ROWS)
def attempts() -> Response:
    return _rows("attempts")


@bp.get("/completions")
@access.requires(*answer.ROWS)
def completions() -> Response:
    return _rows("completions")


@bp.get("/scores")
@access.requires(*answer.ROWS)
def scores() -> Response:
    return _rows("scores")


@bp.get("/interactions")
@access.requires(*answer.ROWS)
def interactions() -> Response:
    return _rows("interactions")


@bp.get("/tombstones")
@access.requires(*answer.ROWS)
def tombstones() -> Response:
    """Rows that changed and are not, or no longer, among those that `resource` shows: a loader deletes them."""
    given = request.args.to_dict(flat=False)
    chosen = selection(answer.resource("tombstones"), {"after_seq": ["0"], **given}, answer.service().resolve_course)
    name = request.args.get("resource", "attempts")
    if name not in WITH_TOMBSTONES:
        raise ParameterInvalid("resource", name, f"must be one of {', '.join(WITH_TOMBSTONES)}")
    shown = answer.resource(name)
    return _answer("tombstones", replace(chosen, resource=shown, rest=({"$nor": [{"$and": list(shown.shows)}]},)))


@bp.get("/schema/<name>")
@access.requires(*answer.FIGURES)
def schema(name: str) -> Response:
    """Every column with its kind, unit, source and meaning."""
    answer.only_parameters()
    if name not in COLUMNS:
        raise ResourceUnknown(name, COLUMNS)
    columns = [
        {"name": one.name, "type": one.kind, "unit": one.unit, "source": origin(name, one.name), "meaning": one.meaning}
        for one in answer.columns(name)
    ]
    allowed = answer.resource(name).allowed if name in RESOURCES else READ_PARAMETERS
    return Response(
        orjson.dumps({"resource": name, "columns": columns, "parameters": sorted(allowed)}), content_type="application/json"
    )


def _rows(resource: str) -> Response:
    chosen = selection(answer.resource(resource), request.args.to_dict(flat=False), answer.service().resolve_course)
    return _answer(resource, chosen)


def _answer(resource: str, chosen: Selection) -> Response:
    form = answer.wanted_format()
    reached, through = freshness = answer.fresh()
    if (known := answer.unchanged(form, freshness)) is not None:
        return known
    extra = answer.total(chosen, reached)
    columns, by_change = answer.columns(resource), chosen.order == "seq"
    fields = [column.source for column in columns]
    if chosen.limit is None and form != "json":
        batches = _read(chosen, fields, reached, target=STREAM_ROWS)
        return answer.streamed(form, columns, batches, through, reached.seq if by_change else None, extra=extra)
    limit = chosen.limit or LIMIT_DEFAULT
    rows: list[Row] = []
    for batch in _read(chosen, fields, reached, target=limit + 1):
        rows += batch
        if len(rows) > limit:
            break
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = cursor_write(chosen.order, rows[-1][chosen.order]) if more else None
    next_seq = rows[-1]["seq"] if more else reached.seq
    return answer.page(form, columns, rows, through, cursor, next_seq if by_change else None, extra=extra)


def _read(chosen: Selection, fields: list[str], reached: Place, *, target: int) -> Iterator[list[Row]]:
    rollup, store = answer.service().attempts, answer.store()
    batches = rollup.batches(store, chosen, fields, reached, target=target)
    return batches if chosen.resource.sight is Sight.NAMES else veiled(batches, rollup.secret(store))
