"""SCORM 2004 4th Edition SN, Termination Behavior [TB], with the utility processes that end attempts [UP.3, UP.4]."""

from __future__ import annotations

from typing import NamedTuple

from scorm_runtime.sequencing.objectives import completed, satisfied, set_objective, set_progress
from scorm_runtime.sequencing.rollup import overall_rollup
from scorm_runtime.sequencing.rules import first_of, rule_text
from scorm_runtime.sequencing.state import Work
from scorm_runtime.sequencing.tree import Node, common_ancestor


class Termination(NamedTuple):
    """`sequencing`: the request that replaces the one pending, if any."""

    sequencing: str | None = None
    exception: str | None = None


class PostCondition(NamedTuple):
    termination: str | None = None
    sequencing: str | None = None


POST_CONDITIONS = {
    "retry": PostCondition(None, "retry"),
    "continue": PostCondition(None, "continue"),
    "previous": PostCondition(None, "previous"),
    "exitParent": PostCondition("exitParent", None),
    "exitAll": PostCondition("exitAll", None),
    "retryAll": PostCondition("exitAll", "retry"),
}


def terminate_descendent_attempts(work: Work, node: Node) -> None:
    """UP.3 Terminate Descendent Attempts Process: what lies between the current activity and what it shares with this one."""
    if work.current is None:
        return
    above = common_ancestor(work.current, node)
    step = work.current.parent
    while step is not None and step is not above and above.contains(step):
        end_attempt(work, step)
        step = step.parent


def end_attempt(work: Work, node: Node) -> None:
    """UP.4 End Attempt Process."""
    record = work.change(node)
    was_active = record.active
    if node.leaf:
        record.suspended = record.exit == "suspend"
        if node.seq.tracked and not record.suspended:
            assume_success(work, node)
    else:
        record.suspended = any(work.of(child).suspended for child in node.children)
    record.active = False
    if was_active and not record.suspended:
        record.reselect = node.seq.selection_timing == "onEachNewAttempt" or node.seq.randomization_timing == "onEachNewAttempt"
        work.stopped.append(node)
    if was_active:
        work.say("UP.4: the attempt on {} {}", node, "is suspended" if record.suspended else "has ended")
    overall_rollup(work, node)


def assume_success(work: Work, node: Node) -> None:
    """UP.4-1.1.1: content that reported nothing has been completed and has satisfied its primary objective."""
    record = work.of(node)
    if not node.seq.completion_set_by_content and not record.completion_by_content and completed(work, node) is None:
        set_progress(work, node, completion=True)
        work.say("UP.4: {} reported no completion and counts as completed", node)
    primary = record.objectives.get(0)
    spoken = primary is not None and primary.by_content
    if not node.seq.objective_set_by_content and not spoken and satisfied(work, node, node.primary) is None:
        set_objective(work, node, node.primary, satisfied=True)
        work.say("UP.4: {} reported no success and counts as satisfied", node)


def exit_action_rules(work: Work) -> None:
    """TB.2.1 Sequencing Exit Action Rules Subprocess."""
    assert work.current is not None
    for node in work.current.path[:-1]:
        rule = first_of(work, node, node.seq.exit_rules) if node.seq.exit_rules else None
        if rule is not None:
            work.say("TB.2.1: {} is left by its rule {}", node, rule_text(rule))
            terminate_descendent_attempts(work, node)
            end_attempt(work, node)
            work.current = node
            return


def post_condition_rules(work: Work) -> PostCondition:
    """TB.2.2 Sequencing Post Condition Rules Subprocess."""
    node = work.current
    assert node is not None
    if work.of(node).suspended or not node.seq.post_rules:
        return PostCondition()
    rule = first_of(work, node, node.seq.post_rules)
    if rule is None:
        return PostCondition()
    work.say("TB.2.2: after {}: {}", node, rule_text(rule))
    return POST_CONDITIONS.get(rule.action, PostCondition())


def termination_request(work: Work, request: str) -> Termination:
    """TB.2.3 Termination Request Process."""
    if work.current is None:
        return Termination(exception="TB.2.3-1")
    if request in ("exit", "abandon") and not work.of(work.current).active:
        return Termination(exception="TB.2.3-2")
    match request:
        case "exit":
            return _exit(work)
        case "exitAll":
            return _exit_all(work, None)
        case "suspendAll":
            return _suspend_all(work)
        case "abandon":
            _abandon(work, (work.current,))
            return Termination()
        case "abandonAll":
            _abandon(work, work.current.path)
            work.current = work.tree.root
            return Termination("exit")
    return Termination(exception="TB.2.3-7")


def _exit(work: Work) -> Termination:
    """TB.2.3-3."""
    assert work.current is not None
    end_attempt(work, work.current)
    exit_action_rules(work)
    while True:
        asked = post_condition_rules(work)
        if asked.termination == "exitAll":
            return _exit_all(work, asked.sequencing)
        if asked.termination != "exitParent":
            break
        if work.current.parent is None:
            return Termination(exception="TB.2.3-4")
        work.current = work.current.parent
        end_attempt(work, work.current)
    if work.current.parent is None and asked.sequencing != "retry":
        return Termination("exit")
    return Termination(asked.sequencing)


def _exit_all(work: Work, sequencing: str | None) -> Termination:
    """TB.2.3-4."""
    assert work.current is not None
    if work.of(work.current).active:
        end_attempt(work, work.current)
    terminate_descendent_attempts(work, work.tree.root)
    if work.current is not work.tree.root or work.of(work.tree.root).active:
        end_attempt(work, work.tree.root)
    work.current = work.tree.root
    return Termination(sequencing or "exit")


def _suspend_all(work: Work) -> Termination:
    """TB.2.3-5."""
    node = work.current
    assert node is not None
    record = work.of(node)
    if record.active or record.suspended:
        overall_rollup(work, node)
        work.suspended = node
    elif node.parent is not None:
        work.suspended = node.parent
    else:
        return Termination(exception="TB.2.3-3")
    for step in reversed(work.suspended.path):
        changed = work.change(step)
        changed.active, changed.suspended = False, True
    work.say("TB.2.3: suspended at {}", work.suspended)
    work.current = work.tree.root
    return Termination("exit")


def _abandon(work: Work, nodes: tuple[Node, ...]) -> None:
    """TB.2.3-6, TB.2.3-7: the attempts stop, but nothing is concluded from them."""
    for node in nodes:
        record = work.change(node)
        record.active = False
        record.exit = ""
    work.say("TB.2.3: {} abandoned", nodes[-1])
