"""The page at /api/docs: the OpenAPI document for people, rendered here, without a script."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, render_template

import access

Document = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


def init_blueprint(bp: Blueprint, document: Callable[[], Document]) -> None:
    """Adds the page to a blueprint."""

    @bp.get("/api/docs")
    @access.public
    def docs() -> Response:
        return page(document())


def page(document: Document) -> Response:
    style = current_app.jinja_env.get_template("docs.css").render()
    groups = [{**tag, "operations": _operations(document, tag["name"])} for tag in document["tags"]]
    schemas = {
        name: _shape(schema, document) | {"about": schema.get("description", "")}
        for name, schema in document["components"]["schemas"].items()
    }
    answer = Response(
        render_template("docs.html", document=document, groups=groups, schemas=schemas, style=style), mimetype="text/html"
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def resolve(document: Document, value: Document) -> Document:
    """What a reference within the document points at; anything else is itself."""
    while "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def _operations(document: Document, tag: str) -> list[Document]:
    found = []
    for path, item in document["paths"].items():
        for method in METHODS:
            row = item.get(method)
            if row and tag in row["tags"] and not row["operationId"].endswith("_of_version"):
                found.append(_operation(document, path, method, row))
    return found


def _operation(document: Document, path: str, method: str, row: Document) -> Document:
    body = row.get("requestBody", {})
    return {
        "id": row["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": row["summary"],
        "about": row.get("description", ""),
        "permissions": list(dict.fromkeys(name for way in row["security"] for names in way.values() for name in names)),
        "parameters": [_parameter(resolve(document, parameter)) for parameter in row.get("parameters", ())],
        "bodies": [
            {"type": kind, "schema": name_of(content.get("schema", {}))} for kind, content in body.get("content", {}).items()
        ],
        "answers": [_answer(document, status, answer) for status, answer in row["responses"].items()],
        "curl": curl(document, path, method, row),
    }


def _parameter(row: Document) -> Document:
    schema = row["schema"]
    return {
        "name": row["name"],
        "place": row["in"],
        "required": row["required"],
        "about": row["description"],
        "type": kind(schema),
    }


def _answer(document: Document, status: str, answer: Document) -> Document:
    found = resolve(document, answer)
    content = found.get("content", {})
    schemas = dict.fromkeys(name_of(part.get("schema", {})) for part in content.values())
    return {
        "status": status,
        "about": found["description"],
        "types": list(content),
        "schemas": [name for name in schemas if name],
        "headers": list(found.get("headers", {})),
    }


def _shape(schema: Document, document: Document) -> Document:
    """The properties of a schema, those of its parts included."""
    parts = [resolve(document, part) for part in schema.get("allOf", ())]
    properties: dict[str, Document] = {}
    required: set[str] = set()
    for part in (*parts, schema):
        properties |= part.get("properties", {})
        required |= set(part.get("required", ()))
    rows = [
        {
            "name": name,
            "type": kind(row),
            "schema": name_of(row),
            "required": name in required,
            "about": row.get("description", ""),
        }
        for name, row in properties.items()
    ]
    return {"rows": rows, "type": kind(schema), "schema": name_of(schema), "example": _json(schema.get("example"))}


def name_of(schema: Document) -> str:
    """The component that a schema is, or is a list of, or may be; empty: none."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "items" in schema:
        return name_of(schema["items"])
    return next((name for part in schema.get("anyOf", ()) if (name := name_of(part))), "")


def kind(schema: Document) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return ""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        return " or ".join(filter(None, (kind(part) for part in schema["anyOf"])))
    found = schema.get("type", "")
    if found == "array":
        return f"list of {kind(schema['items'])}" if kind(schema["items"]) else "list"
    text = " or ".join(found) if isinstance(found, list) else str(found)
    return f"{text} ({schema['format']})" if "format" in schema else text


def curl(document: Document, path: str, method: str, row: Document) -> str:
    """A command to begin with."""
    words = ["curl"]
    if row["security"]:
        words += ["-u", "KEY:SECRET"]
    if method != "get":
        words += ["-X", method.upper()]
    names = [resolve(document, parameter) for parameter in row.get("parameters", ())]
    words += ["-H", "X-Experience-API-Version: 2.0.0"] if any(p["name"] == "X-Experience-API-Version" for p in names) else []
    content = row.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        words += ["-F", "file=@course.zip"]
    elif "application/json" in content:
        example = _example(document, content["application/json"].get("schema", {}))
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(example, ensure_ascii=False)]
    query = "&".join(f"{p['name']}=…" for p in names if p["required"] and p["in"] == "query")
    return " ".join(shlex.quote(word) for word in [*words, f"ORIGIN{path}{'?' + query if query else ''}"])


def _example(document: Document, schema: Document) -> Any:
    found = resolve(document, schema)
    if "example" in found:
        return found["example"]
    if "anyOf" in found:
        return _example(document, found["anyOf"][0])
    made: dict[str, Any] = {}
    for name in found.get("required", ()):
        part = resolve(document, found["properties"][name])
        if part.get("type") == "array":
            items = resolve(document, part["items"])
            made[name] = [items["enum"][0] if "enum" in items else "…"]
        else:
            made[name] = "…"
    return made


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) if value is not None else ""
