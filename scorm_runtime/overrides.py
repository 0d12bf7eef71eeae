"""What whoever runs a course may decide otherwise than its package: one table, and what each row of it means.

Most rows turn one Course into another, so that data model, sequencing and player see nothing but a package that says so.
The others are asked by name, at the step that they change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from package_importer.course import CompletionThreshold, Course, Item, Objective, Sequencing, Standard
from scorm_runtime.sequencing.engine import Kind, Request, Status
from scorm_runtime.tracking import Tracking


class ItemRule(StrEnum):
    """When an item is completed."""

    CONTENT = "content"
    ON_LAUNCH = "on_launch"
    ON_EXIT = "on_exit"
    WHEN_PASSED = "when_passed"
    WHEN_JUDGED = "when_judged"
    WHEN_SCORED = "when_scored"


class CourseRule(StrEnum):
    """When the course as a whole is completed."""

    CONTENT = "content"
    ON_LAUNCH = "on_launch"
    ALL_VISITED = "when_all_visited"
    ALL_COMPLETED = "when_all_completed"
    ALL_PASSED = "when_all_passed"
    WHEN_PASSED = "when_passed"
    WHEN_SCORED = "when_scored"


class Failed(StrEnum):
    """What it means for completion that an item was failed."""

    CONTENT = "content"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"


class ItemExit(StrEnum):
    """What follows when an item has ended by itself and asks for nothing."""

    CONTENT = "content"
    CONTINUE = "continue"
    END = "end"
    SUSPEND = "suspend"


class CourseExit(StrEnum):
    """What becomes of the attempt when the course is left."""

    CONTENT = "content"
    SUSPEND = "suspend"
    END = "end"


class NewAttempt(StrEnum):
    """Which launches begin a new attempt."""

    ON_REQUEST = "on_request"
    WHEN_DONE = "when_done"
    ALWAYS = "always"


class AfterCompletion(StrEnum):
    NORMAL = "normal"
    NO_CREDIT = "no_credit"
    REVIEW = "review"


Type = Literal["number", "integer", "flag", "choice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting. `server`: the field of `Settings` that it falls back on; `package`: a package may say it, too."""

    name: str
    type: Type
    default: Any
    help: str
    levels: tuple[str, ...] = ("course",)
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    server: str | None = None
    package: bool = False


def _choice(name: str, of: type[StrEnum], text: str, *, levels: tuple[str, ...] = ("course",)) -> Row:
    choices = tuple(str(one) for one in of)
    return Row(name=name, type="choice", default=choices[0], choices=choices, help=text, levels=levels)


