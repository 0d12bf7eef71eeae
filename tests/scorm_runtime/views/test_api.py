"""Registrations and launches over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

ADA = {"objectType": "Agent", "name": "Ada", "account": {"homePage": "https://people.example", "name": "ada"}}
UUID = "4d3b2c1a-0000-4000-8000-000000000001"


@pytest.fixture
def registered(api: FlaskClient, fire_safety: str) -> str:
    answer = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA})
    registration: str = answer.json["registration"]
    return registration


def test_registering_twice_gives_the_same_registration(api: FlaskClient, fire_safety: str) -> None:
    first = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA})
    second = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert first.json["course"] == fire_safety
    assert first.headers["Location"] == f"/api/v1/registrations/{first.json['registration']}"


def test_the_caller_may_name_the_registration(api: FlaskClient, fire_safety: str) -> None:
    first = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA, "registration": UUID.upper()})
    second = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA, "registration": UUID})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["registration"] == UUID


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/actor"),
        ({"actor": {"objectType": "Agent", "name": "Nobody"}}, "/actor"),
        ({"actor": {"mbox": "ada@people.example"}}, "/actor/mbox"),
        ({"actor": {"objectType": "Group", "mbox": "mailto:all@people.example"}}, "/actor/objectType"),
        ({"actor": ADA, "registration": "one"}, "/registration"),
        ({"actor": ADA, "group": "x"}, "/group"),
    ],
)
def test_a_broken_registration_says_where(api: FlaskClient, fire_safety: str, body: dict[str, Any], pointer: str) -> None:
    answer = api.post(f"/api/v1/courses/{fire_safety}/registrations", json=body)

    assert answer.status_code == 400
    assert answer.json["pointer"] == pointer
    assert answer.json["rule"]


def test_an_unknown_course_is_404(api: FlaskClient) -> None:
    assert api.post("/api/v1/courses/nothing/registrations", json={"actor": ADA}).status_code == 404


def test_a_launch_gives_a_link_that_opens_the_player(api: FlaskClient, player: FlaskClient, registered: str) -> None:
    answer = api.post(f"/api/v1/registrations/{registered}/launch", json={})

    assert answer.status_code == 200
    assert set(answer.json) == {"url", "session", "expires"}
    assert answer.headers["Cache-Control"] == "no-store"
    page = player.get(answer.json["url"].removeprefix("http://127.0.0.1:8081"))
    assert page.status_code == 200
    assert "Fire safety at work" in page.text


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"mode": "exam"}, 400, "/mode"),
        ({"return_url": "javascript:alert(1)"}, 400, "/return_url"),
        ({"return_url": "https://"}, 400, "/return_url"),
        ({"return_url": "java\nscript:alert(1)"}, 400, "/return_url"),
        ({"return_url": "https://people.example/\nx"}, 400, "/return_url"),
        ({"return_url": 'https://people.example/" onclick="x'}, 400, "/return_url"),
        ({"return_url": "https://people.example:99999/"}, 400, "/return_url"),
        ({"item": 3}, 400, "/item"),
        ({"item": "nothing"}, 404, None),
    ],
)
def test_a_broken_launch_says_where(
    api: FlaskClient, registered: str, body: dict[str, Any], status: int, pointer: str | None
) -> None:
    answer = api.post(f"/api/v1/registrations/{registered}/launch", json=body)

    assert (answer.status_code, answer.json.get("pointer")) == (status, pointer)


def test_an_unknown_registration_is_404(api: FlaskClient) -> None:
    assert api.get(f"/api/v1/registrations/{UUID}").status_code == 404
    assert api.post(f"/api/v1/registrations/{UUID}/launch", json={}).status_code == 404


def test_a_registration_that_nobody_has_opened_has_its_tree(api: FlaskClient, registered: str) -> None:
    answer = api.get(f"/api/v1/registrations/{registered}").json

    assert (answer["state"], answer["completion"], answer["success"], answer["score"]) == (
        "not started",
        "unknown",
        "unknown",
        None,
    )
    assert answer["tree"]["children"][0]["item"] == "course"
    assert "cmi" not in answer["tree"]["children"][0]


def test_cmi_is_given_when_asked_for(api: FlaskClient, player: FlaskClient, registered: str) -> None:
    url = api.post(f"/api/v1/registrations/{registered}/launch", json={}).json["url"]
    base = url.removeprefix("http://127.0.0.1:8081")
    window = player.post(f"{base}state", json={}).json["window"]
    commit = {"n": 1, "changes": {"cmi.core.lesson_location": "p2"}}
    player.post(f"{base}commit", json={"window": window, "run": 1, "commits": [commit]})

    answer = api.get(f"/api/v1/registrations/{registered}?cmi=true").json

    assert answer["tree"]["children"][0]["cmi"]["cmi.core.lesson_location"] == "p2"


@pytest.mark.parametrize("query", ["cmi=yes", "fields=all"])
def test_unknown_parameters_are_refused(api: FlaskClient, registered: str, query: str) -> None:
    assert api.get(f"/api/v1/registrations/{registered}?{query}").status_code == 400


def test_a_credential_without_the_scope_is_refused(api: FlaskClient, fire_safety: str) -> None:
    answer = api.post(
        f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA}, headers={"Authorization": "Basic eDp5"}
    )

    assert answer.status_code == 401
