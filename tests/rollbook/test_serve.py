from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from rollbook.database import read_run_file
from tests.rollbook.serving import Served, serving

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads processes from /proc, which this system has not"
)

STATEMENT = {
    "actor": {"mbox": "mailto:ada@example.org"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
    "object": {"id": "http://example.org/page"},
}


def children(pid: int) -> dict[int, str]:
    """Every process below this one, with its command line."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for child in [child for child, above in parents.items() if above == parent]:
            with contextlib.suppress(OSError):
                found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
                waiting.append(child)
    return found


def until(condition: Callable[[], bool], seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_it_stops_cleanly_and_leaves_no_process_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        below = children(served.process.pid)
        assert served.ask("/health/ready") == (200, {"status": "ready"})

    assert served.process.returncode == 0
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_nothing_is_left_behind_when_it_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        below = children(served.process.pid)

        served.process.kill()

        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_acknowledged_statements_survive_kill_9_of_everything(tmp_path: Path) -> None:
    ids = [str(uuid.uuid4()) for _ in range(5)]
    with serving(tmp_path) as served:
        for statement_id in ids:
            status, _ = served.ask("/xapi/statements", body=STATEMENT | {"id": statement_id})
            assert status == 200
        for pid in [*children(served.process.pid), served.process.pid]:
            os.kill(pid, signal.SIGKILL)
        served.process.wait()

    with serving(tmp_path) as served:
        found = [served.ask(f"/xapi/statements?statementId={statement_id}")[0] for statement_id in ids]

    assert found == [200] * 5


def test_a_database_that_dies_is_started_again_and_requests_go_on(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        assert served.ask("/xapi/statements", body=STATEMENT)[0] == 200
        database = next(pid for pid, args in children(served.process.pid).items() if "--storage-path" in args)

        os.kill(database, signal.SIGKILL)

        assert until(lambda: served.ask("/xapi/statements", body=STATEMENT)[0] == 200)


def test_a_server_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        master = next(pid for pid, args in children(served.process.pid).items() if "gunicorn" in args)

        os.kill(master, signal.SIGKILL)

        assert until(lambda: answers(served))


def answers(served: Served) -> bool:
    try:
        return served.ask("/health/ready")[0] == 200
    except OSError:
        return False


def test_the_commands_use_the_database_of_the_service_that_runs(tmp_path: Path) -> None:
    environ = os.environ | {"ROLLBOOK_DATA_DIR": str(tmp_path)}
    with serving(tmp_path):
        assert read_run_file(tmp_path / "database") is not None

        done = subprocess.run(
            [sys.executable, "-m", "rollbook", "credentials", "list"], env=environ, capture_output=True, text=True, check=True
        )

    assert done.stdout.startswith("test  first credential  all")


def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        done = subprocess.run(
            [sys.executable, "-m", "rollbook", "serve", "--port", port, "--data-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_each_origin_answers_only_its_own_routes(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        found = {
            (name, path): served.fetch(origin + path)
            for name, origin in (("application", served.application), ("content", served.content))
            for path in ("/xapi/about", "/play/nobody/")
        }

    assert found["application", "/xapi/about"][0] == 200
    assert found["content", "/xapi/about"][0] == 404
    assert found["application", "/play/nobody/"][0] == 404
    assert found["content", "/play/nobody/"][0] == 404
    assert b"<html" in found["content", "/play/nobody/"][1]
