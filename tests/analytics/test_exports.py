"""Exports: /api/v1/exports and what makes them."""

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

import analytics
from access import Caller, Credentials
from analytics import Exporter, exports
from analytics.errors import ExportsFull
from analytics.exports import Wanted
from analytics.views.answer import Read
from analytics.views.inside import Answered
from tests.analytics.feeder import COURSE, Feeder

ANN = Caller(key="test", name="analyst", scopes=frozenset({"analytics/read"}))
LATER = 10**14
ATTEMPTS = {"resource": "attempts", "filter": {}}


@pytest.fixture
def credentials(db: Database[dict[str, Any]]) -> Credentials:
    return Credentials(db, cost=(4, 8, 1), streams=False)


@pytest.fixture
def exporter(client: FlaskClient, credentials: Credentials) -> Exporter:
    return analytics.exporter(client.application, credentials.caller)


def post(client: FlaskClient, body: Any = None, **headers: str) -> Any:
    return client.post("/api/v1/exports", json=body or {"resource": "attempts"}, headers=headers)


def made(client: FlaskClient, exporter: Exporter, body: Any = None) -> dict[str, Any]:
    """An export that was asked for and made."""
    address = post(client, body).headers["Location"]
    exporter.run()
    found: dict[str, Any] = client.get(address).json
    return found


def files(db: Database[dict[str, Any]]) -> tuple[int, int]:
    """How many files there are, and of how many there are pieces."""
    return len(list(db["analytics_files.files"].find({}))), len(
        {row["files_id"] for row in db["analytics_files.chunks"].find({})}
    )


def test_an_export_is_accepted_made_and_downloaded(client: FlaskClient, exporter: Exporter, feeder: Feeder) -> None:
    feeder.say("ann", "passed")
    feeder.say("bob", "failed")

    accepted = post(client, {"resource": "attempts", "filter": {"course": "golf"}, "format": "ndjson"})
    before = client.get(accepted.headers["Location"])
    exporter.run()
    after = client.get(accepted.headers["Location"]).json
    file = client.get(after["file"])

    assert accepted.status_code == 202
    assert (before.json["state"], before.json["file"], before.headers["Retry-After"]) == ("queued", None, "1")
    assert (after["state"], after["rows"], after["progress"]) == ("done", 2, 1.0)
    assert file.data == client.get("/api/v1/attempts", query_string={"course": "golf", "format": "ndjson"}).data
    assert after["bytes"] == len(file.data)
    assert after["sha256"] == hashlib.sha256(file.data).hexdigest()
    assert file.headers["Content-Type"] == "application/x-ndjson"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="attempts-20')
    assert file.headers["X-Row-Count"] == "2"
    assert file.headers["X-Consistent-Through"].startswith("20")


@pytest.mark.parametrize("form", ["csv", "csv-bom", "xlsx", "parquet", "arrow"])
def test_an_export_has_the_format_that_was_asked_for(client: FlaskClient, exporter: Exporter, feeder: Feeder, form: str) -> None:
    feeder.say("ann", "passed")

    export = made(client, exporter, {"resource": "scores", "format": form})

    assert export["state"] == "done"
    asked = client.get("/api/v1/scores", query_string={"format": form})
    assert client.get(export["file"]).content_type == asked.content_type


@pytest.mark.parametrize(
    "resource", ["attempts", "completions", "scores", "interactions", "statements", "learners", "activities", "verbs"]
)
def test_every_list_can_be_exported(client: FlaskClient, exporter: Exporter, feeder: Feeder, resource: str) -> None:
    feeder.say("ann", "passed", result={"score": {"scaled": 1}})

    export = made(client, exporter, {"resource": resource})

    expected = client.get(f"/api/v1/{resource}", query_string={"format": "csv"}).data
    assert client.get(export["file"]).data == expected


