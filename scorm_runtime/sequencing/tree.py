"""The activity tree: a course's items with their sequencing definitions, indexed for the processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from urllib.parse import unquote

from package_importer.course import Course, Item, Objective, ObjectiveMap, Sequencing, SequencingRule, Standard
from scorm_runtime.datamodel.durations import seconds
from scorm_runtime.editions import FOURTH, Edition, edition

# Which attribute pair of a map moves which value of an objective.
MAPPED = (
    ("satisfied", "satisfied_status"),
    ("measure", "normalized_measure"),
    ("raw", "raw_score"),
    ("min", "min_score"),
    ("max", "max_score"),
    ("completion", "completion_status"),
    ("progress", "progress_measure"),
)
ROLLED_UP = ("satisfied", "notSatisfied", "completed", "incomplete")


def canonical(identifier: str) -> str:
    """Neither white space nor percent escapes distinguish the identifiers of objectives."""
    return " ".join(unquote(identifier).split())


class LocalObjective:
    """One objective of one activity; `reads` and `writes` list the global objectives per value."""

    __slots__ = ("id", "minimum", "position", "primary", "reads", "satisfied_by_measure", "writes")

    def __init__(self, position: int, objective: Objective) -> None:
        self.position = position
        self.id = canonical(objective.id) if objective.id else None
        self.primary = objective.primary
        self.satisfied_by_measure = objective.satisfied_by_measure
        self.minimum = objective.min_normalized_measure
        self.reads = _targets(objective.maps, "read")
        self.writes = _targets(objective.maps, "write")


def _targets(maps: tuple[ObjectiveMap, ...], way: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for value, attribute in MAPPED:
        targets = tuple(canonical(m.target) for m in maps if getattr(m, f"{way}_{attribute}"))
        if targets:
            found[value] = targets
    return found


class Node:
    """An activity in its place. `index` is its preorder position, `last` that of its last descendant.

    `holds`: it, or an activity above it, may not be left by choice while it is active. `closable`: something of its own may
    keep it from being delivered. `stops_inside`: a child may stop forward traversal. `usual`: it is rolled up by the default
    rules, and its children count always and read no global objective for it. `weights`: of its children together."""

    __slots__ = (
        "by_id",
        "children",
        "closable",
        "completed_by_measure",
        "depth",
        "hide_lms_ui",
        "holds",
        "id",
        "index",
        "last",
        "leaf",
        "measure_weight",
        "objectives",
        "parent",
        "path",
        "position",
        "pre",
        "prerequisites",
        "primary",
        "progress_minimum",
        "progress_weight",
        "required",
        "rollup",
        "seq",
        "stops_inside",
        "time_limit",
        "title",
        "usual",
        "visible",
        "weights",
    )

    children: tuple[Node, ...]
    last: int
    stops_inside: bool
    usual: bool
    weights: tuple[float, float]

    def __init__(
        self, item: Item, sequencing: Sequencing, index: int, position: int, parent: Node | None, edition: Edition = FOURTH
    ) -> None:
        self.id = item.identifier
        self.title = " ".join(item.title.split()) or item.identifier
        self.index = index
        self.position = position
        self.parent = parent
        self.path: tuple[Node, ...] = (*parent.path, self) if parent else (self,)
        self.depth = len(self.path) - 1
        self.leaf = not item.children
        self.visible = item.visible
        self.hide_lms_ui = item.hide_lms_ui
        self.prerequisites = item.prerequisites or None
        self.seq = sequencing
        self.holds: bool = not sequencing.choice_exit or bool(parent and parent.holds)
        self.time_limit = seconds(sequencing.attempt_absolute_duration_limit)
        self.pre = _by_action(sequencing.pre_rules)
        self.closable = "disabled" in self.pre or sequencing.attempt_limit is not None or self.prerequisites is not None
        self.rollup = {a: tuple(r for r in sequencing.rollup_rules if r.action == a) for a in _actions(sequencing)}
        self.required = _required(sequencing)
        self._read_objectives(sequencing)
        threshold = item.completion_threshold
        self.completed_by_measure = edition.completed_by_measure and bool(threshold and threshold.completed_by_measure)
        self.progress_minimum = threshold.min_progress_measure if threshold else 1.0
        self.progress_weight = threshold.progress_weight if threshold else 1.0
        self.measure_weight = sequencing.objective_measure_weight

    def _read_objectives(self, sequencing: Sequencing) -> None:
        declared = sorted(sequencing.objectives, key=lambda o: not o.primary)
        if not declared or not declared[0].primary:
            declared.insert(0, Objective(primary=True))
        self.objectives = tuple(LocalObjective(i, o) for i, o in enumerate(declared))
        self.primary = self.objectives[0]
        self.by_id = {o.id: o for o in reversed(self.objectives) if o.id is not None}

    def contains(self, other: Node) -> bool:
        """Whether `other` is this activity or below it."""
        return self.index <= other.index <= self.last

    def __repr__(self) -> str:
        return f"'{self.title}'"


def _by_action(rules: tuple[SequencingRule, ...]) -> dict[str, tuple[SequencingRule, ...]]:
    return {action: tuple(r for r in rules if r.action == action) for action in {r.action for r in rules}}


def _required(sequencing: Sequencing) -> dict[str, str]:
    """Per rollup action that the activity contributes to, when it must."""
    required: dict[str, str] = {}
    if sequencing.tracked and sequencing.rollup_objective_satisfied:
        required |= {"satisfied": sequencing.required_for_satisfied, "notSatisfied": sequencing.required_for_not_satisfied}
    if sequencing.tracked and sequencing.rollup_progress_completion:
        required |= {"completed": sequencing.required_for_completed, "incomplete": sequencing.required_for_incomplete}
    return required


def _actions(sequencing: Sequencing) -> set[str]:
    return {rule.action for rule in sequencing.rollup_rules}


class Tree:
    """The activity tree of a course, indexed; immutable, one per course version.

    `retains`: a new attempt on an activity keeps what the last one reached (SCORM 1.2, which has no attempts).
    `system_wide`: global objectives outlive the attempt on the course. `leaf`: by index, whether the activity is one."""

    __slots__ = (
        "by_id",
        "clusters",
        "edition",
        "leaf",
        "leaves",
        "nodes",
        "readers",
        "retains",
        "root",
        "selecting",
        "system_wide",
        "unseen",
    )

    def __init__(self, course: Course) -> None:
        self.system_wide = course.objectives_global_to_system
        self.retains = course.standard is not Standard.SCORM_2004
        self.edition = edition(course.edition if course.standard is Standard.SCORM_2004 else None)
        self.nodes: list[Node] = []
        self.root = self._grow(course.root)
        self.by_id = {node.id: node for node in self.nodes}
        if len(self.by_id) != len(self.nodes):
            raise ValueError("two items of the course have the same identifier")
        self.selecting = tuple(n for n in self.nodes if _selects(n.seq))
        self.leaves = tuple(n for n in self.nodes if n.leaf)
        self.leaf = bytes(n.leaf for n in self.nodes)
        self.clusters = tuple(n for n in self.nodes if not n.leaf)
        self.unseen = tuple(n for n in self.nodes if not n.visible)
        self.readers: dict[str, tuple[Node, ...]] = _readers(self.nodes)

    def _grow(self, root: Item) -> Node:
        single = len(root.children) == 1 and not root.children[0].children
        stack: list[tuple[Item, Node | None, int]] = [(root, None, 0)]
        below: list[list[Node]] = []
        while stack:
            item, parent, position = stack.pop()
            sequencing = self._definition(item, single and parent is None)
            node = Node(item, sequencing, len(self.nodes), position, parent, self.edition)
            self.nodes.append(node)
            below.append([])
            if parent:
                below[parent.index].append(node)
            stack.extend((child, node, i) for i, child in reversed(list(enumerate(item.children))))
        for node in reversed(self.nodes):
            node.children = tuple(below[node.index])
            node.weights = weights(node.children)
            node.last = node.children[-1].last if node.children else node.index
            node.stops_inside = any("stopForwardTraversal" in child.pre for child in node.children)
            node.usual = bool(node.children) and not node.rollup and all(_counts_always(child) for child in node.children)
        return self.nodes[0]

    def _definition(self, item: Item, single: bool) -> Sequencing:
        sequencing = item.sequencing
        if self.retains and not item.children:
            # A SCORM 1.2 SCO that says nothing of success has not passed.
            sequencing = replace(sequencing, objective_set_by_content=True)
        if single and not sequencing.flow:
            # Deviation: a package of a single SCO flows, else no Start could deliver it, and leaves nothing to choose; so
            # does ADL's sample, and its test (CM-11, SX-08) looks for it.
            sequencing = replace(sequencing, flow=True, choice=False)
        return sequencing

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)


def weights(nodes: Sequence[Node]) -> tuple[float, float]:
    """What their measures weigh together, and what their progress does: added one after the other, as RB.1.1 does."""
    return reduce(add, (node.measure_weight for node in nodes), 0.0), reduce(add, (node.progress_weight for node in nodes), 0.0)


def _counts_always(node: Node) -> bool:
    by_measure = node.primary.satisfied_by_measure or node.completed_by_measure
    return (
        len(node.required) == len(ROLLED_UP)
        and {*node.required.values()} == {"always"}
        and not by_measure
        and not node.primary.reads
    )


def _selects(sequencing: Sequencing) -> bool:
    return sequencing.selection_timing != "never" or sequencing.randomization_timing != "never"


def _readers(nodes: list[Node]) -> dict[str, tuple[Node, ...]]:
    readers: dict[str, dict[int, Node]] = {}
    for node in nodes:
        for objective in node.objectives:
            for targets in objective.reads.values():
                for target in targets:
                    readers.setdefault(target, {})[node.index] = node
    return {target: tuple(found.values()) for target, found in readers.items()}


def common_ancestor(a: Node, b: Node) -> Node:
    """The deepest activity that is, or is above, both."""
    index = b.index
    while not a.index <= index <= a.last:
        assert a.parent is not None
        a = a.parent
    return a
