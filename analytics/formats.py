"""Rows written as JSON, NDJSON, CSV, Parquet, Arrow or XLSX, as they come."""

import csv
import importlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import orjson

from analytics.attempts import Row
from analytics.columns import Column
from analytics.errors import FormatUnavailable
from analytics.facts import iso

Batches = Iterable[Sequence[Row]]
Writer = Callable[[Sequence[Column], Batches], Iterator[bytes]]
BOM = b"\xef\xbb\xbf"
MINUTES_KEPT = 100_000

# A spreadsheet takes these for the beginning of a formula, a full-width one included.
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


class Format(NamedTuple):
    """`needs` is the library, which the extra of the service installs."""

    media_type: str
    suffix: str
    needs: str | None = None
    extra: str = ""


FORMATS = {
    "json": Format("application/json", "json"),
    "ndjson": Format("application/x-ndjson", "ndjson"),
    "csv": Format("text/csv; charset=utf-8", "csv"),
    "csv-bom": Format("text/csv; charset=utf-8", "csv"),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "parquet": Format("application/vnd.apache.parquet", "parquet", "pyarrow", "arrow"),
    "arrow": Format("application/vnd.apache.arrow.stream", "arrows", "pyarrow", "arrow"),
}
MEDIA_TYPES = {name: one.media_type for name, one in FORMATS.items()}
ACCEPTED = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "text/csv": "csv",
    **{MEDIA_TYPES[name]: name for name in ("xlsx", "parquet", "arrow")},
}


def installed(form: str) -> bool:
    needs = FORMATS[form].needs
    if needs is None:
        return True
    try:
        importlib.import_module(needs)
    except ImportError:
        return False
    return True


def require(form: str) -> str:
    """The same format. Raises FormatUnavailable."""
    if not installed(form):
        raise FormatUnavailable(form, FORMATS[form].extra)
    return form


class _Minutes(dict[int, str]):
    """The text of a time down to the minute: many rows share it, and it is what costs."""

    def __missing__(self, minute: int) -> str:
        if len(self) > MINUTES_KEPT:
            self.clear()
        text = self[minute] = iso(minute * 60_000)[:17]
        return text


_MINUTES = _Minutes()
_SECONDS = [f"{second:02}." for second in range(60)]
_MILLISECONDS = [f"{thousandth:03}Z" for thousandth in range(1000)]


def time_text(moment_ms: int) -> str:
    """The same as `iso`, several times as fast."""
    seconds, thousandths = divmod(moment_ms, 1000)
    return _MINUTES[seconds // 60] + _SECONDS[seconds % 60] + _MILLISECONDS[thousandths]


def records(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows as they are shown: every column, in its order, times as texts. Each is a new dictionary."""
    empty = dict.fromkeys(column.name for column in columns)
    times = [column.name for column in columns if column.kind == "time"]
    renamed = [(column.name, column.source) for column in columns if column.source != column.name]
    hidden: list[str] = []  # members of rows that are no columns; the same in most rows
    for row in rows:
        record = {**empty, **row}
        for name, field in renamed:
            record[name] = row.get(field)
        for name in hidden:
            record.pop(name, None)
        if len(record) > len(empty):
            hidden += record.keys() - empty.keys()
            record = {name: record[name] for name in empty}
        for name in times:
            if (value := record[name]) is not None:
                record[name] = time_text(value)
        yield record


def ndjson(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    for batch in batches:
        yield b"".join([orjson.dumps(record, None, orjson.OPT_APPEND_NEWLINE) for record in records(columns, batch)])


def csv_text(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """RFC 4180: CRLF, a header line, quotes where needed. Texts that look like formulas begin with an apostrophe."""
    texts = [column.name for column in columns if column.kind == "text"]
    others = [(column.name, _CELLS[column.kind]) for column in columns if column.kind in _CELLS]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.name for column in columns])
    for batch in batches:
        for record in records(columns, batch):
            for name in texts:
                if (value := record[name]) is not None and FORMULA.match(value):
                    record[name] = f"'{value}"
            for name, cell in others:
                if (value := record[name]) is not None:
                    record[name] = cell(value)
            writer.writerow(record.values())
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def csv_for_excel(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """With the byte order mark by which Excel knows UTF-8."""
    yield BOM
    yield from csv_text(columns, batches)


def ahead(batches: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
    """The same batches; while one is written the next is being read."""
    source = iter(batches)
    with ThreadPoolExecutor(1, thread_name_prefix="analytics-rows") as reader:
        waiting = reader.submit(next, source, None)
        while (batch := waiting.result()) is not None:
            waiting = reader.submit(next, source, None)
            yield batch


def joined(value: Iterable[str]) -> str:
    """A list in one cell."""
    return " ".join(value)


def _guarded(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


_CELLS: dict[str, Callable[[Any], object]] = {
    "number": float,
    "boolean": lambda value: "true" if value else "false",
    "list": lambda value: _guarded(joined(value)),
}


def _parquet(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    from analytics import arrow

    return arrow.parquet(columns, batches)


def _arrow(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    from analytics import arrow

    return arrow.stream(columns, batches)


def _xlsx(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    from analytics import workbook

    return workbook.xlsx(columns, batches)


def _streaming(writer: Writer) -> Writer:
    """A list is there already; anything else is read ahead."""

    def write(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
        return writer(columns, batches if isinstance(batches, list) else ahead(batches))

    return write


WRITERS: dict[str, Writer] = {
    name: _streaming(writer)
    for name, writer in {
        "ndjson": ndjson,
        "csv": csv_text,
        "csv-bom": csv_for_excel,
        "xlsx": _xlsx,
        "parquet": _parquet,
        "arrow": _arrow,
    }.items()
}
