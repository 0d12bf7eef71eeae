"""SN 4.2 Tracking Model and 4.3 Activity State Information: what is remembered of a registration.

`State` is the value that callers keep; `Work` is the private copy that the processes change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scorm_runtime.sequencing.tree import LocalObjective, Node, Tree

Global = Mapping[str, Any]


class Reached:
    """Objective progress information (SN 4.2.1.1); `None` is a status that is not known."""

    __slots__ = ("by_content", "completion", "max", "measure", "min", "progress", "raw", "satisfied")

    def __init__(self) -> None:
        self.satisfied: bool | None = None
        self.measure: float | None = None
        self.raw: float | None = None
        self.min: float | None = None
        self.max: float | None = None
        self.completion: bool | None = None
        self.progress: float | None = None
        self.by_content = False

    def copy(self) -> Reached:
        new = Reached.__new__(Reached)
        new.satisfied, new.measure, new.raw, new.min, new.max = self.satisfied, self.measure, self.raw, self.min, self.max
        new.completion, new.progress, new.by_content = self.completion, self.progress, self.by_content
        return new


class Record:
    """Activity progress, attempt progress and activity state of one activity (SN 4.2.1.2, 4.2.1.3, 4.3.1).

    `exit` is the last `cmi.exit`. `stale_*`: reached before the current attempt on the parent, which looks only at that attempt.
    `children`: Available Children, by index, if they are not simply all; `reselect`: to be drawn again before the next attempt.
    `began`: when the attempt did, seconds since the epoch; `experienced`: seconds spent in it.
    """

    __slots__ = (
        "active",
        "amount",
        "attempts",
        "began",
        "children",
        "completion",
        "completion_by_content",
        "exit",
        "experienced",
        "objectives",
        "reselect",
        "stale_objectives",
        "stale_progress",
        "suspended",
    )

    def __init__(self) -> None:
        self.active = False
        self.amount: float | None = None
        self.attempts = 0
        self.began = 0
        self.children: tuple[int, ...] | None = None
        self.completion: bool | None = None
        self.completion_by_content = False
        self.exit = ""
        self.experienced = 0.0
        self.objectives: dict[int, Reached] = {}
        self.reselect = False
        self.stale_objectives = False
        self.stale_progress = False
        self.suspended = False

    def copy(self) -> Record:
        new = Record.__new__(Record)
        for name in Record.__slots__:
            setattr(new, name, getattr(self, name))
        new.objectives = {position: reached.copy() for position, reached in self.objectives.items()}
        return new


UNTOUCHED = Record()
NOTHING = Reached()
PLAIN = tuple(name for name in Record.__slots__ if name not in ("objectives", "children"))


class State:
    """Everything the sequencer remembers of one registration; a value, never changed in place."""

    __slots__ = ("_tree", "current", "globals", "records", "seed", "suspended")

    def __init__(
        self,
        tree: Tree,
        records: Mapping[int, Record],
        global_objectives: Mapping[str, Global],
        current: Node | None,
        suspended: Node | None,
        seed: int,
    ) -> None:
        self._tree = tree
        self.records = records
        self.globals = global_objectives
        self.current = current
        self.suspended = suspended
        self.seed = seed

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the beginning; activities by identifier, so that a new version of a course can read it."""
        value: dict[str, Any] = {"seed": self.seed}
        if self.current:
            value["current"] = self.current.id
        if self.suspended:
            value["suspended"] = self.suspended.id
        nodes = self._tree.nodes
        activities = {
            nodes[i].id: written for i, record in sorted(self.records.items()) if (written := _written(self._tree, record))
        }
        if activities:
            value["activities"] = activities
        if self.globals:
            value["globals"] = {target: dict(values) for target, values in self.globals.items()}
        return value

    @staticmethod
    def from_json(tree: Tree, value: Mapping[str, Any]) -> State:
        """What `to_json` wrote; activities that the tree no longer has are forgotten."""
        activities: Mapping[str, Mapping[str, Any]] = value.get("activities", {})
        return State(
            tree,
            {tree.by_id[key].index: _read(tree, tree.by_id[key], v) for key, v in activities.items() if key in tree.by_id},
            {target: dict(values) for target, values in value.get("globals", {}).items()},
            tree.by_id.get(value.get("current", "")),
            tree.by_id.get(value.get("suspended", "")),
            value["seed"],
        )


