"""Each route of both origins declares who may use it."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from access import scopes
from rollbook.app import create_app, create_content_app
from rollbook.services import Services


@pytest.fixture(params=[create_app, create_content_app], ids=["application", "content"])
def either(request: pytest.FixtureRequest, services: Services) -> Flask:
    made: Flask = request.param(services)
    return made


def test_every_route_declares_its_permissions(either: Flask) -> None:
    undeclared = [
        f"{rule.rule} {rule.endpoint}"
        for rule in either.url_map.iter_rules()
        if not hasattr(either.view_functions[rule.endpoint], "permissions")
    ]

    assert undeclared == []


def test_every_declared_permission_can_be_granted(either: Flask) -> None:
    declared = {name for view in either.view_functions.values() for name in getattr(view, "permissions", ())}

    assert scopes.unknown(sorted(declared)) == []


def test_who_may_read_registrations_may_not_make_them(client: FlaskClient) -> None:
    made = client.post("/api/v1/credentials", json={"name": "Help desk", "scopes": ["registrations/read"]}).json
    assert made is not None
    desk = (made["key"], made["secret"])

    assert client.get(f"/api/v1/registrations/{uuid.uuid4()}", auth=desk).status_code == 404
    assert client.post("/api/v1/courses/any/registrations", json={}, auth=desk).status_code == 403


def test_no_route_of_the_content_origin_takes_a_credential(services: Services) -> None:
    app = create_content_app(services)

    asking = [rule.rule for rule in app.url_map.iter_rules() if app.view_functions[rule.endpoint].permissions]  # type: ignore[attr-defined]

    assert asking in ([], ["/metrics"])
