"""SCORM 1.2: what follows a SCO that has ended by itself, in a course of several.

The standard leaves it to the LMS (1.2 RTE 3.1, CAM 2.3.2.5.1.3): its content cannot ask for anything, as SCORM 2004's can.
"""

from __future__ import annotations

from enum import StrEnum

from package_importer.course import Standard
from scorm_runtime.memory import Attempt, Plan
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request

LEFT = ("suspend", "logout", "time-out")
"""The learner, or the time, has ended the SCO for a while or for good: nobody wants the next one now."""


class AutoContinue(StrEnum):
    """After which SCOs the next one opens by itself."""

    NEVER = "never"
    COMPLETED = "completed"
    ALWAYS = "always"


def onward(plan: Plan, attempt: Attempt, now: float = 0.0) -> Request | None:
    """The way on, if there is a next SCO that can be opened; the last one never ends the course by itself."""
    run = attempt.run
    if plan.course.standard is not Standard.SCORM_12 or plan.auto_continue == AutoContinue.NEVER:
        return None
    if run is None or not run.open or not run.terminated or (run.session or {}).get("cmi.core.exit") in LEFT:
        return None
    reached = engine.status(plan.tree, attempt.state, run.item)
    done = reached.completion == "completed" and reached.success != "failed"
    if plan.auto_continue == AutoContinue.COMPLETED and plan.mode == "normal" and not done:
        return None
    request = Request(kind=Kind.CONTINUE)
    return request if engine.navigate(plan.tree, attempt.state, request, now).delivered else None
