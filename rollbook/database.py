"""Which MongoDB: the one that a URI names, or the embedded server as a process of our own.

The embedded server (SecantusDB, extra `embedded`) speaks the wire protocol and is never imported.
Its data directory is locked for as long as it runs; the lock passes to the server process itself, so that
a second `rollbook` waits for a dying server instead of opening the files under it.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from rollbook.config import Config
from rollbook.errors import DatabaseUnavailable

USER = "rollbook"
START_SECONDS = 300.0  # after a crash it reads its journal first, gigabytes of it where much was stored
STOP_SECONDS = 15.0
SPREAD = 160  # collections that meet every one of 16 tables
# Dies with the process that started it, also when that one is killed with -9 (Linux; elsewhere the lock tells).
LAUNCHER = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() != int(sys.argv[1]):
        sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


def launched(command: list[str]) -> list[str]:
    """The command line that runs `command` as a process which ends when we do."""
    return [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), *command]


def embedded_binary(
    installed: Callable[[str], importlib.metadata.Distribution] = importlib.metadata.distribution,
) -> tuple[str, bool]:
    """The server's path, and whether it is the fast one (the wheel's Rust server) or the slow Python twin."""
    try:
        distribution = installed("secantusdb")
    except importlib.metadata.PackageNotFoundError:
        raise DatabaseUnavailable(
            "There is no database: ROLLBOOK_MONGODB_URI is not set and the embedded server is not installed. "
            "Set ROLLBOOK_MONGODB_URI=mongodb://…, or install the extra: pip install 'rollbook[embedded]'."
        ) from None
    programs = [Path(str(file.locate())) for file in distribution.files or () if file.name in ("secantusd-rs", "secantusd-py")]
    # The wheel's binary itself before the script that starts it: one process less to watch.
    ranked = sorted(programs, key=lambda path: (path.name != "secantusd-rs", path.parent.name != "secantusdb.scripts"))
    for path in ranked:
        if path.is_file():
            return str(path.resolve()), path.name == "secantusd-rs"
    raise DatabaseUnavailable(
        f"secantusdb {distribution.version} is installed without its server program; install the extra again."
    )


class EmbeddedServer:
    """One server process over one data directory; `start`, then `ensure_running` from time to time, then `stop`."""

    def __init__(self, directory: Path, *, cache_size: str = "256M", auth: bool = True, port: int = 0) -> None:
        self.directory = directory
        self.cache_size = cache_size
        self.auth = auth
        self.port = port
        self.password = ""
        self.process: subprocess.Popen[str] | None = None
        self._lock: IO[str] | None = None

    @property
    def uri(self) -> str:
        user = f"{USER}:{self.password}@" if self.auth else ""
        source = "&authSource=admin" if self.auth else ""
        return f"mongodb://{user}127.0.0.1:{self.port}/?directConnection=true{source}"

    def start(self) -> str:
        """Starts the server and gives its URI once it answers. Raises DatabaseUnavailable."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._acquire_lock()
        try:
            self.port = self.port or _free_port()
            if self.auth:
                self._provision_user()
            self._spawn(auth=self.auth)
            self._write_run_file()
        except BaseException:
            self.stop()
            raise
        return self.uri

    def ensure_running(self) -> bool:
        """Starts the server again if it has died; true if it had. The port stays the same, so clients reconnect."""
        if self.process is not None and self.process.poll() is None:
            return False
        self._spawn(auth=self.auth)
        return True

    def stop(self) -> None:
        """Stops the server without loss and gives the directory free."""
        if self.process is not None:
            _terminate(self.process)
            self.process = None
        (self.directory / "run.json").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _acquire_lock(self) -> None:
        lock = open(self.directory / "lock", "a+")  # noqa: SIM115 - held for as long as the server runs
        deadline = time.monotonic() + STOP_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                run = read_run_file(self.directory)
                if (run is not None and _alive(int(run["supervisor"]))) or time.monotonic() > deadline:
                    lock.close()
                    raise DatabaseUnavailable(
                        f"The data directory {self.directory} is in use by another rollbook"
                        f"{' (process ' + str(run['supervisor']) + ')' if run else ''}."
                        " Stop it, or choose another ROLLBOOK_DATA_DIR."
                    ) from None
                time.sleep(0.05)
        self._lock = lock

    def _provision_user(self) -> None:
        """Once per data directory: the server without access control makes our user, then runs with it."""
        secret = self.directory / "password"
        if secret.is_file():
            self.password = secret.read_text().strip()
            return
        self.password = secrets.token_urlsafe(24)
        self._spawn(auth=False)
        with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{self.port}/?directConnection=true") as client:
            try:
                _make_tables(client)
            except OperationFailure as error:
                raise DatabaseUnavailable(
                    f"The embedded database in {self.directory} was interrupted when it was first made ({error})."
                    " If nothing was ever stored there, delete that directory."
                ) from None
            with contextlib.suppress(OperationFailure):  # there is one where a first start was broken off at its end
                client.admin.command("dropUser", USER)
            client.admin.command("createUser", USER, pwd=self.password, roles=["root"])
        assert self.process is not None
        _terminate(self.process)
        descriptor = os.open(secret.with_suffix(".new"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.password)
            file.flush()
            os.fsync(file.fileno())
        secret.with_suffix(".new").replace(secret)

    def _spawn(self, *, auth: bool) -> None:
        binary, fast = embedded_binary()
        empty = self.directory / "server.toml"
        empty.touch()
        command = [binary, "--config", str(empty), "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--storage-path", str(self.directory / "data"), "--cache-size", self.cache_size, "--sync-on-commit"]
        command += ["--log-level", "WARNING", *(["--log-file-max", "128MB"] if fast else []), *(["--auth"] if auth else [])]
        assert self._lock is not None
        with open(self.directory / "server.log", "a") as log:
            self.process = subprocess.Popen(
                launched(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, text=True,
                pass_fds=[self._lock.fileno()], start_new_session=True,
            )  # fmt: skip
        self._await_answer()

    def _await_answer(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                tail = (self.directory / "server.log").read_text(errors="replace")[-2000:]
                raise DatabaseUnavailable(
                    f"The embedded database ended with status {self.process.returncode}. Its log says:\n{tail}"
                )
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise DatabaseUnavailable(
            f"The embedded database did not answer within {START_SECONDS:.0f} s; see {self.directory}/server.log."
        )

    def _write_run_file(self) -> None:
        path = self.directory / "run.json"
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"uri": self.uri, "supervisor": os.getpid()}, file)


def read_run_file(directory: Path) -> dict[str, Any] | None:
    """Where the server that runs over this directory listens, and who started it."""
    try:
        run: dict[str, Any] = json.loads((directory / "run.json").read_text())
    except (OSError, ValueError):
        return None
    return run


@contextlib.contextmanager
def database_uri(config: Config) -> Iterator[str]:
    """A URI to work with: the configured one, that of the server that runs here already, or that of one started for now."""
    if config.mongodb_uri:
        yield config.mongodb_uri
        return
    directory = config.data_dir / "database"
    run = read_run_file(directory)
    if run is not None and _alive(int(run["supervisor"])):
        yield str(run["uri"])
        return
    server = EmbeddedServer(config.folder("database"), cache_size=config.embedded_cache_size)
    yield_uri = server.start()
    try:
        yield yield_uri
    finally:
        server.stop()


def connect(uri: str) -> MongoClient[dict[str, Any]]:
    """A client whose acknowledged writes are on the disk of a majority; UUIDs as the standard subtype, aware times."""
    return MongoClient(
        uri, appname="rollbook", tz_aware=True, uuidRepresentation="standard", w="majority", journal=True,
        serverSelectionTimeoutMS=10_000, retryWrites=True, retryReads=True, maxPoolSize=64,
    )  # fmt: skip


def ping(uri: str, *, timeout_ms: int = 3000) -> str | None:
    """The reason why the server does not answer, or None."""
    try:
        with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=timeout_ms) as client:
            client.admin.command("ping")
    except PyMongoError as error:
        return str(error)
    return None


def _make_tables(client: MongoClient[dict[str, Any]]) -> None:
    """The server keeps collections in a few tables, by hash of the name, and makes each when it is first needed. One that it
    is killed over is useless ever after, with all that belongs there: so all are made before anything is stored. Repeatable."""
    for ordinal in range(SPREAD):
        client["making"][str(ordinal)].insert_one({})
    client.drop_database("making")


def _terminate(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
