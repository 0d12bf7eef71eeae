"""What the figures make of the runtime's own statements: event, statement, facts, row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analytics import attempts
from analytics.attempts import Folded, Row
from analytics.facts import facts
from package_importer.course import Standard
from scorm_runtime import attempt as way
from scorm_runtime import openings
from scorm_runtime.memory import Attempt, Plan, Step
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.statements import Subject, item_iri, statement
from tests.scorm_runtime.courses import TEST, course, plan, sco, sets, unopened

COURSE = "https://rollbook.example/courses/c1"
QUIZ = item_iri(COURSE, "quiz")
NEW = plan(course(sco("quiz", TEST)))
OLD = plan(course(replace(sco("quiz"), mastery_score=70.0), standard=Standard.SCORM_12))
PAIR = plan(course(sco("page", TEST), sco("quiz", TEST)))


def rows(of: Plan, steps: Iterable[Step]) -> dict[str, Row]:
    """By activity."""
    actor = {"mbox": "mailto:ada@example.org"}
    registration = "4d3b2c1a-0000-4000-8000-000000000001"
    subject = Subject(registration=registration, actor=actor, activity_id=COURSE, course=of.course, items=of.items)
    events = [event for step in steps for event in step.events]
    made: dict[str, Row] = {}
    for number, event in enumerate(events, start=1):
        found = facts(statement(subject, number, event))
        key = attempts.key(found)
        assert key is not None
        made[key.activity] = attempts.fold(made.get(key.activity, attempts.empty(key)), [Folded(number, found)])
    return made


def tried(of: Plan, attempt: Attempt, **values: str) -> tuple[Step, Step, Step]:
    """The quiz opened, done and left."""
    opened = way.open_window(of, attempt, 100.0)
    done = way.finish(of, opened.attempt, opened.attempt.number, [sets(1, **values)], 160.0)
    return opened, done, way.navigate(of, done.attempt, Request(kind=Kind.EXIT_ALL), 170.0)


def test_who_fails_once_has_one_failure() -> None:
    steps = tried(NEW, unopened(NEW), score__scaled="0.5", completion_status="completed")

    made = rows(NEW, steps)

    assert [(made[one]["status"], made[one]["failures"], made[one]["attempts"]) for one in (COURSE, QUIZ)] == [
        ("failed", 1, 1)
    ] * 2


def test_a_second_attempt_is_counted_and_so_is_its_failure() -> None:
    first = tried(NEW, unopened(NEW), score__scaled="0.5", completion_status="completed")
    second = tried(NEW, openings.afresh(NEW, first[-1].attempt, 1), score__scaled="0.6", completion_status="completed")

    made = rows(NEW, [*first, *second])

    assert [(made[one]["failures"], made[one]["attempts"]) for one in (COURSE, QUIZ)] == [(2, 2)] * 2


def test_who_missed_the_mastery_score_has_not_passed_whatever_the_sco_says() -> None:
    made = rows(OLD, tried(OLD, unopened(OLD), core__score__raw="60", core__lesson_status="passed"))

    found = [
        (made[one]["status"], made[one]["success"], made[one]["failures"], "passed_at" in made[one]) for one in (COURSE, QUIZ)
    ]
    assert found == [("failed", False, 1, False)] * 2


def test_time_spent_on_the_course_is_that_of_all_its_parts() -> None:
    saying = {"score__scaled": "0.9", "completion_status": "completed", "session_time": "PT1M30S"}
    opened = way.open_window(PAIR, unopened(PAIR), 100.0)
    first = way.finish(PAIR, opened.attempt, 1, [sets(1, **saying)], 101.0)
    on = way.navigate(PAIR, first.attempt, Request(kind=Kind.CONTINUE), 101.0)
    said = way.commit(PAIR, on.attempt, 2, [sets(1, **saying)], 102.0)
    last = way.finish(PAIR, said.attempt, 2, [], 103.0)

    made = rows(PAIR, [opened, first, on, said, last])

    assert made[COURSE]["duration_s"] == last.attempt.seconds == 180.0
