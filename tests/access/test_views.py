"""The credentials API."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

import access

PATH = "/api/v1/credentials"
Pair = tuple[str, str]


def test_a_created_credential_shows_its_secret_once(client: FlaskClient, admin: Pair) -> None:
    made = client.post(PATH, auth=admin, json={"name": "LMS", "scopes": ["statements/write", "statements/read/mine"]})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert made.json is not None

    shown = client.get(made.headers["Location"], auth=admin)

    assert shown.json == {name: value for name, value in made.json.items() if name != "secret"}
    assert client.get("/xapi/statements", auth=(made.json["key"], made.json["secret"])).status_code == 200


def test_key_secret_expiry_and_authority_can_be_chosen(client: FlaskClient, admin: Pair, credentials: access.Credentials) -> None:
    authority = {"objectType": "Agent", "mbox": "mailto:lms@example.com"}
    body = {
        "name": "LMS",
        "scopes": ["all"],
        "key": "lms",
        "secret": "long enough, really",
        "expires": "2099-01-01T00:00:00+01:00",
    }

    made = client.post(PATH, auth=admin, json=body | {"authority": authority})

    assert made.json is not None
    assert made.json["expires"] == "2098-12-31T23:00:00.000Z"
    caller = credentials.verify("lms", "long enough, really")
    assert caller is not None
    assert caller.authority == authority


def test_a_revoked_credential_is_refused_and_stays_listed(
    client: FlaskClient, admin: Pair, credentials: access.Credentials
) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    assert client.get("/xapi/statements", auth=("lms", "right")).status_code == 200

    assert client.delete(f"{PATH}/lms", auth=admin).status_code == 204

    assert client.get("/xapi/statements", auth=("lms", "right")).status_code == 401
    listed = client.get(PATH, auth=admin).json
    assert listed is not None
    assert {row["key"]: row["revoked"] is not None for row in listed["credentials"]} == {"admin": False, "lms": True}


def test_the_list_has_pages_and_no_secrets(client: FlaskClient, admin: Pair, credentials: access.Credentials) -> None:
    credentials.create(name="1", scopes=["all"], key="k1", secret="right")
    credentials.create(name="2", scopes=["all"], key="k2", secret="right")

    first = client.get(f"{PATH}?limit=2", auth=admin)
    assert first.json is not None
    rest = client.get(first.json["next"], auth=admin)

    assert rest.json is not None
    assert [row["key"] for row in first.json["credentials"] + rest.json["credentials"]] == ["admin", "k1", "k2"]
    assert rest.json["next"] is None
    assert "secret" not in first.text


def test_another_store_is_out_of_reach(client: FlaskClient, admin: Pair, credentials: access.Credentials) -> None:
    credentials.create(name="Other", scopes=["all"], key="other", secret="right", store=2)

    assert client.get(f"{PATH}/other", auth=admin).status_code == 404
    assert client.delete(f"{PATH}/other", auth=admin).status_code == 404
    mine = client.post(PATH, auth=("other", "right"), json={"name": "Mine", "scopes": ["all"]}).json
    assert mine is not None
    assert mine["store"] == 2


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"scopes": ["everything"]}, "/scopes/0"), ({"name": 3}, "/name"), ({"store": 2}, "/store")],
)
def test_a_bad_body_is_refused_with_the_place(client: FlaskClient, admin: Pair, change: dict[str, Any], pointer: str) -> None:
    answer = client.post(PATH, auth=admin, json={"name": "LMS", "scopes": ["all"]} | change)

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "invalid-request"
    assert answer.json["errors"][0]["pointer"] == pointer


def test_what_is_no_json_is_refused(client: FlaskClient, admin: Pair) -> None:
    assert client.post(PATH, auth=admin, data="{", content_type="application/json").status_code == 400
    assert client.post(PATH, auth=admin, data="{}", content_type="text/plain").status_code == 415


def test_a_taken_key_is_a_conflict(client: FlaskClient, admin: Pair) -> None:
    answer = client.post(PATH, auth=admin, json={"name": "Again", "scopes": ["all"], "key": "admin"})

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["found"] == "admin"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("limit=0", "?limit"), ("limit=1001", "?limit"), ("limit=x", "?limit"), ("limit=²", "?limit"), ("offset=3", "?offset")],
)
def test_a_bad_parameter_is_refused(client: FlaskClient, admin: Pair, query: str, pointer: str) -> None:
    answer = client.get(f"{PATH}?{query}", auth=admin)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["pointer"] == pointer


@pytest.mark.parametrize(
    ("method", "path"), [("GET", PATH), ("POST", PATH), ("GET", f"{PATH}/admin"), ("DELETE", f"{PATH}/admin")]
)
def test_only_administrators_manage_credentials(
    client: FlaskClient, credentials: access.Credentials, method: str, path: str
) -> None:
    credentials.create(name="LMS", scopes=["all/read", "statements/write"], key="lms", secret="right")

    assert client.open(path, method=method, auth=("lms", "right"), json={}).status_code == 403
    assert client.open(path, method=method, json={}).status_code == 401
