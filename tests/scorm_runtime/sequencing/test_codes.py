"""The Sequencing Exception Codes of SN: each exception code has a sentence, and a way to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scorm_runtime.sequencing import delivery, requests, termination
from scorm_runtime.sequencing.codes import SENTENCES
from scorm_runtime.sequencing.state import State, Work
from scorm_runtime.sequencing.tree import Tree
from tests.scorm_runtime.sequencing.courses import Play, activity, course, read

ROOT = Path(__file__).resolve().parents[3]
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests" / "cases" / "sequencing" / "exceptions.json").read_text())
# Codes that no navigation request leads to, because an earlier process refuses first; asked of the process itself below.
INNER = {
    "TB.2.3-1", "TB.2.3-2", "TB.2.3-3", "TB.2.3-7", "SB.2.4-3", "SB.2.5-1", "SB.2.6-1", "SB.2.6-2", "SB.2.7-1", "SB.2.8-1",
    "SB.2.9-1", "SB.2.9-4", "SB.2.9-7", "SB.2.10-1", "SB.2.10-2", "SB.2.11-1", "SB.2.11-2", "SB.2.12-1", "SB.2.13-1", "DB.2-1",
}  # fmt: skip
# Codes that cannot arise here: a path is never empty, and flow that walks off the course ends the session instead.
NEVER = {"NB.2.1-9", "TB.2.3-5", "TB.2.3-6", "SB.2.1-1", "SB.2.9-5", "DB.1.1-2"}


def fresh(*, started: bool) -> Work:
    play = Play(activity("r", activity("a", choice_exit=False), "b", choice=False))
    play.delivered(*(["start"] if started else []))
    return Work(play.tree, play.state)


@pytest.mark.parametrize("case", CASES, ids=[case["code"] for case in CASES])
def test_a_request_that_must_be_refused_is_refused_with_its_code(case: dict[str, Any]) -> None:
    play = Play(course(read(case["course"])))
    play.delivered(*case["do"])

    assert play.last is not None
    assert play.last.exception == case["code"]
    assert not play.last.valid
    assert play.last.trace[-1] == f"{case['code']}: {SENTENCES[case['code']]}"


def test_the_processes_themselves_refuse_what_the_navigation_request_process_lets_nobody_ask() -> None:
    before, running = fresh(started=False), fresh(started=True)
    root, first = running.tree.root, running.tree.by_id["a"]
    ended = fresh(started=True)
    termination.end_attempt(ended, first)
    inactive_root = Work(Tree(course(activity("r", "a"))), State(Tree(course(activity("r", "a"))), {}, {}, None, None, 1))
    inactive_root.current = inactive_root.tree.root

    refused = {
        termination.termination_request(before, "exit").exception,
        termination.termination_request(ended, "exit").exception,
        termination.termination_request(inactive_root, "suspendAll").exception,
        termination.termination_request(running, "dance").exception,
        requests.choice_activity_traversal(running, root, requests.BACKWARD),
        requests.start(running).exception,
        requests.resume_all(running).exception,
        requests.resume_all(before).exception,
        requests.continue_(before).exception,
        requests.previous(before).exception,
        requests.choice(running, None).exception,
        requests.choice(running, first).exception,
        requests.choice_reachable(running, root),
        requests.retry(before).exception,
        requests.retry(running).exception,
        requests.exit_(before).exception,
        requests.exit_(running).exception,
        requests.sequencing_request(running, "dance", None).exception,
        requests.jump(before, first).exception,
        delivery.content_delivery_environment(running, first)[1],
    }

    assert refused == INNER


def test_every_code_has_a_way_to_it_or_a_reason_why_there_is_none() -> None:
    assert {case["code"] for case in CASES} | INNER | NEVER == set(SENTENCES)


def test_no_process_answers_with_a_code_that_is_not_in_the_table() -> None:
    source = "".join(path.read_text() for path in (ROOT / "scorm_runtime" / "sequencing").glob("*.py") if path.name != "codes.py")
    answered = set(re.findall(r"\"((?:NB|TB|SB|DB)\.\d(?:\.\d+)?-\d+)\"", source))

    assert answered <= set(SENTENCES)
    assert len(SENTENCES) == 56
