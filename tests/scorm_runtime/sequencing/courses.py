"""Small courses for tests, in a shorthand: an activity is its id, its sequencing definition and its children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from package_importer.course import (
    CompletionThreshold,
    Course,
    Item,
    Objective,
    ObjectiveMap,
    RollupRule,
    RuleCondition,
    Sequencing,
    SequencingRule,
    Standard,
    from_json,
)
from scorm_runtime.sequencing.engine import Outcome, Request, State, Tree, initial, navigate, record
from scorm_runtime.tracking import Tracking


def activity(identifier: str, *children: Item | str, threshold: CompletionThreshold | None = None, **sequencing: Any) -> Item:
    """A cluster flows unless it says otherwise; children without a definition may be given by their id alone."""
    below = tuple(activity(child) if isinstance(child, str) else child for child in children)
    if below:
        sequencing = {"flow": True} | sequencing
    return Item(
        identifier=identifier,
        title=identifier.upper(),
        children=below,
        sequencing=Sequencing(**sequencing),
        completion_threshold=threshold,
    )


def course(root: Item, standard: Standard = Standard.SCORM_2004, **attributes: Any) -> Course:
    return Course(standard=standard, identifier="course", title="Course", root=root, **attributes)


def read(value: dict[str, Any]) -> Item:
    """An activity of a case file: `{"id": "a", "sequencing": {...}, "children": [...]}`."""
    children = tuple(read({"id": child} if isinstance(child, str) else child) for child in value.get("children", ()))
    sequencing = from_json(Sequencing, {**({"flow": True} if children else {}), **value.get("sequencing", {})})
    return replace(activity(value["id"]), children=children, sequencing=sequencing)


def rule(
    action: str, *conditions: str, combination: str = "all", objective: str | None = None, threshold: float = 0.0
) -> SequencingRule:
    """`not completed` negates."""
    return SequencingRule(action=action, combination=combination, conditions=_conditions(conditions, objective, threshold))


def rollup(
    action: str, *conditions: str, of: str = "all", count: int = 0, percent: float = 0.0, combination: str = "any"
) -> RollupRule:
    return RollupRule(
        action=action,
        child_activity_set=of,
        minimum_count=count,
        minimum_percent=percent,
        combination=combination,
        conditions=_conditions(conditions, None, 0.0),
    )


def _conditions(names: Sequence[str], objective: str | None, threshold: float) -> tuple[RuleCondition, ...]:
    return tuple(
        RuleCondition(
            condition=name.removeprefix("not "),
            negated=name.startswith("not "),
            referenced_objective=objective,
            measure_threshold=threshold,
        )
        for name in names
    )


def objective(
    identifier: str | None = None, *maps: ObjectiveMap, primary: bool = True, minimum: float | None = None
) -> Objective:
    """`minimum` makes it satisfied by measure."""
    return Objective(
        id=identifier,
        primary=primary,
        satisfied_by_measure=minimum is not None,
        min_normalized_measure=1.0 if minimum is None else minimum,
        maps=maps,
    )


def passed(scaled: float | None = None, **rest: Any) -> Tracking:
    return Tracking(
        completion="completed", success="passed", scaled=scaled, success_by_content=True, completion_by_content=True, **rest
    )


def failed(scaled: float | None = None, **rest: Any) -> Tracking:
    return Tracking(
        completion="completed", success="failed", scaled=scaled, success_by_content=True, completion_by_content=True, **rest
    )


class Play:
    """A learner in a course, one request after the other."""

    def __init__(self, root: Item | Course, *, seed: int = 1, known: dict[str, Any] | None = None) -> None:
        self.tree = Tree(root if isinstance(root, Course) else course(root))
        self.state: State = initial(self.tree, globals=known, seed=seed)
        self.last: Outcome | None = None

    def ask(self, kind: str, target: str | None = None) -> Outcome:
        self.last = navigate(self.tree, self.state, Request(kind=kind, target=target), 1000.0)
        self.state = self.last.state
        return self.last

    def delivered(self, *requests: str) -> list[str | None]:
        """What each request delivers; `choice x` has a target."""
        return [self.ask(*request.split()).delivered for request in requests]

    def report(self, item: str, tracking: Tracking) -> None:
        self.state = record(self.tree, self.state, item, tracking)
