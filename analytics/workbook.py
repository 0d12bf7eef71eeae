"""Rows as an Excel workbook (ISO/IEC 29500), cells typed.

A workbook is a zip whose parts refer to each other, so it is written to temporary files and then sent; no more than a row
is in memory. Texts are written as texts, never parsed: what looks like a formula is none, and is marked so that it stays
a text when it is edited.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analytics.attempts import Row
from analytics.columns import Column
from analytics.formats import FORMULA, joined

SHEET_ROWS = 1_048_575  # of 2**20, less the heading
CELL_LENGTH = 32_767
PIECE = 256 << 10
EXACT = 10**15
WIDTHS = {"time": 22, "boolean": 9, "integer": 10, "number": 10, "text": 28, "list": 40}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = -2_208_988_800_000  # 1900: a sheet knows no earlier time
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Put = Callable[[Worksheet, int, int, Any], object]


def xlsx(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="rollbook-xlsx-") as folder:
        path = f"{folder}/rows.xlsx"
        _write(path, folder, columns, batches)
        with open(path, "rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _write(path: str, folder: str, columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> None:
    with xlsxwriter.Workbook(path, {**OPTIONS, "tmpdir": folder}) as book:
        heading = book.add_format({"bold": True})
        puts = [(column.source, _put(book, column)) for column in columns]
        sheet, line = _sheet(book, columns, heading), 0
        for batch in batches:
            for row in batch:
                if line == SHEET_ROWS:
                    sheet, line = _sheet(book, columns, heading), 0
                line += 1
                for at, (field, put) in enumerate(puts):
                    if (value := row.get(field)) is not None:
                        put(sheet, line, at, value)


def _sheet(book: xlsxwriter.Workbook, columns: Sequence[Column], heading: Format) -> Worksheet:
    sheet = book.add_worksheet(f"Rows {len(book.worksheets()) + 1}" if book.worksheets() else "Rows")
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, WIDTHS[column.kind])
        sheet.write_string(0, at, column.name, heading)
    return sheet


def _put(book: xlsxwriter.Workbook, column: Column) -> Put:
    quoted = book.add_format({"quote_prefix": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})

    def text(sheet: Worksheet, line: int, at: int, value: str) -> object:
        return sheet.write_string(line, at, value[:CELL_LENGTH], quoted if FORMULA.match(value) else None)

    def whole(sheet: Worksheet, line: int, at: int, value: int) -> object:
        # A sheet's numbers have 15 digits: a sequence number would come out as another one.
        return sheet.write_number(line, at, value) if abs(value) < EXACT else sheet.write_string(line, at, str(value))

    def time(sheet: Worksheet, line: int, at: int, value: int) -> object:
        if value < FIRST:
            return sheet.write_string(line, at, (EPOCH + timedelta(milliseconds=value)).isoformat())
        return sheet.write_datetime(line, at, (EPOCH + timedelta(milliseconds=value)).replace(tzinfo=None), moment)

    puts: dict[str, Put] = {
        "text": text,
        "list": lambda sheet, line, at, value: text(sheet, line, at, joined(value)),
        "integer": whole,
        "number": lambda sheet, line, at, value: sheet.write_number(line, at, value),
        "boolean": lambda sheet, line, at, value: sheet.write_boolean(line, at, value),
        "time": time,
    }
    return puts[column.kind]
