"""The player in the language of the browser, in both writing directions."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.playing import Player, Service

pytestmark = pytest.mark.browser

# The smallest telephone and the phone of most people.
PHONES = [(320, 568), (390, 844)]


def test_the_player_speaks_the_language_of_the_browser(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path
) -> None:
    player = open_player(service.launch(service.register(data_protection)), locale="de-AT")
    page = player.page
    player.is_at("personal-data")

    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(player.nav("continue")).to_have_text("Weiter")
    expect(page.locator("#progress-text")).to_have_text("0 von 4 Teilen erledigt")
    expect(player.item("personal-data")).to_have_accessible_name("begonnen: What personal data are")
    expect(page.locator("#saved")).to_have_text(re.compile(r"^Gespeichert um \d\d:\d\d$"))
    page.screenshot(path=pictures / "player-german.png")

    player.nav("suspendAll").click()
    expect(page.get_by_role("heading", name="Ihr Platz ist gemerkt")).to_be_focused()
    expect(page.get_by_text("unter einer Minute")).to_be_visible()
    page.screenshot(path=pictures / "player-german-result.png")


def test_an_address_may_ask_for_a_language(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)) + "?lang=de")
    player.has_state("running")

    expect(player.nav("previous")).to_have_text("Zurück")


def test_titles_of_the_course_are_in_the_language_of_the_course(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(data_protection)), locale="de")
    player.is_at("personal-data")
    language = player.page.locator("body").get_attribute("data-language")

    assert language
    expect(player.page.locator("#title")).to_have_attribute("lang", language)
    expect(player.item("personal-data").locator(".name")).to_have_attribute("lang", language)
    expect(player.page.locator("iframe")).to_have_attribute("lang", language)


def test_a_link_that_opens_nothing_says_so_in_the_language_of_the_browser(service: Service, browser: Any) -> None:
    context = browser.new_context(locale="de")
    page = context.new_page()

    answer = page.goto(f"{service.content_url}/play/unknown/")

    expect(page.get_by_role("heading", name="Dieser Kurs lässt sich nicht öffnen")).to_be_visible()
    assert answer.status == 404
    assert answer.headers["content-language"] == "de"
    context.close()


def test_a_language_from_right_to_left_mirrors_the_player(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path
) -> None:
    player = open_player(service.launch(service.register(data_protection)), locale="ar")
    page = player.page
    player.shows("Why it concerns you")
    player.is_at("personal-data")

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(player.nav("continue")).to_have_text("متابعة")
    expect(page.locator("#progress-text")).to_have_text(re.compile("أجزاء$"))
    page.screenshot(path=pictures / "player-arabic.png")
    outline, frame = page.locator("#outline").bounding_box(), page.locator("iframe").bounding_box()
    assert outline is not None
    assert frame is not None
    assert outline["x"] >= frame["x"] + frame["width"] - 1
    assert player.content.locator("html").evaluate("html => getComputedStyle(html).direction") == "ltr"
    assert page.locator("#title").evaluate("title => getComputedStyle(title).direction") == "ltr"


@pytest.mark.parametrize("locale", ["en", "de", "ar"])
@pytest.mark.parametrize(("width", "height"), PHONES)
def test_everything_fits_a_telephone(
    service: Service, data_protection: dict[str, Any], open_player: Callable[..., Player], pictures: Path,
    locale: str, width: int, height: int,
) -> None:  # fmt: skip
    player = open_player(service.launch(service.register(data_protection)), locale=locale)
    page = player.page
    page.set_viewport_size({"width": width, "height": height})
    player.shows("Why it concerns you")
    page.screenshot(path=pictures / f"player-{locale}-{width}.png")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in ("continue", "previous", "suspendAll", "exitAll"):
        expect(player.nav(control)).to_be_in_viewport(ratio=1)
    page.locator("#menu").click()
    expect(player.item("personal-data")).to_be_in_viewport(ratio=1)
    page.screenshot(path=pictures / f"player-{locale}-{width}-contents.png")
    page.keyboard.press("Escape")
    expect(player.item("personal-data")).not_to_be_visible()
    expect(page.locator("#menu")).to_be_focused()
    player.nav("suspendAll").click()
    player.has_state("ended")
    page.screenshot(path=pictures / f"player-{locale}-{width}-result.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