def _written(tree: Tree, record: Record) -> dict[str, Any]:
    value = {name: v for name in PLAIN if (v := getattr(record, name)) != getattr(UNTOUCHED, name)}
    if record.children is not None:
        value["children"] = [tree.nodes[i].id for i in record.children]
    objectives = {str(position): v for position, reached in record.objectives.items() if (v := _written_objective(reached))}
    if objectives:
        value["objectives"] = objectives
    return value


def _written_objective(reached: Reached) -> dict[str, Any]:
    return {name: v for name in Reached.__slots__ if (v := getattr(reached, name)) != getattr(NOTHING, name)}


def _read(tree: Tree, node: Node, value: Mapping[str, Any]) -> Record:
    record = Record()
    for name in PLAIN:
        if name in value:
            setattr(record, name, value[name])
    if "children" in value:
        found = (tree.by_id.get(key) for key in value["children"])
        record.children = tuple(child.index for child in found if child and child.parent is node)
    for position, values in value.get("objectives", {}).items():
        reached = Reached()
        for name, v in values.items():
            setattr(reached, name, v)
        record.objectives[int(position)] = reached
    return record


class Work:
    """A private copy of a state: records are copied when first changed, what is decided is said to `log`.

    `rolling` while statuses are rolled up, when what was reached before the parent's current attempt may not count;
    `remembered` may keep answers while nothing is changed (look-ahead asks a thousand times); any change forgets them."""

    __slots__ = (
        "_own",
        "_places",
        "current",
        "globals",
        "log",
        "moved",
        "now",
        "records",
        "remembered",
        "rolling",
        "seed",
        "stopped",
        "suspended",
        "tree",
    )

    def __init__(self, tree: Tree, state: State | Work, *, now: int = 0, log: list[str] | None = None) -> None:
        self.tree = tree
        self.records: dict[int, Record] = dict(state.records)
        self.globals: dict[str, Global] = dict(state.globals)
        self.current: Node | None = state.current
        self.suspended: Node | None = state.suspended
        self.seed: int = state.seed
        self.now = now
        self.log = log
        self.moved: set[str] = set()
        self.stopped: list[Node] = []
        self.remembered: dict[tuple[str, int], Any] | None = None
        self.rolling = False
        self._own: set[int] = set()
        self._places: dict[int, dict[int, int]] = {}

    def value(self) -> State:
        """The state as it stands; this copy must not be changed afterwards."""
        return State(self.tree, self.records, self.globals, self.current, self.suspended, self.seed)

    def say(self, text: str, *about: object) -> None:
        if self.log is not None:
            self.log.append(text.format(*about))

    def of(self, node: Node) -> Record:
        """To read."""
        return self.records.get(node.index, UNTOUCHED)

    def change(self, node: Node) -> Record:
        """To write."""
        if self.remembered:
            self.remembered.clear()
        index = node.index
        if index in self._own:
            return self.records[index]
        known = self.records.get(index)
        self.records[index] = record = known.copy() if known else Record()
        self._own.add(index)
        return record

    def available(self, node: Node) -> tuple[Node, ...]:
        """Available Children (SN 4.3.1)."""
        record = self.records.get(node.index)
        if record is None or record.children is None:
            return node.children
        return tuple(self.tree.nodes[i] for i in record.children)

    def is_available(self, node: Node) -> bool:
        """Whether the activity is among the Available Children of its parent."""
        if node.parent is None:
            return True
        record = self.records.get(node.parent.index)
        return record is None or record.children is None or node.index in record.children

    def place(self, node: Node) -> int:
        """The activity's place among the Available Children of its parent; one that is not available precedes all."""
        assert node.parent is not None
        record = self.records.get(node.parent.index)
        if record is None or record.children is None:
            return node.position
        places = self._places.get(node.parent.index)
        if places is None:
            places = self._places[node.parent.index] = {index: i for i, index in enumerate(record.children)}
        return places.get(node.index, -1)

    def draw(self, node: Node, children: tuple[int, ...]) -> None:
        """New Available Children."""
        record = self.change(node)
        record.children = None if children == tuple(c.index for c in node.children) else children
        self._places.pop(node.index, None)


