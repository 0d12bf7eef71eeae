"""ADL's LRS conformance suite against a running service, whole: 1365 tests for 1.0.3 and 1442 for 2.0.0, none failing.

`ROLLBOOK_LRS_SUITE` names a checkout of github.com/adlnet/lrs-conformance-test-suite after `npm install --ignore-scripts`.
Each version is run twice on the same data, by 2 workers with 4 threads."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SUITE = os.environ.get("ROLLBOOK_LRS_SUITE")
TOTALS = {"1.0.3": 1365, "2.0.0": 1442}
KEY, SECRET = "suite", "the secret of the suite"
SECONDS = 900

pytestmark = [
    pytest.mark.skipif(SUITE is None, reason="ROLLBOOK_LRS_SUITE names no checkout of ADL's LRS conformance suite"),
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    port, content_port = free_port(), free_port()
    environment = {
        **os.environ,
        "ROLLBOOK_ADMIN_KEY": KEY,
        "ROLLBOOK_ADMIN_SECRET": SECRET,
        "ROLLBOOK_WORKERS": "2",
        "ROLLBOOK_THREADS": "4",
    }
    command = [
        sys.executable,
        "-m",
        "rollbook",
        "serve",
        "--data-dir",
        str(folder),
        "--port",
        str(port),
        "--content-port",
        str(content_port),
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        ready = next((line for line in service.stdout if line.startswith("ready ")), None)
        assert ready, "the service did not start"
        yield f"http://127.0.0.1:{port}/xapi"
        service.terminate()
        service.communicate(timeout=60)


def run(endpoint: str, version: str) -> dict[str, Any]:
    """The suite's own log of one run: it counts skipped tests of failed hooks as neither passed nor failed."""
    command = ["node", "bin/console_runner.js", "-e", endpoint, "-a", "-u", KEY, "-p", SECRET, "-x", version, "-z"]
    done = subprocess.run(command, cwd=str(SUITE), capture_output=True, text=True, timeout=SECONDS, check=False)
    named = re.search(r"Full run log written to (.+\.log)", done.stdout)
    assert named, done.stdout[-2000:]
    log: dict[str, Any] = json.loads(Path(named[1].strip()).read_text())
    return log


def failures(node: dict[str, Any]) -> list[str]:
    """Titles of the innermost failures."""
    inner = [title for one in node.get("tests", []) for title in failures(one)]
    failed = node.get("status") not in (None, "passed", "pending")
    return inner or ([f"{node.get('title') or node.get('name')}: {node.get('error')}"] if failed else [])


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("version", TOTALS)
def test_the_official_suite_passes_whole(address: str, version: str, turn: int) -> None:
    log = run(f"{address}/{version}", version)

    assert failures(log.get("log") or {}) == []
    assert log["summary"]["failed"] == 0
    assert log["summary"]["passed"] == log["summary"]["total"] == TOTALS[version]
