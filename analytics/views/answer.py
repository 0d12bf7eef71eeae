"""What all answers of the analyst API have in common: the format, the pages, the headers."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from flask import Response, current_app, g, request

import access
from analytics import formats, sight
from analytics.attempts import Row
from analytics.columns import COLUMNS, Column
from analytics.errors import FormatUnknown, ParameterInvalid, ParameterUnknown, QueryInvalid
from analytics.facts import iso
from analytics.parameters import RESOURCES, ResolveCourse, Resource, Selection, Sight
from analytics.settings import Settings
from analytics.store import Place
from analytics.tailer import Attempts

EXTENSION = "rollbook.analytics"
EXTRA = {"count": "X-Total-Count", "suppressed": "X-Suppressed-Groups"}
ROWS = ("analytics/read", "analytics/read/pseudonymous")
FIGURES = (*ROWS, "analytics/read/groups")
"""Who may read rows of single learners, and who figures about groups."""


@dataclass(slots=True)
class Read:
    """What an answer told: the number of rows (None: not known), and whether they are about single learners."""

    rows: int | None = None
    personal: bool = True


class Service(NamedTuple):
    attempts: Attempts
    resolve_course: ResolveCourse
    settings: Settings = Settings()


class Freshness(NamedTuple):
    """How far the rows are folded, and the UTC milliseconds through which they are complete."""

    reached: Place
    through: int

    @property
    def reached_numbers(self) -> tuple[int, ...]:
        return (self.reached.seq, self.reached.attempts, self.reached.interactions)


def service() -> Service:
    found: Service = current_app.extensions[EXTENSION]
    return found


def store() -> int:
    return access.current().store


def current_sight() -> Sight:
    """What the asking credential may see of learners; who may not ask at all sees the least."""
    caller = access.current()
    return next((seen for name, seen in sight.PERMISSIONS.items() if access.allows(caller, name)), Sight.GROUPS)


def resource(name: str) -> Resource:
    return sight.resource(current_sight(), RESOURCES[name])


def columns(name: str) -> tuple[Column, ...]:
    return sight.figures(current_sight(), COLUMNS[name])


def fresh() -> Freshness:
    rollup = service().attempts
    reached = rollup.fresh(store())
    g.analytics_lag = reached.lag
    return Freshness(rollup.place(store()), reached.ms)


def wanted_format(allowed: Mapping[str, str] = formats.MEDIA_TYPES) -> str:
    """`format` decides, else the Accept header; JSON for who asks for anything."""
    if (named := request.args.get("format")) is not None:
        if named not in allowed:
            raise ParameterInvalid("format", named, f"must be one of {', '.join(allowed)}")
        return formats.require(named)
    if not request.accept_mimetypes:
        return "json"
    media = [name for name, form in formats.ACCEPTED.items() if form in allowed]
    best = request.accept_mimetypes.best_match([name for name in media if formats.installed(formats.ACCEPTED[name])])
    if best is None and (best := request.accept_mimetypes.best_match(media)) is None:
        raise FormatUnknown(str(request.accept_mimetypes), media)
    return formats.require(formats.ACCEPTED[best])


def page(
    form: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    through: int,
    cursor: str | None,
    next_seq: int | None = None,
    *,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """One page of rows, with the way to the next; `extra` are further members of a JSON answer, and headers by EXTRA."""
    told(columns, len(rows))
    if form == "json":
        body: dict[str, Any] = {"rows": list(formats.records(columns, rows)), "next": cursor, **extra}
        if next_seq is not None:
            body["next_seq"] = next_seq
        data = orjson.dumps(body)
    else:
        data = b"".join(formats.WRITERS[form](columns, [rows]))
    response = Response(data, content_type=formats.MEDIA_TYPES[form])
    if cursor is not None:
        response.headers["Link"] = f'<{_next_url(cursor)}>; rel="next"'
    response.headers["X-Row-Count"] = str(len(rows))
    for name, value in extra.items():
        response.headers[EXTRA[name]] = str(value)
    return tagged(with_headers(response, through, next_seq), data)


def tagged(response: Response, data: bytes) -> Response:
    """The ETag names the place in the store and the bytes; who has these bytes already gets 304."""
    if request.method not in ("GET", "HEAD"):
        return response
    response.set_etag(f"{g.get('analytics_place', '')}-{hashlib.sha256(data).hexdigest()[:32]}")
    response.make_conditional(request)
    return response


def unchanged(form: str, freshness: Freshness) -> Response | None:
    """304 without looking at a row, where nothing at all was stored since this answer was given."""
    asked = (request.full_path, form, sorted(access.current().scopes), *freshness.reached_numbers)
    g.analytics_place = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
    for tag in request.if_none_match.as_set(include_weak=True):
        if tag.startswith(f"{g.analytics_place}-"):
            response = Response(status=304)
            response.set_etag(tag)
            return with_headers(response, freshness.through, None)
    return None


def total(chosen: Selection, reached: Place) -> dict[str, int]:
    """The member `count`, where it is asked for."""
    kind = request.args.get("count", "none")
    return {} if kind == "none" else {"count": service().attempts.count(store(), chosen, reached, kind)}


def streamed(
    form: str,
    columns: Sequence[Column],
    batches: Iterator[list[Row]],
    through: int,
    next_seq: int | None,
    *,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    g.analytics_read = read = Read(0, _personal(columns))
    response = Response(formats.WRITERS[form](columns, _counted(batches, read)), content_type=formats.MEDIA_TYPES[form])
    for name, value in extra.items():
        response.headers[EXTRA[name]] = str(value)
    return with_headers(response, through, next_seq)


def as_json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status=status, content_type=formats.MEDIA_TYPES["json"])


def listed(name: str, entries: Sequence[Mapping[str, Any]], cursor: str | None) -> Response:
    """One page of what is kept under names or ids."""
    response = as_json({name: entries, "next": cursor})
    if cursor is not None:
        response.headers["Link"] = f'<{_next_url(cursor)}>; rel="next"'
    if "analytics_lag" in g:
        response.headers["X-Lag-Milliseconds"] = str(g.analytics_lag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def json_body(members: Sequence[str]) -> dict[str, Any]:
    """The request's JSON object, with no members but these."""
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise QueryInvalid("", None, f"must be JSON ({error})") from None
    if not isinstance(body, dict):
        raise QueryInvalid("", body, "must be an object")
    for name in body:
        if name not in members:
            raise QueryInvalid(f"/{name}", name, f"there is no such member; there are {', '.join(members)}")
    return body


def only_parameters(allowed: Sequence[str] = ()) -> None:
    for name, many in request.args.lists():
        if name not in allowed:
            raise ParameterUnknown(name, allowed)
        if len(many) > 1:
            raise ParameterInvalid(name, ", ".join(many), "must be given once")


def told(columns: Sequence[Column], count: int) -> None:
    """For the record of reads."""
    g.analytics_read = Read(count, _personal(columns))


def _personal(columns: Sequence[Column]) -> bool:
    return any(column.name in ("actor_key", "actor_name", "registration", "id") for column in columns)


def _counted(batches: Iterator[list[Row]], read: Read) -> Iterator[list[Row]]:
    for batch in batches:
        read.rows = (read.rows or 0) + len(batch)
        yield batch


def with_headers(response: Response, through: int, next_seq: int | None) -> Response:
    response.headers["X-Consistent-Through"] = iso(through)
    if "analytics_lag" in g:
        response.headers["X-Lag-Milliseconds"] = str(g.analytics_lag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept", "Authorization"))
    if next_seq is not None:
        response.headers["X-Next-Seq"] = str(next_seq)
    return response


def _next_url(cursor: str) -> str:
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return f"{request.script_root}{request.path}?{urlencode([*given, ('cursor', cursor)])}"
