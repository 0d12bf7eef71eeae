"""GET /api/v1/statements: statements flat, in stored order, straight from the LRS."""

from dataclasses import replace

from flask import Response, request

import access
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.errors import ParameterInvalid
from analytics.parameters import LIMIT_DEFAULT, RESOURCES, Selection, cursor_write, selection
from analytics.statements import PAGE, SCAN_PAGES, batches, reading
from analytics.views import answer, bp


@bp.get("/statements")
@access.requires("analytics/read")
def statements() -> Response:
    form = answer.wanted_format()
    chosen = selection(RESOURCES["statements"], request.args.to_dict(flat=False), answer.service().resolve_course)
    asked, lrs = reading(chosen), answer.service().attempts.lrs
    through = lrs.through().ms
    extra = _total(chosen)
    if chosen.limit is None and form != "json":
        streamed = (batch.rows for batch in batches(lrs, answer.store(), asked))
        return answer.streamed(form, COLUMNS["statements"], streamed, through, None, extra=extra)
    rows: list[Row] = []
    last: int | None = None
    for batch in batches(lrs, answer.store(), asked, chosen.limit or LIMIT_DEFAULT):
        rows += batch.rows
        last = batch.last
    next_seq = last if last is not None else ((through + 1) << 20) - 1
    cursor = cursor_write("seq", last) if last is not None else None
    return answer.page(form, COLUMNS["statements"], rows, through, cursor, next_seq, extra=extra)


def _total(chosen: Selection) -> dict[str, int]:
    """All statements, and those of a verb, are counted already; others have to be read."""
    kind = request.args.get("count", "none")
    if kind == "none":
        return {}
    given = {name for name in request.args if name not in ("count", "limit", "cursor", "format", "verb")}
    if not given:
        answer.fresh()
        asked = request.args.getlist("verb")
        counted = answer.service().attempts.verbs(answer.store())
        return {"count": sum(row["statements"] - row["voided"] for row in counted if not asked or row["verb"] in asked)}
    whole = reading(replace(chosen, after=chosen.begin))
    found, last = 0, None
    for number, batch in enumerate(batches(answer.service().attempts.lrs, answer.store(), whole)):
        found, last = found + len(batch.rows), batch.last
        if number == SCAN_PAGES:
            rule = f"more than {SCAN_PAGES * PAGE} statements would have to be read; narrow them by since and until"
            raise ParameterInvalid("count", kind, rule)
    assert last is None
    return {"count": found}
