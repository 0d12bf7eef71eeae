"""What every package format becomes: an immutable tree of items with their sequencing definitions.

SCORM 2004 4th Edition: CAM (Content Aggregation Model) 3.4, SN (Sequencing and Navigation) 3.
Defaults are those that the standard prints beside each attribute; a manifest that leaves an attribute out
and one that spells the default give the same object. Durations are the manifest's text.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar


class Standard(StrEnum):
    SCORM_12 = "scorm12"
    SCORM_2004 = "scorm2004"
    CMI5 = "cmi5"
    TIN_CAN = "tincan"

    @property
    def family(self) -> str:
        """Courses of one family are played and followed in the same way, so that one may become a version of the other."""
        return FAMILIES[self]


FAMILIES = {Standard.SCORM_12: "SCORM", Standard.SCORM_2004: "SCORM", Standard.CMI5: "cmi5", Standard.TIN_CAN: "Tin Can"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A launchable or supporting resource; `href` is relative to the package root, xml:base applied, not percent-encoded."""

    identifier: str
    sco: bool
    href: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveMap:
    """imsss:mapInfo with adlseq:mapInfo merged in (SN 3.10.3)."""

    target: str
    read_satisfied_status: bool = True
    read_normalized_measure: bool = True
    write_satisfied_status: bool = False
    write_normalized_measure: bool = False
    read_raw_score: bool = True
    read_min_score: bool = True
    read_max_score: bool = True
    read_completion_status: bool = True
    read_progress_measure: bool = True
    write_raw_score: bool = False
    write_min_score: bool = False
    write_max_score: bool = False
    write_completion_status: bool = False
    write_progress_measure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    id: str | None = None
    primary: bool = False
    satisfied_by_measure: bool = False
    min_normalized_measure: float = 1.0
    maps: tuple[ObjectiveMap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCondition:
    condition: str
    negated: bool = False
    referenced_objective: str | None = None
    measure_threshold: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencingRule:
    """One pre-, exit or post-condition rule; `combination` is `all` or `any`."""

    action: str
    combination: str = "all"
    conditions: tuple[RuleCondition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupRule:
    action: str
    child_activity_set: str = "all"
    minimum_count: int = 0
    minimum_percent: float = 0.0
    combination: str = "any"
    conditions: tuple[RuleCondition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionThreshold:
    """adlcp:completionThreshold; the 2nd and 3rd Edition form (element text) sets only min_progress_measure."""

    completed_by_measure: bool = False
    min_progress_measure: float = 1.0
    progress_weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequencing:
    """The sequencing definition model of one activity (SN 3), imsss and adlseq together."""

    choice: bool = True
    choice_exit: bool = True
    flow: bool = False
    forward_only: bool = False
    use_current_attempt_objective_info: bool = True
    use_current_attempt_progress_info: bool = True
    prevent_activation: bool = False
    constrain_choice: bool = False
    pre_rules: tuple[SequencingRule, ...] = ()
    exit_rules: tuple[SequencingRule, ...] = ()
    post_rules: tuple[SequencingRule, ...] = ()
    attempt_limit: int | None = None
    attempt_absolute_duration_limit: str | None = None
    rollup_rules: tuple[RollupRule, ...] = ()
    rollup_objective_satisfied: bool = True
    rollup_progress_completion: bool = True
    objective_measure_weight: float = 1.0
    required_for_satisfied: str = "always"
    required_for_not_satisfied: str = "always"
    required_for_completed: str = "always"
    required_for_incomplete: str = "always"
    measure_satisfaction_if_active: bool = True
    objectives: tuple[Objective, ...] = ()
    randomization_timing: str = "never"
    select_count: int | None = None
    reorder_children: bool = False
    selection_timing: str = "never"
    tracked: bool = True
    completion_set_by_content: bool = False
    objective_set_by_content: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedData:
    """adlcp:map of adlcp:data (4th Edition)."""

    target: str
    read: bool = True
    write: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in one language; `language` is a tag or empty."""

    language: str = ""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningObjective:
    """An objective of a cmi5 course structure; items name it by `id`."""

    id: str
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignableUnit:
    """What cmi5 adds to an item that is launched; the publisher's id is the item's identifier. `url` is the structure's text."""

    url: str
    move_on: str = "NotApplicable"
    mastery_score: float | None = None
    launch_method: str = "AnyWindow"
    launch_parameters: str | None = None
    entitlement_key: str | None = None
    activity_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An activity. `parameters` is the manifest's text, `launch` the package-relative URL, percent-encoded, with them."""

    identifier: str
    title: str
    visible: bool = True
    resource: Resource | None = None
    parameters: str = ""
    launch: str | None = None
    children: tuple[Item, ...] = ()
    sequencing: Sequencing = Sequencing()
    completion_threshold: CompletionThreshold | None = None
    data_from_lms: str | None = None
    time_limit_action: str | None = None
    hide_lms_ui: tuple[str, ...] = ()
    shared_data: tuple[SharedData, ...] = ()
    mastery_score: float | None = None
    max_time_allowed: str | None = None
    prerequisites: str | None = None
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    learning_objectives: tuple[str, ...] = ()
    au: AssignableUnit | None = None

    def walk(self) -> Iterator[Item]:
        """This item and all below it, parents before children, in manifest order."""
        stack = [self]
        while stack:
            item = stack.pop()
            yield item
            stack.extend(reversed(item.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One organization of a package; `root` is the organization itself, as the root activity.

    `edition` is 2nd, 3rd or 4th for SCORM 2004, None for the others. For cmi5 and Tin Can the items' identifiers are the
    publisher's activity ids.
    """

    standard: Standard
    identifier: str
    title: str
    root: Item
    edition: str | None = None
    description: str = ""
    language: str | None = None
    objectives_global_to_system: bool = True
    shared_data_global_to_system: bool = True
    learning_objectives: tuple[LearningObjective, ...] = ()
    files: tuple[str, ...] = field(default=(), repr=False)


T = TypeVar("T")


def to_json(value: Any) -> Any:
    """The JSON form of a dataclass of this module; attributes that hold their default are left out."""
    if is_dataclass(value):
        return {f.name: to_json(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default}
    if isinstance(value, tuple):
        return [to_json(v) for v in value]
    return value


def from_json(cls: type[T], value: Mapping[str, Any]) -> T:
    """What `to_json` was given."""
    hints = _hints(cls)  # type: ignore[arg-type]
    return cls(**{name: _read(hints[name], v) for name, v in value.items()})


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin is types.UnionType or origin is typing.Union:
        return _read(next(a for a in typing.get_args(hint) if a is not type(None)), value)
    if origin is tuple:
        inner = typing.get_args(hint)[0]
        return tuple(_read(inner, v) for v in value)
    if is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return value
