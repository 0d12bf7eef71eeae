"""A Tin Can launch over HTTP: its credential, the documents, what is refused and logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scorm_runtime.settings import Settings
from scorm_runtime.units import waking
from tests.packages.structures import activity, tincan
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.units.content import Lms

ADL = "http://adlnet.gov/expapi/verbs/"
OTHER = {"objectType": "Agent", "account": {"homePage": "https://people.example", "name": "eve"}}


class Content:
    """What a package with a tincan.xml does with its launch."""

    def __init__(self, lms: Lms, **body: Any) -> None:
        self.lms = lms
        answer = lms.api.post(f"/api/v1/registrations/{lms.registration}/launch", json=body)
        assert answer.status_code == 200, answer.text
        self.launch = answer.get_json()
        given = dict(parse_qsl(urlsplit(self.launch["url"]).query))
        self.activity, self.actor = given["activity_id"], orjson.loads(given["actor"])
        self.endpoint = urlsplit(given["endpoint"]).path
        self.headers = {"Authorization": given["auth"], "X-Experience-API-Version": "1.0.1"}

    def say(self, verb: str, **changed: Any) -> TestResponse:
        made = {"actor": self.actor, "verb": {"id": ADL + verb}, "object": {"id": self.activity}, **changed}
        return self.lms.api.post(f"{self.endpoint}statements", json=made, headers=self.headers)

    def state(self, method: str, agent: Any = None, **query: Any) -> TestResponse:
        asked = {"activityId": self.activity, "agent": orjson.dumps(agent or self.actor).decode(), **query}
        path = f"{self.endpoint}activities/state"
        return self.lms.api.open(path, method=method, query_string=asked, data=b"resume", headers=self.headers)


@pytest.fixture
def lms(api: FlaskClient, player: FlaskClient, catalogue: Any, tmp_path: Path) -> Lms:
    path = tmp_path / "tincan.zip"
    path.write_bytes(tincan(activity(kind="course") + activity("b")))
    return Lms(api, player, catalogue.add(path).id).register()


def test_content_speaks_at_once_and_its_file_is_there(lms: Lms) -> None:
    content = Content(lms, return_url="https://people.example/home")

    assert lms.player.get(urlsplit(content.launch["url"]).path).status_code == 200
    assert content.say("attempted").status_code == 200
    assert (content.launch["mode"], content.launch["window"]) == ("normal", "any")
    assert [one["context"]["registration"] for one in lms.statements()] == [lms.registration] * 2


def test_without_an_item_the_first_activity_that_is_not_done_is_opened(lms: Lms) -> None:
    first = Content(lms)
    first.say("completed")

    assert (first.activity, Content(lms).activity) == ("https://example.org/a", "https://example.org/b")
    assert Content(lms, item="https://example.org/a").activity == "https://example.org/a"


def test_documents_may_be_about_anything_but_another_learner(lms: Lms) -> None:
    content = Content(lms)

    assert content.state("PUT", stateId="resume").status_code == 204
    assert content.state("GET", stateId="resume").data == b"resume"
    assert content.state("GET").get_json() == ["resume"]
    assert content.state("PUT", stateId="s", activityId="https://example.org/a/slide").status_code == 204
    assert content.state("GET", agent=OTHER, stateId="resume").status_code == 403
    assert content.state("GET", stateId="resume", registration="0b8c1f3e-7a34-4f0e-9a34-1f2d3c4b5a69").status_code == 403


def test_a_refusal_says_why_and_is_logged(lms: Lms) -> None:
    content = Content(lms)

    refused = content.say("passed", actor=OTHER)

    assert (refused.status_code, refused.get_json(force=True)["reason"]) == (403, "tincan-actor")
    [row] = lms.session(content.launch["session"])["refused"]
    assert (row["reason"], row["requirement"], row["pointer"]) == ("tincan-actor", "Tin Can launch: actor", "/actor")
    assert lms.verbs() == ["launched"]


def test_other_peoples_statements_are_not_shown(lms: Lms) -> None:
    body = {"actor": OTHER, "verb": {"id": ADL + "passed"}, "object": {"id": "https://example.org/a"}}
    lms.api.post("/xapi/statements", json=body, headers={"X-Experience-API-Version": "1.0.3"})
    content = Content(lms)
    content.say("attempted")

    shown = lms.api.get(f"{content.endpoint}statements", headers=content.headers).get_json()["statements"]

    assert {one["context"]["registration"] for one in shown} == {lms.registration}


def test_the_credential_ends_with_its_session(lms: Lms, units: Any, clock: Clock) -> None:
    silent, ended = Content(lms), Content(lms)
    lms.abandon(ended.launch["session"])

    clock.pass_(Settings().idle + 1)
    waking.sweep(units)

    assert [silent.say("attempted").status_code, ended.say("attempted").status_code] == [403, 403]
    assert silent.state("GET", stateId="resume").status_code == 403
    assert lms.report()["state"] == "idle"


def test_an_older_window_still_has_its_last_words(lms: Lms) -> None:
    older = Content(lms)
    Content(lms)

    assert older.say("experienced").status_code == 200


@pytest.mark.parametrize("player", [False, True])
def test_content_knows_no_other_modes(player: bool, lms: Lms) -> None:
    path = f"/api/v1/registrations/{lms.registration}/launch"

    answer = lms.api.post(path, json={"mode": "review", "player": player})

    assert (answer.status_code, answer.get_json()["pointer"]) == (400, "/mode")


def test_an_activity_is_waived(lms: Lms) -> None:
    path = f"/api/v1/registrations/{lms.registration}/waive"
    for item in ("https://example.org/a", "https://example.org/b"):
        assert lms.api.post(path, json={"item": item, "reason": "Tested Out"}).status_code == 200

    assert (lms.report()["completion"], lms.report()["success"]) == ("completed", "passed")
    assert lms.verbs() == ["completed", "passed"]
