"""/api/v1/schedules: exports that are made again and again."""

import time
from typing import Any

from flask import Response, request

import access
from analytics import exports, saved, schedules, timing
from analytics.attempts import Row
from analytics.errors import QueryInvalid
from analytics.facts import iso, milliseconds
from analytics.parameters import Sight, cursor_of_text
from analytics.schedules import Plan
from analytics.timing import Timing
from analytics.views import answer, asked, bp, preconditions
from analytics.views.saved import list_parameters

MEMBERS = (*asked.MEMBERS, "cron", "every", "tz", "start", "missed", "keep", "paused", "description")
TOLD = ("resource", "saved")
"""What of a schedule anybody may know: a list, or the name of a saved query."""
KEEP, KEEP_MOST = 10, schedules.RUNS_KEPT


@bp.get("/schedules")
@access.requires(*answer.FIGURES)
def list_schedules() -> Response:
    after, limit = list_parameters()
    found = schedules.page(answer.service().attempts.db, answer.store(), after, limit + 1)
    cursor = cursor_of_text(found[limit - 1]["name"]) if len(found) > limit else None
    return answer.listed("schedules", [_shown(row) for row in found[:limit]], cursor)


@bp.get("/schedules/<name>")
@access.requires(*answer.FIGURES)
def get_schedule(name: str) -> Response:
    """With its last runs, newest first."""
    answer.only_parameters()
    row = schedules.get(answer.service().attempts.db, answer.store(), name)
    return preconditions.tagged(answer.as_json(_shown(row) | {"runs": _runs(row)}), row["tag"])


@bp.put("/schedules/<name>")
@access.requires(*answer.FIGURES)
def put_schedule(name: str) -> Response:
    answer.only_parameters()
    saved.check_name(name)
    now = int(time.time() * 1000)
    plan = _plan(answer.json_body(MEMBERS), now)
    db, store = answer.service().attempts.db, answer.store()
    old = schedules.find(db, store, name)
    if old is not None:
        _check_changeable(old)
    tag = preconditions.wanted_tag(name, old["tag"] if old else None)
    made = schedules.put(db, store, name, plan, by=access.current(), now=now, tag=tag)
    response = preconditions.tagged(answer.as_json(_shown(made) | {"runs": _runs(made)}, 200 if old else 201), made["tag"])
    if old is None:
        response.headers["Location"] = f"{request.script_root}/api/v1/schedules/{name}"
    return response


@bp.delete("/schedules/<name>")
@access.requires(*answer.FIGURES)
def delete_schedule(name: str) -> Response:
    answer.only_parameters()
    db, store = answer.service().attempts.db, answer.store()
    row = schedules.get(db, store, name)
    _check_changeable(row)
    tag = preconditions.wanted_tag(name, row["tag"])
    schedules.delete(db, store, name, tag=tag)
    return Response(status=204)


def _is_open(row: Row) -> bool:
    """What a schedule asks may name learners, and so may its description: that is for who may see names, and for whose it is."""
    return row["by"] == access.current().key or answer.current_sight() is Sight.NAMES


def _check_changeable(row: Row) -> None:
    if not _is_open(row):
        raise access.Forbidden(("analytics/read",), access.current().scopes)


def _plan(body: dict[str, Any], now: int) -> Plan:
    wanted = asked.wanted(body)
    keep, paused, missed = body.get("keep", KEEP), body.get("paused", False), body.get("missed", "run")
    description = body.get("description", "")
    if not isinstance(keep, int) or isinstance(keep, bool) or not 1 <= keep <= KEEP_MOST:
        raise QueryInvalid("/keep", keep, f"must be a whole number from 1 to {KEEP_MOST}")
    if not isinstance(paused, bool):
        raise QueryInvalid("/paused", paused, "must be true or false")
    if missed not in schedules.MISSED:
        raise QueryInvalid("/missed", missed, f"must be one of {', '.join(schedules.MISSED)}")
    if not isinstance(description, str) or len(description) > saved.DESCRIPTION_LENGTH:
        raise QueryInvalid("/description", description, f"must be a text of at most {saved.DESCRIPTION_LENGTH} characters")
    return Plan(
        description=description,
        asked=wanted.asked,
        form=wanted.form,
        timing=timing.read(body.get("cron"), body.get("every"), body.get("tz"), _start(body, now)),
        missed=missed,
        keep=keep,
        paused=paused,
    )


def _start(body: dict[str, Any], now: int) -> int:
    """What lengths of time are counted from: midnight of 1970, UTC, unless something else is said."""
    if "start" not in body:
        return 0 if body.get("every") is not None else now
    start = milliseconds(body["start"])
    if start is None or body.get("every") is None:
        raise QueryInvalid("/start", body["start"], "must be a timestamp such as 2026-01-31T06:00:00Z, and goes with `every`")
    return start


def _shown(row: Row) -> dict[str, Any]:
    when = Timing(**row["timing"])
    clock = {"cron": when.cron, "tz": when.zone} if when.cron else {"every": f"PT{when.every // 1000}S", "start": iso(when.start)}
    said = {"description": row["description"], **row["asked"]}
    return {
        "name": row["name"],
        **(said if _is_open(row) else {name: said[name] for name in TOLD if name in said} | {"withheld": True}),
        "format": row["form"],
        **clock,
        "missed": row["missed"],
        "keep": row["keep"],
        "paused": row["paused"],
        "paused_because": row.get("paused_because"),
        "next": iso(row["next"]) if row.get("next") else None,
        "revision": row["revision"],
        "created": iso(row["created"]),
        "updated": iso(row["updated"]),
        "updated_by": row["by_name"],
    }


def _runs(row: Row) -> list[dict[str, Any]]:
    known = exports.several(answer.service().attempts.db, [run["export"] for run in row["runs"] if run["export"]])
    return [_run(run, known) for run in reversed(row["runs"])]


def _run(run: Row, known: dict[str, Row]) -> dict[str, Any]:
    """`expired`: its file is no longer kept; `skipped`: it was too late."""
    state = known[run["export"]]["state"] if run["export"] in known else "expired" if run["export"] else "skipped"
    return {"due": iso(run["due"]), "missed": run["missed"], "export": run["export"], "state": state}
