"""Versions, About, Agents, Activities and the alternate request syntax, as 1.0.3 Communication and IEEE 9274.1.1 want them."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.lrs.conftest import make_statement

HEADER = "X-Experience-API-Version"


@pytest.mark.parametrize(
    ("asked", "served"),
    [("1.0", "1.0.3"), ("1.0.0", "1.0.3"), ("1.0.3", "1.0.3"), ("2.0", "2.0.0"), ("2.0.0", "2.0.0"), ("2.0.7", "2.0.0")],
)
def test_xapi_00333_the_answer_names_the_version_that_served(client: FlaskClient, asked: str, served: str) -> None:
    answer = client.get("/xapi/statements", headers={HEADER: asked})

    assert answer.status_code == 200
    assert answer.headers[HEADER] == served


@pytest.mark.parametrize("asked", ["0.95", "1.1.0", "2.1.0", "3.0.0", "", "1", "1.0.x", "two"])
def test_xapi_00331_ieee_4_1_7_other_versions_are_refused(client: FlaskClient, asked: str) -> None:
    assert client.get("/xapi/statements", headers={HEADER: asked}).status_code == 400


@pytest.mark.parametrize(("mount", "named"), [("/xapi", "2.0.0"), ("/xapi/1.0.3", "1.0.3"), ("/xapi/2.0.0", "2.0.0")])
def test_xapi_00321_without_a_version_the_mount_speaks(lrs_app: Flask, mount: str, named: str) -> None:
    answer = lrs_app.test_client().get(f"{mount}/statements")

    assert answer.status_code == 400
    assert answer.headers[HEADER] == named
    assert answer.json["code"] == "version-refused"


def test_xapi_00315_xapi_00319_about_asks_for_nothing(lrs_app: Flask) -> None:
    answer = lrs_app.test_client().get("/xapi/about")

    assert answer.json["version"] == ["1.0.3", "2.0.0"]
    assert lrs_app.test_client().get("/xapi/about?x=1").status_code == 400


@pytest.mark.parametrize("path", ["statements?verb=http://a.b/%FF", "activities/state?stateId=%ED%A0%80", "agents?agent=%C0%80"])
def test_3_2_parameters_that_are_not_utf_8_are_refused(client: FlaskClient, path: str) -> None:
    """Taken for something else, two different ids would be one."""
    answer = client.get(f"/xapi/{path}")

    assert answer.status_code == 400
    assert answer.json["parameter"] in path


def test_unknown_resources_are_404_with_a_version(client: FlaskClient) -> None:
    answer = client.get("/xapi/nothing")

    assert answer.status_code == 404
    assert answer.headers[HEADER]


def test_xapi_00248_a_person_has_the_asked_identifier_and_known_names(client: FlaskClient) -> None:
    client.post(
        "/xapi/statements", json=[make_statement(), make_statement(actor={"mbox": "mailto:ada@example.com", "name": "Ada L."})]
    )

    person = client.get("/xapi/agents", query_string={"agent": '{"mbox":"mailto:ada@example.com"}'}).json

    assert person["objectType"] == "Person"
    assert person["mbox"] == ["mailto:ada@example.com"]
    assert sorted(person["name"]) == ["Ada", "Ada L."]


def test_xapi_00248_ieee_4_1_6_3_an_unknown_agent_is_a_person_too(client: FlaskClient) -> None:
    account = '{"account":{"homePage":"http://example.com","name":"x"},"name":"X"}'

    person = client.get("/xapi/agents", query_string={"agent": account}).json

    assert person == {"objectType": "Person", "name": ["X"], "account": [{"homePage": "http://example.com", "name": "x"}]}
    assert client.get("/xapi/agents").status_code == 400
    assert client.get("/xapi/agents", query_string={"agent": '{"objectType":"Group","member":[]}'}).status_code == 400


def test_xapi_00254_definitions_add_up(client: FlaskClient) -> None:
    address = f"http://example.com/{uuid.uuid4()}"
    definitions: list[dict[str, Any]] = [
        {"name": {"en": "One"}, "extensions": {"http://example.com/a": 1}, "type": "http://example.com/old"},
        {"name": {"de": "Eins"}, "extensions": {"http://example.com/b": 2}, "type": "http://example.com/new"},
    ]
    for definition in definitions:
        client.post("/xapi/statements", json=make_statement(object={"id": address, "definition": definition}))

    activity = client.get("/xapi/activities", query_string={"activityId": address}).json

    assert activity == {
        "objectType": "Activity",
        "id": address,
        "definition": {
            "name": {"en": "One", "de": "Eins"},
            "extensions": {"http://example.com/a": 1, "http://example.com/b": 2},
            "type": "http://example.com/new",
        },
    }


def test_ieee_4_1_6_4_an_unknown_activity_is_known_by_its_id(client: FlaskClient) -> None:
    answer = client.get("/xapi/activities?activityId=http://example.com/never")

    assert answer.json == {"objectType": "Activity", "id": "http://example.com/never"}
    assert client.get("/xapi/activities").status_code == 400


def test_4_3_without_define_a_statement_defines_nothing(client: FlaskClient, client_of: Callable[..., FlaskClient]) -> None:
    address = f"http://example.com/{uuid.uuid4()}"
    target = {"id": address, "definition": {"name": {"en": "One"}}}

    client_of("statements/write").post("/xapi/statements", json=make_statement(object=target))
    before = client.get("/xapi/activities", query_string={"activityId": address}).json
    client_of("statements/write", "define").post("/xapi/statements", json=make_statement(object=target))

    assert "definition" not in before
    assert client.get("/xapi/activities", query_string={"activityId": address}).json["definition"]["name"] == {"en": "One"}


def form(client: FlaskClient, method: str, path: str, fields: dict[str, str], **how: Any) -> Any:
    bare = client.application.test_client()
    return bare.post(f"{path}?method={method}", data=urlencode(fields), content_type="application/x-www-form-urlencoded", **how)


def headers_of(client: FlaskClient, version: str = "1.0.3") -> dict[str, str]:
    return {"Authorization": client.environ_base["HTTP_AUTHORIZATION"], HEADER: version}


def test_xapi_00336_xapi_00148_everything_may_come_in_a_form(client_1: FlaskClient) -> None:
    known = str(uuid.uuid4())
    body = (
        '{"actor":{"mbox":"mailto:ada@example.com"},"verb":{"id":"http://example.com/v"},"object":{"id":"http://example.com/ü"}}'
    )

    put = form(client_1, "PUT", "/xapi/statements", {**headers_of(client_1), "statementId": known, "content": body})
    got = form(client_1, "GET", "/xapi/statements", {**headers_of(client_1), "statementId": known})

    assert put.status_code == 204
    assert got.json["object"]["id"] == "http://example.com/ü"
    assert got.headers[HEADER] == "1.0.3"


def test_xapi_00336_documents_through_forms(client_1: FlaskClient) -> None:
    state = {**headers_of(client_1), "activityId": "http://example.com/a", "agent": '{"mbox":"mailto:a@b.c"}', "stateId": "s"}

    form(client_1, "PUT", "/xapi/activities/state", {**state, "Content-Type": "text/plain", "content": "a&b=c"})
    got = form(client_1, "GET", "/xapi/activities/state", state)
    form(client_1, "DELETE", "/xapi/activities/state", state)

    assert got.text == "a&b=c"
    assert got.content_type.startswith("text/plain")
    assert form(client_1, "GET", "/xapi/activities/state", state).status_code == 404


@pytest.mark.parametrize(
    ("path", "version", "code", "told"),
    [
        ("/xapi/statements?method=GET&limit=1", "1.0.3", "invalid-parameter", "Beside method there is limit in the address."),
        ("/xapi/agents?method=GET&method=GET", "1.0.3", "invalid-parameter", "Beside method there is method in the address."),
        ("/xapi/statements?method=PATCH", "1.0.3", "invalid-parameter", "There is no method 'PATCH'."),
        ("/xapi/agents?method=PATCH", "1.0.3", "invalid-parameter", "There is no method 'PATCH'."),
        (
            "/xapi/statements?method=GET",
            "2.0.0",
            "version-refused",
            "The alternate request syntax does not go with version 2.0.0.",
        ),
        ("/xapi/statements?method=GET", "0.8", "version-refused", "This version of xAPI is not served: 0.8."),
        (
            "/xapi/statements?method=GET",
            "",
            "version-refused",
            "The form has no field X-Experience-API-Version, and the request no such header.",
        ),
        ("/xapi/statements?method=PUT", "1.0.3", "invalid-parameter", "The form has no field content."),
    ],
)
def test_1_3_what_is_not_the_alternate_syntax_is_told_why(
    client_1: FlaskClient, path: str, version: str, code: str, told: str
) -> None:
    fields = {name: value for name, value in headers_of(client_1, version).items() if value}
    bare = client_1.application.test_client()

    answer = bare.post(path, data=urlencode(fields), content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json["code"], answer.json["detail"]) == (400, code, told)
    assert answer.json["rule"]


def test_1_3_a_request_with_a_method_brings_a_form(client_1: FlaskClient) -> None:
    answer = client_1.post("/xapi/statements?method=GET", json={})

    assert (answer.status_code, answer.json["found"]) == (400, "application/json")
    assert answer.json["rule"] == "The Content-Type is application/x-www-form-urlencoded."


def test_1_3_a_form_that_does_not_say_how_long_it_is_is_refused(client_1: FlaskClient) -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Type": "application/x-www-form-urlencoded"}

    answer = client_1.post("/xapi/statements?method=GET", headers=headers)

    assert (answer.status_code, answer.json["detail"]) == (400, "The form comes in chunks.")


def test_1_3_a_form_that_is_too_large_is_refused(client_1: FlaskClient) -> None:
    answer = form(client_1, "PUT", "/xapi/statements", {**headers_of(client_1), "content": "x" * (4 << 20)})

    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/xapi/statements", "/xapi/agents?method=GET", "/xapi/activities/state"])
def test_a_compressed_body_is_refused_as_such(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data=gzip.compress(b"[]"), content_type="application/json", headers={"Content-Encoding": "GZip"})

    assert (answer.status_code, answer.json["code"], answer.json["found"]) == (415, "content-encoded", "GZip")
    assert answer.headers["Accept-Encoding"] == "identity"
    assert answer.headers[HEADER] == "2.0.0"


def test_a_body_that_is_said_to_be_as_it_is_is_taken(client: FlaskClient) -> None:
    answer = client.post("/xapi/statements", json=[], headers={"Content-Encoding": "identity"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [("/xapi/agents", "agent"), ("/xapi/activities/profile?activityId=http://example.com/a", "profileId")],
)
def test_a_parameter_that_is_missing_is_said_to_be(client: FlaskClient, path: str, name: str) -> None:
    answer = client.delete(path) if "profile" in path else client.get(path)

    assert (answer.status_code, answer.json["detail"]) == (400, f"The parameter {name} is missing.")
    assert "found" not in answer.json


@pytest.mark.parametrize(
    ("value", "name"), [('"x"', "string"), ("1", "number"), ("1.5", "number"), ("true", "boolean"), ("null", "null")]
)
def test_types_have_the_names_of_json(client: FlaskClient, value: str, name: str) -> None:
    answer = client.post("/xapi/statements", data=value, content_type="application/json")

    assert answer.json["found"] == name


def test_a_put_of_several_statements_is_said_to_be_an_array(client: FlaskClient) -> None:
    answer = client.put(f"/xapi/statements?statementId={uuid.uuid4()}", json=[make_statement()])

    assert answer.json["found"] == "array"


def test_errors_cite_the_standard_of_the_request(client: FlaskClient, client_1: FlaskClient) -> None:
    first, second = (one.post("/xapi/statements", data=b"<x/>", content_type="text/xml") for one in (client_1, client))

    assert first.json["rule"] == "The Content-Type is application/json or multipart/mixed (1.0.3 Communication 1.5)."
    assert second.json["rule"] == "The Content-Type is application/json or multipart/mixed (IEEE 9274.1.1 4.1.3)."


def test_an_id_that_differs_from_the_parameter_is_told_with_the_rule(client: FlaskClient) -> None:
    asked, other = str(uuid.uuid4()), str(uuid.uuid4())

    answer = client.put(f"/xapi/statements?statementId={asked}", json=make_statement(id=other))

    assert (answer.status_code, answer.json["found"]) == (400, other)
    assert answer.json["rule"] == f"The id, if there is one, is that of the parameter statementId: {asked}."


@pytest.mark.parametrize(
    "fields",
    [
        f"statementId={uuid.uuid4()}&statementId={uuid.uuid4()}",
        f"statementId={uuid.uuid4()}&content=1&content=2",
        f"statementId={uuid.uuid4()}&Accept=a&Accept=b",
        "&".join(["a"] * 101),
    ],
    ids=["parameter", "content", "header", "too many fields"],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_1_3_what_stands_twice_is_refused(client_1: FlaskClient, method: str, fields: str) -> None:
    data = f"{urlencode(headers_of(client_1))}&{fields}"

    answer = client_1.post(f"/xapi/statements?method={method}", data=data, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400


@pytest.mark.parametrize("text", ["%FF", "%ED%A0%80", "%C0%80"])
def test_1_3_content_that_is_not_utf_8_is_refused_and_not_changed(client_1: FlaskClient, text: str) -> None:
    body = quote(json.dumps(make_statement(result={"response": "@"}))).replace("%40%22%7D", f"{text}%22%7D")
    data = f"{urlencode(headers_of(client_1))}&content={body}"

    answer = client_1.post("/xapi/statements?method=POST", data=data, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400
    assert answer.json["code"] == "invalid-json"


def test_1_3_head_is_answered_without_a_body_that_its_length_promises(client_1: FlaskClient) -> None:
    answer = form(client_1, "HEAD", "/xapi/statements", headers_of(client_1))

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["X-Experience-API-Consistent-Through"]


def test_1_3_a_put_without_content_is_refused(client_1: FlaskClient) -> None:
    answer = form(client_1, "PUT", "/xapi/statements", {**headers_of(client_1), "statementId": str(uuid.uuid4())})

    assert answer.status_code == 400


def test_a_launch_scoped_credential_stores_for_one_learner(client_of: Callable[..., FlaskClient], client: FlaskClient) -> None:
    registration = str(uuid.uuid4())
    limits = {"agent": {"mbox": "mailto:ada@example.com"}, "registration": registration}
    learner = client_of("statements/write", "statements/read", limits=limits)
    context = {"registration": registration}

    assert learner.post("/xapi/statements", json=make_statement(context=context)).status_code == 200
    assert learner.post("/xapi/statements", json=make_statement()).status_code == 403
    assert (
        learner.post(
            "/xapi/statements", json=make_statement(actor={"mbox": "mailto:eve@example.com"}, context=context)
        ).status_code
        == 403
    )
    client.post("/xapi/statements", json=make_statement())
    assert len(learner.get("/xapi/statements").json["statements"]) == 1
