"""The contract describes the service that answers, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from access.scopes import PERMISSIONS, SCOPES
from analytics.parameters import RESOURCES
from lrs.resources.params import TABLE
from rollbook import openapi
from rollbook.operations import OPERATIONS, PARAMETERS, ROWS, TAGS


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """The document without an app: what the table says, as if one view required something."""
    return openapi.document({("GET", "/metrics"): ("admin",)})


def test_the_document_is_openapi_3_1(table: dict[str, Any]) -> None:
    validate(table)

    assert table["openapi"].startswith("3.1")


def test_every_component_is_used(table: dict[str, Any]) -> None:
    used = set(references(table))

    unused = [
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "parameters", "headers", "responses")
        for name in table["components"][kind]
        if f"#/components/{kind}/{name}" not in used
    ]

    assert unused == []


def test_the_table_documents_every_route_of_the_app(app: Flask) -> None:
    documented = {(row.method, openapi.shape(row.path)) for row in openapi.operations()}

    assert set(openapi.declared(app)) - documented == set()


def test_the_table_documents_no_route_that_the_app_lacks(app: Flask) -> None:
    documented = {(row.method, openapi.shape(row.path)) for row in openapi.operations()}

    assert documented - set(openapi.declared(app)) == set()


def test_operations_have_ids_tags_and_parameters_of_their_own(table: dict[str, Any]) -> None:
    rows = openapi.operations()

    assert len({row.id for row in rows}) == len(rows)
    assert {row.tag for row in rows} == set(TAGS)
    assert {key for row in rows for key in row.parameters} == set(PARAMETERS)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.id)
def test_path_parameters_are_those_of_the_path(row: Any) -> None:
    declared = {PARAMETERS[key].name for key in row.parameters if PARAMETERS[key].place == "path"}

    assert declared == set(re.findall(r"\{([^}]*)\}", row.path))


def test_every_list_of_the_analytics_is_in_the_table() -> None:
    assert set(RESOURCES) <= set(ROWS)


@pytest.mark.parametrize(
    ("operation", "resource"),
    [
        ("find_statements", "statements GET"),
        ("store_statement", "statements PUT"),
        ("store_statements", "statements POST"),
        ("about", "about"),
        ("get_activity", "activities"),
        ("get_person", "agents"),
        ("get_state", "state"),
        ("get_activity_profile", "activity-profile"),
        ("get_agent_profile", "agent-profile"),
    ],
)
def test_the_parameters_of_xapi_are_those_the_lrs_knows(operation: str, resource: str) -> None:
    row = next(row for row in OPERATIONS if row.id == operation)

    named = {PARAMETERS[key].name for key in row.parameters if PARAMETERS[key].place == "query"}

    assert named == set(TABLE[resource])


def test_an_operation_lists_each_permission_as_an_alternative_and_the_errors_of_access() -> None:
    made = openapi.document({("GET", "/xapi/statements"): ("statements/read", "statements/read/mine")})

    found = made["paths"]["/xapi/statements"]["get"]
    assert found["security"] == [
        {"basic": ["statements/read"]},
        {"bearer": ["statements/read"]},
        {"basic": ["statements/read/mine"]},
        {"bearer": ["statements/read/mine"]},
    ]
    assert {"401", "403"} <= set(found["responses"])


def test_scopes_are_the_table_of_scopes(table: dict[str, Any]) -> None:
    assert table["components"]["schemas"]["Scope"]["enum"] == list(SCOPES)


def test_the_served_document_is_public_valid_and_names_what_views_require(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json is not None
    validate(answer.json)
    assert answer.json["paths"]["/api/v1/credentials"]["post"]["security"] == [{"basic": ["admin"]}, {"bearer": ["admin"]}]
    named = {name for way in openapi.declared(app).values() for name in way}
    assert named <= PERMISSIONS


def test_served_rows_have_the_properties_of_their_schema(client: FlaskClient, table: dict[str, Any]) -> None:
    answer = client.get("/api/v1/credentials")

    assert answer.json is not None
    assert set(answer.json["credentials"][0]) == set(table["components"]["schemas"]["Credential"]["properties"])
