"""The application asked by itself: an export is what a credential would have been answered, every rule included."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, g

import access
from access import Caller
from analytics.attempts import Row
from analytics.errors import ExportFailed
from analytics.exporting import Ask
from analytics.views.answer import Read

COUNTABLE = ("attempts", "completions", "scores", "interactions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    pieces: Iterator[bytes]
    read: Read
    expected: int | None
    through: str | None

    @property
    def rows(self) -> int:
        return self.read.rows or 0


def asking(app: Flask) -> Ask:
    @contextmanager
    def ask(caller: Caller, row: Row) -> Iterator[Answered]:
        with app.test_request_context(**_request(row["asked"], row["form"])):
            access.act_as(caller)
            response = app.full_dispatch_request()
            try:
                if response.status_code != 200:
                    problem = response.get_json(force=True)
                    raise ExportFailed(problem["code"], problem["detail"])
                expected = response.headers.get("X-Total-Count", type=int)
                through = response.headers.get("X-Consistent-Through")
                pieces = response.iter_encoded()
                yield Answered(pieces=pieces, read=g.analytics_read, expected=expected, through=through)
            finally:
                response.close()

    return ask


def _request(asked: dict[str, Any], form: str) -> dict[str, Any]:
    """The arguments of a request context."""
    headers = {"User-Agent": "Rollbook export"}
    if "saved" in asked:
        return {"path": f"/api/v1/queries/{asked['saved']}/result", "query_string": {"format": form}, "headers": headers}
    if "query" in asked:
        body = {"method": "POST", "data": orjson.dumps(asked["query"]), "content_type": "application/json"}
        return {"path": "/api/v1/query", "query_string": {"format": form}, "headers": headers, **body}
    counted = {"count": "estimate"} if asked["resource"] in COUNTABLE and "limit" not in asked["filter"] else {}
    query = {**asked["filter"], **counted, "format": form}
    return {"path": f"/api/v1/{asked['resource']}", "query_string": query, "headers": headers}
