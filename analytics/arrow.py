"""Rows as Parquet and as an Arrow IPC stream; needs pyarrow, the extra `arrow`.

Memory is bounded: a batch is turned into columns as it comes, a row group or message is sent when it is full, and every
one has dictionaries of its own.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow
import pyarrow.ipc
import pyarrow.parquet

from analytics.attempts import Row
from analytics.columns import Column

GROUP_ROWS = 50_000
MESSAGE_ROWS = 10_000

# Few different values in many rows: written as numbers into a dictionary.
CODED = frozenset(
    (
        "activity",
        "activity_name",
        "activity_type",
        "interaction_type",
        "language",
        "object",
        "object_kind",
        "object_name",
        "object_type",
        "platform",
        "source",
        "status",
        "verb",
    )
)
TYPES = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "time": pyarrow.timestamp("us", tz="UTC"),
    "list": pyarrow.list_(pyarrow.string()),
}
TEXTS = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())


def schema(columns: Sequence[Column]) -> pyarrow.Schema:
    """Each column's meaning and unit travel with it."""
    fields = []
    for column in columns:
        kind = TEXTS if column.kind == "text" and column.name in CODED else TYPES[column.kind]
        about = {"meaning": column.meaning} | ({"unit": column.unit} if column.unit else {})
        fields.append(pyarrow.field(column.name, kind, metadata=about))
    return pyarrow.schema(fields)


def parquet(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    made, sink = schema(columns), _Sink()
    with pyarrow.parquet.ParquetWriter(sink, made, compression="zstd") as writer:
        for group in _grouped(made, columns, batches, GROUP_ROWS):
            writer.write_table(group, row_group_size=GROUP_ROWS)
            yield sink.take()
    yield sink.take()


def stream(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Dictionaries are replaced from message to message, as the stream format allows."""
    made, sink = schema(columns), _Sink()
    with pyarrow.ipc.new_stream(sink, made) as writer:
        for group in _grouped(made, columns, batches, MESSAGE_ROWS):
            writer.write_table(group.combine_chunks())
            yield sink.take()
    yield sink.take()


def _grouped(
    made: pyarrow.Schema, columns: Sequence[Column], batches: Iterable[Sequence[Row]], size: int
) -> Iterator[pyarrow.Table]:
    waiting: list[pyarrow.RecordBatch] = []
    rows = 0
    for batch in batches:
        if not batch:
            continue
        waiting.append(_batch(made, columns, batch))
        rows += len(batch)
        if rows >= size:
            yield pyarrow.Table.from_batches(waiting, made).unify_dictionaries()
            waiting, rows = [], 0
    if waiting:
        yield pyarrow.Table.from_batches(waiting, made).unify_dictionaries()


def _batch(made: pyarrow.Schema, columns: Sequence[Column], rows: Sequence[Row]) -> pyarrow.RecordBatch:
    arrays: list[Any] = []
    for column, field in zip(columns, made, strict=True):
        member = column.source
        values = [row.get(member) for row in rows]
        if column.kind == "time":
            made_array = pyarrow.array(values, pyarrow.timestamp("ms", tz="UTC")).cast(field.type)
        elif column.kind == "number":
            made_array = pyarrow.array([None if value is None else float(value) for value in values], field.type)
        elif field.type == TEXTS:
            made_array = pyarrow.array(values, pyarrow.string()).dictionary_encode()
        else:
            made_array = pyarrow.array(values, field.type)
        arrays.append(made_array)
    return pyarrow.RecordBatch.from_arrays(arrays, schema=made)


class _Sink(io.RawIOBase):
    """What was written since the last look; both formats are written from beginning to end."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def take(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found
