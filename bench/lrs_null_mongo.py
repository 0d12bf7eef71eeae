"""A MongoDB that costs nothing: speaks the wire protocol, stores nothing, answers from prepared bytes.

    python bench/lrs_null_mongo.py --port 27117

For measuring what an application itself costs. Every write succeeds; a look-up by id finds nothing; a list is a page of prepared
documents. It knows the shapes of two applications: ours, and Ralph's `{_id, _source}`."""

from __future__ import annotations

import argparse
import asyncio
import random
import struct
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import bson
import orjson
from bson.int64 import Int64
from bson.objectid import ObjectId
from lrs_statement import statement

_HEADER = struct.Struct("<iiii")
_QUERY, _REPLY, _MESSAGE = 2004, 1, 2013
_HELLO = {
    "ismaster": True,
    "isWritablePrimary": True,
    "maxBsonObjectSize": 16 << 20,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "logicalSessionTimeoutMinutes": 30,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "ok": 1.0,
}


@lru_cache
def statements(count: int) -> list[dict[str, Any]]:
    chance = random.Random(7)
    added = {"stored": "2026-01-01T00:00:00.000Z", "timestamp": "2026-01-01T00:00:00.000Z", "version": "1.0.3"}
    authority = {"authority": {"objectType": "Agent", "account": {"homePage": "https://school.example", "name": "bench"}}}
    return [{"id": str(uuid.UUID(int=n)), **statement(chance), **added, **authority} for n in range(count)]


@lru_cache
def page(shape: str, name: str, limit: int) -> bytes:
    if shape == "rollbook":
        rows: list[dict[str, Any]] = [
            {"raw": orjson.dumps(one), "s": Int64((1 << 60) - n)} for n, one in enumerate(statements(limit))
        ]
    else:
        rows = [{"_id": ObjectId(), "_source": one} for one in statements(limit)]
    return bson.encode({"cursor": {"firstBatch": rows, "id": Int64(0), "ns": name}, "ok": 1.0})


def answer(command: dict[str, Any], documents: int) -> bytes:
    kind = next(iter(command))
    name = f"{command.get('$db')}.{command[kind]}"
    now = datetime.now(UTC)
    if kind in ("hello", "isMaster", "ismaster"):
        return bson.encode({**_HELLO, "localTime": now})
    if kind in ("insert", "update", "delete"):
        return bson.encode({"n": documents, "nModified": documents, "ok": 1.0})
    if kind == "findAndModify":
        return bson.encode({"value": {"_id": "writers", "now": now}, "lastErrorObject": {"n": 1}, "ok": 1.0})
    if kind == "aggregate" and command[kind] == "lrs_writers":
        return bson.encode({"cursor": {"firstBatch": [{"_id": "writers", "now": now}], "id": Int64(0), "ns": name}, "ok": 1.0})
    if kind == "aggregate":
        limit = next((stage["$limit"] for stage in command["pipeline"] if "$limit" in stage), 0)
        return page("rollbook", name, limit)
    if kind == "find" and "sort" in command:
        return page("ralph", name, command.get("limit", 0))
    if kind in ("find", "listCollections"):
        return bson.encode({"cursor": {"firstBatch": [], "id": Int64(0), "ns": name}, "ok": 1.0})
    return bson.encode({"ok": 1.0, "version": "7.0.0", "versionArray": [7, 0, 0, 0]})


def read(body: bytes) -> tuple[dict[str, Any], int, bool]:
    """The command of an OP_MSG, how many documents came in a section of their own, and whether nobody waits for an answer."""
    (flags,) = struct.unpack_from("<I", body)
    at, command, documents = 4, {}, 0
    end = len(body) - (4 if flags & 1 else 0)
    while at < end:
        kind = body[at]
        (size,) = struct.unpack_from("<i", body, at + 1)
        if kind == 0:
            command = bson.decode(body[at + 1 : at + 1 + size])
        else:
            inner = body.index(b"\x00", at + 5) + 1
            while inner < at + 1 + size:
                inner += struct.unpack_from("<i", body, inner)[0]
                documents += 1
        at += 1 + size
    return command, documents, bool(flags & 2)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            length, request, _, code = _HEADER.unpack(await reader.readexactly(16))
            body = await reader.readexactly(length - 16)
            if code == _QUERY:
                reply = struct.pack("<iqii", 0, 0, 0, 1) + bson.encode({**_HELLO, "localTime": datetime.now(UTC)})
                writer.write(_HEADER.pack(16 + len(reply), 0, request, _REPLY) + reply)
            elif code == _MESSAGE:
                command, documents, silent = read(body)
                if not silent:
                    reply = b"\x00\x00\x00\x00\x00" + answer(command, documents)
                    writer.write(_HEADER.pack(16 + len(reply), 0, request, _MESSAGE) + reply)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def run(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=27117)
    asyncio.run(run(options.parse_args().port))
