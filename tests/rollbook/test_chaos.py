"""Learners whose saves come at random, some of them twice at once, to a service that is killed again and again."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tests.rollbook.serving import Served, serving
from tests.rollbook.test_crash import ADA, kill, pytestmark, upload
from tests.rollbook.test_serve import until

__all__ = ["pytestmark"]
LEARNERS = 4
KILLED = 3


class Learner(threading.Thread):
    """Answers one question after the other until told to end; what was not answered is sent again, as the player does."""

    def __init__(self, number: int, registration: str, token: str) -> None:
        super().__init__(daemon=True)
        self.registration, self.token = registration, token
        self.random = Random(number)
        self.served: Served | None = None
        self.over = threading.Event()
        self.asked = 0
        self.fault: str | None = None

    def run(self) -> None:
        opened = self.send("state", {"pending": {}})
        place = {"window": opened["window"], "run": opened["run"]}
        begun, number = time.monotonic(), 0
        while not self.over.is_set():
            number += 1
            commit = {"n": number, "changes": self.answers(), "elapsed": time.monotonic() - begun}
            twice = threading.Thread(target=self.send, args=("commit", {**place, "commits": [commit]}))
            if self.random.random() < 0.3:
                twice.start()
            self.send("commit", {**place, "commits": [commit]})
            if twice.ident is not None:
                twice.join()
            time.sleep(self.random.random() * 0.1)
        self.send("navigate", {**place, "commits": [], "terminated": True, "request": {"kind": "exitAll"}, "move": 1})

    def answers(self) -> dict[str, str]:
        changes: dict[str, str] = {}
        for _ in range(self.random.randint(1, 3)):
            row = {"id": f"q{self.asked}", "type": "choice", "result": "correct"}
            changes |= {f"cmi.interactions.{self.asked}.{name}": value for name, value in row.items()}
            self.asked += 1
        return changes

    def send(self, message: str, body: Any) -> dict[str, Any]:
        while True:
            if (served := self.served) is not None:
                try:
                    status, answer = served.fetch(f"{served.content}/play/{self.token}/{message}", body=body)
                except (OSError, http.client.HTTPException):
                    status, answer = 503, b""
                if status == 200:
                    found: dict[str, Any] = json.loads(answer)
                    return found
                if status < 500:
                    self.fault = f"{message}: {status} {answer!r}"
                    raise AssertionError(self.fault)
            time.sleep(0.05)


def told(served: Served, registration: str) -> list[Any]:
    found: list[Any] = []
    path = f"/xapi/statements?registration={registration}&ascending=true&limit=500"
    while path:
        page = served.ask(path)[1]
        found += page["statements"]
        path = page.get("more")
    return found


def test_nothing_is_lost_told_twice_or_out_of_order(tmp_path: Path, sample_package: Callable[[str], Path]) -> None:
    learners = []
    with serving(tmp_path) as served:
        course = upload(served, sample_package("scorm12-fire-safety"))
        for number in range(LEARNERS):
            actor = {"mbox": f"mailto:{number}.{ADA['mbox'].removeprefix('mailto:')}"}
            registration = served.ask(f"/api/v1/courses/{course}/registrations", body={"actor": actor})[1]["registration"]
            url = served.ask(f"/api/v1/registrations/{registration}/launch", body={})[1]["url"]
            learners.append(Learner(number, registration, url.split("/play/")[1].rstrip("/")))
    for learner in learners:
        learner.start()
    random = Random(KILLED)
    for _ in range(KILLED):
        with serving(tmp_path) as served:
            for learner in learners:
                learner.served = served
            time.sleep(0.5 + random.random())
            for learner in learners:
                learner.served = None
            kill(served)

    with serving(tmp_path) as served:
        for learner in learners:
            learner.served = served
            learner.over.set()
        for learner in learners:
            learner.join(60)
        assert until(lambda: all("terminated" in verbs(told(served, one.registration)) for one in learners))
        statements = [told(served, one.registration) for one in learners]

    assert [learner.fault for learner in learners] == [None] * LEARNERS
    for learner, rows in zip(learners, statements, strict=True):
        assert len({row["id"] for row in rows}) == len(rows)
        assert questions(rows) == [f"q{number}" for number in range(learner.asked)]
        assert verbs(rows)[:2] == ["launched", "initialized"]
    assert sum(learner.asked for learner in learners) > 10 * LEARNERS


def verbs(rows: list[Any]) -> list[str]:
    return [row["verb"]["id"].rpartition("/")[2] for row in rows]


def questions(rows: list[Any]) -> list[str]:
    return [row["object"]["id"].rpartition("/")[2] for row in rows if row["verb"]["id"].endswith("/responded")]
