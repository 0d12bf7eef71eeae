from __future__ import annotations

import json
from pathlib import Path

import pytest

from scorm_runtime.datamodel import export, model_for
from tests.scorm_runtime.datamodel import cases

TABLES = export.tables()


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_that_the_javascript_is_tested_with_are_current(name: str) -> None:
    kept = json.loads((cases.FOLDER / "tables" / f"{name}.json").read_text("utf-8"))

    assert kept == json.loads(json.dumps(TABLES[name]))


def test_writing_all_tables_gives_one_file_each(tmp_path: Path) -> None:
    export.write(tmp_path)

    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(TABLES)


def test_a_table_is_small_enough_to_travel_with_each_page() -> None:
    assert len(json.dumps(export.table(model_for("scorm2004")), separators=(",", ":"))) < 25_000
