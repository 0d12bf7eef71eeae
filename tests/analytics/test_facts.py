"""A statement reduced to flat facts."""

from typing import Any

import pytest

from analytics.facts import actor_key, agent_of, facts, iso, milliseconds, seconds

ADL = "http://adlnet.gov/expapi/verbs/"
LEARNER = {"objectType": "Agent", "name": "Ann", "mbox": "mailto:ann@example.org"}


def statement(**members: Any) -> dict[str, Any]:
    return {
        "id": "11111111-1111-4111-8111-111111111111",
        "actor": LEARNER,
        "verb": {"id": ADL + "experienced"},
        "object": {"id": "https://example.org/a"},
        "timestamp": "2026-01-02T03:04:05.678Z",
        **members,
    }


def test_actor_verb_object_and_time_are_facts() -> None:
    found = facts(statement())

    assert found == {
        "id": "11111111-1111-4111-8111-111111111111",
        "timestamp": 1767323045678,
        "actor_key": "mailto:ann@example.org",
        "actor_name": "Ann",
        "verb": ADL + "experienced",
        "object": "https://example.org/a",
        "object_kind": "Activity",
        "source": "xapi",
    }


@pytest.mark.parametrize(
    ("verb", "completion", "success"),
    [
        (ADL + "completed", True, None),
        (ADL + "passed", None, True),
        (ADL + "failed", None, False),
        ("https://w3id.org/xapi/adl/verbs/waived", True, True),
        ("https://w3id.org/xapi/adl/verbs/satisfied", True, None),
        ("http://activitystrea.ms/schema/1.0/complete", True, None),
        (ADL + "experienced", None, None),
    ],
)
def test_a_verb_tells_the_outcome_when_the_result_is_silent(verb: str, completion: bool | None, success: bool | None) -> None:
    found = facts(statement(verb={"id": verb}))

    assert (found.get("completion"), found.get("success")) == (completion, success)


def test_a_result_wins_over_the_verb() -> None:
    found = facts(statement(verb={"id": ADL + "completed"}, result={"completion": False, "success": True}))

    assert found["completion"] is False
    assert found["success"] is True


def test_a_raw_score_with_a_range_gives_a_scaled_one() -> None:
    found = facts(statement(result={"score": {"raw": 15, "min": 10, "max": 20}}))

    assert found["score_scaled"] == 0.5
    assert (found["score_raw"], found["score_min"], found["score_max"]) == (15.0, 10.0, 20.0)


def test_a_reported_scaled_score_is_kept() -> None:
    found = facts(statement(result={"score": {"scaled": 0.9, "raw": 15, "min": 10, "max": 20}}))

    assert found["score_scaled"] == 0.9


@pytest.mark.parametrize(
    ("agent", "key"),
    [
        ({"mbox": "mailto:ann@example.org"}, "mailto:ann@example.org"),
        ({"mbox_sha1sum": "ab" * 20}, "sha1:" + "ab" * 20),
        ({"openid": "https://id.example.org/ann"}, "openid:https://id.example.org/ann"),
        ({"account": {"homePage": "https://x.example", "name": "7"}}, "account:https://x.example|7"),
        ({"name": "nobody"}, None),
    ],
)
def test_each_identifier_has_its_key(agent: dict[str, Any], key: str | None) -> None:
    assert actor_key(agent) == key


@pytest.mark.parametrize(
    "agent",
    [
        {"mbox": "mailto:ann@example.org"},
        {"mbox_sha1sum": "ab" * 20},
        {"openid": "https://id.example.org/ann"},
        {"account": {"homePage": "https://x.example", "name": "7|8"}},
    ],
)
def test_a_key_gives_its_agent_back(agent: dict[str, Any]) -> None:
    assert agent_of(actor_key(agent) or "") == agent


def test_a_group_key_gives_no_agent() -> None:
    assert agent_of("group:0123") is None


