"""GET /api/v1/items, /distractors, /funnel and /struggling: what the rows of one course say about its questions and learners."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from flask import Response, request

import access
from analytics import funnel, items, struggling
from analytics.attempts import Row
from analytics.errors import ParameterInvalid
from analytics.parameters import (
    LIMIT_DEFAULT,
    Resource,
    Selection,
    Sight,
    course_iri,
    cursor_of_text,
    cursor_text,
    limit_read,
    selection,
)
from analytics.sight import suppressed, told_of
from analytics.store import Place
from analytics.values import natural, number, one_of
from analytics.views import answer, bp

REASONS = ("failed", "stalled", "slow")
ROWS_MOST = 500_000
BATCH = 5_000
OF_ANSWERS = ("activity", "activity_name", "interaction_type", "timestamp", "success", "score_scaled", "response", "duration_s")
OF_ATTEMPTS = (
    "activity", "activity_name", "activity_type", "actor_name", "attempts", "completion", "failures", "first", "last",
    "launched_at", "success",
)  # fmt: skip


@bp.get("/items", endpoint="items")
@access.requires(*answer.FIGURES)
def list_items() -> Response:
    """Each question of a course."""
    form, given, resource = _asked("items")
    freshness = answer.fresh()
    rows = items.item_rows(_questions(resource, given, freshness.reached))
    return _page("items", form, _chosen(rows, given), ("activity",), freshness.through)


@bp.get("/distractors", endpoint="distractors")
@access.requires(*answer.FIGURES)
def list_distractors() -> Response:
    """Each answer that was given to each question of a course."""
    form, given, resource = _asked("distractors")
    freshness = answer.fresh()
    rows = items.distractor_rows(_questions(resource, given, freshness.reached))
    return _page("distractors", form, _chosen(rows, given), ("activity", "rank"), freshness.through)


@bp.get("/funnel", endpoint="funnel")
@access.requires(*answer.FIGURES)
def list_funnel() -> Response:
    """How far the learners of a course got."""
    form, given, resource = _asked("funnel")
    freshness = answer.fresh()
    course = course_iri(given["course"][0], answer.service().resolve_course)
    own, parts = _course_rows(resource, given, freshness.reached)
    rows = funnel.funnel_rows(course, own, parts, _learner())
    return _page("funnel", form, rows, ("step",), freshness.through)


@bp.get("/struggling", endpoint="struggling")
@access.requires(*answer.ROWS)
def list_struggling() -> Response:
    """Who of a course needs somebody, and why."""
    form, given, resource = _asked("struggling")
    freshness = answer.fresh()
    course = course_iri(given["course"][0], answer.service().resolve_course)
    own, parts = _course_rows(resource, given, freshness.reached)
    asked = _questions(answer.resource("items"), {"course": given["course"]}, freshness.reached)
    now = int(time.time() * 1000)
    rows = struggling.struggling_rows(course, own, parts, asked, _limits(given), now, _learner())
    if "reason" in given:
        reason = one_of(REASONS)("reason", given["reason"][0])
        rows = [row for row in rows if row["reason"] == reason]
    return _page("struggling", form, rows, (_learner(), "reason", "activity"), freshness.through)


def _asked(name: str) -> tuple[str, dict[str, list[str]], Resource]:
    given = {name: many for name, many in request.args.to_dict(flat=False).items() if name != "cursor"}
    resource = answer.resource(name)
    selection(resource, given, answer.service().resolve_course)
    return answer.wanted_format(), given, resource


def _learner() -> str:
    return "actor_key" if answer.current_sight() is Sight.NAMES else "pseudonym"


def _questions(resource: Resource, given: Mapping[str, Sequence[str]], reached: Place) -> list[items.Question]:
    """Of the whole course, whichever are shown: what a learner can is told by all of them."""
    which = one_of(("first", "last"))("answers", given.get("answers", ["first"])[0])
    chosen = selection(
        resource, {name: many for name, many in given.items() if name != "activity"}, answer.service().resolve_course
    )
    return items.questions(_rows(chosen, (_learner(), *OF_ANSWERS), reached), _learner(), which)


def _course_rows(resource: Resource, given: Mapping[str, Sequence[str]], reached: Place) -> tuple[list[Row], list[Row]]:
    """The course's own rows, and those of what is within it."""
    fields = (_learner(), *OF_ATTEMPTS)
    both = (selection(one, given, answer.service().resolve_course) for one in (resource, replace(resource, course="labels")))
    own, parts = (list(_rows(chosen, fields, reached)) for chosen in both)
    return own, parts


def _rows(chosen: Selection, fields: Sequence[str], reached: Place) -> Iterator[Row]:
    count = 0
    whole = replace(chosen, order="n", begin=0, after=0, until=None)
    for batch in answer.service().attempts.batches(answer.store(), whole, fields, reached, target=BATCH):
        count += len(batch)
        if count > ROWS_MOST:
            raise ParameterInvalid(
                "course", request.args["course"], f"has more than {ROWS_MOST} rows; narrow them by from and to"
            )
        yield from batch


def _limits(given: Mapping[str, Sequence[str]]) -> struggling.Limits:
    limits = struggling.Limits()
    if "failures" in given:
        limits = limits._replace(failures=max(natural("failures", given["failures"][0]), 1))
    if "stalled_days" in given:
        limits = limits._replace(stalled_days=natural("stalled_days", given["stalled_days"][0]))
    if "slow_ratio" in given:
        limits = limits._replace(slow_ratio=number("slow_ratio", given["slow_ratio"][0]))
    return limits


def _chosen(rows: list[Row], given: Mapping[str, Sequence[str]]) -> list[Row]:
    return [row for row in rows if row["activity"] in given["activity"]] if "activity" in given else rows


def _page(name: str, form: str, rows: list[Row], key: tuple[str, ...], through: int) -> Response:
    """Rows have the order of their key; a cursor is the key of the last one shown."""
    extra: dict[str, int] = {}
    if answer.current_sight() is not Sight.NAMES and name != "struggling":
        rows, extra = _permitted(rows)
    if "cursor" in request.args:
        after = _cursor(request.args["cursor"], len(key))
        rows = [row for row in rows if [row[member] for member in key] > after]
    limit = limit_read(request.args["limit"]) if "limit" in request.args else LIMIT_DEFAULT if form == "json" else len(rows) or 1
    last = [rows[limit - 1][member] for member in key] if len(rows) > limit else None
    cursor = cursor_of_text(orjson.dumps(last).decode()) if last else None
    return answer.page(form, answer.columns(name), rows[:limit], through, cursor, extra=extra)


def _cursor(text: str, members: int) -> list[Any]:
    try:
        found = orjson.loads(cursor_text(text))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list) or len(found) != members:
        raise ParameterInvalid("cursor", text, "must be the cursor of an earlier answer")
    return found


def _permitted(rows: list[Row]) -> tuple[list[Row], dict[str, int]]:
    """Without those about too few learners. What nobody did is about nobody."""
    sizes = [
        (number, told_of(row["learners"], (row.get("judged", 0), row.get("timed", 0))))
        for number, row in enumerate(rows)
        if row["learners"]
    ]
    hidden = set(suppressed(sizes, answer.service().settings.minimum_group))
    return [row for number, row in enumerate(rows) if number not in hidden], {"suppressed": len(hidden)}
