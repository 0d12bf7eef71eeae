"""The player page itself: keyboard, both colour schemes, right to left, accessibility, and its picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.playing import Player, Service, read_fire_safety

pytestmark = pytest.mark.browser

BRIGHTNESS = """element => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = getComputedStyle(element).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return (red + green + blue) / 765;
}"""


def focus_by_keyboard(page: Page, selector: str) -> None:
    """Tabs from the start of the page until the element has the focus."""
    page.evaluate("document.activeElement?.blur()")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with the Tab key")


def test_the_table_of_contents_works_from_the_keyboard(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.is_at("personal-data")

    focus_by_keyboard(player.page, "[data-item=daily-work]")
    player.page.keyboard.press("Enter")

    player.is_at("daily-work")
    player.shows("Four questions before you start")


def test_other_programs_read_titles_without_the_status_that_is_said_before_them(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.is_at("personal-data")

    entry = player.page.locator("[data-item=personal-data]")

    assert entry.get_attribute("data-title") == entry.locator(".name").text_content()


def test_the_navigation_buttons_work_from_the_keyboard(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.is_at("personal-data")

    expect(player.nav("previous")).to_be_disabled()
    focus_by_keyboard(player.page, "[data-nav=continue]")
    player.page.keyboard.press("Space")
    player.is_at("daily-work")
    expect(player.nav("previous")).to_be_enabled()


def test_the_content_works_from_the_keyboard(
    service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(fire_safety)))

    player.content.get_by_role("button", name="Next").focus()
    player.page.keyboard.press("Enter")

    player.shows("What a fire needs")


def test_the_player_follows_a_dark_colour_scheme(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path
) -> None:
    dark = open_player(service.launch(service.register(data_protection)), color_scheme="dark")
    light = open_player(service.launch(service.register(data_protection)), color_scheme="light")

    dark.shows("Why it concerns you")
    light.shows("Why it concerns you")
    dark.page.screenshot(path=pictures / "player-dark.png")

    assert dark.page.locator("body").evaluate(BRIGHTNESS) < 0.3
    assert dark.content.locator("body").evaluate(BRIGHTNESS) < 0.3
    assert light.page.locator("body").evaluate(BRIGHTNESS) > 0.7


def test_the_player_mirrors_from_right_to_left(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.shows("Why it concerns you")

    player.page.evaluate("document.documentElement.dir = 'rtl'")
    player.content.locator("html").evaluate("html => { html.dir = 'rtl'; }")
    player.page.screenshot(path=pictures / "player-rtl.png")

    entry = player.item("personal-data").bounding_box()
    frame = player.page.locator("iframe[name=content]").bounding_box()
    assert entry is not None
    assert frame is not None
    assert entry["x"] >= frame["x"] + frame["width"] - 1
    assert player.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert player.content.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")


def test_nothing_overflows_on_a_small_screen(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.shows("Why it concerns you")

    player.page.set_viewport_size({"width": 360, "height": 640})
    player.page.screenshot(path=pictures / "player-small.png")

    assert player.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(player.nav("continue")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_player_and_the_samples_have_no_accessibility_violations(
    service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player], scheme: str
) -> None:
    player = open_player(service.launch(service.register(fire_safety)), color_scheme=scheme)
    read_fire_safety(player)
    content = player.page.frame("content")
    assert content is not None

    assert violations(player.page.main_frame) == []
    assert violations(content) == []

    player.nav("suspendAll").click()
    player.has_state("ended")
    assert violations(player.page.main_frame) == []


def test_the_picture_of_the_readme(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.shows("Why it concerns you")
    player.press("Next page")
    player.shows("Directly or indirectly")

    player.page.screenshot(path=pictures / "player.png")

    assert (pictures / "player.png").stat().st_size > 20_000


def test_the_focus_stays_where_the_learner_is(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)))
    player.is_at("personal-data")

    focus_by_keyboard(player.page, "[data-nav=continue]")
    player.page.keyboard.press("Enter")
    player.is_at("daily-work")
    player.shows("Four questions before you start")

    expect(player.nav("continue")).to_be_focused()
