"""Log, explanation, run-time data and attempts over HTTP; and what administrators do."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import lrs
from access import Caller

ADA = {"objectType": "Agent", "name": "Ada", "account": {"homePage": "https://people.example", "name": "ada"}}
EVE = {"objectType": "Agent", "name": "Eve Hart", "mbox": "mailto:eve@people.example"}
READER = Caller(key="reader", name="Reader", scopes=frozenset(("all",)))
UUID = "4d3b2c1a-0000-4000-8000-000000000001"
CALLS = [
    [10, "I", "", "true", 0],
    [40, "S", "cmi.core.lesson_status", "done", 405],
    [60, "S", "cmi.core.lesson_status", "incomplete", 0],
    [70, "G", "cmi.core.lesson_location", "", 0, 9],
]


@pytest.fixture
def registered(api: FlaskClient, fire_safety: str) -> str:
    registration: str = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": ADA}).json["registration"]
    return registration


@pytest.fixture
def open_(api: FlaskClient, player: FlaskClient) -> Callable[..., tuple[str, dict[str, Any]]]:
    def opened(registration: str, **options: Any) -> tuple[str, dict[str, Any]]:
        url = api.post(f"/api/v1/registrations/{registration}/launch", json=options).json["url"]
        base = url.removeprefix("http://127.0.0.1:8081")
        return base, player.post(f"{base}state", json={}).json

    return opened


@pytest.fixture
def played(player: FlaskClient, registered: str, open_: Callable[..., Any]) -> str:
    """One window: a save, a score, and the end of the course."""
    base, answer = open_(registered)
    first = {"n": 1, "changes": {"cmi.core.lesson_status": "incomplete"}, "age": 2, "elapsed": 3, "calls": CALLS}
    second = {"n": 2, "changes": {"cmi.core.score.raw": "40", "cmi.core.lesson_status": "failed"}, "elapsed": 9}
    player.post(f"{base}commit", json={"window": answer["window"], "run": 1, "commits": [first]})
    move = {"window": answer["window"], "run": 1, "commits": [second], "terminated": True, "move": 1}
    player.post(f"{base}navigate", json=move | {"request": {"kind": "exitAll"}})
    return registered


def test_the_log_tells_each_step_newest_first(api: FlaskClient, played: str) -> None:
    answer = api.get(f"/api/v1/registrations/{played}/log")

    assert answer.status_code == 200
    assert [(entry["n"], entry["kind"]) for entry in answer.json["entries"]] == [(3, "navigate"), (2, "commit"), (1, "open")]
    assert answer.json["next"] is None
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_commit_is_logged_with_its_calls_and_window(api: FlaskClient, played: str) -> None:
    entry = api.get(f"/api/v1/registrations/{played}/log").json["entries"][1]

    assert (entry["window"], entry["run"], entry["commits"][0]["n"], entry["commits"][0]["elements"]) == (1, 1, 1, 1)
    assert entry["calls"][1] == {
        "after": 0.04,
        "call": "SetValue",
        "element": "cmi.core.lesson_status",
        "value": "done",
        "error": 405,
    }
    assert entry["calls"][3]["times"] == 9


def test_a_navigation_is_logged_with_its_trace_and_the_statuses_it_changed(api: FlaskClient, played: str) -> None:
    entry = api.get(f"/api/v1/registrations/{played}/log").json["entries"][0]

    assert entry["request"] == {"kind": "exitAll"}
    assert any(line.startswith("UP.4") for line in entry["trace"])
    changes = {(change["item"], change["what"]): change["after"] for change in entry["changes"]}
    assert changes[None, "completion"] == "completed"
    assert changes[None, "success"] == "failed"


def test_the_log_comes_in_pages(api: FlaskClient, played: str) -> None:
    first = api.get(f"/api/v1/registrations/{played}/log?limit=2").json
    second = api.get(f"/api/v1/registrations/{played}/log?limit=2&cursor={first['next']}").json

    assert [entry["n"] for entry in first["entries"]] == [3, 2]
    assert ([entry["n"] for entry in second["entries"]], second["next"]) == ([1], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=many", "limit=1000", "cursor=x", "page=2"])
def test_a_broken_page_is_refused(api: FlaskClient, played: str, query: str) -> None:
    assert api.get(f"/api/v1/registrations/{played}/log?{query}").status_code == 400


def test_the_explanation_names_the_rule_the_time_and_the_commit(api: FlaskClient, played: str) -> None:
    found = api.get(f"/api/v1/registrations/{played}/explanation").json

    assert found["course"]["completion"]["value"] == "completed"
    assert found["course"]["success"]["value"] == "failed"
    sco = next(row for row in found["items"] if row["kind"] == "sco")
    assert sco["success"]["rule"] in ("mastery_score", "cmi.core.lesson_status")
    assert "commit 2" in sco["success"]["text"]
    assert sco["success"]["since"]["commit"] == 2
    assert sco["session"]["terminated"] is True


def test_a_registration_that_nobody_opened_is_explained(api: FlaskClient, registered: str) -> None:
    found = api.get(f"/api/v1/registrations/{registered}/explanation").json

    assert found["state"] == "not started"
    assert found["missing"][0]["text"] == "It has never been opened."


def test_the_explanation_is_a_page_for_those_who_want_one(api: FlaskClient, played: str) -> None:
    pages = [
        api.get(f"/api/v1/registrations/{played}/explanation", headers={"Accept": "text/html,*/*;q=0.8"}),
        api.get(f"/registrations/{played}/why"),
    ]

    assert [page.mimetype for page in pages] == ["text/html", "text/html"]
    assert pages[0].text == pages[1].text
    assert "Fire safety at work" in pages[0].text
    assert "cmi.core.lesson_status" in pages[0].text
    assert "script" not in pages[0].headers["Content-Security-Policy"]
    assert "default-src 'none'" in pages[0].headers["Content-Security-Policy"]


def test_the_page_shows_what_content_has_sent_as_text(api: FlaskClient, player: FlaskClient, registered: str, open_: Any) -> None:
    base, answer = open_(registered)
    call = [5, "S", "cmi.core.lesson_location", "<script>alert(1)</script>", 0]
    commit = {"n": 1, "changes": {"cmi.core.lesson_location": "<b>"}, "calls": [call]}
    player.post(f"{base}commit", json={"window": answer["window"], "run": 1, "commits": [commit]})

    page = api.get(f"/registrations/{registered}/why").text

    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_run_time_data_are_a_file(api: FlaskClient, played: str) -> None:
    answer = api.get(f"/api/v1/registrations/{played}/cmi")

    assert answer.headers["Content-Disposition"] == f'attachment; filename="{played}.json"'
    assert answer.json["items"][0]["cmi"]["cmi.core.score.raw"] == "40"
    assert answer.json["items"][0]["cmi"]["cmi.core.student_id"] == "ada"


def test_a_new_attempt_keeps_the_one_before(api: FlaskClient, played: str, open_: Any) -> None:
    begun = api.post(f"/api/v1/registrations/{played}/attempts", json={})
    _, answer = open_(played)
    listed = api.get(f"/api/v1/registrations/{played}/attempts?statements=true").json

    assert begun.status_code == 201
    assert (begun.json["state"], begun.json["completion"]) == ("not started", "completed")
    assert answer["delivery"]["data"]["cmi.core.entry"] == "ab-initio"
    assert "cmi.core.score.raw" not in answer["delivery"]["data"]
    now, before = listed["attempts"]
    assert (now["number"], now["current"], now["success"]) == (2, True, "unknown")
    assert (before["number"], before["success"], before["score"]["raw"]) == (1, "failed", 40.0)
    assert before["statements"]["first"] == 1
    assert len(before["statements"]["ids"]) == before["statements"]["last"] == now["statements"]["first"] - 1


def test_a_launch_can_ask_for_a_new_attempt(api: FlaskClient, played: str, open_: Any) -> None:
    _, answer = open_(played, attempt="new")

    listed = api.get(f"/api/v1/registrations/{played}/attempts").json["attempts"]
    assert answer["delivery"]["data"]["cmi.core.entry"] == "ab-initio"
    assert [row["success"] for row in listed] == ["unknown", "failed"]
    assert "ids" not in listed[0]["statements"]


def test_attempts_come_in_pages(api: FlaskClient, played: str, open_: Any) -> None:
    open_(played, attempt="new")
    open_(played, attempt="new")

    first = api.get(f"/api/v1/registrations/{played}/attempts?limit=2").json
    second = api.get(f"/api/v1/registrations/{played}/attempts?limit=2&cursor={first['next']}").json

    assert [row["number"] for row in first["attempts"]] == [3, 2]
    assert ([row["number"] for row in second["attempts"]], second["next"]) == ([1], None)


def test_nothing_can_follow_what_has_not_begun(api: FlaskClient, registered: str) -> None:
    answer = api.post(f"/api/v1/registrations/{registered}/attempts", json={})

    assert (answer.status_code, answer.json["code"]) == (409, "nothing-to-keep")


def test_the_window_of_an_attempt_that_was_reset_is_told(
    api: FlaskClient, player: FlaskClient, registered: str, open_: Any
) -> None:
    base, answer = open_(registered)
    done = api.post(f"/api/v1/registrations/{registered}/reset", json={"reason": "Began in the wrong course"})

    late = player.post(f"{base}commit", json={"window": answer["window"], "run": 1, "commits": [{"n": 1, "changes": {}}]})

    assert done.json["state"] == "not started"
    assert (late.status_code, late.json["code"]) == (409, "superseded")
    entry = api.get(f"/api/v1/registrations/{registered}/log").json["entries"][0]
    assert (entry["kind"], entry["by"], entry["reason"]) == ("reset", "test", "Began in the wrong course")


def test_a_correction_of_the_course_is_told_with_who_and_why(api: FlaskClient, played: str, store: lrs.LRS) -> None:
    body = {"completion": "completed", "success": "passed", "score": {"raw": 85, "min": 0, "max": 100}, "by": EVE}
    answer = api.post(f"/api/v1/registrations/{played}/correct", json=body | {"reason": "Passed on paper"})

    assert answer.status_code == 200
    assert (answer.json["success"], answer.json["score"]["scaled"], answer.json["score"]["raw"]) == ("passed", 0.85, 85.0)
    told = store.find(lrs.StatementQuery(registration=played), READER).statements[0]
    assert told["verb"]["id"].endswith("/passed")
    assert told["context"]["instructor"]["mbox"] == EVE["mbox"]
    assert told["context"]["extensions"]["urn:rollbook:extension:decision"] == {"action": "correct", "reason": "Passed on paper"}
    assert told["result"]["score"]["raw"] == 85
    why = api.get(f"/api/v1/registrations/{played}/explanation").json["course"]["success"]
    assert why["rule"] == "correction"
    assert "Eve Hart" in why["text"]
    assert "Passed on paper" in why["text"]


def test_a_correction_of_an_item_counts_for_the_course(api: FlaskClient, registered: str, store: lrs.LRS) -> None:
    tree = api.get(f"/api/v1/registrations/{registered}").json["tree"]
    body = {"item": tree["children"][0]["item"], "completion": "completed", "success": "passed", "reason": "Done at the old site"}

    answer = api.post(f"/api/v1/registrations/{registered}/correct", json=body).json

    assert (answer["completion"], answer["success"]) == ("completed", "passed")
    rows = store.find(lrs.StatementQuery(registration=registered, ascending=True), READER).statements
    assert [row["verb"]["id"].rsplit("/", 1)[1] for row in rows] == ["completed", "passed", "completed", "passed"]


def test_a_corrected_item_stays_so_when_its_content_says_otherwise(
    api: FlaskClient, player: FlaskClient, registered: str, open_: Any
) -> None:
    item = api.get(f"/api/v1/registrations/{registered}").json["tree"]["children"][0]["item"]
    body = {"item": item, "completion": "completed", "reason": "Done at the old site"}
    api.post(f"/api/v1/registrations/{registered}/correct", json=body)
    base, answer = open_(registered)

    commit = {"n": 1, "changes": {"cmi.core.lesson_status": "incomplete"}}
    player.post(f"{base}commit", json={"window": answer["window"], "run": 1, "commits": [commit]})

    assert answer["delivery"]["data"]["cmi.core.entry"] == "ab-initio"
    found = api.get(f"/api/v1/registrations/{registered}").json
    assert found["tree"]["children"][0]["completion"] == "completed"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"completion": "completed"}, "/reason"),
        ({"completion": "completed", "reason": " "}, "/reason"),
        ({"completion": "done", "reason": "x"}, "/completion"),
        ({"success": "unknown", "reason": "x"}, "/success"),
        ({"score": {"scaled": 2}, "reason": "x"}, "/score/scaled"),
        ({"score": {"points": 2}, "reason": "x"}, "/score"),
        ({"score": {"max": 2}, "reason": "x"}, "/score"),
        ({"progress": 7, "reason": "x"}, "/progress"),
        ({"item": 7, "completion": "completed", "reason": "x"}, "/item"),
        ({"reason": "x"}, ""),
        ({"completion": "completed", "reason": "x", "by": {"name": "Eve"}}, "/by"),
        (
            {"completion": "completed", "reason": "x", "by": {"objectType": "Group", "mbox": "mailto:a@b.example"}},
            "/by/objectType",
        ),
        ({"completion": "completed", "reason": "x", "when": "now"}, "/when"),
    ],
)
def test_a_broken_correction_says_where(api: FlaskClient, played: str, body: dict[str, Any], pointer: str) -> None:
    answer = api.post(f"/api/v1/registrations/{played}/correct", json=body)

    assert (answer.status_code, answer.json["pointer"]) == (400, pointer)


def test_an_item_that_is_not_there_cannot_be_corrected(api: FlaskClient, played: str) -> None:
    body = {"item": "nothing", "completion": "completed", "reason": "x"}

    assert api.post(f"/api/v1/registrations/{played}/correct", json=body).status_code == 404


def test_a_status_that_follows_from_a_score_is_not_set_by_itself(api: FlaskClient, data_protection: str) -> None:
    registration = api.post(f"/api/v1/courses/{data_protection}/registrations", json={"actor": ADA}).json["registration"]
    api.put(f"/api/v1/courses/{data_protection}/settings", json={"items": {"test": {"passing_score": 0.7}}})
    body = {"item": "test", "success": "passed", "reason": "x"}

    answer = api.post(f"/api/v1/registrations/{registration}/correct", json=body)
    scored = api.post(f"/api/v1/registrations/{registration}/correct", json=body | {"score": {"scaled": 0.75}})

    assert (answer.status_code, answer.json["code"], answer.json["item"]) == (422, "not-correctable", "test")
    assert scored.status_code == 200


def test_a_reroll_judges_again_by_what_is_decided_now(api: FlaskClient, played: str, fire_safety: str, store: lrs.LRS) -> None:
    api.patch(f"/api/v1/courses/{fire_safety}/settings", json={"passing_score": 0.3})
    before = api.get(f"/api/v1/registrations/{played}").json["success"]

    answer = api.post(f"/api/v1/registrations/{played}/reroll", json={"reason": "The passing score was wrong"})

    assert (before, answer.json["success"]) == ("failed", "passed")
    told = store.find(lrs.StatementQuery(registration=played), READER).statements[0]
    assert told["verb"]["id"].endswith("/passed")
    assert told["context"]["instructor"]["account"]["name"] == "test"
    assert told["context"]["extensions"]["urn:rollbook:extension:decision"]["action"] == "reroll"


def test_a_reroll_of_what_is_right_changes_nothing_but_the_log(api: FlaskClient, played: str, store: lrs.LRS) -> None:
    before = api.get(f"/api/v1/registrations/{played}?cmi=true").json
    statements = len(store.find(lrs.StatementQuery(registration=played), READER).statements)

    api.post(f"/api/v1/registrations/{played}/reroll", json={})

    assert api.get(f"/api/v1/registrations/{played}?cmi=true").json == before
    assert len(store.find(lrs.StatementQuery(registration=played), READER).statements) == statements
    assert api.get(f"/api/v1/registrations/{played}/log").json["entries"][0]["kind"] == "reroll"


@pytest.mark.parametrize("call", [[1, "S", "a", "b"], ["1", "S", "a", "b", 0], [1, "S", "a", "b" * 201, 0], "S"])
def test_a_row_of_calls_that_is_broken_says_where(player: FlaskClient, registered: str, open_: Any, call: Any) -> None:
    base, answer = open_(registered)
    commit = {"n": 1, "changes": {}, "calls": [call]}

    refused = player.post(f"{base}commit", json={"window": answer["window"], "run": 1, "commits": [commit]})

    assert (refused.status_code, refused.json["pointer"]) == (400, "/commits/0/calls/0")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "log"),
        ("get", "explanation"),
        ("get", "cmi"),
        ("get", "attempts"),
        ("post", "attempts"),
        ("post", "reroll"),
    ],
)
def test_an_unknown_registration_is_404(api: FlaskClient, method: str, path: str) -> None:
    answer = api.open(f"/api/v1/registrations/{UUID}/{path}", method=method, json=None if method == "get" else {})

    assert (answer.status_code, answer.json["code"]) == (404, "registration-not-found")


@pytest.mark.parametrize("path", ["explanation?full=true", "cmi?full=true", "attempts?statements=yes"])
def test_unknown_parameters_are_refused(api: FlaskClient, played: str, path: str) -> None:
    assert api.get(f"/api/v1/registrations/{played}/{path}").status_code == 400


def test_who_may_only_read_changes_nothing(api: FlaskClient, played: str, db: Database[Any]) -> None:
    access.Credentials(db).create(name="Reader", scopes=["all/read"], key="reader", secret="a secret of readers")
    headers = {"Authorization": "Basic " + base64.b64encode(b"reader:a secret of readers").decode()}

    reads = [
        api.get(f"/api/v1/registrations/{played}/{path}", headers=headers) for path in ("log", "explanation", "cmi", "attempts")
    ]
    writes = [
        api.post(f"/api/v1/registrations/{played}/{path}", json={"reason": "x"}, headers=headers)
        for path in ("attempts", "reset", "reroll", "correct")
    ]

    assert {answer.status_code for answer in reads} == {200}
    assert {answer.status_code for answer in writes} == {403}


def test_the_page_asks_who_is_there(api: FlaskClient, played: str) -> None:
    answer = api.get(f"/registrations/{played}/why", headers={"Authorization": ""})

    assert answer.status_code == 401
    assert "Basic" in answer.headers["WWW-Authenticate"]
