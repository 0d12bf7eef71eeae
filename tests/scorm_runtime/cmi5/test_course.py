"""What is said of a course as a whole: passed, failed, scored; each news once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scorm_runtime.cmi5 import course
from scorm_runtime.units.attempt import Attempt, Unit, without
from tests.scorm_runtime.cmi5.test_move_on import au, block, plan

REGISTRATION = "7a8f0f62-3f0c-4f1f-9f0d-2b8f4d7f6c11"
ACTOR = {"account": {"homePage": "https://people.example", "name": "ada"}, "name": "Ada"}
PLAN = plan(block("block", au("one")), au("two"))
FIRST = Unit(completed="1", passed="2", score={"scaled": 0.9}, scored="2", seconds=60)
SECOND = Unit(completed="3", passed="4", score={"scaled": 0.6}, scored="4", seconds=30.5)


def attempt(units: Mapping[str, Unit], *, satisfied: bool = True) -> Attempt:
    told = {"course": "5"} if satisfied else {}
    return Attempt(
        registration=REGISTRATION, store=1, course="c", version=1, actor=ACTOR, actor_key="k", units=units, satisfied=told
    )


def said(before: Attempt) -> tuple[Attempt, list[tuple[str, dict[str, Any]]]]:
    after, news = course.news(PLAN, before, "session", 1000.0)
    return after, [(one.statement["verb"]["display"]["en-US"], one.statement["result"]) for one in news]


def test_a_satisfied_course_of_passed_units_is_passed_with_the_mean_of_their_scores_once() -> None:
    after, told = said(attempt({"one": FIRST, "two": SECOND}))

    assert told == [("passed", {"duration": "PT1M30.5S", "success": True, "score": {"scaled": 0.75}})]
    assert said(after) == (after, [])


def test_nothing_is_said_before_the_course_is_satisfied() -> None:
    assert said(attempt({"one": FIRST}, satisfied=False))[1] == []


def test_a_failed_unit_fails_the_course_again_with_each_failure_until_it_is_passed() -> None:
    first, failed = said(attempt({"one": Unit(failed="6", score={"scaled": 0.1}, scored="6")}, satisfied=False))
    second, again = said(first.with_unit("one", Unit(failed="7", score={"scaled": 0.2}, scored="7")))
    third, quiet = said(second)
    done = second.with_unit("one", FIRST).with_unit("two", SECOND)

    assert failed == [("failed", {"duration": "PT0S", "success": False, "score": {"scaled": 0.1}})]
    assert again == [("failed", {"duration": "PT0S", "success": False, "score": {"scaled": 0.2}})]
    assert (third, quiet) == (second, [])
    assert said(attempt(done.units))[1][0][0] == "passed"


def test_a_score_that_changes_afterwards_is_said() -> None:
    after, _ = said(attempt({"one": FIRST, "two": Unit(completed="3")}))

    told = said(after.with_unit("two", SECOND))[1]

    assert told == [("scored", {"duration": "PT1M30.5S", "success": True, "score": {"scaled": 0.75}})]


def test_units_that_were_waived_count_as_passed_but_their_waiving_alone_passes_no_course() -> None:
    waived = attempt({"one": Unit(waived="8"), "two": Unit(waived="9")})

    assert bool(course.status(PLAN, waived).passed)
    assert said(waived)[1] == []
    assert said(waived.with_unit("two", SECOND))[1][0][0] == "passed"


def test_the_statement_is_an_allowed_one_about_the_course() -> None:
    _, news = course.news(PLAN, attempt({"one": FIRST, "two": SECOND}), "session", 1000.0)
    told = news[0].statement

    assert told["object"]["id"] == "https://a.example/c"
    assert [one["id"] for one in told["context"]["contextActivities"]["category"]] == ["urn:rollbook:standard:cmi5"]
    assert told["context"]["contextActivities"]["grouping"] == [{"id": "course"}]
    assert (news[0].own, told["context"]["registration"], told["timestamp"]) == (True, REGISTRATION, "1970-01-01T00:16:40.000Z")


def test_what_the_store_will_not_have_is_said_again() -> None:
    after, news = course.news(PLAN, attempt({"one": FIRST, "two": SECOND}), "session", 1000.0)

    undone = without(after, [one.id for one in news])

    assert said(undone)[1][0][0] == "passed"
