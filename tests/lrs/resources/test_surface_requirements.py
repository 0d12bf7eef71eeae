"""The numbered requirements of every resource, of Agents, Activities and About: 1.0.3 Communication 1, 2.4, 2.5, 2.8, 3, 4."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.lrs.conftest import make_statement

HEADER = "X-Experience-API-Version"
AGENT = '{"mbox":"mailto:ada@example.com"}'
ACTIVITY = "http://example.com/activities/one"
STATE = {"activityId": ACTIVITY, "agent": AGENT, "stateId": "one"}
GETS = [
    pytest.param("/xapi/statements", {}, id="statements"),
    pytest.param("/xapi/activities", {"activityId": ACTIVITY}, id="activities"),
    pytest.param("/xapi/agents", {"agent": AGENT}, id="agents"),
    pytest.param("/xapi/about", {}, id="about"),
    pytest.param("/xapi/activities/state", STATE, id="state"),
    pytest.param("/xapi/activities/profile", {"activityId": ACTIVITY, "profileId": "one"}, id="activity profile"),
    pytest.param("/xapi/agents/profile", {"agent": AGENT, "profileId": "one"}, id="agent profile"),
]
every_get = pytest.mark.parametrize(("path", "asked"), GETS)
every_get_but_about = pytest.mark.parametrize(("path", "asked"), [row for row in GETS if row.id != "about"])


@pytest.fixture(params=["1.0.3", "2.0.0"])
def either(request: pytest.FixtureRequest, client_1: FlaskClient, client: FlaskClient) -> FlaskClient:
    return client_1 if request.param == "1.0.3" else client


@pytest.fixture
def filled(either: FlaskClient) -> FlaskClient:
    either.post("/xapi/statements", json=make_statement())
    for path, asked in (row.values for row in GETS[4:]):
        either.put(path, query_string=asked, json={"x": 1}, headers={"If-None-Match": "*"})
    return either


def settled(answer: Any) -> dict[str, str]:
    """The headers that do not change from moment to moment."""
    return {key: value for key, value in answer.headers.items() if key not in ("Date", "X-Experience-API-Consistent-Through")}


@every_get
def test_xapi_00125_xapi_00126_head_answers_like_get_without_the_body(
    filled: FlaskClient, path: str, asked: dict[str, str]
) -> None:
    got = filled.get(path, query_string=asked)

    answer = filled.head(path, query_string=asked)

    assert (answer.status_code, answer.data) == (200, b"")
    assert settled(answer) == settled(got)


@every_get_but_about
@pytest.mark.parametrize("version", [None, "", "0.9", "1.1.0", "2.1.0", "3.0.0", "1.0.", "v2.0.0"])
def test_xapi_00321_xapi_00331_ieee_4_1_7_a_request_names_a_version_that_is_served(
    client: FlaskClient, path: str, asked: dict[str, str], version: str | None
) -> None:
    bare = client.application.test_client()
    headers = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"], **({} if version is None else {HEADER: version})}

    answer = bare.get(path, query_string=asked, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (400, "version-refused")
    assert answer.headers[HEADER]


@every_get_but_about
@pytest.mark.parametrize(("version", "served"), [("1.0", "1.0.3"), ("1.0.1", "1.0.3"), ("2.0", "2.0.0"), ("2.0.9", "2.0.0")])
def test_xapi_00333_ieee_4_1_7_every_answer_names_the_version_that_served(
    client: FlaskClient, path: str, asked: dict[str, str], version: str, served: str
) -> None:
    answer = client.get(path, query_string=asked, headers={HEADER: version})
    refused = client.get(path, query_string={**asked, "x": "1"}, headers={HEADER: version})

    assert (answer.headers[HEADER], refused.headers[HEADER], refused.status_code) == (served, served, 400)


@every_get
def test_xapi_00324_ieee_4_1_5_an_unknown_parameter_is_refused_and_explained(
    filled: FlaskClient, path: str, asked: dict[str, str]
) -> None:
    answer = filled.get(path, query_string={**asked, "unknown": "1"})

    assert (answer.status_code, answer.json["parameter"]) == (400, "unknown")
    assert answer.json["rule"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/xapi/statements", {"StatementId": str(uuid.UUID(int=1))}),
        ("/xapi/statements", {"Verb": "http://example.com/v"}),
        ("/xapi/activities", {"activityID": ACTIVITY}),
        ("/xapi/agents", {"Agent": AGENT}),
        ("/xapi/activities/state", {"activityId": ACTIVITY, "agent": AGENT, "StateId": "one"}),
        ("/xapi/agents/profile", {"agent": AGENT, "profileID": "one"}),
        ("/xapi/activities/profile", {"ActivityId": ACTIVITY, "profileId": "one"}),
    ],
)
def test_xapi_00325_ieee_4_1_5_a_parameter_in_the_wrong_case_is_refused(
    either: FlaskClient, path: str, asked: dict[str, str]
) -> None:
    assert either.get(path, query_string=asked).status_code == 400


@every_get_but_about
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic Og==",
        "Basic " + base64.b64encode(b"nobody:wrong").decode(),
        "Digest x",
        "Bearer nobody",
    ],
)
def test_xapi_00334_without_right_credentials_401(
    lrs_app: Flask, path: str, asked: dict[str, str], authorization: str | None
) -> None:
    headers = {HEADER: "2.0.0", **({} if authorization is None else {"Authorization": authorization})}

    answer = lrs_app.test_client().get(path, query_string=asked, headers=headers)

    assert answer.status_code == 401
    assert "Basic" in answer.headers["WWW-Authenticate"]


def test_xapi_00335_http_basic_is_known(either: FlaskClient) -> None:
    assert either.environ_base["HTTP_AUTHORIZATION"].startswith("Basic ")
    assert either.get("/xapi/statements").status_code == 200


def test_xapi_00315_xapi_00316_xapi_00317_xapi_00318_xapi_00319_ieee_4_1_6_7_about_names_the_versions(
    either: FlaskClient,
) -> None:
    answer = either.get("/xapi/about")

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json["version"] == ["1.0.3", "2.0.0"]
    assert all(re.fullmatch(r"0\.9|0\.95|[12]\.0\.\d+", version) for version in answer.json["version"])


IDENTIFIERS = [
    pytest.param({"mbox": "mailto:ada@example.com"}, id="XAPI-00239 XAPI-00244"),
    pytest.param({"mbox_sha1sum": "a" * 40}, id="XAPI-00240"),
    pytest.param({"openid": "http://ada.example.com/"}, id="XAPI-00241"),
    pytest.param({"account": {"homePage": "http://example.com", "name": "ada"}}, id="XAPI-00242"),
]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize("known", [True, False])
def test_xapi_00236_xapi_00237_xapi_00238_xapi_00245_xapi_00248_agents_gives_a_person(
    either: FlaskClient, identifier: dict[str, Any], known: bool
) -> None:
    if known:
        either.post("/xapi/statements", json=make_statement(actor={"name": "Ada", **identifier}))

    answer = either.get("/xapi/agents", query_string={"agent": str(identifier).replace("'", '"')})

    (kind, value) = next(iter(identifier.items()))
    assert answer.status_code == 200
    assert answer.json == {"objectType": "Person", kind: [value], **({"name": ["Ada"]} if known else {})}


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({}, id="XAPI-00243"),
        pytest.param({"agent": ""}, id="XAPI-00249 empty"),
        pytest.param({"agent": "{}"}, id="XAPI-00249 without identifier"),
        pytest.param({"agent": '{"mbox":"ada@example.com"}'}, id="XAPI-00249 bad mbox"),
        pytest.param({"agent": '{"objectType":"Group","mbox":"mailto:a@b.c"}'}, id="XAPI-00249 Group"),
        pytest.param({"agent": '{"mbox":"mailto:a@b.c","openid":"http://a.b/"}'}, id="XAPI-00249 two identifiers"),
    ],
)
def test_agents_wants_an_agent(either: FlaskClient, asked: dict[str, str]) -> None:
    answer = either.get("/xapi/agents", query_string=asked)

    assert (answer.status_code, answer.json["parameter"]) == (400, "agent")


def test_xapi_00251_xapi_00252_xapi_00253_activities_gives_the_activity(either: FlaskClient) -> None:
    known = f"http://example.com/{uuid.uuid4()}"
    definition = {"name": {"en": "One"}, "type": "http://example.com/type", "extensions": {"http://example.com/e": {"x": None}}}
    either.post("/xapi/statements", json=make_statement(object={"id": known, "definition": definition}))

    answer = either.get("/xapi/activities", query_string={"activityId": known})

    assert answer.status_code == 200
    assert answer.json == {"objectType": "Activity", "id": known, "definition": definition}


@pytest.mark.parametrize("asked", [{}, {"activityId": ""}, {"activityId": "no IRI"}])
def test_xapi_00250_activities_wants_an_activity_id(either: FlaskClient, asked: dict[str, str]) -> None:
    answer = either.get("/xapi/activities", query_string=asked)

    assert (answer.status_code, answer.json["parameter"]) == (400, "activityId")
