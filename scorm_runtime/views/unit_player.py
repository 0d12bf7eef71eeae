"""The player of units on the content origin: its page, what its script asks, and where content sends the learner back to."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from access import public
from lrs.spec.formats import is_language
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.statements import timestamp
from scorm_runtime.units import words
from scorm_runtime.units.visits import PREFIX
from scorm_runtime.views import messages, player, policy
from scorm_runtime.views.extension import service, visits

bp = Blueprint("unit_player", __name__, url_prefix=f"/play/{PREFIX}<secret>", template_folder="../templates")
returned_bp = Blueprint("unit_returned", __name__, url_prefix="/returned")


@bp.get("/", strict_slashes=True)
@public
def page(secret: str) -> Response:
    catalog = player.catalog()
    try:
        registration, visit, course = visits().course(PREFIX + secret)
    except player.GONE as error:
        return player.sorry(catalog, error)
    answer = player.html(
        catalog,
        "units.html",
        title=course.title,
        course_language=course.language or "",
        registration=registration,
        visit=visit.id,
        mode=visit.mode,
        sandbox=policy.SANDBOX,
        words=words.for_script(catalog),
    )
    policy.player(answer.headers, service().settings, course)
    return answer


@bp.post("/units")
@public
def outline(secret: str) -> Response:
    messages.known(_body())
    return _json(visits().outline(PREFIX + secret))


@bp.post("/units/open")
@public
def open_(secret: str) -> Response:
    body = _body()
    messages.known(body, "item", "mode")
    item, mode = body.get("item"), body.get("mode", "normal")
    if not isinstance(item, str):
        raise InvalidRequest("/item", item, "must be the identifier of a unit")
    if mode not in messages.MODES:
        raise InvalidRequest("/mode", mode, f"must be one of {', '.join(messages.MODES)}")
    spoken = ",".join(tag for tag in request.accept_languages.values() if is_language(tag))
    return _json(visits().open(PREFIX + secret, item, mode, spoken or None))


@bp.post("/units/left")
@public
def left(secret: str) -> Response:
    body = _body()
    messages.known(body, "session")
    session = body.get("session")
    if not isinstance(session, str):
        raise InvalidRequest("/session", session, "must be a session of this registration")
    return _json(visits().left(PREFIX + secret, session))


@bp.post("/units/retake")
@public
def retake(secret: str) -> Response:
    messages.known(_body())
    made = visits().retake(PREFIX + secret)
    return _json({"url": made.url, "session": made.session, "expires": timestamp(made.expires.timestamp())})


@returned_bp.get("/<visit>")
@public
def returned(visit: str) -> Response:
    """The same for everybody: its script tells the windows of the visit."""
    answer = player.html(player.catalog(), "returned.html")
    policy.returned(answer.headers, service().settings)
    return answer


def _body() -> dict[str, Any]:
    return messages.read_json(request.get_data(), request.content_encoding, service().settings.body_maximum)


def _json(value: Any) -> Response:
    answer = Response(orjson.dumps(value), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