def first_on_path(work: Work, node: Node, question: str, ask: Callable[[Work, Node], str | None]) -> str | None:
    """The first answer on the way from the root to the activity; remembered per activity while nothing changes."""
    memory = work.remembered
    if memory is None:
        return next((answer for step in node.path if (answer := ask(work, step)) is not None), None)
    open_: list[Node] = []
    step: Node | None = node
    while step is not None and (question, step.index) not in memory:
        open_.append(step)
        step = step.parent
    found: str | None = memory[question, step.index] if step is not None else None
    for below in reversed(open_):
        found = ask(work, below) if found is None else found
        memory[question, below.index] = found
    return found


def reached(work: Work, node: Node, objective: LocalObjective) -> Reached:
    record = work.records.get(node.index)
    return NOTHING if record is None else record.objectives.get(objective.position, NOTHING)


def _read_global(work: Work, objective: LocalObjective, value: str) -> Any:
    for target in objective.reads.get(value, ()):
        known = work.globals.get(target)
        if known is not None and (found := known.get(value)) is not None:
            return found
    return None


def read(work: Work, node: Node, objective: LocalObjective, value: str) -> Any:
    """A value of an objective: where a read map says so that of the global objective, be it unknown; else the activity's own."""
    if value in objective.reads:
        return _read_global(work, objective, value)
    record = work.records.get(node.index)
    if record is None or (work.rolling and record.stale_objectives):
        return None
    return getattr(record.objectives.get(objective.position, NOTHING), value)


def measure(work: Work, node: Node, objective: LocalObjective) -> float | None:
    """Objective Normalized Measure, `None` while Objective Measure Status is false."""
    found: float | None = read(work, node, objective, "measure")
    return found


def satisfied(work: Work, node: Node, objective: LocalObjective) -> bool | None:
    """Objective Satisfied Status, `None` while Objective Progress Status is false; follows the measure if it is defined to."""
    if not objective.satisfied_by_measure:
        found: bool | None = read(work, node, objective, "satisfied")
        return found
    score = measure(work, node, objective)
    if score is None or (objective.primary and not node.seq.measure_satisfaction_if_active and work.of(node).active):
        return None
    return score >= objective.minimum


def amount(work: Work, node: Node) -> float | None:
    """Attempt Completion Amount, `None` while its status is false; a mapped progress measure counts if it is known."""
    if "progress" in node.primary.reads:
        found: float | None = _read_global(work, node.primary, "progress")
        if found is not None:
            return found
    record = work.of(node)
    return None if work.rolling and record.stale_progress else record.amount


def completed(work: Work, node: Node) -> bool | None:
    """Attempt Completion Status, `None` while Attempt Progress Status is false; follows the amount if it is defined to."""
    if node.completed_by_measure:
        progress = amount(work, node)
        return None if progress is None else progress >= node.progress_minimum
    if "completion" in node.primary.reads:
        found: bool | None = _read_global(work, node.primary, "completion")
        return found
    record = work.records.get(node.index)
    return None if record is None or (work.rolling and record.stale_progress) else record.completion


def set_objective(work: Work, node: Node, objective: LocalObjective, **values: Any) -> None:
    """The activity's own values, and those of the global objectives that they are mapped to; `None` makes a value unknown."""
    known = reached(work, node, objective)
    changed = {name: v for name, v in values.items() if getattr(known, name) != v}
    if not changed:
        return
    own = work.change(node).objectives.setdefault(objective.position, Reached())
    for name, v in changed.items():
        setattr(own, name, v)
        write_global(work, objective, name, v)
    if "measure" in changed and objective.satisfied_by_measure:
        write_global(work, objective, "satisfied", satisfied(work, node, objective))


def set_progress(work: Work, node: Node, **values: Any) -> None:
    """`completion` and `amount` of the attempt, and those of the global objectives that the primary objective writes."""
    known = work.of(node)
    changed = {name: v for name, v in values.items() if getattr(known, name) != v}
    if not changed:
        return
    record = work.change(node)
    for name, v in changed.items():
        setattr(record, name, v)
        write_global(work, node.primary, "progress" if name == "amount" else name, v)


def write_global(work: Work, objective: LocalObjective, name: str, value: Any) -> None:
    """SN 3.10.3: the write maps of one value."""
    for target in objective.writes.get(name, ()):
        known = work.globals.get(target, {})
        if known.get(name) == value:
            continue
        rest = {n: v for n, v in known.items() if n != name}
        work.globals[target] = rest if value is None else {**rest, name: value}
        work.moved.add(target)
        work.say("UP.4: global objective '{}': {} is now {}", target, name, "unknown" if value is None else value)
