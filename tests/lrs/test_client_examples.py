"""The examples of docs/xapi-clients.md run as they are printed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

PAGE = Path(__file__).resolve().parents[2] / "docs" / "xapi-clients.md"
EXAMPLES = dict(re.findall(r"```(sh|python|js)\n(.*?)```", PAGE.read_text(), re.DOTALL))
RUN = {"sh": ["sh", "-eu", "-c"], "python": [sys.executable, "-c"], "js": ["node", "--input-type=module", "-e"]}
SHOWN = {"sh": "verbs/completed", "python": "verbs/passed", "js": "204"}


@pytest.fixture(scope="module")
def address(lrs_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, lrs_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("language", RUN)
def test_an_example_works(language: str, address: str, client: FlaskClient) -> None:
    tool = {"sh": "curl", "python": sys.executable, "js": "node"}[language]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    key = next(reversed(client.application.extensions["rollbook.access"].callers))
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin"}

    done = subprocess.run(
        [*RUN[language], EXAMPLES[language]],
        env={**path, "URL": address, "KEY": key, "SECRET": "right"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert SHOWN[language] in done.stdout
