"""Errors of the service itself, and the one handler that turns every package's errors into problem details (RFC 9457).

RollbookError
├── SettingInvalid        500  a setting that cannot be read or does not fit another
├── FolderUnusable        500  the data directory is none, or not ours to write in
└── DatabaseUnavailable   503  no database, or one that does not answer
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from flask import Flask, Response
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError
from werkzeug.exceptions import HTTPException


class RollbookError(Exception):
    status: ClassVar[int] = 500
    code: ClassVar[str] = "rollbook-error"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = detail


class SettingInvalid(RollbookError):
    code = "setting-invalid"


class FolderUnusable(RollbookError):
    code = "folder-unusable"


class DatabaseUnavailable(RollbookError):
    status = 503
    code = "database-unavailable"


def problem(status: int, message: str, code: str, detail: dict[str, Any] | None = None) -> Response:
    """A problem-details answer; `code` is a stable slug, `detail` adds members such as pointer, found and rule."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": message, "code": code}
    response = Response(orjson.dumps(body | (detail or {})), status=status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"  # it repeats what was found
    return response


def init_app(app: Flask, roots: tuple[type[Exception], ...]) -> None:
    """Registers one handler for each package's root error class, for HTTP errors, and for a database out of reach."""

    def answer(error: Any) -> Response:
        response = problem(error.status, str(error), error.code, error.detail)
        for name, value in getattr(error, "headers", {}).items():
            response.headers[name] = value
        return response

    def http(error: HTTPException) -> Response:
        status = error.code or 500
        response = problem(status, error.description or "", HTTPStatus(status).phrase.lower().replace(" ", "-"))
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers[name] = value
        return response

    def no_database(error: Exception) -> Response:
        app.logger.error("database: %s", error)
        response = problem(
            503, "The database does not answer; nothing was changed. Try again in a moment.", "database-unavailable"
        )
        response.headers["Retry-After"] = "5"
        return response

    app.register_error_handler(RollbookError, answer)
    for root in roots:
        app.register_error_handler(root, answer)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(ServerSelectionTimeoutError, no_database)
    app.register_error_handler(AutoReconnect, no_database)
