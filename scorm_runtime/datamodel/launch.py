"""The values that the LMS sets before a SCO starts, and those it keeps when the session has ended.

SCORM 2004 RTE 2.1.1 (attempts and sessions) and the LMS rules of each element in 4.2; SCORM 1.2 RTE 3.4.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from package_importer.course import Course, Item, Objective
from scorm_runtime.datamodel.durations import iso, seconds, timespan
from scorm_runtime.datamodel.element import Model
from scorm_runtime.datamodel.status import lesson_status
from scorm_runtime.tracking import ObjectiveTracking

PREFERENCES = ("cmi.learner_preference.", "cmi.student_preference.")
SESSION_ONLY = ("cmi.exit", "cmi.core.exit", "cmi.session_time", "cmi.core.session_time")
OBJECTIVE_ID = re.compile(r"cmi\.objectives\.[0-9]+\.id")
# What both standards call the same thing.
LEARNER_ID = {"scorm12": "cmi.core.student_id", "scorm2004": "cmi.learner_id"}
LEARNER_NAME = {"scorm12": "cmi.core.student_name", "scorm2004": "cmi.learner_name"}
MODE = {"scorm12": "cmi.core.lesson_mode", "scorm2004": "cmi.mode"}
CREDIT = {"scorm12": "cmi.core.credit", "scorm2004": "cmi.credit"}
ENTRY = {"scorm12": "cmi.core.entry", "scorm2004": "cmi.entry"}
EXIT = {"scorm12": "cmi.core.exit", "scorm2004": "cmi.exit"}
TOTAL_TIME = {"scorm12": "cmi.core.total_time", "scorm2004": "cmi.total_time"}
SESSION_TIME = {"scorm12": "cmi.core.session_time", "scorm2004": "cmi.session_time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One `adl.data` row: a shared bucket with what this activity may do with it. `value` None: never written."""

    id: str
    value: str | None = None
    read: bool = True
    write: bool = True


def initial_data(
    model: Model,
    course: Course,
    item: Item,
    *,
    learner_id: str,
    learner_name: str,
    mode: str = "normal",
    credit: str = "credit",
    previous: Mapping[str, str] | None = None,
    entry: str | None = None,
    objectives: Sequence[ObjectiveTracking] | None = None,
    mapped: Sequence[ObjectiveTracking] = (),
    preference: Mapping[str, str] | None = None,
    stores: Sequence[Store] = (),
) -> dict[str, str]:
    """Data for a session. `previous` None starts a new attempt, else it goes on with what `finish` returned then.

    `entry` None: ab-initio for a new attempt, else what `finish` left. `objectives`: the activity's objectives with what
    the sequencer knows of them (None: their ids alone), used for a new attempt. `mapped`: what those that read global
    objectives have become meanwhile, for a resumed attempt. Without mode normal there is no credit.
    """
    standard = model.standard
    if previous is None:
        kept = _objective_rows(model, item, objectives)
    else:
        kept = {name: value for name, value in previous.items() if _survives(name)}
        kept |= _renewed(kept, mapped)
    given = {
        LEARNER_ID[standard]: learner_id,
        LEARNER_NAME[standard]: learner_name,
        MODE[standard]: mode,
        CREDIT[standard]: credit if mode == "normal" else "no-credit",
        ENTRY[standard]: entry if entry is not None else _entry(model, previous),
    }
    manifest = _from_manifest_12(item) if standard == "scorm12" else _from_manifest_2004(model, item)
    own = {name: value for name, value in kept.items() if name not in given and name not in manifest}
    known = {name: value for name, value in manifest.items() if value is not None}
    return {**own, **given, **known, **(preference or {}), **_store_rows(model, stores)}


def _entry(model: Model, previous: Mapping[str, str] | None) -> str:
    return "ab-initio" if previous is None else previous.get(ENTRY[model.standard], "")


def _survives(name: str) -> bool:
    return not name.startswith("adl.") and name not in SESSION_ONLY


def _from_manifest_12(item: Item) -> dict[str, str | None]:
    return {
        "cmi.launch_data": item.data_from_lms,
        "cmi.student_data.mastery_score": None if item.mastery_score is None else real(item.mastery_score),
        "cmi.student_data.max_time_allowed": item.max_time_allowed,
        "cmi.student_data.time_limit_action": item.time_limit_action,
    }


def _from_manifest_2004(model: Model, item: Item) -> dict[str, str | None]:
    """The 4th Edition gives a threshold only where completedByMeasure says so (CAM 3.4.1.15); the earlier ones always."""
    threshold = item.completion_threshold
    measured = threshold is not None and (threshold.completed_by_measure or model.edition != "4th")
    primary = primary_objective(item)
    passing = primary.min_normalized_measure if primary and primary.satisfied_by_measure else None
    return {
        "cmi.launch_data": item.data_from_lms,
        "cmi.max_time_allowed": item.sequencing.attempt_absolute_duration_limit,
        "cmi.time_limit_action": item.time_limit_action,
        "cmi.completion_threshold": real(threshold.min_progress_measure) if threshold and measured else None,
        "cmi.scaled_passing_score": None if passing is None else real(passing),
    }


