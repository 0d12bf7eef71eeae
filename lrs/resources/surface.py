"""What all xAPI resources share: the blueprint, version and consistent-through headers, answers for errors."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import ClientDisconnected, HTTPException
from werkzeug.http import http_date

from lrs import versions
from lrs.errors import ContentEncoded, InvalidJSON, LRSError, Refused, TooLarge, TooSlow, VersionRefused
from lrs.resources import alternate, params, patience
from lrs.spec import json_text
from lrs.spec.formats import format_timestamp
from lrs.versions import Version

if TYPE_CHECKING:
    from lrs.service import LRS

MOUNTS = {"/xapi": None, "/xapi/1.0.3": "1.0.3", "/xapi/2.0.0": "2.0.0"}
CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"
JSON = "application/json"

bp = Blueprint("xapi", __name__)


def lrs() -> LRS:
    found: LRS = current_app.extensions["lrs"]
    return found


def version() -> Version:
    served: Version = g.xapi_version
    return served


@bp.before_request
def negotiate() -> None:
    """1.0.3 Communication 3.3: every request but those for About has a version header."""
    query = request.query_string
    if b"%" in query:
        params.check_encoding(query)
    if request.method != "OPTIONS" and not is_resource("about"):
        g.xapi_version = versions.negotiate(request.headers.get(versions.HEADER))


def is_resource(name: str) -> bool:
    return request.path.rstrip("/").endswith("/" + name)


@bp.errorhandler(ClientDisconnected)
def answer_disconnected(_: ClientDisconnected) -> Response:
    return answer_error(Refused("The body ended before its Content-Length."))


@bp.errorhandler(LRSError)
def answer_error(error: LRSError) -> Response:
    reading = request.environ.get(patience.READING)
    if reading is not None and reading.overdue:
        error = TooSlow(
            "The body did not come in time.", rule=f"{patience.SLOWEST >> 10} KiB a second, after a start of some seconds."
        )
    body = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": str(error),
        "code": error.code,
        **error.detail,
    }
    response = Response(orjson.dumps(body, default=str), error.status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, ContentEncoded):
        response.headers["Accept-Encoding"] = "identity"  # RFC 9110 15.5.16
    return response


def init_headers(app: Flask, default_version: str) -> None:
    """Version and consistent-through on every answer below the mounts, whoever made it.

    A body that cannot be read is answered before routing, which may know nothing of the method that was meant."""

    @app.before_request
    def refuse() -> Response | None:
        fault = _unreadable()
        if fault is None:
            return None
        with suppress(VersionRefused):
            g.xapi_version = versions.negotiate(request.headers.get(versions.HEADER))
        return answer_error(fault)

    @app.after_request
    def add(response: Response) -> Response:
        if not request.path.startswith("/xapi"):
            return response
        served = g.get("xapi_version")
        response.headers[versions.HEADER] = served.name if served else mounted_version() or default_version
        if is_resource("statements"):
            through = g.get("consistent_through") or lrs().recently_consistent_through()
            response.headers[CONSISTENT_THROUGH] = format_timestamp(through)
        return response


def _unreadable() -> LRSError | None:
    encoding = request.headers.get("Content-Encoding", "").strip()[:40]
    if encoding.lower() in ("", "identity") or request.method not in ("PUT", "POST") or not request.path.startswith("/xapi/"):
        fault: LRSError | None = request.environ.get(alternate.FAULT)
        return fault
    return ContentEncoded(f"The body has the Content-Encoding {encoding}.", found=encoding, rule="Bodies come uncompressed.")


def mounted_version() -> str | None:
    """The version whose own address was used, for answers to requests without a version."""
    return next((name for mount, name in MOUNTS.items() if name and request.path.startswith(mount + "/")), None)


def read_body(limit: int) -> bytes:
    """The whole body, refused before it is read when it says that it is too large."""
    length, rule = request.content_length, f"At most {limit} bytes are accepted here."
    if length is not None and length > limit:
        raise TooLarge(f"The body has {length} bytes. {rule}", found=length, rule=rule)
    raw = read_piece(limit + 1 if length is None else length)
    if len(raw) > limit:
        raise TooLarge(f"The body has more than {limit} bytes.", rule=rule)
    if length is not None and len(raw) < length:
        raise ClientDisconnected
    patience.is_whole(request.environ)
    return raw


def read_piece(size: int) -> bytes:
    """Up to so many bytes of the body."""
    try:
        piece: bytes = request.stream.read(size)
    except HTTPException:
        raise
    except Exception as error:  # each server has classes of its own for a body whose chunks are cut off or malformed
        rule = "A chunk is as long as its size says (RFC 9112 7.1)."
        raise Refused("The body ended within a chunk, or a chunk does not begin with its size.", rule=rule) from error
    return piece


def read_json(raw: bytes) -> Any:
    if not raw.strip():
        raise InvalidJSON("The body is empty.", rule="The body is one JSON value.")
    return json_text.read(raw)


def json_response(value: Any, status: int = 200, last_modified: datetime | None = None) -> Response:
    raw = value if isinstance(value, bytes) else orjson.dumps(value)
    response = Response(raw, status, content_type=JSON)
    if last_modified is not None:
        response.headers["Last-Modified"] = http_date(last_modified)
    return response
