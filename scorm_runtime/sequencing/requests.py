"""SCORM 2004 4th Edition SN, Sequencing Request Behavior [SB]: which activity, if any, a sequencing request would deliver."""

from __future__ import annotations

from typing import NamedTuple

from scorm_runtime.sequencing.flow import BACKWARD, FORWARD, Direction, choice_activity_traversal, choice_flow, flow, follows
from scorm_runtime.sequencing.rules import rule_of, rule_text
from scorm_runtime.sequencing.state import Work, first_on_path
from scorm_runtime.sequencing.termination import end_attempt, terminate_descendent_attempts
from scorm_runtime.sequencing.tree import Node, common_ancestor


class Found(NamedTuple):
    """`node` is to be delivered, or the session has `ended`, or neither; `exception` says why nothing is delivered."""

    node: Node | None = None
    ended: bool = False
    exception: str | None = None


def sequencing_request(work: Work, request: str, target: Node | None) -> Found:
    """SB.2.12 Sequencing Request Process."""
    forget_globals(work, request)
    match request:
        case "start":
            return start(work)
        case "resumeAll":
            return resume_all(work)
        case "continue":
            return continue_(work)
        case "previous":
            return previous(work)
        case "choice":
            return choice(work, target)
        case "jump":
            return jump(work, target)
        case "retry":
            return retry(work)
        case "exit":
            return exit_(work)
    return Found(exception="SB.2.12-1")


def forget_globals(work: Work, request: str) -> None:
    """`objectivesGlobalToSystem`: objectives that are not global to the system live as long as one attempt on the course."""
    root = work.tree.root
    if work.tree.system_wide or not work.globals or work.of(root).active or work.of(root).suspended:
        return
    if (request in ("start", "choice") and work.current is None) or (request == "retry" and work.current is root):
        work.globals = {}
        work.say("SB.2.12: a new attempt on the course begins with no global objectives known")


def _flowed(work: Work, node: Node, direction: Direction, inside: bool) -> Found:
    result = flow(work, node, direction, inside)
    return Found(result.node, result.ended, None if result.ended else result.exception)


def start(work: Work) -> Found:
    """SB.2.5 Start Sequencing Request Process."""
    if work.current is not None:
        return Found(exception="SB.2.5-1")
    root = work.tree.root
    return Found(root) if root.leaf else _flowed(work, root, FORWARD, True)


def resume_all(work: Work) -> Found:
    """SB.2.6 Resume All Sequencing Request Process."""
    if work.current is not None:
        return Found(exception="SB.2.6-1")
    if work.suspended is None:
        return Found(exception="SB.2.6-2")
    if not work.suspended.leaf:
        # Deviation: the text would deliver the cluster that was suspended while nothing in it was active, which DB.1.1 refuses.
        return _flowed(work, work.suspended, FORWARD, True)
    return Found(work.suspended)


def continue_(work: Work) -> Found:
    """SB.2.7 Continue Sequencing Request Process."""
    if work.current is None:
        return Found(exception="SB.2.7-1")
    if work.current.parent is not None and not work.current.parent.seq.flow:
        return Found(exception="SB.2.7-2")
    return _flowed(work, work.current, FORWARD, False)


def previous(work: Work) -> Found:
    """SB.2.8 Previous Sequencing Request Process."""
    if work.current is None:
        return Found(exception="SB.2.8-1")
    if work.current.parent is not None and not work.current.parent.seq.flow:
        return Found(exception="SB.2.8-2")
    return _flowed(work, work.current, BACKWARD, False)


def choice(work: Work, target: Node | None) -> Found:
    """SB.2.9 Choice Sequencing Request Process.

    Deviation: a choice that opens the session and finds nothing (SB.2.9-9) leaves it closed, so that it can still be started."""
    if target is None:
        return Found(exception="SB.2.9-1")
    found = chosen(work, target)
    if found.exception == "SB.2.9-9" and work.current is not None:
        above = common_ancestor(work.current, target)
        terminate_descendent_attempts(work, above)
        end_attempt(work, above)
        work.current = target
    return found


def chosen(work: Work, target: Node) -> Found:
    """SB.2.9, up to the point where it would change anything."""
    refused = way_to(work, target)
    return Found(exception=refused) if refused is not None else arrived(work, target)


def way_to(work: Work, target: Node) -> str | None:
    """SB.2.9-3 to SB.2.9-11: why the target cannot be chosen, or `None`."""
    return _not_offered(work, target) or choice_reachable(work, target)


def arrived(work: Work, target: Node) -> Found:
    """SB.2.9-12: what is found at, or in, the target."""
    if target.leaf:
        return Found(target)
    result = flow(work, target, FORWARD, True)
    if result.node is None:
        work.say("SB.2.9-9: nothing in {} can be delivered", target)
        return Found(exception="SB.2.9-9")
    return Found(result.node)


def _not_offered(work: Work, target: Node) -> str | None:
    """SB.2.9-3, SB.2.9-4: whether the target could be on offer at all."""
    refused = first_on_path(work, target, "withheld", withheld)
    if refused is None and target.parent is not None and not target.parent.seq.choice:
        work.say("SB.2.9-4: {} does not allow its children to be chosen", target.parent)
        return "SB.2.9-4"
    return refused


