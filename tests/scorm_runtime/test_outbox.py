"""Statements of an attempt leave in order, whoever sends them, and whoever dies while doing so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import lrs
from lrs import Unavailable
from scorm_runtime.memory import Commit
from scorm_runtime.moves import Move
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.service import Service
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.test_service import READER, token, verbs

OPENED = ["launched", "initialized"]
Job = Callable[[], object]


def answer(n: int) -> Commit:
    row = {"id": f"q{n}", "type": "choice", "student_response": "a"}
    return Commit(n=n, changes={f"cmi.interactions.{n - 1}.{name}": value for name, value in row.items()}, elapsed=float(n))


def another(service: Service, clock: Clock, after: Callable[[Job], object]) -> Service:
    """As if of another process."""
    return Service(service.db, service.catalogue, lrs.LRS(service.db), service.settings, clock=clock, after=after)


def answered(store: lrs.LRS, registration: str) -> list[str]:
    page = store.find(lrs.StatementQuery(registration=registration, ascending=True), READER)
    return [row["object"]["id"].rpartition("/")[2] for row in page.statements if row["verb"]["id"].endswith("responded")]


def test_what_comes_while_somebody_sends_is_sent_by_him(service: Service, fire_safety: str, store: lrs.LRS, clock: Clock) -> None:
    waiting: list[Job] = []
    slow, quick = another(service, clock, waiting.append), another(service, clock, lambda job: job())
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]

    slow.commit(secret, window, 1, [answer(1)])
    quick.commit(secret, window, 1, [answer(2)])
    before = verbs(store, registration)
    for job in waiting:
        job()

    assert before == OPENED
    assert answered(store, registration) == ["q1", "q2"]


def test_what_a_dead_process_was_sending_is_sent_with_what_comes_after_ten_seconds(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock
) -> None:
    dying = another(service, clock, lambda job: None)
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    dying.commit(secret, window, 1, [answer(1)])
    clock.pass_(9)
    service.commit(secret, window, 1, [answer(2)])
    before = answered(store, registration)
    clock.pass_(1)

    service.commit(secret, window, 1, [answer(3)])

    assert before == []
    assert answered(store, registration) == ["q1", "q2", "q3"]


def test_what_was_taken_by_a_clock_that_was_wrong_is_free(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock
) -> None:
    dying = another(service, clock, lambda job: None)
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    clock.pass_(3600)
    dying.commit(secret, window, 1, [answer(1)])
    clock.pass_(-3600)

    service.commit(secret, window, 1, [answer(2)])

    assert answered(store, registration) == ["q1", "q2"]


def test_the_sweep_leaves_alone_what_somebody_is_sending(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock
) -> None:
    waiting: list[Job] = []
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    another(service, clock, waiting.append).commit(secret, window, 1, [answer(1)])

    early = service.flush_outbox(older_than=0)
    for job in waiting:
        job()

    assert (early, service.flush_outbox(older_than=0)) == (0, 0)
    assert answered(store, registration) == ["q1"]


def test_a_navigation_is_answered_when_its_statements_are_stored_by_whoever_sends(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scorm_runtime.outbox.PATIENCE", 60.0)
    threads: list[threading.Thread] = []

    def later(job: Job) -> None:
        threads.append(threading.Timer(0.3, job))
        threads[-1].start()

    registration, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})
    another(service, clock, later).commit(secret, opened["window"], 1, [answer(1)])

    ending = Move(run=opened["run"], terminated=True, request=Request(kind=Kind.EXIT_ALL), number=1)
    service.finish(secret, opened["window"], ending)

    assert verbs(store, registration) == [*OPENED, "responded", "completed", "terminated", "completed"]
    for thread in threads:
        thread.join()


def test_a_navigation_does_not_wait_for_what_its_own_process_has_not_come_to(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scorm_runtime.outbox.PATIENCE", 0.0)
    waiting: list[Job] = []
    busy = another(service, clock, waiting.append)
    registration, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})
    busy.commit(secret, opened["window"], 1, [answer(1)])

    busy.finish(secret, opened["window"], Move(run=opened["run"], request=Request(kind=Kind.EXIT_ALL), terminated=True, number=1))
    told = verbs(store, registration)
    for job in waiting:
        job()

    assert told == verbs(store, registration) == [*OPENED, "responded", "completed", "terminated", "completed"]


def test_when_nothing_can_be_stored_the_next_who_comes_tries_again(
    service: Service, fire_safety: str, store: lrs.LRS, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]

    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(store, "store", refuse)
        service.commit(secret, window, 1, [answer(1)])
    service.commit(secret, window, 1, [answer(2)])

    assert answered(store, registration) == ["q1", "q2"]


def test_the_order_is_kept_between_processes_whose_clocks_differ(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, behind = another(service, clock, lambda job: job()), another(service, clock, lambda job: job())
    right = behind.outbox.lrs.numbering._now
    monkeypatch.setattr(behind.outbox.lrs.numbering, "_now", lambda: right() - 200)
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]

    for n in range(1, 11):
        (ahead, behind)[n % 2].commit(secret, window, 1, [answer(n)])

    assert answered(store, registration) == [f"q{n}" for n in range(1, 11)]


def test_an_outbox_is_sent_by_one_of_all_who_come_at_once(
    service: Service, fire_safety: str, store: lrs.LRS, clock: Clock
) -> None:
    services = [another(service, clock, lambda job: job()) for _ in range(4)]
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    another(service, clock, lambda job: None).commit(secret, window, 1, [answer(1), answer(2), answer(3)])
    clock.pass_(60)
    sent: list[int] = []

    threads = [threading.Thread(target=lambda one=one: sent.append(one.flush_outbox())) for one in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 1
    assert answered(store, registration) == ["q1", "q2", "q3"]
