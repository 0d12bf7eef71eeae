"""/api/v1 for launched content (waive, abandon, sessions), and the fetch address on the content origin."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from access import current, public, requires
from lrs.spec.formats import is_language
from scorm_runtime.errors import InvalidRequest, LaunchNotFound, RuntimeFault
from scorm_runtime.views import messages
from scorm_runtime.views.extension import service, units

LONGEST_REASON = 200
bp = Blueprint("units", __name__, url_prefix="/api/v1")
fetch_bp = Blueprint("fetch", __name__, url_prefix="/play/<token>")


@bp.post("/registrations/<registration>/waive")
@requires("registrations")
def waive(registration: str) -> Response:
    messages.only(request.args)
    body = _body()
    messages.known(body, "item", "reason")
    item, reason = body.get("item"), body.get("reason")
    if not isinstance(item, str):
        raise InvalidRequest("/item", item, "must be the identifier of a unit")
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidRequest("/reason", reason, f"must be a text of 1 to {LONGEST_REASON} characters")
    return _json(units().waive(registration, item, reason.strip(), tenant=current().store))


@bp.post("/sessions/<session>/abandon")
@requires("registrations")
def abandon(session: str) -> Response:
    messages.only(request.args)
    messages.known(_body())
    return _json(units().abandon(session, tenant=current().store))


@bp.get("/sessions/<session>")
@requires("registrations/read")
def session(session: str) -> Response:
    messages.only(request.args)
    return _json(units().session(session, tenant=current().store))


@fetch_bp.route("/fetch", methods=["POST"], provide_automatic_options=False)
@public
def fetch(token: str) -> Response:
    """cmi5 8.2: always 200 and JSON, for scripts of any origin."""
    try:
        found = units().fetch(token)
    except LaunchNotFound:
        answer = _error("2", "This fetch address is not known.")
    except RuntimeFault as error:
        answer = _error("3", str(error))
    else:
        answer = _json({"auth-token": found}) if found else _error("1", "The token was fetched before, or the session is over.")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@fetch_bp.route("/fetch", methods=["OPTIONS"])
@public
def preflight(token: str) -> Response:
    answer = Response(status=204)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    answer.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "")
    answer.vary.add("Access-Control-Request-Headers")
    return answer


def language(value: Any) -> str | None:
    """cmi5 11.1: tags with commas, the preferred one first."""
    if value is None:
        return None
    if not isinstance(value, str) or not all(is_language(one) for one in value.split(",")):
        raise InvalidRequest("/language", value, "must be language tags with commas between them, as in fr-CA,fr,en")
    return value


def _error(code: str, text: str) -> Response:
    return _json({"error-code": code, "error-text": text})


def _body() -> dict[str, Any]:
    return messages.read_json(request.get_data(), request.content_encoding, service().settings.body_maximum)


def _json(value: Any) -> Response:
    answer = Response(orjson.dumps(value), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
