"""What a player shows of an attempt, and what the API reports of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from package_importer.course import Item
from scorm_runtime.attempt import initial_data, stores
from scorm_runtime.datamodel import launch
from scorm_runtime.memory import Attempt, Plan, Result, Run, Step
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Glance, Navigation, Status
from scorm_runtime.statements import duration, timestamp
from scorm_runtime.store import Session

CONTROLS = {
    "continue": "continue_",
    "previous": "previous",
    "exit": "exit",
    "exitAll": "exit_all",
    "suspendAll": "suspend_all",
    "abandon": "abandon",
    "abandonAll": "abandon_all",
}
# Of static/js/runtime/outline.js.
LETTERS = {"passed": "p", "failed": "f", "completed": "c", "incomplete": "i", "not attempted": "n"}
YES, NO = "1", "0"


def answer(plan: Plan, step: Step, *, look_ahead: bool, folder: str = "") -> dict[str, Any]:
    """What the player needs to know after a step; the table of contents only when it may have changed. `folder`: where the
    files of the package are, seen from where those of the link's own version are."""
    attempt = step.attempt
    run = attempt.run
    made: dict[str, Any] = {
        "state": state(attempt),
        "window": attempt.window,
        "saved": run.applied if run else 0,
        "run": run.number if run and run.open else None,
    }
    if step.exception:
        made |= {"exception": step.exception, "trace": list(step.trace[-20:])}
    if step.refused:
        made["refused"] = [[element, code] for element, code in step.refused]
    if step.delivered and run:
        made["delivery"] = delivery(plan, attempt, run, folder)
    if look_ahead:
        ahead = engine.look_ahead(plan.tree, attempt.state)
        made |= {
            "nav": {name: bool(getattr(ahead, field)) for name, field in CONTROLS.items()},
            "hidden": list(ahead.hide_lms_ui),
            "toc": contents(plan, attempt, ahead),
            "request_valid": request_valid(ahead),
        }
    if made["state"] == "ended":
        made["result"] = result(attempt, attempt.standing) | {"suspended": engine.suspended(plan.tree, attempt.state) is not None}
    return made


def state(attempt: Attempt) -> str:
    run = attempt.run
    if run and run.open:
        return "running"
    return "ended" if attempt.ended else "idle"


def delivery(plan: Plan, attempt: Attempt, run: Run, folder: str = "") -> dict[str, Any]:
    item = plan.items[run.item]
    resource = item.resource
    return {
        "run": run.number,
        "item": item.identifier,
        "title": item.title,
        "url": item.launch if urlsplit(item.launch or "").netloc else f"{folder}{item.launch or ''}",
        "sco": bool(resource and resource.sco),
        "data": dict(run.data) or initial_data(plan, attempt, item, run.kept),
        "permissions": launch.permissions(stores(attempt, item)),
        "resumed": run.resumed,
    }


def outline(plan: Plan) -> list[tuple[str, str, int, bool]]:
    """What stays the same of the table of contents: identifier, title, level, and whether it is a leaf."""
    return [(node.id, plan.items[node.id].title, node.depth, node.leaf) for node in plan.tree]


def contents(plan: Plan, attempt: Attempt, ahead: Navigation) -> dict[str, str]:
    """What may change of the table of contents: a letter for each activity, in the order of the outline.

    The course itself can be chosen only where anything else can (CTS CM-11, SX-08).
    """
    tree, hidden = plan.tree, ahead.hidden
    choosable = any(item not in hidden and item != tree.root.id for item in ahead.choice.accepted())
    status = [LETTERS["not attempted"]] * len(tree.nodes)
    for node, seen in engine.glances(tree, attempt.state):
        status[node.index] = LETTERS[word(seen, cluster=not node.leaf)]
    return {
        "shown": "".join([NO if item in hidden else YES for item in tree.by_id]),
        "enabled": ahead.choice.digits() if choosable else NO * len(tree.nodes),
        "status": "".join(status),
    }


def word(status: Status | Glance, *, cluster: bool) -> str:
    """One word for a status mark. A cluster can be satisfied before its parts are done: that is not shown as passed."""
    if cluster and status.completion != "completed":
        return "incomplete" if status.attempts else "not attempted"
    if status.success in ("passed", "failed"):
        return status.success
    if status.completion == "completed":
        return "completed"
    return "incomplete" if status.attempts else "not attempted"


def request_valid(ahead: Navigation) -> dict[str, Any]:
    """adl.nav.request_valid: what the browser's data model answers from until the next reply; targets by letter."""
    return {
        "continue": ahead.continue_succeeds,
        "previous": ahead.previous,
        "choice": ahead.choice.digits(),
        "jump": ahead.jump.digits(),
    }


def result(attempt: Attempt, found: Result) -> dict[str, Any]:
    """`found`: the attempt's own, or what the registration has reached."""
    score = {key: getattr(found, key) for key in ("scaled", "raw", "min", "max") if getattr(found, key) is not None}
    return {
        "completion": found.completion,
        "success": found.success,
        "score": score or None,
        "progress": found.progress,
        "seconds": round(attempt.spent(), 2),
        "duration": duration(attempt.spent()),
        "completed": timestamp(found.completed_at) if found.completed_at else None,
        "passed": timestamp(found.passed_at) if found.passed_at else None,
    }


def report(plan: Plan, attempt: Attempt, sessions: Iterable[Session], now: float, *, cmi: bool) -> dict[str, Any]:
    """The registration over the API: the shape is the same for every standard."""
    return {
        "title": plan.course.title,
        "standard": str(plan.course.standard),
        "state": state(attempt) if attempt.started else "not started",
        "suspended": engine.suspended(plan.tree, attempt.state) is not None,
        "attempts": attempt.ordinal,
        **result(attempt, attempt.standing),
        "tree": _branch(plan, attempt, plan.course.root, cmi=cmi),
        "sessions": [_session(one, now) for one in sessions],
    }


def _session(one: Session, now: float) -> dict[str, Any]:
    """A launch. A link of old does not know when it was made; how much time was spent is told by the attempt."""
    state = "launched" if one.opened is None else "initialized" if one.ended is None else "terminated"
    if state != "terminated" and one.expires.timestamp() <= now:
        state = "expired"
    return {
        "session": one.id,
        "item": one.item,
        "mode": one.mode,
        "state": state,
        "launched": None if one.launched is None else timestamp(one.launched),
        "ended": None if one.ended is None else timestamp(one.ended),
        "seconds": None,
    }


def _branch(plan: Plan, attempt: Attempt, item: Item, *, cmi: bool) -> dict[str, Any]:
    status = engine.status(plan.tree, attempt.state, item.identifier)
    score = {key: getattr(status, key) for key in ("scaled", "raw", "min", "max") if getattr(status, key) is not None}
    made: dict[str, Any] = {
        "item": item.identifier,
        "title": item.title,
        "completion": status.completion,
        "success": status.success,
        "score": score or None,
        "progress": status.progress,
        "attempts": status.attempts,
        "suspended": status.suspended,
        "objectives": [_objective(one) for one in status.objectives],
        "satisfied": status.completion == "completed" and status.success != "failed",
        "waived": None,
    }
    run = attempt.runs.get(item.identifier)
    if cmi and not item.children:
        data: Mapping[str, str] = run.data if run else {}
        made["cmi"] = dict(data)
    if item.children:
        made["children"] = [_branch(plan, attempt, child, cmi=cmi) for child in item.children]
    return made


def _objective(one: Any) -> dict[str, Any]:
    return {"id": one.id, "success": one.success, "completion": one.completion, "scaled": one.scaled, "progress": one.progress}
