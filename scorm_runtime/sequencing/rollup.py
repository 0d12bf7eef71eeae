"""SCORM 2004 4th Edition SN, Rollup Behavior [RB]: what an activity has reached, from what its children have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from package_importer.course import RollupRule, RuleCondition
from scorm_runtime.sequencing.objectives import amount, completed, measure, satisfied, set_objective, set_progress
from scorm_runtime.sequencing.rules import all_evaluated, conditions_text, rule_of
from scorm_runtime.sequencing.state import NOTHING, Work
from scorm_runtime.sequencing.tree import Node, weights


def _default(action: str, condition: str) -> RollupRule:
    return RollupRule(action=action, child_activity_set="all", conditions=(RuleCondition(condition=condition),))


# RB.1.2.b-1 and RB.1.3.b-1: the rules of an activity that defines none for either status of the family.
DEFAULT_RULES = {
    "notSatisfied": (_default("notSatisfied", "objectiveStatusKnown"),),
    "satisfied": (_default("satisfied", "satisfied"),),
    "incomplete": (_default("incomplete", "activityProgressKnown"),),
    "completed": (_default("completed", "completed"),),
}


def measure_rollup(work: Work, node: Node) -> None:
    """RB.1.1.a Measure Rollup Process."""
    total = counted = 0.0
    valid = False
    for child in work.available(node):
        if not child.seq.tracked:
            continue
        weight = child.seq.objective_measure_weight
        counted += weight
        score = measure(work, child, child.primary)
        if score is not None:
            total += weight * score
            valid = True
    set_objective(work, node, node.primary, measure=round(total / counted, 7) if valid and counted > 0 else None)


def completion_measure_rollup(work: Work, node: Node) -> None:
    """RB.1.1.b Completion Measure Rollup Process."""
    total = counted = 0.0
    valid = False
    for child in work.available(node):
        if not child.seq.tracked:
            continue
        counted += child.progress_weight
        progress = amount(work, child)
        if progress is not None:
            total += child.progress_weight * progress
            valid = True
    set_progress(work, node, amount=round(total / counted, 7) if valid and counted > 0 else None)


def objective_rollup(work: Work, node: Node) -> None:
    """RB.1.2 Objective Rollup Process."""
    if node.primary.satisfied_by_measure:
        objective_rollup_using_measure(work, node)
    elif node.children:
        objective_rollup_using_rules(work, node)


def objective_rollup_using_measure(work: Work, node: Node) -> None:
    """RB.1.2.a Objective Rollup Using Measure Process."""
    value = satisfied(work, node, node.primary)
    if value is not None:
        work.say("RB.1.2.a: {} is {} by its measure", node, "satisfied" if value else "not satisfied")
    set_objective(work, node, node.primary, satisfied=value)


def objective_rollup_using_rules(work: Work, node: Node) -> None:
    """RB.1.2.b Objective Rollup Using Rules Process."""
    defined = "satisfied" in node.rollup or "notSatisfied" in node.rollup
    for action, value in (("satisfied", True), ("notSatisfied", False)):
        rule = rollup_rule_check(work, node, action, defined)
        if rule is not None:
            _conclude_objective(work, node, value, rule)
            return


def _conclude_objective(work: Work, node: Node, value: bool, rule: RollupRule) -> None:
    if satisfied(work, node, node.primary) is not value:
        work.say("RB.1.2.b: {} is {}: {}", node, rule.action, rule_text(rule))
    set_objective(work, node, node.primary, satisfied=value)


def activity_progress_rollup(work: Work, node: Node) -> None:
    """RB.1.3 Activity Progress Rollup Process."""
    if node.completed_by_measure:
        activity_progress_rollup_using_measure(work, node)
    elif node.children:
        activity_progress_rollup_using_rules(work, node)


def activity_progress_rollup_using_measure(work: Work, node: Node) -> None:
    """RB.1.3.a Activity Progress Rollup Using Measure Process."""
    value = completed(work, node)
    if value is not None:
        work.say("RB.1.3.a: {} is {} by its progress measure", node, "completed" if value else "incomplete")
    set_progress(work, node, completion=value)


def activity_progress_rollup_using_rules(work: Work, node: Node) -> None:
    """RB.1.3.b Activity Progress Rollup Using Rules Process."""
    defined = "completed" in node.rollup or "incomplete" in node.rollup
    for action, value in (("completed", True), ("incomplete", False)):
        rule = rollup_rule_check(work, node, action, defined)
        if rule is not None:
            _conclude_progress(work, node, value, rule)
            return


def _conclude_progress(work: Work, node: Node, value: bool, rule: RollupRule) -> None:
    if completed(work, node) is not value:
        work.say("RB.1.3.b: {} is {}: {}", node, rule.action, rule_text(rule))
    set_progress(work, node, completion=value)


def rollup_rule_check(work: Work, node: Node, action: str, defined: bool) -> RollupRule | None:
    """RB.1.4 Rollup Rule Check Subprocess: the rule that gives the activity this status, if any."""
    rules = rollup_rules(node, action, defined)
    if not rules:
        return None
    considered = [child for child in work.available(node) if check_child_for_rollup(work, child, action)]
    return next((rule for rule in rules if _fires(work, rule, considered)), None)


def rollup_rules(node: Node, action: str, defined: bool) -> tuple[RollupRule, ...]:
    """The rules that could give the activity this status."""
    return node.rollup.get(action, ()) if defined else DEFAULT_RULES[action]


def _fires(work: Work, rule: RollupRule, children: Sequence[Node]) -> bool:
    """RB.1.4-1.2.4: whether enough of the children meet the rule; where none is considered, all of them and none of them do."""
    if rule.child_activity_set in ("all", "any"):
        every = rule.child_activity_set == "all"
        for child in children:
            if (evaluate_rollup_conditions(work, child, rule) is True) is not every:
                return not every
        return every
    results = [evaluate_rollup_conditions(work, child, rule) for child in children]
    match rule.child_activity_set:
        case "none":
            return True not in results and None not in results
        case "atLeastCount":
            return results.count(True) >= rule.minimum_count
        case "atLeastPercent":
            return bool(results) and results.count(True) / len(results) >= rule.minimum_percent
    return False


def evaluate_rollup_conditions(work: Work, child: Node, rule: RollupRule) -> bool | None:
    """RB.1.4.1 Evaluate Rollup Conditions Subprocess."""
    return all_evaluated(work, child, rule)


def check_child_for_rollup(work: Work, child: Node, action: str) -> bool:
    """RB.1.4.2 Check Child for Rollup Subprocess."""
    required = child.required.get(action)
    if required == "always":
        return True
    if required is None:
        return False
    record = work.of(child)
    if required == "ifNotSuspended":
        return record.attempts > 0 and not record.suspended
    if required == "ifAttempted":
        return record.attempts > 0
    return rule_of(work, child, "skip") is None


def overall_rollup(work: Work, node: Node) -> None:
    """RB.1.5 Overall Rollup Process, for the activity and all above it; then for what reads a global objective that has moved."""
    work.rolling = True
    for step in reversed(node.path):
        _roll_up(work, step)
    seen: set[str] = set()
    while fresh := work.moved - seen:
        seen |= fresh
        affected = {step for target in fresh for reader in work.tree.readers.get(target, ()) for step in reader.path[:-1]}
        for step in sorted(affected, key=lambda n: -n.index):
            _roll_up(work, step)
    work.moved.clear()
    work.rolling = False


def _roll_up(work: Work, node: Node) -> None:
    record = work.of(node)
    if not node.seq.tracked or record.stale_objectives or record.stale_progress:
        return
    if node.usual:
        roll_up_usual(work, node)
        return
    if node.children:
        measure_rollup(work, node)
        completion_measure_rollup(work, node)
    objective_rollup(work, node)
    activity_progress_rollup(work, node)


class Children(NamedTuple):
    """What those of one activity have reached; a status is None where no default rule fires."""

    measure: float | None
    amount: float | None
    satisfied: bool | None
    completed: bool | None


def roll_up_usual(work: Work, node: Node) -> None:
    """RB.1.1 to RB.1.3 of an activity by the default rules, all of whose children count always and read no global objective:
    the same as one after the other, in a single pass over the children."""
    found = _reached(work, node)
    set_objective(work, node, node.primary, measure=found.measure)
    set_progress(work, node, amount=found.amount)
    if node.primary.satisfied_by_measure:
        objective_rollup_using_measure(work, node)
    elif found.satisfied is not None:
        _conclude_objective(work, node, found.satisfied, DEFAULT_RULES["satisfied" if found.satisfied else "notSatisfied"][0])
    if node.completed_by_measure:
        activity_progress_rollup_using_measure(work, node)
    elif found.completed is not None:
        _conclude_progress(work, node, found.completed, DEFAULT_RULES["completed" if found.completed else "incomplete"][0])


def _reached(work: Work, node: Node) -> Children:
    records, children = work.records, work.available(node)
    known = [(child, records[child.index]) for child in children if child.index in records]
    counted, weighed = node.weights if children is node.children else weights(children)
    total = progressed = 0.0
    scored = begun = False
    statuses: set[bool | None] = set() if len(known) == len(children) else {None}
    progress = statuses.copy()
    for child, record in known:
        primary = NOTHING if record.stale_objectives else record.objectives.get(0, NOTHING)
        statuses.add(primary.satisfied)
        progress.add(None if record.stale_progress else record.completion)
        if primary.measure is not None:
            total += child.measure_weight * primary.measure
            scored = True
        if record.amount is not None and not record.stale_progress:
            progressed += child.progress_weight * record.amount
            begun = True
    return Children(
        round(total / counted, 7) if scored and counted > 0 else None,
        round(progressed / weighed, 7) if begun and weighed > 0 else None,
        None if None in statuses else False not in statuses,
        None if None in progress else False not in progress,
    )


def rule_text(rule: RollupRule) -> str:
    how = rule.child_activity_set
    if how == "atLeastCount":
        how = f"at least {rule.minimum_count}"
    elif how == "atLeastPercent":
        how = f"at least {rule.minimum_percent:.0%}"
    return f"{how} of its children: {conditions_text(rule)}"
