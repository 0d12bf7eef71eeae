"""What is decided for a course, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from scorm_runtime.overrides import TABLE


def test_every_setting_has_a_value_and_says_where_it_comes_from(api: FlaskClient, fire_safety: str) -> None:
    answer = api.get(f"/api/v1/courses/{fire_safety}/settings")

    assert answer.status_code == 200
    assert set(answer.json["settings"]) == set(TABLE)
    assert {row["source"] for row in answer.json["settings"].values()} <= {"package", "server", "default"}
    assert all(row["help"] for row in answer.json["settings"].values())
    assert (answer.json["changed"], answer.json["by"]) == (None, None)


def test_the_packages_own_passing_score_is_shown(api: FlaskClient, fire_safety: str, data_protection: str) -> None:
    old = api.get(f"/api/v1/courses/{fire_safety}/settings").json
    new = api.get(f"/api/v1/courses/{data_protection}/settings").json

    assert (old["settings"]["passing_score"]["value"], old["settings"]["passing_score"]["source"]) == (0.8, "package")
    assert [row["passing_score"]["source"] for row in new["items"].values()] == ["package"]


def test_put_decides_and_forgets_what_it_does_not_name(api: FlaskClient, fire_safety: str) -> None:
    api.put(f"/api/v1/courses/{fire_safety}/settings", json={"passing_score": 0.6, "max_attempts": 3})

    answer = api.put(f"/api/v1/courses/{fire_safety}/settings", json={"max_attempts": 2}).json

    assert (answer["settings"]["max_attempts"]["value"], answer["settings"]["max_attempts"]["source"]) == (2, "course")
    assert (answer["settings"]["passing_score"]["value"], answer["settings"]["passing_score"]["source"]) == (0.8, "package")
    assert answer["by"] == "test"


def test_patch_keeps_the_rest_and_null_takes_back(api: FlaskClient, fire_safety: str) -> None:
    api.put(f"/api/v1/courses/{fire_safety}/settings", json={"passing_score": 0.6, "max_attempts": 3})

    answer = api.patch(f"/api/v1/courses/{fire_safety}/settings", json={"max_attempts": None, "credit": False}).json

    assert answer["settings"]["passing_score"]["value"] == 0.6
    assert (answer["settings"]["max_attempts"]["value"], answer["settings"]["max_attempts"]["source"]) == (None, "default")
    assert (answer["settings"]["credit"]["value"], answer["settings"]["credit"]["source"]) == (False, "course")


def test_a_course_overrules_the_server(api: FlaskClient, fire_safety: str) -> None:
    before = api.get(f"/api/v1/courses/{fire_safety}/settings").json["settings"]["mastery_override"]

    after = api.patch(f"/api/v1/courses/{fire_safety}/settings", json={"mastery_override": False}).json["settings"]

    assert (before["value"], before["source"]) == (True, "server")
    assert (after["mastery_override"]["value"], after["mastery_override"]["source"]) == (False, "course")
    assert after["mastery_override"]["server"] is True


def test_a_single_item_can_be_decided_about(api: FlaskClient, data_protection: str) -> None:
    body = {"item_completion_rule": "on_exit", "items": {"test": {"item_completion_rule": "when_passed", "passing_score": 0.5}}}

    answer = api.put(f"/api/v1/courses/{data_protection}/settings", json=body).json

    assert answer["items"]["test"]["item_completion_rule"] == {"value": "when_passed", "source": "item"}
    assert answer["items"]["test"]["passing_score"]["value"] == 0.5


def test_settings_hold_for_a_new_version_of_the_course(
    api: FlaskClient, fire_safety: str, catalogue: Any, sample_package: Any
) -> None:
    api.put(f"/api/v1/courses/{fire_safety}/settings", json={"max_attempts": 2})

    catalogue.add(sample_package("scorm2004-data-protection"), course_id=fire_safety)

    answer = api.get(f"/api/v1/courses/{fire_safety}/settings").json
    assert (answer["version"], answer["settings"]["max_attempts"]["value"]) == (2, 2)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"passing_score": 80}, "/passing_score"),
        ({"passing_score": "0.8"}, "/passing_score"),
        ({"max_attempts": 1.5}, "/max_attempts"),
        ({"max_attempts": 0}, "/max_attempts"),
        ({"credit": "yes"}, "/credit"),
        ({"completion_rule": "sometimes"}, "/completion_rule"),
        ({"colour": "red"}, "/colour"),
        ({"items": ["test"]}, "/items"),
        ({"items": {"nothing": {}}}, "/items/nothing"),
        ({"items": {"test": 0.5}}, "/items/test"),
        ({"items": {"test": {"max_attempts": 2}}}, "/items/test/max_attempts"),
    ],
)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_broken_setting_says_where_and_changes_nothing(
    api: FlaskClient, data_protection: str, method: str, body: dict[str, Any], pointer: str
) -> None:
    answer = api.open(f"/api/v1/courses/{data_protection}/settings", method=method, json=body)

    assert (answer.status_code, answer.json["pointer"]) == (400, pointer)
    assert api.get(f"/api/v1/courses/{data_protection}/settings").json["changed"] is None


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_an_unknown_course_is_404(api: FlaskClient, method: str) -> None:
    assert api.open("/api/v1/courses/nothing/settings", method=method, json={}).status_code == 404


def test_unknown_parameters_are_refused(api: FlaskClient, fire_safety: str) -> None:
    assert api.get(f"/api/v1/courses/{fire_safety}/settings?all=true").status_code == 400
