"""/api/v1: registrations and launches."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from access import current, requires
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.service import Launch
from scorm_runtime.statements import timestamp
from scorm_runtime.units.service import UnitLaunch
from scorm_runtime.units.visits import Player
from scorm_runtime.views import messages
from scorm_runtime.views.extension import service, units, visits
from scorm_runtime.views.units import language as spoken

bp = Blueprint("runtime", __name__, url_prefix="/api/v1")


@bp.post("/courses/<course>/registrations")
@requires("registrations")
def register(course: str) -> Response:
    messages.only(request.args)
    body = _body()
    language = spoken(body.pop("language", None))
    actor, name = messages.registration(body)
    if launched := units().handles(course):
        units().check_actor(course, actor)
    found, new = service().registrations.register(course, actor, name, tenant=current().store)
    if launched:
        units().begin(found.uuid, tenant=current().store, language=language)
    answer = _json(service().registrations.describe(found), 201 if new else 200)
    answer.headers["Location"] = f"/api/v1/registrations/{found.uuid}"
    return answer


@bp.post("/registrations/<registration>/launch")
@requires("registrations")
def launch(registration: str) -> Response:
    messages.only(request.args)
    body = _body()
    language = spoken(body.pop("language", None))
    launched = units().handles(_course(registration))
    opens = visits().begin if _in_player(body, otherwise=not launched) else units().launch
    asked = messages.launch(body)
    made: Launch | UnitLaunch | Player
    if launched:
        messages.of_units(asked)
        made = opens(
            registration,
            tenant=current().store,
            item=asked["item"],
            mode=body.get("mode"),
            return_url=asked["return_url"],
            language=language,
        )
    else:
        made = service().launch(registration, tenant=current().store, **asked)
    answer = {"url": made.url, "session": made.session, "expires": timestamp(made.expires.timestamp())}
    if isinstance(made, UnitLaunch):
        answer |= {"mode": made.mode, "window": "own" if made.own_window else "any"}
    return _json(answer)


@bp.get("/registrations/<registration>")
@requires("registrations/read")
def registration(registration: str) -> Response:
    messages.only(request.args, "cmi")
    cmi = request.args.get("cmi", "false")
    if cmi not in ("true", "false"):
        raise InvalidRequest("?cmi", cmi, "must be true or false")
    if units().handles(_course(registration)):
        return _json(units().report(registration, tenant=current().store))
    return _json(service().report(registration, tenant=current().store, cmi=cmi == "true"))


def _in_player(body: dict[str, Any], *, otherwise: bool) -> bool:
    """Whether the link is to open the player; SCORM content cannot do without."""
    player = body.pop("player", otherwise)
    if not isinstance(player, bool) or player < otherwise:
        raise InvalidRequest("/player", player, "must be true" if otherwise else "must be true or false")
    return player


def _course(registration: str) -> str:
    return str(service().registrations.get(registration, current().store).course)


def _body() -> dict[str, Any]:
    settings = service().settings
    return messages.read_json(request.get_data(), request.content_encoding, settings.body_maximum)


def _json(value: Any, status: int = 200) -> Response:
    answer = Response(orjson.dumps(value), status=status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
