"""The credentials API. A caller sees and manages the credentials of its own store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Flask, Response, current_app, request, url_for

from access import cors
from access.authenticate import EXTENSION, current, requires
from access.creation import fault, read_creation
from access.credentials import Credentials
from access.errors import InvalidRequest, NotJson
from access.models import Credential

PAGE = 100
LARGEST_PAGE = 1000
bp = Blueprint("credentials", __name__, url_prefix="/api/v1/credentials")


def init_app(
    app: Flask, credentials: Credentials, *, cors_origins: Sequence[str] = ("*",), cors_paths: Sequence[str] = ("/xapi/",)
) -> None:
    """Authentication by these credentials, and their API. `cors_origins`: whose scripts may call `cors_paths`; "*" for all."""
    app.extensions[EXTENSION] = credentials
    cors.init_app(app, origins=cors_origins, paths=cors_paths)
    app.register_blueprint(bp)


@bp.get("")
@requires("admin")
def list_credentials() -> Response:
    after, limit = _page()
    found = _credentials().list(store=current().store, after=after, limit=limit + 1)
    rows = found[:limit]
    answer: dict[str, Any] = {"credentials": [shown(row) for row in rows], "next": None}
    if len(found) > limit:
        query = urlencode({"after": rows[-1].key, "limit": limit})
        answer["next"] = f"{url_for('credentials.list_credentials')}?{query}"
    return _json(answer)


@bp.post("")
@requires("admin")
def create_credential() -> Response:
    only_parameters()
    arguments = read_creation(_body(), datetime.now(UTC))
    made, secret = _credentials().create(store=current().store, **arguments)
    answer = _json({**shown(made), "secret": secret}, status=201)
    answer.headers["Location"] = url_for("credentials.get_credential", key=made.key)
    return answer


@bp.get("/<key>")
@requires("admin")
def get_credential(key: str) -> Response:
    only_parameters()
    return _json(shown(_credentials().get(key, store=current().store)))


@bp.delete("/<key>")
@requires("admin")
def revoke_credential(key: str) -> Response:
    only_parameters()
    _credentials().revoke(key, store=current().store)
    return Response(status=204)


def shown(credential: Credential) -> dict[str, Any]:
    """What people may see of a credential: everything but the secret's hash."""
    return {
        "key": credential.key,
        "name": credential.name,
        "scopes": list(credential.scopes),
        "store": credential.store,
        "authority": credential.authority or None,
        "created": _time(credential.created),
        "expires": _time(credential.expires),
        "revoked": _time(credential.revoked),
    }


def _credentials() -> Credentials:
    found: Credentials = current_app.extensions[EXTENSION]
    return found


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if value else None


def _json(value: Any, status: int = 200) -> Response:
    answer = Response(orjson.dumps(value), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _body() -> Any:
    # Not only pedantry: a page of another origin can send any other type with the browser's stored Basic login.
    if request.mimetype != "application/json":
        raise NotJson(f"The body must be application/json, not {request.mimetype or 'of no type'}.")
    try:
        return orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise InvalidRequest([fault("", str(error), "must be JSON")]) from None


def only_parameters(*known: str) -> None:
    """Raises InvalidRequest, which lists the others."""
    faults = [
        fault(f"?{name}", name, f"unknown parameter; known are {', '.join(known) or 'none'}")
        for name in request.args
        if name not in known
    ]
    if faults:
        raise InvalidRequest(faults)


def _page() -> tuple[str, int]:
    only_parameters("after", "limit")
    limit = request.args.get("limit", str(PAGE))
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and 1 <= int(limit) <= LARGEST_PAGE):
        raise InvalidRequest([fault("?limit", limit, f"must be a whole number from 1 to {LARGEST_PAGE}")])
    return request.args.get("after", ""), int(limit)
