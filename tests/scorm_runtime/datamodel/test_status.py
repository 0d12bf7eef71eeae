from __future__ import annotations

import pytest

from package_importer.course import Item
from scorm_runtime.datamodel import model_for
from scorm_runtime.datamodel.status import number, outcome, scaled
from scorm_runtime.tracking import ObjectiveTracking, Tracking

OLD = model_for("scorm12")
NEW = model_for("scorm2004")
PLAIN = Item(identifier="i", title="")
MASTERY = Item(identifier="i", title="", mastery_score=80.0)


def core(**values: str) -> dict[str, str]:
    return {f"cmi.core.{name.replace('__', '.')}": value for name, value in values.items()}


@pytest.mark.parametrize(
    ("status", "completion", "success"),
    [
        ("passed", "completed", "passed"),
        ("failed", "completed", "failed"),
        ("completed", "completed", "unknown"),
        ("incomplete", "incomplete", "unknown"),
        ("browsed", "incomplete", "unknown"),
    ],
)
def test_the_one_status_of_12_answers_both_questions(status: str, completion: str, success: str) -> None:
    result = outcome(OLD, PLAIN, core(lesson_status=status))

    assert (result.completion, result.success) == (completion, success)


def test_a_12_sco_that_ends_without_a_status_has_completed() -> None:
    assert outcome(OLD, PLAIN, {}).completion == "completed"
    assert outcome(OLD, PLAIN, {}, mode="browse").completion == "incomplete"


def test_a_12_sco_that_still_runs_is_what_it_says() -> None:
    assert outcome(OLD, PLAIN, {}, terminated=False).completion == "not attempted"
    assert outcome(OLD, MASTERY, core(lesson_status="incomplete", score__raw="90"), terminated=False).success == "unknown"
    assert outcome(OLD, PLAIN, core(exit="suspend"), terminated=False).completion == "not attempted"


def test_a_12_sco_that_is_suspended_without_a_status_is_incomplete() -> None:
    assert outcome(OLD, PLAIN, core(exit="suspend")).completion == "incomplete"
    assert outcome(OLD, PLAIN, {}, terminated=False, suspend=True).completion == "incomplete"


@pytest.mark.parametrize(("raw", "success"), [("80", "passed"), ("79.9", "failed"), ("100", "passed"), ("0", "failed")])
def test_the_mastery_score_decides_over_the_sco(raw: str, success: str) -> None:
    assert outcome(OLD, MASTERY, core(lesson_status="completed", score__raw=raw)).success == success
    assert outcome(OLD, MASTERY, core(score__raw=raw)).success == success


@pytest.mark.parametrize(
    ("data", "mode", "override"),
    [
        (core(lesson_status="completed"), "normal", True),
        (core(lesson_status="completed", score__raw=""), "normal", True),
        (core(lesson_status="completed", score__raw="90", credit="no-credit"), "normal", True),
        (core(lesson_status="completed", score__raw="90"), "review", True),
        (core(lesson_status="completed", score__raw="90"), "browse", True),
        (core(lesson_status="completed", score__raw="90"), "normal", False),
        (core(lesson_status="incomplete", score__raw="90", exit="suspend"), "normal", True),
    ],
)
def test_the_mastery_score_needs_a_score_credit_and_an_end(data: dict[str, str], mode: str, override: bool) -> None:
    assert outcome(OLD, MASTERY, data, mode=mode, mastery_override=override).success == "unknown"


def test_the_mastery_score_decides_for_a_sco_that_was_done_when_its_window_closed() -> None:
    data = core(lesson_status="completed", score__raw="90")

    assert outcome(OLD, MASTERY, data, terminated=False, suspend=True).success == "passed"


@pytest.mark.parametrize(
    ("raw", "low", "high", "expected"),
    [
        (None, None, None, None),
        (80, None, None, 0.8),
        (4, 0, 5, 0.8),
        (4, None, 5, 0.8),
        (15, 10, 20, 0.5),
        (80, 0, 0, 0.8),
        (250, None, None, 1.0),
        (-500, None, 100, -1.0),
    ],
)
def test_a_raw_score_is_put_on_the_scale(
    raw: float | None, low: float | None, high: float | None, expected: float | None
) -> None:
    assert scaled(raw, low, high) == expected


