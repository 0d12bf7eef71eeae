"""Run-time data -> Tracking by the standards' rules (SCORM 2004 RTE 4.2, SCORM 1.2 RTE 3.4.4)."""

from __future__ import annotations

from collections.abc import Mapping

from package_importer.course import Item
from scorm_runtime.datamodel.element import Model
from scorm_runtime.tracking import Tracking


def outcome(
    model: Model, item: Item, data: Mapping[str, str], *, mode: str = "normal", terminated: bool = True, mastery_override: bool = True,
) -> Tracking:
    """Status, score, time and objectives that the data say. Call it with a session's data, before `launch.finish`."""
    raise NotImplementedError
