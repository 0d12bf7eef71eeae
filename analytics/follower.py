"""Folds in the background, as statements arrive, so that no reader finds a backlog."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from blinker import Signal

from analytics.tailer import Attempts

PAUSE_SECONDS = 0.03
WAIT_SECONDS = 30.0
STOP_SECONDS = 5.0
FAULT_SECONDS = 1.0
LOG = logging.getLogger(__name__)


class Follower:
    """One thread per process, begun by the first statement that this process stores; ends with the process."""

    def __init__(self, attempts: Attempts, signal: Signal) -> None:
        self.attempts = attempts
        self._stores: set[int] = set()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self.caught_up: Callable[[], None] = lambda: None
        """Called each time everything stored is folded."""
        signal.connect(self._stored, sender=attempts.lrs)

    def stop(self) -> None:
        with self._news:
            self._stopped = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _stored(self, _sender: object, store: int = 1, **_: Any) -> None:
        with self._news:
            self._stores.add(store)
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="analytics-follower", daemon=True)
                self._thread.start()
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._stores or self._stopped)
                if self._stopped:
                    return
                stores, self._stores = self._stores, set()
            faultless = [self._folded(store) for store in stores]
            if all(faultless):
                self.caught_up()
            with self._news:
                self._news.wait_for(lambda: self._stopped, PAUSE_SECONDS if all(faultless) else FAULT_SECONDS)

    def _folded(self, store: int) -> bool:
        """Whatever goes wrong with one store, the thread goes on: the next statement, or the next reader, tries again."""
        try:
            self.attempts.current(store, WAIT_SECONDS)
        except Exception:
            LOG.exception("attempts of store %s were not brought up to date", store)
            return False
        return True
