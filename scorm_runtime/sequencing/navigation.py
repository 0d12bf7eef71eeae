"""SCORM 2004 4th Edition SN, Navigation Behavior [NB]: what a navigation request asks of termination and of sequencing."""

from __future__ import annotations

from typing import NamedTuple

from scorm_runtime.sequencing.state import Work
from scorm_runtime.sequencing.tree import Node, common_ancestor


class Asked(NamedTuple):
    """The result of NB.2.1: a termination and a sequencing request with its target, or an exception."""

    termination: str | None = None
    sequencing: str | None = None
    target: Node | None = None
    exception: str | None = None


def navigation_request(work: Work, request: str, target: Node | None) -> Asked:
    """NB.2.1 Navigation Request Process."""
    match request:
        case "start":
            return Asked(exception="NB.2.1-1") if work.current else Asked(None, "start")
        case "resumeAll":
            return _resume_all(work)
        case "continue":
            return _continue(work)
        case "previous":
            return _previous(work)
        case "forward" | "backward":
            return Asked(exception="NB.2.1-7")
        case "choice":
            return choice(work, target)
        case "jump" if work.tree.edition.jump:
            return _jump(work, target)
        case "exit" | "abandon":
            if work.current is None:
                return Asked(exception="NB.2.1-2")
            return Asked(request, "exit") if work.of(work.current).active else Asked(exception="NB.2.1-12")
        case "exitAll" | "abandonAll" | "suspendAll":
            return Asked(request, "exit") if work.current else Asked(exception="NB.2.1-2")
    return Asked(exception="NB.2.1-13")


def _resume_all(work: Work) -> Asked:
    """NB.2.1-2."""
    if work.current is not None:
        return Asked(exception="NB.2.1-1")
    return Asked(None, "resumeAll") if work.suspended else Asked(exception="NB.2.1-3")


def _leaving(work: Work) -> str | None:
    assert work.current is not None
    return "exit" if work.of(work.current).active else None


def _continue(work: Work) -> Asked:
    """NB.2.1-3."""
    if work.current is None:
        return Asked(exception="NB.2.1-2")
    if work.current.parent is None or not work.current.parent.seq.flow:
        return Asked(exception="NB.2.1-4")
    return Asked(_leaving(work), "continue")


def _previous(work: Work) -> Asked:
    """NB.2.1-4."""
    if work.current is None:
        return Asked(exception="NB.2.1-2")
    parent = work.current.parent
    if parent is None:
        return Asked(exception="NB.2.1-6")
    if not parent.seq.flow or parent.seq.forward_only:
        return Asked(exception="NB.2.1-5")
    return Asked(_leaving(work), "previous")


def choice(work: Work, target: Node | None) -> Asked:
    """NB.2.1-7."""
    if target is None:
        return Asked(exception="NB.2.1-11")
    if target.parent is not None and not target.parent.seq.choice:
        work.say("NB.2.1-10: {} does not allow its children to be chosen", target.parent)
        return Asked(exception="NB.2.1-10")
    if work.current is None:
        return Asked(None, "choice", target)
    held = held_back(work, common_ancestor(work.current, target)) if work.current.holds else None
    if held is not None:
        work.say("NB.2.1-8: {} may not be left by choice (choiceExit is false)", held)
        return Asked(exception="NB.2.1-8")
    return Asked(_leaving(work), "choice", target)


def held_back(work: Work, above: Node) -> Node | None:
    """NB.2.1-7.1.1.2.3: an active activity that would be left and may not be by choice; the current one always would be."""
    step = work.current
    while step is not None and (step is not above or step is work.current):
        if not step.seq.choice_exit and work.of(step).active:
            return step
        step = step.parent
    return None


def _jump(work: Work, target: Node | None) -> Asked:
    """NB.2.1-14 (4th Edition)."""
    if work.current is None:
        return Asked(exception="NB.2.1-2")
    if target is None or not all(work.is_available(step) for step in target.path):
        return Asked(exception="NB.2.1-11")
    return Asked(_leaving(work), "jump", target)
