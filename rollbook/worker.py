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

import package_importer
from rollbook.config import read_config
from rollbook.services import Services, open_services

log = logging.getLogger("rollbook.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    name: str
    every: float
    """Seconds between two runs."""
    run: Callable[[], object]


def tasks(services: Services) -> tuple[Task, ...]:
    return (
        Task(name="fold attempts", every=1, run=services.attempts.catch_up),
        Task(name="deliver statements of attempts", every=5, run=services.runtime.flush_outbox),
        Task(name="end silent sessions", every=5, run=services.units.sweep),
        Task(name="sweep unfinished imports", every=600, run=services.catalogue.sweep),
        Task(name="sweep abandoned uploads", every=600, run=package_importer.Uploads(services.catalogue).sweep),
    )


def run(services: Services, stop: threading.Event) -> None:
    """Runs each task when it is due; a task that fails is logged and tried again at its next turn."""
    due = {task.name: 0.0 for task in tasks(services)}
    while not stop.is_set():
        for task in tasks(services):
            if time.monotonic() >= due[task.name]:
                _attempt(task)
                due[task.name] = time.monotonic() + task.every
        stop.wait(0.1)


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
