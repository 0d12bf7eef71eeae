"""What content is given and refused at the Learning Record Store, over HTTP; and what it costs."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient, monitoring
from pymongo.database import Database

import lrs
import scorm_runtime
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.units import store
from scorm_runtime.units.gate import SessionGate
from scorm_runtime.units.service import Units
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.units.conftest import Make
from tests.scorm_runtime.units.content import au, block

BOTH = 'moveOn="CompletedAndPassed" masteryScore="0.8"'
EVE = orjson.dumps({"account": {"homePage": "https://people.example", "name": "eve"}}).decode()
PREFERENCES = {"languagePreference": "en-US,fr", "audioPreference": "on"}


class Counting(monitoring.CommandListener):
    """Names of the commands that went to the server."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        self.names.clear()
        yield self.names


def test_initialized_comes_after_the_preferences_were_read(make: Make) -> None:
    content = make(au("one")).launch("one")
    content.fetch()
    content.data = content.state("GET", vocabulary.LAUNCH_DATA).get_json(force=True)

    early = content.send(content.statement("initialized"))
    content.preferences("GET")

    assert content.refused(early) == (403, "preferences-not-read", "cmi5 11")
    assert content.send(content.statement("initialized")).status_code == 200


def test_nothing_comes_before_initialized(make: Make) -> None:
    content = make(au("one")).start("one")

    assert content.refused(content.send(content.statement("https://v.example/read"))) == (403, "not-initialized", "cmi5 9.3")
    assert content.refused(content.send(content.statement("terminated"))) == (403, "not-initialized", "cmi5 9.3")


def test_put_and_post_are_judged_alike(make: Make) -> None:
    content = make(au("one", BOTH)).start("one").say("initialized")

    assert content.put(content.statement("completed")).status_code == 204
    assert content.refused(content.put(content.statement("completed")))[1] == "repeated"
    assert content.refused(content.send(content.statement("passed", score={"raw": 2})))[1] == "score-bounds"


