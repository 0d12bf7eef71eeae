"""A registration looks the same, and an analyst finds the same, whatever the standard of the course."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from rollbook.services import Services
from tests.packages.structures import activity, tincan
from tests.scorm_runtime.units.content import Content, au, block, package

ADL = "http://adlnet.gov/expapi/verbs/"
SCORE = {"scaled": 0.9, "raw": 9, "min": 0, "max": 10}


class Course:
    """One course with a registered learner; `play` leads to completed and passed with 90 %."""

    def __init__(self, client: FlaskClient, content: FlaskClient, package: bytes) -> None:
        self.client, self.content = client, content
        self.id = client.post("/api/v1/courses", data=package, content_type="application/zip").get_json()["id"]
        actor = {
            "objectType": "Agent",
            "name": "Ada",
            "account": {"homePage": "https://people.example", "name": uuid.uuid4().hex},
        }
        made = client.post(f"/api/v1/courses/{self.id}/registrations", json={"actor": actor}).get_json()
        self.registration = made["registration"]

    def launch(self) -> dict[str, Any]:
        launched: dict[str, Any] = self.client.post(f"/api/v1/registrations/{self.registration}/launch", json={}).get_json()
        return launched

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/api/v1/registrations/{self.registration}").get_json()
        return found

    def row(self, resource: str) -> dict[str, Any]:
        [row] = self.client.get(f"/api/v1/{resource}?course={self.id}&registration={self.registration}").get_json()["rows"]
        return dict(row)


def play_scorm(course: Course) -> None:
    path = urlsplit(course.launch()["url"]).path
    opened = course.content.post(path + "state", json={"pending": {}}).get_json()
    changes = {
        "cmi.core.score.raw": "90",
        "cmi.core.score.min": "0",
        "cmi.core.score.max": "100",
        "cmi.core.lesson_status": "passed",
    }
    commits = [{"n": 1, "changes": changes, "age": 0, "elapsed": 1}]
    body = {"window": opened["window"], "run": opened["delivery"]["run"], "commits": commits, "terminated": True}
    answer = course.content.post(path + "navigate", json={**body, "request": {"kind": "exitAll"}, "move": 1})
    assert answer.status_code == 200, answer.text


def play_cmi5(course: Course) -> None:
    content = Content(course.client, course.content, course.launch()).start()
    content.say("initialized").say("completed").say("passed", score=SCORE).say("terminated")


def play_tincan(course: Course) -> None:
    given = {name: values[0] for name, values in parse_qs(urlsplit(course.launch()["url"]).query).items()}
    statement = {
        "actor": {"account": {"homePage": "https://people.example", "name": given["actor"].split('"name":"')[-1].split('"')[0]}},
        "verb": {"id": ADL + "passed"},
        "object": {"id": given["activity_id"]},
        "result": {"score": SCORE, "completion": True, "success": True},
    }
    headers = {"Authorization": given["auth"], "X-Experience-API-Version": "1.0.3"}
    answer = course.client.post(urlsplit(given["endpoint"]).path + "statements", json=statement, headers=headers)
    assert answer.status_code == 200, answer.text


PLAYS: dict[str, Callable[[Course], None]] = {"scorm12": play_scorm, "cmi5": play_cmi5, "tincan": play_tincan}


@pytest.fixture
def courses(
    client: FlaskClient, content_client: FlaskClient, sample_package: Callable[[str], Path], tmp_path: Path
) -> dict[str, Course]:
    packages = {
        "scorm12": sample_package("scorm12-fire-safety").read_bytes(),
        "cmi5": package(tmp_path, block("block", au("one", 'moveOn="CompletedAndPassed"'))).read_bytes(),
        "tincan": tincan(activity(kind="course")),
    }
    return {standard: Course(client, content_client, data) for standard, data in packages.items()}


def shape(value: Any) -> Any:
    """Keys at every level; the longest list decides, and a tree's branches count once."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items() if key not in ("children", "actor", "score", "objectives")}
    if isinstance(value, list):
        return shape(value[0]) if value else []
    return None


def branches(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [tree, *(branch for child in tree.get("children", []) for branch in branches(child))]


def test_the_report_has_the_same_shape_before_and_after(courses: dict[str, Course]) -> None:
    before = {standard: shape(course.report()) for standard, course in courses.items()}
    for standard, play in PLAYS.items():
        play(courses[standard])
    after = {standard: course.report() for standard, course in courses.items()}

    assert before["cmi5"] == before["scorm12"] == before["tincan"]
    assert shape(after["cmi5"]) == shape(after["scorm12"]) == shape(after["tincan"])
    keys = {tuple(sorted(shape(branch))) for report in after.values() for branch in branches(report["tree"])}
    assert len(keys) == 1


@pytest.mark.parametrize("standard", PLAYS)
def test_the_report_tells_what_was_reached(standard: str, courses: dict[str, Course]) -> None:
    course = courses[standard]
    fresh = course.report()

    PLAYS[standard](course)

    told = course.report()
    assert (fresh["state"], fresh["attempts"], fresh["success"], fresh["score"]) == ("not started", 0, "unknown", None)
    assert (told["completion"], told["success"], told["score"]["scaled"], told["attempts"]) == ("completed", "passed", 0.9, 1)
    assert told["completed"] is not None
    assert told["passed"] is not None
    assert told["tree"]["satisfied"] is True


@pytest.mark.parametrize("standard", PLAYS)
def test_the_analyst_finds_the_course(standard: str, courses: dict[str, Course], services: Services) -> None:
    course = courses[standard]

    PLAYS[standard](course)
    services.runtime.flush_outbox(0)
    services.attempts.catch_up()

    completion, score, attempt = (course.row(resource) for resource in ("completions", "scores", "attempts"))
    assert (completion["completion"], completion["success"], completion["status"]) == (True, True, "passed")
    assert (score["score_scaled"], attempt["score_scaled"]) == (0.9, 0.9)
    assert attempt["source"] == ("xapi" if standard == "tincan" else standard)
