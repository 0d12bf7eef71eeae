"""A model as the JSON that the browser interprets; defaults are left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scorm_runtime.datamodel import model_for
from scorm_runtime.datamodel.element import Model
from scorm_runtime.editions import EDITIONS


@cache
def table(model: Model) -> dict[str, Any]:
    """Shared and cached: do not change what you are given."""
    exported: dict[str, Any] = _plain(model)
    return exported


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {_camel(f.name): _plain(v) for f in fields(value) if not _is_default(f, v := getattr(value, f.name))}
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


def _is_default(of: Any, value: Any) -> bool:
    if of.name in ("max_characters", "max_rows", "max_message", "keywords"):
        return False
    default = of.default_factory() if of.default_factory is not MISSING else of.default
    return bool(value == default) and type(value) is type(default)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def tables() -> dict[str, dict[str, Any]]:
    """Every table there is, by name; tests/cases/datamodel/tables/ keeps them for the tests of the JavaScript."""
    return {"scorm12": table(model_for("scorm12"))} | {
        f"scorm2004-{edition}": table(model_for("scorm2004", edition)) for edition in EDITIONS
    }


def write(folder: Path) -> None:
    for name, content in tables().items():
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
