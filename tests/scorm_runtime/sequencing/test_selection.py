"""SR: which children, in which order."""

from __future__ import annotations

from scorm_runtime.sequencing.engine import State, look_ahead
from tests.scorm_runtime.sequencing.courses import Play, activity

TEN = tuple(f"q{i}" for i in range(10))
POOL = {"selection_timing": "once", "select_count": 3}
SHUFFLED = {"randomization_timing": "onEachNewAttempt", "reorder_children": True}


def order(play: Play) -> list[str | None]:
    return play.delivered("start", *(["continue"] * 12))[: len(TEN) + 1]


def test_sr_1_selected_children_keep_their_order_and_the_rest_is_hidden() -> None:
    play = Play(activity("r", *TEN, **POOL))
    hidden = look_ahead(play.tree, play.state).hidden
    seen = [item for item in order(play) if item]

    assert len(seen) == 3
    assert seen == sorted(seen)
    assert hidden == set(TEN) - set(seen)


def test_sr_2_a_new_order_is_one_of_the_same_children() -> None:
    seen = [item for item in order(Play(activity("r", *TEN, **SHUFFLED))) if item]

    assert sorted(seen) == sorted(TEN)
    assert seen != list(TEN)


def test_the_same_seed_draws_the_same_and_another_seed_something_else() -> None:
    course = activity("r", *TEN, **SHUFFLED)

    assert order(Play(course, seed=5)) == order(Play(course, seed=5))
    assert order(Play(course, seed=5)) != order(Play(course, seed=6))


def test_once_is_once_and_each_new_attempt_is_drawn_anew() -> None:
    once = Play(activity("r", *TEN, **POOL))
    anew = Play(activity("r", *TEN, **SHUFFLED))

    assert order(once) == order(once)
    assert order(anew) != order(anew)


def test_a_suspended_course_keeps_its_order_over_json() -> None:
    play = Play(activity("r", *TEN, **SHUFFLED))
    first, second, third = play.delivered("start", "continue", "continue")
    play.ask("suspendAll")
    play.state = State.from_json(play.tree, play.state.to_json())

    assert play.delivered("resumeAll", "previous", "previous") == [third, second, first]
