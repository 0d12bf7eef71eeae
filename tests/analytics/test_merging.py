"""Groups put together from parts."""

from functools import partial
from typing import Any

import pytest
from pymongo.database import Database

from analytics import store
from analytics.errors import QueryTooLarge
from analytics.merging import KEPT, SLICE, answer
from analytics.query import plan
from analytics.settings import DEFAULTS, Limits

EVERYTHING: list[dict[str, Any]] = [
    {"count": "*"},
    {"count_distinct": "actor_key"},
    {"sum": "attempts"},
    {"avg": "duration_s"},
    {"min": "duration_s"},
    {"max": "duration_s"},
    {"median": "duration_s"},
    {"percentile": ["duration_s", 1]},
    {"rate": "passed"},
]


def planned(**query: Any) -> Any:
    return plan({"group_by": ["activity"], "measures": EVERYTHING, **query}, lambda course: None)


def put(db: Database[Any], *rows: dict[str, Any]) -> None:
    """Each row in a slice of its own."""
    db[store.ATTEMPTS].insert_many(
        [{"t": 1, "n": 1 + number * SLICE, "statements": 1, "activity": "a:1", **row} for number, row in enumerate(rows)]
    )


def asked(db: Database[Any], limits: Limits = DEFAULTS.query_limits, **query: Any) -> list[dict[str, Any]]:
    made = planned(**query)
    return answer(made, partial(store.grouped, db, 1, made.selection), limits)


def test_a_group_is_one_whatever_slices_its_rows_are_in(db: Database[Any]) -> None:
    put(
        db,
        {"actor_key": "ann", "attempts": 1, "duration_s": 10.0, "success": True},
        {"actor_key": "bob", "attempts": 2, "duration_s": 30.0, "success": False},
        {"actor_key": "ann", "attempts": 3, "duration_s": 20.0},
        {"actor_key": "cid", "attempts": 1, "duration_s": None, "activity": "a:0"},
    )

    assert asked(db) == [
        {
            "_id": {"activity": "a:0"},
            "count": 1,
            "count_distinct_actor_key": 1,
            "sum_attempts": 1,
            "avg_duration_s": None,
            "min_duration_s": None,
            "max_duration_s": None,
            "p50_duration_s": None,
            "p100_duration_s": None,
            "rate_passed": 0.0,
        },
        {
            "_id": {"activity": "a:1"},
            "count": 3,
            "count_distinct_actor_key": 2,
            "sum_attempts": 6,
            "avg_duration_s": 20.0,
            "min_duration_s": 10.0,
            "max_duration_s": 30.0,
            "p50_duration_s": 20.0,
            "p100_duration_s": 30.0,
            "rate_passed": pytest.approx(1 / 3),
        },
    ]


def test_what_a_part_does_not_know_leaves_the_others_as_they_are(db: Database[Any]) -> None:
    put(db, {"duration_s": 10.0}, {"actor_key": None}, {"duration_s": None})

    (found,) = asked(db)

    assert [found[name] for name in ("count", "avg_duration_s", "min_duration_s", "max_duration_s", "p50_duration_s")] == [
        3,
        10.0,
        10.0,
        10.0,
        10.0,
    ]
    assert found["count_distinct_actor_key"] == 0


def test_groups_are_chosen_among_when_they_are_whole(db: Database[Any]) -> None:
    put(db, {"actor_key": "ann"}, {"actor_key": "bob", "activity": "a:2"}, {"actor_key": "bob"})

    found = asked(db, having=[{"measure": "count_distinct_actor_key", "gte": 2}])

    assert [row["_id"] for row in found] == [{"activity": "a:1"}]


def test_without_groups_there_is_one_row_of_all(db: Database[Any]) -> None:
    put(db, {"actor_key": "ann"}, {"actor_key": "bob"})

    found = asked(db, group_by=[], measures=[{"count_distinct": "actor_key", "as": "learners"}])

    assert found == [{"_id": {}, "learners": 2}]


@pytest.mark.parametrize("measure", [{"count_distinct": "actor_key"}, {"median": "duration_s"}])
def test_a_group_of_too_many_values_is_refused(db: Database[Any], measure: dict[str, Any]) -> None:
    put(db, {"actor_key": "ann", "duration_s": 1.0}, {"actor_key": "bob", "duration_s": 2.0})

    with pytest.raises(QueryTooLarge, match=r"more than 1 values of one group.*narrow it by since"):
        asked(db, Limits(values=1), measures=[measure])


def test_of_very_many_groups_the_first_are_kept() -> None:
    made = planned(measures=[{"count": "*"}, {"median": "duration_s"}], order=["-count"], limit=2)
    parts = [
        {"_id": {"_slice": 0.0, "activity": f"a:{number:06}"}, "sum rows": number, "numbers value duration_s": [1.0]}
        for number in range(KEPT + 5)
    ]

    found = answer(made, lambda stages: parts, DEFAULTS.query_limits)

    assert [row["count"] for row in found] == [KEPT + 4, KEPT + 3]
