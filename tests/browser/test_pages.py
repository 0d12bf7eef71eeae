"""The pages for people on the application origin: readable in every scheme and direction, silent, closed to foreign hosts."""

from __future__ import annotations

from importlib import resources

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from tests.browser.playing import Service

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("path", ["/", "/api/docs"])]

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_no_accessibility_violations(path: str, scheme: str, browser: Browser, service: Service) -> None:
    # The page's policy allows no script at all, so axe comes in past it.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(service.url + path)

    page.evaluate(AXE)
    found = page.evaluate("axe.run(document)")["violations"]

    context.close()
    assert [f"{v['id']}: {n['html']}" for v in found for n in v["nodes"]] == []


def test_a_page_says_nothing_on_the_console_and_asks_no_other_host(path: str, browser: Browser, service: Service) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(spoken(message)))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    answer = page.goto(service.url + path)

    context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(service.url)] == []
    assert answer is not None
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def spoken(message: ConsoleMessage) -> str:
    return f"{message.type}: {message.text}"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_page_fits_a_telephone_in_both_directions(path: str, direction: str, browser: Browser, service: Service) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(service.url + path)

    page.evaluate("direction => { document.documentElement.dir = direction }", direction)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    context.close()
    assert overflow <= 0


def test_every_link_is_reached_with_the_tab_key(path: str, browser: Browser, service: Service) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(service.url + path)
    links = page.evaluate("[...document.querySelectorAll('a[href], summary')].slice(0, 5).map(e => e.outerHTML)")

    reached = []
    for _ in links:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML"))

    context.close()
    assert reached == links != []
