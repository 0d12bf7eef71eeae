"""CPU of an LRS per request beside Ralph's, on the same machine, under the same load, with a database that costs nothing.

    pip install 'ralph-malph[lrs,backend-mongo]'      # in an environment of its own, say ../ralph
    python bench/lrs_peers.py --ralph ../ralph/bin/python

Both run as in production, with one worker: ours under gunicorn (gthread), and under granian where that is installed, Ralph under
uvicorn (uvloop, httptools, asynchronous MongoDB client). CPU is what the kernel books for the server's processes, rounds of all
take turns, the best round counts. `bare` is what the libraries themselves cost, on the cheaper server: a Flask view that parses,
asks the schema, and inserts, and does nothing else that a Learning Record Store has to do."""

from __future__ import annotations

import argparse
import base64
import hashlib
import http.client
import importlib.util
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from lrs_statement import statement

FOLDER = Path(__file__).resolve().parent
USER, PASSWORD = "bench", "the password of the bench"
ROUNDS = 20
LOADS = {"single POST": 60, "batch of 50": 10, "page of 100": 25}  # requests of a round
TARGETS = {"single POST": 3, "batch of 50": 4, "page of 100": 8}


class Known:
    """The one credential, known already: what `access` costs once it has checked the hash."""

    def __init__(self, caller: Any) -> None:
        self.caller = caller
        self.digest = hashlib.sha256(PASSWORD.encode()).digest()

    def verify(self, key: str, secret: str) -> Any:
        return self.caller if key == USER and hashlib.sha256(secret.encode()).digest() == self.digest else None


def app() -> Any:
    """Our LRS, for gunicorn."""
    from flask import Flask
    from pymongo import MongoClient

    import access
    import lrs

    store = lrs.LRS(MongoClient(os.environ["BENCH_MONGO"])["bench"], lrs.Settings(secret="bench"))
    made = Flask("bench")
    access.init_app(made, Known(access.Caller(key=USER, name=USER, scopes=frozenset({"all"}))))  # type: ignore[arg-type]
    lrs.init_app(made, store)
    return made


def bare() -> Any:
    """No credentials, versions, rules, index, authority, conflicts or words for errors: the least that these libraries can do."""
    import orjson
    from flask import Flask, Response, request
    from pymongo import MongoClient

    from lrs.spec import schema

    rows = MongoClient[dict[str, Any]](os.environ["BENCH_MONGO"])["bench"]["lrs_statements"]
    made = Flask("bare")

    @made.post("/xapi/statements")
    def store() -> Response:
        given = orjson.loads(request.get_data())
        documents = []
        for one in given if isinstance(given, list) else [given]:
            schema.check(one, "1.0.3")
            documents.append({"_id": os.urandom(20), "raw": orjson.dumps(one)})
        rows.insert_many(documents, ordered=False) if len(documents) > 1 else rows.insert_one(documents[0])
        return Response(orjson.dumps([document["_id"].hex() for document in documents]), mimetype="application/json")

    @made.get("/xapi/statements")
    def page() -> Response:
        found = rows.aggregate([{"$limit": 101}, {"$project": {"raw": 1}}], batchSize=202).to_list()
        return Response(b'{"statements":[%b]}' % b",".join([row["raw"] for row in found[:100]]), mimetype="application/json")

    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """The process id once the port answers."""
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{command[0]} did not start") from None
                time.sleep(0.2)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def family(pid: int) -> list[int]:
    """A process and its children."""
    parents = {
        int(found.parent.name): found.read_text().rpartition(")")[2].split()[1] for found in Path("/proc").glob("[0-9]*/stat")
    }
    return [pid, *(child for child, parent in parents.items() if parent == str(pid))]


