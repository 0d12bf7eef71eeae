"""State, activity profile and agent profile.

1.0.3 Communication 2.2, 2.3, 2.6, 2.7, 3.1; IEEE 9274.1.1 4.1.4, 4.1.6.2, 4.1.6.5, 4.1.6.6."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from hashlib import sha1

import pytest
from flask.testing import FlaskClient

AGENT = '{"mbox":"mailto:ada@example.com"}'
ACTIVITY = "http://example.com/activities/one"
STATE = {"activityId": ACTIVITY, "agent": AGENT}
RESOURCES = [
    pytest.param("/xapi/activities/state", STATE, "stateId", id="state"),
    pytest.param("/xapi/activities/profile", {"activityId": ACTIVITY}, "profileId", id="activity profile"),
    pytest.param("/xapi/agents/profile", {"agent": AGENT}, "profileId", id="agent profile"),
]
PROFILES = RESOURCES[1:]
NEW = {"If-None-Match": "*"}

every_resource = pytest.mark.parametrize(("path", "owner", "name"), RESOURCES)
every_profile = pytest.mark.parametrize(("path", "owner", "name"), PROFILES)


@every_resource
def test_a_document_comes_back_as_it_was_put(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    body = bytes(range(256))

    put = client.put(path, query_string={**owner, name: "one"}, data=body, content_type="image/png", headers=NEW)
    got = client.get(path, query_string={**owner, name: "one"})

    assert put.status_code == 204
    assert got.data == body
    assert got.content_type == "image/png"
    assert got.headers["ETag"] == f'"{sha1(body).hexdigest()}"'
    assert got.last_modified is not None


@every_resource
def test_a_missing_document_is_404(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    assert client.get(path, query_string={**owner, name: "nothing"}).status_code == 404
    assert client.delete(path, query_string={**owner, name: "nothing"}).status_code == 204


@every_resource
def test_names_are_listed_and_since_narrows_them(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    client.put(path, query_string={**owner, name: "b"}, data="1", headers=NEW)
    client.put(path, query_string={**owner, name: "a"}, data="2", headers=NEW)

    assert client.get(path, query_string=owner).json == ["a", "b"]
    assert client.get(path, query_string={**owner, "since": "2020-01-01T00:00:00+01:00"}).json == ["a", "b"]
    assert client.get(path, query_string={**owner, "since": "2999-01-01T00:00:00Z"}).json == []


@every_resource
def test_post_merges_the_top_level(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    asked = {**owner, name: "merged"}
    client.post(path, query_string=asked, json={"x": {"a": 1}, "y": 2})

    answer = client.post(path, query_string=asked, json={"x": {"b": 1}, "z": None})

    assert answer.status_code == 204
    assert client.get(path, query_string=asked).json == {"x": {"b": 1}, "y": 2, "z": None}


@every_resource
@pytest.mark.parametrize(
    ("stored", "kind", "posted", "posted_kind"),
    [
        ("text", "text/plain", "{}", "application/json"),
        ("{}", "application/json", "text", "text/plain"),
        ("[]", "application/json", "{}", "application/json"),
        ("{}", "application/json", "[]", "application/json"),
        ("{}", "application/json", "{", "application/json"),
    ],
)
def test_2_2_only_json_objects_are_merged(
    client: FlaskClient, path: str, owner: dict[str, str], name: str, stored: str, kind: str, posted: str, posted_kind: str
) -> None:
    asked = {**owner, name: "fixed"}
    client.put(path, query_string=asked, data=stored, content_type=kind, headers=NEW)

    answer = client.post(path, query_string=asked, data=posted, content_type=posted_kind)

    assert answer.status_code == 400
    assert client.get(path, query_string=asked).text == stored


@every_resource
def test_xapi_00322_ieee_4_1_4_if_match_decides(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    asked = {**owner, name: "guarded"}
    client.put(path, query_string=asked, json={"v": 1}, headers=NEW)
    etag = client.get(path, query_string=asked).headers["ETag"]

    wrong = {"If-Match": '"' + "0" * 40 + '"'}
    refused = [
        client.put(path, query_string=asked, json={"v": 2}, headers=wrong),
        client.post(path, query_string=asked, json={"v": 2}, headers=wrong),
        client.delete(path, query_string=asked, headers=wrong),
        client.put(path, query_string=asked, json={"v": 2}, headers=NEW),
    ]
    accepted = client.put(path, query_string=asked, json={"v": 3}, headers={"If-Match": etag})
    stale = client.put(path, query_string=asked, json={"v": 4}, headers={"If-Match": etag})

    assert [answer.status_code for answer in refused] == [412] * 4
    assert accepted.status_code == 204
    assert stale.status_code == 412
    assert client.get(path, query_string=asked).json == {"v": 3}


@every_resource
def test_if_match_on_nothing_is_412(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    asked = {**owner, name: str(uuid.uuid4())}

    assert client.put(path, query_string=asked, json={}, headers={"If-Match": "*"}).status_code == 412
    assert client.put(path, query_string=asked, json={}, headers={"If-Match": '"x"'}).status_code == 412
    assert client.get(path, query_string=asked).status_code == 404


@pytest.mark.parametrize("empty", ['""', 'W/""', ""])
@every_resource
def test_an_empty_etag_is_that_of_no_document(
    client: FlaskClient, path: str, owner: dict[str, str], name: str, empty: str
) -> None:
    asked = {**owner, name: "empty"}

    assert client.put(path, query_string=asked, json={}, headers={"If-Match": empty}).status_code == 412
    assert client.put(path, query_string=asked, json={}, headers={"If-None-Match": empty}).status_code == 204


@every_resource
def test_if_none_match_on_get_saves_the_body(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    asked = {**owner, name: "cached"}
    client.put(path, query_string=asked, json={}, headers=NEW)
    etag = client.get(path, query_string=asked).headers["ETag"]

    assert client.get(path, query_string=asked, headers={"If-None-Match": etag}).status_code == 304


@every_resource
def test_ieee_4_1_4_put_over_a_document_needs_a_precondition(
    client: FlaskClient, path: str, owner: dict[str, str], name: str
) -> None:
    asked = {**owner, name: "bare"}

    first = client.put(path, query_string=asked, json={"v": 1})
    second = client.put(path, query_string=asked, json={"v": 2})

    assert first.status_code == 204
    assert second.status_code == 409
    assert "If-Match" in second.json["rule"]
    assert client.get(path, query_string=asked).json == {"v": 1}


@every_profile
def test_xapi_00273_profiles_of_1_0_3_need_a_precondition_always(
    client_1: FlaskClient, path: str, owner: dict[str, str], name: str
) -> None:
    asked = {**owner, name: "bare"}

    assert client_1.put(path, query_string=asked, json={}).status_code == 400
    client_1.put(path, query_string=asked, json={}, headers=NEW)
    assert client_1.put(path, query_string=asked, json={}).status_code == 409


def test_2_3_state_of_1_0_3_is_overwritten(client_1: FlaskClient) -> None:
    asked = {**STATE, "stateId": "bookmark"}
    client_1.put("/xapi/activities/state", query_string=asked, data="1")

    answer = client_1.put("/xapi/activities/state", query_string=asked, data="2")

    assert answer.status_code == 204
    assert client_1.get("/xapi/activities/state", query_string=asked).text == "2"


def test_2_3_registrations_have_states_of_their_own(client: FlaskClient) -> None:
    registration = str(uuid.uuid4())
    with_registration = {**STATE, "registration": registration, "stateId": "s"}
    client.put("/xapi/activities/state", query_string={**STATE, "stateId": "s"}, data="plain")
    client.put("/xapi/activities/state", query_string=with_registration, data="registered")

    assert client.get("/xapi/activities/state", query_string={**STATE, "stateId": "s"}).text == "plain"
    assert (
        client.get("/xapi/activities/state", query_string={**with_registration, "registration": registration.upper()}).text
        == "registered"
    )


def test_2_3_delete_without_an_id_deletes_what_it_names(client: FlaskClient) -> None:
    registration = str(uuid.uuid4())
    client.put("/xapi/activities/state", query_string={**STATE, "stateId": "a"}, data="1")
    client.put("/xapi/activities/state", query_string={**STATE, "registration": registration, "stateId": "b"}, data="2")

    client.delete("/xapi/activities/state", query_string={**STATE, "registration": registration})
    after_one = client.get("/xapi/activities/state", query_string=STATE).json
    client.delete("/xapi/activities/state", query_string=STATE)

    assert after_one == ["a"]
    assert client.get("/xapi/activities/state", query_string=STATE).json == []


@every_profile
def test_2_6_profiles_are_deleted_one_by_one(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    assert client.delete(path, query_string=owner).status_code == 400


@every_resource
def test_required_and_unknown_parameters(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    first = next(iter(owner))
    without = {key: value for key, value in owner.items() if key != first}

    assert client.get(path, query_string={**without, name: "x"}).json["parameter"] == first
    assert client.get(path, query_string={**owner, "stateid": "x"}).json["parameter"] == "stateid"
    assert client.put(path, query_string=owner, data="x").json["parameter"] == name
    assert client.get(path, query_string={**owner, name: "x", "since": "2026-01-01T00:00:00Z"}).status_code == 400


@every_resource
def test_a_document_beyond_the_limit_is_413(client: FlaskClient, path: str, owner: dict[str, str], name: str) -> None:
    answer = client.put(path, query_string={**owner, name: "big"}, data=b"x" * ((1 << 20) + 1), headers=NEW)

    assert answer.status_code == 413


def test_4_3_reading_all_is_not_writing(client_of: Callable[..., FlaskClient]) -> None:
    reader = client_of("all/read")

    assert reader.get("/xapi/activities/state", query_string=STATE).status_code == 200
    assert reader.put("/xapi/activities/state", query_string={**STATE, "stateId": "x"}, data="x").status_code == 403


def test_a_launch_scoped_credential_stays_with_its_learner(client_of: Callable[..., FlaskClient]) -> None:
    registration = str(uuid.uuid4())
    limits = {"agent": {"mbox": "mailto:ada@example.com"}, "registration": registration}
    learner = client_of("state", "statements/write", limits=limits)
    mine = {**STATE, "registration": registration, "stateId": "x"}

    assert learner.put("/xapi/activities/state", query_string=mine, data="x").status_code == 204
    assert (
        learner.get("/xapi/activities/state", query_string={**mine, "agent": '{"mbox":"mailto:eve@example.com"}'}).status_code
        == 403
    )
    assert learner.get("/xapi/activities/state", query_string={**mine, "registration": str(uuid.uuid4())}).status_code == 403


@pytest.mark.parametrize(("path", "owner", "name"), RESOURCES)
def test_fifty_updates_at_once_have_one_winner_each_round(
    client_of: Callable[..., FlaskClient], path: str, owner: dict[str, str], name: str
) -> None:
    asked = {**owner, name: "contested"}
    client_of("all").put(path, query_string=asked, json={"round": 0}, headers=NEW)
    statuses: Counter[int] = Counter()
    barrier = threading.Barrier(50)

    def change(worker: int) -> None:
        mine = client_of("all")
        for turn in range(2):
            barrier.wait()
            etag = mine.get(path, query_string=asked).headers["ETag"]
            barrier.wait()
            body = {"by": worker, "turn": turn}
            statuses[mine.put(path, query_string=asked, json=body, headers={"If-Match": etag}).status_code] += 1

    workers = [threading.Thread(target=change, args=(worker,)) for worker in range(50)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert statuses == {204: 2, 412: 98}


def test_merges_at_once_lose_nothing(client_of: Callable[..., FlaskClient]) -> None:
    asked = {**STATE, "stateId": "gathered"}

    def add(worker: int) -> None:
        client_of("all").post("/xapi/activities/state", query_string=asked, json={str(worker): worker})

    workers = [threading.Thread(target=add, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert client_of("all").get("/xapi/activities/state", query_string=asked).json == {str(worker): worker for worker in range(8)}
