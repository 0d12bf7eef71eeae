"""Tin Can: the launch address, what a launch may say, and what its statements tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from lrs.spec.agents import ifi
from package_importer.course import Course, Item, Standard, Text
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.tincan import TinCan, launch_url, registered
from scorm_runtime.units.attempt import Attempt, Mode, Phase, Plan, Session, Unit
from scorm_runtime.units.conduct import Address, Refusal

REGISTRATION = "6a2b3c4d-0000-4000-8000-00000000000a"
COURSE = "https://lms.example/courses/c"
ADA = {"objectType": "Agent", "name": "Ada Moréau & Co", "mbox": "mailto:ada+1@people.example"}
ADL = "http://adlnet.gov/expapi/verbs/"
A, B, PACKAGE = "https://example.org/a", "https://example.org/b", "https://example.org/package"


def plan(*activities: str, package: str = PACKAGE) -> Plan:
    items = tuple(Item(identifier=one, title=one, launch="a.html") for one in activities or (A,))
    root = Item(identifier=f"{package}#package", title="Course", titles=(Text(language="en", text="Course"),), children=items)
    course = Course(standard=Standard.TIN_CAN, identifier=package, title="Course", root=root)
    return Plan(course=course, activity_id=COURSE, items={item.identifier: item for item in root.walk()})


def session(item: str = A, **values: Any) -> Session:
    given = {"id": "s", "key": "k", "fetch_key": "", "activity": item, "mode": Mode.NORMAL, "address": "a.html"}
    return Session(**{**given, "item": item, "launched": 100.0, "expires": 1000.0, "seen": 100.0, **values})


def attempt(**values: Any) -> Attempt:
    given: dict[str, Any] = {
        "registration": REGISTRATION,
        "store": 1,
        "course": "c",
        "version": 1,
        "actor": ADA,
        "actor_key": ifi(ADA),
    }
    return Attempt(**{**given, **values})


def told(verb: str, about: str = A, *, number: int = 1, **result: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"statement {number}", "actor": ADA, "verb": {"id": ADL + verb}, "object": {"id": about}}
    return {**made, "result": result} if result else made


def judged(where: Plan, *statements: dict[str, Any]) -> tuple[Attempt, list[dict[str, Any]]]:
    """Each in a request of its own; our statements among all that were to be stored."""
    known, said = attempt(sessions={"s": session()}), []
    for statement in statements:
        step = TinCan().judge(where, known, session(), [statement], 160.0)
        known = step.attempt
        said += [dict(one.statement) for one in step.said if one.own]
    return known, said


def verbs(statements: Sequence[dict[str, Any]]) -> list[str]:
    return [statement["verb"]["id"].removeprefix(ADL) for statement in statements]


def test_the_address_has_the_guidelines_parameters_and_keeps_its_own() -> None:
    url = launch_url(
        "play/a%20b.html?own=1&endpoint=old#page", endpoint="https://lrs.example/xapi", auth="Basic YTpi/+=", actor=ADA,
        registration=REGISTRATION, activity_id="https://example.org/a?b=c&d",
    )  # fmt: skip

    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    assert (parts.path, parts.fragment, given.pop("own")) == ("play/a%20b.html", "page", "1")
    assert json.loads(given.pop("actor")) == ADA
    assert given == {
        "endpoint": "https://lrs.example/xapi/",
        "auth": "Basic YTpi/+=",
        "registration": REGISTRATION,
        "activity_id": "https://example.org/a?b=c&d",
    }
    assert "+" not in parts.query


def test_the_address_of_a_session_names_its_activity_and_its_token() -> None:
    parts = Address(endpoint="https://lrs.example/xapi", fetch="", token="abc")

    url = TinCan().address(plan(), attempt(), session(address="https://content.example/a"), parts)

    assert url.startswith("https://content.example/a?endpoint=")
    assert dict(parse_qsl(urlsplit(url).query))["auth"] == "Basic abc"


def test_a_launch_tells_the_course_and_counts() -> None:
    step = TinCan().open(plan(), attempt(), session(), 100.0)

    [said] = step.said
    assert said.own
    assert (said.statement["verb"]["id"], said.statement["object"]["id"]) == (ADL + "launched", COURSE)
    assert said.statement["context"]["registration"] == REGISTRATION
    assert step.attempt.unit(A).attempts == 1


def test_there_are_no_other_modes() -> None:
    with pytest.raises(InvalidRequest):
        TinCan().open(plan(), attempt(), session(mode=Mode.REVIEW), 100.0)


def test_a_session_ends_with_the_time_until_it_was_last_heard() -> None:
    step = TinCan().close(plan(), attempt(units={A: Unit(seconds=5)}), session(seen=130.0), 900.0)

    ended = step.attempt.sessions["s"]
    assert (ended.phase, ended.ended, ended.seconds, step.attempt.unit(A).seconds) == (Phase.TERMINATED, 900.0, 30.0, 35.0)
    assert step.said == ()


@pytest.mark.parametrize(
    ("change", "reason", "pointer"),
    [
        ({"actor": {"mbox": "mailto:eve@people.example"}}, "tincan-actor", "/actor"),
        ({"actor": {"objectType": "Group", "mbox": ADA["mbox"]}}, "tincan-actor", "/actor"),
        ({"actor": "Ada"}, "tincan-actor", "/actor"),
        ({"context": {"registration": REGISTRATION.replace("a", "b")}}, "tincan-registration", "/context/registration"),
        ({"verb": {"id": ADL + "voided"}}, "tincan-voiding", "/verb/id"),
    ],
)
def test_what_a_launch_may_not_say(change: dict[str, Any], reason: str, pointer: str) -> None:
    statements = [told("experienced"), {**told("experienced"), **change}]

    with pytest.raises(Refusal) as refused:
        TinCan().judge(plan(), attempt(), session(), statements, 160.0)

    assert (refused.value.reason, refused.value.at, refused.value.pointer) == (reason, 1, pointer)


def test_a_session_that_is_over_says_and_asks_nothing_more() -> None:
    over = session(phase=Phase.TERMINATED)

    with pytest.raises(Refusal, match="over"):
        TinCan().judge(plan(), attempt(), over, [told("passed")], 160.0)
    with pytest.raises(Refusal, match="over"):
        TinCan().touch(over, "GET", "state", "resume", b"", "")


def test_the_actors_name_may_differ_and_the_registration_be_in_capitals() -> None:
    statement = {**told("passed"), "actor": {"mbox": ADA["mbox"]}, "context": {"registration": REGISTRATION.upper()}}

    known, _ = judged(plan(), statement)

    assert known.unit(A).passed == "statement 1"


def test_a_missing_registration_is_added_but_not_to_what_is_signed() -> None:
    signed = {"id": "x", "attachments": [{"usageType": "http://adlnet.gov/expapi/attachments/signature"}]}

    assert registered({"id": "x"}, REGISTRATION) == {"id": "x", "context": {"registration": REGISTRATION}}
    assert registered({"context": {"platform": "p", "registration": "R"}}, REGISTRATION)["context"]["registration"] == "R"
    assert registered(signed, REGISTRATION) is signed


def test_every_statement_is_stored_as_it_came_but_for_the_registration() -> None:
    step = TinCan().judge(plan(), attempt(), session(), [told("answered", f"{A}/question")], 160.0)

    [said] = step.said
    assert said.statement == {**told("answered", f"{A}/question"), "context": {"registration": REGISTRATION}}
    assert (said.own, said.vital) == (False, False)


def test_what_is_about_something_else_changes_nothing() -> None:
    where, known = plan(), attempt()

    for about in ({"id": f"{A}/slide"}, {"objectType": "Agent", "mbox": "mailto:x@example.org"}, {"id": f"{PACKAGE}#package"}):
        step = TinCan().judge(where, known, session(), [{**told("passed"), "object": about}], 160.0)
        assert step.attempt is known


@pytest.mark.parametrize(
    ("verb", "result", "completion", "success"),
    [
        ("completed", {}, True, None),
        ("completed", {"completion": False}, False, None),
        ("passed", {}, True, True),
        ("mastered", {}, True, True),
        ("failed", {}, False, False),
        ("failed", {"completion": True}, True, False),
        ("experienced", {"completion": True, "success": True}, True, True),
        ("attempted", {}, False, None),
        ("terminated", {"success": False}, False, False),
    ],
)
def test_the_result_is_read_and_else_the_verb(verb: str, result: dict[str, Any], completion: bool, success: bool | None) -> None:
    known, _ = judged(plan(), told(verb, **result))

    unit = known.unit(A)
    assert (bool(unit.completed), bool(unit.passed), bool(unit.failed)) == (completion, success is True, success is False)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"scaled": 0.4}, {"scaled": 0.4}),
        ({"raw": 8, "max": 10}, {"raw": 8, "max": 10, "scaled": 0.8}),
        ({"raw": 15, "min": 10, "max": 20}, {"raw": 15, "min": 10, "max": 20, "scaled": 0.5}),
        ({"raw": 8}, {"raw": 8}),
        ({"raw": 12, "max": 10}, {"raw": 12, "max": 10}),
        ({"raw": "8"}, None),
        ({"raw": True}, None),
        ({"max": 10}, None),
    ],
)
def test_a_score_is_scaled_where_that_can_be_told(given: dict[str, Any], read: dict[str, Any] | None) -> None:
    known, _ = judged(plan(), told("scored", score=given))

    assert known.unit(A).score == read


def test_the_course_says_what_its_only_activity_has_reached() -> None:
    _, said = judged(plan(), told("attempted"), told("passed", number=2, score={"scaled": 0.9}), told("passed", number=3))

    assert verbs(said) == ["completed", "passed"]
    assert [statement["object"]["id"] for statement in said] == [COURSE, COURSE]
    assert said[1]["result"] == {"duration": "PT0S", "completion": True, "success": True, "score": {"scaled": 0.9}}
    assert said[0]["context"]["registration"] == REGISTRATION


def test_what_the_package_says_of_itself_counts_for_the_course() -> None:
    _, said = judged(plan(A, B), told("completed", PACKAGE), told("failed", PACKAGE, number=2, score={"raw": 1, "max": 4}))

    assert verbs(said) == ["completed", "failed"]
    assert said[1]["result"]["score"]["scaled"] == 0.25


def test_several_activities_make_the_course_together() -> None:
    statements = [
        told("passed", A, number=1, score={"scaled": 0.5}),
        told("failed", B, number=2, score={"scaled": 0.0}),
        told("completed", B, number=3),
        told("passed", B, number=4, score={"scaled": 1.0}),
    ]

    _, said = judged(plan(A, B), *statements)

    assert verbs(said) == ["scored", "failed", "completed", "passed"]
    assert said[-1]["result"]["score"] == {"scaled": 0.75}


def test_who_fails_after_passing_has_failed_and_stays_complete() -> None:
    known, said = judged(plan(), told("passed"), told("failed", number=2), told("passed", number=3))

    assert verbs(said) == ["completed", "passed", "failed", "passed"]
    assert len({statement["id"] for statement in said}) == 4
    assert known.unit(A).completed == "statement 1"


def test_a_score_that_comes_alone_is_told() -> None:
    _, said = judged(plan(), told("scored", score={"scaled": 0.5}), told("scored", number=2, score={"scaled": 0.5}))

    assert verbs(said) == ["scored"]


def test_a_statement_without_an_id_gets_one() -> None:
    nameless = {key: value for key, value in told("passed").items() if key != "id"}
    session_ = session(id="11111111-0000-4000-8000-00000000000a")

    step = TinCan().judge(plan(), attempt(), session_, [nameless, nameless], 160.0)

    first, second = (one.id for one in step.said if not one.own)
    assert first != second
    assert step.attempt.unit(A).passed == first


def test_what_is_waived_is_done() -> None:
    step = TinCan().waive(plan(), attempt(), plan().items[A], "waiving", "Tested Out", 160.0)

    assert verbs([dict(one.statement) for one in step.said]) == ["completed", "passed"]
    assert TinCan().met(plan(), step.attempt, plan().items[A])


def test_the_same_statement_twice_tells_nothing_twice() -> None:
    where = plan()
    first = TinCan().judge(where, attempt(), session(), [told("completed")], 160.0)

    second = TinCan().judge(where, first.attempt, session(), [told("completed")], 170.0)

    assert [one.own for one in first.said] == [False, True]
    assert (second.attempt is first.attempt, len(second.said)) == (True, 1)
