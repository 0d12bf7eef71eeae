"""Keys and secrets over a real server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from pymongo.database import Database

import access
from access.credentials import CHECKS_AT_ONCE
from access.errors import Busy, CredentialNotFound, InvalidRequest, KeyTaken
from access.models import Credential

CHEAP = (4, 1, 1)
HERE = Path(__file__).parent
Start = Callable[[str], "Second"]


class Second:
    """A second process, and the questions to it."""

    def __init__(self, uri: str, name: str, mode: str) -> None:
        command = [sys.executable, str(HERE / "second_process.py"), uri, name, mode]
        environment = os.environ | {"PYTHONPATH": str(HERE.parents[1])}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def second(mongo_uri: str, db: Database[dict[str, Any]]) -> Iterator[Start]:
    started: list[Second] = []

    def start(mode: str) -> Second:
        started.append(Second(mongo_uri, db.name, mode))
        return started[-1]

    yield start
    for each in started:
        each.process.communicate()


def settled(credentials: access.Credentials, key: str, secret: str) -> None:
    """Returns when the pair is answered from memory, or fails after some seconds."""
    until = time.monotonic() + 10
    while credentials.verify(key, secret) and credentials._memory.entry(key) is None:
        assert time.monotonic() < until, "the watcher never became healthy"
        time.sleep(0.001)


def test_a_created_credential_is_verified_with_all_it_holds(credentials: access.Credentials) -> None:
    authority = {"mbox": "mailto:lms@example.com"}

    made, secret = credentials.create(name="LMS", scopes=["state", "define"], store=3, authority=authority)

    caller = credentials.verify(made.key, secret)
    assert caller == access.Caller(
        key=made.key, name="LMS", scopes=frozenset({"state", "define"}), store=3, authority=authority, limits={}
    )


def test_a_wrong_secret_and_an_unknown_key_are_refused_each_time(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")

    answers = [
        credentials.verify(*pair) for pair in (("lms", "wrong"), ("nobody", "right"), ("lms", "wrong"), ("nobody", "right"))
    ]

    assert answers == [None] * 4


def test_a_key_refused_before_it_existed_is_known_as_soon_as_it_does(credentials: access.Credentials) -> None:
    assert credentials.verify("lms", "right") is None

    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")

    assert credentials.verify("lms", "right") is not None


def test_key_and_secret_are_not_mistaken_for_another_split_of_the_same_text(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="ab", secret="cd")

    assert credentials.verify("ab", "cd") is not None
    assert credentials.verify("abc", "d") is None


def test_secrets_are_stored_only_as_hashes(credentials: access.Credentials, db: Database[dict[str, Any]]) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="visible?")

    stored = db.credentials.find_one({"_id": "lms"})

    assert stored is not None
    assert "visible?" not in str(stored)
    assert stored["secret_hash"].startswith("scrypt$")


@pytest.mark.parametrize("key", ["", "a:b", "session-mine", "x" * 129, "-a", "a b"])
def test_a_key_that_cannot_be_sent_or_is_reserved_is_refused(credentials: access.Credentials, key: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        credentials.create(name="LMS", scopes=["all"], key=key)

    assert refused.value.detail["pointer"] == "/key"


def test_unknown_scopes_and_an_empty_secret_are_refused_together(credentials: access.Credentials) -> None:
    with pytest.raises(InvalidRequest) as refused:
        credentials.create(name="LMS", scopes=["everything"], key="lms", secret="")

    assert [error["pointer"] for error in refused.value.detail["errors"]] == ["/secret", "/scopes"]


def test_a_taken_key_is_refused_also_after_its_revocation(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms")
    credentials.revoke("lms")

    with pytest.raises(KeyTaken):
        credentials.create(name="LMS", scopes=["all"], key="lms")


def test_a_revoked_credential_is_refused_at_once_and_stays_listed(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")

    credentials.revoke("lms")
    credentials.revoke("lms")

    assert credentials.verify("lms", "right") is None
    assert [row.revoked is not None for row in credentials.list()] == [True]


def test_revoking_what_is_not_there_or_in_another_store_says_so(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right", store=2)

    with pytest.raises(CredentialNotFound):
        credentials.revoke("nobody")
    with pytest.raises(CredentialNotFound):
        credentials.revoke("lms", store=1)

    assert credentials.verify("lms", "right") is not None


def test_a_credential_ends_when_it_expires(db: Database[dict[str, Any]]) -> None:
    now = [datetime(2026, 6, 1, tzinfo=UTC)]
    credentials = access.Credentials(db, cost=CHEAP, clock=lambda: now[0])
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right", expires=now[0] + timedelta(hours=1))
    settled(credentials, "lms", "right")

    now[0] += timedelta(hours=1)

    assert credentials.verify("lms", "right") is None


def test_a_launch_gets_a_narrowed_credential_that_is_not_listed(credentials: access.Credentials) -> None:
    limits = {"registration": "6f5b1f5e-6f9e-4e0e-9d0a-6d6f3a0f2b11", "agent": {"mbox": "mailto:a@example.com"}}
    expires = datetime.now(UTC) + timedelta(hours=1)

    made, secret = credentials.issue(name="Launch", scopes=["statements/write", "state"], limits=limits, expires=expires)

    caller = credentials.verify(made.key, secret)
    assert caller is not None
    assert caller.limits == limits
    assert made.secret_hash.startswith("sha256$")
    assert credentials.verify(made.key, "wrong") is None
    assert credentials.list() == []


def test_the_list_is_paged_by_key_within_a_store(credentials: access.Credentials) -> None:
    credentials.create(name="1", scopes=["all"], key="a", secret="x")
    credentials.create(name="2", scopes=["all"], key="B", secret="x")
    credentials.create(name="3", scopes=["all"], key="c", secret="x")
    credentials.create(name="4", scopes=["all"], key="d", secret="x", store=2)

    first = credentials.list(limit=2)
    rest = credentials.list(limit=2, after=first[-1].key)

    assert [row.key for row in first + rest] == ["B", "a", "c"]


def test_ensure_makes_then_keeps_then_changes_a_credential_but_never_revives_it(credentials: access.Credentials) -> None:
    made = credentials.ensure(key="admin", secret="one", name="Administrator", scopes=["all"])
    kept = credentials.ensure(key="admin", secret="one", name="Administrator", scopes=["all"])
    assert kept.secret_hash == made.secret_hash
    settled(credentials, "admin", "one")

    credentials.ensure(key="admin", secret="two", name="Administrator", scopes=["all"])
    assert credentials.verify("admin", "one") is None
    assert credentials.verify("admin", "two") is not None

    credentials.revoke("admin")
    assert credentials.ensure(key="admin", secret="three", name="Administrator", scopes=["all"]).revoked is not None
    assert credentials.verify("admin", "three") is None


def test_a_known_pair_costs_no_command_and_an_unknown_one_costs_one(counted_db: Database[dict[str, Any]], commands: Any) -> None:
    credentials = access.Credentials(counted_db, cost=CHEAP)
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")
    commands.sent.clear()

    assert [credentials.verify("lms", "right") is not None for _ in range(50)] == [True] * 50
    assert commands.sent == []

    credentials.verify("lms", "wrong")
    assert commands.sent == ["find"]
    credentials.verify("nobody", "wrong")
    assert commands.sent == ["find", "find"]
    credentials.close()


def test_memory_is_not_trusted_while_the_watcher_is_not_healthy(counted_db: Database[dict[str, Any]], commands: Any) -> None:
    credentials = access.Credentials(counted_db, cost=CHEAP)
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")
    credentials.close()
    commands.sent.clear()

    Credential.objects(pk="lms").update_one(set__revoked=datetime.now(UTC))

    assert credentials.verify("lms", "right") is None
    assert commands.sent == ["update", "find"]


def test_two_instances_hear_of_each_others_changes(db: Database[dict[str, Any]], credentials: access.Credentials) -> None:
    other = access.Credentials(db, cost=CHEAP)
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(other, "lms", "right")

    credentials.revoke("lms")
    revoked = time.monotonic()
    while other.verify("lms", "right") is not None:
        assert time.monotonic() - revoked < 5

    other.close()


@pytest.mark.parametrize(("mode", "seconds"), [("streams", 1.0), ("polling", 2.5)])
def test_a_revocation_reaches_another_process(credentials: access.Credentials, second: Start, mode: str, seconds: float) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    other = second(mode)
    assert other.ask("remember lms right") == "remembered"

    credentials.revoke("lms")

    assert float(other.ask("refused lms right")) < seconds


def test_a_changed_secret_reaches_another_process(credentials: access.Credentials, second: Start) -> None:
    credentials.ensure(key="lms", secret="one", name="LMS", scopes=["all"])
    other = second("streams")
    assert other.ask("remember lms one") == "remembered"

    credentials.ensure(key="lms", secret="two", name="LMS", scopes=["all"])

    assert float(other.ask("refused lms one")) < 1.0
    assert other.ask("verify lms two") == "lms"


def test_a_dropped_collection_is_noticed(credentials: access.Credentials, db: Database[dict[str, Any]]) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")

    db.drop_collection("credentials")
    dropped = time.monotonic()
    while credentials.verify("lms", "right") is not None:
        assert time.monotonic() - dropped < 5

    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")


def test_a_forked_child_begins_with_an_empty_memory(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")
    before = credentials._memory

    credentials.begin()

    assert credentials._memory is not before
    assert credentials.verify("lms", "right") is not None
    before.watcher.stop()


def test_only_so_many_unknown_secrets_are_checked_at_once(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")
    taken = [credentials._checks.acquire() for _ in range(CHECKS_AT_ONCE)]

    with pytest.raises(Busy):
        credentials.verify("lms", "wrong")

    assert credentials.verify("lms", "right") is not None
    assert taken == [True] * CHECKS_AT_ONCE


def test_requests_of_one_client_that_arrive_together_are_checked_once(credentials: access.Credentials) -> None:
    made, _ = credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    mac = credentials._memory.mac("lms", "right")
    taken = [credentials._checks.acquire() for _ in range(CHECKS_AT_ONCE)]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(credentials.verify, "lms", "right")

        credentials._memory.tell(mac, made.secret_hash, True)
        credentials._checks.release(len(taken))

        assert waiting.result() is not None


def seconds(credentials: access.Credentials, key: str, secret: str) -> float:
    started = time.perf_counter()
    assert credentials.verify(key, secret) is None
    return time.perf_counter() - started


def test_an_unknown_key_takes_as_long_as_a_wrong_secret(db: Database[dict[str, Any]]) -> None:
    credentials = access.Credentials(db, cost=(13, 8, 1))
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="right")
    settled(credentials, "lms", "right")

    turns = [(seconds(credentials, "lms", f"wrong {n}"), seconds(credentials, f"nobody-{n}", "wrong")) for n in range(25)]

    wrong, unknown = (median(samples) for samples in zip(*turns, strict=True))
    assert unknown == pytest.approx(wrong, rel=0.5)
    credentials.close()


def test_a_second_revocation_keeps_the_time_of_the_first(credentials: access.Credentials) -> None:
    credentials.create(name="LMS", scopes=["all"], key="lms", secret="correct horse battery")
    credentials.revoke("lms")
    first = credentials.get("lms").revoked

    credentials.revoke("lms")

    assert credentials.get("lms").revoked == first
