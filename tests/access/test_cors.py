"""Scripts of other origins."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

import access

ORIGIN = "https://content.example"
ASKS = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization, x-experience-api-version"}


def test_a_preflight_is_answered_without_credentials(client: FlaskClient) -> None:
    answer = client.options("/xapi/statements", headers={"Origin": ORIGIN, **ASKS})

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization, x-experience-api-version"
    assert set(answer.vary) == {"Origin", "Access-Control-Request-Headers"}


@pytest.mark.parametrize("path", ["/xapi/statements", "/xapi/about", "/api/v1/credentials", "/xapi/nowhere"])
def test_answers_can_be_read_by_an_allowed_origin_whatever_they_are(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Origin": ORIGIN})

    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "name",
    ["X-Experience-API-Version", "X-Experience-API-Consistent-Through", "ETag", "Last-Modified", "Location", "Link"],
)
def test_headers_of_the_standard_are_exposed(client: FlaskClient, name: str) -> None:
    answer = client.get("/xapi/about", headers={"Origin": ORIGIN})

    assert name in answer.headers["Access-Control-Expose-Headers"].split(", ")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/xapi/about", {"Origin": "https://elsewhere.example"}),
        ("/xapi/about", {"Origin": "null"}),
        ("/xapi/about", {}),
        ("/metrics", {"Origin": ORIGIN}),
    ],
)
def test_nobody_else_is_told_anything(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://0f3c.content.example", True),
        ("https://content.example", False),
        ("https://a.b.content.example", False),
        ("https://evil.example/.content.example", False),
        ("http://0f3c.content.example", False),
        ("https://0f3c.contentxexample", False),
    ],
)
def test_a_star_stands_for_one_label_of_a_host(credentials: access.Credentials, origin: str, allowed: bool) -> None:
    app = Flask("several hosts")
    access.init_app(app, credentials, cors_origins=("https://elsewhere.example", "https://*.content.example"))

    answer = app.test_client().get("/xapi/about", headers={"Origin": origin})

    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)


def test_a_preflight_of_another_origin_is_an_ordinary_options_request(client: FlaskClient) -> None:
    answer = client.options("/xapi/statements", headers={"Origin": "https://elsewhere.example", **ASKS})

    assert "Access-Control-Allow-Headers" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_a_page_of_another_origin_cannot_use_a_remembered_login(
    client: FlaskClient, admin: tuple[str, str], site: str, origin: str
) -> None:
    answer = client.delete("/api/v1/credentials/admin", auth=admin, headers={"Origin": origin, "Sec-Fetch-Site": site})

    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == "cross-origin"


@pytest.mark.parametrize("mode", ["navigate", "no-cors"])
def test_a_form_of_an_allowed_origin_cannot_use_a_remembered_login(
    client: FlaskClient, admin: tuple[str, str], mode: str
) -> None:
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}

    answer = client.delete("/api/v1/credentials/admin", auth=admin, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": ORIGIN},
    ],
)
def test_programs_own_pages_and_allowed_origins_may_change_things(
    client: FlaskClient, admin: tuple[str, str], headers: dict[str, str]
) -> None:
    assert client.delete("/api/v1/credentials/admin", auth=admin, headers=headers).status_code == 204


def test_all_origins_can_be_allowed(credentials: access.Credentials) -> None:
    app = Flask("access-test", static_folder=None)
    access.init_app(app, credentials, cors_origins=("*",))

    answer = app.test_client().get("/xapi/about", headers={"Origin": "https://elsewhere.example"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in answer.vary


def test_no_origin_can_be_allowed(credentials: access.Credentials) -> None:
    app = Flask("access-test", static_folder=None)
    access.init_app(app, credentials, cors_origins=())

    answer = app.test_client().options("/xapi/about", headers={"Origin": ORIGIN, **ASKS})

    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
