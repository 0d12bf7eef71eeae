"""SCORM 2004 4th Edition SN, what is asked of one activity: limit conditions [UP.1], sequencing rules [UP.2], check [UP.5]."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from package_importer.course import RollupRule, RuleCondition, SequencingRule
from scorm_runtime.sequencing.objectives import completed, measure, read, satisfied, stirred
from scorm_runtime.sequencing.prerequisites import unmet
from scorm_runtime.sequencing.state import MISSING, State, Work
from scorm_runtime.sequencing.tree import LocalObjective, Node, Tree, canonical


def limit_conditions_violated(work: Work, node: Node) -> bool:
    """UP.1 Limit Conditions Check Process. The duration limit is of one attempt, which a new one has not begun; times of day are
    optional and not evaluated."""
    record = work.of(node)
    if not node.seq.tracked or record.active or record.suspended:
        return False
    return attempt_limit_exceeded(work, node)


def time_limit_exceeded(work: Work, node: Node) -> bool:
    """SN 3.4.2, timeLimitExceeded: whether the attempt has lasted longer than attemptAbsoluteDurationLimit.

    Deviation: the time that the content reports counts (Attempt Experienced Duration), not the nights between its sessions.
    """
    return node.time_limit is not None and work.of(node).experienced > node.time_limit


def attempt_limit_exceeded(work: Work, node: Node) -> bool:
    limit = node.seq.attempt_limit
    return limit is not None and work.of(node).attempts >= limit


def rule_of(work: Work, node: Node, action: str) -> SequencingRule | None:
    """UP.2 Sequencing Rules Check Process, for one precondition action: the rule that applies now, if any."""
    rules = node.pre.get(action)
    if rules is None:
        return None
    if work.remembered is None:
        return first_of(work, node, rules)
    memory = work.remembered.get(action)
    if memory is None:
        memory = work.remembered[action] = {}
    found: SequencingRule | None = memory.get(node.index, MISSING)
    if found is MISSING:
        found = memory[node.index] = first_of(work, node, rules)
    return found


def ruled(work: Work, action: str) -> set[int]:
    """UP.2 of all activities: those to which a rule with this precondition action applies now."""
    known = stirred(work)
    nodes = ((index, work.tree.nodes[index]) for index in known)
    now = {index for index, node in nodes if action in node.pre and first_of(work, node, node.pre[action]) is not None}
    return now | (ruled_at_first(work.tree, action) - known)


@lru_cache(maxsize=64)
def ruled_at_first(tree: Tree, action: str) -> frozenset[int]:
    """The same while nothing is known of any activity."""
    work = untouched(tree)
    return frozenset(node.index for node in tree if rule_of(work, node, action) is not None)


def untouched(tree: Tree) -> Work:
    """The course as nobody has begun it: to read."""
    work = Work(tree, State(tree, {}, {}, None, None, 0))
    work.remembered = {}
    return work


def first_of(work: Work, node: Node, rules: Iterable[SequencingRule]) -> SequencingRule | None:
    """UP.2 Sequencing Rules Check Process, for rules in their order; UP.2.1 Sequencing Rule Check Subprocess: a rule applies if
    its conditions are known to be true."""
    for rule in rules:
        if all_evaluated(work, node, rule) is True:
            return rule
    return None


def all_evaluated(work: Work, node: Node, rule: SequencingRule | RollupRule) -> bool | None:
    """All conditions of a rule; most rules have one."""
    conditions = rule.conditions
    if len(conditions) == 1:
        return evaluated(work, node, conditions[0])
    return combined([evaluated(work, node, c) for c in conditions], rule.combination)


def combined(values: list[bool | None], combination: str) -> bool | None:
    """UP.2.1, RB.1.4.1: three-valued and/or; nothing to combine is unknown."""
    if not values:
        return None
    decisive = combination == "any"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def evaluated(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    """One condition of a rule, `None` for unknown."""
    if condition.condition == "always":
        value: bool | None = True
    else:
        value = CONDITIONS.get(condition.condition, _never)(work, node, condition) if node.seq.tracked else None
    return value if value is None or not condition.negated else not value


def _completed(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    """SN 3.4.2 (4th Edition): a referenced objective has a completion status of its own; the primary one has the activity's."""
    if condition.referenced_objective is None or not work.tree.edition.objective_completion:
        return completed(work, node)
    objective = _objective(node, condition)
    if objective is None or objective.primary:
        return completed(work, node) if objective else None
    found: bool | None = read(work, node, objective, "completion")
    return found


