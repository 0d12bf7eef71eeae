"""docs/recipes.md, run as it stands there against a running service."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from tests.rollbook.serving import KEY, SECRET, Served, serving
from tests.rollbook.test_serve import until

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text("utf-8")
CODE: dict[str, str] = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
ADL = "http://adlnet.gov/expapi/verbs/"
COURSES = [f"https://example.org/courses/{name}" for name in ("golf", "chess")]
DBT = os.environ.get("ROLLBOOK_DBT") or shutil.which("dbt")
ROWS = "/api/v1/attempts?limit=10000"


def statement(learner: int, verb: str = "passed", **members: Any) -> dict[str, Any]:
    actor = {"name": f"Learner {learner}", "mbox": f"mailto:learner{learner}@example.org"}
    thing = {"id": COURSES[learner % 2], "definition": {"name": {"en": "A course"}}}
    score = {"score": {"scaled": learner % 11 / 10}, "completion": True, "success": verb == "passed"}
    return {"id": str(uuid.uuid4()), "actor": actor, "verb": {"id": ADL + verb}, "object": thing, "result": score, **members}


def voiding(target: str) -> dict[str, Any]:
    thing = {"objectType": "StatementRef", "id": target}
    return {"actor": {"mbox": "mailto:admin@example.org"}, "verb": {"id": ADL + "voided"}, "object": thing}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("recipes")) as served:
        assert served.ask("/xapi/statements", body=[statement(learner) for learner in range(40)])[0] == 200
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where every file of the page has been written."""
    for name, code in CODE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(code, "utf-8")
    return tmp_path


def environ(served: Served, **more: str) -> dict[str, str]:
    return os.environ | {"ROLLBOOK": served.application, "ROLLBOOK_KEY": KEY, "ROLLBOOK_SECRET": SECRET, **more}


def output(served: Served, folder: Path, name: str) -> str:
    ran = subprocess.run([sys.executable, name], cwd=folder, env=environ(served), capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_pandas_reads_parquet(service: Served, folder: Path) -> None:
    found = list(csv.DictReader(io.StringIO(output(service, folder, "scores.py"))))

    rows = service.ask("/api/v1/scores?limit=10000")[1]["rows"]
    assert {row["activity"]: float(row["count"]) for row in found} == {
        course: sum(row["activity"] == course for row in rows) for course in COURSES
    }
    golf = [row["score_scaled"] for row in rows if row["activity"] == COURSES[0]]
    (told,) = [float(row["mean"]) for row in found if row["activity"] == COURSES[0]]
    assert told == pytest.approx(sum(golf) / len(golf))


def test_pandas_reads_csv(service: Served, folder: Path) -> None:
    (heading, *days) = csv.reader(io.StringIO(output(service, folder, "completions.py").strip()))

    completions = service.ask("/api/v1/completions?limit=10000")[1]["rows"]
    assert heading[0] == "completed_at"
    assert sum(int(rows) for _, rows in days) == len(completions)


def test_duckdb_reads_arrow(service: Served, folder: Path) -> None:
    assert re.search(r"│ passed +│ +40 │", output(service, folder, "statuses.py"))


def load(served: Served, folder: Path, page: int = 10_000) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "load.py"], cwd=folder, env=environ(served, PAGE=str(page)), stdout=subprocess.PIPE, text=True
    )


