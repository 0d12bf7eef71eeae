"""/api/v1/courses/{id}/settings: what is decided for a course otherwise than its package says."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, request

from access import current, requires
from scorm_runtime.views import messages
from scorm_runtime.views.extension import service

bp = Blueprint("runtime_settings", __name__, url_prefix="/api/v1/courses/<course>/settings")


@bp.get("")
@requires("content/read", "content/write")
def get(course: str) -> Response:
    messages.only(request.args)
    return _json(service().courses.describe(course))


@bp.put("")
@requires("content/write")
def put(course: str) -> Response:
    messages.only(request.args)
    return _json(service().courses.replace(course, _body(), current().key, service().clock()))


@bp.patch("")
@requires("content/write")
def patch(course: str) -> Response:
    messages.only(request.args)
    return _json(service().courses.update(course, _body(), current().key, service().clock()))


def _body() -> dict[str, object]:
    return messages.read_json(request.get_data(), request.content_encoding, service().settings.body_maximum)


def _json(value: object) -> Response:
    answer = Response(orjson.dumps(value), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
