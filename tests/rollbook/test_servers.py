from __future__ import annotations

import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rollbook import servers
from rollbook.config import Config
from rollbook.errors import SettingInvalid
from tests.rollbook.serving import Served, serving
from tests.rollbook.test_serve import STATEMENT, answers, children, until

pytest.importorskip("granian", reason="the extra fast is not installed")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("granian"), ROLLBOOK_SERVER="granian", ROLLBOOK_WORKERS="1") as running:
        yield running


def status_of(address: str, path: str, host: str) -> int:
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)) as connection:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status


def test_granian_stores_statements_and_gives_them_back(served: Served) -> None:
    status, (statement_id,) = served.ask("/xapi/statements", body=STATEMENT)

    assert status == 200
    assert served.ask(f"/xapi/statements?statementId={statement_id}")[1]["id"] == statement_id


def test_under_granian_the_port_says_which_origin_answers_and_not_the_host_that_a_client_names(served: Served) -> None:
    content = urlsplit(served.content).netloc

    assert status_of(served.application, "/xapi/about", content) == 200
    assert status_of(served.content, "/xapi/about", urlsplit(served.application).netloc) == 404


def test_a_granian_process_that_dies_is_started_again(served: Served) -> None:
    port = urlsplit(served.application).port
    process = next(pid for pid, args in children(served.process.pid).items() if "granian" in args and args.endswith(f"{port} "))
    below = children(process)

    os.kill(process, signal.SIGKILL)

    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))
    assert until(lambda: answers(served))


def test_granian_leaves_no_process_behind(tmp_path: Path) -> None:
    with serving(tmp_path, ROLLBOOK_SERVER="granian", ROLLBOOK_WORKERS="1") as served:
        below = children(served.process.pid)

        served.process.kill()

        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))


def test_a_server_that_is_not_installed_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(SettingInvalid, match=r"'granian', which is not installed: pip install 'rollbook\[fast\]'"):
        servers.commands(Config(server="granian"))
