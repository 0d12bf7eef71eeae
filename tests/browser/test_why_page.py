"""The page that says why a registration has its status: readable in every scheme and direction, silent, without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.playing import Player, Service, read_fire_safety

pytestmark = pytest.mark.browser
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
Pages = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, service: Service) -> Iterator[Pages]:
    """A page of the application origin, asked with a credential as browsers do; at the end none may have complained."""
    contexts = []
    said: list[str] = []

    def opened(path: str, **options: Any) -> Page:
        credentials = {"username": Service.KEY, "password": Service.SECRET}
        context = browser.new_context(http_credentials=credentials, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(service.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    unasked = "401 (Unauthorized)"  # the first request carries no credential: that is how Basic begins
    assert [line for line in said if unasked not in line] == []


@pytest.fixture
def half_read(service: Service, fire_safety: dict[str, Any], open_player: Callable[..., Player]) -> str:
    """A learner has read the pages, answered nothing, and closed the window."""
    registration = service.register(fire_safety)
    player = open_player(service.launch(registration))
    read_fire_safety(player)
    player.nav("suspendAll").click()
    player.has_state("ended")
    return registration


def test_the_page_says_why_it_is_not_completed(open_page: Pages, half_read: str, pictures: Path) -> None:
    page = open_page(f"/registrations/{half_read}/why")

    expect(page.get_by_role("heading", level=1)).to_have_text("Fire safety at work")
    expect(page.get_by_role("heading", name="Not completed").first).to_be_visible()
    expect(page.get_by_role("heading", name="What is not completed")).to_be_visible()
    expect(page.get_by_text("cmi.core.lesson_status").first).to_be_visible()
    page.screenshot(path=pictures / "why.png", full_page=True)


def test_the_log_shows_what_content_has_called(open_page: Pages, half_read: str) -> None:
    page = open_page(f"/registrations/{half_read}/why")
    saved = page.locator("details").filter(has_text="Saved").filter(has=page.locator("table")).last

    saved.locator("summary").click()

    expect(saved.get_by_role("cell", name="Initialize")).to_be_visible()
    expect(saved.get_by_role("cell", name="SetValue").first).to_be_visible()


def test_the_same_address_of_the_api_is_a_page_for_a_browser(open_page: Pages, half_read: str) -> None:
    page = open_page(f"/api/v1/registrations/{half_read}/explanation")

    expect(page.get_by_role("heading", level=1)).to_have_text("Fire safety at work")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_accessibility_violations(open_page: Pages, half_read: str, scheme: str) -> None:
    # The page's policy allows no script at all, so axe comes in past it.
    page = open_page(f"/registrations/{half_read}/why", color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    page.evaluate(AXE)
    found = page.evaluate("axe.run(document)")["violations"]

    assert [f"{v['id']}: {n['html']}" for v in found for n in v["nodes"]] == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_page_fits_a_telephone_in_both_directions(open_page: Pages, half_read: str, direction: str) -> None:
    page = open_page(f"/registrations/{half_read}/why", viewport={"width": 360, "height": 700})

    page.evaluate("direction => { document.documentElement.dir = direction }", direction)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overflow <= 0


def test_everything_is_reached_and_opened_with_the_keyboard(open_page: Pages, half_read: str) -> None:
    page = open_page(f"/registrations/{half_read}/why")
    last = page.locator("details > summary").last

    for _ in range(60):
        page.keyboard.press("Tab")
        if last.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")

    expect(page.locator("details").last).to_have_attribute("open", "")
