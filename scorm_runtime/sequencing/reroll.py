"""Every status of a registration again, from the tracking data of its items: UP.4 and RB as if just heard."""

from __future__ import annotations

from collections.abc import Mapping

from scorm_runtime.sequencing.recording import record
from scorm_runtime.sequencing.rollup import overall_rollup
from scorm_runtime.sequencing.state import State, Work
from scorm_runtime.sequencing.termination import assume_success
from scorm_runtime.sequencing.tree import Tree
from scorm_runtime.tracking import Tracking


def rerolled(tree: Tree, state: State, found: Mapping[str, Tracking]) -> State:
    """`found`: by item what its run-time data say. What an abandoned session takes back stays what it was."""
    before = state.before
    for item, tracking in found.items():
        state = record(tree, state, item, tracking)
    work = Work(tree, state)
    for node in tree:
        known = work.of(node)
        ended = node.leaf and known.attempts > 0 and not known.active and not known.suspended
        if ended and node.seq.tracked:
            assume_success(work, node)
    for node in tree:
        if node.leaf:
            overall_rollup(work, node)
    work.before = before
    return work.value()
