"""Packages of our own, and content that plays them over HTTP as an assignable unit's script would."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scorm_runtime.cmi5 import vocabulary
from tests.packages.manifests import PAGE
from tests.packages.zips import plain

SCHEMA = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
ACTOR = {"name": "Ada Moreau", "account": {"homePage": "https://people.example", "name": "ada"}}
LEARNER = {"objectType": "Agent", "account": ACTOR["account"]}
NOW = "2027-01-15T08:00:00.000Z"


def about(name: str) -> str:
    return (
        f'<title><langstring lang="en-US">{name}</langstring></title>'
        f'<description><langstring lang="en-US">About {name}</langstring></description>'
    )


def au(name: str, attributes: str = "", *, url: str = "a.html", after: str = "") -> str:
    return f'<au id="https://pub.example/{name}" {attributes}>{about(name)}<url>{url}</url>{after}</au>'


def block(name: str, *inside: str) -> str:
    return f'<block id="https://pub.example/{name}">{about(name)}{"".join(inside)}</block>'


def structure(*inside: str) -> bytes:
    course = f'<course id="https://pub.example/course">{about("Course")}</course>'
    text = f'<?xml version="1.0" encoding="UTF-8"?><courseStructure xmlns="{SCHEMA}">{course}{"".join(inside)}</courseStructure>'
    return text.encode()


def package(folder: Path, *inside: str) -> Path:
    path = folder / f"{uuid.uuid4().hex}.zip"
    path.write_bytes(plain({"cmi5.xml": structure(*inside), "a.html": PAGE}))
    return path


def publisher(name: str) -> str:
    return f"https://pub.example/{name}"


class Content:
    """An assignable unit: what it was launched with, and what it asks."""

    def __init__(self, api: FlaskClient, player: FlaskClient, launch: Mapping[str, Any]) -> None:
        self.api = api
        self.player = player
        self.session = str(launch["session"])
        self.url = str(launch["url"])
        given = parse_qs(urlsplit(self.url).query)
        self.endpoint = urlsplit(given["endpoint"][0]).path
        self.fetch_path = urlsplit(given["fetch"][0]).path
        self.actor = orjson.loads(given["actor"][0])
        self.registration = given["registration"][0]
        self.activity = given["activityId"][0]
        self.headers = {"X-Experience-API-Version": "1.0.3"}
        self.data: dict[str, Any] = {}

    def fetch(self) -> dict[str, Any]:
        answer = self.player.post(self.fetch_path)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
        if "auth-token" in found:
            self.headers["Authorization"] = "Basic " + found["auth-token"]
        return found

    def start(self) -> Content:
        """Everything before the first statement."""
        self.fetch()
        self.data = self.state("GET", vocabulary.LAUNCH_DATA).get_json(force=True)
        self.preferences("GET")
        return self

    def state(self, method: str, name: str | None, body: bytes | None = None, **other: Any) -> TestResponse:
        query = {"activityId": self.activity, "agent": orjson.dumps(self.actor).decode(), "registration": self.registration}
        query |= {"stateId": name} if name else {}
        query |= other
        return self._ask(method, "activities/state", {key: value for key, value in query.items() if value is not None}, body)

    def preferences(self, method: str, body: bytes | None = None, kind: str = "application/json", **other: Any) -> TestResponse:
        query = {"profileId": vocabulary.PREFERENCES, "agent": orjson.dumps(self.actor).decode(), **other}
        return self._ask(method, "agents/profile", query, body, kind)

    def statement(self, verb: str, *, changed: Mapping[str, Any] | None = None, **result: Any) -> dict[str, Any]:
        """A defined statement as it should be; an allowed one for any other verb."""
        defined = verb in vocabulary.VERBS
        category = [{"id": vocabulary.CMI5}] if defined else []
        if verb in ("completed", "passed", "failed"):
            category.append({"id": vocabulary.MOVE_ON})
        fixed: dict[str, dict[str, Any]] = {
            "completed": {"completion": True, "duration": "PT1M"},
            "passed": {"success": True, "duration": "PT1M"},
            "failed": {"success": False, "duration": "PT1M"},
            "terminated": {"duration": "PT1M30S"},
        }
        template = self.data["contextTemplate"]
        made: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "timestamp": NOW,
            "actor": self.actor,
            "verb": {"id": vocabulary.VERBS.get(verb, verb)},
            "object": {"id": self.activity},
            "context": {
                "registration": self.registration,
                "extensions": dict(template["extensions"]),
                "contextActivities": {**template["contextActivities"], "category": category},
            },
        }
        if found := {**fixed.get(verb, {}), **result}:
            made["result"] = found
        if "score" in result and "masteryScore" in self.data:
            made["context"]["extensions"][vocabulary.MASTERY_SCORE] = self.data["masteryScore"]
        return {**made, **(changed or {})}

    def send(self, *statements: Mapping[str, Any]) -> TestResponse:
        body = orjson.dumps(statements[0] if len(statements) == 1 else statements)
        return self._ask("POST", "statements", {}, body)

    def put(self, statement: Mapping[str, Any]) -> TestResponse:
        return self._ask("PUT", "statements", {"statementId": statement["id"]}, orjson.dumps(statement))

    def say(self, *verbs: str, **result: Any) -> Content:
        for verb in verbs:
            answer = self.send(self.statement(verb, **result))
            assert answer.status_code == 200, answer.get_data(as_text=True)
        return self

    def refused(self, answer: TestResponse) -> tuple[int, str, str]:
        body = answer.get_json(force=True)
        return answer.status_code, body["reason"], body["requirement"]

    def _ask(
        self, method: str, path: str, query: Mapping[str, Any], body: bytes | None, kind: str = "application/json"
    ) -> TestResponse:
        headers = self.headers | ({"Content-Type": kind} if body is not None and kind else {})
        return self.api.open(f"{self.endpoint}{path}", method=method, query_string=dict(query), data=body, headers=headers)


class Lms:
    """The API of the application origin, for one learner in one course."""

    def __init__(self, api: FlaskClient, player: FlaskClient, course: str) -> None:
        self.api = api
        self.player = player
        self.course = course
        self.registration = ""

    def register(self, **body: Any) -> Lms:
        answer = self.api.post(f"/api/v1/courses/{self.course}/registrations", json={"actor": ACTOR, **body})
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        self.registration = answer.get_json()["registration"]
        return self

    def launch(self, name: str | None = None, **body: Any) -> Content:
        item = {"item": publisher(name)} if name else {}
        answer = self.api.post(f"/api/v1/registrations/{self.registration}/launch", json={**item, **body})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return Content(self.api, self.player, answer.get_json())

    def start(self, name: str | None = None, **body: Any) -> Content:
        return self.launch(name, **body).start()

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/api/v1/registrations/{self.registration}").get_json()
        return found

    def statements(self, **query: Any) -> list[dict[str, Any]]:
        """Of the registration, in stored order."""
        headers = {"X-Experience-API-Version": "1.0.3"}
        asked = {"registration": self.registration, "ascending": "true", "limit": 500, **query}
        answer = self.api.get("/xapi/statements", query_string=asked, headers=headers)
        found: list[dict[str, Any]] = answer.get_json()["statements"]
        return found

    def verbs(self) -> list[str]:
        return [one["verb"]["id"].rpartition("/")[2] for one in self.statements()]

    def session(self, session: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/api/v1/sessions/{session}").get_json()
        return found

    def abandon(self, session: str) -> TestResponse:
        return self.api.post(f"/api/v1/sessions/{session}/abandon", json={})

    def waive(self, name: str, reason: str = "Administrative") -> TestResponse:
        body = {"item": publisher(name), "reason": reason}
        return self.api.post(f"/api/v1/registrations/{self.registration}/waive", json=body)


def basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