def test_a_query_and_a_saved_query_can_be_exported(client: FlaskClient, exporter: Exporter, feeder: Feeder) -> None:
    feeder.say("ann", "passed")
    query = {"filter": {"course": COURSE}, "group_by": ["status"]}
    client.put("/api/v1/queries/by-status", json={"query": query})

    asked = made(client, exporter, {"query": query})
    saved = made(client, exporter, {"saved": "by-status", "format": "parquet"})

    assert client.get(asked["file"]).data == b"status,count\r\npassed,1\r\n"
    table = pyarrow.parquet.read_table(io.BytesIO(client.get(saved["file"]).data))
    assert table.to_pylist() == [{"status": "passed", "count": 1}]
    assert (asked["rows"], saved["saved"]) == (1, "by-status")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, ""),
        ({"resource": "attempts", "query": {}}, 400, ""),
        ({"resource": "nothing"}, 400, "/resource"),
        ({"resource": "attempts", "filter": {"cursor": "x"}}, 400, "/filter/cursor"),
        ({"resource": "attempts", "filter": []}, 400, "/filter"),
        ({"resource": "attempts", "format": "json"}, 400, "/format"),
        ({"query": {"group_by": ["nothing"]}}, 400, "/group_by/0"),
        ({"query": {}, "filter": {}}, 400, "/filter"),
        ({"saved": 5}, 400, "/saved"),
        ({"resource": "attempts", "to": "ann"}, 400, "/to"),
        ({"saved": "nothing"}, 404, None),
        ({"resource": "attempts", "filter": {"course": "nowhere"}}, 404, None),
        ({"resource": "attempts", "filter": {"nothing": 1}}, 400, None),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(client: FlaskClient, body: Any, status: int, pointer: str | None) -> None:
    answer = client.post("/api/v1/exports", json=body)

    assert (answer.status_code, answer.json.get("pointer")) == (status, pointer)
    assert client.get("/api/v1/exports").json["exports"] == []


def test_what_goes_wrong_later_is_said_in_the_export(client: FlaskClient, exporter: Exporter) -> None:
    client.put("/api/v1/queries/gone", json={"query": {}})
    address = post(client, {"saved": "gone"}).headers["Location"]
    client.delete("/api/v1/queries/gone")

    exporter.run()

    export = client.get(address).json
    assert (export["state"], export["error"]["code"]) == ("failed", "query-unknown")
    refused = client.get(f"{address}/file")
    assert (refused.status_code, refused.json["code"], refused.json["state"]) == (409, "export-not-ready", "failed")


def test_an_export_of_a_revoked_credential_is_not_made(client: FlaskClient, exporter: Exporter, credentials: Credentials) -> None:
    credentials.create(name="admin", scopes=["all"], key="admin", secret="secret of admin")
    address = post(client).headers["Location"]
    credentials.revoke("test")

    exporter.run()

    export = client.get(address, headers={"Authorization": "Basic YWRtaW46c2VjcmV0IG9mIGFkbWlu"}).json
    assert (export["state"], export["error"]["code"]) == ("failed", "credential")


def test_a_file_that_is_not_there_yet_is_no_file(client: FlaskClient) -> None:
    address = post(client).headers["Location"]

    answer = client.get(f"{address}/file")

    assert (answer.status_code, answer.json["state"]) == (409, "queued")


def test_a_download_can_be_resumed(client: FlaskClient, exporter: Exporter, feeder: Feeder) -> None:
    for learner in range(30):
        feeder.say(f"learner{learner}", "passed")
    export = made(client, exporter)
    whole = client.get(export["file"])

    part = client.get(export["file"], headers={"Range": "bytes=100-199"})
    rest = client.get(export["file"], headers={"Range": "bytes=200-", "If-Range": whole.headers["ETag"]})
    other = client.get(export["file"], headers={"Range": "bytes=200-", "If-Range": '"another"'})
    beyond = client.get(export["file"], headers={"Range": f"bytes={export['bytes']}-"})
    same = client.get(export["file"], headers={"If-None-Match": whole.headers["ETag"]})

    assert whole.headers["Accept-Ranges"] == "bytes"
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{export['bytes']}"
    assert (rest.status_code, rest.data) == (206, whole.data[200:])
    assert (other.status_code, other.data) == (200, whole.data)
    assert beyond.status_code == 416
    assert (same.status_code, same.data) == (304, b"")


