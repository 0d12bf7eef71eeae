"""The course as a whole, which cmi5 knows only as satisfied or not: whether it is passed, and with which score.

What is new of it is said of the course as a cmi5 *allowed* statement of the LMS (9.3), so that whoever reads completions and
scores of a course finds the same there for every standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scorm_runtime.cmi5 import statements
from scorm_runtime.statements import duration
from scorm_runtime.units.attempt import Attempt, Plan, Said, Unit


def status(plan: Plan, attempt: Attempt) -> Unit:
    """Completed when it is satisfied; failed when a unit is; passed when it is satisfied and a unit is passed or waived."""
    units = [attempt.unit(item.identifier) for item in plan.units]
    failed = next((unit.failed for unit in units if unit.failed and not unit.passed and not unit.waived), "")
    passed = next((unit.passed or unit.waived for unit in units if unit.passed or unit.waived), "")
    completed = attempt.satisfied.get(plan.course.root.identifier, "")
    return Unit(
        completed=completed,
        passed=passed if completed and not failed else "",
        failed=failed,
        score=units[0].score if len(units) == 1 else _mean(units),
    )


def news(plan: Plan, attempt: Attempt, session: str, now: float) -> tuple[Attempt, list[Said]]:
    """What has not been told yet; the root's unit remembers what was. A score of some units alone is none of the course."""
    root = plan.course.root.identifier
    told, reached = attempt.unit(root), status(plan, attempt)
    if reached.failed:
        verb, cause = "failed", reached.failed
    elif reached.passed and not told.passed and any(attempt.unit(item.identifier).passed for item in plan.units):
        verb, cause = "passed", reached.passed
    elif reached.completed and reached.score and reached.score != told.score:
        verb, cause = "scored", " ".join(attempt.unit(item.identifier).scored for item in plan.units)
    else:
        return attempt, []
    said = statements.course(plan, attempt, verb, cause, session, _result(attempt, reached, now), now)
    if said.id == told.failed:
        return attempt, []
    told = replace(told, score=reached.score, scored=said.id)
    if verb == "passed":
        told = replace(told, passed=said.id, passed_at=now, failed="")
    elif verb == "failed":
        told = replace(told, failed=said.id, passed="", passed_at=None)
    return attempt.with_unit(root, told), [said]


def _result(attempt: Attempt, reached: Unit, now: float) -> dict[str, Any]:
    spent = sum(unit.seconds for unit in attempt.units.values()) + sum(now - one.launched for one in attempt.live)
    result: dict[str, Any] = {"duration": duration(max(0.0, spent))}
    if reached.passed or reached.failed:
        result["success"] = bool(reached.passed)
    if reached.score:
        result["score"] = dict(reached.score)
    return result


def _mean(units: list[Unit]) -> Mapping[str, float] | None:
    scaled = [unit.score["scaled"] for unit in units if unit.score and "scaled" in unit.score]
    return {"scaled": round(sum(scaled) / len(scaled), 4)} if scaled else None
