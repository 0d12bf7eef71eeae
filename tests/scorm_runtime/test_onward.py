"""SCORM 1.2: the next SCO opens by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from package_importer.course import Standard
from scorm_runtime import attempt as way
from scorm_runtime.memory import Attempt, Plan
from scorm_runtime.onward import AutoContinue, onward
from scorm_runtime.sequencing.engine import Kind, Request
from tests.scorm_runtime.courses import course, plan, sco, sets, unopened

TWO = plan(course(sco("one"), sco("two"), standard=Standard.SCORM_12))
MODERN = plan(course(sco("one"), sco("two")))
ONWARD = Request(kind=Kind.CONTINUE)


def ended(of: Plan, item: str, **said: str) -> Attempt:
    attempt = way.open_window(of, unopened(of), 100.0, item=item).attempt
    return way.finish(of, attempt, 1, [sets(1, **said)], 110.0).attempt


@pytest.mark.parametrize("status", ["completed", "passed"])
def test_after_a_sco_that_was_completed_the_next_one_opens(status: str) -> None:
    assert onward(TWO, ended(TWO, "one", core__lesson_status=status)) == ONWARD


@pytest.mark.parametrize("status", ["incomplete", "failed"])
def test_after_a_sco_that_was_not_done_the_learner_chooses(status: str) -> None:
    assert onward(TWO, ended(TWO, "one", core__lesson_status=status)) is None


@pytest.mark.parametrize("status", ["incomplete", "failed"])
def test_always_means_after_every_sco(status: str) -> None:
    always = replace(TWO, auto_continue=AutoContinue.ALWAYS)

    assert onward(always, ended(always, "one", core__lesson_status=status)) == ONWARD


def test_never_means_after_none() -> None:
    never = replace(TWO, auto_continue=AutoContinue.NEVER)

    assert onward(never, ended(never, "one", core__lesson_status="completed")) is None


@pytest.mark.parametrize("left", ["suspend", "logout", "time-out"])
def test_a_sco_that_was_left_for_now_is_not_followed_by_another(left: str) -> None:
    assert onward(TWO, ended(TWO, "one", core__lesson_status="completed", core__exit=left)) is None


def test_the_last_sco_does_not_end_the_course() -> None:
    assert onward(TWO, ended(TWO, "two", core__lesson_status="completed")) is None


def test_a_sco_that_still_runs_is_not_followed_by_another() -> None:
    attempt = way.open_window(TWO, unopened(TWO), 100.0).attempt

    assert onward(TWO, attempt) is None


def test_scorm_2004_asks_for_itself() -> None:
    assert onward(MODERN, ended(MODERN, "one", completion_status="completed")) is None
