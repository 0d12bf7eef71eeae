"""The data-model cases of ADL's SCORM 2004 4th Edition LMS test, without a sequencer: each SCO by itself, visit by visit.

The cases of one course are played in the order of their visits; what a visit leaves behind is kept as the runtime keeps it.
The judge is the suite's own. The rest of the cases needs the sequencer and is replayed in tests/scorm_runtime/sequencing.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from package_importer.course import Course, Item
from package_importer.importer import read_manifest
from scorm_runtime.datamodel import launch, model_for
from scorm_runtime.datamodel.api import RuntimeApi
from scorm_runtime.datamodel.launch import Store

SHARED = Path(__file__).resolve().parents[4] / "shared"
CASES = SHARED / "data" / "adl-cts-2004-4ed"
JUDGE = SHARED / "tools" / "cts" / "manager.py"
NAMES = ("API", "DMI", "DMB", "SX-04a", "SX-04b", "SX-10a", "SX-10b", "SX-10c", "SX-10d")
METHODS = {
    "Initialize": RuntimeApi.initialize,
    "Commit": RuntimeApi.commit,
    "GetValue": RuntimeApi.get_value,
    "SetValue": RuntimeApi.set_value,
    "GetErrorString": RuntimeApi.get_error_string,
    "GetDiagnostic": RuntimeApi.get_diagnostic,
}
LOOK_AHEAD = {"continue": False, "previous": False, "choice": {}, "jump": {}}
MODEL = model_for("scorm2004", "4th")

pytestmark = pytest.mark.skipif(not (CASES.is_dir() and JUDGE.is_file()), reason=f"ADL's cases are not at {CASES}")


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / "cases.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def judge() -> Any:
    spec = importlib.util.spec_from_file_location("cts_manager", JUDGE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
@pytest.mark.parametrize("name", NAMES)
def test_official_case(name: str, strict: bool, cases: dict[str, Any], judge: Any) -> None:
    course = read_manifest((CASES / "manifests" / f"{name}.xml").read_bytes())[0]
    judged = judge.Manager(name, cases[name])

    wrong = _Play(course, strict).case(cases[name], judged)

    assert wrong == []


class _Play:
    """One registration, as far as the data model knows of it."""

    def __init__(self, course: Course, strict: bool) -> None:
        self.course = course
        self.strict = strict
        self.kept: dict[str, dict[str, str]] = {}
        self.buckets: dict[str, str] = {}

    def case(self, case: dict[str, Any], judged: Any) -> list[str]:
        return [line for visit in case["visits"] if visit["commands"] for line in self.visit(visit, judged)]

    def visit(self, visit: dict[str, Any], judged: Any) -> list[str]:
        item = self.item(visit["act"])
        api = self.open(item)
        found = [(command, self.call(api, command)) for command in visit["commands"]]
        self.close(item, api, visit["cui"])
        return [f"{visit['id']}: {wrong}" for command, got in found if (wrong := judged.check(command, got))]

    def item(self, act: str) -> Item:
        return next(item for item in self.course.root.walk() if re.search(rf"act={act}(?!\w)", item.parameters))

    def open(self, item: Item) -> RuntimeApi:
        stores = [
            Store(id=row.target, value=self.buckets.get(row.target), read=row.read, write=row.write) for row in item.shared_data
        ]
        data = launch.initial_data(
            MODEL,
            self.course,
            item,
            learner_id="id",
            learner_name="name",
            previous=self.kept.get(item.identifier),
            stores=stores,
        )
        return RuntimeApi(MODEL, data, strict=self.strict, look_ahead=LOOK_AHEAD, permissions=launch.permissions(stores))

    def call(self, api: RuntimeApi, command: dict[str, Any]) -> dict[str, Any]:
        if command["m"] == "compareObjIds":
            return {"ids": [value for name, value in api.data.items() if launch.OBJECTIVE_ID.fullmatch(name)]}
        if command["m"] == "GetLastError":
            return {"v": api.get_last_error(), "e": api.get_last_error()}
        arguments = [_addressed(api.data, argument) for argument in command["args"]]
        return {"v": METHODS[command["m"]](api, *arguments), "e": api.get_last_error()}

    def close(self, item: Item, api: RuntimeApi, then: str) -> None:
        api.terminate("")
        suspend = then.startswith("Suspend") or api.data.get("adl.nav.request") == "suspendAll"
        self.buckets |= launch.shared(api.data)
        left = launch.finish(MODEL, item, api.data, suspend=suspend)
        self.kept.pop(item.identifier, None)
        if left["cmi.entry"] == "resume":
            self.kept[item.identifier] = left
        if api.data.get("cmi.exit") in ("time-out", "logout"):
            self.kept.clear()


def _addressed(data: dict[str, str], element: str) -> str:
    """`cmi.objectives.&x&.score`: the record whose id is x."""
    match = re.fullmatch(r"(.*)\.&(.*)&(.*)", element)
    if not match:
        return element
    rows = {value: name.removesuffix(".id") for name, value in data.items() if name.startswith(match[1]) and name.endswith(".id")}
    return rows.get(match[2], match[1]) + match[3]
