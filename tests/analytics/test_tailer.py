"""Attempt rows are current, whatever happens to the process that folds."""

from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database

from analytics import Attempts, store
from analytics.attempts import Key, Row, row_id
from lrs import Stored
from tests.analytics.feeder import COURSE, Feeder, Through

ANN = Key("mailto:ann@example.org", COURSE, None)
BOB = Key("mailto:bob@example.org", COURSE, None)


def row(attempts: Attempts, key: Key = ANN) -> Row | None:
    found = row_id(1, key)
    return store.read(attempts.db, [found]).get(found)


def test_what_was_stored_is_folded_once(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    feeder.say("ann", "completed")
    feeder.say("bob", "initialized")

    counted = [attempts.catch_up(), attempts.catch_up()]

    assert counted == [3, 0]
    assert row(attempts)["status"] == "completed"
    assert row(attempts, BOB)["n"] == 2


def test_a_row_grows_with_later_statements(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    attempts.catch_up()
    feeder.say("ann", "passed", result={"score": {"scaled": 0.8}})

    attempts.catch_up()

    assert (row(attempts)["statements"], row(attempts)["status"], row(attempts)["n"]) == (2, "passed", 1)


def test_a_voided_statement_leaves_its_row(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    passed = feeder.say("ann", "passed", result={"score": {"scaled": 0.8}})
    attempts.catch_up()
    feeder.say("ann", "failed")
    feeder.void(passed)
    feeder.say("ann", "experienced")

    attempts.catch_up()

    found = row(attempts)
    assert (found["status"], found["statements"], found.get("score_scaled")) == ("failed", 3, None)
    assert found["seq"] == feeder.stored[-1].seq


def test_a_row_whose_statements_are_all_voided_is_kept_empty_for_loaders(attempts: Attempts, feeder: Feeder) -> None:
    only = feeder.say("ann", "passed")
    attempts.catch_up()
    feeder.void(only)

    attempts.catch_up()

    assert (row(attempts)["statements"], row(attempts)["seq"]) == (0, feeder.stored[-1].seq)


def test_a_statement_voided_before_it_is_folded_never_counts(attempts: Attempts, feeder: Feeder) -> None:
    feeder.void(feeder.say("ann", "passed"))

    attempts.catch_up()

    assert (row(attempts)["statements"], row(attempts)["status"]) == (0, "not_started")


def test_loaders_learn_after_a_rebuild_too_what_was_voided(
    attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]
) -> None:
    only = feeder.say("ann", "passed")
    answer = feeder.say("ann", "answered", "https://example.org/q1", result={"response": "b"})
    attempts.catch_up()
    feeder.void(only)
    feeder.void(answer)
    attempts.catch_up()
    numbers = [one.seq for one in feeder.stored[-2:]]

    attempts.rebuild()

    gone = db[store.INTERACTIONS].find_one({"id": answer})
    assert (row(attempts)["statements"], row(attempts)["seq"]) == (0, numbers[0])
    assert (gone["voided"], gone["seq"], gone["actor_key"]) == (True, numbers[1], "mailto:ann@example.org")
    assert "response" not in gone


def test_an_answer_that_is_voided_while_it_is_read_stays_gone(
    attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]
) -> None:
    answer = feeder.say("ann", "answered", "https://example.org/q1", result={"response": "b"})
    feeder.void(answer)
    feeder.stored[0] = replace(feeder.stored[0], voided=False)

    attempts.catch_up()

    assert db[store.INTERACTIONS].find_one({"id": answer})["voided"] is True


def said(attempts: Attempts) -> dict[str, tuple[int, int]]:
    return {one["verb"].rpartition("/")[2]: (one["statements"], one["voided"]) for one in attempts.verbs(1)}


def test_a_second_voiding_changes_nothing(attempts: Attempts, feeder: Feeder) -> None:
    only = feeder.say("ann", "passed")
    attempts.catch_up()
    feeder.void(only)
    attempts.catch_up()
    feeder.void(only)

    attempts.catch_up()

    assert said(attempts) == {"passed": (1, 1), "voided": (2, 0)}
    assert row(attempts)["seq"] == feeder.stored[1].seq


def test_a_second_voiding_at_once_changes_nothing(attempts: Attempts, feeder: Feeder) -> None:
    answer = feeder.say("ann", "answered", "https://example.org/q1", result={"response": "b"})
    feeder.void(answer)
    feeder.void(answer)

    attempts.catch_up()
    attempts.rebuild()

    assert said(attempts) == {"answered": (1, 1), "voided": (2, 0)}
    assert row(attempts, Key(ANN.actor, "https://example.org/q1", None))["seq"] == feeder.stored[1].seq


@pytest.mark.parametrize("folded", ["at once", "one by one"])
def test_a_voiding_may_come_before_its_statement(attempts: Attempts, feeder: Feeder, folded: str) -> None:
    feeder.void("11111111-2222-4333-8444-555555555555")
    {"one by one": attempts.catch_up, "at once": attempts.lag}[folded]()
    feeder.say("ann", "passed", id="11111111-2222-4333-8444-555555555555")

    attempts.catch_up()

    assert said(attempts) == {"passed": (1, 1), "voided": (1, 0)}
    assert row(attempts) is None


def test_a_death_between_rows_and_place_repeats_without_effect(
    attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]
) -> None:
    feeder.say("ann", "initialized")
    feeder.say("bob", "initialized")
    attempts.catch_up()
    before = row(attempts)
    db[store.CURSORS].update_one({"_id": 1}, {"$set": {"seq": 0, "attempts": 0}})
    feeder.say("cid", "initialized")

    attempts.catch_up()

    assert row(attempts) == before
    assert row(attempts, Key("mailto:cid@example.org", COURSE, None))["n"] == 3


