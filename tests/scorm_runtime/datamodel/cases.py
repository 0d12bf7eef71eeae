"""Reads and replays the cases of tests/cases/datamodel/; tests/js/datamodel.test.js does the same in JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scorm_runtime.datamodel import Model, model_for
from scorm_runtime.datamodel.api import RuntimeApi

FOLDER = Path(__file__).parents[2] / "cases" / "datamodel"
METHODS = {
    "Initialize": RuntimeApi.initialize,
    "Terminate": RuntimeApi.terminate,
    "Commit": RuntimeApi.commit,
    "GetValue": RuntimeApi.get_value,
    "SetValue": RuntimeApi.set_value,
    "GetErrorString": RuntimeApi.get_error_string,
    "GetDiagnostic": RuntimeApi.get_diagnostic,
}


def all_cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case with its title; a case that says nothing of strictness counts twice."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        for case in json.loads(path.read_text("utf-8"))["cases"]:
            for strict in [case["strict"]] if "strict" in case else [True, False]:
                title = f"{path.stem}: {case['name']} ({case['model']}, {strictness(strict)})"
                found.append((title, {**case, "strict": strict}))
    return found


def strictness(strict: bool | list[str]) -> str:
    if isinstance(strict, list):
        return f"without {' and '.join(strict)}"
    return "strict" if strict else "lenient"


def model_of(case: dict[str, Any]) -> Model:
    return model_for(case["model"], case.get("edition"))


def start(case: dict[str, Any]) -> RuntimeApi:
    hooks = {f"on_{name}": _hook(what) for name, what in case.get("hooks", {}).items()}
    return RuntimeApi(
        model_of(case),
        dict(case.get("data", {})),
        strict=case["strict"],
        look_ahead=case.get("look_ahead"),
        permissions=case.get("permissions", ()),
        **hooks,
    )


def _hook(what: object) -> Callable[[], bool]:
    def hook() -> bool:
        if what == "throw":
            raise OSError("the disk is gone")
        return bool(what)

    return hook


def replay(api: RuntimeApi, call: list[Any]) -> list[Any]:
    """The call as it went: method, arguments, result and error, to be compared with the case's own line."""
    method, *arguments, _result, _error = call
    given = [expanded(argument) for argument in arguments]
    result = api.get_last_error() if method == "GetLastError" else METHODS[method](api, *given)
    return [method, *given, result, int(api.get_last_error())]


def expected(call: list[Any]) -> list[Any]:
    return [expanded(part) for part in call]


def expanded(value: Any) -> Any:
    """`{"prefix": "ab", "repeat": ["x", 3]}` stands for "abxxx"."""
    if not isinstance(value, dict):
        return value
    unit, times = value["repeat"]
    return value.get("prefix", "") + unit * times