def cpu(pids: list[int]) -> float:
    """Seconds of CPU of processes with all their threads, to the nanosecond: a process has a clock that others may read."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def request(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None) -> bytes:
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
        "X-Experience-API-Version": "1.0.3",
        "Content-Type": "application/json",
    }
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status} {content[:300]!r}")
    return content


def load(kind: str, port: int, path: str) -> Callable[[int | None], None]:
    chance = random.Random(3)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def act(ordinal: int | None) -> None:
        if ordinal is None:
            connection.close()  # a server closes what was idle while the other had its turn
        if kind == "page of 100":
            found = json.loads(request(connection, "GET", f"{path}?limit=100", None))
            assert len(found["statements"]) == 100
        else:
            made = [statement(chance) for _ in range(50)] if kind == "batch of 50" else statement(chance)
            request(connection, "POST", path, json.dumps(made, separators=(",", ":")).encode())  # as JSON.stringify writes it

    return act


def ralph(python: str, mongo: str, stack: ExitStack) -> tuple[int, int, str]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    hashing = f"import bcrypt; print(bcrypt.hashpw({PASSWORD!r}.encode(), bcrypt.gensalt()).decode())"
    known = subprocess.run([python, "-c", hashing], capture_output=True, text=True, check=True).stdout.strip()
    agent = {"objectType": "Agent", "account": {"homePage": "https://school.example", "name": USER}}
    (folder / "auth.json").write_text(json.dumps([{"username": USER, "hash": known, "scopes": ["all"], "agent": agent}]))
    environment = {
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_BACKEND": "async_mongo",
        "RALPH_BACKENDS__LRS__MONGO__CONNECTION_URI": mongo,
    }
    port = free_port()
    command = [python, "-m", "uvicorn", "ralph.api:app", "--port", str(port), "--log-level", "warning"]
    return stack.enter_context(running(command, port, environment)), port, "/xAPI/statements/"


def ours(mongo: str, stack: ExitStack) -> tuple[int, int, str]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "lrs_peers:app()", "--worker-class", "gthread", "--threads", "4"]
    command += ["--bind", f"127.0.0.1:{port}", "--pythonpath", f"{FOLDER},{FOLDER.parent}"]
    return stack.enter_context(running(command, port, {"BENCH_MONGO": mongo})), port, "/xapi/statements"


def on_granian(application: str, mongo: str, stack: ExitStack) -> tuple[int, int, str]:
    port = free_port()
    command = [sys.executable, "-m", "granian", f"lrs_peers:{application}", "--factory", "--interface", "wsgi"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4", "--no-ws", "--http", "1"]
    return (
        stack.enter_context(running(command, port, {"BENCH_MONGO": mongo, "PYTHONPATH": f"{FOLDER}:{FOLDER.parent}"})),
        port,
        "/xapi/statements",
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ralph", help="the Python of an environment with Ralph; without it only ours is measured")
    chosen = options.parse_args()
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(running([sys.executable, str(FOLDER / "lrs_null_mongo.py"), "--port", str(port)], port, {}))
        mongo = f"mongodb://127.0.0.1:{port}/"
        servers = {"rollbook": ours(mongo, stack)}
        if importlib.util.find_spec("granian"):
            servers["granian"] = on_granian("app", mongo, stack)
            servers["bare"] = on_granian("bare", mongo, stack)
        if chosen.ralph:
            servers["ralph"] = ralph(chosen.ralph, mongo, stack)
        print(f"{'ms of CPU a request':22}" + "".join(f"{name:>10}" for name in servers) + "   times less (wanted)")
        for kind, count in LOADS.items():
            acts = {name: load(kind, port, path) for name, (_, port, path) in servers.items()}
            best = dict.fromkeys(servers, float("inf"))
            clocks = {name: family(pid) for name, (pid, _, _) in servers.items()}
            for turn in range(ROUNDS + 1):
                for name, act in acts.items():
                    act(None)
                    before = cpu(clocks[name])
                    for _ in range(count):
                        act(count)
                    spent = (cpu(clocks[name]) - before) / count * 1000
                    best[name] = min(best[name], spent) if turn else best[name]  # the first round warms up
            less = [f"{best['ralph'] / best[name]:.1f}" for name in servers if name != "ralph"] if chosen.ralph else []
            times = f"{' '.join(less):>16} ({TARGETS[kind]})" if less else ""
            print(f"{kind:22}" + "".join(f"{value:10.3f}" for value in best.values()) + times, flush=True)


if __name__ == "__main__":
    main()
