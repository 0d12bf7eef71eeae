"""Pages of saved queries: readable in every scheme and direction, silent under their policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.playing import Service

pytestmark = pytest.mark.browser

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
QUERY = {"group_by": ["activity_name", "status"], "measures": [{"count": "*"}, {"avg": "score_scaled"}]}
ADL = "http://adlnet.gov/expapi/verbs/"


@pytest.fixture(scope="module")
def charts(service: Service) -> str:
    """Where the page of a saved query with something in it is, without its ending."""
    course = {"id": "https://example.org/charted", "definition": {"name": {"en": "A course with a name that is rather long"}}}
    said = [
        {"actor": {"mbox": f"mailto:{who}@example.org"}, "verb": {"id": ADL + verb}, "object": course}
        for who, verb in (("ann", "passed"), ("bob", "passed"), ("cid", "failed"))
    ]
    service.post("/xapi/statements", said)
    body = {"query": QUERY, "description": "Outcomes, حسب الدورة"}
    service.ask("PUT", "/api/v1/queries/outcomes", json.dumps(body).encode())
    return service.url + "/api/v1/queries/outcomes"


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    context = browser.new_context(extra_http_headers={"Authorization": service.authorization}, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("options", ["chart=bar", "chart=heat", "chart=line&dir=rtl"])
def test_a_chart_has_no_accessibility_violations(page: Page, charts: str, scheme: str, options: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{charts}.html?{options}")

    page.evaluate(AXE)
    found = page.evaluate("axe.run(document)")["violations"]

    assert [f"{v['id']}: {n['html']}" for v in found for n in v["nodes"]] == []


@pytest.mark.parametrize("kind", ["html", "svg"])
def test_a_chart_is_silent_under_its_policy_and_has_its_colours(
    browser: Browser, service: Service, charts: str, kind: str
) -> None:
    context = browser.new_context(extra_http_headers={"Authorization": service.authorization}, color_scheme="dark")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{charts}.{kind}")
    paper = page.evaluate("getComputedStyle(document.querySelector('.paper')).fill")

    context.close()
    assert said == []
    assert paper == "rgb(22, 24, 29)"


def test_a_chart_is_an_image_with_a_name_and_its_table_twin(page: Page, charts: str) -> None:
    page.goto(f"{charts}.html")

    assert page.get_by_role("img", name="Outcomes").count() == 1
    assert page.get_by_role("table").get_by_role("row").count() >= 3


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_chart_fits_a_telephone(page: Page, charts: str, direction: str) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{charts}.html?dir={direction}")

    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overflow <= 0


def test_the_table_and_its_link_are_reached_with_the_tab_key(page: Page, charts: str) -> None:
    page.goto(f"{charts}.html")

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.getAttribute('role')")
    page.keyboard.press("Tab")

    assert first == "region"
    assert page.evaluate("document.activeElement.textContent") == "The table as CSV"
