"""The numbered requirements of the document resources as one table: 1.0.3 Communication 2.2, 2.3, 2.6, 2.7."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

ACTIVITY = "http://example.com/activities/one"
AGENT = '{"mbox":"mailto:ada@example.com"}'
REGISTRATION = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
NEW = {"If-None-Match": "*"}
METHODS = ("GET", "PUT", "POST", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """`refusals`: parameter and fault to the numbers for GET, PUT, POST, DELETE; empty where the standard has none."""

    path: str
    name: str
    owner: dict[str, str]
    refusals: dict[tuple[str, Any], tuple[str, str, str, str]] = field(default_factory=dict)


STATE = Resource(
    path="/xapi/activities/state",
    name="stateId",
    owner={"activityId": ACTIVITY, "agent": AGENT},
    refusals={
        ("agent", "not JSON"): ("00197", "00199", "00198", "00196"),
        ("agent", "{}"): ("00197", "00199", "00198", "00196"),
        ("agent", None): ("00213", "00215", "00214", "00212"),
        ("activityId", None): ("00208", "00210", "00209", "00207"),
        ("activityId", "no IRI"): ("00208", "00210", "00209", "00207"),
        ("registration", "no UUID"): ("00201", "00203", "00202", "00200"),
        ("since", "yesterday"): ("00204", "", "", ""),
        ("stateId", None): ("", "00206", "00211", ""),
    },
)
AGENT_PROFILE = Resource(
    path="/xapi/agents/profile",
    name="profileId",
    owner={"agent": AGENT},
    refusals={
        ("agent", "not JSON"): ("00258", "00257", "00256", "00255"),
        ("agent", '{"mbox":"ada@example.com"}'): ("00258", "00257", "00256", "00255"),
        ("agent", None): ("00261", "00264", "00263", "00262"),
        ("profileId", None): ("", "00267", "00266", "00265"),
        ("since", "yesterday"): ("00260", "", "", ""),
    },
)
ACTIVITY_PROFILE = Resource(
    path="/xapi/activities/profile",
    name="profileId",
    owner={"activityId": ACTIVITY},
    refusals={
        ("activityId", None): ("00296", "00299", "00298", "00297"),
        ("activityId", "no IRI"): ("00296", "00299", "00298", "00297"),
        ("profileId", None): ("", "00302", "00301", "00300"),
        ("since", "yesterday"): ("00295", "", "", ""),
    },
)


def every(state: str, agent_profile: str, activity_profile: str) -> Any:
    """The same test for the three resources, which have numbers of their own for it."""
    rows = ((state, STATE), (agent_profile, AGENT_PROFILE), (activity_profile, ACTIVITY_PROFILE))
    named = [(" ".join(f"XAPI-{number}" for number in numbers.split()), resource) for numbers, resource in rows]
    return pytest.mark.parametrize("resource", [pytest.param(one, id=f"{numbers} {one.path[6:]}") for numbers, one in named])


def refusals() -> Iterator[Any]:
    for resource in (STATE, AGENT_PROFILE, ACTIVITY_PROFILE):
        for (parameter, value), numbers in resource.refusals.items():
            for method, number in zip(METHODS, numbers, strict=True):
                if number:
                    asked: dict[str, str | None] = {**resource.owner, resource.name: "one", parameter: value}
                    asked.update({resource.name: None} if parameter == "since" else {})
                    yield pytest.param(resource, method, asked, parameter, id=f"XAPI-{number} {method} {parameter} {value}")


def call(client: FlaskClient, method: str, resource: Resource, how: dict[str, Any] | None = None, **asked: str) -> Any:
    body = {} if method in ("GET", "DELETE") else {"data": '{"x": 1}', "content_type": "application/json"}
    return client.open(
        resource.path,
        method=method,
        query_string={**resource.owner, **asked},
        headers=NEW if method == "PUT" else {},
        **(how or body),
    )


@pytest.fixture(params=["1.0.3", "2.0.0"])
def either(request: pytest.FixtureRequest, client_1: FlaskClient, client: FlaskClient) -> FlaskClient:
    return client_1 if request.param == "1.0.3" else client


@pytest.mark.parametrize(("resource", "method", "asked", "parameter"), list(refusals()))
def test_a_missing_or_wrong_parameter_is_refused(
    either: FlaskClient, resource: Resource, method: str, asked: dict[str, str | None], parameter: str
) -> None:
    given = {key: value for key, value in asked.items() if value is not None}

    answer = either.open(resource.path, method=method, query_string=given, json={} if method in ("PUT", "POST") else None)

    assert answer.status_code == 400
    assert answer.json["parameter"] == parameter


@every("00190 00218 00230", "00282", "00287 00293 00311")
def test_put_stores(either: FlaskClient, resource: Resource) -> None:
    answer = call(either, "PUT", resource, **{resource.name: "one"})

    assert (answer.status_code, answer.data) == (204, b"")
    assert call(either, "GET", resource, **{resource.name: "one"}).json == {"x": 1}


@every("00189 00231 00233", "00272 00280 00283", "00286 00292 00310 00312")
def test_post_stores_what_was_not_there(either: FlaskClient, resource: Resource) -> None:
    answer = call(either, "POST", resource, **{resource.name: "one"})

    assert (answer.status_code, answer.data) == (204, b"")
    assert call(either, "GET", resource, **{resource.name: "one"}).json == {"x": 1}


@every("00188 00192 00217", "00259 00269 00274", "00288 00290")
def test_get_with_an_id_gives_that_document(either: FlaskClient, resource: Resource) -> None:
    call(either, "PUT", resource, {"data": b"\x00one", "content_type": "image/png"}, **{resource.name: "one"})
    call(either, "PUT", resource, {"data": b"two", "content_type": "text/plain"}, **{resource.name: "two"})

    answer = call(either, "GET", resource, **{resource.name: "one"})

    assert (answer.status_code, answer.data, answer.content_type) == (200, b"\x00one", "image/png")


@every("00193", "00270", "00289")
def test_get_without_an_id_gives_ids(either: FlaskClient, resource: Resource) -> None:
    call(either, "PUT", resource, **{resource.name: "one"})
    call(either, "PUT", resource, **{resource.name: "two"})

    answer = call(either, "GET", resource)

    assert (answer.status_code, answer.content_type, answer.json) == (200, "application/json", ["one", "two"])


@every("00195 00221", "00268 00275", "00294 00303")
def test_since_leaves_out_what_was_stored_before(either: FlaskClient, resource: Resource, a_moment: Any) -> None:
    call(either, "PUT", resource, **{resource.name: "one"})
    between = a_moment()
    call(either, "PUT", resource, **{resource.name: "two"})

    assert call(either, "GET", resource, since=between).json == ["two"]


@every("00187 00191 00216", "00271", "00285 00291")
def test_delete_deletes_that_document(either: FlaskClient, resource: Resource) -> None:
    call(either, "PUT", resource, **{resource.name: "one"})
    call(either, "PUT", resource, **{resource.name: "two"})

    answer = call(either, "DELETE", resource, **{resource.name: "one"})

    assert (answer.status_code, answer.data) == (204, b"")
    assert call(either, "GET", resource, **{resource.name: "one"}).status_code == 404
    assert call(either, "GET", resource).json == ["two"]


def test_xapi_00194_delete_without_a_state_id_deletes_all_of_that_owner(either: FlaskClient) -> None:
    call(either, "PUT", STATE, stateId="one")
    call(either, "PUT", STATE, stateId="two")
    call(either, "PUT", STATE, stateId="other", activityId="http://example.com/other")

    answer = call(either, "DELETE", STATE)

    assert answer.status_code == 204
    assert call(either, "GET", STATE).json == []
    assert call(either, "GET", STATE, activityId="http://example.com/other").json == ["other"]


@pytest.mark.parametrize(
    "method",
    [
        pytest.param("PUT", id="XAPI-00218 PUT"),
        pytest.param("POST", id="XAPI-00227 POST"),
        pytest.param("GET", id="XAPI-00220 GET"),
    ],
)
def test_a_registration_has_states_of_its_own(either: FlaskClient, method: str) -> None:
    call(either, "PUT" if method == "GET" else method, STATE, stateId="one", registration=REGISTRATION)

    assert call(either, "GET", STATE, stateId="one", registration=REGISTRATION).json == {"x": 1}
    assert call(either, "GET", STATE, stateId="one").status_code == 404


def test_xapi_00219_delete_knows_the_registration(either: FlaskClient) -> None:
    call(either, "PUT", STATE, stateId="one", registration=REGISTRATION)
    call(either, "PUT", STATE, stateId="one")

    call(either, "DELETE", STATE, stateId="one", registration=REGISTRATION)

    assert call(either, "GET", STATE, stateId="one", registration=REGISTRATION).status_code == 404
    assert call(either, "GET", STATE, stateId="one").status_code == 200


@every("00183 00184 00234", "00183 00184 00279", "00183 00184 00308")
def test_post_merges_one_level_deep(either: FlaskClient, resource: Resource) -> None:
    call(either, "POST", resource, {"json": {"kept": 1, "both": {"old": 1}}}, **{resource.name: "one"})

    answer = call(either, "POST", resource, {"json": {"both": {"new": 2}, "added": [3]}}, **{resource.name: "one"})

    assert answer.status_code == 204
    assert call(either, "GET", resource, **{resource.name: "one"}).json == {"kept": 1, "both": {"new": 2}, "added": [3]}


@pytest.mark.parametrize(
    ("stored", "posted"),
    [
        pytest.param(("text", "text/plain"), ("{}", "application/json"), id="stored"),
        pytest.param(("{}", "application/json"), ("{}", "text/plain"), id="posted"),
    ],
)
@every("00232", "00278", "00309")
def test_only_json_is_merged(either: FlaskClient, resource: Resource, stored: tuple[str, str], posted: tuple[str, str]) -> None:
    call(either, "PUT", resource, {"data": stored[0], "content_type": stored[1]}, **{resource.name: "one"})

    answer = call(either, "POST", resource, {"data": posted[0], "content_type": posted[1]}, **{resource.name: "one"})

    assert answer.status_code == 400
    assert call(either, "GET", resource, **{resource.name: "one"}).text == stored[0]


@pytest.mark.parametrize(("stored", "posted"), [("[]", "{}"), ("{}", "[]"), ("{}", "1")])
@every("00229", "00281", "00313")
def test_only_objects_are_merged(either: FlaskClient, resource: Resource, stored: str, posted: str) -> None:
    call(either, "PUT", resource, {"data": stored, "content_type": "application/json"}, **{resource.name: "one"})

    answer = call(either, "POST", resource, {"data": posted, "content_type": "application/json"}, **{resource.name: "one"})

    assert answer.status_code == 400
    assert call(either, "GET", resource, **{resource.name: "one"}).text == stored


@every("00235", "00284", "00314")
def test_broken_json_is_refused(either: FlaskClient, resource: Resource) -> None:
    answer = call(either, "POST", resource, {"data": '{"a": ', "content_type": "application/json"}, **{resource.name: "one"})

    assert (answer.status_code, answer.json["code"]) == (400, "invalid-json")
    assert call(either, "GET", resource).json == []


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(STATE, id="IEEE 4.1.6.2"),
        pytest.param(AGENT_PROFILE, id="IEEE 4.1.6.5"),
        pytest.param(ACTIVITY_PROFILE, id="IEEE 4.1.6.6"),
    ],
)
def test_a_document_says_when_it_was_last_modified(client: FlaskClient, resource: Resource) -> None:
    call(client, "PUT", resource, **{resource.name: "one"})

    answer = call(client, "GET", resource, **{resource.name: "one"})

    assert abs(datetime.now(UTC) - answer.last_modified) < timedelta(seconds=60)
    assert call(client, "GET", resource, **{resource.name: "one", "since": "2026-01-01T00:00:00Z"}).status_code == 400
