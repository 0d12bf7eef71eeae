"""Which rule gave an item its status: of its run-time data (SCORM 2004 RTE 4.2, SCORM 1.2 RTE 3.4.4), of the sequencing, of
what was decided for the course, or of a correction.

The rules are asked again about what is remembered; each answer is checked against the status that is to be explained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from package_importer.course import Item, Standard
from scorm_runtime.datamodel.status import MEANING_12, number
from scorm_runtime.judgement import ENDED
from scorm_runtime.memory import Attempt, Correction, Plan, Run
from scorm_runtime.overrides import CourseRule, Failed, ItemRule
from scorm_runtime.sequencing import engine, why
from scorm_runtime.sequencing.engine import Status
from scorm_runtime.sequencing.tree import canonical
from scorm_runtime.sequencing.why import Reason

ITEM_RULES = {
    ItemRule.ON_LAUNCH: "it counts as completed as soon as it is opened",
    ItemRule.ON_EXIT: "it counts as completed once it has ended and was not suspended",
    ItemRule.WHEN_PASSED: "it counts as completed when it is passed",
    ItemRule.WHEN_JUDGED: "it counts as completed when it is passed or failed",
    ItemRule.WHEN_SCORED: "it counts as completed from a score of {score:g} on",
}
COURSE_RULES = {
    CourseRule.ON_LAUNCH: "it counts as completed as soon as it is opened",
    CourseRule.ALL_VISITED: "it counts as completed when every item has been visited",
    CourseRule.ALL_COMPLETED: "it counts as completed when every item is completed",
    CourseRule.ALL_PASSED: "it counts as completed when every item is passed",
    CourseRule.WHEN_PASSED: "it counts as completed when it is passed",
    CourseRule.WHEN_SCORED: "it counts as completed from a score of {score:g} on",
}

ROLLED_UP = {"completion": ("completion", why.cluster_completion), "success": ("satisfied", why.cluster_success)}
"""How the sequencing calls a status, and what explains it of a cluster."""


def completion(plan: Plan, attempt: Attempt, item: Item) -> Reason:
    return _checked(plan, attempt, item, "completion", _completion)


def success(plan: Plan, attempt: Attempt, item: Item) -> Reason:
    return _checked(plan, attempt, item, "success", _success)


def score(plan: Plan, attempt: Attempt, item: Item) -> Reason:
    """Of the scaled score."""
    return _checked(plan, attempt, item, "scaled", _score)


Rule = Callable[[Plan, Attempt, Item, Status], Reason]


def _checked(plan: Plan, attempt: Attempt, item: Item, what: str, rule: Rule) -> Reason:
    """A reason that does not lead to the status is not given: then the status is older than what is remembered of it."""
    status = engine.status(plan.tree, attempt.state, item.identifier)
    value = getattr(status, what)
    run = attempt.runs.get(item.identifier)
    correction = run.corrected if run else None
    if correction and getattr(correction, what) is not None and getattr(correction, what) == value:
        return corrected(value, correction, what)
    if correction and (follows := FOLLOWS.get(what)) and (found := follows(item, status, correction)) and found.value == value:
        return found
    found = rule(plan, attempt, item, status)
    if found.value == value:
        return found
    return Reason(value=value, rule="earlier", text="It was reached earlier; what is remembered now does not say how.")


def corrected(value: Any, correction: Correction, what: str) -> Reason:
    return Reason(value=value, rule="correction", text=_decision(correction, what, "it"))


def _decision(correction: Correction, what: str, named: str) -> str:
    """Who has set it, when and why."""
    origin = correction.origin(what)
    return f"{origin['by']} has set {named} at {moment(origin['at'])}: {origin['reason']}"


def _from_score(item: Item, status: Status, correction: Correction) -> Reason | None:
    """Success that follows from a score that was corrected."""
    passing, scaled = _passing(item), correction.scaled
    if passing is None or scaled is None or scaled != status.scaled:
        return None
    verb = "reaches" if scaled >= passing else "is below"
    text = f"The score {scaled:g} {verb} the passing score {passing:g}. {_decision(correction, 'scaled', 'the score')}"
    return Reason(value="passed" if scaled >= passing else "failed", rule="scaled_passing_score", text=text)


def _from_progress(item: Item, status: Status, correction: Correction) -> Reason | None:
    """Completion that follows from a progress that was corrected."""
    threshold, progress = item.completion_threshold, correction.progress
    if threshold is None or progress is None or progress != status.progress:
        return None
    least = threshold.min_progress_measure
    verb = "reaches" if progress >= least else "is below"
    text = f"The progress {progress:g} {verb} the threshold {least:g}. {_decision(correction, 'progress', 'the progress')}"
    return Reason(value="completed" if progress >= least else "incomplete", rule="completion_threshold", text=text)


FOLLOWS = {"success": _from_score, "completion": _from_progress}
"""What a correction decides without having set it."""


def _completion(plan: Plan, attempt: Attempt, item: Item, status: Status) -> Reason:
    if found := _beside_content(plan, attempt, item, status, "completion"):
        return found
    run = attempt.runs[item.identifier]
    return _decided(plan, item, run, status) or _said_completion(plan, item, run, status)


def _beside_content(plan: Plan, attempt: Attempt, item: Item, status: Status, what: str) -> Reason | None:
    """A status that its content did not give: mapped, rolled up, of an item that was never opened or has said nothing."""
    objective, cluster = ROLLED_UP[what]
    if found := why.mapped(plan.tree, attempt.state, item.identifier, objective):
        return found
    if item.children:
        return cluster(plan.tree, attempt.state, item.identifier)
    run, value = attempt.runs.get(item.identifier), getattr(status, what)
    if found := _before_any_data(item, run, value):
        return found
    return None if run and run.data else _assumed(item, value, what)


def _decided(plan: Plan, item: Item, run: Run, status: Status) -> Reason | None:
    """By the rules that were set for the course, where they apply."""
    rule = plan.overrides.of("item_completion_rule", item.identifier)
    least = plan.overrides.of("completion_score", item.identifier)
    if rule != ItemRule.CONTENT:
        now = {
            ItemRule.ON_EXIT: "it has ended" if ENDED in run.marks else "it has not ended yet",
            ItemRule.WHEN_SCORED: "no score is known" if status.scaled is None else f"its score is {status.scaled:g}",
        }.get(rule, f"its success is {status.success}")
        text = f"Decided for the course: {ITEM_RULES[rule].format(score=least)}; {now}."
        return Reason(value=status.completion, rule=f"item_completion_rule:{rule}", text=text)
    failed = plan.overrides.of("completion_of_failed", item.identifier)
    if failed != Failed.CONTENT and status.success == "failed":
        text = f"Decided for the course: who has failed has it {failed}."
        return Reason(value=str(failed), rule="completion_of_failed", text=text)
    return None


def _said_completion(plan: Plan, item: Item, run: Run, status: Status) -> Reason:
    if plan.course.standard is Standard.SCORM_12:
        return _said_12(plan, item, run, status, 0)
    data, threshold = run.data, number(run.data.get("cmi.completion_threshold"))
    progress = number(data.get("cmi.progress_measure"))
    if threshold is not None and progress is not None:
        verb = "reaches" if progress >= threshold else "is below"
        text = f"cmi.progress_measure={progress:g} {_set(run, 'cmi.progress_measure')} and {verb} the threshold {threshold:g}."
        return Reason(value="completed" if progress >= threshold else "incomplete", rule="completion_threshold", text=text)
    if threshold is not None and status.completion == "unknown":
        text = f"cmi.progress_measure was never set, and completion is decided by it (threshold {threshold:g})."
        return Reason(value="unknown", rule="completion_threshold", text=text)
    return _said_2004(item, run, status, "cmi.completion_status", "completion")


def _success(plan: Plan, attempt: Attempt, item: Item, status: Status) -> Reason:
    if found := _beside_content(plan, attempt, item, status, "success"):
        return found
    run = attempt.runs[item.identifier]
    if plan.course.standard is Standard.SCORM_12:
        return _said_12(plan, item, run, status, 1)
    passing = _passing(item)
    if passing is None:
        return _said_2004(item, run, status, "cmi.success_status", "success")
    if status.scaled is None:
        text = f"cmi.score.scaled was never set, and success is decided by it (passing score {passing:g})."
        return Reason(value="unknown", rule="scaled_passing_score", text=text)
    if status.success == "unknown":
        text = "Success is decided by the score, but not while the item is active (measureSatisfactionIfActive is false)."
        return Reason(value="unknown", rule="scaled_passing_score", text=text)
    verb = "reaches" if status.scaled >= passing else "is below"
    text = f"cmi.score.scaled={status.scaled:g} {_set(run, 'cmi.score.scaled')} and {verb} the passing score {passing:g}."
    return Reason(value="passed" if status.scaled >= passing else "failed", rule="scaled_passing_score", text=text)


def _passing(item: Item) -> float | None:
    """The scaled score that decides about success, if one does."""
    return next((o.min_normalized_measure for o in item.sequencing.objectives if o.primary and o.satisfied_by_measure), None)


def _before_any_data(item: Item, run: Run | None, value: Any) -> Reason | None:
    if not item.sequencing.tracked:
        return Reason(value=value, rule="untracked", text="The package says that this item is not tracked.")
    if run is None or (run.corrected and not run.number):
        return Reason(value="unknown", rule="not_opened", text="It has never been opened.")
    return None


def _assumed(item: Item, value: str, what: str) -> Reason:
    """UP.4 End Attempt Process, step 1.1.1: unless the package leaves the status to content."""
    left = item.sequencing.completion_set_by_content if what == "completion" else item.sequencing.objective_set_by_content
    if value != "unknown" and left:
        return Reason(value=None, rule="UP.4", text="The package leaves it to the content, which has not said it.")
    if value == "unknown":
        return Reason(value=value, rule="UP.4", text="The item reports nothing; it counts as done when its attempt has ended.")
    text = f"UP.4: the item reported no {what} until its attempt ended, and the package does not demand it."
    return Reason(value={"completion": "completed", "success": "passed"}[what], rule="UP.4", text=text)


def _said_2004(item: Item, run: Run, status: Status, element: str, what: str) -> Reason:
    """What content itself has said, be it in the row of the primary objective; else what is assumed of its silence."""
    value = getattr(status, what)
    if (said := run.data.get(element)) is not None and (said != "unknown" or value == "unknown"):
        shown = "incomplete" if said == "not attempted" else said
        extra = ", which counts as incomplete" if said == "not attempted" else ""
        return Reason(value=shown, rule=element, text=f"{element}={said!r} {_set(run, element)}{extra}.")
    if row := _primary_row(item, run.data):
        name = f"{row}.{element.removeprefix('cmi.')}"
        if (said := run.data.get(name)) is not None and said == value:
            return Reason(value=said, rule="cmi.objectives", text=f"{name}={said!r} {_set(run, name)}: the primary objective.")
    if value != "unknown":
        return _assumed(item, value, what)
    decides = {"completion": "no completion threshold", "success": "no scaled passing score"}[what]
    return Reason(value="unknown", rule=element, text=f"{element} was never set, and {decides} is defined.")


def _primary_row(item: Item, data: Mapping[str, str]) -> str | None:
    primary = next((o.id for o in item.sequencing.objectives if o.primary and o.id), None)
    if primary is None:
        return None
    ids = {name: value for name, value in data.items() if name.startswith("cmi.objectives.") and name.endswith(".id")}
    return next((name.removesuffix(".id") for name, value in ids.items() if canonical(value) == canonical(primary)), None)


def _said_12(plan: Plan, item: Item, run: Run, reached: Status, part: int) -> Reason:
    """1.2 RTE 3.4.4, cmi.core.lesson_status: one word for both questions; `part` 0: completion, 1: success."""
    element = "cmi.core.lesson_status"
    status, raw = run.data.get(element, "not attempted"), number(run.data.get("cmi.core.score.raw"))
    value: Any = MEANING_12[status][part]
    own = run.marks.get(element)
    if value == "not attempted":
        value = "incomplete" if own else "unknown"
    over = run.terminated or not run.open
    compared = _compared(plan, item, run, raw) if status in ("passed", "failed") else None
    if over and compared and (part == 1 or not own or MEANING_12[own[0]][0] != value):
        return Reason(value=value, rule="mastery_score", text=f"{compared}.")
    if own and part == 1 and not over and value != reached.success:
        but = compared or "no score was set"
        text = f"{element}={own[0]!r} {_set(run, element)}, but {but}: it is judged when the session has ended."
        return Reason(value=reached.success, rule="mastery_score", text=text)
    if own and (own[0] == status or (part == 0 and compared)):
        counts = "" if value == own[0] else f", which counts as {value}"
        silent = f"; it says nothing of success, and {_no_mastery(plan, item, raw)}"
        text = f"{element}={own[0]!r} {_set(run, element)}{silent if value == 'unknown' else counts}."
        return Reason(value=value, rule=element, text=text)
    if status == "completed":
        text = f"{element} was never set until LMSFinish: then the item counts as completed."
        return Reason(value=value, rule="LMSFinish", text=text)
    text = f"{element} was never set" + ("." if part == 0 else f", and {_no_mastery(plan, item, raw)}.")
    return Reason(value=value, rule=element, text=text)


def _compared(plan: Plan, item: Item, run: Run, raw: float | None) -> str | None:
    """What the mastery score makes of the raw score, where it decides."""
    if raw is None or item.mastery_score is None or not plan.mastery_override:
        return None
    verb = "reaches" if raw >= item.mastery_score else "is below"
    return f"cmi.core.score.raw={raw:g} {_set(run, 'cmi.core.score.raw')} and {verb} the mastery score {item.mastery_score:g}"


def _no_mastery(plan: Plan, item: Item, raw: float | None) -> str:
    if not plan.mastery_override:
        return "the mastery score does not decide here"
    if item.mastery_score is None:
        return "no mastery score is defined"
    return f"no score was set to compare with the mastery score {item.mastery_score:g}" if raw is None else "it has not ended"


def _score(plan: Plan, attempt: Attempt, item: Item, status: Status) -> Reason:
    if item.children:
        return why.cluster_score(plan.tree, attempt.state, item.identifier)
    run, scaled = attempt.runs.get(item.identifier), status.scaled
    element = "cmi.core.score.raw" if plan.course.standard is Standard.SCORM_12 else "cmi.score.scaled"
    if run and (said := run.data.get(element)):
        text = f"{element}={said} {_set(run, element)}."
        return Reason(value=scaled, rule=element, text=text)
    if scaled is None:
        return Reason(value=None, rule=element, text=f"{element} was never set.")
    return Reason(value=scaled, rule="objective", text="It is the score of the primary objective.")


def course_completion(plan: Plan, attempt: Attempt) -> Reason:
    """Of the registration's result."""
    result, correction = attempt.standing, attempt.corrected
    if correction and correction.completion == result.completion:
        return corrected(result.completion, correction, "completion")
    root = completion(plan, attempt, plan.course.root)
    rule = plan.overrides.of("completion_rule")
    if rule != CourseRule.CONTENT:
        text = COURSE_RULES[rule].format(score=plan.overrides.of("completion_score"))
        root = Reason(value=result.completion, rule=f"completion_rule:{rule}", text=f"Decided for the course: {text}.")
    return _kept(plan, result.completion, root, result.completed_at)


def course_success(plan: Plan, attempt: Attempt) -> Reason:
    result, correction = attempt.standing, attempt.corrected
    if correction and correction.success == result.success:
        return corrected(result.success, correction, "success")
    return _kept(plan, result.success, success(plan, attempt, plan.course.root), result.passed_at)


def _kept(plan: Plan, value: str, now: Reason, since: float | None) -> Reason:
    if now.value == value:
        return now
    if not plan.credit:
        return Reason(value=value, rule="no_credit", text="The course is taken without credit: its result does not change.")
    text = f"It was reached{f' at {moment(since)}' if since else ''} and stays; now it would be {now.value}: {now.text}"
    return replace(now, value=value, rule="kept", text=text)


def moment(time: float) -> str:
    """A time for people; programs find it elsewhere."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _set(run: Run, element: str) -> str:
    mark = run.marks.get(element)
    if not mark:
        return "was set"
    return f"was set at {moment(mark[1])} (run {mark[2]}, commit {mark[3]})"
