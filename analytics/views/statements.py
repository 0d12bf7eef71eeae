"""GET /api/v1/statements: statements flat, in stored order, straight from the LRS."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask import Response, request

import access
from access import Caller
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.errors import ParameterInvalid
from analytics.facts import agent_of, facts, milliseconds
from analytics.folding import Statements
from analytics.parameters import (
    INT64_MAXIMUM,
    LIMIT_DEFAULT,
    RESOURCES,
    Selection,
    cursor_read,
    cursor_write,
    moment,
    natural,
    selection,
)
from analytics.views import answer, bp
from lrs import StatementQuery

PAGE = 500


class Batch(NamedTuple):
    rows: list[Row]
    last: int | None  # the sequence number to go on after; None at the end


@bp.get("/statements")
@access.requires("analytics/read")
def statements() -> Response:
    form = answer.wanted_format()
    chosen = selection(RESOURCES["statements"], request.args.to_dict(flat=False), answer.service().resolve_course)
    query = _query(chosen)
    through = answer.service().attempts.lrs.through().ms
    if chosen.limit is None and form != "json":
        batches = (batch.rows for batch in _batches(query, None))
        return answer.streamed(form, COLUMNS["statements"], batches, through, None)
    rows: list[Row] = []
    last: int | None = None
    for batch in _batches(query, chosen.limit or LIMIT_DEFAULT):
        rows += batch.rows
        last = batch.last
    next_seq = last if last is not None else ((through + 1) << 20) - 1
    cursor = cursor_write("seq", last) if last is not None else None
    return answer.page(form, COLUMNS["statements"], rows, through, cursor, next_seq)


def _query(chosen: Selection) -> StatementQuery:
    for name, values in chosen.among.items():
        if len(values) != 1:
            raise ParameterInvalid(name, ", ".join(values), "must be given once here")
    among = {name: values[0] for name, values in chosen.among.items()}
    agent = agent_of(among["actor_key"]) if "actor_key" in among else None
    if "actor_key" in among and agent is None:
        raise ParameterInvalid("actor_key", among["actor_key"], "must be the key of an identified learner here")
    after = [cursor_read(request.args["cursor"])[1]] if "cursor" in request.args else []
    after += [natural("after_seq", request.args["after_seq"])] if "after_seq" in request.args else []
    return StatementQuery(
        agent=agent,
        verb=among.get("verb"),
        activity=among.get("activity"),
        registration=among.get("registration"),
        since=_moment("since"),
        until=_moment("until"),
        ascending=True,
        cursor=max(after) if after else None,
    )


def _moment(name: str) -> datetime | None:
    if name not in request.args:
        return None
    latest = (INT64_MAXIMUM >> 20) - 1
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=min(max(moment(name, request.args[name]), 0), latest))


def _batches(query: StatementQuery, limit: int | None) -> Iterator[Batch]:
    """Until `limit` rows are there, or all; the request is read before the first of them is asked for."""
    reader = Caller(key="analytics", name="analytics", scopes=frozenset({"all/read"}), store=answer.store())
    return _pages(answer.service().attempts.lrs, reader, query, limit)


def _pages(lrs: Statements, reader: Caller, query: StatementQuery, limit: int | None) -> Iterator[Batch]:
    left = limit
    while left is None or left > 0:
        page = lrs.find(replace(query, limit=min(PAGE, left or PAGE)), reader)
        rows = [{**facts(one), "stored": milliseconds(one.get("stored"))} for one in page.statements]
        yield Batch(rows, page.last)
        if page.last is None:
            return
        query = replace(query, cursor=page.last)
        left = None if left is None else left - len(rows)
