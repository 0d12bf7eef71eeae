"""Why an activity has the status it has, said by the rules of SN: maps of objectives, measures, rollup [RB].

It reads what the rollup has left and asks the same questions again; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from package_importer.course import RollupRule
from scorm_runtime.sequencing.objectives import amount, completed, measure, satisfied
from scorm_runtime.sequencing.rollup import check_child_for_rollup, rollup_rule_check, rollup_rules, rule_text
from scorm_runtime.sequencing.state import State, Work
from scorm_runtime.sequencing.tree import Node, Tree

COMPLETION = {True: "completed", False: "incomplete", None: "unknown"}
SUCCESS = {True: "passed", False: "failed", None: "unknown"}
CHILDREN_NAMED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`value` is the status, `rule` a stable name, `text` a sentence for people, `because` what it rests on, part by part."""

    value: Any
    rule: str
    text: str
    because: tuple[str, ...] = ()


def mapped(tree: Tree, state: State, item: str, value: str) -> Reason | None:
    """The status as a read map of the primary objective has it; None: there is no such map. `value`: completion or satisfied."""
    node = tree.by_id[item]
    targets = node.primary.reads.get(value)
    if targets is None or (value == "satisfied" and node.primary.satisfied_by_measure):
        return None
    if value == "completion" and node.completed_by_measure:
        return None
    work = state.view
    found = completed(work, node) if value == "completion" else satisfied(work, node, node.primary)
    word = (COMPLETION if value == "completion" else SUCCESS)[found]
    name = " or ".join(f"“{target}”" for target in targets)
    if found is None:
        return Reason(value=word, rule="map", text=f"It is read from the global objective {name}, which nobody has written yet.")
    return Reason(value=word, rule="map", text=f"It is read from the global objective {name}.")


def cluster_completion(tree: Tree, state: State, item: str) -> Reason:
    """RB.1.3 Activity Progress Rollup Process."""
    node, work = tree.by_id[item], _rolling(tree, state)
    value = COMPLETION[completed(state.view, node)]
    if not node.seq.tracked:
        return _untracked(value)
    if node.completed_by_measure:
        return _by_progress(state.view, node, value)
    return _by_rules(work, node, value, "RB.1.3", ("completed", "incomplete"), lambda w, c: COMPLETION[completed(w, c)])


def cluster_success(tree: Tree, state: State, item: str) -> Reason:
    """RB.1.2 Objective Rollup Process."""
    node, work = tree.by_id[item], _rolling(tree, state)
    value = SUCCESS[satisfied(state.view, node, node.primary)]
    if not node.seq.tracked:
        return _untracked(value)
    if node.primary.satisfied_by_measure:
        return _by_score(state.view, node, value)
    return _by_rules(work, node, value, "RB.1.2", ("satisfied", "notSatisfied"), lambda w, c: SUCCESS[satisfied(w, c, c.primary)])


def cluster_score(tree: Tree, state: State, item: str) -> Reason:
    """RB.1.1.a Measure Rollup Process."""
    node, work = tree.by_id[item], _rolling(tree, state)
    score = measure(state.view, node, node.primary)
    if "measure" in node.primary.reads:
        return Reason(value=score, rule="map", text="The score is read from a global objective.")
    counted = [c for c in work.available(node) if c.seq.tracked]
    lines = tuple(f"“{child.title}” has {_scored(work, child)}" for child in counted[:CHILDREN_NAMED])
    if score is None:
        return Reason(value=None, rule="RB.1.1", text="RB.1.1: no child has a score that counts.", because=lines)
    text = f"RB.1.1: {score:g} is the mean of its children's scores by weight; one without a score counts as 0."
    return Reason(value=score, rule="RB.1.1", text=text, because=lines)


def _scored(work: Work, child: Node) -> str:
    found = measure(work, child, child.primary)
    return f"{'no score' if found is None else f'{found:g}'}, weight {child.seq.objective_measure_weight:g}"


def _rolling(tree: Tree, state: State) -> Work:
    work = Work(tree, state)
    work.rolling = True
    return work


def _untracked(value: str) -> Reason:
    return Reason(value=value, rule="untracked", text="The package says that this activity is not tracked.")


def _by_progress(work: Work, node: Node, value: str) -> Reason:
    progress, least = amount(work, node), node.progress_minimum
    if progress is None:
        return Reason(
            value=value,
            rule="RB.1.3.a",
            text=f"RB.1.3.a: its progress decides (at least {least:g}); no child has any.",
        )
    verb = "reaches" if progress >= least else "does not reach"
    return Reason(value=value, rule="RB.1.3.a", text=f"RB.1.3.a: its progress {progress:g} {verb} {least:g}.")


def _by_score(work: Work, node: Node, value: str) -> Reason:
    score, least = measure(work, node, node.primary), node.primary.minimum
    if score is None:
        return Reason(value=value, rule="RB.1.2.a", text=f"RB.1.2.a: its score decides (at least {least:g}); no child has one.")
    if value == "unknown":
        return Reason(value=value, rule="RB.1.2.a", text="RB.1.2.a: its score decides, but not while it is active.")
    verb = "reaches" if score >= least else "does not reach"
    return Reason(value=value, rule="RB.1.2.a", text=f"RB.1.2.a: its score {score:g} {verb} {least:g}.")


def _by_rules(
    work: Work, node: Node, value: str, process: str, actions: tuple[str, str], of: Callable[[Work, Node], str]
) -> Reason:
    """RB.1.2.b, RB.1.3.b: the rule that applies, or what is missing for one."""
    defined = any(action in node.rollup for action in actions)
    whose = "" if defined else " (the default rule)"
    for action in actions:
        rule = rollup_rule_check(work, node, action, defined)
        if rule is not None:
            lines = _children(work, node, action, of)
            return Reason(value=value, rule=process, text=f"{process}: {action}: {rule_text(rule)}{whose}.", because=lines)
    rules = [rule for action in actions for rule in rollup_rules(node, action, defined)]
    if value != "unknown":
        return Reason(value=value, rule=process, text=f"{process}: it was reached before, and no rule says otherwise now.")
    if not rules:
        return Reason(value=value, rule=process, text=f"{process}: the package has rules, and none of them for this status.")
    wanted = f"“{actions[0]}” needs {_needs(rules, actions[0])}{whose}"
    return Reason(
        value=value, rule=process, text=f"{process}: no rule applies: {wanted}.", because=_children(work, node, actions[0], of)
    )


def _needs(rules: list[RollupRule], action: str) -> str:
    texts = [rule_text(rule) for rule in rules if rule.action == action]
    return "; or ".join(texts) or "a rule, and there is none"


def _children(work: Work, node: Node, action: str, of: Callable[[Work, Node], str]) -> tuple[str, ...]:
    def line(child: Node) -> str:
        counts = "" if check_child_for_rollup(work, child, action) else ", does not count here"
        return f"{of(work, child)}{counts}"

    return _lines(list(work.available(node)), line)


def _lines(children: list[Node], line: Callable[[Node], str]) -> tuple[str, ...]:
    lines = tuple(f"“{child.title}” is {line(child)}" for child in children[:CHILDREN_NAMED])
    more = len(children) - CHILDREN_NAMED
    return (*lines, f"and {more} more") if more > 0 else lines


__all__ = ["Reason", "cluster_completion", "cluster_score", "cluster_success", "mapped"]
