"""An export outlives the process that makes it."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.rollbook.serving import KEY, SECRET, Served, serving
from tests.rollbook.test_serve import children, until

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="reads processes from /proc, which this system has not"
)
STATEMENTS = 2_000
ANALYTICS = Path(__file__).parents[2] / "docs" / "analytics.md"


def statement(number: int) -> dict[str, Any]:
    actor = {"name": f"Learner {number}", "mbox": f"mailto:learner{number}@example.org"}
    thing = {"id": "https://example.org/courses/golf", "definition": {"name": {"en": "Golf"}}}
    return {"actor": actor, "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"}, "object": thing}


def kill_worker(served: Served) -> None:
    """The background process, as the kernel kills it: without a word."""
    for pid in children(served.process.pid):
        with contextlib.suppress(OSError):
            if b"rollbook.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)


def state(served: Served, export: str) -> str:
    found: str = served.ask(f"/api/v1/exports/{export}")[1]["state"]
    return found


def test_an_export_whose_maker_is_killed_comes_once_and_whole(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        for begin in range(0, STATEMENTS, 500):
            assert served.ask("/xapi/statements", body=[statement(begin + at) for at in range(500)])[0] == 200
        status, accepted = served.ask("/api/v1/exports", body={"resource": "attempts", "format": "xlsx"})
        assert until(lambda: state(served, accepted["id"]) == "running")

        kill_worker(served)

        killed = state(served, accepted["id"])
        assert until(lambda: state(served, accepted["id"]) == "done")
        export = served.ask(f"/api/v1/exports/{accepted['id']}")[1]
        file = served.fetch(served.application + export["file"])
        listed = served.ask("/api/v1/exports")[1]["exports"]

    assert (status, killed) == (202, "running")
    book = openpyxl.load_workbook(io.BytesIO(file[1]), read_only=True)
    assert book["Rows"].max_row == STATEMENTS + 1
    assert (export["rows"], export["bytes"], [one["id"] for one in listed]) == (STATEMENTS, len(file[1]), [accepted["id"]])


@pytest.mark.skipif(shutil.which("curl") is None, reason="the documentation's line is curl's")
def test_the_documented_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    line = next(line for line in ANALYTICS.read_text().splitlines() if line.startswith("curl") and "/file" in line)
    with serving(tmp_path) as served:
        assert served.ask("/xapi/statements", body=[statement(at) for at in range(20)])[0] == 200
        export = served.ask("/api/v1/exports", body={"resource": "attempts", "format": "csv"})[1]["id"]
        assert until(lambda: state(served, export) == "done")
        command = shlex.split(line, comments=True)
        command[-1] = f"{served.application}/api/v1/exports/{export}/file"
        command[command.index("KEY:SECRET")] = f"{KEY}:{SECRET}"
        file = tmp_path / command[command.index("-o") + 1]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        whole = file.read_bytes()
        file.write_bytes(whole[:100])

        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    assert file.read_bytes() == whole
    assert whole.count(b"\n") == 21
