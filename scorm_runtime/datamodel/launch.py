"""The values that the LMS sets before a SCO starts, and those it keeps when the session has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from package_importer.course import Course, Item
from scorm_runtime.datamodel.element import Model
from scorm_runtime.tracking import ObjectiveTracking


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
    preference: Mapping[str, str] | None = None,
    stores: Sequence[Store] = (),
) -> dict[str, str]:
    """Data for a session. `previous` None starts a new attempt, else it goes on with what `finish` returned then.

    `entry` None: ab-initio for a new attempt, else what `finish` left. `objectives`: the activity's objectives with what
    the sequencer knows of them (None: their ids alone), used for a new attempt; the primary one comes first.
    """
    raise NotImplementedError


def permissions(stores: Sequence[Store]) -> list[dict[str, bool]]:
    """For `RuntimeApi` and the browser: what may be done with each `adl.data` row."""
    raise NotImplementedError


def finish(
    model: Model, item: Item, data: Mapping[str, str], *, mode: str = "normal", suspend: bool = False, terminated: bool = True,
    mastery_override: bool = True,
) -> dict[str, str]:
    """What is kept of a session's data: total time grown, entry for the next session, session-only values gone.

    `suspend` forces a suspend (suspendAll, a closed window); `terminated` False: the SCO never called Terminate.
    """
    raise NotImplementedError


def preference(data: Mapping[str, str]) -> dict[str, str]:
    """The learner's preferences in the data, to be kept with the learner."""
    raise NotImplementedError


def shared(data: Mapping[str, str]) -> dict[str, str]:
    """The `adl.data` stores by target id, as far as they have a value."""
    raise NotImplementedError
