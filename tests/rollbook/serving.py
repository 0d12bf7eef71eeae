"""A real `rollbook serve` for tests."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KEY, SECRET = "test", "a secret of the tests"


class Served:
    """The running service, its two addresses, and what it says."""

    def __init__(self, process: subprocess.Popen[str], application: str, content: str) -> None:
        self.process = process
        self.application = application
        self.content = content

    def ask(self, path: str, *, body: Any = None) -> tuple[int, Any]:
        """Status and parsed JSON of one request with the first credential."""
        status, answer = self.fetch(self.application + path, body=body)
        return status, json.loads(answer or b"null")

    def fetch(self, address: str, *, body: Any = None) -> tuple[int, bytes]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=data)
        token = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        request.add_header("Content-Type", "application/json")
        request.add_header("X-Experience-API-Version", "2.0.0")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


@contextmanager
def serving(data_dir: Path, **environ: str) -> Iterator[Served]:
    """Starts `rollbook serve` on free ports; stops it with SIGTERM unless the test has ended it."""
    variables = os.environ | {
        "ROLLBOOK_DATA_DIR": str(data_dir), "ROLLBOOK_PORT": "0", "ROLLBOOK_CONTENT_PORT": "0",
        "ROLLBOOK_ADMIN_KEY": KEY, "ROLLBOOK_ADMIN_SECRET": SECRET, **environ,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "rollbook", "serve"], env=variables, stdout=subprocess.PIPE, stderr=None, text=True
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("ready "):
                break
        else:
            raise AssertionError(f"rollbook serve ended with status {process.wait()} before it was ready")
        _, application, _, content = line.split()
        drain = threading.Thread(target=process.stdout.read, daemon=True)
        drain.start()
        yield Served(process, application, content)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()
