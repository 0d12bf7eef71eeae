"""Run-time data -> Tracking by the standards' rules (SCORM 2004 RTE 4.2, SCORM 1.2 RTE 3.4.4)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from package_importer.course import Item
from scorm_runtime.datamodel.durations import seconds
from scorm_runtime.datamodel.element import Model
from scorm_runtime.datamodel.interpreter import DataModel
from scorm_runtime.tracking import Completion, ObjectiveTracking, Success, Tracking

# SCORM 1.2 has one status for both questions; who failed or passed has been through the content.
MEANING_12: dict[str, tuple[Completion, Success]] = {
    "passed": ("completed", "passed"),
    "failed": ("completed", "failed"),
    "completed": ("completed", "unknown"),
    "incomplete": ("incomplete", "unknown"),
    "browsed": ("incomplete", "unknown"),
    "not attempted": ("not attempted", "unknown"),
}


def outcome(
    model: Model,
    item: Item,
    data: Mapping[str, str],
    *,
    mode: str = "normal",
    terminated: bool = True,
    suspend: bool = False,
    mastery_override: bool = True,
    running: bool = False,
    before: Mapping[str, str] | None = None,
) -> Tracking:
    """Status, score, time and objectives that the data say. Call it with a session's data, before `launch.finish`.

    `terminated` and `suspend` as in `launch.finish`. `running`: the session goes on; `before` is what it began with.
    """
    if model.standard != "scorm12":
        return _outcome_2004(model, data)
    if running:
        return _running_12(item, data, before or {}, _mastery(item, data, mode) if mastery_override else None)
    suspended = suspend or (terminated and data.get("cmi.core.exit") == "suspend")
    status = lesson_status(item, data, mode=mode, terminated=terminated, suspended=suspended, mastery_override=mastery_override)
    return _outcome_12(item, data, status)


def lesson_status(
    item: Item,
    data: Mapping[str, str],
    *,
    mode: str = "normal",
    terminated: bool = True,
    suspended: bool = False,
    mastery_override: bool = True,
) -> str | None:
    """1.2 RTE 3.4.4, cmi.core.lesson_status: the status after the session; None when there is none yet.

    "If the SCO does not set the status, the LMS sets completed at LMSFinish"; with a mastery score and a raw score
    the LMS decides passed or failed. Deviation: neither happens to a SCO that is suspended and not yet done, because
    it will come back to finish, nor to one that is not done and has gone without LMSFinish.
    """
    status = data.get("cmi.core.lesson_status")
    unset = status in (None, "not attempted")
    if not terminated and not suspended and (unset or status == "incomplete"):
        return status
    if mode == "browse":
        return "browsed" if unset else status
    if suspended and (unset or status == "incomplete"):
        return "incomplete"
    judged = mastered(data, _mastery(item, data, mode) if mastery_override else None)
    return judged or ("completed" if unset else status)


def _mastery(item: Item, data: Mapping[str, str], mode: str) -> float | None:
    """The mastery score, where there is credit to be had."""
    credit = mode == "normal" and data.get("cmi.core.credit", "credit") == "credit"
    return item.mastery_score if credit else None


def mastered(data: Mapping[str, str], mastery: float | None) -> str | None:
    """What the mastery score makes of the raw score."""
    raw = number(data.get("cmi.core.score.raw"))
    if raw is None or mastery is None:
        return None
    return "passed" if raw >= mastery else "failed"


def _running_12(item: Item, data: Mapping[str, str], before: Mapping[str, str], mastery: float | None) -> Tracking:
    """What a SCO says while it runs. Where a mastery score decides, its "passed" and "failed" count once the raw score bears
    them out; until then, or until the session ends, its success is what it was when the session began."""
    status = data.get("cmi.core.lesson_status")
    found = _outcome_12(item, data, status)
    if mastery is None or status not in ("passed", "failed") or mastered(data, mastery) == status:
        return found
    success = MEANING_12[before.get("cmi.core.lesson_status", "not attempted")][1]
    return replace(found, success=success, success_by_content=success != "unknown")


def _outcome_12(item: Item, data: Mapping[str, str], status: str | None) -> Tracking:
    completion, success = MEANING_12[status or "not attempted"]
    raw, low, high = (number(data.get(f"cmi.core.score.{leaf}")) for leaf in ("raw", "min", "max"))
    session = seconds(data.get("cmi.core.session_time"))
    leave = data.get("cmi.core.exit", "")
    return Tracking(
        completion=completion,
        success=success,
        scaled=scaled(raw, low, high),
        raw=raw,
        min=low,
        max=high,
        session_time=session,
        total_time=(seconds(data.get("cmi.core.total_time")) or 0.0) + (session or 0.0),
        # Deviation: logout ends the SCO, not the course. The wrapper that most tools ship sets it for each SCO completed.
        exit="" if leave == "logout" else leave,
        objectives=tuple(_objective_12(data, row) for row in _objective_rows(data)),
        success_by_content=success != "unknown",
        completion_by_content=status is not None,
    )


def _objective_12(data: Mapping[str, str], row: str) -> ObjectiveTracking:
    status = data.get(f"{row}.status")
    completion, success = MEANING_12[status or "not attempted"]
    raw, low, high = (number(data.get(f"{row}.score.{leaf}")) for leaf in ("raw", "min", "max"))
    return ObjectiveTracking(
        id=data[f"{row}.id"],
        success=success,
        completion="unknown" if status is None else completion,
        scaled=scaled(raw, low, high),
        raw=raw,
        min=low,
        max=high,
        success_by_content=success != "unknown",
        completion_by_content=status is not None,
    )


def _outcome_2004(model: Model, data: Mapping[str, str]) -> Tracking:
    values = DataModel(model, dict(data))
    completion = cast("Completion", values.get("cmi.completion_status")[0])
    success = cast("Success", values.get("cmi.success_status")[0])
    session = seconds(data.get("cmi.session_time"))
    return Tracking(
        completion=completion,
        success=success,
        scaled=number(data.get("cmi.score.scaled")),
        raw=number(data.get("cmi.score.raw")),
        min=number(data.get("cmi.score.min")),
        max=number(data.get("cmi.score.max")),
        progress=number(data.get("cmi.progress_measure")),
        session_time=session,
        total_time=(seconds(data.get("cmi.total_time")) or 0.0) + (session or 0.0),
        exit=data.get("cmi.exit", ""),
        objectives=tuple(_objective_2004(data, row) for row in _objective_rows(data)),
        success_by_content=success != "unknown" or "cmi.success_status" in data,
        completion_by_content=completion != "unknown" or "cmi.completion_status" in data,
    )


def _objective_2004(data: Mapping[str, str], row: str) -> ObjectiveTracking:
    success = data.get(f"{row}.success_status")
    completion = data.get(f"{row}.completion_status")
    return ObjectiveTracking(
        id=data[f"{row}.id"],
        success=cast("Success", success or "unknown"),
        scaled=number(data.get(f"{row}.score.scaled")),
        completion=cast("Completion", completion or "unknown"),
        progress=number(data.get(f"{row}.progress_measure")),
        raw=number(data.get(f"{row}.score.raw")),
        min=number(data.get(f"{row}.score.min")),
        max=number(data.get(f"{row}.score.max")),
        success_by_content=success is not None,
        completion_by_content=completion is not None,
    )


def _objective_rows(data: Mapping[str, str]) -> list[str]:
    """The rows that have an id, in order."""
    rows = {name.rpartition(".")[0] for name in data if name.startswith("cmi.objectives.") and name.endswith(".id")}
    return sorted(rows, key=lambda row: int(row.rpartition(".")[2]))


def scaled(raw: float | None, low: float | None, high: float | None) -> float | None:
    """A 1.2 score on the scale of 2004: within min..max where max says so, else of 100; kept between -1 and 1."""
    if raw is None:
        return None
    floor = low or 0.0
    share = (raw - floor) / (high - floor) if high is not None and high > floor else raw / 100
    return max(-1.0, min(1.0, share))


def number(text: str | None) -> float | None:
    """The number that a data-model value stands for; None for blank, text, infinity."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
