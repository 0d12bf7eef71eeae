"""What a commit and a navigation request cost the server: python bench/runtime.py [--uri mongodb://...] [--activities N]

Both go through the content origin's own application, from the bytes of the request to the bytes of the answer; what the test
client itself costs is left out. Time is the CPU of the thread that answers, so that a slow database changes little (a busy
machine still does: look at the least); round trips are counted by the database driver.
Without an address the embedded server is started. What follows an answer (statements of a commit) is not counted.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import mongoengine
import orjson
from flask import Flask
from flask.testing import FlaskClient
from pymongo import monitoring
from pymongo.database import Database

import access
import lrs
import package_importer
import scorm_runtime
from rollbook import database, errors

NAME = "bench_runtime"
ACTOR = {"objectType": "Agent", "account": {"homePage": "https://people.example", "name": "ada"}}
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="M" version="1" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"
 xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
<metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
<organizations default="O"><organization identifier="O"><title>Course</title>{items}
<imsss:sequencing><imsss:controlMode flow="true"/></imsss:sequencing></organization></organizations>
<resources><resource identifier="R" type="webcontent" adlcp:scormType="sco" href="a.html"><file href="a.html"/></resource>
</resources>
</manifest>"""
LEAF = '<item identifier="I{0}" identifierref="R"><title>Lesson {0}</title>{1}</item>'
CLUSTER = '<item identifier="C{0}"><title>Chapter {0}</title>{1}{2}</item>'
FLOWS = '<imsss:sequencing><imsss:controlMode flow="true"/></imsss:sequencing>'
RULED = """<imsss:sequencing><imsss:controlMode flow="true"/><imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions>
<imsss:ruleCondition condition="completed"/></imsss:ruleConditions><imsss:ruleAction action="skip"/></imsss:preConditionRule>
</imsss:sequencingRules></imsss:sequencing>"""
MAPPED = """<imsss:sequencing><imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions>
<imsss:ruleCondition condition="satisfied"/></imsss:ruleConditions><imsss:ruleAction action="hiddenFromChoice"/>
</imsss:preConditionRule></imsss:sequencingRules><imsss:objectives><imsss:primaryObjective objectiveID="o">
<imsss:mapInfo targetObjectiveID="g{0}" writeSatisfiedStatus="true"/></imsss:primaryObjective></imsss:objectives>
</imsss:sequencing>"""


class RoundTrips(monitoring.CommandListener):
    def __init__(self) -> None:
        self.count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if threading.current_thread() is threading.main_thread():  # the store of statements keeps its clock in another
            self.count += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


