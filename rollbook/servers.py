"""The WSGI servers that `rollbook serve` can run, as command lines."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from rollbook.config import Config, bracketed
from rollbook.errors import SettingInvalid

GRACE_SECONDS = 20
_KEEP_ALIVE = 30


def commands(config: Config) -> dict[str, list[str]]:
    """By name, the processes that together answer on both ports. Raises SettingInvalid where the server is not installed."""
    if importlib.util.find_spec(config.server) is None:
        raise SettingInvalid(
            f"ROLLBOOK_SERVER is {config.server!r}, which is not installed: pip install 'rollbook[fast]'.",
            setting="ROLLBOOK_SERVER",
            found=config.server,
        )
    return _COMMANDS[config.server](config)


def _gunicorn(config: Config) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "gunicorn", "rollbook.wsgi:app()", "--worker-class", "gthread"]
    for port in (config.port, config.content_port):
        command += ["--bind", f"{bracketed(config.host)}:{port}"]
    command += ["--workers", str(config.workers), "--threads", str(config.threads)]
    command += ["--keep-alive", str(_KEEP_ALIVE), "--timeout", "120", "--graceful-timeout", str(GRACE_SECONDS)]
    command += ["--log-level", config.log_level if config.log_level != "info" else "warning"]
    command += ["--limit-request-line", "8190", "--no-control-socket"]
    if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn's heartbeat files, in memory
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return {"server": command}


def _granian(config: Config) -> dict[str, list[str]]:
    """It listens on one port a process, so each origin has its own."""
    common = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "rollbook.wsgi:app_for_granian"]
    common += ["--host", config.host]
    common += ["--workers", str(config.workers), "--blocking-threads", str(config.threads), "--no-ws", "--http", "1"]
    common += ["--workers-kill-timeout", str(GRACE_SECONDS), "--respawn-failed-workers"]
    common += ["--log-level", config.log_level if config.log_level != "info" else "warning"]
    return {
        "server of the application": [*common, "--port", str(config.port)],
        "server of the content": [*common, "--port", str(config.content_port)],
    }


_COMMANDS: dict[str, Callable[[Config], dict[str, list[str]]]] = {"gunicorn": _gunicorn, "granian": _granian}