@pytest.mark.parametrize(
    "change",
    [
        {"agent": EVE},
        {"registration": str(uuid.uuid4())},
        {"activityId": "https://other.example/activity"},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_the_state_of_others_is_out_of_reach(make: Make, method: str, change: dict[str, Any]) -> None:
    content = make(au("one")).start("one")
    body = b"{}" if method in ("PUT", "POST") else None

    status, reason, _ = content.refused(content.state(method, "bookmark", body, **change))

    assert (status, reason.partition("-")[0]) == (403, "other")


def test_content_has_state_of_its_own(make: Make) -> None:
    content = make(au("one")).start("one")

    stored = content.state("PUT", "bookmark", b'{"page": 3}').status_code
    read = content.state("GET", "bookmark").get_json(force=True)
    names = content.state("GET", None).get_json(force=True)

    assert (stored, read, sorted(names)) == (204, {"page": 3}, ["LMS.LaunchData", "bookmark"])
    assert content.state("DELETE", "bookmark").status_code == 204
    assert content.refused(content.state("GET", None, registration=None))[1] == "registration-missing"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_launch_data_are_read_only(make: Make, method: str) -> None:
    content = make(au("one")).start("one")

    answer = content.state(method, vocabulary.LAUNCH_DATA, None if method == "DELETE" else b"{}")

    assert content.refused(answer) == (403, "launch-data", "cmi5 10.2.1")
    assert content.refused(content.state("DELETE", None))[1] == "launch-data"
    assert content.state("GET", vocabulary.LAUNCH_DATA).get_json(force=True) == content.data


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"languagePreference":"en","audioPreference":"on"}', ""),
        (b'{"languagePreference":"en","audioPreference":"on"}', "text/plain"),
        (b"just some text", "application/json"),
        (b'["en"]', "application/json"),
        (b'{"audioPreference":"on"}', "application/json"),
        (b'{"languagePreference":"en"}', "application/json"),
        (b'{"languagePreference":"en","audioPreference":"loud"}', "application/json"),
        (b'{"languagePreference":"not comma separated","audioPreference":"on"}', "application/json"),
        (b'{"languagePreference":"en,","audioPreference":"on"}', "application/json"),
        (b'{"languagePreference":"","audioPreference":"on"}', "application/json"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_preferences_that_are_none_are_refused(make: Make, method: str, body: bytes, kind: str) -> None:
    content = make(au("one")).start("one")

    assert content.refused(content.preferences(method, body, kind)) == (403, "preferences-invalid", "cmi5 11")


def test_preferences_are_the_learners_own_and_stay(make: Make) -> None:
    content = make(au("one")).start("one")

    written = content.preferences("PUT", orjson.dumps(PREFERENCES)).status_code

    assert (written, content.preferences("GET").get_json(force=True)) == (204, PREFERENCES)
    assert content.refused(content.preferences("DELETE")) == (403, "preferences-invalid", "cmi5 11")
    assert content.refused(content.preferences("PUT", orjson.dumps(PREFERENCES), agent=EVE))[1] == "other-agent"
    assert content.refused(content.preferences("GET", agent=EVE))[1] == "other-agent"


def test_content_reads_statements_of_its_own_registration_only(make: Make, api: FlaskClient) -> None:
    lms = make(au("one", BOTH))
    content = lms.start("one").say("initialized")
    other = make(au("other")).start("other").say("initialized")

    found = api.get("/xapi/statements", headers=content.headers).get_json()["statements"]
    foreign = lms.api.get("/xapi/statements", headers=content.headers, query_string={"registration": other.registration})

    assert {one["context"]["registration"] for one in found} == {content.registration}
    assert foreign.get_json()["statements"] == []
    assert content.refused(api.get("/xapi/agents", headers=content.headers, query_string={"agent": EVE}))[1] == "other-agent"
    assert api.get("/xapi/activities", headers=content.headers, query_string={"activityId": content.activity}).status_code == 200


def test_content_knows_nothing_else_of_the_service(make: Make, api: FlaskClient) -> None:
    content = make(au("one")).start("one")

    assert api.get(f"/api/v1/registrations/{content.registration}", headers=content.headers).status_code == 403
    assert api.post(f"/api/v1/sessions/{content.session}/abandon", headers=content.headers, json={}).status_code == 403


def test_an_endpoint_with_a_slash_too_many_is_understood(make: Make, api: FlaskClient) -> None:
    content = make(au("one")).start("one")

    answer = api.post(
        "/xapi//statements", data=orjson.dumps(content.statement("initialized")),
        headers={**content.headers, "Content-Type": "application/json"},
    )  # fmt: skip

    assert content.endpoint == "/xapi/"
    assert answer.status_code == 200


def test_the_token_is_given_once_and_to_scripts_of_any_origin(make: Make, player: FlaskClient) -> None:
    content = make(au("one")).launch("one")

    first, second = content.fetch(), content.fetch()
    unknown = player.post("/play/unit.nobody/fetch")
    asked = player.options(content.fetch_path, headers={"Access-Control-Request-Headers": "content-type"})

    assert set(first) == {"auth-token"}
    assert (second["error-code"], set(second)) == ("1", {"error-code", "error-text"})
    assert (unknown.status_code, unknown.get_json()["error-code"]) == (200, "2")
    assert unknown.headers["Access-Control-Allow-Origin"] == "*"
    assert (asked.status_code, asked.headers["Access-Control-Allow-Headers"]) == (204, "content-type")
    assert player.get(content.fetch_path).status_code == 405


def test_no_token_is_given_for_a_session_that_is_over(make: Make, clock: Clock) -> None:
    lms = make(au("one"))
    abandoned, expired = lms.launch("one"), None
    lms.abandon(abandoned.session)
    expired = lms.launch("one")
    clock.pass_(25 * 3600)

    assert (abandoned.fetch()["error-code"], expired.fetch()["error-code"]) == ("1", "1")


def test_files_are_served_under_the_token_of_the_launch_and_may_call_the_endpoint(make: Make, player: FlaskClient) -> None:
    content = make(au("one")).launch("one")

    answer = player.get(content.url.partition("?")[0].partition("8081")[2])

    assert answer.status_code == 200
    assert "connect-src 'self' data: blob: https: http://127.0.0.1:8080" in answer.headers["Content-Security-Policy"]
    assert player.get(content.fetch_path.replace("/fetch", "/content/a.html")).status_code == 404


def test_the_log_of_a_session_tells_what_was_refused_and_why(make: Make) -> None:
    lms = make(au("one", BOTH))
    content = lms.start("one").say("initialized")
    told = content.statement("passed", score={"scaled": 0.5})
    content.send(told)
    content.state("DELETE", vocabulary.LAUNCH_DATA)

    log = lms.session(content.session)["refused"]

    assert [(row["reason"], row["requirement"], row["request"]) for row in log] == [
        ("passed-below-mastery", "cmi5 9.3.4", "statements"),
        ("launch-data", "cmi5 10.2.1", "DELETE state"),
    ]
    assert (log[0]["statement"], log[0]["pointer"], log[0]["found"]) == (told["id"], "/result/score/scaled", "0.5")
    assert lms.api.get(f"/api/v1/sessions/{uuid.uuid4()}").status_code == 404
    assert lms.api.get(f"/api/v1/sessions/{content.session}?x=1").status_code == 400


def test_a_statement_that_another_has_the_id_of_leaves_no_trace(make: Make) -> None:
    lms = make(block("block", au("one", 'moveOn="Completed"')))
    content = lms.start("one").say("initialized")
    experienced = content.statement("https://v.example/read")
    content.send(experienced)

    answer = content.send({**content.statement("completed"), "id": experienced["id"]})

    assert answer.status_code == 409
    assert lms.report()["completion"] == "incomplete"
    assert content.say("completed").session
    assert lms.verbs() == ["launched", "initialized", "read", "completed", "satisfied", "satisfied"]


@pytest.fixture
def dying(make: Make, units: Units, store: lrs.LRS) -> Iterator[Any]:
    """A course of one unit, initialized, over a store that can be made to die between save and insert."""
    lms = make(block("block", au("one", 'moveOn="Completed"')))
    content = lms.start("one").say("initialized")
    insert = store.statements.insert

    def die(documents: Any) -> Any:
        raise lrs.Unavailable("The process dies here.")

    yield lms, content, lambda alive: setattr(store.statements, "insert", insert if alive else die)
    store.statements.insert = insert  # type: ignore[method-assign]


def test_a_crash_between_saving_and_storing_is_made_good_by_sending_again(dying: Any, clock: Clock) -> None:
    lms, content, live = dying
    told = content.statement("completed")
    live(False)
    lost = content.send(told)
    live(True)

    again = content.send(told)

    assert (lost.status_code, again.status_code, again.get_json()) == (503, 200, [told["id"]])
    assert lms.verbs() == ["launched", "initialized", "completed", "satisfied", "satisfied"]
    assert content.send(told).status_code == 200
    assert content.refused(content.send(content.statement("completed")))[1] == "repeated"


def test_a_crash_between_saving_and_storing_is_made_good_before_the_next_statement(dying: Any, clock: Clock) -> None:
    lms, content, live = dying
    live(False)
    content.send(content.statement("completed"))
    live(True)
    clock.pass_(3)

    content.say("terminated")

    assert lms.verbs() == ["launched", "initialized", "completed", "satisfied", "satisfied", "terminated"]


def test_a_crash_between_saving_and_storing_is_made_good_by_the_sweep(dying: Any, units: Units, clock: Clock) -> None:
    lms, content, live = dying
    live(False)
    content.send(content.statement("completed"))
    live(True)
    clock.pass_(11)

    swept = (units.sweep(), units.sweep())

    assert swept == (1, 0)
    assert lms.verbs() == ["launched", "initialized", "completed", "satisfied", "satisfied"]
    assert content.say("terminated").session


def test_the_end_of_a_session_holds_at_once_in_every_process(make: Make, units: Units, store: lrs.LRS) -> None:
    lms = make(au("one"))
    content = lms.start("one").say("initialized")
    elsewhere = scorm_runtime.Units(
        units.db, units.catalogue, store, units.credentials, units.registrations, clock=units.clock, after=lambda job: job()
    )

    elsewhere.abandon(content.session)

    assert content.refused(content.send(content.statement("https://v.example/read")))[1] == "session-ended"


def test_what_changes_at_the_same_time_is_judged_again(make: Make, units: Units) -> None:
    lms = make(au("one", BOTH))
    content = lms.start("one").say("initialized")
    attempt = store.by_registration(units.db, content.registration)
    assert attempt is not None

    stale = store.save(units.db, replace(attempt, revision=attempt.revision - 1), attempt, 60.0)
    fresh = store.save(units.db, attempt, attempt, 60.0)

    assert (stale, fresh is not None) == (None, True)
    assert content.say("completed").session


def test_without_a_gate_no_credential_of_a_launch_is_accepted(make: Make, store: lrs.LRS) -> None:
    content = make(au("one")).start("one")
    store.gate = None

    assert content.send(content.statement("initialized")).status_code == 403


@pytest.fixture
def counting(db: Database[Any], mongo_uri: str) -> Iterator[tuple[Counting, Database[Any]]]:
    listener = Counting()
    client: MongoClient[Any] = MongoClient(mongo_uri, event_listeners=[listener])
    yield listener, client[db.name]
    client.close()


def test_a_session_costs_at_most_two_round_trips_more_than_an_ordinary_statement(
    make: Make, units: Units, counting: tuple[Counting, Database[Any]], api: FlaskClient
) -> None:
    listener, watched = counting
    later: list[Callable[[], object]] = []
    busy = lrs.LRS(watched)
    gated = scorm_runtime.Units(
        watched, units.catalogue, busy, units.credentials, units.registrations, clock=units.clock, after=later.append
    )
    busy.gate = SessionGate(gated)
    lms = make(block("block", au("one", BOTH)))
    content = lms.start("one").say("initialized")
    session = units.credentials.verify(*_key_and_secret(content.headers["Authorization"]))
    assert session is not None
    plain = replace(session, limits={})

    def cost(caller: Any, *verbs: str) -> int:
        statements = [content.statement(verb, **({"score": {"scaled": 1}} if verb == "passed" else {})) for verb in verbs]
        with listener.counted() as names:
            busy.store(statements, caller=caller, version="1.0.3")
        return len(names)

    cost(plain, "https://v.example/warm")
    ordinary, several = cost(plain, "https://v.example/read"), cost(plain, "https://v.example/a", "https://v.example/b")
    allowed, defined = cost(session, "https://v.example/read"), cost(session, "completed")
    batch = cost(session, "passed", "terminated")

    assert (allowed - ordinary, defined - ordinary) == (1, 2)
    assert batch - several <= 2
    assert lms.verbs()[-4:] == ["satisfied", "satisfied", "passed", "terminated"]
    assert len(later) == 3  # whether the course is still there, and what was sent, twice


def _key_and_secret(header: str) -> tuple[str, str]:
    key, _, secret = base64.b64decode(header.partition(" ")[2]).decode().partition(":")
    return key, secret
