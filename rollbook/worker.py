"""The background process of `rollbook serve`: what must also happen when nobody asks.

Every task may run in several processes at once (each takes a lease or is idempotent), so every host runs one.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pymongo.errors import PyMongoError

import analytics
import package_importer
from rollbook.app import create_app
from rollbook.config import read_config
from rollbook.services import Services, open_services

STOP_SECONDS = 5.0
log = logging.getLogger("rollbook.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    name: str
    every: float
    """Seconds between two runs."""
    run: Callable[[], object]
    apart: bool = False
    """Whether it may take long: it has a thread of its own, and holds up no other."""


def tasks(services: Services, exporter: analytics.Exporter) -> tuple[Task, ...]:
    return (
        Task(name="fold attempts", every=1, run=services.attempts.catch_up),
        Task(name="deliver statements of attempts", every=5, run=services.runtime.flush_outbox),
        Task(name="end silent sessions", every=5, run=services.units.sweep),
        Task(name="make exports", every=1, run=exporter.run, apart=True),
        Task(name="sweep expired exports", every=600, run=exporter.sweep),
        Task(name="sweep attachments without statements", every=600, run=services.lrs.attachments.sweep),
        Task(name="sweep unfinished imports", every=600, run=services.catalogue.sweep),
        Task(name="sweep abandoned uploads", every=600, run=package_importer.Uploads(services.catalogue).sweep),
    )


def run(services: Services, stop: threading.Event) -> None:
    """Runs each task when it is due; a task that fails is logged and tried again at its next turn."""
    exporter = analytics.exporter(create_app(services), services.credentials.caller)
    waiting = tasks(services, exporter)
    due = {task.name: 0.0 for task in waiting}
    threads: dict[str, threading.Thread] = {}
    while not stop.is_set():
        for task in waiting:
            if time.monotonic() < due[task.name] or (task.name in threads and threads[task.name].is_alive()):
                continue
            if task.apart:
                threads[task.name] = threading.Thread(target=_attempt, args=(task,), name=task.name, daemon=True)
                threads[task.name].start()
            else:
                _attempt(task)
            due[task.name] = time.monotonic() + task.every
        stop.wait(0.1)
    exporter.stop()
    for thread in threads.values():
        thread.join(STOP_SECONDS)


def _attempt(task: Task) -> None:
    try:
        task.run()
    except PyMongoError as error:
        log.warning("%s: the database does not answer: %s", task.name, error)
    except Exception:
        log.exception("%s failed", task.name)


def main() -> None:
    config = read_config(os.environ)
    logging.basicConfig(level=config.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    assert config.mongodb_uri is not None, "rollbook serve names the database to its worker"
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    services = open_services(config, config.mongodb_uri)
    run(services, stop)
    services.close()


if __name__ == "__main__":
    main()
