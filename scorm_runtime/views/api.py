"""/api/v1: registrations and launches."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from access import current, requires
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.statements import timestamp
from scorm_runtime.views import messages
from scorm_runtime.views.extension import service

bp = Blueprint("runtime", __name__, url_prefix="/api/v1")


@bp.post("/courses/<course>/registrations")
@requires("registrations")
def register(course: str) -> Response:
    actor, name = messages.registration(_body())
    found, new = service().registrations.register(course, actor, name, tenant=current().store)
    answer = _json(service().registrations.describe(found), 201 if new else 200)
    answer.headers["Location"] = f"/api/v1/registrations/{found.uuid}"
    return answer


@bp.post("/registrations/<registration>/launch")
@requires("registrations")
def launch(registration: str) -> Response:
    made = service().launch(registration, tenant=current().store, **messages.launch(_body()))
    return _json({"url": made.url, "session": made.session, "expires": timestamp(made.expires.timestamp())})


@bp.get("/registrations/<registration>")
@requires("registrations/read")
def registration(registration: str) -> Response:
    if unknown := set(request.args) - {"cmi"}:
        raise InvalidRequest(f"?{min(unknown)}", request.args[min(unknown)], "is no parameter of this resource; it has cmi")
    cmi = request.args.get("cmi", "false")
    if cmi not in ("true", "false"):
        raise InvalidRequest("?cmi", cmi, "must be true or false")
    return _json(service().report(registration, tenant=current().store, cmi=cmi == "true"))


def _body() -> dict[str, Any]:
    settings = service().settings
    return messages.read_json(request.get_data(), request.content_encoding, settings.body_maximum)


def _json(value: Any, status: int = 200) -> Response:
    answer = Response(orjson.dumps(value), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
