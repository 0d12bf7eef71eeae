"""The SCORM 2004 sample: several SCOs, a test with objectives, a global objective that the last page reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.playing import Player, Service, answer_data_protection, read_lesson

pytestmark = pytest.mark.browser

FIRST_LESSON = ("Why it concerns you", "Directly or indirectly", "Some need more care", "Without the name")
SECOND_LESSON = ("Four questions before you start", "When somebody asks", "When something goes wrong")


def items_of(activity: dict[str, Any]) -> dict[str, dict[str, Any]]:
    below = [items_of(child) for child in activity.get("children", [])]
    return {activity["item"]: activity} | {identifier: item for found in below for identifier, item in found.items()}


def test_a_learner_plays_from_the_first_lesson_to_passed(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(data_protection)

    player = open_player(service.launch(registration))
    player.is_at("personal-data")
    read_lesson(player, *FIRST_LESSON)
    player.press("Go on to the next lesson")
    player.is_at("daily-work")
    read_lesson(player, *SECOND_LESSON)
    expect(player.content.get_by_text("to privacy@example.org")).to_be_visible()
    player.press("Go on to the test")
    player.is_at("test")
    answer_data_protection(player, hours="24")
    player.press("Hand in the test")
    expect(player.content.get_by_text("You have 4 of 5 points. You have passed.")).to_be_visible()
    player.press("See what to read again")
    player.is_at("result")
    expect(player.content.get_by_text("You have passed the test with 80 %.")).to_be_visible()
    expect(player.content.get_by_role("row", name="Recognising personal data 100 % Nothing")).to_be_visible()
    expect(player.content.get_by_role("row", name="Handling them 67 % Read the lesson again")).to_be_visible()
    player.press("Finish the course")
    player.has_state("ended")

    completion = service.row("completions", data_protection, registration, lambda row: row["status"] == "passed")
    score = service.row("scores", data_protection, registration, lambda row: row["score_scaled"] is not None)
    assert (completion["completion"], completion["success"]) == (True, True)
    assert score["score_scaled"] == 0.8
    state = service.get(f"/api/v1/registrations/{registration}")
    assert (state["completion"], state["success"]) == ("completed", "passed")


def test_each_item_has_its_own_tracking(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(data_protection)

    player = open_player(service.launch(registration))
    read_lesson(player, *FIRST_LESSON[:3])
    player.nav("continue").click()
    player.is_at("daily-work")
    read_lesson(player, *SECOND_LESSON[:2])
    player.item("test").click()
    player.is_at("test")
    answer_data_protection(player)
    player.press("Hand in the test")
    player.nav("suspendAll").click()
    player.has_state("ended")

    items = items_of(service.get(f"/api/v1/registrations/{registration}", cmi="true")["tree"])
    assert items["personal-data"]["completion"] == "completed"
    assert items["daily-work"]["completion"] == "incomplete"
    assert (items["test"]["completion"], items["test"]["success"], items["test"]["score"]["scaled"]) == (
        "completed",
        "passed",
        1.0,
    )
    assert items["daily-work"]["cmi"]["cmi.location"] == "requests"


def test_a_tab_closed_in_the_test_resumes_there_with_the_answers(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(data_protection)

    first = open_player(service.launch(registration))
    read_lesson(first, *FIRST_LESSON)
    first.item("test").click()
    first.is_at("test")
    first.content.get_by_label("A photograph of visitors").check()
    first.content.get_by_label("Hours").fill("72")
    first.content.get_by_label("Pass it on the same day").check()
    first.close()
    second = open_player(service.launch(registration))
    second.is_at("test")
    expect(second.content.get_by_label("A photograph of visitors")).to_be_checked()
    expect(second.content.get_by_label("Hours")).to_have_value("72")
    answer_data_protection(second)
    second.press("Hand in the test")
    second.press("See what to read again")
    second.is_at("result")
    second.press("Finish the course")
    second.has_state("ended")

    verbs = service.verbs(registration)
    score = service.row("scores", data_protection, registration, lambda row: row["score_scaled"] is not None)
    assert verbs.index("suspended") < verbs.index("resumed") < verbs.index("responded")
    assert verbs.count("responded") == 5
    assert (score["score_scaled"], score["attempts"]) == (1.0, 1)


def test_a_lesson_left_and_chosen_again_opens_at_its_page(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)))

    read_lesson(player, *FIRST_LESSON[:2])
    player.item("daily-work").click()
    player.shows(SECOND_LESSON[0])
    player.nav("previous").click()
    player.is_at("personal-data")

    player.shows(FIRST_LESSON[1])
