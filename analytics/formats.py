"""Rows written as JSON, NDJSON or CSV, as they come."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from analytics.attempts import Row
from analytics.columns import Column
from analytics.facts import iso

MEDIA_TYPES = {"json": "application/json", "ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
ACCEPTED = {"application/json": "json", "application/x-ndjson": "ndjson", "application/ndjson": "ndjson", "text/csv": "csv"}

# A spreadsheet takes these for the beginning of a formula, a full-width one included.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


def records(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    plan = [(column.name, column.source, iso if column.kind == "time" else None) for column in columns]
    for row in rows:
        yield {
            name: convert(value) if convert is not None and value is not None else value
            for name, value, convert in ((name, row.get(field), convert) for name, field, convert in plan)
        }


def ndjson(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    for batch in batches:
        yield b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records(columns, batch))


def csv_text(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """RFC 4180: CRLF, a header line, quotes where needed. Texts that look like formulas begin with an apostrophe."""
    plan = [(column.source, _CELLS[column.kind]) for column in columns]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.name for column in columns])
    for batch in batches:
        for row in batch:
            writer.writerow(["" if (value := row.get(field)) is None else cell(value) for field, cell in plan])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _text(value: str) -> str:
    return f"'{value}" if _FORMULA.match(value) else value


_CELLS: dict[str, Callable[[Any], object]] = {
    "text": _text,
    "integer": int,
    "number": float,
    "boolean": lambda value: "true" if value else "false",
    "time": iso,
    "list": lambda value: _text(" ".join(value)),
}

WRITERS: dict[str, Callable[[Sequence[Column], Iterable[Sequence[Row]]], Iterator[bytes]]] = {"ndjson": ndjson, "csv": csv_text}
