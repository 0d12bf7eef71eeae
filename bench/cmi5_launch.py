"""What cmi5 costs the server: python bench/cmi5_launch.py [--uri mongodb://...] [--units N]

Registrations, launches and statements go through the applications, from the bytes of the request to the bytes of the answer.
Time is this process's CPU, so that a busy machine or a slow database changes little; round trips are counted by the database
driver. Without an address the embedded server is started. What follows an answer is not counted.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.scorm_runtime.units.content import Content, Lms, au, block, package

NAME = "bench_cmi5"
VERB = "https://verbs.example/experienced"


class RoundTrips(monitoring.CommandListener):
    def __init__(self) -> None:
        self.count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.count += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


class Parts:
    def __init__(self, db: Database[Any], folder: Path) -> None:
        content = package_importer.ContentStore(str(folder / "content"))
        self.catalogue = package_importer.Catalogue(db, content, iri_base="https://bench", limits=package_importer.Limits())
        self.later: list[Callable[[], object]] = []
        store = lrs.LRS(db)
        self.credentials = access.Credentials(db, cost=(4, 1, 1))
        service = scorm_runtime.Service(db, self.catalogue, store, after=self.later.append)
        units = scorm_runtime.Units(db, self.catalogue, store, self.credentials, service.registrations, after=self.later.append)
        store.gate = scorm_runtime.SessionGate(units)
        for part in (access, package_importer, scorm_runtime):
            part.ensure_indexes(db)
        store.ensure_indexes()
        units.ensure_indexes()
        self.credentials.create(name="bench", scopes=["all"], key="bench", secret="bench")
        application, player = Flask("bench"), Flask("content", static_folder=None)
        access.init_app(application, self.credentials, cors_origins=("*",))
        lrs.init_app(application, store)
        scorm_runtime.init_app(application, service, units)
        scorm_runtime.init_content(player, service, units)
        faults = (access.AccessError, lrs.LRSError, package_importer.PackageError, scorm_runtime.RuntimeFault)
        errors.init_app(application, faults)
        errors.init_app(player, faults)
        self.api, self.player = application.test_client(), player.test_client()
        self.api.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(b"bench:bench").decode()

    def afterwards(self) -> None:
        while self.later:
            self.later.pop(0)()


class Measure:
    def __init__(self, trips: RoundTrips, parts: Parts) -> None:
        self.trips, self.parts = trips, parts
        self.rows: dict[str, list[tuple[float, int]]] = {}

    def __call__(self, what: str, act: Callable[[], Any]) -> Any:
        self.parts.afterwards()
        before, count = time.process_time(), self.trips.count
        found = act()
        self.rows.setdefault(what, []).append(((time.process_time() - before) * 1000, self.trips.count - count))
        return found

    def tell(self) -> None:
        print(f"{'':32}{'CPU ms median':>16}{'worst':>10}{'round trips':>14}")
        for what, rows in self.rows.items():
            spent, count = [row[0] for row in rows], [row[1] for row in rows]
            print(f"{what:32}{statistics.median(spent):>16.2f}{max(spent):>10.2f}{statistics.median(count):>14.0f}")


def outside(api: FlaskClient, content: Content) -> Any:
    """The same kind of statement, sent by an ordinary credential."""
    body = orjson.dumps(content.statement(VERB))
    return api.post(
        "/xapi/statements", data=body, headers={"Content-Type": "application/json", "X-Experience-API-Version": "1.0.3"}
    )


def learner(measure: Measure, parts: Parts, course: str) -> None:
    lms = Lms(parts.api, parts.player, course)
    measure("registration", lambda: lms.register(registration=str(uuid.uuid4())))
    measure("launch", lambda: lms.launch("u0"))
    content: Content = measure("launch over a live session", lambda: lms.launch("u0"))
    measure("fetch", content.fetch)
    content.data = measure("launch data", lambda: content.state("GET", "LMS.LaunchData")).get_json(force=True)
    measure("preferences", lambda: content.preferences("GET"))
    measure("statement outside a session", lambda: outside(parts.api, content))
    measure("initialized", lambda: content.say("initialized"))
    measure("allowed statement", lambda: content.say(VERB))
    measure("completed", lambda: content.say("completed"))
    measure("terminated", lambda: content.say("terminated"))
    measure("report", lms.report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uri")
    parser.add_argument("--units", type=int, default=10)
    parser.add_argument("--learners", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as name:
        folder = Path(name)
        server = None if given.uri else database.EmbeddedServer(folder / "database", auth=False)
        uri = given.uri or server.start()  # type: ignore[union-attr]
        trips = RoundTrips()
        monitoring.register(trips)
        client = database.connect(uri)
        mongoengine.connect(NAME, alias="rollbook", mongo_client_class=lambda **_: client, tz_aware=True)
        client.drop_database(NAME)
        parts = Parts(client[NAME], folder)
        inside = "".join(au(f"u{number}", 'moveOn="Completed"') for number in range(given.units))
        course = parts.catalogue.add(package(folder, block("b", inside))).id
        measure = Measure(trips, parts)
        for _ in range(5):
            learner(measure, parts, course)
        measure.rows.clear()
        for _ in range(given.learners):
            learner(measure, parts, course)
        measure.tell()
        parts.credentials.close()
        client.drop_database(NAME)
        client.close()
        if server:
            server.stop()


if __name__ == "__main__":
    main()
