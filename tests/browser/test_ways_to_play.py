"""Content in a window of its own, the question before going on, full screen, documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import packages
from tests.browser.playing import Player, Service

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def two_parts(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    files = {"first.html": packages.SCO, "second.html": packages.SCO}
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("parts"), "two-parts", files))


@pytest.fixture(scope="module")
def one_part(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("part"), "one-part", {"only.html": packages.SCO}))


@pytest.fixture(scope="module")
def documents(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    files = {"leaflet.pdf": packages.pdf("What to do in case of fire"), "page.html": packages.SCO}
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("documents"), "documents", files))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which nobody has clicked yet: to Chromium, all that playwright does is done by a user."""
    made = browser.new_context(viewport={"width": 1280, "height": 860})
    made.add_init_script("Object.defineProperty(navigator, 'userActivation', { value: { isActive: false } })")
    yield made
    made.close()


def opened(context: BrowserContext, url: str) -> Player:
    page = context.new_page()
    page.goto(url)
    return Player(page)


def own_window(player: Player) -> Page:
    """Opens it by the button that asks for a click."""
    with player.page.expect_popup() as popup:
        player.page.locator("[data-own=open]").click()
    expect(popup.value.get_by_role("heading", level=1)).to_contain_text("SCO")
    return popup.value


def test_content_in_its_own_window_finds_the_api_through_its_opener(
    service: Service, one_part: dict[str, Any], context: BrowserContext
) -> None:
    player = opened(context, service.launch(service.register(one_part), window="new"))
    player.has_state("ready")
    expect(player.page.get_by_role("heading", name="opens in its own window")).to_be_focused()

    content = own_window(player)

    player.has_state("running")
    assert content.evaluate("api === window.opener.API")
    assert content.evaluate("api.LMSSetValue('cmi.core.lesson_location', '7')") == "true"
    expect(player.page.get_by_role("heading", name="is open in its own window")).to_be_visible()
    expect(player.page.locator("iframe")).to_have_count(0)


