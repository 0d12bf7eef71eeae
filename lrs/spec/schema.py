"""The JSON Schemas of schemas/xapi: one validator decides, and only when it says no another one explains."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

from lrs.errors import InvalidStatement
from lrs.spec.json_text import pointer
from lrs.versions import VERSIONS

_FAULTS_SHOWN = 20


def folder() -> Path:
    """In an installed package the schemas lie beside the code, in a checkout at its top."""
    inside = Path(__file__).parent.parent / "schemas"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "schemas" / "xapi"


@cache
def schema(version: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder() / VERSIONS[version].schemas / "statement.json").read_text("utf-8"))
    return loaded


@cache
def _decider(version: str, definition: str | None) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_part(version, definition), pattern_options=jsonschema_rs.RegexOptions())


@cache
def _explainer(version: str, definition: str | None) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(_part(version, definition))


def _part(version: str, definition: str | None) -> dict[str, Any]:
    whole = schema(version)
    return whole if definition is None else {"$ref": f"#/$defs/{definition}", "$defs": whole["$defs"]}


def is_valid(value: Any, version: str, definition: str | None = None) -> bool:
    return bool(_decider(version, definition).is_valid(value))


def check(value: Any, version: str, place: tuple[str | int, ...] = (), definition: str | None = None) -> None:
    """Refuses what is not a Statement of that version (or the named definition of the schema); says where, what and why."""
    if not _decider(version, definition).is_valid(value):
        faults = explain(value, version, place, definition)
        first = faults[0]
        raise InvalidStatement(
            f"{first['pointer'] or 'The value'}: {first['rule']} Found {first['found']}.",
            **first,
            **({"faults": faults} if len(faults) > 1 else {}),
        )


def explain(value: Any, version: str, place: tuple[str | int, ...] = (), definition: str | None = None) -> list[dict[str, str]]:
    """Every fault as pointer, found and rule, the deepest first."""
    faults: list[tuple[int, dict[str, str]]] = []
    for error in _explainer(version, definition).iter_errors(value):
        for parts, found in _places(error):
            told = {"pointer": pointer((*place, *parts)), "found": _shown(found), "rule": _rule(error)}
            if (len(parts), told) not in faults:
                faults.append((len(parts), told))
    if not faults:
        other = next(iter(_decider(version, definition).iter_errors(value)))
        faults.append((0, {"pointer": pointer((*place, *other.instance_path)), "found": "", "rule": other.message}))
    return [told for _, told in sorted(faults, key=lambda fault: -fault[0])[:_FAULTS_SHOWN]]


def _places(error: jsonschema.ValidationError) -> list[tuple[tuple[str | int, ...], Any]]:
    """Where a fault lies, and what lies there: an unknown property is itself the place."""
    parts = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        schema_of: Any = error.schema
        instance: Any = error.instance
        return [((*parts, key), value) for key, value in instance.items() if key not in schema_of["properties"]]
    return [(parts, error.instance)]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."


_TOLD: dict[str, str] = {
    "type": "The value is of type {}.",
    "const": "The value is {}.",
    "enum": "The value is one of {}.",
    "minimum": "The value is at least {}.",
    "maximum": "The value is at most {}.",
    "minItems": "There are at least {} of them.",
    "maxItems": "There are at most {} of them.",
    "minLength": "The text has at least {} characters.",
    "required": "These properties are present: {}.",
    "dependentRequired": "It comes with: {}.",
    "additionalProperties": "There are no other properties.",
}


def _rule(error: jsonschema.ValidationError) -> str:
    """The sentence of the schema where there is one, then the keyword in words."""
    sentence = error.schema.get("description") if isinstance(error.schema, dict) else None
    told = _TOLD.get(str(error.validator), "").format(json.dumps(error.validator_value))
    return " ".join(part for part in (sentence, told) if part) or f"The value meets {error.validator}."
