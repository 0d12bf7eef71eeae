"""What failed requests leave of their attachments is swept; what a statement has, or a request relies on, never is."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import lrs
from access import Caller
from tests.lrs.conftest import make_statement

SMALL, LARGE = 100, 300_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROCESS = Path(__file__).with_name("upload_process.py")


def attachment(size: int) -> lrs.Attachment:
    body = os.urandom(size)
    return lrs.Attachment(
        sha2=hashlib.sha256(body).hexdigest(), content_type="application/octet-stream", length=size, body=io.BytesIO(body)
    )


def bearing(*attachments: lrs.Attachment, **changes: Any) -> dict[str, Any]:
    described = [
        {
            "usageType": "http://example.com/usage",
            "display": {"en": "A file"},
            "contentType": one.content_type,
            "length": one.length,
            "sha2": one.sha2,
        }
        for one in attachments
    ]
    return make_statement(id=str(uuid.uuid4()), attachments=described, **changes)


@pytest.fixture
def kept(lrs_store: lrs.LRS, tenant: int) -> Callable[[lrs.Attachment], bool]:
    """Whether the bytes of an attachment are there, whole."""

    def look(one: lrs.Attachment) -> bool:
        found = lrs_store.attachments.of(tenant, [one.sha2])
        return [b"".join(each.pieces) for each in found] == [one.read()]

    return look


@pytest.fixture
def refused(lrs_store: lrs.LRS, caller: Caller) -> Callable[..., None]:
    """Stores a statement with attachments after another one with its id."""

    def send(*attachments: lrs.Attachment) -> None:
        statement = bearing(*attachments)
        lrs_store.store(make_statement(id=statement["id"], verb={"id": "http://example.com/another"}), caller=caller)
        with pytest.raises(lrs.Conflict):
            lrs_store.store(statement, caller=caller, attachments=attachments)

    return send


@pytest.fixture
def a_day_later(lrs_store: lrs.LRS) -> Callable[[], None]:
    def age() -> None:
        old = datetime.now(UTC) - timedelta(days=1, seconds=1)
        lrs_store.db["lrs_attachments"].update_many({"at": {"$gt": EPOCH}}, {"$set": {"at": old}})
        lrs_store.db["lrs_attachments.files"].update_many({"open": {"$gt": EPOCH}}, {"$set": {"open": old}})

    return age


def pieces(store: lrs.LRS, tenant: int, one: lrs.Attachment) -> int:
    """Chunks of all files with these bytes."""
    files = list(store.db["lrs_attachments.files"].find({"filename": f"{tenant}:{one.sha2}"}))
    return sum(len(list(store.db["lrs_attachments.chunks"].find({"files_id": file["_id"]}, {"n": 1}))) for file in files)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_what_a_refused_statement_brought_is_swept_after_a_day(
    lrs_store: lrs.LRS, tenant: int, kept: Any, refused: Any, a_day_later: Any, size: int
) -> None:
    one = attachment(size)
    refused(one)
    lrs_store.attachments.sweep()
    young = kept(one)

    a_day_later()
    lrs_store.attachments.sweep()

    assert young
    assert not kept(one)
    assert pieces(lrs_store, tenant, one) == 0
    assert lrs_store.attachments.sweep() == 0


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_what_a_statement_has_is_settled(
    lrs_store: lrs.LRS, caller: Caller, kept: Any, refused: Any, a_day_later: Any, size: int
) -> None:
    one = attachment(size)
    refused(one)
    lrs_store.store(bearing(one), caller=caller, attachments=[one])

    a_day_later()
    lrs_store.attachments.sweep()
    refused(one)
    a_day_later()
    lrs_store.attachments.sweep()

    assert kept(one)
    assert lrs_store.db["lrs_attachments"].find_one({"_id": f"{caller.store}:{one.sha2}"}, {"_id": 0, "at": 1, "by": 1}) == {}
    assert not lrs_store.db["lrs_attachments.files"].find_one(
        {"filename": f"{caller.store}:{one.sha2}", "open": {"$exists": True}}
    )


def test_a_batch_whose_last_statement_was_there_without_the_bytes_keeps_them(
    lrs_store: lrs.LRS, caller: Caller, kept: Any, a_day_later: Any
) -> None:
    one = attachment(SMALL)
    new, known = bearing(one), bearing(one)
    lrs_store.store({**known, "attachments": []}, caller=caller)

    lrs_store.store([new, known], caller=caller, attachments=[one])
    a_day_later()
    lrs_store.attachments.sweep()

    assert kept(one)


def test_a_request_that_relies_on_an_old_upload_gives_it_another_day(
    lrs_store: lrs.LRS, tenant: int, kept: Any, refused: Any, a_day_later: Any
) -> None:
    one = attachment(LARGE)
    refused(one)
    a_day_later()

    lrs_store.attachments.keep(tenant, [one], {one.sha2: [b"not stored yet"]})
    lrs_store.attachments.sweep()

    assert kept(one)


def test_an_upload_that_never_ended_is_swept(lrs_store: lrs.LRS, caller: Caller, a_day_later: Any, mongo_uri: str) -> None:
    """The process is killed between two chunks."""
    sha2 = "0" * 64
    command = [sys.executable, str(PROCESS), mongo_uri, lrs_store.db.name, str(caller.store), sha2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROCESS.parents[3]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    file = lrs_store.db["lrs_attachments.files"].find_one({"filename": f"{caller.store}:{sha2}"})
    assert file is not None
    left = len(list(lrs_store.db["lrs_attachments.chunks"].find({"files_id": file["_id"]}, {"n": 1})))

    a_day_later()
    lrs_store.attachments.sweep()

    assert left > 0
    assert list(lrs_store.db["lrs_attachments.chunks"].find({"files_id": file["_id"]}, {"n": 1})) == []
    assert lrs_store.db["lrs_attachments.files"].find_one({"_id": file["_id"]}) is None


def test_an_attachment_that_came_to_nothing_a_hundred_times_stays(lrs_store: lrs.LRS, tenant: int) -> None:
    one = attachment(SMALL)

    for _ in range(101):
        lrs_store.attachments.keep(tenant, [one], {one.sha2: [uuid.uuid4().bytes]})

    assert "by" not in (lrs_store.db["lrs_attachments"].find_one({"_id": f"{tenant}:{one.sha2}"}) or {"by": "missing"})
