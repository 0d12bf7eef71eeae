"""cmi5 6.3, 9.1 to 9.7, 10.2, 11: which statements a session takes, and the reason for each that it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from package_importer.course import AssignableUnit
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.cmi5.session import judge
from scorm_runtime.units.attempt import Mode, Phase, Session, Unit
from scorm_runtime.units.conduct import Refusal
from tests.scorm_runtime.cmi5.judging import AU, PUBLISHER, bounds, session, statement

Change = Callable[[dict[str, Any]], object]
ROOT = Path(__file__).resolve().parents[3]


def result(**values: Any) -> Change:
    return lambda made: made.setdefault("result", {}).update(values)


def without(part: str, *path: str) -> Change:
    def change(made: dict[str, Any]) -> None:
        for step in path:
            made = made[step]
        del made[part]

    return change


def category(*ids: str) -> Change:
    return lambda made: made["context"]["contextActivities"].update(category=[{"id": one} for one in ids])


def extension(name: str, value: Any) -> Change:
    return lambda made: made["context"]["extensions"].update({name: value})


ADL = "http://adlnet.gov/expapi/verbs/"
OTHER = {"account": {"homePage": "https://people.example", "name": "eve"}}
GROUPED = {"id": "https://other.example"}
REFUSED: list[tuple[str, str, str, Change]] = [
    ("id-missing", "9.1", "allowed", without("id")),
    ("timestamp-missing", "9.7", "allowed", without("timestamp")),
    ("timestamp-not-utc", "9.7", "allowed", lambda made: made.update(timestamp="2027-01-15T08:00:00+02:00")),
    ("timestamp-not-utc", "9.7", "allowed", lambda made: made.update(timestamp="2027-01-15T08:00:00")),
    ("voiding", "6.3", "allowed", lambda made: made["verb"].update(id=ADL + "voided")),
    ("actor-not-agent", "9.2", "allowed", lambda made: made["actor"].update(objectType="Group")),
    ("actor-differs", "9.2", "allowed", lambda made: made.update(actor=OTHER)),
    ("actor-differs", "9.2", "passed", lambda made: made.update(actor={"mbox": "mailto:ada@people.example"})),
    ("context-missing", "9.6", "allowed", without("context")),
    ("registration-differs", "9.6.1", "allowed", without("registration", "context")),
    ("registration-differs", "9.6.1", "allowed", lambda made: made["context"].update(registration=made["id"])),
    ("session-differs", "9.6.3.1", "allowed", without("extensions", "context")),
    ("session-differs", "9.6.3.1", "allowed", extension(vocabulary.SESSION_ID, "another")),
    ("grouping-missing", "10.2.1", "allowed", without("grouping", "context", "contextActivities")),
    ("grouping-missing", "10.2.1", "completed", lambda made: made["context"]["contextActivities"].update(grouping=[GROUPED])),
    ("verb-not-defined", "9.3", "allowed", category(vocabulary.CMI5)),
    ("verb-not-defined", "9.3", "launched", lambda made: made),
    ("verb-not-defined", "9.3", "satisfied", lambda made: made),
    ("moveon-category", "9.6.2.2", "allowed", category(vocabulary.MOVE_ON)),
    ("moveon-category", "9.6.2.2", "completed", category(vocabulary.CMI5)),
    ("moveon-category", "9.6.2.2", "terminated", category(vocabulary.CMI5, vocabulary.MOVE_ON)),
    ("object-differs", "9.4", "completed", lambda made: made.update(object={"id": PUBLISHER})),
    ("object-differs", "9.4", "completed", lambda made: made.update(object={"objectType": "Agent", **OTHER})),
    ("completion", "9.5.3", "completed", without("completion", "result")),
    ("completion", "9.5.3", "completed", result(completion=False)),
    ("completion", "9.5.3", "passed", result(completion=True)),
    ("completion", "9.5.3", "terminated", result(completion=False)),
    ("success", "9.5.2", "passed", without("success", "result")),
    ("success", "9.5.2", "passed", result(success=False)),
    ("success", "9.5.2", "failed", result(success=True)),
    ("success", "9.5.2", "completed", result(success=True)),
    ("score", "9.5.1", "completed", result(score={"scaled": 1})),
    ("score", "9.5.1", "terminated", result(score={"scaled": 1})),
    ("score-bounds", "9.5.1", "passed", result(score={"scaled": 0.9, "raw": 9, "max": 10})),
    ("score-bounds", "9.5.1", "passed", result(score={"scaled": 0.9, "raw": 9, "min": 0})),
    ("score-scaled", "9.5.1", "failed", result(score={"scaled": -0.1})),
    ("score-scaled", "9.5.1", "passed", result(score={"scaled": 1.01})),
    ("duration", "9.5.4.1", "terminated", without("result")),
    ("duration", "9.5.4.1", "completed", without("duration", "result")),
    ("duration", "9.5.4.1", "passed", without("duration", "result")),
    ("duration", "9.5.4.1", "failed", without("duration", "result")),
    ("mastery-score", "9.6.3.2", "passed", without(vocabulary.MASTERY_SCORE, "context", "extensions")),
    ("mastery-score", "9.6.3.2", "passed", extension(vocabulary.MASTERY_SCORE, 0.7)),
    ("mastery-score", "9.6.3.2", "failed", extension(vocabulary.MASTERY_SCORE, "0.8")),
    ("passed-below-mastery", "9.3.4", "passed", result(score={"scaled": 0.7999})),
    ("failed-at-mastery", "9.3.5", "failed", result(score={"scaled": 0.8})),
]
BEFORE: list[tuple[str, str, str, Session, Unit]] = [
    ("preferences-not-read", "11", "initialized", session(preferences=False, phase=Phase.LAUNCHED, said={}), Unit()),
    ("not-initialized", "9.3", "allowed", session(phase=Phase.LAUNCHED, said={}), Unit()),
    ("not-initialized", "9.3", "completed", session(phase=Phase.LAUNCHED, said={}), Unit()),
    ("not-initialized", "9.3", "terminated", session(phase=Phase.LAUNCHED, said={}), Unit()),
    ("session-ended", "9.3", "allowed", session(phase=Phase.TERMINATED), Unit()),
    ("session-ended", "9.3", "initialized", session(phase=Phase.ABANDONED, said={}), Unit()),
    ("repeated", "9.3", "initialized", session(), Unit()),
    ("repeated", "9.3", "failed", session(said={"initialized": "1", "failed": "2"}), Unit(failed="2")),
    ("passed-and-failed", "9.3", "passed", session(said={"initialized": "1", "failed": "2"}), Unit(failed="2")),
    ("passed-and-failed", "9.3", "failed", session(said={"initialized": "1", "passed": "2"}), Unit(passed="2")),
    ("completed-before", "9.3.3", "completed", session(), Unit(completed="2")),
    ("passed-before", "9.3.4", "passed", session(), Unit(passed="2")),
    ("failed-after-passed", "9.3.5", "failed", session(), Unit(passed="2")),
    ("mode", "10.2.2", "completed", session(mode=Mode.BROWSE), Unit()),
    ("mode", "10.2.2", "passed", session(mode=Mode.REVIEW), Unit()),
    ("mode", "10.2.2", "failed", session(mode=Mode.BROWSE), Unit()),
]


@pytest.mark.parametrize(("reason", "requirement", "verb", "change"), REFUSED)
def test_a_statement_that_breaks_a_rule_is_refused_with_its_reason(
    reason: str, requirement: str, verb: str, change: Change
) -> None:
    with pytest.raises(Refusal) as refusal:
        judge(bounds(), session(), Unit(), statement(verb, change), 1060.0)

    assert (refusal.value.reason, refusal.value.requirement) == (reason, requirement)


@pytest.mark.parametrize(("reason", "requirement", "verb", "before", "unit"), BEFORE)
def test_a_statement_that_comes_at_the_wrong_time_is_refused_with_its_reason(
    reason: str, requirement: str, verb: str, before: Session, unit: Unit
) -> None:
    with pytest.raises(Refusal) as refusal:
        judge(bounds(), before, unit, statement(verb), 1060.0)

    assert (refusal.value.reason, refusal.value.requirement) == (reason, requirement)


def test_every_reason_has_a_row_here_and_in_the_documentation() -> None:
    text = (ROOT / "scorm_runtime/cmi5/session.py").read_text()

    reasons = set(re.findall(r'Refusal\(\s*"([a-z-]+)"', text))

    assert reasons == {row[0] for row in (*REFUSED, *BEFORE)}
    assert [one for one in sorted(reasons) if f"`{one}`" not in (ROOT / "docs/cmi5.md").read_text()] == []


@pytest.mark.parametrize("verb", ["completed", "passed", "failed", "terminated", "allowed"])
def test_statements_as_they_should_be_are_taken(verb: str) -> None:
    assert judge(bounds(), session(), Unit(), statement(verb), 1060.0).known is False


@pytest.mark.parametrize("mode", list(Mode))
def test_initialized_and_terminated_belong_to_every_mode(mode: Mode) -> None:
    first = judge(bounds(), session(mode=mode, phase=Phase.LAUNCHED, said={}), Unit(), statement("initialized"), 1000.0)

    last = judge(bounds(), session(mode=mode), Unit(), statement("terminated"), 1060.0)

    assert (first.session.phase, last.session.phase) == (Phase.INITIALIZED, Phase.TERMINATED)
    assert (last.session.seconds, last.unit.seconds) == (90.0, 90.0)


def test_a_mastery_score_of_zero_counts() -> None:
    zero = bounds(AssignableUnit(url="a.html", mastery_score=0.0))

    with pytest.raises(Refusal) as refusal:
        judge(zero, session(), Unit(), statement("passed"), 1060.0)
    taken = judge(zero, session(), Unit(), statement("passed", extension(vocabulary.MASTERY_SCORE, 0)), 1060.0)

    assert refusal.value.reason == "mastery-score"
    assert taken.unit.passed


@pytest.mark.parametrize("verb", ["passed", "failed"])
def test_a_score_that_only_arithmetic_keeps_from_the_mastery_score_is_taken_as_either(verb: str) -> None:
    taken = judge(bounds(), session(), Unit(), statement(verb, result(score={"scaled": 0.7999999999})), 1060.0)

    assert taken.verb == verb


def test_without_a_mastery_score_content_judges_by_itself() -> None:
    free = bounds(AssignableUnit(url="a.html"))

    taken = judge(free, session(), Unit(), statement("passed", result(score={"scaled": 0.1})), 1060.0)

    assert taken.unit.score == {"scaled": 0.1}


def test_failed_may_be_said_again_in_another_session_and_passed_after_it() -> None:
    again = judge(bounds(), session(), Unit(failed="1"), statement("failed"), 1060.0)
    passed = judge(bounds(), session(), again.unit, statement("passed"), 1120.0)

    assert (passed.unit.passed, passed.unit.score) == (
        "00000000-0000-4000-8000-0000000000aa",
        {"scaled": 0.9, "raw": 9.0, "min": 0.0, "max": 10.0},
    )


@pytest.mark.parametrize("phase", list(Phase))
def test_a_statement_that_was_taken_is_known_again_by_its_id(phase: Phase) -> None:
    told = statement("terminated")

    verdict = judge(bounds(), session(phase=phase, said={"terminated": told["id"]}), Unit(), told, 1060.0)

    assert verdict.known


def test_an_allowed_statement_changes_nothing_whatever_its_verb_and_result() -> None:
    before = session()
    told = statement("allowed", result(completion=True, success=True, score={"scaled": -1}))
    told["verb"]["id"] = "https://w3id.org/xapi/video/verbs/initialized"

    verdict = judge(bounds(), before, Unit(), told, 1060.0)

    assert (verdict.session is before, verdict.verb) == (True, None)


def test_a_lone_activity_is_a_context_activity_too() -> None:
    told = statement("allowed", lambda made: made["context"]["contextActivities"].update(grouping={"id": PUBLISHER}))

    assert judge(bounds(AU), session(), Unit(), told, 1060.0).verb is None
