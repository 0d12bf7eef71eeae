"""SCORM 2004 4th Edition SN, Delivery Behavior [DB]."""

from __future__ import annotations

from scorm_runtime.sequencing.rules import check_activity
from scorm_runtime.sequencing.state import Record, Work, first_on_path
from scorm_runtime.sequencing.termination import terminate_descendent_attempts
from scorm_runtime.sequencing.tree import Node, common_ancestor


def delivery_request(work: Work, node: Node, *, checked: bool = True) -> str | None:
    """DB.1.1 Delivery Request Process: an exception, or `None`; a jump is not `checked`."""
    if not node.leaf:
        work.say("DB.1.1-1: {} is not a leaf", node)
        return "DB.1.1-1"
    if not checked:
        return None
    return closed(work, node)


def closed(work: Work, node: Node) -> str | None:
    """DB.1.1-2, DB.1.1-3: whether the activity, or one above it, cannot be delivered."""
    return first_on_path(work, node, "closed", _closed)


def _closed(work: Work, step: Node) -> str | None:
    """DB.1.1-3."""
    reason = check_activity(work, step)
    if reason is None:
        return None
    work.say("DB.1.1-3: {} {}", step, reason)
    return "DB.1.1-3"


def content_delivery_environment(work: Work, node: Node) -> tuple[bool, str | None]:
    """DB.2 Content Delivery Environment Process: whether a new attempt on the activity begins, or an exception."""
    if work.current is not None and work.of(work.current).active:
        return False, "DB.2-1"
    if node is not work.suspended:
        clear_suspended_activity(work, node)
    terminate_descendent_attempts(work, node)
    new = False
    for step in node.path:
        if work.of(step).active:
            continue
        record = work.change(step)
        new = not record.suspended
        record.suspended = record.stale_objectives = record.stale_progress = False
        if new:
            begin_attempt(work, step, record)
        record.active = True
    work.current = node
    work.suspended = None
    work.change(node).exit = ""
    work.say("DB.2: {} is delivered{}", node, f", attempt {work.of(node).attempts}" if new and node.seq.tracked else "")
    return new, None


def begin_attempt(work: Work, node: Node, record: Record) -> None:
    """DB.2-5.1.1.2: nothing is known yet of a new attempt, and what the children reached counts as the parent wants it to."""
    if node.seq.tracked:
        record.attempts += 1
    record.began = work.now
    if work.tree.retains:
        return
    record.experienced = 0.0
    record.completion = record.amount = None
    record.completion_by_content = False
    record.objectives = {}
    set_aside(work, node)


def set_aside(work: Work, node: Node) -> None:
    """What the children reached in earlier attempts on the activity no longer counts, unless it says so."""
    for child in node.children:
        known = work.of(child)
        objectives = node.seq.use_current_attempt_objective_info and bool(known.objectives)
        progress = node.seq.use_current_attempt_progress_info and (known.completion is not None or known.amount is not None)
        if objectives or progress:
            record = work.change(child)
            record.stale_objectives = record.stale_objectives or objectives
            record.stale_progress = record.stale_progress or progress


def clear_suspended_activity(work: Work, node: Node) -> None:
    """DB.2.1 Clear Suspended Activity Subprocess."""
    if work.suspended is None or work.suspended is node:
        return
    above = common_ancestor(node, work.suspended)
    for step in reversed(work.suspended.path[above.depth : -1]):
        if not any(work.of(child).suspended for child in step.children):
            work.change(step).suspended = False
    work.suspended = None
