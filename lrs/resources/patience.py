"""How long a request may take to bring its body: one that trickles in must not hold a thread of the server for ever.

One thread watches the connections that are being read and closes the reading half of those that are overdue. Servers that do
not tell the socket (`gunicorn.socket`, `werkzeug.socket`) are not watched: they have limits of their own."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SLOWEST = 64 << 10  # bytes a second that a large body has to come with
READING = "lrs.reading"  # in the WSGI environment
_LOOK = 0.25

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(slots=True)
class Reading:
    """A request whose body may still be coming."""

    connection: socket.socket
    until: float
    overdue: bool = False


def is_whole(environ: Mapping[str, Any]) -> None:
    """The body has come; what is done with it may take its time."""
    reading: Reading | None = environ.get(READING)
    if reading is not None:
        reading.until, reading.overdue = math.inf, False


class Patience:
    """A WSGI application around another one; notices a fork and starts over."""

    def __init__(self, application: Application, prefix: str, seconds: float, largest: int) -> None:
        self._application = application
        self._prefix = prefix
        self._seconds = seconds
        self._largest = largest
        self._forget()

    def _forget(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._known: dict[int, Reading] = {}
        self._thread: threading.Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reading = self._begin(environ) if environ.get("PATH_INFO", "").startswith(self._prefix) else None
        if reading is None:
            return self._application(environ, start_response)
        environ[READING] = reading
        try:
            return self._application(environ, start_response)
        finally:
            with self._lock:
                self._known.pop(id(reading), None)

    def _begin(self, environ: Mapping[str, Any]) -> Reading | None:
        connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        length = environ.get("CONTENT_LENGTH") or ("" if "HTTP_TRANSFER_ENCODING" in environ else "0")
        if connection is None or length == "0":
            return None
        if self._process != os.getpid():
            self._forget()
        size = min(int(length), self._largest) if length.isdigit() else self._largest
        reading = Reading(connection, time.monotonic() + self._seconds + size / SLOWEST)
        with self._lock:
            self._known[id(reading)] = reading
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, args=(self._process,), name="lrs-patience", daemon=True)
                self._thread.start()
        return reading

    def _watch(self, process: int) -> None:
        while process == os.getpid():
            time.sleep(_LOOK)
            now = time.monotonic()
            with self._lock:
                if not self._known:
                    self._thread = None
                    return
                for reading in self._known.values():
                    if now > reading.until and not reading.overdue:
                        reading.overdue = True
                        with contextlib.suppress(OSError):
                            reading.connection.shutdown(socket.SHUT_RD)
