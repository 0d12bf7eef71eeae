"""Rows as NDJSON, CSV, Excel, Parquet and Arrow."""

import csv
import gc
import io
import os
import sys
import tracemalloc
from collections.abc import Iterator
from typing import Any

import openpyxl
import orjson
import pyarrow
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.parquet
import pytest
from flask.testing import FlaskClient

from analytics import arrow, formats, workbook
from analytics.columns import COLUMNS, Column
from analytics.facts import iso
from tests.analytics.feeder import COURSE, Feeder

REGISTRATION = "aaaaaaaa-1111-4111-8111-111111111111"
ACCEPT = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]
NAMED = (Column(name="name", kind="text", meaning="Who."), Column(name="at", kind="time", meaning="When."))


def rows_of(count: int, batch: int = 2_000) -> Iterator[list[dict[str, Any]]]:
    for begin in range(0, count, batch):
        yield [
            {
                "actor_key": f"mailto:learner{number}@example.org",
                "activity": "https://example.org/courses/golf",
                "status": "passed",
                "completion": True,
                "score_scaled": number / count,
                "attempts": number,
                "first": 1767225600000 + number,
                "parent": ["https://example.org/a", "https://example.org/b"],
                "n": number,
                "seq": (1767225600000 + number) << 20,
            }
            for number in range(begin, min(begin + batch, count))
        ]


@pytest.fixture
def one_row(feeder: Feeder) -> Feeder:
    feeder.say("ann", "passed", result={"score": {"scaled": 0.5}}, context={"registration": REGISTRATION})
    return feeder


def body(client: FlaskClient, form: str, path: str = "attempts") -> bytes:
    answer = client.get(f"/api/v1/{path}", query_string={"format": form})
    assert answer.status_code == 200, answer.text
    return answer.data


def sheet(data: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in line] for line in book.active.iter_rows()]


def test_parquet_has_typed_columns(client: FlaskClient, one_row: Feeder) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(body(client, "parquet")))

    types = {field.name: field.type for field in table.schema}
    assert types["first"] == pyarrow.timestamp("us", tz="UTC")
    assert types["score_scaled"] == pyarrow.float64()
    assert types["activity"] == pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    assert types["completion"] == pyarrow.bool_()
    assert types["seq"] == pyarrow.int64()
    assert types["parent"] == pyarrow.list_(pyarrow.string())
    assert table.column_names == [column.name for column in COLUMNS["attempts"]]


def test_arrow_has_the_same_types_and_rows_as_parquet(client: FlaskClient, one_row: Feeder) -> None:
    stream = pyarrow.ipc.open_stream(body(client, "arrow")).read_all()

    table = pyarrow.parquet.read_table(io.BytesIO(body(client, "parquet")))
    assert stream.schema == table.schema
    assert stream.to_pylist() == table.to_pylist()


def test_a_column_brings_its_meaning_and_unit_along(client: FlaskClient, one_row: Feeder) -> None:
    schema = pyarrow.parquet.read_schema(io.BytesIO(body(client, "parquet")))

    assert schema.field("duration_s").metadata[b"unit"] == b"s"
    assert b"session" in schema.field("duration_s").metadata[b"meaning"]


def test_every_format_says_what_json_says(client: FlaskClient, one_row: Feeder) -> None:
    (expected,) = client.get("/api/v1/attempts").json["rows"]

    (from_parquet,) = pyarrow.parquet.read_table(io.BytesIO(body(client, "parquet"))).to_pylist()
    names, values = sheet(body(client, "xlsx"))
    from_ndjson = orjson.loads(body(client, "ndjson"))
    from_csv = next(csv.DictReader(io.StringIO(body(client, "csv").decode())))
    from_xlsx = dict(zip(names, values, strict=True))
    assert from_ndjson == expected
    assert from_csv["first"] == expected["first"] == iso(int(from_parquet["first"].timestamp() * 1000))
    assert (
        from_parquet["score_scaled"] == from_xlsx["score_scaled"] == float(from_csv["score_scaled"]) == expected["score_scaled"]
    )
    assert from_parquet["seq"] == int(from_xlsx["seq"]) == int(from_csv["seq"]) == expected["seq"]
    assert from_xlsx["first"].isoformat() + "Z" == expected["first"].replace(".000Z", "Z")
    assert from_xlsx["success"] is from_parquet["success"] is True
    assert from_xlsx["completion"] is from_parquet["completion"] is expected["completion"] is None
    assert list(from_ndjson) == list(from_csv) == names == list(from_parquet) == list(expected)


