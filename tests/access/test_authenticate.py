"""Requests, and who makes them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
from access.errors import Unauthenticated

PATH = "/xapi/statements"


@pytest.fixture
def reader(credentials: access.Credentials) -> tuple[str, str]:
    credentials.create(name="Reader", scopes=["statements/read/mine"], key="reader", secret="ein längeres Wort: ja")
    return "reader", "ein längeres Wort: ja"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "Bearer", "BEARER"])
def test_basic_and_bearer_carry_the_same_token(client: FlaskClient, reader: tuple[str, str], scheme: str) -> None:
    answer = client.get(PATH, headers={"Authorization": f"{scheme} {access.token(*reader)}"})

    assert answer.json == {"key": "reader"}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Digest username=reader",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Bearer reader:secret",
        "Basic " + base64.b64encode(b"reader:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:wrong").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + base64.b64encode(b"a\x00b:c").decode(),
    ],
)
def test_anyone_unknown_gets_401_and_the_ways_to_authenticate(
    client: FlaskClient, reader: tuple[str, str], header: str | None
) -> None:
    answer = client.get(PATH, headers={} if header is None else {"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="rollbook", charset="UTF-8", Bearer realm="rollbook"'
    assert answer.json is not None
    assert answer.json["code"] == "unauthenticated"


def test_an_unknown_key_is_told_the_same_as_a_wrong_secret(client: FlaskClient, reader: tuple[str, str]) -> None:
    wrong = client.get(PATH, auth=("reader", "wrong"))
    unknown = client.get(PATH, auth=("nobody", "wrong"))

    assert wrong.data == unknown.data


def test_a_lacking_scope_is_named(client: FlaskClient, credentials: access.Credentials) -> None:
    credentials.create(name="Writer", scopes=["statements/write", "state"], key="writer", secret="right")

    answer = client.get(PATH, auth=("writer", "right"))

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["required"] == ["statements/read", "statements/read/mine"]
    assert answer.json["scopes"] == ["state", "statements/write"]
    assert "statements/read or statements/read/mine" in answer.json["detail"]


def test_a_public_view_asks_nobody(client: FlaskClient) -> None:
    assert client.get("/xapi/about").status_code == 200


def test_views_show_what_they_require(app: Flask) -> None:
    shown = {name: view.permissions for name, view in app.view_functions.items()}  # type: ignore[attr-defined]

    assert shown["statements"] == ("statements/read", "statements/read/mine")
    assert shown["about"] == ()
    assert shown["credentials.create_credential"] == ("admin",)


def test_a_permission_nobody_can_have_is_a_broken_table() -> None:
    with pytest.raises(AssertionError, match="statements/erase"):
        access.requires("statements/erase")


def test_a_caller_may_what_its_scopes_include() -> None:
    caller = access.Caller(key="a", name="A", scopes=frozenset({"all/read"}))

    assert access.allows(caller, "statements/read/mine")
    assert not access.allows(caller, "statements/write")


def test_a_request_authenticates_once(app: Flask, reader: tuple[str, str]) -> None:
    with app.test_request_context(PATH, headers={"Authorization": f"Basic {access.token(*reader)}"}):
        first = access.current()

        assert access.current() is first


def test_nobody_is_current_without_credentials(app: Flask) -> None:
    with app.test_request_context("/xapi/about"), pytest.raises(Unauthenticated):
        access.current()


def test_a_known_caller_costs_a_view_no_command(counted_db: Database[dict[str, Any]], commands: Any) -> None:
    credentials = access.Credentials(counted_db, cost=(4, 1, 1))
    credentials.create(name="Reader", scopes=["all"], key="reader", secret="right")
    app = Flask("access-test", static_folder=None)
    access.init_app(app, credentials)
    app.add_url_rule("/", view_func=access.requires("state")(lambda: ""), endpoint="state")
    client = app.test_client()
    while credentials._memory.entry("reader") is None:
        client.get("/", auth=("reader", "right"))
    commands.sent.clear()

    answer = client.get("/", auth=("reader", "right"))

    assert answer.status_code == 200
    assert commands.sent == []
    credentials.close()
