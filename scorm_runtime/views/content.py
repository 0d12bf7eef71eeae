"""The files of a package, under the token of one launch."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wsgi import wrap_file

from access import public
from package_importer import CourseNotFound, FileNotFound
from scorm_runtime.errors import CourseRemoved, FileNotInPackage
from scorm_runtime.service import Place
from scorm_runtime.units.service import PREFIX, UnitPlace
from scorm_runtime.views import player, policy
from scorm_runtime.views.extension import service, units

CACHING = "private, max-age=31536000, immutable"
bp = Blueprint("content", __name__, url_prefix="/play/<token>")


@bp.get("/content/<path:path>")
@bp.get("/content-<int:version>/<path:path>")
@public
def file(token: str, path: str, version: int | None = None) -> Response:
    """Ranges and validators are Werkzeug's; the catalogue refuses every path outside the package.

    `version` is of an attempt that has begun since the link was made: what browsers keep under one address never changes.
    """
    if request.headers.get("Service-Worker") == "script":
        abort(403)  # a package may not stay between the learner and later pages
    unit = token.startswith(PREFIX)
    place: Place | UnitPlace = units().place(token) if unit else service().place(token, version)
    try:
        service().presence.check(place.course)
    except CourseRemoved as error:
        if not request.accept_mimetypes.accept_html:
            raise
        return player.sorry(player.catalog(), error)
    try:
        found = service().catalogue.open(place.course, place.version, path)
    except (FileNotFound, CourseNotFound):
        raise FileNotInPackage(f"The package has no file {path!r}.", path=path) from None
    answer = Response(wrap_file(request.environ, found.stream, 65536), direct_passthrough=True)
    answer.content_length = found.size
    answer.headers["Content-Type"] = found.mimetype  # no charset: it is the package's own affair
    answer.set_etag(found.etag)
    answer.last_modified = found.mtime
    answer.headers["Cache-Control"] = CACHING
    policy.content(answer.headers, service().settings, asks=(service().settings.endpoint,) if unit else ())
    answer.make_conditional(_one_range(found.size), accept_ranges=True, complete_length=found.size)
    return answer


def _one_range(size: int) -> dict[str, Any]:
    """RFC 9110 14.2: a Range that is not understood is ignored, and with any method but GET; one with several parts may be.
    If-None-Match goes first (13.2.2); the last bytes of a file that has not as many are the file (14.1.2)."""
    asked = request.range
    if asked is None or request.method != "GET" or "HTTP_IF_NONE_MATCH" in request.environ:
        usable = False
    else:
        usable = asked.units == "bytes" and len(asked.ranges) == 1 and asked.ranges[0][0] >= -size
    if usable:
        return request.environ
    return {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}
