"""SCORM 2004 4th Edition SN, Tracking Model and Activity State Information: what is remembered of a registration.

`State` is the value that callers keep; `Work` is the private copy that the processes change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from scorm_runtime.sequencing.tree import Node, Tree

Global = Mapping[str, Any]
Row = Sequence[Any]
"""A record in JSON: the attributes of `ROW`, the children, and for each objective its position and those of `Reached`. In one
list, for each list costs more than what is in it."""


class Reached(NamedTuple):
    """Objective progress information; `None` is a status that is not known."""

    by_content: bool = False
    completion: bool | None = None
    max: float | None = None
    measure: float | None = None
    min: float | None = None
    progress: float | None = None
    raw: float | None = None
    satisfied: bool | None = None


class Record:
    """Activity progress, attempt progress and activity state of one activity.

    `exit` is the last `cmi.exit`. `stale_*`: reached before the current attempt on the parent, which looks only at that attempt.
    `children`: Available Children, by index, if they are not simply all; `reselect`: to be drawn again before the next attempt.
    `began`: when the attempt did, seconds since the epoch; `experienced`: seconds spent in it. `row`: what it was read from;
    a copy, made to be changed, has none.
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
        "row",
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
        self.row: Row | None = None
        self.stale_objectives = False
        self.stale_progress = False
        self.suspended = False

    def copy(self) -> Record:
        new = Record.__new__(Record)
        for name, value in zip(ROW, ROW_OF(self), strict=True):
            setattr(new, name, value)
        new.children = self.children
        new.row = None
        new.objectives = dict(self.objectives)
        return new

    def alike(self, other: Record) -> bool:
        """Nothing that a rollup or a rule could see differs."""
        return SEEN_OF(self) == SEEN_OF(other)


UNTOUCHED = Record()
NOTHING = Reached()
# All attributes at once: a state is read and written on every request.
ROW = tuple(name for name in Record.__slots__ if name not in ("children", "objectives", "row"))
ROW_OF = attrgetter(*ROW)
USUAL_ROW = ROW_OF(UNTOUCHED)
SEEN_OF = attrgetter(*(name for name in Record.__slots__ if name not in ("exit", "experienced", "row")))
# Where the objectives begin in a row, and how many places one takes.
OBJECTIVES, OBJECTIVE = len(ROW) + 1, len(Reached._fields) + 1
MISSING = object()


class Before(NamedTuple):
    """Records and global objectives as they were."""

    records: Mapping[int, Record]
    globals: Mapping[str, Global]


NOT_BEFORE = Before({}, {})