def withheld(work: Work, step: Node) -> str | None:
    """SB.2.9-3.1, SB.2.9-3.2."""
    if not work.is_available(step):
        work.say("SB.2.9-2: {} is not among the children selected for its parent", step)
        return "SB.2.9-2"
    rule = rule_of(work, step, "hiddenFromChoice")
    if rule is None:
        return None
    work.say("SB.2.9-3: {} is hidden from choice by its rule {}", step, rule_text(rule))
    return "SB.2.9-3"


def choice_reachable(work: Work, target: Node) -> str | None:
    """SB.2.9-7 to SB.2.9-11: whether there is a way from the current activity to the target."""
    current = work.current
    if current is target:
        return None
    above = common_ancestor(current, target) if current else work.tree.root
    if current is None or current is above:
        return _way_in(work, above, target)
    if current.parent is target.parent:
        return _way_along(work, current, target)
    if target is above:
        return _way_out(work, current, target)
    return (
        _way_out(work, current, above)
        or _constrained(work, current, above, target)
        or _way_in(work, above, target, traversed=follows(work, target, current))
    )


def _way_along(work: Work, current: Node, target: Node) -> str | None:
    """SB.2.9-8: between siblings."""
    assert current.parent is not None
    here, there = work.place(current), work.place(target)
    if there < here:
        return choice_activity_traversal(work, current, BACKWARD)
    stop = _first_stop(work, current, here)
    if stop is None or stop[0] >= there:
        return None
    return choice_activity_traversal(work, stop[1], FORWARD)


def _first_stop(work: Work, current: Node, here: int) -> tuple[int, Node] | None:
    """The place of the first sibling from the current activity on that stops forward traversal."""
    assert current.parent is not None
    if not current.parent.stops_inside:
        return None
    memory = None if work.remembered is None else work.remembered.setdefault("first stop", {})
    if memory is not None and current.index in memory:
        known: tuple[int, Node] | None = memory[current.index]
        return known
    siblings = work.available(current.parent)
    places = range(max(here, 0), len(siblings))
    found = next(((i, siblings[i]) for i in places if rule_of(work, siblings[i], "stopForwardTraversal")), None)
    if memory is not None:
        memory[current.index] = found
    return found


def _way_in(work: Work, above: Node, target: Node, *, traversed: bool = True) -> str | None:
    """SB.2.9-9, SB.2.9-11.6: from the common ancestor down to the target's parent."""
    for step in target.path[above.depth : -1]:
        if traversed and (refused := choice_activity_traversal(work, step, FORWARD)):
            return refused
        if step is not above and step.seq.prevent_activation and not work.of(step).active:
            work.say("SB.2.9-6: {} may not be begun from outside (preventActivation)", step)
            return "SB.2.9-6"
    return None


def _way_out(work: Work, current: Node, above: Node) -> str | None:
    """SB.2.9-10, SB.2.9-11.4: from the current activity up to, but not including, the common ancestor."""
    step: Node | None = current
    while step is not None and step is not above:
        if not step.seq.choice_exit:
            work.say("SB.2.9-7: {} may not be left by choice (choiceExit is false)", step)
            return "SB.2.9-7"
        step = step.parent
    return None


def _constrained(work: Work, current: Node, above: Node, target: Node) -> str | None:
    """SB.2.9-11.5: the nearest activity that constrains choice lets reach only what comes next to it.

    Deviation: the text lets a leaf constrain too; ADL's case CM-07d wants only clusters to."""
    constrained: Node | None = current.parent if current.leaf else current
    while constrained is not None and constrained is not above and not constrained.seq.constrain_choice:
        constrained = constrained.parent
    if constrained is None or constrained is above:
        return None
    considered = choice_flow(work, constrained, FORWARD if follows(work, target, constrained) else BACKWARD)
    if considered.contains(target) or target is constrained:
        return None
    work.say("SB.2.9-8: {} constrains choice to {} or what is in it", constrained, considered)
    return "SB.2.9-8"


def retry(work: Work) -> Found:
    """SB.2.10 Retry Sequencing Request Process."""
    current = work.current
    if current is None:
        return Found(exception="SB.2.10-1")
    record = work.of(current)
    if record.active or record.suspended:
        return Found(exception="SB.2.10-2")
    if current.leaf:
        return Found(current)
    result = flow(work, current, FORWARD, True)
    return Found(result.node, result.ended, None if result.node or result.ended else "SB.2.10-3")


def exit_(work: Work) -> Found:
    """SB.2.11 Exit Sequencing Request Process."""
    if work.current is None:
        return Found(exception="SB.2.11-1")
    if work.of(work.current).active:
        return Found(exception="SB.2.11-2")
    return Found(ended=work.current.parent is None)


def jump(work: Work, target: Node | None) -> Found:
    """SB.2.13 Jump Sequencing Request Process (4th Edition)."""
    return Found(target) if work.current else Found(exception="SB.2.13-1")
