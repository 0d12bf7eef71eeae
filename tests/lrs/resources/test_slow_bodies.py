"""A body that trickles in does not hold a thread for ever, and one that is cut off is not taken for whole: through the real
`rollbook serve`."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from lrs.resources import patience
from tests.lrs.conftest import make_statement
from tests.rollbook.serving import KEY, SECRET, Served, serving

TOKEN = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, ROLLBOOK_WORKERS="1", ROLLBOOK_THREADS="2", ROLLBOOK_BODY_SECONDS="1") as running:
        yield running


def begun(served: Served, target: str, kind: str, length: str, method: str = "POST") -> socket.socket:
    """A connection on which the head of a request and the first byte of its body were sent."""
    address = urlsplit(served.application)
    connection = socket.create_connection((address.hostname, address.port), timeout=30)
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nX-Experience-API-Version: 1.0.3\r\n"
        f"Authorization: Basic {TOKEN}\r\n{length}\r\n\r\n"
    )
    connection.sendall(head.encode() + b"[")
    return connection


@pytest.mark.parametrize(
    ("target", "kind", "length"),
    [
        ("/xapi/statements", "application/json", "Content-Length: 1000"),
        ("/xapi/statements", "multipart/mixed; boundary=x", "Content-Length: 1000"),
        ("/xapi/statements?method=PUT", "application/x-www-form-urlencoded", "Content-Length: 1000"),
    ],
)
def test_a_slow_body_is_4xx_once_its_time_is_over(served: Served, target: str, kind: str, length: str) -> None:
    started = time.monotonic()

    with begun(served, target, kind, length) as connection:
        answer = connection.recv(4096)

    assert b" 408 " in answer.splitlines()[0]
    assert 0.9 < time.monotonic() - started < 10


def test_the_others_are_served_after_all_threads_were_held(served: Served) -> None:
    held = [begun(served, "/xapi/statements", "application/json", "Content-Length: 1000") for _ in range(4)]
    started = time.monotonic()

    status, ids = served.ask("/xapi/statements", body=[make_statement()])

    assert (status, len(ids)) == (200, 1)
    assert time.monotonic() - started < 20
    assert [connection.recv(4096).split()[1] for connection in held] == [b"408"] * 4
    for connection in held:
        connection.close()


def test_what_is_done_with_a_whole_body_may_take_its_time() -> None:
    """Else a slow database would make 408 of every error."""
    ours, theirs = socket.socketpair()
    ours.settimeout(1)

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        patience.is_whole(environ)
        with pytest.raises(TimeoutError):  # and not the end of the connection
            ours.recv(1)
        return [b"overdue" if environ[patience.READING].overdue else b"in time"]

    asked = {"PATH_INFO": "/xapi/statements", "CONTENT_LENGTH": "1", "gunicorn.socket": ours}
    answer = patience.Patience(application, "/xapi/", seconds=0, largest=1)(asked, None)

    assert list(answer) == [b"in time"]
    ours.close()
    theirs.close()


STATE = "/xapi/activities/state?" + urlencode(
    {"activityId": "http://a.b/c", "agent": '{"mbox": "mailto:a@b.c"}', "stateId": "cut"}
)


@pytest.mark.parametrize(
    ("method", "target", "kind", "length", "rest"),
    [
        ("PUT", STATE, "text/plain", "Content-Length: 1000", b""),
        ("PUT", STATE, "text/plain", "Transfer-Encoding: chunked", b""),
        ("PUT", STATE, "text/plain", "Transfer-Encoding: chunked", b"no size\r\n"),
        ("POST", "/xapi/statements", "application/json", "Transfer-Encoding: chunked", b"\r\n"),
        ("POST", "/xapi/statements", "multipart/mixed; boundary=x", "Transfer-Encoding: chunked", b"\r\n"),
        ("POST", "/xapi/activities/state?method=PUT", "application/x-www-form-urlencoded", "Content-Length: 1000", b""),
    ],
)
def test_a_body_that_is_cut_off_is_400_and_nothing_is_stored(
    served: Served, method: str, target: str, kind: str, length: str, rest: bytes
) -> None:
    with begun(served, target, kind, length, method) as connection:
        connection.sendall(rest)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)

    assert answer.split()[1] in (b"400", b"408")  # the latter where the machine needed the second that a body has here
    assert served.ask(STATE)[0] == 404


def test_a_body_of_100_mb_is_413_at_once(served: Served) -> None:
    with begun(served, "/xapi/statements", "application/json", f"Content-Length: {100 << 20}") as connection:
        answer = connection.recv(4096)

    assert b" 413 " in answer.splitlines()[0]
