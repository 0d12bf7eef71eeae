"""A service that is killed while cmi5 content tells of its work takes it again, and tells everything once and in order."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from scorm_runtime.cmi5 import vocabulary
from tests.rollbook.serving import Served, serving
from tests.rollbook.test_crash import kill, said, upload
from tests.scorm_runtime.units.content import au, block, package

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads processes from /proc, which this system has not"
)
ADA = {"account": {"homePage": "https://people.example", "name": "ada"}}
RESULTS: dict[str, dict[str, Any]] = {
    "passed": {"success": True, "duration": "PT1M"},
    "completed": {"completion": True, "duration": "PT1M"},
    "terminated": {"duration": "PT1M"},
}


class Unit:
    """Content that was launched once, and finds the service again wherever it is."""

    def __init__(self, served: Served, url: str) -> None:
        given = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.about = {"activityId": given["activityId"], "agent": given["actor"], "registration": given["registration"]}
        fetched = json.loads(served.fetch(served.content + urlsplit(given["fetch"]).path, body={})[1])
        self.authorization = f"Basic {fetched['auth-token']}"
        query = urlencode({**self.about, "stateId": vocabulary.LAUNCH_DATA})
        self.data = json.loads(self.ask(served, f"/xapi/activities/state?{query}")[1])
        preferences = urlencode({"profileId": vocabulary.PREFERENCES, "agent": given["actor"]})
        self.ask(served, f"/xapi/agents/profile?{preferences}")

    def ask(self, served: Served, path: str, body: Any = None) -> tuple[int, bytes]:
        request = urllib.request.Request(served.application + path, data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", self.authorization)
        request.add_header("Content-Type", "application/json")
        request.add_header("X-Experience-API-Version", "1.0.3")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def hope(self, served: Served, statements: list[dict[str, Any]]) -> None:
        """Says what may go unheard."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.ask(served, "/xapi/statements", statements)

    def statement(self, verb: str) -> dict[str, Any]:
        template = self.data["contextTemplate"]
        category = [{"id": vocabulary.CMI5}, *([{"id": vocabulary.MOVE_ON}] if verb in ("passed", "completed") else [])]
        return {
            "id": str(uuid.uuid4()),
            "timestamp": "2027-01-15T08:00:00Z",
            "actor": json.loads(self.about["agent"]),
            "verb": {"id": vocabulary.VERBS[verb]},
            "object": {"id": self.about["activityId"]},
            "context": {
                "registration": self.about["registration"],
                "extensions": template["extensions"],
                "contextActivities": {**template["contextActivities"], "category": category},
            },
            **({"result": RESULTS[verb]} if verb in RESULTS else {}),
        }


def test_what_content_says_again_after_a_crash_counts_once(tmp_path: Path) -> None:
    course = package(tmp_path, block("block", au("one", 'moveOn="CompletedAndPassed"')))
    with serving(tmp_path / "data") as served:
        address = f"/api/v1/courses/{upload(served, course)}/registrations"
        registration = served.ask(address, body={"actor": ADA})[1]["registration"]
        unit = Unit(served, served.ask(f"/api/v1/registrations/{registration}/launch", body={})[1]["url"])
        begun = unit.ask(served, "/xapi/statements", unit.statement("initialized"))[0]
        told = [unit.statement(verb) for verb in ("passed", "completed", "terminated")]
        # Killed while it works on this: done or not, content sends it again.
        unanswered = threading.Thread(target=unit.hope, args=(served, told))
        unanswered.start()
        kill(served)
        unanswered.join()
    with serving(tmp_path / "data") as served:
        answers = [unit.ask(served, "/xapi/statements", told)[0] for _ in range(2)]
        verbs = [verb for _, verb in said(served, registration)]
        report = served.ask(f"/api/v1/registrations/{registration}")[1]

    assert (begun, answers) == (200, [200, 200])
    assert verbs == ["launched", "initialized", "passed", "completed", "satisfied", "satisfied", "passed", "terminated"]
    assert (report["state"], report["completion"], report["success"]) == ("ended", "completed", "passed")