def test_an_anonymous_group_is_known_by_its_members_in_any_order() -> None:
    ann, bob = {"mbox": "mailto:ann@example.org"}, {"mbox": "mailto:bob@example.org"}

    one = actor_key({"objectType": "Group", "member": [ann, bob]})
    other = actor_key({"objectType": "Group", "member": [bob, ann]})

    assert one == other
    assert one is not None
    assert one.startswith("group:")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT8H30M", 30600.0),
        ("P1DT1S", 86401.0),
        ("PT0.5S", 0.5),
        ("PT1,25S", 1.25),
        ("P2W", 1209600.0),
        ("P1Y1M", 34128000.0),
        ("PT", None),
        ("P10001Y", None),
        ("P" + "9" * 400 + "Y", None),
        ("P", None),
        ("8 minutes", None),
    ],
)
def test_durations_are_seconds(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T01:00:00.5+0100", 500),
        ("1970-01-01T00:00:00.123456789Z", 123),
        ("1970-01-01t00:00:00z", 0),
        ("1969-12-31T23:59:59.250Z", -750),
        ("1970-01-01T00:00:60Z", 59000),
        ("1970-01-01T00:00:00", 0),
        ("1970-13-01T00:00:00Z", None),
        ("yesterday", None),
        (7, None),
    ],
)
def test_times_are_utc_milliseconds(text: object, expected: int | None) -> None:
    assert milliseconds(text) == expected


def test_a_time_is_written_in_utc_with_milliseconds() -> None:
    assert iso(1767323045678) == "2026-01-02T03:04:05.678Z"
    assert iso(-750) == "1969-12-31T23:59:59.250Z"


@pytest.mark.parametrize(
    ("category", "source"),
    [
        ("https://w3id.org/xapi/cmi5/context/categories/cmi5", "cmi5"),
        ("https://w3id.org/xapi/scorm", "scorm2004"),
        ("http://id.tincanapi.com/recipe/scorm-to-tin-can/scorm12", "scorm12"),
        ("https://example.org/profile", "xapi"),
    ],
)
def test_the_categories_tell_the_standard(category: str, source: str) -> None:
    found = facts(statement(context={"contextActivities": {"category": [{"id": category}]}}))

    assert found["source"] == source


def test_context_is_flat_and_an_attempt_activity_is_no_grouping() -> None:
    attempt = {"id": "https://example.org/a?attempt=1", "definition": {"type": "http://adlnet.gov/expapi/activities/attempt"}}
    context = {
        "registration": "0000AAAA-1111-4111-8111-111111111111",
        "platform": "Rollbook",
        "language": "fr",
        "contextActivities": {"parent": {"id": "https://example.org/p"}, "grouping": [{"id": "https://example.org/g"}, attempt]},
    }

    found = facts(statement(context=context))

    assert found["registration"] == "0000aaaa-1111-4111-8111-111111111111"
    assert found["parent"] == ["https://example.org/p"]
    assert found["grouping"] == ["https://example.org/g"]
    assert found["attempt"] == "https://example.org/a?attempt=1"
    assert (found["platform"], found["language"]) == ("Rollbook", "fr")


def test_an_interaction_is_a_question() -> None:
    definition = {
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "interactionType": "choice",
        "name": {"de": "Frage", "en-GB": "Question"},
    }

    found = facts(statement(object={"id": "https://example.org/q", "definition": definition}, result={"response": "b"}))

    assert found["question"] is True
    assert (found["interaction_type"], found["response"], found["object_name"]) == ("choice", "b", "Question")


@pytest.mark.parametrize(
    "thing",
    [
        {"objectType": "StatementRef", "id": "22222222-2222-4222-8222-222222222222"},
        {"objectType": "Agent", "mbox": "mailto:bob@example.org"},
        {
            "objectType": "SubStatement",
            "actor": LEARNER,
            "verb": {"id": ADL + "passed"},
            "object": {"id": "https://example.org/b"},
        },
    ],
)
def test_other_objects_keep_their_kind(thing: dict[str, Any]) -> None:
    assert facts(statement(object=thing))["object_kind"] == thing["objectType"]


def test_numbers_beyond_floating_point_are_left_out() -> None:
    assert "score_raw" not in facts(statement(result={"score": {"raw": 10**400}}))