class State:
    """Everything the sequencer remembers of one registration; a value, never changed in place.

    `before` holds what the run-time data of the delivered activity have replaced since its delivery: abandon restores it.
    One that is made from a text is read when it is first asked for anything: most commits do not."""

    __slots__ = ("_text", "_tree", "_view", "before", "current", "globals", "records", "seed", "suspended")

    def __init__(
        self,
        tree: Tree,
        records: Mapping[int, Record],
        global_objectives: Mapping[str, Global],
        current: Node | None,
        suspended: Node | None,
        seed: int,
        before: Before = NOT_BEFORE,
    ) -> None:
        self._tree = tree
        self._text: str | None = None
        self._view: Work | None = None
        self.before = before
        self.records = records
        self.globals = global_objectives
        self.current = current
        self.suspended = suspended
        self.seed = seed

    @staticmethod
    def of_text(tree: Tree, text: str) -> State:
        """What `text` made."""
        state = State.__new__(State)
        state._tree, state._text, state._view = tree, text, None
        return state

    def __getattr__(self, name: str) -> Any:
        """A slot that has not been filled yet."""
        if name not in State.__slots__:
            raise AttributeError(name)
        read = State.from_json(self._tree, orjson.loads(self._text or "{}"))
        self.before, self.records, self.globals = read.before, read.records, read.globals
        self.current, self.suspended, self.seed = read.current, read.suspended, read.seed
        return getattr(self, name)

    def text(self) -> str:
        if self._text is None:
            self._text = orjson.dumps(self.to_json()).decode()
        return self._text

    @property
    def view(self) -> Work:
        """To read, and never to change."""
        if self._view is None:
            self._view = Work(self._tree, self)
            self._view.remembered = {}
        return self._view

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the beginning; activities by identifier, so that a new version of a course can read it."""
        value: dict[str, Any] = {"seed": self.seed}
        if self.current:
            value["current"] = self.current.id
        if self.suspended:
            value["suspended"] = self.suspended.id
        value["activities"] = {key: row for key, row in self._written(self.records).items() if row is not None}
        value["globals"] = {target: dict(values) for target, values in self.globals.items() if values}
        if self.before.records:
            activities = self._written(self.before.records)
            value["before"] = {"activities": activities, "globals": {t: dict(v) for t, v in self.before.globals.items()}}
        return {name: v for name, v in value.items() if v != {}}

    def _written(self, records: Mapping[int, Record]) -> dict[str, Row | None]:
        found: dict[str, Row | None] = {}
        for index, record in sorted(records.items()):
            row = _written(self._tree, record) if record.row is None else record.row
            found[self._tree.nodes[index].id] = row
        return found

    @staticmethod
    def from_json(tree: Tree, value: Mapping[str, Any]) -> State:
        """What `to_json` wrote; activities that the tree no longer has are forgotten."""
        before = value.get("before", {})
        return State(
            tree,
            _read_rows(tree, value),
            {target: dict(values) for target, values in value.get("globals", {}).items()},
            tree.by_id.get(value.get("current", "")),
            tree.by_id.get(value.get("suspended", "")),
            value["seed"],
            Before(_read_rows(tree, before), before.get("globals", {})) if before else NOT_BEFORE,
        )


def _read_rows(tree: Tree, value: Mapping[str, Any]) -> dict[int, Record]:
    known = ((tree.by_id.get(key), row) for key, row in value.get("activities", {}).items())
    return {node.index: UNTOUCHED if row is None else _read(tree, node, row) for node, row in known if node is not None}


def _written(tree: Tree, record: Record) -> Row | None:
    """None: as at the beginning."""
    children = None if record.children is None else [tree.nodes[i].id for i in record.children]
    reached = ((position, *known) for position, known in record.objectives.items() if known != NOTHING)
    objectives = [*chain.from_iterable(reached)]
    row = ROW_OF(record)
    return None if row == USUAL_ROW and children is None and not objectives else [*row, children, *objectives]


def _read(tree: Tree, node: Node, row: Row) -> Record:
    record = Record.__new__(Record)
    record.row = row
    (
        record.active,
        record.amount,
        record.attempts,
        record.began,
        record.completion,
        record.completion_by_content,
        record.exit,
        record.experienced,
        record.reselect,
        record.stale_objectives,
        record.stale_progress,
        record.suspended,
        children,
    ) = row[:OBJECTIVES]
    record.children = None
    if children is not None:
        found = (tree.by_id.get(key) for key in children)
        record.children = tuple(child.index for child in found if child and child.parent is node)
    starts = range(OBJECTIVES, len(row), OBJECTIVE)
    record.objectives = {row[at]: Reached._make(row[at + 1 : at + OBJECTIVE]) for at in starts}
    return record


class Work:
    """A private copy of a state: records are copied when first changed, what is decided is said to `log`.

    `rolling` while statuses are rolled up, when what was reached before the parent's current attempt may not count;
    `remembered` may keep answers while nothing is changed (look-ahead asks a thousand times); any change forgets them."""

    __slots__ = (
        "_own",
        "_places",
        "before",
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
        self.before: Before = state.before
        self.now = now
        self.log = log
        self.moved: set[str] = set()
        self.stopped: list[Node] = []
        self.remembered: dict[str, dict[int, Any]] | None = None
        self.rolling = False
        self._own: set[int] = set()
        self._places: dict[int, dict[int, int]] = {}

    def value(self) -> State:
        """The state as it stands; this copy must not be changed afterwards."""
        return State(self.tree, self.records, self.globals, self.current, self.suspended, self.seed, self.before)

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

    def keep_before(self, state: State) -> None:
        """Adds to `before` what has changed since that state, where nothing is kept yet."""
        records = {index: state.records.get(index, UNTOUCHED) for index in self._own}
        moved = {t: state.globals.get(t, {}) for t, v in self.globals.items() if state.globals.get(t, {}) != v}
        self.before = Before({**records, **self.before.records}, {**moved, **self.before.globals})

    def restore_before(self) -> None:
        self.records |= self.before.records
        self.globals |= self.before.globals
        self._own -= self.before.records.keys()

    def available(self, node: Node) -> tuple[Node, ...]:
        """Available Children."""
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
    if work.remembered is None:
        return next((answer for step in node.path if (answer := ask(work, step)) is not None), None)
    memory: dict[int, Any] | None = work.remembered.get(question)
    if memory is None:
        memory = work.remembered[question] = {}
    found = memory.get(node.index, MISSING)
    if found is not MISSING:
        return found  # type: ignore[no-any-return]
    above = memory.get(node.parent.index, MISSING) if node.parent is not None else MISSING
    found = None if above is MISSING else above
    for step in node.path if above is MISSING else (node,):
        if found is None:
            found = ask(work, step)
        memory[step.index] = found
    return found  # type: ignore[no-any-return]
