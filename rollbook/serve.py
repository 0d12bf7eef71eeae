"""`rollbook serve`: embedded database, web server and background worker as child processes, watched and stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

import access
from rollbook import database, servers
from rollbook.config import Config, bracketed, to_environ
from rollbook.errors import DatabaseUnavailable, RollbookError
from rollbook.services import Services, open_services

READY_SECONDS = 60.0
TICK_SECONDS = 0.2
RESTARTS_PER_MINUTE = 5


class ServeFailed(RollbookError):
    code = "serve-failed"


class Child:
    """A process that is started again when it ends by itself, but not more than a few times a minute."""

    def __init__(self, name: str, command: list[str], environ: dict[str, str]) -> None:
        self.name = name
        self.command = command
        self.environ = environ
        self.starts: list[float] = []
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        now = time.monotonic()
        self.starts = [t for t in self.starts if now - t < 60] + [now]
        if len(self.starts) > RESTARTS_PER_MINUTE:
            raise ServeFailed(f"The {self.name} ended {RESTARTS_PER_MINUTE} times within a minute; its messages above say why.")
        return subprocess.Popen(database.launched(self.command), env=self.environ, stdin=subprocess.DEVNULL)

    def ensure_running(self) -> None:
        if self.process.poll() is not None:
            click.echo(f"rollbook: the {self.name} ended with status {self.process.returncode}; starting it again", err=True)
            self.process = self._start()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(servers.GRACE_SECONDS + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def serve(config: Config, *, on_ready: Callable[[Config], None] | None = None) -> None:
    """Runs until SIGTERM or SIGINT. Raises DatabaseUnavailable, FolderUnusable, ServeFailed before anything is served."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _frame: stopping.append(signum))
    config = replace(config, port=_free(config.host, config.port), content_port=_free(config.host, config.content_port))
    commands = servers.commands(config)
    if config.admin_secret is not None and not access.secret_is_right(config.admin_secret):
        click.echo(f"rollbook: ROLLBOOK_ADMIN_SECRET is weak; it should have {access.SECRET_RULE}", err=True)
    embedded: database.EmbeddedServer | None = None
    children: list[Child] = []
    try:
        if config.mongodb_uri is None:
            _say_if_slow()
            embedded = database.EmbeddedServer(config.folder("database"), cache_size=config.embedded_cache_size)
            config = replace(config, mongodb_uri=embedded.start())
        prepare(config)
        metrics = _fresh_metrics_folder(config)
        environ = os.environ | to_environ(config) | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}
        children += [Child(name, command, environ) for name, command in commands.items()]
        children.append(Child("worker", [sys.executable, "-m", "rollbook.worker"], environ))
        if _await_ready(config, children, stopping):
            click.echo(f"ready {config.application_origin} content {config.content_origin}")
            sys.stdout.flush()
            if on_ready:
                on_ready(config)
        while not stopping:
            time.sleep(TICK_SECONDS)
            if embedded is not None and embedded.ensure_running():
                click.echo("rollbook: the embedded database had ended; it was started again", err=True)
            for child in children:
                child.ensure_running()
    finally:
        for child in children:
            child.stop()
        if embedded is not None:
            embedded.stop()


def prepare(config: Config) -> None:
    """Indexes, and the first credential (printed once if we had to make one)."""
    assert config.mongodb_uri is not None
    if reason := database.ping(config.mongodb_uri, timeout_ms=10_000):
        raise DatabaseUnavailable(f"The database does not answer: {reason}. `rollbook doctor` tells more.")
    services = open_services(config, config.mongodb_uri)
    try:
        services.ensure_indexes()
        first_credential(services, config)
    finally:
        services.close()


def _await_ready(config: Config, children: list[Child], stopping: list[int]) -> bool:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not stopping:
        for child in children:
            child.ensure_running()
        if all(_answers(config.host, port) for port in (config.port, config.content_port)):
            return True
        time.sleep(0.05)
    if stopping:
        return False
    raise ServeFailed(f"The server did not answer within {READY_SECONDS:.0f} s; its messages above say why.")


def _answers(host: str, port: int) -> bool:
    address = "127.0.0.1" if host in ("0.0.0.0", "") else "[::1]" if host == "::" else bracketed(host)  # noqa: S104
    ready = f"http://{address}:{port}/health/ready"
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(ready, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _free(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises ServeFailed where it is taken, before anything was started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeFailed(
                f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port and --content-port."
            ) from None
        return int(probe.getsockname()[1])


def _fresh_metrics_folder(config: Config) -> Path:
    folder = config.folder("metrics")
    for stale in folder.glob("*.db"):
        stale.unlink()
    return folder


def _say_if_slow() -> None:
    _, fast = database.embedded_binary()
    if not fast:
        click.echo(
            "rollbook: the embedded database runs as its slow Python twin here; fit for about 10,000 statements.", err=True
        )


def first_credential(services: Services, config: Config) -> None:
    """The credential that the settings name; without one, a database that has none gets one, printed this once."""
    if config.admin_key is not None and config.admin_secret is not None:
        credential = services.credentials.ensure(
            key=config.admin_key, secret=config.admin_secret, name="first credential", scopes=["all"]
        )
        if credential.revoked:
            click.echo(f"rollbook: the credential {config.admin_key} of ROLLBOOK_ADMIN_KEY was revoked and stays so", err=True)
    elif not services.credentials.list(limit=1):
        credential, secret = services.credentials.create(name="first credential", scopes=["all"])
        click.echo(
            f"first credential: key {credential.key} secret {secret}\n"
            "(shown only now; `rollbook credentials create` makes others)"
        )
