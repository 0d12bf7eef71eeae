"""GET /api/v1/attempts, /completions, /scores: attempt rows, filtered, in pages or streamed."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from flask import Response, current_app, request

import access
from analytics import formats
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.errors import FormatUnknown, ParameterInvalid
from analytics.facts import iso
from analytics.parameters import LIMIT_DEFAULT, RESOURCES, ResolveCourse, Selection, cursor_write, selection
from analytics.store import Place
from analytics.tailer import Attempts
from analytics.views import bp

EXTENSION = "rollbook.analytics"
STREAM_ROWS = 2_000


class Service(NamedTuple):
    attempts: Attempts
    resolve_course: ResolveCourse


class Question(NamedTuple):
    """What a request asks, and how far the rows are known to answer it."""

    resource: str
    selection: Selection
    reached: Place
    through: int
    store: int


@bp.get("/attempts")
@access.requires("analytics/read")
def attempts() -> Response:
    return _answer("attempts")


@bp.get("/completions")
@access.requires("analytics/read")
def completions() -> Response:
    return _answer("completions")


@bp.get("/scores")
@access.requires("analytics/read")
def scores() -> Response:
    return _answer("scores")


def service() -> Service:
    found: Service = current_app.extensions[EXTENSION]
    return found


def wanted_format(allowed: Mapping[str, str]) -> str:
    """`format` decides, else the Accept header; JSON for who asks for anything."""
    if (named := request.args.get("format")) is not None:
        if named not in allowed:
            raise ParameterInvalid("format", named, f"must be one of {', '.join(allowed)}")
        return named
    if not request.accept_mimetypes:
        return "json"
    media = [name for name, form in formats.ACCEPTED.items() if form in allowed]
    best = request.accept_mimetypes.best_match(media)
    if best is None:
        raise FormatUnknown(str(request.accept_mimetypes), media)
    return formats.ACCEPTED[best]


def _answer(resource: str) -> Response:
    form = wanted_format(formats.MEDIA_TYPES)
    asked = _asked(resource)
    if asked.selection.limit is None and form != "json":
        return _streamed(asked, form)
    return _page(asked, form)


def _asked(resource: str) -> Question:
    rollup, resolve_course = service()
    chosen = selection(RESOURCES[resource], request.args.to_dict(flat=False), resolve_course)
    store = access.current().store
    through = rollup.current(store)
    return Question(resource, chosen, rollup.place(store), through, store)


def _batches(asked: Question, target: int) -> Iterator[list[Row]]:
    fields = [column.source for column in COLUMNS[asked.resource]]
    return service().attempts.batches(asked.store, asked.selection, fields, asked.reached, target=target)


def _streamed(asked: Question, form: str) -> Response:
    write = formats.csv_text if form == "csv" else formats.ndjson
    response = Response(write(COLUMNS[asked.resource], _batches(asked, STREAM_ROWS)), content_type=formats.MEDIA_TYPES[form])
    return _with_headers(response, asked, asked.reached.seq)


def _page(asked: Question, form: str) -> Response:
    limit = asked.selection.limit or LIMIT_DEFAULT
    rows: list[Row] = []
    for batch in _batches(asked, limit + 1):
        rows += batch
        if len(rows) > limit:
            break
    more = len(rows) > limit
    rows = rows[:limit]
    order = asked.selection.order
    cursor = cursor_write(order, rows[-1][order]) if more else None
    next_seq = rows[-1]["seq"] if more else asked.reached.seq
    columns = COLUMNS[asked.resource]
    if form == "json":
        body: dict[str, Any] = {"rows": list(formats.records(columns, rows)), "next": cursor}
        if order == "seq":
            body["next_seq"] = next_seq
        response = Response(orjson.dumps(body), content_type=formats.MEDIA_TYPES[form])
    else:
        write = formats.csv_text if form == "csv" else formats.ndjson
        response = Response(b"".join(write(columns, [rows])), content_type=formats.MEDIA_TYPES[form])
    if cursor is not None:
        response.headers["Link"] = f'<{_next_url(cursor)}>; rel="next"'
    response.headers["X-Row-Count"] = str(len(rows))
    return _with_headers(response, asked, next_seq)


def _next_url(cursor: str) -> str:
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.script_root}{request.path}?{urlencode([*given, ('cursor', cursor)])}"


def _with_headers(response: Response, asked: Question, next_seq: int) -> Response:
    response.headers["X-Consistent-Through"] = iso(asked.through)
    response.headers["Cache-Control"] = "private, no-store"
    response.vary.update(("Accept", "Authorization"))
    if asked.selection.order == "seq":
        response.headers["X-Next-Seq"] = str(next_seq)
    return response