def primary_objective(item: Item) -> Objective | None:
    return next((objective for objective in item.sequencing.objectives if objective.primary), None)


def _objective_rows(model: Model, item: Item, objectives: Sequence[ObjectiveTracking] | None) -> dict[str, str]:
    """RTE 4.2.17: one row for each objective of the activity that has an id, the primary one first."""
    if model.standard != "scorm2004":
        return {}
    defined = [ObjectiveTracking(id=o.id) for o in item.sequencing.objectives if o.id]
    primary = primary_objective(item)
    rows = sorted(defined if objectives is None else objectives, key=lambda o: primary is None or o.id != primary.id)
    data: dict[str, str] = {}
    for index, row in enumerate(rows):
        data |= {f"cmi.objectives.{index}.{leaf}": value for leaf, value in _objective_values(row)}
    return data


def _renewed(data: Mapping[str, str], mapped: Sequence[ObjectiveTracking]) -> dict[str, str]:
    """The values of the rows that have these objectives' ids."""
    rows = {value: name.removesuffix(".id") for name, value in data.items() if OBJECTIVE_ID.fullmatch(name)}
    return {f"{rows[o.id]}.{leaf}": value for o in mapped if o.id in rows for leaf, value in _objective_values(o)}


def _objective_values(row: ObjectiveTracking) -> Iterable[tuple[str, str]]:
    yield "id", row.id
    if row.success != "unknown":
        yield "success_status", row.success
    if row.completion != "unknown":
        yield "completion_status", row.completion
    measures = {"score.scaled": row.scaled, "score.raw": row.raw, "score.min": row.min, "score.max": row.max}
    for leaf, value in {**measures, "progress_measure": row.progress}.items():
        if value is not None:
            yield leaf, real(value)


def _store_rows(model: Model, stores: Sequence[Store]) -> dict[str, str]:
    if "adl.data.n.store" not in model.elements:
        return {}
    rows = {f"adl.data.{index}.id": store.id for index, store in enumerate(stores)}
    values = {f"adl.data.{index}.store": store.value for index, store in enumerate(stores) if store.value is not None}
    return rows | values


def permissions(stores: Sequence[Store]) -> list[dict[str, bool]]:
    """For `RuntimeApi` and the browser: what may be done with each `adl.data` row."""
    return [{"read": store.read, "write": store.write} for store in stores]


def finish(
    model: Model,
    item: Item,
    data: Mapping[str, str],
    *,
    mode: str = "normal",
    suspend: bool = False,
    terminated: bool = True,
    mastery_override: bool = True,
) -> dict[str, str]:
    """What is kept of a session's data: total time grown, entry for the next session, session-only values gone.

    `suspend` forces a suspend (suspendAll, a closed window); `terminated` False: the SCO never called Terminate.
    """
    standard = model.standard
    leave = data.get(EXIT[standard], "")
    resumes = suspend or leave == "suspend" or (leave == "logout" and standard == "scorm2004")
    kept = {name: value for name, value in data.items() if _survives(name)}
    kept[ENTRY[standard]] = "resume" if resumes else ""
    total = (seconds(data.get(TOTAL_TIME[standard])) or 0.0) + (seconds(data.get(SESSION_TIME[standard])) or 0.0)
    if standard == "scorm12":
        kept[TOTAL_TIME[standard]] = timespan(total)
        status = lesson_status(item, data, mode=mode, terminated=terminated, suspended=resumes, mastery_override=mastery_override)
        # A SCO that is suspended without a status must still be found without one, or it is never completed for it.
        if status is not None and not (resumes and status == "incomplete"):
            kept["cmi.core.lesson_status"] = status
    else:
        kept[TOTAL_TIME[standard]] = iso(total)
    return kept


def preference(data: Mapping[str, str]) -> dict[str, str]:
    """The learner's preferences in the data, to be kept with the learner."""
    return {name: value for name, value in data.items() if name.startswith(PREFERENCES)}


def shared(data: Mapping[str, str]) -> dict[str, str]:
    """The `adl.data` stores by target id, as far as they have a value."""
    ids = {
        name.rpartition(".")[0]: value for name, value in data.items() if name.startswith("adl.data.") and name.endswith(".id")
    }
    return {target: data[f"{row}.store"] for row, target in ids.items() if f"{row}.store" in data}


def real(value: float) -> str:
    """A number as the data model writes it: no exponent, up to seven decimals, none for a whole number."""
    return f"{value:.7f}".rstrip("0").rstrip(".")