def test_everything_a_12_sco_says_is_in_its_tracking() -> None:
    data = core(lesson_status="passed", score__raw="8", score__min="0", score__max="10", exit="suspend", session_time="00:01:00")
    data |= {"cmi.core.total_time": "0001:00:00.00"}
    data |= {"cmi.objectives.0.id": "o", "cmi.objectives.0.status": "failed", "cmi.objectives.0.score.raw": "20"}
    data |= {"cmi.objectives.1.status": "passed"}

    assert outcome(OLD, PLAIN, data) == Tracking(
        completion="completed",
        success="passed",
        scaled=0.8,
        raw=8,
        min=0,
        max=10,
        session_time=60,
        total_time=3660,
        exit="suspend",
        objectives=(
            ObjectiveTracking(
                id="o",
                success="failed",
                completion="completed",
                scaled=0.2,
                raw=20,
                success_by_content=True,
                completion_by_content=True,
            ),
        ),
        success_by_content=True,
        completion_by_content=True,
    )


def test_everything_a_2004_sco_says_is_in_its_tracking() -> None:
    data = {
        "cmi.completion_status": "incomplete",
        "cmi.success_status": "failed",
        "cmi.score.scaled": "-0.5",
        "cmi.score.raw": "5",
        "cmi.score.min": "0",
        "cmi.score.max": "20",
        "cmi.progress_measure": "0.25",
        "cmi.session_time": "PT1M",
        "cmi.total_time": "PT1H",
        "cmi.exit": "time-out",
        "cmi.objectives.0.id": "o",
        "cmi.objectives.0.success_status": "unknown",
        "cmi.objectives.0.score.scaled": "1",
        "cmi.objectives.0.progress_measure": "1",
    }

    assert outcome(NEW, PLAIN, data) == Tracking(
        completion="incomplete",
        success="failed",
        scaled=-0.5,
        raw=5,
        min=0,
        max=20,
        progress=0.25,
        session_time=60,
        total_time=3660,
        exit="time-out",
        objectives=(ObjectiveTracking(id="o", scaled=1, progress=1, success_by_content=True),),
        success_by_content=True,
        completion_by_content=True,
    )


def test_an_unknown_that_the_sco_set_differs_from_one_that_it_did_not() -> None:
    assert not outcome(NEW, PLAIN, {}).success_by_content
    assert outcome(NEW, PLAIN, {"cmi.success_status": "unknown"}).success_by_content
    assert outcome(NEW, PLAIN, {"cmi.completion_status": "unknown"}).completion_by_content


@pytest.mark.parametrize(("measure", "completion"), [("0.8", "completed"), ("0.79", "incomplete")])
def test_progress_against_its_threshold_decides_the_completion(measure: str, completion: str) -> None:
    data = {"cmi.completion_threshold": "0.8", "cmi.progress_measure": measure, "cmi.completion_status": "unknown"}

    assert outcome(NEW, PLAIN, data).completion == completion


@pytest.mark.parametrize(("score", "success"), [("0.6", "passed"), ("0.59", "failed")])
def test_the_score_against_the_passing_score_decides_the_success(score: str, success: str) -> None:
    data = {"cmi.scaled_passing_score": "0.6", "cmi.score.scaled": score, "cmi.success_status": "unknown"}

    assert outcome(NEW, PLAIN, data).success == success


def test_without_a_measure_a_threshold_leaves_the_status_unknown() -> None:
    data = {"cmi.completion_threshold": "0.8", "cmi.completion_status": "completed"}

    assert outcome(NEW, PLAIN, data).completion == "unknown"


@pytest.mark.parametrize(("text", "value"), [(None, None), ("", None), ("x", None), ("1e999", None), (" 8.5 ", 8.5), ("-1", -1)])
def test_only_finite_numbers_count(text: str | None, value: float | None) -> None:
    assert number(text) == value
