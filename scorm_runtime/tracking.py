"""What a SCO's run-time data say in the terms of the tracking model (SCORM 2004 RTE 4, SN 4.2; SCORM 1.2 RTE 3.4).

The data model makes it (`datamodel.status.outcome`), the sequencer and the statements read it. Measures are
normalized (-1..1), progress is 0..1, times are seconds; `None` is "not known".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Completion = Literal["completed", "incomplete", "not attempted", "unknown"]
Success = Literal["passed", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveTracking:
    """One row of `cmi.objectives`, or the state of one activity objective that fills such a row."""

    id: str
    success: Success = "unknown"
    scaled: float | None = None
    completion: Completion = "unknown"
    progress: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None
    success_by_content: bool = False
    completion_by_content: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """The result of one SCO. `*_by_content`: the SCO itself set the status, be it to "unknown" (UP.4 must not replace it)."""

    completion: Completion = "unknown"
    success: Success = "unknown"
    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None
    progress: float | None = None
    session_time: float | None = None
    total_time: float = 0.0
    exit: str = ""
    objectives: tuple[ObjectiveTracking, ...] = ()
    success_by_content: bool = False
    completion_by_content: bool = False
