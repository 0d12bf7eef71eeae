"""Bodies that two readers could understand differently, that no store can keep, or that are meant to hurt.

Each is refused with its place."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

import lrs
from access import Caller
from tests.lrs.conftest import make_statement
from tests.lrs.resources.test_attachments import own_client


def with_extension(text: str) -> bytes:
    """A statement whose extension is written exactly so."""
    whole = json.dumps(make_statement(result={"extensions": {"http://example.com/x": "HERE"}}))
    return whole.replace('"HERE"', text).encode("utf-8", "surrogatepass")


PLACE = "/result/extensions/http:~1~1example.com~1x"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1, "a": 2}', f"{PLACE}/a"),
        ('[{"a": {"b": 1, "b": 1}}]', f"{PLACE}/0/a/b"),
        ('"\\u0000"', PLACE),
        ('"\\ud800"', PLACE),
        ('{"\\udc00": 1}', PLACE),
        ("123456789012345678901234567890", PLACE),
        ("-9223372036854775809", PLACE),
        ("1e400", PLACE),
        ("NaN", PLACE),
        ("Infinity", PLACE),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(client: FlaskClient, text: str, place: str) -> None:
    answer = client.post("/xapi/statements", data=with_extension(text), content_type="application/json")

    assert answer.status_code == 400
    assert answer.json["pointer"].startswith(place)
    assert answer.json["rule"]


@pytest.mark.parametrize(
    "text", ["18446744073709551615", "-9223372036854775808", "0.1", "1e-400", "-0.0", '"\\ud83d\\ude00"', '"\\\\u0000"']
)
def test_what_can_be_kept_comes_back(client: FlaskClient, text: str) -> None:
    (known,) = client.post("/xapi/statements", data=with_extension(text), content_type="application/json").json

    whole = client.get(f"/xapi/statements?statementId={known}").json

    assert whole["result"]["extensions"]["http://example.com/x"] == json.loads(text)


def test_ieee_4_2_1_a_doubled_key_of_the_statement_itself_is_refused(client: FlaskClient) -> None:
    body = json.dumps(make_statement())[:-1] + ', "verb": {"id": "http://example.com/other"}}'

    answer = client.post("/xapi/statements", data=body, content_type="application/json")

    assert answer.json["pointer"] == "/verb"
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{",
        b"[1,]",
        b'{"a":}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"nul",
        b"[" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 5_000,
    ],
)
def test_xapi_00014_what_is_not_json_is_400_at_once(client: FlaskClient, body: bytes) -> None:
    started = time.thread_time()

    answer = client.post("/xapi/statements", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json["code"] == "invalid-json"
    assert time.thread_time() - started < 2


@pytest.mark.parametrize("body", ["null", "1", '"x"', "true", "[null]", "[[]]", "[1]", "{}"])
def test_json_that_is_no_statement_is_400(client: FlaskClient, body: str) -> None:
    answer = client.post("/xapi/statements", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json["code"] == "invalid-statement"


def test_deep_nesting_within_the_limit_is_kept(client: FlaskClient) -> None:
    deep = "[" * 200 + "]" * 200

    (known,) = client.post("/xapi/statements", data=with_extension(deep), content_type="application/json").json

    assert client.get(f"/xapi/statements?statementId={known}").json["result"]["extensions"]["http://example.com/x"] == json.loads(
        deep
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"result": {"response": "x" * 3_000_000}},
        {"actor": {"objectType": "Group", "member": [{"mbox": f"mailto:{number}@a.b"} for number in range(60_000)]}},
    ],
    ids=["its text", "what is known of it"],
)
def test_a_statement_that_no_database_takes_is_413_and_its_batch_leaves_nothing(
    lrs_store: lrs.LRS, caller: Caller, changes: dict[str, Any]
) -> None:
    client = own_client(lrs_store, caller, statement_maximum=2 << 20)

    answer = client.post("/xapi/statements", json=[make_statement(), make_statement(**changes)])

    assert answer.status_code == 413
    assert client.get("/xapi/statements").json["statements"] == []


def test_deep_nesting_in_a_parameter_is_400(client: FlaskClient) -> None:
    assert client.get("/xapi/statements", query_string={"agent": "[" * 3_000}).status_code == 400


HOSTILE = {
    "doubled key": b'{"a": 1, "a": 2}',
    "NUL": b'{"a": "\\u0000"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "beyond 64 bits": b'{"a": 18446744073709551616}',
    "1e400": b'{"a": 1e400}',
    "10,000 deep": b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "not UTF-8": b'{"a": "\xff"}',
}
STATE = {"activityId": "http://example.com/a", "agent": '{"mbox":"mailto:a@b.c"}', "stateId": "one"}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_in_json_is_read_as_strictly(client: FlaskClient, method: str, body: bytes) -> None:
    client.post("/xapi/activities/state", query_string=STATE, json={"kept": 1})
    headers = {"If-Match": "*"}

    answer = client.open(
        "/xapi/activities/state", method=method, query_string=STATE, data=body, content_type="application/json", headers=headers
    )

    assert (answer.status_code, answer.json["code"]) == (400, "invalid-json")
    assert client.get("/xapi/activities/state", query_string=STATE).json == {"kept": 1}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_the_first_part_of_multipart_is_read_as_strictly(client: FlaskClient, body: bytes) -> None:
    whole = b"--xyz\r\nContent-Type: application/json\r\n\r\n" + body + b"\r\n--xyz--\r\n"

    answer = client.post("/xapi/statements", data=whole, content_type="multipart/mixed; boundary=xyz")

    assert (answer.status_code, answer.json["code"]) == (400, "invalid-json")


@pytest.mark.parametrize("text", [text for name, text in HOSTILE.items() if name != "10,000 deep"])
@pytest.mark.parametrize("path", ["statements", "agents", "activities/state", "agents/profile"])
def test_an_agent_in_a_parameter_is_read_as_strictly(client: FlaskClient, path: str, text: bytes) -> None:
    agent = quote(b'{"mbox": "mailto:a@b.c", "name": ' + text + b"}")

    answer = client.get(f"/xapi/{path}?agent={agent}")

    assert (answer.status_code, answer.json["parameter"]) == (400, "agent")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/xapi/statements", "multipart/mixed; boundary=x"),
        ("/xapi/statements", "text/plain"),
        ("/xapi/activities/state?activityId=http://a.b/c&agent=%7B%22mbox%22%3A%22mailto%3Aa%40b.c%22%7D&stateId=s", "image/png"),
    ],
)
def test_600_mb_of_another_kind_are_4xx_before_they_are_read(
    address: tuple[str, int], client: FlaskClient, path: str, kind: str
) -> None:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nX-Experience-API-Version: 2.0.0\r\n"
        f"Authorization: {client.environ_base['HTTP_AUTHORIZATION']}\r\nContent-Length: {600 << 20}\r\n\r\n"
    )
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head.encode())

        status = connection.recv(4096).split()[1]

    assert status == (b"400" if kind == "text/plain" else b"413")


@pytest.fixture(scope="module")
def address(lrs_app: Flask) -> Iterator[tuple[str, int]]:
    server = make_server("127.0.0.1", 0, lrs_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield ("127.0.0.1", server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_body_of_100_mb_is_413_before_it_is_read(address: tuple[str, int], client: FlaskClient) -> None:
    head = (
        "POST /xapi/statements HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Experience-API-Version: 2.0.0\r\n"
        f"Authorization: {client.environ_base['HTTP_AUTHORIZATION']}\r\nContent-Length: {100 << 20}\r\n\r\n"
    )
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head.encode())

        answer = connection.recv(4096)

    assert b" 413 " in answer.splitlines()[0]


def test_others_are_served_while_a_body_trickles_in(address: tuple[str, int], client: FlaskClient) -> None:
    head = "POST /xapi/statements HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n["
    with socket.create_connection(address, timeout=10) as slow:
        slow.sendall(head.encode())

        with socket.create_connection(address, timeout=10) as other:
            other.sendall(b"GET /xapi/about HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = other.recv(4096)

    assert b" 200 " in answer.splitlines()[0]