@pytest.mark.parametrize("form", ACCEPT)
def test_the_accept_header_chooses_the_format(client: FlaskClient, one_row: Feeder, form: str) -> None:
    answer = client.get("/api/v1/attempts", headers={"Accept": ACCEPT[form]})

    assert (answer.status_code, answer.content_type) == (200, ACCEPT[form])


@pytest.mark.parametrize("form", ["ndjson", "csv", "csv-bom", *ACCEPT])
def test_a_query_answers_in_every_format(client: FlaskClient, one_row: Feeder, form: str) -> None:
    answer = client.post("/api/v1/query", query_string={"format": form}, json={"group_by": ["status"]})

    assert (answer.status_code, answer.content_type) == (200, formats.MEDIA_TYPES[form])


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("path", ["attempts", "learners", "statements", "verbs", "attempts?limit=1"])
def test_no_rows_are_a_table_without_rows(client: FlaskClient, path: str, form: str) -> None:
    data = client.get(f"/api/v1/{path}", query_string=None, headers={"Accept": ACCEPT[form]}).data

    table = pyarrow.ipc.open_stream(data).read_all() if form == "arrow" else pyarrow.parquet.read_table(io.BytesIO(data))
    assert table.num_rows == 0
    assert table.num_columns > 3


def test_a_page_can_be_had_as_parquet(client: FlaskClient, feeder: Feeder) -> None:
    feeder.say("ann", "passed")
    feeder.say("bob", "passed")

    answer = client.get("/api/v1/attempts", query_string={"format": "parquet", "limit": 1})

    assert pyarrow.parquet.read_table(io.BytesIO(answer.data)).num_rows == 1
    assert answer.headers["X-Row-Count"] == "1"
    assert 'rel="next"' in answer.headers["Link"]


@pytest.mark.parametrize(
    "asked",
    [
        {"query_string": {"format": "parquet"}},
        {"query_string": {"format": "arrow"}},
        {"headers": {"Accept": ACCEPT["parquet"]}},
        {"headers": {"Accept": ACCEPT["arrow"]}},
    ],
    ids=["parquet named", "arrow named", "parquet accepted", "arrow accepted"],
)
def test_a_format_whose_library_is_missing_names_the_extra(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    answer = client.get("/api/v1/attempts", **asked)

    assert (answer.status_code, answer.json["code"], answer.json["extra"]) == (406, "format-unavailable", "arrow")
    assert "rollbook[arrow]" in answer.json["detail"]


def test_who_accepts_another_format_too_gets_that_where_the_library_is_missing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    answer = client.get("/api/v1/attempts", headers={"Accept": f"{ACCEPT['parquet']}, text/csv;q=0.5"})

    assert answer.content_type.startswith("text/csv")


def test_csv_for_excel_begins_with_a_byte_order_mark(client: FlaskClient, one_row: Feeder) -> None:
    assert body(client, "csv-bom") == b"\xef\xbb\xbf" + body(client, "csv")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_a_text_in_csv(text: str) -> None:
    data = b"".join(formats.csv_text(NAMED, [[{"name": text}]]))

    assert list(csv.reader(io.StringIO(data.decode(), newline="")))[1][0] == f"'{text}"


@pytest.mark.parametrize("text", [*FORMULAS[:5], "https://example.org/", "12", "{=1}"])
def test_a_text_is_a_text_in_a_workbook(text: str) -> None:
    data = b"".join(workbook.xlsx(NAMED, [[{"name": text}]]))

    cell = openpyxl.load_workbook(io.BytesIO(data)).active["A2"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)
    assert cell.quotePrefix == (text in FORMULAS)


def test_csv_quotes_as_rfc_4180_has_it() -> None:
    data = b"".join(formats.csv_text(NAMED, [[{"name": 'a "b", c\nd', "at": 0}]]))

    assert data == b'name,at\r\n"a ""b"", c\nd",1970-01-01T00:00:00.000Z\r\n'


def test_a_workbook_knows_no_time_before_1900() -> None:
    data = b"".join(workbook.xlsx(NAMED, [[{"at": -3_000_000_000_000}]]))

    assert sheet(data)[1][1].startswith("1874-")


def test_a_text_longer_than_a_cell_is_cut() -> None:
    data = b"".join(workbook.xlsx(NAMED, [[{"name": "a" * 40_000}]]))

    assert len(sheet(data)[1][0]) == 32_767


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 2)

    data = b"".join(workbook.xlsx(NAMED, [[{"name": "a"}, {"name": "b"}], [{"name": "c"}]]))

    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Rows", "Rows 2"]
    assert [[cell.value for cell in line] for line in book["Rows 2"].iter_rows()] == [["name", "at"], ["c", None]]


