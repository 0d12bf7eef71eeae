"""Attachments both ways: 1.0.3 Communication 1.5 and Data 2.4.11, IEEE 9274.1.1 4.1.3."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import access
import lrs
from access import Caller
from tests.lrs.conftest import Known, make_statement

BODY = b"some bytes \x00\xff\r\n--not-the-boundary\r\n"
BOUNDARY = "xyz"
MIXED = f"multipart/mixed; boundary={BOUNDARY}"


def described(body: bytes = BODY, **changes: Any) -> dict[str, Any]:
    return {
        "usageType": "http://example.com/usage",
        "display": {"en": "A file"},
        "contentType": "application/octet-stream",
        "length": len(body),
        "sha2": hashlib.sha256(body).hexdigest(),
        **changes,
    }


def part(body: bytes, **changes: str) -> tuple[dict[str, str], bytes]:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": hashlib.sha256(body).hexdigest(),
        **changes,
    }
    return {name: value for name, value in headers.items() if value}, body


def mixed(*parts: tuple[dict[str, str], bytes], start: bytes = b"", end: bytes = b"\r\n", colon: str = ": ") -> bytes:
    whole = start
    for headers, body in parts:
        lines = "".join(f"{name}{colon}{value}\r\n" for name, value in headers.items())
        whole += f"--{BOUNDARY}\r\n{lines}\r\n".encode() + body + b"\r\n"
    return whole + f"--{BOUNDARY}--".encode() + end


def first(*statements: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    return {"Content-Type": "application/json"}, json.dumps(list(statements)).encode()


def post(client: FlaskClient, body: bytes, boundary: str = f"; boundary={BOUNDARY}") -> Any:
    return client.post("/xapi/statements", data=body, content_type=f"multipart/mixed{boundary}")


def received(answer: Any) -> list[tuple[dict[str, str], bytes]]:
    message = message_from_bytes(b"Content-Type: " + answer.content_type.encode() + b"\r\n\r\n" + answer.data)
    return [(dict(one.items()), one.get_payload(decode=True)) for one in message.get_payload()]  # type: ignore[misc,union-attr]


def own_client(lrs_store: lrs.LRS, caller: Caller, **limits: int) -> FlaskClient:
    """A client of an LRS over the same database with other limits."""
    app = Flask("limited")
    known = Known()
    known.callers[caller.key] = caller
    access.init_app(app, known)  # type: ignore[arg-type]
    lrs.init_app(app, lrs.LRS(lrs_store.db, replace(lrs_store.settings, **limits)))
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"{caller.key}:right".encode()).decode()
    client.environ_base["HTTP_X_EXPERIENCE_API_VERSION"] = "2.0.0"
    return client


def test_xapi_00167_an_attachment_comes_back_with_the_statements(client: FlaskClient) -> None:
    answer = post(client, mixed(first(make_statement(attachments=[described()])), part(BODY)))

    got = client.get("/xapi/statements?attachments=true")
    statements, file = received(got)
    assert answer.status_code == 200
    assert [one["id"] for one in json.loads(statements[1])["statements"]] == answer.json
    assert file[1] == BODY
    assert file[0]["X-Experience-API-Hash"] == hashlib.sha256(BODY).hexdigest()
    assert file[0]["Content-Transfer-Encoding"] == "binary"
    assert file[0]["Content-Type"] == "application/octet-stream"


def test_a_part_with_another_hash_than_it_names_is_told_both(client: FlaskClient) -> None:
    named = hashlib.sha256(b"other bytes").hexdigest()

    answer = post(client, mixed(first(make_statement(attachments=[described()])), part(BODY, **{"X-Experience-API-Hash": named})))

    assert (answer.status_code, answer.json["found"]) == (400, hashlib.sha256(BODY).hexdigest())
    assert answer.json["rule"] == f"Their hash is that of X-Experience-API-Hash: {named}."


def test_a_part_without_a_hash_is_told_so(client: FlaskClient) -> None:
    answer = post(client, mixed(first(make_statement(attachments=[described()])), part(BODY, **{"X-Experience-API-Hash": ""})))

    assert (answer.status_code, answer.json["found"]) == (400, "no X-Experience-API-Hash")


def test_xapi_00161_xapi_00165_without_attachments_true_the_answer_is_json(client: FlaskClient) -> None:
    (known,) = post(client, mixed(first(make_statement(attachments=[described()])), part(BODY))).json

    assert client.get(f"/xapi/statements?statementId={known}").content_type == "application/json"
    assert client.get(f"/xapi/statements?statementId={known}&attachments=true").content_type.startswith("multipart/mixed")


@pytest.mark.parametrize("size", [0, 1, 70_000, 700_000])
def test_small_and_large_attachments_are_kept_once(client: FlaskClient, lrs_store: Any, tenant: int, size: int) -> None:
    body = bytes(size)
    whole = mixed(first(make_statement(attachments=[described(body)]), make_statement(attachments=[described(body)])), part(body))

    post(client, whole)
    post(client, whole)

    files = received(client.get("/xapi/statements?attachments=true"))[1:]
    assert [content for _, content in files] == [body]
    assert len(list(lrs_store.db["lrs_attachments"].find({"_id": f"{tenant}:{hashlib.sha256(body).hexdigest()}"}))) == 1


def test_1_5_2_a_body_may_begin_with_an_empty_line_and_end_without_one(client: FlaskClient) -> None:
    body = mixed(first(make_statement(attachments=[described()])), part(BODY), start=b"\r\n", end=b"", colon=":")

    assert post(client, body).status_code == 200


def test_1_5_2_a_preamble_and_an_epilogue_are_skipped(client: FlaskClient) -> None:
    body = mixed(first(make_statement(attachments=[described()])), part(BODY), start=b"preamble\r\n", end=b"\r\nepilogue")

    assert post(client, body).status_code == 200


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
def test_data_2_4_11_other_sha_2_hashes(client: FlaskClient, algorithm: str) -> None:
    digest = hashlib.new(algorithm, BODY).hexdigest()

    answer = post(
        client,
        mixed(first(make_statement(attachments=[described(sha2=digest)])), part(BODY, **{"X-Experience-API-Hash": digest})),
    )

    assert answer.status_code == 200


def test_ieee_4_1_3_json_with_a_file_url_needs_no_part(client: FlaskClient) -> None:
    statement = make_statement(attachments=[described(fileUrl="http://example.com/file")])

    assert client.post("/xapi/statements", json=statement).status_code == 200
    assert post(client, mixed(first(statement))).status_code == 200
    assert post(client, mixed(first(make_statement()))).status_code == 200


def test_an_attachment_of_a_substatement_is_found(client: FlaskClient) -> None:
    inner = {"objectType": "SubStatement", **make_statement(attachments=[described()])}

    answer = post(client, mixed(first(make_statement(object=inner)), part(BODY)))

    assert answer.status_code == 200
    assert received(client.get("/xapi/statements?attachments=true"))[1][1] == BODY


RIGHT = make_statement(attachments=[described()])
WRONG = {
    "XAPI-00129 no part for the attachment": mixed(first(RIGHT)),
    "XAPI-00128 a part too many": mixed(first(RIGHT), part(BODY), part(b"other")),
    "XAPI-00128 a part and no attachment": mixed(first(make_statement()), part(BODY)),
    "XAPI-00132 no hash": mixed(first(RIGHT), part(BODY, **{"X-Experience-API-Hash": ""})),
    "XAPI-00132 another hash": mixed(first(RIGHT), part(b"forged", **{"X-Experience-API-Hash": described()["sha2"]})),
    "XAPI-00135 base64": mixed(first(RIGHT), part(BODY, **{"Content-Transfer-Encoding": "base64"})),
    "XAPI-00134 first part not json": mixed(({"Content-Type": "text/plain"}, b"{}"), part(BODY)),
    "XAPI-00134 first part without type": mixed(({}, b"{}"), part(BODY)),
    "XAPI-00133 statements in two parts": mixed(first(RIGHT), first(RIGHT), part(BODY)),
    "XAPI-00130 no boundary between the parts": mixed(first(RIGHT), part(BODY)).replace(
        b"\r\n--xyz\r\nContent-Type: application/o", b"\r\nContent-Type: application/o"
    ),
    "cut off": mixed(first(RIGHT), part(BODY))[:-20],
    "no parts": b"--xyz--\r\n",
    "nothing": b"",
    "a header without colon": b"--xyz\r\nContent-Type\r\n\r\n{}\r\n--xyz--\r\n",
    "a line feed in a header": mixed(first(RIGHT), part(BODY, **{"Content-Type": "text/plain\nX-Other: 1"})),
    "a NUL in a header": mixed(first(RIGHT), part(BODY, **{"Content-Type": "text/plain\x00"})),
    "headers without end": b"--xyz\r\n" + b"x" * 40_000,
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG.keys())
def test_1_5_2_a_wrong_body_is_refused_and_leaves_nothing(client: FlaskClient, body: bytes) -> None:
    answer = post(client, body)

    assert answer.status_code == 400
    assert client.get("/xapi/statements").json["statements"] == []


@pytest.mark.parametrize("boundary", ["", "; boundary=", '; boundary="a b "', "; boundary=" + "x" * 80])
def test_xapi_00131_a_boundary_is_needed(client: FlaskClient, boundary: str) -> None:
    assert post(client, mixed(first(RIGHT), part(BODY)), boundary).status_code == 400


def test_an_attachment_that_holds_the_boundary_of_an_answer_breaks_no_other(client: FlaskClient) -> None:
    post(client, mixed(first(RIGHT), part(BODY)))
    seen = client.get("/xapi/statements?attachments=true").content_type.partition("boundary=")[2]
    hostile = f"\r\n--{seen}\r\n\r\n--{seen}--\r\n".encode()
    post(client, mixed(first(make_statement(attachments=[described(hostile)])), part(hostile)))

    parts = received(client.get("/xapi/statements?attachments=true"))

    assert sorted(content for _, content in parts[1:]) == sorted([hostile, BODY])


def test_header_fields_of_a_part_beyond_the_limit_are_413(client: FlaskClient) -> None:
    many = {f"X-{number}": "x" * 1_000 for number in range(20)}

    assert post(client, mixed(first(RIGHT), part(BODY, **many))).status_code == 413


def test_a_hash_alone_shows_nobody_what_others_stored(client_of: Callable[..., FlaskClient]) -> None:
    author, other = client_of("all"), client_of("statements/write", "statements/read/mine")
    post(author, mixed(first(RIGHT), part(BODY)))

    (known,) = other.post("/xapi/statements", json=make_statement(attachments=[described(fileUrl="http://example.com/f")])).json

    answer = other.get(f"/xapi/statements?statementId={known}&attachments=true")
    assert answer.status_code == 200
    assert BODY not in answer.data


def test_more_attachments_than_statements_are_accepted_are_413(client: FlaskClient) -> None:
    assert post(client, mixed(first(RIGHT), *[part(b"")] * 2_001)).status_code == 413


def test_attachments_beyond_the_limit_of_a_request_are_413(lrs_store: lrs.LRS, caller: Caller) -> None:
    client = own_client(lrs_store, caller, request_maximum=300_000)
    bodies = [bytes([number]) * 100_000 for number in range(4)]
    body = mixed(first(make_statement(attachments=[described(one) for one in bodies])), *(part(one) for one in bodies))

    told = client.post("/xapi/statements", data=body, content_type=MIXED)
    untold = client.post(
        "/xapi/statements", input_stream=io.BytesIO(body), content_type=MIXED, environ_overrides={"wsgi.input_terminated": True}
    )

    assert (told.status_code, untold.status_code) == (413, 413)
    assert client.get("/xapi/statements").json["statements"] == []


LARGE = 48 << 20


def test_a_large_attachment_is_never_whole_in_memory(lrs_store: lrs.LRS, caller: Caller) -> None:
    client = own_client(lrs_store, caller, attachment_maximum=LARGE, request_maximum=2 * LARGE)
    digest = hashlib.sha256()
    for _ in range(LARGE >> 20):
        digest.update(bytes(1 << 20))
    described_so = described(length=LARGE, sha2=digest.hexdigest())
    head, tail = mixed(
        first(make_statement(attachments=[described_so])), part(b"#", **{"X-Experience-API-Hash": digest.hexdigest()})
    ).split(b"#")
    tracemalloc.start()

    answer = client.post(
        "/xapi/statements",
        input_stream=Zeros(head, LARGE, tail),
        content_type=MIXED,
        content_length=len(head) + LARGE + len(tail),
    )
    sent = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    got = client.get("/xapi/statements?attachments=true", buffered=False)
    length = sum(len(piece) for piece in got.iter_encoded())
    fetched = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert answer.status_code == 200
    assert length > LARGE
    assert max(sent, fetched) < LARGE // 6


class Zeros(io.RawIOBase):
    """A body that nobody holds: some bytes, many zeros, some bytes."""

    def __init__(self, head: bytes, zeros: int, tail: bytes) -> None:
        self.head, self.tail, self.ends = head, tail, len(head) + zeros
        self.size, self.at = self.ends + len(tail), 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + (self.size if whence == io.SEEK_END else 0)
        return self.at

    def readinto(self, buffer: Any) -> int:
        if self.at < len(self.head):
            piece = self.head[self.at : self.at + len(buffer)]
        elif self.at < self.ends:
            piece = bytes(min(len(buffer), self.ends - self.at))
        else:
            piece = self.tail[self.at - self.ends : self.at - self.ends + len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)


def test_an_attachment_beyond_the_limit_is_413(client: FlaskClient) -> None:
    body = bytes((2 << 20) + 1)

    assert post(client, mixed(first(make_statement(attachments=[described(body)])), part(body))).status_code == 413
