"""Every state of the player page: what axe finds, where the focus is, and what is reached with the Tab key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import packages
from tests.browser.axe import violations
from tests.browser.playing import Player, Service

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("scheme", ["light", "dark"])]
# What the Tab key reaches, from the start of the page on, until it leaves it or comes around.
NAMES = "document.activeElement.dataset.nav ?? document.activeElement.dataset.item ?? document.activeElement.id"


@pytest.fixture(scope="module")
def course(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("part"), "states", {"only.html": packages.SCO}))


def tabs(page: Page, number: int) -> list[str]:
    page.evaluate("document.activeElement?.blur()")
    found = []
    for _ in range(number):
        page.keyboard.press("Tab")
        found.append(page.evaluate(NAMES))
    return found


def test_the_question_before_going_on(
    service: Service, course: dict[str, Any], open_player: Callable[..., Player], scheme: str
) -> None:
    registration = service.register(course)
    first = open_player(service.launch(registration))
    first.has_state("running")
    first.nav("suspendAll").click()
    first.has_state("ended")

    player = open_player(service.launch(registration, resume="ask"), color_scheme=scheme)

    player.has_state("asking")
    assert violations(player.page.main_frame) == []
    player.page.keyboard.press("Tab")
    expect(player.page.get_by_role("button", name="Go on where I was")).to_be_focused()
    player.page.keyboard.press("Enter")
    player.has_state("running")


def test_content_in_a_window_of_its_own(
    service: Service, course: dict[str, Any], open_player: Callable[..., Player], scheme: str
) -> None:
    player = open_player(service.launch(service.register(course), window="new"), color_scheme=scheme)
    expect(player.page.locator("#own-window")).to_be_visible()

    assert violations(player.page.main_frame) == []


def test_a_window_that_was_taken_over(
    service: Service, course: dict[str, Any], open_player: Callable[..., Player], scheme: str
) -> None:
    link = service.launch(service.register(course))
    player = open_player(link, color_scheme=scheme, reduced_motion="reduce")
    player.has_state("running")

    newer = player.page.context.new_page()
    newer.goto(link)

    expect(player.page.get_by_role("dialog", name="This course was opened in another window")).to_be_visible()
    expect(player.page.get_by_role("button", name="Continue in this window")).to_be_focused()
    assert violations(player.page.main_frame) == []


def test_a_telephone_with_its_contents_open(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], scheme: str
) -> None:
    player = open_player(service.launch(service.register(data_protection)), color_scheme=scheme)
    player.is_at("personal-data")
    player.page.set_viewport_size({"width": 320, "height": 568})

    player.page.get_by_role("button", name="Contents").click()

    expect(player.item("test")).to_be_visible()
    assert violations(player.page.main_frame) == []


def test_the_tab_key_goes_through_the_page_in_the_order_of_reading(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], scheme: str
) -> None:
    player = open_player(service.launch(service.register(data_protection)), color_scheme=scheme, forced_colors="active")
    player.is_at("personal-data")
    player.has_state("running")

    reached = tabs(player.page, 9)

    assert reached[:6] == ["", "menu", "own", "screen", "suspendAll", "exitAll"]
    assert reached[6] == player.page.locator("[data-item]").first.get_attribute("data-item")
    player.page.get_by_role("link", name="Skip to the content").focus()
    player.page.keyboard.press("Enter")
    expect(player.page.locator("iframe[name=content]")).to_be_focused()
