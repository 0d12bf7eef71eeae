"""What is asked of a course whose standard does not have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import package_importer
from tests.packages.structures import activity, au, cmi5, structure, tincan

ADA = {"objectType": "Agent", "name": "Ada", "account": {"homePage": "https://people.example", "name": "ada"}}
PACKAGES = {"cmi5": cmi5(structure(au())), "tincan": tincan(activity())}


@pytest.fixture(params=["cmi5", "tincan"])
def course(request: pytest.FixtureRequest, catalogue: package_importer.Catalogue, tmp_path: Path) -> str:
    path = tmp_path / "package.zip"
    path.write_bytes(PACKAGES[request.param])
    return catalogue.add(path).id


@pytest.fixture
def registration(api: FlaskClient, course: str) -> str:
    return str(api.post(f"/api/v1/courses/{course}/registrations", json={"actor": ADA}).json["registration"])


def test_an_item_of_a_scorm_course_is_not_waived(api: FlaskClient, fire_safety: str) -> None:
    made = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA}).json["registration"]

    answer = api.post(f"/api/v1/registrations/{made}/waive", json={"item": "any", "reason": "Tested Out"})

    assert (answer.status_code, answer.json["code"], answer.json["standard"]) == (422, "not-of-standard", "scorm12")
    assert "is corrected" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "explanation", None),
        ("GET", "log", None),
        ("GET", "cmi", None),
        ("GET", "attempts", None),
        ("POST", "attempts", {}),
        ("POST", "reset", {"reason": "again"}),
        ("POST", "correct", {"completion": "completed", "reason": "seen"}),
    ],
)
def test_a_course_that_reports_by_itself_says_that_it_has_none_of_scorms_own(
    api: FlaskClient, registration: str, method: str, path: str, body: Any
) -> None:
    answer = api.open(f"/api/v1/registrations/{registration}/{path}", method=method, json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "not-of-standard")
    assert "player" not in answer.json["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_a_course_that_reports_by_itself_has_no_settings(api: FlaskClient, course: str, method: str) -> None:
    body = None if method == "GET" else {"passing_score": 0.5}

    answer = api.open(f"/api/v1/courses/{course}/settings", method=method, json=body)

    assert (answer.status_code, answer.json["code"]) == (422, "not-of-standard")


@pytest.mark.parametrize("player", [True, False])
@pytest.mark.parametrize(("name", "value"), [("attempt", "new"), ("resume", "ask"), ("window", "new")])
def test_a_launch_option_that_would_do_nothing_is_refused(
    api: FlaskClient, registration: str, name: str, value: str, player: bool
) -> None:
    answer = api.post(f"/api/v1/registrations/{registration}/launch", json={name: value, "player": player})

    assert (answer.status_code, answer.json["pointer"], answer.json["found"]) == (400, f"/{name}", value)
