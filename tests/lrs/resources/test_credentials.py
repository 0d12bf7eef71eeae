"""What credentials mean to the LRS: whose statements they are, which of them it shows, and for how long."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import lrs
from tests.lrs.conftest import make_statement
from tests.lrs.resources.test_attachments import described, first, mixed, part, post

VERB = "http://example.com/verbs/did"
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}
ADA = '{"mbox":"mailto:ada@example.com"}'


def found(client: FlaskClient, **asked: str) -> list[str]:
    return [one["id"] for one in client.get("/xapi/statements", query_string=asked).json["statements"]]


@pytest.fixture
def author(client_of: Callable[..., FlaskClient]) -> FlaskClient:
    return client_of("statements/write", "statements/read/mine")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"agent": ADA},
        {"verb": VERB},
        {"activity": "http://example.com/activities/one"},
        {"agent": ADA, "verb": VERB},
        {"agent": ADA, "activity": "http://example.com/activities/one"},
        {"agent": ADA, "related_agents": "true"},
        {"ascending": "true"},
        {"since": "2001-01-01T00:00:00Z"},
    ],
)
def test_mine_is_what_this_credential_stored_whatever_is_asked(
    client: FlaskClient, author: FlaskClient, asked: dict[str, str]
) -> None:
    client.post("/xapi/statements", json=make_statement())
    (mine,) = author.post("/xapi/statements", json=make_statement()).json
    client.post("/xapi/statements", json=make_statement())

    assert found(author, **asked) == [mine]
    assert len(found(client, **asked)) == 3


def test_mine_goes_on_behind_more(client: FlaskClient, author: FlaskClient) -> None:
    ids = []
    for _ in range(3):
        ids += author.post("/xapi/statements", json=make_statement()).json
        client.post("/xapi/statements", json=make_statement())

    page = author.get("/xapi/statements?limit=2&ascending=true").json
    rest = author.get(page["more"]).json

    assert [one["id"] for one in page["statements"] + rest["statements"]] == ids


def test_more_of_another_credential_shows_nothing_of_others(client: FlaskClient, author: FlaskClient) -> None:
    for _ in range(3):
        client.post("/xapi/statements", json=make_statement())
    (mine,) = author.post("/xapi/statements", json=make_statement()).json

    more = client.get("/xapi/statements?limit=1&ascending=true").json["more"]

    assert [one["id"] for one in author.get(more).json["statements"]] == [mine]


def test_who_may_store_may_void_what_others_stored(client: FlaskClient, author: FlaskClient) -> None:
    (theirs,) = client.post("/xapi/statements", json=make_statement()).json

    answer = author.post(
        "/xapi/statements", json=make_statement(verb=VOIDED, object={"objectType": "StatementRef", "id": theirs})
    )

    assert answer.status_code == 200
    assert client.get(f"/xapi/statements?voidedStatementId={theirs}").status_code == 200


def test_mine_hides_what_others_voided_and_attached(client: FlaskClient, author: FlaskClient) -> None:
    (theirs,) = post(
        client, mixed(first(make_statement(attachments=[described()])), part(b"some bytes \x00\xff\r\n--not-the-boundary\r\n"))
    ).json
    client.post("/xapi/statements", json=make_statement(verb=VOIDED, object={"objectType": "StatementRef", "id": theirs}))

    assert author.get(f"/xapi/statements?voidedStatementId={theirs}").status_code == 404
    assert client.get(f"/xapi/statements?voidedStatementId={theirs}").status_code == 200
    assert b"some bytes" not in author.get("/xapi/statements?attachments=true").data


def test_mine_names_nobody_that_others_named(client: FlaskClient, author: FlaskClient) -> None:
    client.post("/xapi/statements", json=make_statement())

    assert "name" not in author.get("/xapi/agents", query_string={"agent": ADA}).json
    assert client.get("/xapi/agents", query_string={"agent": ADA}).json["name"] == ["Ada"]


def test_every_credential_has_an_authority_of_its_own(client_of: Callable[..., FlaskClient]) -> None:
    one, other = client_of("all"), client_of("all")
    for client in (one, other):
        client.post("/xapi/statements", json=make_statement())

    authorities = [statement["authority"] for statement in one.get("/xapi/statements").json["statements"]]

    assert authorities[0] != authorities[1]
    assert {authority["objectType"] for authority in authorities} == {"Agent"}


def test_a_credential_may_stand_for_an_authority_of_its_choice(client_of: Callable[..., FlaskClient]) -> None:
    pair = {
        "objectType": "Group",
        "member": [{"account": {"homePage": "http://app.example/", "name": "app"}}, {"mbox": "mailto:ada@example.com"}],
    }
    client = client_of("statements/write", "statements/read/mine", authority=pair)

    (mine,) = client.post("/xapi/statements", json=make_statement(authority={"mbox": "mailto:eve@example.com"})).json

    assert client.get(f"/xapi/statements?statementId={mine}").json["authority"] == pair
    assert found(client) == [mine]


@pytest.fixture
def credentials(db: Database[dict[str, Any]]) -> Iterator[access.Credentials]:
    access.ensure_indexes(db)
    made = access.Credentials(db, cost=(4, 1, 1))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/xapi/statements"), ("POST", "/xapi/statements"), ("GET", f"/xapi/statements?statementId={uuid.UUID(int=1)}")],
)
def test_a_revoked_credential_is_refused_from_the_next_request_on(
    lrs_store: lrs.LRS, credentials: access.Credentials, method: str, path: str
) -> None:
    app = Flask("revoking")
    access.init_app(app, credentials)
    lrs.init_app(app, lrs_store)
    app.register_error_handler(access.AccessError, lambda error: (str(error), error.status, error.headers))
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right", store=77)
    client, headers = app.test_client(), {"X-Experience-API-Version": "2.0.0"}
    known = client.open(path, method=method, headers=headers, auth=("lms", "right"), json=None if method == "GET" else [])

    credentials.revoke("lms", store=77)

    answer = client.open(path, method=method, headers=headers, auth=("lms", "right"), json=None if method == "GET" else [])
    assert known.status_code in (200, 404)
    assert answer.status_code == 401