def test_large_tables_have_row_groups_and_messages() -> None:
    rows = 101_000

    table = pyarrow.parquet.ParquetFile(io.BytesIO(b"".join(arrow.parquet(COLUMNS["attempts"], rows_of(rows)))))
    reader = pyarrow.ipc.open_stream(b"".join(arrow.stream(COLUMNS["attempts"], rows_of(rows))))

    assert table.metadata.num_rows == rows
    assert table.metadata.num_row_groups == 3
    assert sum(batch.num_rows for batch in reader) == rows


def peak(form: str, rows: int) -> int:
    """Bytes of Python's memory that it takes at most to write so many rows."""
    gc.collect()
    tracemalloc.start()
    for _ in formats.WRITERS[form](COLUMNS["attempts"], rows_of(rows, 200)):
        pass
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("form", ["ndjson", "csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    assert peak(form, 6_000) < peak(form, 1_000) * 1.3 + 2**19


@pytest.mark.parametrize("write", [arrow.parquet, arrow.stream], ids=["parquet", "arrow"])
def test_the_memory_of_arrow_does_not_grow_with_the_rows(write: Any) -> None:
    most = {}
    for rows in (60_000, 180_000):
        pool = pyarrow.default_memory_pool()
        before = pool.bytes_allocated()
        most[rows] = max(pool.bytes_allocated() - before for piece in write(COLUMNS["attempts"], rows_of(rows)) if piece)

    assert most[180_000] < most[60_000] * 1.3 + 2**20


def test_the_resident_memory_of_a_long_stream_is_bounded() -> None:
    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    list(formats.WRITERS["parquet"](COLUMNS["attempts"], rows_of(60_000)))
    before = resident()

    grown = [resident() - before for piece in formats.WRITERS["parquet"](COLUMNS["attempts"], rows_of(180_000)) if piece]

    assert max(grown) < 80 * 2**20


def test_times_are_written_as_iso_writes_them() -> None:
    moments = [0, 1, 59_999, 60_000, -1, -60_001, 1767225600123, 253402300799999, -62135596800000]

    assert [formats.time_text(one) for one in moments] == [iso(one) for one in moments]


def test_the_texts_of_minutes_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MINUTES_KEPT", 10)

    texts = [formats.time_text(minute * 60_000) for minute in range(40)]

    assert texts == [iso(minute * 60_000) for minute in range(40)]
    assert len(formats._MINUTES) <= 12


def test_a_member_of_a_row_that_is_no_column_is_not_shown() -> None:
    rows = [{"name": "a", "n": 1}, {"at": 0, "seq": 2, "x": {}}, {"name": "b"}]

    found = list(formats.records(NAMED, rows))

    assert found == [{"name": "a", "at": None}, {"name": None, "at": "1970-01-01T00:00:00.000Z"}, {"name": "b", "at": None}]
    assert [list(one) for one in found] == [["name", "at"]] * 3


def test_a_failure_of_the_reader_is_one_of_the_stream() -> None:
    def failing() -> Iterator[list[dict[str, Any]]]:
        yield [{"name": "a"}]
        raise RuntimeError("gone")

    stream = formats.WRITERS["ndjson"](NAMED, failing())

    assert next(stream) == b'{"name":"a","at":null}\n'
    with pytest.raises(RuntimeError, match="gone"):
        next(stream)


def test_a_course_streams_in_the_order_of_its_rows(client: FlaskClient, feeder: Feeder) -> None:
    for learner in range(50):
        feeder.say(f"learner{learner}", "completed")
        feeder.say(f"learner{learner}", "experienced", "https://example.org/other")

    lines = client.get("/api/v1/completions", query_string={"course": COURSE, "format": "ndjson"}).data.splitlines()

    assert [orjson.loads(line)["actor_key"] for line in lines] == [f"mailto:learner{n}@example.org" for n in range(50)]
