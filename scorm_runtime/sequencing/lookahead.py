"""Which navigation requests would be honoured now, found by running the processes on a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scorm_runtime.sequencing.delivery import delivery_request
from scorm_runtime.sequencing.navigation import choice, navigation_request
from scorm_runtime.sequencing.requests import Found, chosen, forget_globals, sequencing_request, withheld
from scorm_runtime.sequencing.selection import prepare_again
from scorm_runtime.sequencing.state import State, Work, first_on_path
from scorm_runtime.sequencing.termination import Termination, termination_request
from scorm_runtime.sequencing.tree import Node, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """What `navigate` would accept now.

    `choice` and `jump` name every item and look only at the way to it; what a post-condition rule asks for goes first.
    `hidden` are not to be shown in the table of contents; `hide_lms_ui` is the current item's own list, left to the caller.
    `continue_` is for the control, which SCORM 2004 wants wherever flow is on; `continue_succeeds` says whether the request
    would deliver something or end the course."""

    start: bool
    resume_all: bool
    continue_: bool
    continue_succeeds: bool
    previous: bool
    exit: bool
    exit_all: bool
    abandon: bool
    abandon_all: bool
    suspend_all: bool
    choice: Mapping[str, bool]
    jump: Mapping[str, bool]
    hidden: frozenset[str]
    hide_lms_ui: tuple[str, ...]

    @property
    def request_valid(self) -> dict[str, bool | Mapping[str, bool]]:
        """The answers to `adl.nav.request_valid.*`."""
        return {"continue": self.continue_succeeds, "previous": self.previous, "choice": self.choice, "jump": self.jump}


def look_ahead(tree: Tree, state: State) -> Navigation:
    """Which requests would be honoured now: the same processes, run on a copy."""
    now = Work(tree, state)
    if state.current is None:
        forget_globals(now, "start")
    now.remembered = {}
    then, ended = _after_exit(now)
    active = state.current is not None and now.of(state.current).active
    opened = state.current is not None
    accepted = {
        request: _accepted(now, then, ended, request) for request in ("start", "resumeAll", "continue", "previous", "exit")
    }
    return Navigation(
        start=accepted["start"],
        resume_all=accepted["resumeAll"],
        continue_=accepted["continue"] if tree.retains else navigation_request(now, "continue", None).exception is None,
        continue_succeeds=accepted["continue"],
        previous=accepted["previous"],
        exit=accepted["exit"],
        exit_all=opened,
        abandon=active,
        abandon_all=opened,
        suspend_all=opened and _suspendable(now),
        choice=_choices(now, then, ended),
        jump=_jumps(now, ended),
        hidden=_hidden(then),
        hide_lms_ui=state.current.hide_lms_ui if state.current else (),
    )


def _after_exit(now: Work) -> tuple[Work, Termination]:
    """The state after the current attempt will have ended, and what that itself would ask for."""
    then = Work(now.tree, now)
    ended = Termination()
    if now.current is not None and now.of(now.current).active:
        ended = termination_request(then, "exit")
        prepare_again(then)
    if ended.sequencing is not None:
        trial = Work(then.tree, then)
        found = sequencing_request(trial, ended.sequencing, None)
        ended = Termination(ended.sequencing, found.exception or _undeliverable(trial, found))
    then.remembered = {}
    return then, ended


def _undeliverable(work: Work, found: Found) -> str | None:
    return delivery_request(work, found.node) if found.node is not None else None


def _accepted(now: Work, then: Work, ended: Termination, request: str) -> bool:
    asked = navigation_request(now, request, None)
    if asked.exception is not None:
        return False
    if asked.termination is not None and (ended.sequencing or ended.exception):
        return ended.exception is None
    found = sequencing_request(then, str(asked.sequencing), None)
    return found.exception is None and _undeliverable(then, found) is None


def _suspendable(work: Work) -> bool:
    """TB.2.3-5.1, TB.2.3-5.2."""
    assert work.current is not None
    record = work.of(work.current)
    return record.active or record.suspended or work.current.parent is not None


def _choices(now: Work, then: Work, ended: Termination) -> dict[str, bool]:
    """A choice is honoured if the way to it is open, and something there can be delivered."""
    offered: dict[str, bool] = {}
    for node in now.tree:
        asked = choice(now, node)
        if asked.exception is not None or (asked.termination is not None and ended.exception is not None):
            offered[node.id] = False
        else:
            found = chosen(then, node)
            offered[node.id] = found.node is not None and _undeliverable(then, found) is None
    return offered


def _jumps(now: Work, ended: Termination) -> dict[str, bool]:
    blocked = now.current is not None and ended.exception is not None and now.of(now.current).active
    if now.current is None or blocked or not now.tree.edition.jump:
        return dict.fromkeys(now.tree.by_id, False)
    return {node.id: node.leaf and first_on_path(now, node, "deselected", _deselected) is None for node in now.tree}


def _deselected(work: Work, step: Node) -> str | None:
    return None if work.is_available(step) else step.id


def _hidden(work: Work) -> frozenset[str]:
    """What was not selected or is hidden from choice, with all below it; and what the manifest does not want shown."""
    return frozenset(n.id for n in work.tree if not n.visible or first_on_path(work, n, "withheld", withheld) is not None)