def loaded(folder: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        return warehouse.execute("select actor_key, activity, registration, seq, status from attempts").fetchall()


def shown(served: Served) -> list[tuple[Any, ...]]:
    rows = served.ask(ROWS)[1]["rows"]
    return [tuple(row[name] for name in ("actor_key", "activity", "registration", "seq", "status")) for row in rows]


def store(served: Served, chance: random.Random) -> None:
    """Statements of some learners again and again; every fourth time some are voided."""
    told: list[str] = []
    for turn in range(40):
        batch = [statement(chance.randrange(300), chance.choice(["passed", "failed"])) for _ in range(25)]
        if turn % 4 == 3:
            batch += [voiding(told.pop(chance.randrange(len(told)))) for _ in range(10)]
        assert served.ask("/xapi/statements", body=batch)[0] == 200
        told += [one["id"] for one in batch[:25]]


def kill_after(process: subprocess.Popen[str], lines: int) -> None:
    """After so many pages; what it does then it does not end."""
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_a_loader_killed_at_random_copies_each_row_once(service: Served, folder: Path) -> None:
    chance = random.Random(7)
    storing = threading.Thread(target=store, args=(service, random.Random(8)))
    storing.start()
    for _ in range(5):
        kill_after(load(service, folder, page=20), chance.randrange(6))
    storing.join()
    assert until(lambda: b"rollbook_attempts_lag_seconds 0.0" in service.fetch(service.application + "/metrics")[1])

    with load(service, folder, page=20) as last:
        last.communicate()

    assert last.returncode == 0
    assert sorted(loaded(folder), key=repr) == sorted(shown(service), key=repr)


def test_a_row_that_is_no_more_leaves_the_warehouse(service: Served, folder: Path) -> None:
    lonely = statement(5_000)
    assert service.ask("/xapi/statements", body=lonely)[0] == 200
    output(service, folder, "load.py")
    before = [row for row in loaded(folder) if "learner5000@" in row[0]]

    assert service.ask("/xapi/statements", body=voiding(lonely["id"]))[0] == 200
    output(service, folder, "load.py")

    assert len(before) == 1
    assert [row for row in loaded(folder) if "learner5000@" in row[0]] == []


def test_the_model_of_dbt_is_true(service: Served, folder: Path) -> None:
    output(service, folder, "load.py")
    sql = re.sub(r"\{\{ config\(.*?\) \}\}", "", CODE["models/course_results.sql"])
    sql = sql.replace('{{ source("rollbook", "attempts") }}', "main.attempts")

    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute(f"select activity, learners, completed, passed, mean_score from ({sql}) order by 1").fetchall()

    asked = {
        "group_by": ["activity"],
        "measures": [{"count_distinct": "actor_key"}, {"sum": "score_scaled"}, {"rate": "completed"}, {"count": "*"}],
    }
    rows = service.ask("/api/v1/query", body=asked)[1]["rows"]
    assert [(one[0], one[1], one[2]) for one in found] == [
        (row["activity"], row["count_distinct_actor_key"], round(row["rate_completed"] * row["count"])) for row in rows
    ]
    activities = service.ask("/api/v1/activities")[1]["rows"]
    assert [one[3] for one in found] == [row["passed"] for row in activities]
    assert [one[4] for one in found] == pytest.approx([row["score_scaled_avg"] for row in activities])


@pytest.mark.skipif(DBT is None, reason="dbt is not installed; the model itself is run above")
def test_the_project_of_dbt_builds(service: Served, folder: Path) -> None:
    output(service, folder, "load.py")

    built = subprocess.run([str(DBT), "build", "--profiles-dir", "."], cwd=folder, capture_output=True, text=True, timeout=300)

    assert built.returncode == 0, built.stdout
    assert "PASS=3" in built.stdout


def test_a_workbook_opens_with_typed_cells(service: Served) -> None:
    assert "/api/v1/completions?format=xlsx" in PAGE
    _, data = service.fetch(f"{service.application}/api/v1/completions?format=xlsx")

    lines = openpyxl.load_workbook(io.BytesIO(data), read_only=True)["Rows"].iter_rows(values_only=True)
    names = next(lines)
    row = dict(zip(names, next(lines), strict=True))
    assert isinstance(row["completed_at"], datetime)
    assert isinstance(row["score_scaled"], int | float)
    assert row["completion"] is True


def test_the_query_of_power_query_asks_for_columns_that_are_there(service: Served) -> None:
    code = CODE["completions.m"]
    path = re.search(r'RelativePath = "([^"]+)"', code)
    (parameters,) = re.findall(r"Query = \[([^\]]+)\]", code)
    query = dict(re.findall(r'(\w+) = "([^"]+)"', parameters))
    assert path is not None

    status, data = service.fetch(f"{service.application}/{path[1]}?{urllib.parse.urlencode(query)}")

    names = next(csv.reader(io.StringIO(data.decode())))
    assert status == 200
    assert set(re.findall(r'\{"(\w+)", type', code)) <= set(names)


def test_the_script_of_google_sheets_fills_a_sheet(service: Served, folder: Path) -> None:
    """Run by node, with what Google provides replaced by the least that does the same."""
    script = CODE["completions.gs"].replace("http://localhost:8080", service.application).replace("KEY:SECRET", f"{KEY}:{SECRET}")
    request = urllib.request.Request(f"{service.application}/api/v1/completions?format=csv")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read().decode()
    (folder / "sheet.js").write_text(GOOGLE.replace("TEXT", json.dumps(text)) + script + "\ncompletions();\n", "utf-8")

    ran = subprocess.run(["node", "sheet.js"], cwd=folder, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 0, ran.stderr
    asked = json.loads(ran.stdout.splitlines()[0])
    assert asked == [request.full_url, request.get_header("Authorization")]
    assert json.loads(ran.stdout.splitlines()[1]) == [len(text.splitlines()), len(text.splitlines()[0].split(","))]


GOOGLE = """
const Utilities = {
  base64Encode: (text) => Buffer.from(text).toString('base64'),
  parseCsv: (text) => text.trim().split('\\r\\n').map((line) => line.split(',')),
};
const UrlFetchApp = {fetch: (url, options) => {
  console.log(JSON.stringify([url, options.headers.Authorization]));
  return {getContentText: () => TEXT};
}};
const range = (row, column, rows, columns) => ({setValues: () => console.log(JSON.stringify([rows, columns]))});
const sheet = {clear: () => sheet, getRange: range};
const SpreadsheetApp = {getActiveSheet: () => sheet};
"""