def test_a_file_larger_than_a_piece_of_the_store_is_whole(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    pieces = [bytes([number]) * 700_000 for number in range(5)]
    exporter = Exporter(db, answering(pieces), lambda key: ANN)
    address = post(client).headers["Location"]

    exporter.run()

    assert client.get(f"{address}/file").data == b"".join(pieces)
    assert client.get(f"{address}/file", headers={"Range": "bytes=1400000-1400001"}).data == b"\x02\x02"


def test_exports_are_listed_newest_first_in_pages(client: FlaskClient) -> None:
    ids = [post(client).json["id"] for _ in range(3)]

    first = client.get("/api/v1/exports", query_string={"limit": 2})
    second = client.get(first.headers["Link"].split(">")[0][1:])

    listed = [one["id"] for one in first.json["exports"] + second.json["exports"]]
    assert sorted(listed) == sorted(ids)
    created = [one["created"] for one in first.json["exports"]]
    assert created == sorted(created, reverse=True)
    assert second.json["next"] is None


def test_an_export_is_for_the_credential_that_asked(client: FlaskClient, exporter: Exporter, credentials: Credentials) -> None:
    credentials.create(name="other", scopes=["analytics/read"], key="other", secret="secret of other")
    credentials.create(name="admin", scopes=["all"], key="admin", secret="secret of admin")
    as_other = {"Authorization": "Basic b3RoZXI6c2VjcmV0IG9mIG90aGVy"}
    as_admin = {"Authorization": "Basic YWRtaW46c2VjcmV0IG9mIGFkbWlu"}
    export = made(client, exporter)

    assert client.get(export["file"], headers=as_other).json["code"] == "export-unknown"
    assert client.delete(f"/api/v1/exports/{export['id']}", headers=as_other).status_code == 404
    assert client.get("/api/v1/exports", headers=as_other).json["exports"] == []
    assert client.get(export["file"], headers=as_admin).status_code == 200
    assert len(client.get("/api/v1/exports", headers=as_admin).json["exports"]) == 1


def test_an_export_shows_what_its_credential_may_see(
    client: FlaskClient, exporter: Exporter, credentials: Credentials, feeder: Feeder
) -> None:
    credentials.create(name="veiled", scopes=["analytics/read/pseudonymous"], key="veiled", secret="secret of veiled")
    veiled = {"Authorization": "Basic dmVpbGVkOnNlY3JldCBvZiB2ZWlsZWQ="}
    feeder.say("ann", "passed")

    address = post(client, {"resource": "attempts", "format": "ndjson"}, **veiled).headers["Location"]
    exporter.run()

    row = orjson.loads(client.get(f"{address}/file", headers=veiled).data)
    assert row["actor_key"].startswith("pseudonym:")
    assert "actor_name" not in row
    refused = post(client, {"resource": "statements"}, **veiled)
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


def test_an_export_needs_the_scope(client: FlaskClient) -> None:
    assert post(client, None, Authorization="Basic d3JpdGVyOnNlY3JldA==").status_code == 403


def test_a_deleted_export_is_gone_with_its_file(client: FlaskClient, exporter: Exporter, db: Database[dict[str, Any]]) -> None:
    export = made(client, exporter)

    deleted = client.delete(f"/api/v1/exports/{export['id']}")

    assert deleted.status_code == 204
    assert client.get(f"/api/v1/exports/{export['id']}").json["code"] == "export-unknown"
    assert client.get(export["file"]).status_code == 404
    assert files(db) == (0, 0)


def test_an_export_expires(client: FlaskClient, exporter: Exporter, db: Database[dict[str, Any]]) -> None:
    export = made(client, exporter)
    kept = exporter.sweep()

    gone = Exporter(db, answering([]), lambda key: ANN, clock=lambda: LATER / 1000).sweep()

    assert (kept, gone) == (0, 1)
    assert client.get(export["file"]).status_code == 404
    assert files(db) == (0, 0)


def answering(pieces: list[bytes], before: Any = None) -> Any:
    """Asks nobody: the answer is these pieces; `before` is called before the second of them."""

    @contextmanager
    def ask(caller: Caller, row: dict[str, Any]) -> Iterator[Answered]:
        def given() -> Iterator[bytes]:
            for number, piece in enumerate(pieces):
                if number == 1 and before is not None:
                    before(row)
                yield piece

        yield Answered(pieces=given(), read=Read(rows=len(pieces)), expected=None, through=None)

    return ask


class Killed(BaseException):
    """What ends a process at once, as far as the store can tell."""


def die(row: dict[str, Any]) -> None:
    raise Killed


def test_an_export_whose_maker_was_killed_is_made_again_once(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    address = post(client).headers["Location"]
    dying = Exporter(db, answering([b"a" * 3_000_000, b"b"], before=die), lambda key: ANN)
    with pytest.raises(Killed):
        dying.run()
    whole = answering([b"whole"])

    too_early = Exporter(db, whole, lambda key: ANN).run()
    state = client.get(address).json["state"]
    later = Exporter(db, whole, lambda key: ANN, clock=lambda: LATER / 1000)
    made = later.run()
    again = later.run()

    assert (too_early, state, made, again) == (0, "running", 1, 0)
    assert client.get(f"{address}/file").data == b"whole"
    assert files(db) == (1, 1)


def test_a_maker_that_was_taken_for_dead_leaves_nothing(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    address = post(client).headers["Location"]
    other = Exporter(db, answering([b"other"]), lambda key: ANN, clock=lambda: LATER / 1000)
    slow = Exporter(db, answering([b"a" * 3_000_000, b"b"], before=lambda row: other.run()), lambda key: ANN)

    slow.run()

    assert client.get(f"{address}/file").data == b"other"
    assert files(db) == (1, 1)


def test_an_export_deleted_while_it_is_made_leaves_nothing(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    address = post(client).headers["Location"]
    deleting = answering([b"a" * 3_000_000, b"b"], before=lambda row: client.delete(address))

    Exporter(db, deleting, lambda key: ANN).run()

    assert client.get(address).status_code == 404
    assert files(db) == (0, 0)


def test_a_process_that_ends_gives_back_what_it_was_making(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    address = post(client).headers["Location"]
    ending = Exporter(db, answering([b"a", b"b"], before=lambda row: ending.stop()), lambda key: ANN)

    ending.run()
    given_back = client.get(address).json["state"]
    Exporter(db, answering([b"whole"]), lambda key: ANN).run()

    assert given_back == "queued"
    assert client.get(f"{address}/file").data == b"whole"


def test_an_export_that_kills_its_makers_is_given_up(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    address = post(client).headers["Location"]
    times = iter(range(10**11, 10**12, 10**6))
    dying = Exporter(db, answering([b"a", b"b"], before=die), lambda key: ANN, clock=lambda: next(times))
    for _ in range(exports.TRIES):
        with pytest.raises(Killed):
            dying.run()

    dying.run()

    export = client.get(address).json
    assert (export["state"], export["error"]["code"]) == ("failed", "tries")
    assert files(db) == (0, 0)


def test_many_exporters_make_each_export_once(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    addresses = [post(client).headers["Location"] for _ in range(8)]
    makers = [Exporter(db, answering([b"a"]), lambda key: ANN) for _ in range(4)]
    threads = [threading.Thread(target=maker.run) for maker in makers]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [client.get(address).json["state"] for address in addresses] == ["done"] * 8
    assert files(db) == (8, 8)


def test_progress_is_told_while_an_export_is_made(client: FlaskClient, db: Database[dict[str, Any]], monkeypatch: Any) -> None:
    monkeypatch.setattr("analytics.exporting.HEARTBEAT_SECONDS", 0.01)
    address = post(client).headers["Location"]
    told: list[dict[str, Any]] = []

    def look(row: dict[str, Any]) -> None:
        while not told or told[-1]["bytes"] == 0:
            told.append(client.get(address).json)

    Exporter(db, answering([b"12345", b"6"], before=look), lambda key: ANN).run()

    assert (told[-1]["state"], told[-1]["bytes"]) == ("running", 5)


def test_too_many_exports_that_wait_are_refused(client: FlaskClient, db: Database[dict[str, Any]], monkeypatch: Any) -> None:
    monkeypatch.setattr(exports, "UNFINISHED_MOST", 2)
    post(client)
    post(client)

    answer = post(client)

    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (429, "exports-full", "60")
    with pytest.raises(ExportsFull):
        exports.create(db, 1, Wanted(asked=ATTEMPTS, form="csv", by="test", by_name="Ann"), 0)
    assert exports.create(db, 2, Wanted(asked=ATTEMPTS, form="csv", by="test", by_name="Ann"), 0)


def test_exports_are_of_one_store(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    export_id = exports.create(db, 2, Wanted(asked=ATTEMPTS, form="csv", by="test", by_name="Ann"), 0)

    assert client.get(f"/api/v1/exports/{export_id}").status_code == 404


@pytest.mark.parametrize(
    ("resource", "more"), [("items", {}), ("distractors", {}), ("funnel", {}), ("struggling", {"reason": "failed"})]
)
def test_what_is_said_of_a_course_can_be_exported(
    client: FlaskClient, exporter: Exporter, feeder: Feeder, resource: str, more: dict[str, str]
) -> None:
    feeder.say("ann", "failed")
    feeder.say("ann", "failed")
    asked = {"course": "golf", **more}

    export = made(client, exporter, {"resource": resource, "filter": asked})

    expected = client.get(f"/api/v1/{resource}", query_string={"format": "csv", **asked}).data
    assert client.get(export["file"]).data == expected


@pytest.mark.parametrize("body", [{"resource": ["attempts"]}, {"resource": "funnel"}, {"resource": "reads"}])
def test_what_is_no_list_is_refused_at_once(client: FlaskClient, body: Any) -> None:
    assert post(client, body).status_code == 400


@pytest.mark.parametrize(("part", "status"), [({}, 200), ({"Range": "bytes=0-3"}, 206)])
def test_taking_the_file_is_a_read_of_its_own(
    client: FlaskClient, exporter: Exporter, feeder: Feeder, part: dict[str, str], status: int
) -> None:
    feeder.say("ann", "passed")
    file = made(client, exporter)["file"]

    taken = client.get(file, headers=part, buffered=True)

    [newest, *_] = client.get("/api/v1/reads", auth=("officer", "secret")).json["rows"]
    assert (taken.status_code, newest["path"], newest["personal"]) == (status, file, True)
