"""A service that is killed after every step of a course, and in the middle of one, tells everything once and in order."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import signal
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rollbook.serving import KEY, SECRET, Served, serving
from tests.rollbook.test_serve import children, until

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads processes from /proc, which this system has not"
)
ADA = {"mbox": "mailto:ada@people.example"}
ANSWER = {"cmi.interactions.0.id": "q1", "cmi.interactions.0.type": "choice", "cmi.interactions.0.result": "correct"}
PASSED = {"cmi.core.score.raw": "90", "cmi.core.lesson_status": "passed"}


def upload(served: Served, package: Path) -> str:
    request = urllib.request.Request(f"{served.application}/api/v1/courses", data=package.read_bytes())
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode())
    request.add_header("Content-Type", "application/zip")
    with urllib.request.urlopen(request, timeout=60) as answer:
        course: str = json.loads(answer.read())["id"]
    return course


def say(served: Served, token: str, message: str, **body: Any) -> dict[str, Any]:
    status, answer = served.fetch(f"{served.content}/play/{token}/{message}", body=body)
    assert status == 200, answer
    found: dict[str, Any] = json.loads(answer)
    return found


def unheard(served: Served, address: str, body: Any) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        served.fetch(address, body=body)


def kill(served: Served) -> None:
    """Everything at once: supervisor, servers, worker, database."""
    below = children(served.process.pid)
    for pid in [served.process.pid, *below]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    served.process.wait(30)
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def said(served: Served, registration: str) -> list[tuple[str, str]]:
    _, answer = served.ask(f"/xapi/statements?registration={registration}&ascending=true")
    return [(one["id"], one["verb"]["id"].rpartition("/")[2]) for one in answer["statements"]]


def test_every_statement_is_told_once_and_in_order(tmp_path: Path, sample_package: Callable[[str], Path]) -> None:
    with serving(tmp_path) as served:
        course = upload(served, sample_package("scorm12-fire-safety"))
        registration = served.ask(f"/api/v1/courses/{course}/registrations", body={"actor": ADA})[1]["registration"]
        token = served.ask(f"/api/v1/registrations/{registration}/launch", body={})[1]["url"].split("/play/")[1].rstrip("/")
        kill(served)
    with serving(tmp_path) as served:
        opened = say(served, token, "state")
        run = {"window": opened["window"], "run": opened["run"]}
        kill(served)
    with serving(tmp_path) as served:
        say(served, token, "commit", **run, commits=[{"n": 1, "changes": ANSWER, "elapsed": 10}])
        kill(served)
    passing = {**run, "commits": [{"n": 2, "changes": PASSED, "elapsed": 20}]}
    with serving(tmp_path) as served:
        address = f"{served.content}/play/{token}/commit"
        # Killed while it works on this: done or not, the player sends it again.
        unanswered = threading.Thread(target=unheard, args=(served, address, passing))
        unanswered.start()
        kill(served)
        unanswered.join()
    with serving(tmp_path) as served:
        again = [say(served, token, "commit", **passing)["saved"] for _ in range(2)]
        kill(served)
    ending = {**run, "commits": [], "terminated": True, "request": {"kind": "exitAll"}, "move": 1}
    with serving(tmp_path) as served:
        say(served, token, "navigate", **ending)
        kill(served)
    with serving(tmp_path) as served:
        say(served, token, "navigate", **ending)

        # What a dead process was sending is for nobody else for ten seconds.
        assert until(lambda: "terminated" in [verb for _, verb in said(served, registration)])
        assert until(lambda: [row["success"] for row in served.ask(f"/api/v1/completions?course={course}")[1]["rows"]] == [True])
        told = said(served, registration)
        report = served.ask(f"/api/v1/registrations/{registration}")[1]
        (row,) = served.ask(f"/api/v1/completions?course={course}")[1]["rows"]

    assert again == [2, 2]
    assert len({name for name, _ in told}) == len(told)
    assert [verb for _, verb in told] == VERBS
    assert (report["completion"], report["success"]) == ("completed", "passed")
    assert (row["completion"], row["success"], row["registration"]) == (True, True, registration)


VERBS = ["launched", "initialized", "responded", "completed", "passed", "completed", "passed", "terminated"]
