"""The player page, what its script calls, and the script itself."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, abort, render_template, request

from access import public
from scorm_runtime import catalogs, restart, words
from scorm_runtime.catalogs import Catalog
from scorm_runtime.errors import CourseRemoved, InvalidRequest, LaunchExpired, LaunchNotFound
from scorm_runtime.views import messages, policy, scripts
from scorm_runtime.views.extension import service

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
GONE = (LaunchNotFound, LaunchExpired, CourseRemoved)
bp = Blueprint("player", __name__, url_prefix="/play/<token>", template_folder="../templates")
static_bp = Blueprint("runtime_static", __name__, url_prefix="/runtime")


# Without the slash at its end the addresses on the page would be of another link.
@bp.get("/", strict_slashes=True)
@public
def page(token: str) -> Response:
    language = catalog()
    try:
        session, record, course, _ = service().opening(token)
    except GONE as error:
        return sorry(language, error)
    partitions = service().partitions
    answer = html(
        language,
        "player.html",
        title=course.title,
        course_language=course.language or "",
        registration=record.registration,
        key=partitions.key(record.store, record.registration),
        channel=partitions.channel(record.store, record.registration),
        mode=session.mode,
        asks=restart.offered(session, record, service().courses.of(record.course)),
        sandbox=policy.SANDBOX,
        words=words.for_script(language),
    )
    policy.player(answer.headers, service().settings, course)
    return answer


def catalog() -> Catalog:
    """The language that the address asks for, else the browser's."""
    known = catalogs.catalogs(catalogs.OWN, *service().settings.translations)
    return catalogs.chosen(known, (request.args.get("lang", ""), request.headers.get("Accept-Language", "")))


def sorry(language: Catalog, error: LaunchNotFound | LaunchExpired | CourseRemoved) -> Response:
    """A page for people in place of a problem document."""
    answer = html(language, "unavailable.html", message=language.text(words.SORRY[error.code]))
    answer.status_code = error.status
    policy.apology(answer.headers)
    return answer


def html(language: Catalog, template: str, **values: Any) -> Response:
    page = render_template(
        template, _=language.text, language=language.language, direction=language.direction, assets=assets(), **values
    )
    answer = Response(page, mimetype="text/html")
    answer.headers["Content-Language"] = language.language
    answer.headers["Vary"] = "Accept-Language"
    return answer


@bp.post("/state")
@public
def state(token: str) -> Response:
    pending, again = messages.opening(_body(token))
    return _json(service().open_window(token, pending, again=again))


@bp.post("/commit")
@public
def commit(token: str) -> Response:
    body = _body(token)
    messages.known(body, "window", "run", "commits")
    rows = messages.commits(body.get("commits", []))
    return _json(service().commit(token, messages.number(body, "window"), messages.number(body, "run"), rows))


@bp.post("/terminate")
@public
def terminate(token: str) -> Response:
    body = _body(token)
    return _json(service().finish(token, messages.number(body, "window"), messages.move(body)))


@bp.post("/navigate")
@public
def navigate(token: str) -> Response:
    body = _body(token)
    move = messages.move(body)
    if move.request is None:
        raise InvalidRequest("/request", None, "is required")
    return _json(service().finish(token, messages.number(body, "window"), move))


@static_bp.get("/<digest>/<name>")
@public
def static(digest: str, name: str) -> Response:
    """The digest names one state of all files: whatever is asked for under it never changes."""
    folder = _folders().get(Path(name).suffix)
    if folder is None or digest != assets().rpartition("/")[2] or not (text := _text(str(folder), name)):
        abort(404)
    answer = Response(text, content_type=TYPES[Path(name).suffix])
    answer.set_etag(digest)
    answer.make_conditional(request)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def assets() -> str:
    return f"/runtime/{_digest(tuple(str(folder) for folder in _folders().values()))}"


def _folders() -> dict[str, Path]:
    static = service().settings.static
    return {".js": static / "js" / "runtime", ".css": static / "css"}


@cache
def _text(folder: str, name: str) -> str:
    """One file of the folder; a script with what it imports."""
    file = Path(folder) / name
    if file not in Path(folder).iterdir():
        return ""
    return scripts.script(file.parent, file.stem) if file.suffix == ".js" else file.read_text("utf-8")


@cache
def _digest(folders: tuple[str, ...]) -> str:
    seen = hashlib.sha256()
    for folder in folders:
        for file in sorted(Path(folder).glob("*.*")):
            seen.update(file.name.encode() + b"\0" + _text(folder, file.name).encode())
    return seen.hexdigest()[:16]


def _body(token: str) -> dict[str, Any]:
    service().place(token)  # nothing is read from who has no link
    return messages.read_json(request.get_data(), request.content_encoding, service().settings.body_maximum)


def _json(value: Any) -> Response:
    answer = Response(orjson.dumps(value), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
