"""The SCORM 1.2 sample, played as a learner plays it and read as an analyst reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.playing import Player, Service, answer_fire_safety, read_fire_safety

pytestmark = pytest.mark.browser


def test_a_learner_plays_from_the_first_page_to_passed(
    service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(fire_safety)

    player = open_player(service.launch(registration))
    player.shows("Welcome")
    player.has_state("running")
    player.press("Next")
    picture = player.content.get_by_role("img", name="A triangle around a flame")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 480
    player.press("Previous")
    read_fire_safety(player)
    answer_fire_safety(player)
    player.press("Check my answers")
    expect(player.content.get_by_text("You have 100 of 100 points. You have passed.")).to_be_visible()
    player.press("Finish the course")
    player.has_state("ended")

    completion = service.row("completions", fire_safety, registration, lambda row: row["status"] == "passed")
    score = service.row("scores", fire_safety, registration, lambda row: row["score_scaled"] is not None)
    assert (completion["completion"], completion["success"]) == (True, True)
    assert (score["score_scaled"], score["score_raw"], score["score_min"], score["score_max"]) == (1.0, 100, 0, 100)
    assert service.get(f"/api/v1/registrations/{registration}")["success"] == "passed"


def test_every_step_becomes_a_statement_once(
    service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(fire_safety)

    player = open_player(service.launch(registration))
    read_fire_safety(player)
    answer_fire_safety(player, lift="True")
    player.press("Check my answers")
    player.press("Finish the course")
    player.has_state("ended")

    statements = service.statements(registration)
    answered = [statement for statement in statements if statement["verb"]["id"].endswith("/responded")]
    course_results = [
        s for s in statements if s["verb"]["id"].endswith("/passed") and s["object"]["id"] == fire_safety["activity_id"]
    ]
    assert [statement["result"]["success"] for statement in answered] == [True, True, False, True, True]
    assert [statement["result"]["response"] for statement in answered] == ["a", "a[,]c", "true", "c", "p[,]a[,]q[,]s"]
    assert {statement["context"]["registration"] for statement in statements} == {registration}
    assert [statement["result"]["score"]["scaled"] for statement in course_results] == [0.8]
    assert len({statement["id"] for statement in statements}) == len(statements)


def test_a_tab_closed_in_the_middle_resumes_at_the_page_with_the_answers(
    service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(fire_safety)

    first = open_player(service.launch(registration))
    read_fire_safety(first)
    first.content.get_by_label("Heat, fuel and oxygen").check()
    first.content.get_by_label("Second").select_option("Aim")
    first.close()
    second = open_player(service.launch(registration))
    second.shows("Five questions")
    expect(second.content.get_by_label("Heat, fuel and oxygen")).to_be_checked()
    expect(second.content.get_by_label("Second")).to_have_value("a")
    expect(second.content.get_by_label("Powder")).not_to_be_checked()
    answer_fire_safety(second)
    second.press("Check my answers")
    second.press("Finish the course")
    second.has_state("ended")

    verbs = service.verbs(registration)
    score = service.row("scores", fire_safety, registration, lambda row: row["score_scaled"] is not None)
    assert verbs.count("suspended") >= 1
    assert verbs.count("resumed") >= 1
    assert verbs.index("suspended") < verbs.index("resumed") < verbs.index("passed")
    assert (score["status"], score["score_scaled"], score["attempts"]) == ("passed", 1.0, 1)


def test_too_few_right_answers_fail_and_a_second_try_passes(
    service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(fire_safety)

    player = open_player(service.launch(registration))
    read_fire_safety(player)
    answer_fire_safety(player, lift="True", steps=("Aim", "Pull", "Squeeze", "Sweep"))
    player.press("Check my answers")
    expect(player.content.get_by_text("You have 60 of 100 points. You need 80.")).to_be_visible()
    player.press("Previous")
    expect(player.content.get_by_text("It is false: a lift may stop")).to_be_visible()
    player.press("Next")
    player.close()
    failed = service.row("scores", fire_safety, registration, lambda row: row["score_scaled"] is not None)
    again = open_player(service.launch(registration))
    again.shows("Your result")
    again.press("Try again")
    answer_fire_safety(again)
    again.press("Check my answers")
    again.press("Finish the course")
    again.has_state("ended")
    passed = service.row("scores", fire_safety, registration, lambda row: row["status"] == "passed")

    assert (failed["status"], failed["score_scaled"]) == ("failed", 0.6)
    assert (passed["status"], passed["score_scaled"]) == ("passed", 1.0)
