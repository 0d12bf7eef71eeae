"""Attempts in Mongo: revisions, outbox, names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.database import Database

from scorm_runtime import attempt as way
from scorm_runtime import store
from scorm_runtime.store import Record
from tests.scorm_runtime.courses import course, plan, sco, sets, unopened

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def record(db: Database[Any]) -> Record:
    made = Record(registration="r1", store=1, course="c1", version=1, actor={"mbox": "mailto:a@b.example"}, actor_key="mbox a")
    assert store.create(db, made)
    return made


@given(st.text())
def test_any_text_can_name_a_field(text: str) -> None:
    name = store.escape(text)

    assert name
    assert not {".", "$", "\0"} & set(name)
    assert store.unescape(name) == text


def test_a_record_is_created_once(db: Database[Any], record: Record) -> None:
    assert not store.create(db, record)
    assert store.by_registration(db, "r1") == record


def test_of_two_savers_the_second_is_told(db: Database[Any], record: Record) -> None:
    first = store.save(db, record, replace(record, events=1), NOW)
    second = store.save(db, record, replace(record, events=2), NOW)

    assert first is not None
    assert second is None
    assert store.by_registration(db, "r1") == first


def test_an_attempt_is_read_as_it_was_saved(db: Database[Any], record: Record) -> None:
    of = plan(course(sco("one.$"), sco("two")))
    opened = way.open_window(of, unopened(of), 100.0).attempt
    row = {"interactions__0__id": "q", "interactions__0__type": "choice", "interactions__0__learner_response": "a"}
    played = way.commit(of, opened, 1, [sets(1, location="p1", score__scaled="0.5", **row)], 101.0).attempt
    store.save(db, record, replace(record, attempt=store.attempt_json(played)), NOW)

    found = store.by_registration(db, "r1")

    assert found is not None
    assert found.attempt is not None
    read = store.read_attempt(of.tree, found.attempt)
    assert store.attempt_json(read) == store.attempt_json(played)
    assert read.runs == played.runs
    assert read.said == played.said


def test_what_came_into_the_outbox_while_it_was_sent_stays(db: Database[Any], record: Record) -> None:
    first = store.save(db, record, replace(record, outbox=("one",)), NOW)
    assert first is not None
    second = store.save(db, first, replace(first, outbox=("one", "two")), NOW)
    assert second is not None

    store.delivered(db, first)

    found = store.by_registration(db, "r1")
    assert found is not None
    assert found.outbox == ("two",)
    assert [one.registration for one in store.undelivered(db, NOW)] == ["r1"]


def test_an_empty_outbox_is_not_due(db: Database[Any], record: Record) -> None:
    full = store.save(db, record, replace(record, outbox=("one",), learner={"stores": {"t": "x"}}), NOW)
    assert full is not None

    store.delivered(db, full)

    assert list(store.undelivered(db, NOW)) == []


def test_what_belongs_to_the_learner_is_kept_by_name(db: Database[Any]) -> None:
    store.save_learner(db, 1, "mbox a", {"stores": {"urn:a.b$c": "1"}, "preference": {}})
    store.save_learner(db, 1, "mbox a", {"stores": {"other": "2"}})

    assert store.learner(db, 1, "mbox a") == {"objectives": {}, "stores": {"urn:a.b$c": "1", "other": "2"}, "preference": {}}
    assert store.learner(db, 2, "mbox a")["stores"] == {}
