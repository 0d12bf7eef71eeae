"""Schedules: /api/v1/schedules and what starts their exports."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

import analytics
from access import Caller, Credentials
from analytics import Exporter, exports, schedules
from analytics.errors import RevisionChanged
from analytics.facts import milliseconds
from analytics.schedules import Plan
from analytics.timing import Timing
from analytics.views import inside
from tests.analytics.feeder import Feeder

HOUR = 3_600_000
ANN = Caller(key="test", name="analyst", scopes=frozenset({"analytics/read"}))
EVERY_HOUR = Timing(every=HOUR)
WEEKLY = {"resource": "completions", "filter": {"course": "golf"}, "format": "csv", "cron": "0 6 * * 1", "tz": "Europe/Paris"}


def put(client: FlaskClient, body: Any = WEEKLY, name: str = "weekly", **headers: str) -> Any:
    return client.put(f"/api/v1/schedules/{name}", json=body, headers=headers)


def planned(db: Database[dict[str, Any]], now: int = 0, **change: Any) -> None:
    plan = {"description": "", "asked": {"resource": "attempts", "filter": {}}, "form": "csv", "timing": EVERY_HOUR}
    plan |= {"missed": "run", "keep": 10, "paused": False}
    schedules.put(db, 1, "hourly", Plan(**(plan | change)), by=ANN, now=now, tag=None)


def run(db: Database[dict[str, Any]], now: int) -> int:
    return schedules.run_due(db, now, lambda key: ANN)


def runs(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/schedules/hourly").json["runs"]
    return found


def waiting(db: Database[dict[str, Any]]) -> list[dict[str, Any]]:
    return list(db[exports.EXPORTS].find({}))


def test_a_schedule_is_kept_and_shown(client: FlaskClient) -> None:
    made = put(client, WEEKLY | {"description": "For the board."})

    found = client.get("/api/v1/schedules/weekly")

    assert (made.status_code, made.headers["Location"]) == (201, "/api/v1/schedules/weekly")
    assert found.json == made.json
    assert found.headers["ETag"] == made.headers["ETag"]
    shown = found.json
    assert (shown["cron"], shown["tz"], shown["resource"], shown["filter"]) == (
        "0 6 * * 1", "Europe/Paris", "completions", {"course": ["golf"]},
    )  # fmt: skip
    assert (shown["description"], shown["updated_by"], shown["runs"]) == ("For the board.", "analyst", [])
    assert (milliseconds(shown["next"]) or 0) > (milliseconds(shown["created"]) or 0)


def test_a_schedule_that_is_due_makes_an_export(client: FlaskClient, db: Database[dict[str, Any]], feeder: Feeder) -> None:
    feeder.say("ann", "passed")
    credentials = Credentials(db, cost=(4, 8, 1), streams=False)
    planned(db)

    analytics.exporter(client.application, credentials.caller).run()

    (made,) = runs(client)
    export = client.get(f"/api/v1/exports/{made['export']}").json
    assert made["state"] == export["state"] == "done"
    assert (export["schedule"], export["due"]) == ("hourly", made["due"])
    assert client.get(export["file"]).data == client.get("/api/v1/attempts", query_string={"format": "csv"}).data


def test_nothing_is_made_before_its_time(db: Database[dict[str, Any]]) -> None:
    planned(db, now=0)

    assert run(db, HOUR - 1) == 0
    assert run(db, HOUR) == 1
    assert run(db, HOUR) == 0
    assert run(db, 2 * HOUR) == 1


def test_of_several_processes_that_see_it_one_export_comes(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db)
    (seen,) = db[schedules.SCHEDULES].find({})

    schedules._run(db, seen, HOUR, lambda key: ANN)
    schedules._run(db, seen, HOUR, lambda key: ANN)

    assert len(waiting(db)) == 1
    assert len(runs(client)) == 1


def test_times_missed_are_made_up_for_once(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db)

    run(db, 5 * HOUR + 1)

    assert len(waiting(db)) == 1
    assert [(one["due"], one["missed"]) for one in runs(client)] == [("1970-01-01T05:00:00.000Z", 4)]
    assert client.get("/api/v1/schedules/hourly").json["next"] == "1970-01-01T06:00:00.000Z"


def test_times_missed_can_be_left_out(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db, missed="skip")

    run(db, 5 * HOUR + schedules.LATE + 1)
    skipped = waiting(db)
    run(db, 6 * HOUR + 1)

    assert skipped == []
    assert len(waiting(db)) == 1
    assert [(one["state"], one["missed"]) for one in runs(client)] == [("queued", 0), ("skipped", 5)]


def test_a_paused_schedule_makes_nothing(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db, paused=True)

    assert run(db, 5 * HOUR) == 0
    assert client.get("/api/v1/schedules/hourly").json["next"] is None


def test_a_schedule_of_a_revoked_credential_is_paused(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db)

    schedules.run_due(db, HOUR, lambda key: None)

    shown = client.get("/api/v1/schedules/hourly").json
    assert (shown["paused"], shown["paused_because"], waiting(db)) == (True, "credential", [])


def test_a_schedule_waits_while_too_many_exports_do(db: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    planned(db)
    monkeypatch.setattr(exports, "UNFINISHED_MOST", 0)
    full = run(db, HOUR)
    monkeypatch.setattr(exports, "UNFINISHED_MOST", 1)

    assert (full, run(db, HOUR)) == (0, 1)


def test_only_the_last_results_are_kept(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db, keep=2)
    credentials = Credentials(db, cost=(4, 8, 1), streams=False)
    for hour in range(1, 5):
        run(db, hour * HOUR)
        db[exports.EXPORTS].update_many({"open": True}, {"$set": {"until": 0}})  # the clock of the exporter stands still
        Exporter(db, inside.asking(client.application), credentials.caller, clock=lambda: 10).run()

    run(db, 5 * HOUR)

    assert [one["state"] for one in runs(client)] == ["queued", "done", "expired", "expired", "expired"]


def test_a_changed_schedule_begins_anew_and_keeps_its_runs(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db)
    run(db, HOUR)
    tag = client.get("/api/v1/schedules/hourly").headers["ETag"]

    changed = put(client, {"resource": "scores", "every": "PT6H"}, "hourly", **{"If-Match": tag})

    assert (changed.status_code, changed.json["revision"], len(changed.json["runs"])) == (200, 2, 1)
    assert (changed.json["every"], changed.json["resource"]) == ("PT21600S", "scores")


def test_a_schedule_is_not_replaced_blindly(client: FlaskClient) -> None:
    first = put(client)

    same = put(client)
    blind = put(client, WEEKLY | {"cron": "0 7 * * 1"})
    changed = put(client, WEEKLY | {"cron": "0 7 * * 1"}, **{"If-Match": first.headers["ETag"]})
    late = put(client, WEEKLY | {"cron": "0 8 * * 1"}, **{"If-Match": first.headers["ETag"]})

    assert (same.status_code, same.headers["ETag"]) == (200, first.headers["ETag"])
    assert (blind.status_code, changed.status_code, late.status_code) == (428, 200, 412)


def test_of_two_who_replace_at_once_one_wins(db: Database[dict[str, Any]]) -> None:
    planned(db)
    tag = schedules.get(db, 1, "hourly")["tag"]
    plan = Plan(
        description="", asked={}, form="csv", timing=EVERY_HOUR, missed="run", keep=1, paused=False
    )  # fmt: skip
    schedules.put(db, 1, "hourly", plan, by=ANN, now=1, tag=tag)

    with pytest.raises(RevisionChanged):
        schedules.put(db, 1, "hourly", plan, by=Caller(key="b", name="b", scopes=frozenset()), now=1, tag=tag)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"cron": "every day"}, "/cron"),
        ({"tz": "Nowhere"}, "/tz"),
        ({"every": "PT6H"}, ""),
        ({"keep": 0}, "/keep"),
        ({"keep": True}, "/keep"),
        ({"paused": "yes"}, "/paused"),
        ({"missed": "all"}, "/missed"),
        ({"description": 1}, "/description"),
        ({"start": "2026-01-01"}, "/start"),
        ({"format": "json"}, "/format"),
        ({"query": {}}, ""),
        ({"webhook": "https://example.org"}, "/webhook"),
    ],
)
def test_what_is_no_schedule_is_refused(client: FlaskClient, change: dict[str, Any], pointer: str) -> None:
    answer = put(client, WEEKLY | change)

    assert (answer.status_code, answer.json["code"], answer.json["pointer"]) == (400, "query-invalid", pointer)


def test_a_schedule_of_an_unknown_course_or_name_is_refused(client: FlaskClient) -> None:
    assert put(client, WEEKLY | {"filter": {"course": "nowhere"}}).json["code"] == "course-unknown"
    assert put(client, name="a.b").json["code"] == "name-invalid"


def test_a_start_is_where_lengths_of_time_are_counted_from(client: FlaskClient) -> None:
    made = put(client, {"resource": "attempts", "every": "PT6H", "start": "2026-01-01T01:00:00Z"})

    assert made.json["start"] == "2026-01-01T01:00:00.000Z"
    assert made.json["next"][11:] in {"01:00:00.000Z", "07:00:00.000Z", "13:00:00.000Z", "19:00:00.000Z"}


def test_a_deleted_schedule_is_gone_and_its_results_stay(client: FlaskClient, db: Database[dict[str, Any]]) -> None:
    planned(db)
    run(db, HOUR)

    stale = client.delete("/api/v1/schedules/hourly", headers={"If-Match": '"9-abc"'})
    deleted = client.delete("/api/v1/schedules/hourly")

    assert (stale.status_code, deleted.status_code) == (412, 204)
    assert client.get("/api/v1/schedules/hourly").json["code"] == "schedule-unknown"
    assert client.delete("/api/v1/schedules/hourly").status_code == 404
    assert run(db, 10 * HOUR) == 0
    assert len(waiting(db)) == 1


def test_schedules_are_listed_by_name_in_pages(client: FlaskClient) -> None:
    put(client, name="b")
    put(client, name="a")

    first = client.get("/api/v1/schedules", query_string={"limit": 1})
    second = client.get(first.headers["Link"].split(">")[0][1:])

    assert [one["name"] for one in first.json["schedules"] + second.json["schedules"]] == ["a", "b"]
    assert second.json["next"] is None


def test_schedules_need_the_scope(client: FlaskClient) -> None:
    as_writer = {"Authorization": "Basic d3JpdGVyOnNlY3JldA=="}

    assert put(client, **as_writer).status_code == 403
    assert client.get("/api/v1/schedules", headers=as_writer).status_code == 403


def test_a_saved_query_stays_while_a_schedule_asks_it(client: FlaskClient) -> None:
    query = client.put("/api/v1/queries/outcome", json={"query": {"group_by": ["status"]}})
    tag = {"If-Match": query.headers["ETag"]}
    asked = {"saved": "outcome", "format": "csv", "every": "PT6H"}
    made = [put(client, asked, name) for name in ("weekly", "daily")]
    put(client, WEEKLY, "other")

    refused = client.delete("/api/v1/queries/outcome", headers=tag)
    kept = client.get("/api/v1/queries/outcome")
    client.delete("/api/v1/schedules/weekly", headers={"If-Match": made[0].headers["ETag"]})
    client.delete("/api/v1/schedules/daily", headers={"If-Match": made[1].headers["ETag"]})
    gone = client.delete("/api/v1/queries/outcome", headers=tag)

    assert (refused.status_code, refused.json["code"]) == (409, "query-scheduled")
    assert refused.json["schedules"] == ["daily", "weekly"]
    assert "daily, weekly" in refused.json["detail"]
    assert (kept.status_code, gone.status_code) == (200, 204)
