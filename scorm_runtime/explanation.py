"""Why a registration has the status it has: the course, each item, what is missing, and what was decided beside the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from package_importer.course import Item
from scorm_runtime import causes, explain, outline
from scorm_runtime.memory import Attempt, Correction, Plan, Run
from scorm_runtime.overrides import TABLE
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.why import Reason, cluster_score
from scorm_runtime.statements import duration, timestamp

MISSING_NAMED = 50


def explanation(plan: Plan, attempt: Attempt) -> dict[str, Any]:
    """JSON; every status comes with the rule that gave it."""
    items = [item(plan, attempt, one, depth) for one, depth in _walk(plan.course.root)]
    course = {
        "completion": _reason(attempt, None, "completion", explain.course_completion(plan, attempt)),
        "success": _reason(attempt, None, "success", explain.course_success(plan, attempt)),
        "score": _reason(attempt, None, "scaled", _course_score(plan, attempt)),
    }
    return {
        "title": plan.course.title,
        "standard": str(plan.course.standard),
        "state": outline.state(attempt) if attempt.started else "not started",
        "suspended": engine.suspended(plan.tree, attempt.state) is not None,
        "attempt": attempt.ordinal,
        "credit": plan.credit,
        "course": course,
        "missing": _missing(items) if attempt.standing.completion != "completed" else [],
        "items": items,
        "decided": _decided(plan),
        "correction": correction(attempt.corrected),
    }


def _walk(root: Item) -> Iterator[tuple[Item, int]]:
    stack = [(root, 0)]
    while stack:
        one, depth = stack.pop()
        yield one, depth
        stack.extend((child, depth + 1) for child in reversed(one.children))


def item(plan: Plan, attempt: Attempt, one: Item, depth: int) -> dict[str, Any]:
    status = engine.status(plan.tree, attempt.state, one.identifier)
    run = attempt.runs.get(one.identifier)
    name = one.identifier
    return {
        "item": name,
        "title": one.title,
        "depth": depth,
        "kind": _kind(one),
        "attempts": status.attempts,
        "suspended": status.suspended,
        "completion": _reason(attempt, name, "completion", explain.completion(plan, attempt, one)),
        "success": _reason(attempt, name, "success", explain.success(plan, attempt, one)),
        "score": _reason(attempt, name, "scaled", explain.score(plan, attempt, one)),
        "session": _session(run) if run and run.number else None,
        "correction": correction(run.corrected if run else None),
    }


def _kind(one: Item) -> str:
    if one.children:
        return "cluster"
    return "sco" if one.resource and one.resource.sco else "asset"


def _reason(attempt: Attempt, name: str | None, what: str, reason: Reason) -> dict[str, Any]:
    made: dict[str, Any] = {"value": reason.value, "rule": reason.rule, "text": reason.text, "because": list(reason.because)}
    if known := causes.of(attempt, name, what, reason.value):
        made["since"] = {"time": timestamp(known["at"]), "run": known["run"], "commit": known["commit"]}
        if reason.rule == "earlier":
            made |= {"rule": known["rule"], "text": known["text"]}
    return made


def _course_score(plan: Plan, attempt: Attempt) -> Reason:
    value, fixed = attempt.standing.scaled, attempt.corrected
    if fixed and fixed.scaled is not None and fixed.scaled == value:
        return explain.corrected(value, fixed, "scaled")
    now = explain.score(plan, attempt, plan.course.root)
    if now.value == value:
        return now
    below = cluster_score(plan.tree, attempt.state, plan.course.root.identifier)
    return Reason(value=value, rule="kept", text=f"It was reached earlier and stays. Now: {below.text}", because=below.because)


def _session(run: Run) -> dict[str, Any]:
    """The latest delivery of an item."""
    return {
        "run": run.number,
        "attempt": run.attempt,
        "opened": timestamp(run.opened),
        "open": run.open,
        "terminated": run.terminated,
        "commits": run.applied,
        "spent": duration(run.elapsed),
    }


def correction(one: Correction | None) -> dict[str, Any] | None:
    if one is None:
        return None
    made = {name: value for name, value in asdict(one).items() if value is not None}
    origins = {what: {**origin, "at": timestamp(origin["at"])} for what, origin in one.decided().items()}
    return made | {"at": timestamp(one.at), "origins": origins}


def _missing(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What can be launched and is not completed, in words."""
    open_ = [one for one in items if one["kind"] != "cluster" and one["completion"]["value"] != "completed"]
    return [{"item": one["item"], "title": one["title"], "text": one["completion"]["text"]} for one in open_[:MISSING_NAMED]]


def _decided(plan: Plan) -> list[dict[str, Any]]:
    """Settings that say something else than the package, and where they come from."""
    found = ((name, *plan.overrides.effective(name)) for name in TABLE)
    rows: list[tuple[str | None, str, Any, str]] = [(None, *row) for row in found if row[2] == "course"]
    rows += [(key, name, value, "item") for key, own in plan.overrides.items.items() for name, value in own.items()]
    return [{"item": key, "name": name, "value": value, "source": source} for key, name, value, source in rows]


def run_time_data(plan: Plan, attempt: Attempt) -> dict[str, Any]:
    """All that content has stored: every element of every item, shared stores, preferences, objectives."""
    rows = [(plan.items[name], run) for name, run in attempt.runs.items() if name in plan.items]
    return {
        "title": plan.course.title,
        "standard": str(plan.course.standard),
        "edition": plan.course.edition,
        "attempt": attempt.ordinal,
        "items": [
            {"item": one.identifier, "title": one.title, **_session(run), "resumed": run.resumed, "cmi": dict(run.data)}
            | ({"session": dict(run.session)} if run.session is not None else {})
            for one, run in rows
        ],
        "stores": dict(attempt.stores),
        "preference": dict(attempt.preference),
        "objectives": engine.state_globals(attempt.state),
    }
