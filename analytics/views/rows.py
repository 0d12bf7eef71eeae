"""GET /api/v1/attempts, /completions, /scores, /interactions: rows as they are, filtered, in pages or streamed."""

from flask import Response, request

import access
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.parameters import LIMIT_DEFAULT, RESOURCES, cursor_write, selection
from analytics.views import answer, bp

STREAM_ROWS = 2_000


@bp.get("/attempts")
@access.requires("analytics/read")
def attempts() -> Response:
    return _rows("attempts")


@bp.get("/completions")
@access.requires("analytics/read")
def completions() -> Response:
    return _rows("completions")


@bp.get("/scores")
@access.requires("analytics/read")
def scores() -> Response:
    return _rows("scores")


@bp.get("/interactions")
@access.requires("analytics/read")
def interactions() -> Response:
    return _rows("interactions")


def _rows(resource: str) -> Response:
    form = answer.wanted_format()
    rollup, resolve_course = answer.service()
    chosen = selection(RESOURCES[resource], request.args.to_dict(flat=False), resolve_course)
    reached, through = answer.fresh()
    columns, by_change = COLUMNS[resource], chosen.order == "seq"
    fields = [column.source for column in columns]
    if chosen.limit is None and form != "json":
        batches = rollup.batches(answer.store(), chosen, fields, reached, target=STREAM_ROWS)
        return answer.streamed(form, columns, batches, through, reached.seq if by_change else None)
    limit = chosen.limit or LIMIT_DEFAULT
    rows: list[Row] = []
    for batch in rollup.batches(answer.store(), chosen, fields, reached, target=limit + 1):
        rows += batch
        if len(rows) > limit:
            break
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = cursor_write(chosen.order, rows[-1][chosen.order]) if more else None
    next_seq = rows[-1]["seq"] if more else reached.seq
    return answer.page(form, columns, rows, through, cursor, next_seq if by_change else None)