TABLE: dict[str, Row] = {
    row.name: row
    for row in (
        Row(
            name="passing_score",
            type="number",
            default=None,
            least=0.0,
            most=1.0,
            levels=("course", "item"),
            package=True,
            help="The scaled score from which an item is passed (SCORM 1.2: mastery score, a hundredth of it). For the course: "
            "of the items whose package says one, or of all SCOs where it says none. null: as the package says.",
        ),
        Row(
            name="mastery_override",
            type="flag",
            default=True,
            server="mastery_override",
            levels=("server", "course"),
            help="SCORM 1.2: the mastery score decides between passed and failed, not the SCO.",
        ),
        _choice(
            "completion_rule",
            CourseRule,
            "When the course is completed: as its content says, as soon as it is opened, when every item has been visited, "
            "completed or passed, when the course is passed, or from `completion_score` on.",
        ),
        _choice(
            "item_completion_rule",
            ItemRule,
            "When a SCO is completed: as it says itself, as soon as it is opened, when it has ended and was not suspended, when "
            "it is passed, when it is passed or failed, or from `completion_score` on.",
            levels=("course", "item"),
        ),
        Row(
            name="completion_score",
            type="number",
            default=0.8,
            least=0.0,
            most=1.0,
            levels=("course", "item"),
            help="The scaled score that `when_scored` asks for.",
        ),
        _choice(
            "completion_of_failed",
            Failed,
            "Whether an item that was failed is completed: as the content says (SCORM 1.2: yes), always, or not until passed.",
            levels=("course", "item"),
        ),
        Row(
            name="auto_continue",
            type="choice",
            default="completed",
            choices=("never", "completed", "always"),
            server="auto_continue",
            levels=("server", "course"),
            help="SCORM 1.2: after which SCOs the next one opens by itself, where `exit_of_item` says nothing else.",
        ),
        _choice(
            "exit_of_item",
            ItemExit,
            "What follows when an item has ended by itself and asks for nothing: the learner chooses, the next item, the end of "
            "the course, or its suspension.",
        ),
        _choice(
            "exit_of_course",
            CourseExit,
            "What becomes of the attempt when a learner leaves the course: what was asked for (a closed window suspends), "
            "suspended, or ended.",
        ),
        Row(
            name="max_attempts",
            type="integer",
            default=None,
            least=1,
            most=1000,
            help="Attempts on the course that a learner has; a suspended one may always be resumed. null: no limit.",
        ),
        _choice(
            "new_attempt",
            NewAttempt,
            "Which launches begin a new attempt, with nothing of the one before: those that ask for it, those after one that "
            "was completed, passed or failed, or all.",
        ),
        Row(
            name="credit",
            type="flag",
            default=True,
            help="Whether the course is taken for credit. Without, items keep what they reach, and the "
            "course's result does not change.",
        ),
        _choice(
            "after_completion",
            AfterCompletion,
            "How a course that is completed opens: normally, without credit, or in review mode.",
        ),
        Row(
            name="strict",
            type="flag",
            default=False,
            server="strict",
            levels=("server", "course"),
            help="Refuse what real authoring tools get wrong, as the standards' texts demand.",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What was decided for a course, for single items of it, and for the whole server."""

    course: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    server: Mapping[str, Any] = field(default_factory=dict)

    def of(self, name: str, item: str | None = None) -> Any:
        """The value that holds."""
        return self.effective(name, item)[0]

    def effective(self, name: str, item: str | None = None) -> tuple[Any, str]:
        """The value that holds, and who says so: item, course, server or default."""
        own = self.items.get(item) if item is not None else None
        if own and name in own:
            return own[name], "item"
        if name in self.course:
            return self.course[name], "course"
        if name in self.server:
            return self.server[name], "server"
        return TABLE[name].default, "default"

    def json(self) -> dict[str, Any]:
        """What was decided, without what the server brings along."""
        return {name: value for name, value in (("course", dict(self.course)), ("items", dict(self.items))) if value}


def package_score(course: Course, item: Item) -> float | None:
    """The scaled passing score that the manifest gives an item."""
    if course.standard is Standard.SCORM_12:
        return None if item.mastery_score is None else round(item.mastery_score / 100, 6)
    primary = _primary(item.sequencing)
    return primary.min_normalized_measure if primary and primary.satisfied_by_measure else None


def passing_score(course: Course, overrides: Overrides, item: Item) -> tuple[float | None, str]:
    """The passing score that holds for an item, and who says so: item, course, package or default."""
    own, source = overrides.effective("passing_score", item.identifier)
    said = package_score(course, item)
    if source == "item" or (source == "course" and own is not None and (said is not None or not _any_score(course))):
        return own, source
    return (said, "package") if said is not None else (None, "default")


def _any_score(course: Course) -> bool:
    return any(package_score(course, item) is not None for item in course.root.walk() if not item.children)


def adapted(course: Course, overrides: Overrides) -> Course:
    """The course as if its package said what was decided for it."""
    if not overrides.course and not overrides.items:
        return course
    return replace(course, root=_adapted(course, overrides, course.root))


def _adapted(course: Course, overrides: Overrides, item: Item) -> Item:
    if item.children:
        return replace(item, children=tuple(_adapted(course, overrides, child) for child in item.children))
    if not (item.resource and item.resource.sco):
        return item
    score, source = passing_score(course, overrides, item)
    if source in ("item", "course"):
        item = _passed_from(course, item, score)
    if overrides.of("item_completion_rule", item.identifier) == ItemRule.CONTENT:
        return item
    threshold: CompletionThreshold | None = None
    if item.completion_threshold and course.edition == "4th":
        threshold = replace(item.completion_threshold, completed_by_measure=False)
    return replace(item, completion_threshold=threshold, sequencing=replace(item.sequencing, completion_set_by_content=True))


def _passed_from(course: Course, item: Item, score: float | None) -> Item:
    if course.standard is Standard.SCORM_12:
        return replace(item, mastery_score=None if score is None else round(score * 100, 4))
    sequencing = item.sequencing
    primary = _primary(sequencing) or Objective(primary=True)
    decided = replace(
        primary,
        satisfied_by_measure=score is not None,
        min_normalized_measure=primary.min_normalized_measure if score is None else score,
    )
    others = tuple(one for one in sequencing.objectives if not one.primary)
    return replace(item, sequencing=replace(sequencing, objectives=(decided, *others)))


def _primary(sequencing: Sequencing) -> Objective | None:
    return next((one for one in sequencing.objectives if one.primary), None)


def judged(overrides: Overrides, item: Item, tracking: Tracking, *, ended: bool) -> Tracking:
    """What a SCO's data say, as the course's rules have it. `ended`: a session of the attempt has ended, not suspended."""
    name = item.identifier
    failed = overrides.of("completion_of_failed", name)
    if tracking.success == "failed" and failed != Failed.CONTENT:
        word: Literal["completed", "incomplete"] = "completed" if failed == Failed.COMPLETED else "incomplete"
        tracking = replace(tracking, completion=word, completion_by_content=True)
    rule = overrides.of("item_completion_rule", name)
    if rule == ItemRule.CONTENT:
        return tracking
    done = ITEM_RULES[rule](tracking, ended, overrides.of("completion_score", name))
    return replace(tracking, completion="completed" if done else "incomplete", completion_by_content=True)


ITEM_RULES: dict[str, Callable[[Tracking, bool, float], bool]] = {
    ItemRule.ON_LAUNCH: lambda tracking, ended, score: True,
    ItemRule.ON_EXIT: lambda tracking, ended, score: ended,
    ItemRule.WHEN_PASSED: lambda tracking, ended, score: tracking.success == "passed",
    ItemRule.WHEN_JUDGED: lambda tracking, ended, score: tracking.success in ("passed", "failed"),
    ItemRule.WHEN_SCORED: lambda tracking, ended, score: tracking.scaled is not None and tracking.scaled >= score,
}


def course_done(overrides: Overrides, root: Status, parts: Callable[[], list[Status]]) -> bool | None:
    """Whether the course is completed by its own rule; None: as the content says. `parts`: what can be launched and counts."""
    rule = overrides.of("completion_rule")
    if rule == CourseRule.CONTENT:
        return None
    if rule == CourseRule.ON_LAUNCH:
        return True
    if rule == CourseRule.WHEN_PASSED:
        return root.success == "passed"
    if rule == CourseRule.WHEN_SCORED:
        return root.scaled is not None and root.scaled >= overrides.of("completion_score")
    found = parts()
    return bool(found) and all(PART_RULES[rule](part) for part in found)


PART_RULES: dict[str, Callable[[Status], bool]] = {
    CourseRule.ALL_VISITED: lambda part: part.attempts > 0,
    CourseRule.ALL_COMPLETED: lambda part: part.completion == "completed",
    CourseRule.ALL_PASSED: lambda part: part.success == "passed",
}

LEAVING = {CourseExit.SUSPEND: Kind.SUSPEND_ALL, CourseExit.END: Kind.EXIT_ALL}
AFTER_ITEM = {ItemExit.CONTINUE: Kind.CONTINUE, ItemExit.END: Kind.EXIT_ALL, ItemExit.SUSPEND: Kind.SUSPEND_ALL}


def left(overrides: Overrides, request: Request) -> Request:
    """What is done instead when the course is to be left."""
    kind = LEAVING.get(overrides.of("exit_of_course"))
    leaving = request.kind in (Kind.EXIT_ALL, Kind.SUSPEND_ALL)
    return Request(kind=kind) if kind is not None and leaving else request


def after_item(overrides: Overrides) -> Request | None:
    """What follows an item that has ended by itself and asks for nothing."""
    kind = AFTER_ITEM.get(overrides.of("exit_of_item"))
    return None if kind is None else Request(kind=kind)


def begins_anew(overrides: Overrides, *, done: bool) -> bool:
    """Whether a launch begins a new attempt unasked; `done`: the one before was completed, passed or failed."""
    rule = overrides.of("new_attempt")
    return rule == NewAttempt.ALWAYS or (rule == NewAttempt.WHEN_DONE and done)