def _objective(node: Node, condition: RuleCondition) -> LocalObjective | None:
    """None: the activity has not the one that the condition names, and nothing is known of it."""
    if condition.referenced_objective is None:
        return node.primary
    return node.by_id.get(canonical(condition.referenced_objective))


def _satisfied(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    objective = _objective(node, condition)
    return None if objective is None else satisfied(work, node, objective)


def _status_known(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    objective = _objective(node, condition)
    return None if objective is None else satisfied(work, node, objective) is not None


def _measure(work: Work, node: Node, condition: RuleCondition) -> float | None:
    objective = _objective(node, condition)
    return None if objective is None else measure(work, node, objective)


def _measure_known(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    return None if _objective(node, condition) is None else _measure(work, node, condition) is not None


def _measure_greater(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    score = _measure(work, node, condition)
    return None if score is None else score > condition.measure_threshold


def _measure_less(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    score = _measure(work, node, condition)
    return None if score is None else score < condition.measure_threshold


def _never(work: Work, node: Node, condition: RuleCondition) -> bool | None:
    """outsideAvailableTimeRange, too: a limit that is not evaluated is never exceeded. And what is no condition."""
    return None if _objective(node, condition) is None else False


# SN 3.4.2, 3.7: the conditions of rules but for "always", all of them unknown of what is not tracked.
CONDITIONS: dict[str, Callable[[Work, Node, RuleCondition], bool | None]] = {
    "satisfied": _satisfied,
    "objectiveStatusKnown": _status_known,
    "objectiveMeasureKnown": _measure_known,
    "objectiveMeasureGreaterThan": _measure_greater,
    "objectiveMeasureLessThan": _measure_less,
    "completed": _completed,
    "activityProgressKnown": lambda work, node, condition: _completed(work, node, condition) is not None,
    "attempted": lambda work, node, condition: work.of(node).attempts > 0,
    "attemptLimitExceeded": lambda work, node, condition: attempt_limit_exceeded(work, node),
    "timeLimitExceeded": lambda work, node, condition: time_limit_exceeded(work, node),
    "outsideAvailableTimeRange": _never,
    "never": _never,
}


def check_activity(work: Work, node: Node) -> str | None:
    """UP.5 Check Activity Process: why the activity cannot be delivered, in words, or `None`."""
    rule = rule_of(work, node, "disabled")
    if rule is not None:
        return f"is disabled by its rule {rule_text(rule)}"
    if node.seq.attempt_limit is not None and limit_conditions_violated(work, node):
        return f"has used up its {node.seq.attempt_limit} attempts"
    if node.prerequisites is not None and not work.of(node).active and unmet(work, node):
        return f"is closed until its prerequisites are met: {node.prerequisites}"
    return None


def rule_text(rule: SequencingRule) -> str:
    """A rule as a person would say it: `skip if completed and not satisfied (obj1)`."""
    return f"{rule.action} if {conditions_text(rule)}"


def conditions_text(rule: SequencingRule | RollupRule) -> str:
    joint = " and " if rule.combination == "all" else " or "
    return joint.join(_condition_text(c) for c in rule.conditions) or "nothing"


def _condition_text(condition: RuleCondition) -> str:
    text = condition.condition
    if text in ("objectiveMeasureGreaterThan", "objectiveMeasureLessThan"):
        text += f" {condition.measure_threshold:g}"
    if condition.referenced_objective:
        text += f" ({condition.referenced_objective})"
    return f"not {text}" if condition.negated else text