class Taken:
    """The application, with what each request has cost it."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner
        self.nanoseconds = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        before = time.thread_time_ns()
        answer = [b"".join(self.inner(environ, start))]
        self.nanoseconds = time.thread_time_ns() - before
        return answer


class Later:
    """What follows answers: it is done before the next request, and not counted."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], object]] = []

    def run(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


class Player:
    """One learner's player window, without a browser."""

    def __init__(self, service: scorm_runtime.Service, client: FlaskClient, later: Later, course: str, number: int) -> None:
        actor = {**ACTOR, "account": {**ACTOR["account"], "name": f"learner {number}"}}  # type: ignore[dict-item]
        registration = service.registrations.register(course, actor)[0].uuid
        self.client = client
        self.later = later
        self.base = f"/play/{service.launch(registration).url.split('/play/')[1].rstrip('/')}/"
        opened = self.post("state", {"pending": {}})
        self.window, self.run, self.n, self.moves = opened["window"], opened["run"], 0, 0

    def post(self, path: str, body: Any) -> Any:
        self.later.run()
        answer = self.client.post(self.base + path, data=orjson.dumps(body), content_type="application/json")
        assert answer.status_code == 200, answer.data
        return orjson.loads(answer.data)

    def commit(self, changes: dict[str, str], calls: list[Any]) -> None:
        self.n += 1
        commit = {"n": self.n, "changes": changes, "age": 0, "elapsed": self.n, "calls": calls}
        self.post("commit", {"window": self.window, "run": self.run, "commits": [commit]})

    def go_on(self) -> None:
        self.moves += 1
        done = {"cmi.completion_status": "completed", "cmi.success_status": "passed", "cmi.score.scaled": "0.9"}
        commit = {"n": self.n + 1, "changes": done, "age": 0, "elapsed": 5}
        body = {"window": self.window, "run": self.run, "commits": [commit], "terminated": True, "move": self.moves}
        self.run, self.n = self.post("navigate", {**body, "request": {"kind": "continue"}})["run"], 0


def flat(count: int) -> str:
    return "".join(LEAF.format(i, "") for i in range(count - 1))


def chapters(count: int) -> str:
    """Chapters of ten, with rules on every activity and a global objective each."""
    lessons = [LEAF.format(i, MAPPED.format(i // 10)) for i in range(count // 11 * 10)]
    return "".join(CLUSTER.format(c, "".join(lessons[c * 10 : c * 10 + 10]), RULED) for c in range(count // 11))


def package(folder: Path, name: str, items: str) -> Path:
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("imsmanifest.xml", MANIFEST.format(items=items))
        file.writestr("a.html", "<!DOCTYPE html><title>Lesson</title>")
    return path


def cost(act: Callable[[], object], times: int, trips: RoundTrips, server: Taken, later: Later) -> str:
    """CPU, and the most round trips."""
    taken: list[float] = []
    most = 0
    for _ in range(times):
        later.run()
        trips.count = 0
        act()
        taken.append(server.nanoseconds / 1e6)
        most = max(most, trips.count)
    worst = sorted(taken)[int(times * 0.95)]
    return f"{min(taken):7.2f} ms least {statistics.median(taken):7.2f} ms median {worst:7.2f} ms 95 %  {most} round trips"


def measure(db: Database[Any], folder: Path, trips: RoundTrips, activities: int, times: int, done: float) -> None:
    content = package_importer.ContentStore(str(folder / "content"))
    catalogue = package_importer.Catalogue(db, content, iri_base="https://bench.example", limits=package_importer.Limits())
    store = lrs.LRS(db)
    for part in (package_importer, scorm_runtime):
        part.ensure_indexes(db)
    store.ensure_indexes()
    later = Later()
    service = scorm_runtime.Service(db, catalogue, store, scorm_runtime.Settings(), after=later.jobs.append)
    app = Flask("content", static_folder=None)
    errors.init_app(app, (scorm_runtime.RuntimeFault,))
    units = scorm_runtime.Units(db, catalogue, store, access.Credentials(db), service.registrations, service.settings)
    scorm_runtime.init_content(app, service, units)
    app.wsgi_app = server = Taken(app.wsgi_app)  # type: ignore[method-assign]
    client = app.test_client()
    gc.collect()
    gc.freeze()  # as rollbook.wsgi does

    small = Player(service, client, later, catalogue.add(package(folder, "small", flat(4))).id, 0)
    row = {"id": "q", "type": "choice", "learner_response": "a", "result": "correct"}
    rows = {f"cmi.interactions.{number}.{leaf}": text for number in range(20) for leaf, text in row.items()}
    counted = iter(range(10**6))
    calls = [[40 * at, "G" if at % 2 else "S", f"cmi.interactions.{at}.learner_response", "a", 0] for at in range(40)]
    print("a commit")
    for title, changes in {
        "a place": lambda: {"cmi.location": f"page {next(counted)}", "cmi.session_time": f"PT{next(counted)}S"},
        "a place, 20 answers kept": lambda: {"cmi.location": f"page {next(counted)}"},
        "60,000 characters": lambda: {"cmi.suspend_data": f"{next(counted):09}" + "x" * 60_000},
        "a place, 40 calls told": lambda: {"cmi.location": f"page {next(counted)}"},
        "an answer": lambda: {"cmi.interactions.0.learner_response": f"a{next(counted)}"},
    }.items():
        if "20" in title:
            small.commit(rows, [])
        told = calls if "calls" in title else []
        print(f"  {title:26}{cost(lambda: small.commit(changes(), told), times * 5, trips, server, later)}")  # noqa: B023
    for name, items in {"flat": flat(activities), "chapters": chapters(activities)}.items():
        course = catalogue.add(package(folder, name, items)).id
        player = Player(service, client, later, course, 1)
        for _ in range(int(items.count("identifierref") * done)):
            player.go_on()
        print(f"{name}: {activities} activities, {done:.0%} of them done")
        print(f"  {'a navigation request':26}{cost(player.go_on, times, trips, server, later)}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--uri")
    options.add_argument("--activities", type=int, default=1000)
    options.add_argument("--times", type=int, default=40)
    options.add_argument("--done", type=float, default=0.25, help="the part of a large course that is done when it is measured")
    chosen = options.parse_args()
    trips = RoundTrips()
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as name:
        folder = Path(name)
        server = None if chosen.uri else database.EmbeddedServer(folder / "database", auth=False)
        uri = chosen.uri or (server.start() if server else "")
        monitoring.register(trips)
        client = database.connect(uri)
        mongoengine.connect(NAME, host=uri, alias="rollbook", tz_aware=True, uuidRepresentation="standard")
        client.drop_database(NAME)
        measure(client[NAME], folder, trips, chosen.activities, chosen.times, chosen.done)
        client.drop_database(NAME)
        if server:
            server.stop()


if __name__ == "__main__":
    main()
