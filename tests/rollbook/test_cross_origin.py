"""What a page of another origin can and cannot do with this service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

import access
from tests.conftest import SECRET

BASIC = "Basic " + access.token("test", SECRET)
STATEMENT = {
    "actor": {"mbox": "mailto:ada@example.org"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"},
    "object": {"id": "http://example.org/first-aid"},
}
SCRIPT = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}


def alternate(**fields: str) -> dict[str, Any]:
    """The form of a statement in the alternate request syntax of xAPI 1.0.3."""
    content = json.dumps(STATEMENT)
    return {"data": {"X-Experience-API-Version": "1.0.3", "content": content, **fields}, "headers": SCRIPT}


def test_a_form_with_its_own_credential_stores_a_statement(client: FlaskClient) -> None:
    del client.environ_base["HTTP_AUTHORIZATION"]

    answer = client.post("/xapi/statements?method=POST", **alternate(Authorization=BASIC))

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_form_cannot_use_the_login_that_the_browser_remembers(client: FlaskClient) -> None:
    answer = client.post("/xapi/statements?method=POST", **alternate())

    assert answer.status_code == 401


def test_a_program_that_is_no_browser_may_put_the_credential_into_the_header(client: FlaskClient) -> None:
    given = alternate() | {"headers": {}}

    assert client.post("/xapi/statements?method=POST", **given).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/credentials"),
        ("DELETE", "/api/v1/credentials/test"),
        ("POST", "/api/v1/courses"),
        ("DELETE", "/api/v1/courses/some"),
        ("POST", "/api/v1/registrations/5b0a9d3e-0f3c-4f43-8a7b-111111111111/launch"),
    ],
)
def test_outside_of_xapi_nothing_can_be_changed(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method, headers=SCRIPT, data="{}", content_type="text/plain")

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == "cross-origin"


def test_errors_of_xapi_can_be_read_by_the_client_that_caused_them(client: FlaskClient) -> None:
    answer = client.get("/xapi/statements?limit=x", headers={**SCRIPT, "X-Experience-API-Version": "2.0.0"})

    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
