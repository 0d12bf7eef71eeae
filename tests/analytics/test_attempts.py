"""Facts folded into attempt rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.attempts import Folded, Key, Row, empty, fold, key, row_id

KEY = Key("mailto:ann@example.org", "https://example.org/a", None)


def folded(*many: dict[str, Any]) -> Row:
    return fold(empty(KEY), [Folded(number, {"timestamp": number * 1000, **facts}) for number, facts in enumerate(many, 1)])


def test_nothing_but_a_launch_is_not_started() -> None:
    assert folded({"role": "announce"})["status"] == "not_started"


def test_any_work_is_in_progress() -> None:
    row = folded({"role": "announce"}, {"role": "begin"}, {})

    assert (row["status"], row["statements"], row["attempts"]) == ("in_progress", 3, 1)


def test_a_completion_has_the_time_of_its_first_statement() -> None:
    row = folded({"role": "begin"}, {"completion": True}, {"completion": True})

    assert (row["status"], row["completion"], row["completed_at"], row["finished_seq"]) == ("completed", True, 2000, 2)


def test_a_pass_is_kept_when_a_later_attempt_fails() -> None:
    row = folded({"success": False}, {"success": True}, {"success": False})

    assert (row["status"], row["success"], row["success_last"], row["passed_at"]) == ("passed", True, False, 2000)


def test_a_failed_completion_is_failed_and_complete() -> None:
    row = folded({"completion": True, "success": False})

    assert (row["status"], row["completion"], row["success"]) == ("failed", True, False)


def test_a_waiver_is_no_pass_of_the_learner() -> None:
    row = folded({"role": "waive", "completion": True, "success": True})

    assert (row["status"], row["completion"], row["attempts"]) == ("waived", True, 0)


def test_an_abandoned_session_that_is_resumed_is_in_progress_again() -> None:
    abandoned = folded({"role": "begin"}, {"role": "abandon"})

    assert abandoned["status"] == "abandoned"
    assert fold(abandoned, [Folded(9, {"role": "resume", "timestamp": 9000})])["status"] == "in_progress"


def test_scores_are_best_first_and_last_by_time_not_by_storage() -> None:
    row = folded(
        {"score_scaled": 0.5, "score_raw": 50.0, "timestamp": 5000},
        {"score_scaled": 0.9, "score_raw": 90.0, "score_max": 100.0, "timestamp": 6000},
        {"score_scaled": 0.2, "score_raw": 20.0, "timestamp": 4000},
    )

    assert (row["score_scaled"], row["score_raw"], row["score_max"]) == (0.9, 90.0, 100.0)
    assert (row["score_scaled_first"], row["score_scaled_last"], row["scored_at"]) == (0.2, 0.9, 6000)


def test_of_equal_best_results_the_earliest_counts() -> None:
    later = {"score_scaled": 0.8, "score_raw": 80.0, "score_max": 100.0, "timestamp": 9000}
    earlier = {"score_scaled": 0.8, "score_raw": 8.0, "score_max": 10.0, "timestamp": 2000}

    assert folded(later, earlier)["score_raw"] == folded(earlier, later)["score_raw"] == 8.0


def test_a_name_is_that_of_the_latest_statement_that_has_one() -> None:
    row = folded(
        {"timestamp": 9000},
        {"timestamp": 5000, "actor_name": "Ann"},
        {"timestamp": 7000, "actor_name": "Ann Lee"},
        {"timestamp": 6000, "actor_name": "A. Lee"},
    )

    assert row["actor_name"] == "Ann Lee"


def test_session_ends_add_up_and_outcomes_do_not() -> None:
    row = folded(
        {"role": "end", "duration_s": 60.0}, {"duration_s": 100.0}, {"role": "end", "duration_s": 30.5}, {"duration_s": 80.0}
    )

    assert row["duration_s"] == 100.0


@pytest.mark.parametrize(
    ("told", "failures"),
    [
        ([{"verb": verb, "attempt": "one"} for verb in ("completed", "failed", "suspended", "suspended", "terminated")], 1),
        ([{"verb": verb, "attempt": name} for name in ("one", "two") for verb in ("failed", "terminated")], 2),
        ([{"verb": "failed", "session": name} for name in ("one", "two", "two")], 2),
        ([{"verb": verb} for verb in ("completed", "failed", "terminated")], 1),
        ([{"verb": verb} for verb in ("failed", "terminated", "failed")], 2),
        ([{"verb": "scored"}, {"verb": "scored"}, {"verb": "failed", "attempt": "one"}], 3),
    ],
)
def test_a_failure_counts_once_however_often_it_is_told(told: list[dict[str, Any]], failures: int) -> None:
    assert folded(*({"success": False, **one} for one in told))["failures"] == failures
    assert folded(*({"success": False, **one} for one in reversed(told)))["failures"] == failures


def test_attempt_activities_count_once_each() -> None:
    row = folded({"attempt": "one", "role": "begin"}, {"attempt": "one", "role": "resume"}, {"attempt": "two", "role": "begin"})

    assert row["attempts"] == 2


def test_what_was_folded_is_not_folded_again() -> None:
    statements = [Folded(1, {"role": "begin"}), Folded(2, {"role": "end", "duration_s": 5.0})]

    once = fold(empty(KEY), statements)

    assert fold(once, statements) == once


@pytest.mark.parametrize(
    "facts",
    [
        {"actor_key": "a", "object": "o", "object_kind": "StatementRef"},
        {"actor_key": "a", "object": "o", "object_kind": "Activity", "question": True},
        {"object": "o", "object_kind": "Activity"},
    ],
)
def test_what_says_nothing_of_an_attempt_has_no_row(facts: dict[str, Any]) -> None:
    assert key(facts) is None


def test_stores_do_not_share_rows() -> None:
    assert row_id(1, KEY) != row_id(2, KEY)


FACTS = st.fixed_dictionaries(
    {"timestamp": st.integers(0, 10**6).map(lambda number: number * 7)},
    optional={
        "role": st.sampled_from(["announce", "begin", "resume", "end", "abandon", "waive"]),
        "completion": st.booleans(),
        "success": st.booleans(),
        "score_scaled": st.floats(-1, 1, width=32),
        "duration_s": st.integers(0, 1000).map(float),
        "source": st.sampled_from(["scorm12", "xapi", "cmi5", "scorm2004"]),
        "actor_name": st.sampled_from(["Ann", "Ann Lee", "A. Lee"]),
        "platform": st.sampled_from(["web", "app"]),
        "score_raw": st.integers(0, 3).map(float),
    },
)


@given(st.lists(FACTS, max_size=12, unique_by=lambda one: one["timestamp"]), st.randoms())
def test_the_row_does_not_depend_on_the_order_of_arrival(many: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(many, len(many))

    one, other = folded(*many), folded(*shuffled)

    assert {**one, "finished_seq": 0, "scored_seq": 0} == {**other, "finished_seq": 0, "scored_seq": 0}


@given(st.lists(FACTS, max_size=12), st.integers(0, 12))
def test_the_row_does_not_depend_on_the_batches(many: list[dict[str, Any]], cut: int) -> None:
    statements = [Folded(number, facts) for number, facts in enumerate(many, 1)]

    assert fold(fold(empty(KEY), statements[:cut]), statements[cut:]) == fold(empty(KEY), statements)
