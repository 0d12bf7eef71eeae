"""A model as the JSON that the browser interprets; defaults are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from scorm_runtime.datamodel.element import Model


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