def test_one_process_folds_at_a_time(attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]) -> None:
    feeder.say("ann", "initialized")
    store.take_lease(db, 1, "another", attempts.clock(), 60.0)

    assert attempts.catch_up() == 0


def test_the_lease_of_a_dead_process_runs_out(attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]) -> None:
    feeder.say("ann", "initialized")
    store.take_lease(db, 1, "dead", attempts.clock() - 10.0, 5.0)

    assert attempts.catch_up() == 1


def test_who_lost_the_lease_cannot_overwrite_a_row_that_moved_on(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    attempts.catch_up()
    stale = row(attempts)
    feeder.say("ann", "completed")
    attempts.catch_up()

    with pytest.raises(store.RowMoved):
        store.write(attempts.db, 1, [(stale, {**stale, "seq": stale["seq"] + 1, "status": "failed"})])

    assert row(attempts)["status"] == "completed"


def test_who_lost_the_lease_cannot_add_a_row_twice(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    attempts.catch_up()

    with pytest.raises(store.RowMoved):
        store.write(attempts.db, 1, [(None, row(attempts))])


def test_rebuilding_gives_the_same_rows(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    feeder.say("ann", "passed", result={"score": {"raw": 8, "max": 10}, "duration": "PT5M"})
    feeder.say("bob", "failed")
    attempts.catch_up()
    before = [row(attempts), row(attempts, BOB)]
    heard: list[int] = []

    attempts.rebuild(progress=heard.append)

    assert [row(attempts), row(attempts, BOB)] == before
    assert heard[-1] == 3


class HeldUp(Feeder):
    """A writer has died: what it was about to store, and all that came later, shows when that is known."""

    asked = 0

    def through(self) -> Through:
        self.asked += 1
        known = super().through()
        return known if self.asked > 3 else known._replace(ms=known.ms - 5_000)

    def tail(self, store: int = 1, after_seq: int = 0, limit: int = 1000) -> list[Stored]:
        return super().tail(store, after_seq, limit) if self.asked > 3 else []


def test_rebuilding_waits_for_what_a_dead_writer_holds_up(attempts: Attempts) -> None:
    feeder = HeldUp()
    feeder.say("ann", "completed")

    assert Attempts(attempts.db, feeder).rebuild() == 1


def test_rebuilding_may_meet_each_row_as_it_was(attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]) -> None:
    """As when a batch ends after the first statement of a row that has more."""
    feeder.say("ann", "initialized")
    attempts.catch_up()
    first = row(attempts)
    feeder.say("ann", "passed")
    attempts.catch_up()
    store.forget(db, 1, "nobody")

    store.write(db, 1, [(None, first)])

    assert row(attempts) == first


def test_numbers_of_changes_were_unique_once(db: Database[dict[str, Any]], attempts: Attempts) -> None:
    rows = db[store.ATTEMPTS]
    rows.drop_index(store.CHANGES)
    rows.create_index([("t", 1), ("seq", 1)], unique=True)

    attempts.ensure_indexes()
    attempts.ensure_indexes()

    assert "unique" not in rows.index_information()[store.CHANGES]


def test_stores_are_apart(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")

    attempts.catch_up(store_id=2)

    assert row(attempts) is None


def test_a_reader_who_cannot_wait_learns_how_far_the_rows_go(
    attempts: Attempts, feeder: Feeder, db: Database[dict[str, Any]]
) -> None:
    feeder.say("ann", "initialized")
    store.take_lease(db, 1, "another", attempts.clock(), 60.0)

    found = attempts.fresh(wait=0.05)

    assert (found.ms, found.lag) == (0, found.asked)
    assert attempts.lag() > 0


def test_the_lag_is_that_of_the_store_furthest_behind(attempts: Attempts, feeder: Feeder) -> None:
    feeder.say("ann", "initialized")
    attempts.catch_up(store_id=2)

    behind = attempts.lag()
    attempts.catch_up(store_id=1)

    assert behind == 0.0
    assert attempts.lag() == 0.0
