"""/api/v1/exports: files that are made in the background."""

import time
from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

import access
from analytics import exports, formats
from analytics.attempts import Row
from analytics.facts import iso
from analytics.parameters import cursor_of_text
from analytics.views import answer, asked, bp
from analytics.views.saved import list_parameters

PIECE = 256 << 10
TIMES = ("created", "started", "finished", "expires", "due")


@bp.post("/exports")
@access.requires(*answer.FIGURES)
def create_export() -> Response:
    answer.only_parameters()
    wanted = asked.wanted(answer.json_body(asked.MEMBERS))
    now = int(time.time() * 1000)
    export_id = exports.create(answer.service().attempts.db, answer.store(), wanted, now)
    response = answer.as_json(shown(_found(export_id)), 202)
    response.headers["Location"] = _address(export_id)
    response.headers["Retry-After"] = "1"
    return response


@bp.get("/exports")
@access.requires(*answer.FIGURES)
def list_exports() -> Response:
    """Newest first: the asking credential's own, for `admin` everybody's."""
    after, limit = list_parameters()
    found = exports.page(answer.service().attempts.db, answer.store(), _whose(), after, limit + 1)
    cursor = cursor_of_text(found[limit - 1]["order"]) if len(found) > limit else None
    return answer.listed("exports", [shown(row) for row in found[:limit]], cursor)


@bp.get("/exports/<export_id>")
@access.requires(*answer.FIGURES)
def get_export(export_id: str) -> Response:
    answer.only_parameters()
    row = _found(export_id)
    response = answer.as_json(shown(row))
    response.headers["Cache-Control"] = "private, no-cache"
    if row["state"] in ("queued", "running"):
        response.headers["Retry-After"] = "1"
    return response


@bp.delete("/exports/<export_id>")
@access.requires(*answer.FIGURES)
def delete_export(export_id: str) -> Response:
    answer.only_parameters()
    exports.delete(answer.service().attempts.db, _found(export_id))
    return Response(status=204)


@bp.get("/exports/<export_id>/file")
@access.requires(*answer.FIGURES)
def get_export_file(export_id: str) -> Response:
    """Whole, or the parts that Range asks for; the ETag is the digest, so that a broken download goes on with If-Range."""
    answer.only_parameters()
    row = _found(export_id)
    file = exports.open_file(answer.service().attempts.db, row)
    form = formats.FORMATS[row["form"]]
    # Not passed through directly: nobody would tell the response that it was closed, and the read would not be written down.
    response = Response(wrap_file(request.environ, file, PIECE), content_type=form.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{_title(row)}-{iso(row["created"])[:10]}.{form.suffix}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Row-Count"] = str(row["rows"])
    if row["through"] is not None:
        response.headers["X-Consistent-Through"] = row["through"]
    response.set_etag(row["sha256"])
    response.content_length = row["bytes"]
    response.make_conditional(request, accept_ranges=True, complete_length=row["bytes"])
    return response


def shown(row: Row) -> dict[str, Any]:
    """An export as it is told."""
    expected, done = row.get("expected"), row["state"] == "done"
    progress = min(row["rows"] / expected, 1.0) if expected else None
    return {
        "id": row["_id"],
        "state": row["state"],
        **row["asked"],
        "format": row["form"],
        **{name: None if row.get(name) is None else iso(row[name]) for name in TIMES},
        "created_by": row["by_name"],
        "schedule": row["schedule"],
        "rows": row["rows"],
        "bytes": row["bytes"],
        "progress": 1.0 if done else progress,
        "file": f"{_address(row['_id'])}/file" if done else None,
        "sha256": row.get("sha256"),
        "error": row.get("error"),
    }


def _found(export_id: str) -> Row:
    return exports.get(answer.service().attempts.db, answer.store(), export_id, _whose())


def _whose() -> str | None:
    """What an export holds is what its own credential may see."""
    caller = access.current()
    return None if access.allows(caller, "admin") else caller.key


def _address(export_id: str) -> str:
    return f"{request.script_root}/api/v1/exports/{export_id}"


def _title(row: Row) -> str:
    return str(row["asked"].get("resource") or row["asked"].get("saved") or "query")