def test_closing_the_window_of_the_content_leaves_the_course(
    service: Service, one_part: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(one_part)
    player = opened(context, service.launch(registration, window="new"))

    own_window(player).close(run_before_unload=True)

    player.has_state("ended")
    expect(player.page.get_by_role("heading", name="Your place is kept")).to_be_visible()
    found = service.get(f"/api/v1/registrations/{registration}", cmi="true")
    assert found["suspended"]
    assert found["tree"]["children"][0]["cmi"]["cmi.core.lesson_location"] == "said on leaving"
    player.page.get_by_role("button", name="Go on now").click()
    own_window(player)
    player.has_state("running")


def test_parts_follow_each_other_in_the_same_window(service: Service, two_parts: dict[str, Any], context: BrowserContext) -> None:
    registration = service.register(two_parts)
    player = opened(context, service.launch(registration, window="new"))
    content = own_window(player)
    player.is_at("first")

    player.item("second").click()

    player.is_at("second")
    expect(content).to_have_url(re.compile("second.html$"))
    player.has_state("running")
    with content.expect_event("close"):
        player.nav("suspendAll").click()
    player.has_state("ended")
    first, second = service.get(f"/api/v1/registrations/{registration}", cmi="true")["tree"]["children"]
    assert first["cmi"]["cmi.core.lesson_location"] == "said on leaving"
    assert second["cmi"]["cmi.core.lesson_location"] == "said on leaving"


def test_a_window_that_the_browser_blocks_can_be_done_without(
    service: Service, one_part: dict[str, Any], context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script("window.open = () => null")
    page.goto(service.launch(service.register(one_part), window="new"))
    player = Player(page)

    page.get_by_role("button", name="Open the window").click()
    expect(page.get_by_role("heading", name="Your browser has blocked the window")).to_be_visible()
    page.get_by_role("button", name="Show it on this page").click()

    player.shows("SCO resume")
    player.has_state("running")


def test_a_learner_takes_content_into_its_own_window_and_back(
    service: Service, one_part: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(one_part)))
    player.shows("SCO ab-initio")
    player.has_state("running")

    with player.page.expect_popup() as popup:
        player.page.get_by_role("button", name="Open in its own window").click()
    expect(popup.value.get_by_role("heading", name="SCO resume")).to_be_visible()
    with popup.value.expect_event("close"):
        player.page.get_by_role("button", name="Show it on this page").click()

    player.shows("SCO resume")


def test_closing_the_player_closes_the_window_of_the_content_and_keeps_its_last_words(
    service: Service, one_part: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(one_part)
    player = opened(context, service.launch(registration, window="new"))
    content = own_window(player)
    player.has_state("running")

    with content.expect_event("close"):
        player.page.close(run_before_unload=True)

    again = opened(context, service.launch(registration))
    again.shows("SCO resume")
    assert again.page.frame("content").evaluate("api.LMSGetValue('cmi.core.lesson_location')") == "said on leaving"  # type: ignore[union-attr]


def test_the_learner_is_asked_whether_to_go_on_or_to_start_again(
    service: Service, one_part: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(one_part)
    first = open_player(service.launch(registration, resume="ask"))
    first.shows("SCO ab-initio")
    first.nav("suspendAll").click()
    first.has_state("ended")

    going_on = open_player(service.launch(registration, resume="ask"))
    going_on.has_state("asking")
    expect(going_on.page.get_by_role("heading", name="Welcome back")).to_be_focused()
    going_on.page.get_by_role("button", name="Go on where I was").click()
    going_on.shows("SCO resume")
    going_on.nav("suspendAll").click()
    going_on.has_state("ended")

    again = open_player(service.launch(registration, resume="ask"))
    again.page.get_by_role("button", name="Start again").click()
    again.shows("SCO ab-initio")
    again.has_state("running")
    assert again.page.frame("content").evaluate("api.LMSGetValue('cmi.core.lesson_location')") == ""  # type: ignore[union-attr]
    assert service.get(f"/api/v1/registrations/{registration}")["attempts"] == 2


def test_nobody_is_asked_unless_the_launch_says_so(
    service: Service, one_part: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    registration = service.register(one_part)
    first = open_player(service.launch(registration))
    first.nav("suspendAll").click()
    first.has_state("ended")

    again = open_player(service.launch(registration))

    again.shows("SCO resume")


def test_who_has_used_every_attempt_is_told_so_and_can_go_back(service: Service, context: BrowserContext, tmp_path: Path) -> None:
    course = service.import_course(packages.scorm12(tmp_path, "only-once", {"only.html": packages.SCO}))
    service.ask("PATCH", f"/api/v1/courses/{course['id']}/settings", b'{"max_attempts": 1}')
    player = opened(context, service.launch(service.register(course), return_url="https://people.example/home"))
    player.shows("SCO ab-initio")
    player.nav("exitAll").click()
    player.has_state("ended")

    player.page.get_by_role("button", name="Open the course again").click()

    notice = player.page.get_by_role("dialog", name="All your attempts are used")
    expect(notice.get_by_role("button", name="Back to where you came from")).to_be_focused()


def test_the_player_fills_the_screen_by_button_and_by_keyboard(
    service: Service, one_part: dict[str, Any], open_player: Callable[..., Player]
) -> None:
    player = open_player(service.launch(service.register(one_part)))
    player.has_state("running")

    player.page.get_by_role("button", name="Full screen").click()
    player.page.wait_for_function("document.fullscreenElement === document.documentElement")
    expect(player.page.get_by_role("button", name="Leave full screen")).to_be_focused()
    player.page.keyboard.press("Alt+Enter")

    player.page.wait_for_function("document.fullscreenElement === null")
    expect(player.page.get_by_role("button", name="Full screen", exact=True)).to_be_visible()


def test_a_browser_without_full_screen_is_offered_none(
    service: Service, one_part: dict[str, Any], context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script("Object.defineProperty(Document.prototype, 'fullscreenEnabled', { get: () => false })")
    page.goto(service.launch(service.register(one_part)))
    Player(page).has_state("running")

    expect(page.locator("#screen")).to_be_hidden()


def test_a_document_is_shown_outside_the_sandbox(service: Service, documents: dict[str, Any], context: BrowserContext) -> None:
    player = opened(context, service.launch(service.register(documents)))
    player.has_state("running")
    frame = player.page.locator("iframe[name=content]")

    assert frame.get_attribute("sandbox") is None
    # Chromium's viewer is an embedded document of its own; a sandbox would show an error page in its place.
    player.page.frame("content").wait_for_function("document.contentType === 'application/pdf'")  # type: ignore[union-attr]
    player.item("page").click()
    player.shows("SCO ab-initio")
    expect(frame).to_have_attribute("sandbox", re.compile("allow-scripts"))


def test_a_browser_that_shows_no_documents_gets_a_link(
    service: Service, documents: dict[str, Any], context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'pdfViewerEnabled', { get: () => false })")
    page.goto(service.launch(service.register(documents)))
    player = Player(page)
    player.has_state("running")

    link = page.get_by_role("link", name="Open the document")

    expect(link).to_have_attribute("href", re.compile("/content/leaflet.pdf$"))
    expect(link).to_have_attribute("target", "_blank")
    expect(page.locator("iframe")).to_have_count(0)
