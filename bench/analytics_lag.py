"""How far the rows are behind: python -m bench.analytics_lag [--rate 500] [--seconds 60] [--batch 10] [--uri mongodb://…]

Starts `rollbook serve` on free ports over a throw-away directory, stores so many statements a second through HTTP, and samples
- the gauge of /metrics, which folds nothing by asking: what is behind without a reader;
- how long after its acknowledgement a statement is in its row, asked by the learner's key: what a reader waits for;
- the header X-Lag-Milliseconds of these answers.
"""

import argparse
import base64
import http.client
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.analytics_year import ADL, TYPE, Statement

KEY, SECRET = "bench", "a secret of the bench"
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode(),
    "Content-Type": "application/json",
    "X-Experience-API-Version": "2.0.0",
}
POSTERS = 5
WARM_UP, WARM_UPS = 3.0, 8


@contextmanager
def served(uri: str | None) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-") as folder:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ROLLBOOK_")}
        environ |= {"ROLLBOOK_DATA_DIR": folder, "ROLLBOOK_PORT": "0", "ROLLBOOK_CONTENT_PORT": "0"}
        environ |= {"ROLLBOOK_ADMIN_KEY": KEY, "ROLLBOOK_ADMIN_SECRET": SECRET}
        if uri:
            environ |= {"ROLLBOOK_MONGODB_URI": uri, "ROLLBOOK_MONGODB_DATABASE": f"bench_{uuid.uuid4().hex[:8]}"}
        command = [sys.executable, "-m", "rollbook", "serve"]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready = next(line.split()[1] for line in process.stdout if line.startswith("ready "))
            yield ready.removeprefix("http://")
            process.terminate()


class Asker:
    """One connection that is kept."""

    def __init__(self, host: str) -> None:
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, path, None if body is None else json.dumps(body), HEADERS)
        response = self.connection.getresponse()
        data = response.read()
        assert response.status == 200, data
        return response, data


def said(learner: int, verb: str) -> Statement:
    thing = {"id": f"https://example.org/courses/{learner % 200:03}", "definition": {"type": TYPE + "course"}}
    actor = {"name": f"Learner {learner}", "mbox": f"mailto:learner{learner}@example.org"}
    return {"actor": actor, "verb": {"id": ADL + verb}, "object": thing, "result": {"duration": "PT30S"}}


def post(host: str, rate: float, batch: int, until: float, sent: list[int], learners: Iterator[int]) -> None:
    """Keeps to the clock: who was held up sends faster until it has caught up."""
    asker, due = Asker(host), time.monotonic()
    verbs = itertools.cycle(
        ("launched", "initialized", "experienced", "suspended", "resumed", "completed", "passed", "terminated")
    )
    while (now := time.monotonic()) < until:
        if now < due:
            time.sleep(due - now)
        asker.ask("POST", "/xapi/statements", [said(next(learners) % 10_000, next(verbs)) for _ in range(batch)])
        sent.append(batch)
        due += batch * POSTERS / rate


def watch(host: str, until: float, lags: list[float]) -> None:
    asker = Asker(host)
    while time.monotonic() < until:
        _, data = asker.ask("GET", "/metrics")
        found = re.search(rb"^rollbook_attempts_lag_seconds ([\d.e+-]+)", data, re.MULTILINE)
        assert found is not None
        lags.append(float(found[1]) * 1000)
        time.sleep(0.1)


def seek(host: str, until: float, waits: list[float], headers: list[float]) -> None:
    asker = Asker(host)
    for number in itertools.count():
        if time.monotonic() >= until:
            return
        asker.ask(
            "POST", "/xapi/statements", [{**said(number, "passed"), "actor": {"mbox": f"mailto:sought{number}@example.org"}}]
        )
        stored, rows = time.monotonic(), []
        while not rows:
            response, data = asker.ask("GET", f"/api/v1/completions?actor_key=mailto:sought{number}@example.org")
            rows = json.loads(data)["rows"]
            headers.append(float(response.headers["X-Lag-Milliseconds"]))
        waits.append((time.monotonic() - stored) * 1000)
        time.sleep(0.1)


def told(name: str, found: Sequence[float]) -> None:
    cuts = statistics.quantiles(found, n=100)
    print(f"  {name:52} p50 {cuts[49]:8.1f} ms   p95 {cuts[94]:8.1f} ms   most {max(found):8.1f} ms   {len(found)} samples")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=500, help="statements a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--batch", type=int, default=10, help="statements of a request")
    parser.add_argument("--uri")
    given = parser.parse_args()
    sent: list[int] = []
    lags: list[float] = []
    waits: list[float] = []
    headers: list[float] = []
    with served(given.uri) as host:
        for _ in range(WARM_UPS):  # each process learns the credential
            Asker(host).ask("GET", "/api/v1/verbs")
        began = time.monotonic()
        until = began + WARM_UP + given.seconds
        learners = itertools.count()
        tasks: list[tuple[Any, ...]] = [(post, host, given.rate, given.batch, until, sent, learners)] * POSTERS
        tasks += [(watch, host, until, lags), (seek, host, until, waits, headers)]
        threads = [threading.Thread(target=task[0], args=task[1:]) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
    print(f"{sum(sent)} statements in {seconds:.0f} s: {sum(sent) / seconds:.0f}/s; load of the machine {os.getloadavg()[0]:.1f}")
    told("behind, with no reader (/metrics)", lags[int(WARM_UP / 0.1) :] or lags)
    told("from the acknowledgement to the row (a reader)", waits)
    told("X-Lag-Milliseconds", headers)


if __name__ == "__main__":
    main()
