"""What a SCO has set survives closed tabs, lost networks, reloads and second windows."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.playing import Service, content, opened, reads, says, stored

pytestmark = pytest.mark.browser

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="unloading" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
          xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="o"><organization identifier="o"><title>Unloading</title>
    <item identifier="i" identifierref="r"><title>Unloading</title></item></organization></organizations>
  <resources><resource identifier="r" type="webcontent" adlcp:scormtype="sco" href="index.html">
    <file href="index.html"/></resource></resources>
</manifest>"""
PAGE = """<!doctype html><html lang="en"><title>Unloading</title><h1>Unloading</h1><script>
const api = parent.API;
api.LMSInitialize("");
for (const event of ["beforeunload", "pagehide", "unload"]) addEventListener(event, () => {
  if (api.LMSGetValue("cmi.suspend_data") !== event) return;
  api.LMSSetValue("cmi.core.lesson_location", "said in " + event);
  api.LMSSetValue("cmi.core.exit", "");
  api.LMSFinish("");
});
</script></html>"""


@pytest.fixture(scope="module")
def unloading(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A course that reports in the event that its suspend data name."""
    package = tmp_path_factory.mktemp("unloading") / "unloading.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("imsmanifest.xml", MANIFEST)
        archive.writestr("index.html", PAGE)
    return service.import_course(package)


@pytest.mark.parametrize("event", ["beforeunload", "pagehide", "unload"])
def test_last_words_of_content_are_heard_when_the_learner_leaves(
    service: Service, unloading: dict[str, Any], context: BrowserContext, event: str
) -> None:
    registration = service.register(unloading)
    page = opened(context, service.launch(registration))
    says(page, "cmi.suspend_data", event)

    page.locator("[data-nav=exitAll]").click()
    expect(page.locator("body")).to_have_attribute("data-state", "ended")

    assert stored(service, registration)["cmi.core.lesson_location"] == f"said in {event}"
    assert service.verbs(registration)[:4] == ["launched", "initialized", "completed", "terminated"]


@pytest.mark.parametrize("event", ["beforeunload", "pagehide", "unload"])
def test_last_words_of_content_are_heard_when_the_tab_is_closed(
    service: Service, unloading: dict[str, Any], context: BrowserContext, event: str
) -> None:
    registration = service.register(unloading)
    page = opened(context, service.launch(registration))
    content(page).evaluate("document.body.tabIndex = 0")
    says(page, "cmi.suspend_data", event)

    page.close(run_before_unload=True)
    again = opened(context, service.launch(registration))

    assert reads(again, "cmi.core.lesson_location") == f"said in {event}"
    assert reads(again, "cmi.core.entry") == "resume"
    assert service.verbs(registration, last="resumed") == ["launched", "initialized", "suspended", "launched", "resumed"]


def test_what_a_lost_network_kept_back_arrives_after_a_reload(
    service: Service, unloading: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(unloading)
    page = opened(context, service.launch(registration))
    page.route("**/commit", lambda route: route.abort())
    page.route("**/navigate", lambda route: route.abort())
    says(page, "cmi.suspend_data", "kept in the browser")
    content(page).evaluate("api.LMSCommit('')")
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")

    page.unroute_all()
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-state", "running")

    assert reads(page, "cmi.suspend_data") == "kept in the browser"
    assert stored(service, registration)["cmi.suspend_data"] == "kept in the browser"


def test_a_server_that_fails_is_asked_again_until_it_answers(
    service: Service, unloading: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(unloading)
    page = opened(context, service.launch(registration))
    page.route("**/commit", lambda route: route.fulfill(status=503, body="{}"), times=2)

    says(page, "cmi.suspend_data", "at last")
    content(page).evaluate("api.LMSCommit('')")
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    expect(page.locator("#saved")).to_contain_text("Saved")

    assert stored(service, registration)["cmi.suspend_data"] == "at last"


def test_more_than_a_closing_page_may_send_waits_for_the_next_visit(
    service: Service, unloading: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(unloading)
    page = opened(context, service.launch(registration))
    says(page, "cmi.suspend_data", "x" * 64_000)

    page.close()
    again = opened(context, service.launch(registration))

    assert len(reads(again, "cmi.suspend_data")) == 64_000


def test_of_two_windows_of_one_browser_the_older_saves_and_stops(
    service: Service, unloading: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(unloading)
    older = opened(context, service.launch(registration))
    says(older, "cmi.suspend_data", "from the older window")

    newer = opened(context, service.launch(registration))

    expect(older.get_by_role("heading", name="opened in another window")).to_be_visible()
    assert older.frame(name="content") is None
    assert reads(newer, "cmi.suspend_data") == "from the older window"


def test_of_two_windows_of_two_browsers_the_older_is_told(
    service: Service, unloading: dict[str, Any], context: BrowserContext, browser: Browser
) -> None:
    registration = service.register(unloading)
    older = opened(context, service.launch(registration))
    elsewhere = browser.new_context()

    newer = opened(elsewhere, service.launch(registration))
    content(older).evaluate("api.LMSSetValue('cmi.suspend_data', 'too late'); api.LMSCommit('')")

    expect(older.get_by_role("heading", name="opened in another window")).to_be_visible()
    assert reads(newer, "cmi.suspend_data") == ""
    elsewhere.close()


def test_the_result_links_back_to_where_the_learner_came_from(
    service: Service, unloading: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(unloading)
    page = opened(context, service.launch(registration, return_url="https://people.example/home"))

    page.locator("[data-nav=suspendAll]").click()
    expect(page.locator("body")).to_have_attribute("data-state", "ended")

    expect(page.locator("[data-return]")).to_have_attribute("href", "https://people.example/home")
    page.get_by_role("button", name="Go on now").click()
    expect(page.locator("body")).to_have_attribute("data-state", "running")


def test_calls_are_answered_in_microseconds(service: Service, unloading: dict[str, Any], context: BrowserContext) -> None:
    page = opened(context, service.launch(service.register(unloading)))

    microseconds = content(page).evaluate("""() => {
      const times = [];
      for (let round = 0; round < 50; round += 1) {
        const start = performance.now();
        for (let call = 0; call < 100; call += 1) {
          api.LMSSetValue("cmi.core.lesson_location", "p" + call);
          api.LMSGetValue("cmi.core.lesson_location");
        }
        times.push((performance.now() - start) * 1000 / 200);
      }
      return times.sort((a, b) => a - b)[25];
    }""")

    assert microseconds < 20
    print(f"{microseconds:.2f} µs a call")


def test_keeping_64_kilobytes_holds_content_up_for_milliseconds(
    service: Service, unloading: dict[str, Any], context: BrowserContext
) -> None:
    """They are sealed before LMSCommit returns: a page that goes has no later."""
    page = opened(context, service.launch(service.register(unloading)))
    page.route("**/commit", lambda route: route.abort())

    milliseconds = content(page).evaluate("""() => {
      const times = [];
      for (let round = 0; round < 15; round += 1) {
        api.LMSSetValue("cmi.suspend_data", String(round).padEnd(64_000, "x"));
        const start = performance.now();
        api.LMSCommit("");
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[7];
    }""")
    kept = page.evaluate("Object.values(localStorage).map((row) => row.length)")

    assert max(kept) > 64_000
    assert milliseconds < 50
    print(f"{milliseconds:.1f} ms to keep 64 kB")
