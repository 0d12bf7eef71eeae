"""The contract at /api/v1/openapi.json, OpenAPI 3.1: the table of operations, and what the app's views require."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import orjson
from flask import Blueprint, Flask, Response

import access
from access.scopes import INCLUDES, SCOPES
from rollbook import docs_page, runtime_schemas
from rollbook.api_schemas import SCHEMAS, ref
from rollbook.operations import OPERATIONS, PARAMETERS, PROBLEM, TAGS, Answer, Operation, Parameter

XAPI = "/xapi"
MOUNT = "/xapi/{version}"
HEADERS: dict[str, str] = {
    "Content-Disposition": "A name for the file.",
    "Content-Range": "Which part of the whole this is.",
    "ETag": "Identifies this version of the document or answer.",
    "Last-Modified": "When it was stored.",
    "Link": "The next page, as rel=next.",
    "Location": "Where the new one is.",
    "Retry-After": "Seconds after which to ask again.",
    "Upload-Complete": "?1 when every byte was received, else ?0.",
    "Upload-Length": "Bytes of the whole package.",
    "Upload-Offset": "Bytes received: where the next piece begins.",
    "X-Next-Seq": "The next `after_seq`, where changes were asked for.",
    "X-Row-Count": "Rows in this answer; a streamed answer has none.",
    "X-Suppressed-Groups": "Groups of too few learners for the asking credential, left out.",
    "X-Lag-Milliseconds": "How far that time was behind the clock when the answer was asked for; 0: not at all.",
    "X-Total-Count": "Rows of the whole list, where `count` was asked for.",
    "X-Consistent-Through": "Everything stored up to this time is in the answer.",
    "X-Experience-API-Consistent-Through": "Everything stored up to this time can be found.",
}
ALTERNATIVES: dict[str, dict[str, Any]] = {
    "StatementOrStatements": {"anyOf": [ref("Statement"), {"type": "array", "items": ref("Statement")}]},
    "StatementsOrStatement": {"anyOf": [ref("Statements"), ref("Statement")]},
    "Document": {"description": "The document as it was stored, or a list of ids."},
    "PackageUpload": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "contentMediaType": "application/zip"}},
    },
}
Permissions = Mapping[tuple[str, str], tuple[str, ...]]


def init_app(app: Flask) -> None:
    """The document is made at its first request, of what the views registered by then require."""
    bp = Blueprint("openapi", __name__, template_folder="templates")
    docs_page.init_blueprint(bp, lambda: cached())

    @bp.get("/api/v1/openapi.json")
    @access.public
    def openapi() -> Response:
        access.only_parameters()
        answer = Response(orjson.dumps(cached()), mimetype="application/json")
        answer.headers["Cache-Control"] = "no-cache"
        return answer

    made: list[dict[str, Any]] = []

    def cached() -> dict[str, Any]:
        if not made:
            made.append(document(declared(app)))
        return made[0]

    app.register_blueprint(bp)


def declared(app: Flask) -> dict[tuple[str, str], tuple[str, ...]]:
    """What each route requires, by method and templated path."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            view = app.view_functions[rule.endpoint]
            path = re.sub(r"<(?:[^:>]*:)?([^>]+)>", r"{\1}", rule.rule)
            found[method, shape(re.sub(r"^/xapi/\d\.\d\.\d/", f"{MOUNT}/", path))] = getattr(view, "permissions", ())
    return found


def shape(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def operations() -> list[Operation]:
    """The table, and again for the mounts of one xAPI version each."""
    mounted = [
        Operation(
            **{name: getattr(row, name) for name in row.__slots__}
            | {
                "path": row.path.replace(XAPI, MOUNT, 1),
                "id": f"{row.id}_of_version",
                "parameters": ("path.version", *row.parameters),
            }
        )
        for row in OPERATIONS
        if row.tag == "xAPI"
    ]
    return [*OPERATIONS, *mounted]


def document(permissions: Permissions) -> dict[str, Any]:
    """`permissions`: what each method and path shape requires; nothing means public."""
    paths: dict[str, dict[str, Any]] = {}
    for row in operations():
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, permissions.get((row.method, shape(row.path)), ()))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rollbook",
            "version": version("rollbook"),
            "description": "A Learning Record Store and SCORM runtime.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **runtime_schemas.SCHEMAS, **ALTERNATIVES, "Scope": _scopes()},
            "parameters": {_component(key): _parameter(row) for key, row in PARAMETERS.items()},
            "headers": {name: {"description": about, "schema": {"type": "string"}} for name, about in HEADERS.items()},
            "responses": {f"Error{status.value}": _problem(status) for status in _statuses()},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "Key and secret."},
                "bearer": {"type": "http", "scheme": "bearer", "description": "base64 of key:secret, as for Basic."},
            },
        },
    }


def _operation(row: Operation, permissions: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": row.id, "tags": [row.tag], "summary": row.summary}
    if row.about:
        made["description"] = row.about
    if row.parameters:
        made["parameters"] = [{"$ref": f"#/components/parameters/{_component(key)}"} for key in row.parameters]
    if row.body:
        made["requestBody"] = {
            "required": row.body_required,
            "content": {kind: _content(schema) for kind, schema in row.body.items()},
        }
    errors = {*row.errors, *((401, 403) if permissions else ())}
    made["responses"] = {str(status): _answer(answer) for status, answer in row.answers.items()} | {
        str(status): {"$ref": f"#/components/responses/Error{status}"} for status in sorted(errors)
    }
    # One alternative for each way to authenticate and each permission: any of them suffices.
    made["security"] = [{scheme: [name]} for name in permissions for scheme in ("basic", "bearer")]
    return made


def _component(key: str) -> str:
    return key.replace(".", "-")


def _parameter(row: Parameter) -> dict[str, Any]:
    schema = {"type": "array", "items": row.schema} if row.repeatable else dict(row.schema)
    about = f"{row.about} Repeatable: any of them fits." if row.repeatable else row.about
    made = {"name": row.name, "in": row.place, "description": about, "required": row.required, "schema": schema}
    if row.schema.get("type") == "object":
        return made | {"schema": dict(row.schema), "style": "deepObject", "explode": True}
    return made | ({"style": "form", "explode": True} if row.repeatable else {})


def _content(schema: str | None) -> dict[str, Any]:
    return {"schema": ref(schema)} if schema else {}


def _answer(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {"description": answer.about}
    if answer.headers:
        made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    if answer.schema:
        made["content"] = {
            kind: _content(answer.schema if kind in ("application/json", "*/*") else None) for kind in answer.types
        }
    elif answer.types != ("application/json",):
        made["content"] = {kind: {} for kind in answer.types}
    return made


def _problem(status: HTTPStatus) -> dict[str, Any]:
    refused = {"anyOf": [ref("PackageProblem"), ref("Problem")]}
    return {"description": status.phrase, "content": {PROBLEM: {"schema": refused if status == 422 else ref("Problem")}}}


def _statuses() -> list[HTTPStatus]:
    return [HTTPStatus(status) for status in sorted({401, 403, *(status for row in OPERATIONS for status in row.errors)})]


def _scopes() -> dict[str, Any]:
    lines = [
        f"- `{name}`: {about}" + (f" Includes {', '.join(INCLUDES[name])}." if name in INCLUDES else "")
        for name, about in SCOPES.items()
    ]
    return {"type": "string", "enum": list(SCOPES), "description": "\n".join(lines)}
