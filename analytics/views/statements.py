"""GET /api/v1/statements: statements flat, in stored order, straight from the LRS."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask import Response, request

import access
from access import Caller
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.conditions import fits
from analytics.errors import ParameterInvalid
from analytics.facts import agent_of, facts, labels, milliseconds
from analytics.folding import Statements
from analytics.parameters import LIMIT_DEFAULT, RESOURCES, Selection, cursor_read, cursor_write, selection
from analytics.values import INT64_MAXIMUM, moment, natural
from analytics.views import answer, bp
from lrs import StatementQuery

PAGE = 500
SCAN_PAGES = 200
QUERIED = ("verb", "activity", "registration")


class Batch(NamedTuple):
    rows: list[Row]
    last: int | None  # the sequence number to go on after; None at the end


class Reading(NamedTuple):
    """What the LRS is asked for, and what its statements are tested on."""

    query: StatementQuery
    tests: tuple[Mapping[str, Any], ...]


@bp.get("/statements")
@access.requires("analytics/read")
def statements() -> Response:
    form = answer.wanted_format()
    chosen = selection(RESOURCES["statements"], request.args.to_dict(flat=False), answer.service().resolve_course)
    reading = _reading(chosen)
    through = answer.service().attempts.lrs.through().ms
    extra = _total(reading)
    if chosen.limit is None and form != "json":
        batches = (batch.rows for batch in _batches(reading, None))
        return answer.streamed(form, COLUMNS["statements"], batches, through, None, extra=extra)
    rows: list[Row] = []
    last: int | None = None
    for batch in _batches(reading, chosen.limit or LIMIT_DEFAULT):
        rows += batch.rows
        last = batch.last
    next_seq = last if last is not None else ((through + 1) << 20) - 1
    cursor = cursor_write("seq", last) if last is not None else None
    return answer.page(form, COLUMNS["statements"], rows, through, cursor, next_seq, extra=extra)


def _reading(chosen: Selection) -> Reading:
    """Parameters with one value lead the LRS to the statements; whatever else there is, is tested on those."""
    asked: dict[str, Any] = {name: chosen.among[name][0] for name in QUERIED if len(chosen.among.get(name, ())) == 1}
    keys = chosen.among.get("actor_key", ())
    agent = agent_of(keys[0]) if len(keys) == 1 else None
    rest = (one for one in chosen.rest if "seq" not in one)  # `since` and `until` bound the query
    tests = (*({name: {"$in": many}} for name, many in chosen.among.items() if name not in asked), *rest)
    after = [cursor_read(request.args["cursor"])[1]] if "cursor" in request.args else []
    after += [natural("after_seq", request.args["after_seq"])] if "after_seq" in request.args else []
    query = StatementQuery(
        agent=agent,
        **asked,
        since=_moment("since"),
        until=_moment("until"),
        ascending=True,
        cursor=max(after) if after else None,
    )
    return Reading(query, tests)


def _tested(row: Row) -> Row:
    """By the names that parameters have in every list."""
    about = {"activity": row["object"], "activity_type": row.get("object_type")} if row.get("object_kind") == "Activity" else {}
    return {**row, **about, "labels": labels(row)}


def _moment(name: str) -> datetime | None:
    if name not in request.args:
        return None
    latest = (INT64_MAXIMUM >> 20) - 1
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=min(max(moment(name, request.args[name]), 0), latest))


def _total(reading: Reading) -> dict[str, int]:
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
    after = natural("after_seq", request.args["after_seq"]) if "after_seq" in request.args else None
    found, last = 0, None
    for number, batch in enumerate(_batches(reading._replace(query=replace(reading.query, cursor=after)), None)):
        found, last = found + len(batch.rows), batch.last
        if number == SCAN_PAGES:
            rule = f"more than {SCAN_PAGES * PAGE} statements would have to be read; narrow them by since and until"
            raise ParameterInvalid("count", kind, rule)
    assert last is None
    return {"count": found}


def _batches(reading: Reading, limit: int | None) -> Iterator[Batch]:
    """Until `limit` rows are there, or so many pages were read, or all; the request is read before the first is asked for."""
    reader = Caller(key="analytics", name="analytics", scopes=frozenset({"all/read"}), store=answer.store())
    return _pages(answer.service().attempts.lrs, reader, reading, limit)


def _pages(lrs: Statements, reader: Caller, reading: Reading, limit: int | None) -> Iterator[Batch]:
    query, tests = reading
    left, pages = limit, 0
    while left is None or (left > 0 and pages < SCAN_PAGES):
        page = lrs.find(replace(query, limit=min(PAGE, left or PAGE)), reader)
        rows = [{**facts(one), "stored": milliseconds(one.get("stored"))} for one in page.statements]
        found = [row for row in rows if fits(_tested(row), tests)] if tests else rows
        yield Batch(found, page.last)
        if page.last is None:
            return
        query = replace(query, cursor=page.last)
        left = None if left is None else left - len(found)
        pages += 1
