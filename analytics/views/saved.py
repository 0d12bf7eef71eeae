"""/api/v1/queries: queries under a name, for everybody who may read; and what they find."""

import time
from typing import Any

from flask import Response, request

import access
from analytics import query, saved, schedules
from analytics.errors import QueryInvalid, QueryScheduled
from analytics.facts import iso
from analytics.parameters import LIMIT_DEFAULT, cursor_of_text, cursor_text, limit_read
from analytics.saved import SavedQuery
from analytics.views import answer, bp, groups, preconditions

MEMBERS = ("query", "description")


@bp.get("/queries")
@access.requires("analytics/read")
def list_queries() -> Response:
    after, limit = list_parameters()
    found = saved.page(answer.service().attempts.db, answer.store(), after, limit + 1)
    more = len(found) > limit
    cursor = cursor_of_text(found[limit - 1].name) if more else None
    return answer.listed("queries", [_shown(one) for one in found[:limit]], cursor)


@bp.get("/queries/<name>")
@access.requires("analytics/read")
def get_query(name: str) -> Response:
    answer.only_parameters()
    found = saved.get(answer.service().attempts.db, answer.store(), name)
    response = preconditions.tagged(answer.as_json(_shown(found)), found.tag)
    response.make_conditional(request)
    return response


@bp.put("/queries/<name>")
@access.requires("analytics/read")
def put_query(name: str) -> Response:
    """Checked as if it were asked now; one that is there is replaced by who names its state."""
    answer.only_parameters()
    saved.check_name(name)
    body = answer.json_body(MEMBERS)
    description = body.get("description", "")
    if not isinstance(description, str) or len(description) > saved.DESCRIPTION_LENGTH:
        raise QueryInvalid("/description", description, f"must be a text of at most {saved.DESCRIPTION_LENGTH} characters")
    if "query" not in body:
        raise QueryInvalid("/query", None, "must be there: what POST /api/v1/query takes")
    query.plan(body["query"], answer.service().resolve_course)
    db, store = answer.service().attempts.db, answer.store()
    old = saved.find(db, store, name)
    tag = preconditions.wanted_tag(name, old.tag if old else None)
    now = int(time.time() * 1000)
    made = saved.put(db, store, name, body["query"], description, by=access.current().name, now=now, tag=tag)
    response = preconditions.tagged(answer.as_json(_shown(made), 200 if old else 201), made.tag)
    if old is None:
        response.headers["Location"] = f"{request.script_root}/api/v1/queries/{name}"
    return response


@bp.delete("/queries/<name>")
@access.requires("analytics/read")
def delete_query(name: str) -> Response:
    answer.only_parameters()
    db, store = answer.service().attempts.db, answer.store()
    tag = preconditions.wanted_tag(name, saved.get(db, store, name).tag)
    if waiting := schedules.asking(db, store, name):
        raise QueryScheduled(name, waiting)
    saved.delete(db, store, name, tag=tag)
    return Response(status=204)


@bp.get("/queries/<name>/result")
@access.requires(*answer.FIGURES)
def query_result(name: str) -> Response:
    answer.only_parameters(("format",))
    found = saved.get(answer.service().attempts.db, answer.store(), name)
    return groups.answer_query(found.query)


def list_parameters() -> tuple[str, int]:
    """The name to go on after, and how many."""
    answer.only_parameters(("limit", "cursor"))
    after = cursor_text(request.args["cursor"]) if "cursor" in request.args else ""
    return after, limit_read(request.args["limit"]) if "limit" in request.args else LIMIT_DEFAULT


def _shown(one: SavedQuery) -> dict[str, Any]:
    return {
        "name": one.name,
        "description": one.description,
        "query": one.query,
        "revision": one.revision,
        "created": iso(one.created),
        "created_by": one.created_by,
        "updated": iso(one.updated),
        "updated_by": one.updated_by,
        "result": f"{request.script_root}/api/v1/queries/{one.name}/result",
    }
