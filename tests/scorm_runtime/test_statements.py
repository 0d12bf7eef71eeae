"""Events as statements of ADL's SCORM profile; each must pass the LRS's own validation."""

from __future__ import annotations

import pytest

from lrs.spec import schema
from package_importer.course import Standard
from scorm_runtime.events import Event, Interaction, Score
from scorm_runtime.statements import Subject, duration, statement
from tests.scorm_runtime.courses import course, sco

REGISTRATION = "4d3b2c1a-0000-4000-8000-000000000001"
COURSE = "https://rollbook.example/courses/c1"


def subject(standard: Standard = Standard.SCORM_2004) -> Subject:
    made = course(sco("one & two"), standard=standard)
    items = {item.identifier: item for item in made.root.walk()}
    actor = {"objectType": "Agent", "account": {"homePage": "https://people.example", "name": "ada"}}
    return Subject(registration=REGISTRATION, actor=actor, activity_id=COURSE, course=made, items=items)


QUESTION = Interaction(
    id="urn:q 1",
    type="choice",
    response="a[,]b",
    result="correct",
    patterns=("a[,]b",),
    latency="PT12.5S",
    description="{lang=fr}Laquelle ?",
)
EVENTS = [
    Event(verb="launched", time=1.0),
    Event(verb="initialized", item="one & two", time=1.0),
    Event(verb="resumed", item="one & two", time=1.0),
    Event(verb="responded", item="one & two", time=1.0, interaction=QUESTION),
    Event(verb="responded", item="one & two", time=1.0, interaction=Interaction(id="q2", type=None, response=None, result="3.5")),
    Event(verb="completed", item="one & two", time=1.0, completion=True, score=Score(scaled=0.5, raw=5.0, min=0.0, max=10.0)),
    Event(verb="passed", time=1.0, success=True, score=Score(scaled=-2.0, raw=50.0, min=100.0, max=0.0), duration=61.0),
    Event(verb="failed", item="one & two", objective="obj 1", time=1.0, success=False),
    Event(verb="scored", item="one & two", objective="", time=1.0, score=Score(raw=200.0, min=0.0, max=100.0)),
    Event(verb="commented", item="one & two", time=1.0, comment="{lang=en}Good"),
    Event(verb="suspended", item="one & two", time=1.0, completion=False, duration=0.0),
    Event(verb="terminated", item="one & two", time=1.0, completion=True, success=True, duration=3723.456),
    Event(
        verb="responded", item="one & two", time=1.0, interaction=Interaction(id="q3", type=None, response=None, result="1e400")
    ),
]


@pytest.mark.parametrize("standard", [Standard.SCORM_12, Standard.SCORM_2004])
@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.verb}-{event.item}-{event.objective}")
def test_every_event_makes_a_valid_statement(event: Event, version: str, standard: Standard) -> None:
    schema.check(statement(subject(standard), 1, event), version)


def test_ids_are_the_same_each_time_and_differ_between_events() -> None:
    first = statement(subject(), 1, EVENTS[0])
    again = statement(subject(), 1, EVENTS[0])
    second = statement(subject(), 2, EVENTS[0])

    assert first == again
    assert first["id"] != second["id"]


def test_a_statement_names_profile_course_and_attempt() -> None:
    made = statement(subject(), 1, EVENTS[1])

    context = made["context"]
    assert context["registration"] == REGISTRATION
    assert context["contextActivities"]["category"][0]["id"] == "https://w3id.org/xapi/scorm"
    grouping = context["contextActivities"]["grouping"]
    assert grouping[0]["id"] == COURSE
    assert grouping[1]["id"].startswith(f"{COURSE}/items/one%20%26%20two?attemptId=")
    assert [one["definition"]["type"].rsplit("/", 1)[1] for one in grouping] == ["course", "attempt"]
    assert made["object"]["id"] == f"{COURSE}/items/one%20%26%20two"
    assert made["object"]["definition"]["type"] == "http://adlnet.gov/expapi/activities/lesson"


def test_an_answer_carries_response_success_time_and_the_right_answer() -> None:
    made = statement(subject(), 1, EVENTS[3])

    assert made["verb"]["id"] == "http://adlnet.gov/expapi/verbs/responded"
    assert made["result"] == {"response": "a[,]b", "success": True, "duration": "PT12.5S"}
    assert made["object"]["definition"] == {
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "interactionType": "choice",
        "correctResponsesPattern": ["a[,]b"],
        "description": {"fr": "Laquelle ?"},
    }
    assert made["context"]["contextActivities"]["parent"][0]["id"] == f"{COURSE}/items/one%20%26%20two"


def test_score_bounds_that_xapi_forbids_are_left_out() -> None:
    impossible = statement(subject(), 1, EVENTS[6])["result"]["score"]
    beyond = statement(subject(), 1, EVENTS[8])["result"]["score"]

    assert impossible == {"raw": 50.0}
    assert beyond == {"raw": 200.0, "min": 0.0}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (0.004, "PT0S"), (59.999, "PT1M"), (61, "PT1M1S"), (3600, "PT1H"), (3723.456, "PT1H2M3.46S"), (-5, "PT0S")],
)
def test_durations_have_hundredths_of_a_second(seconds: float, text: str) -> None:
    assert duration(seconds) == text
