"""No network for ten minutes, an expired link, a wrong clock, a killed server: said in words, and nothing is lost."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from scorm_runtime import presence
from tests.browser import packages
from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.playing import Service, content, opened, reads, says, sealed, stored

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def course(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("part"), "trouble", {"only.html": packages.SCO}))


def saves(page: Page, element: str, value: str) -> None:
    says(page, element, value)
    assert content(page).evaluate("api.LMSCommit('')") == "true"


def test_after_ten_minutes_without_a_network_everything_is_saved(
    service: Service, course: dict[str, Any], context: BrowserContext
) -> None:
    context.clock.install()
    registration = service.register(course)
    page = opened(context, service.launch(registration))
    failures: list[str] = []
    page.on("requestfailed", lambda request: failures.append(request.url))

    context.set_offline(True)
    for minute in range(10):
        saves(page, "cmi.suspend_data", f"after {minute} minutes")
        saves(page, f"cmi.interactions.{minute}.id", f"q{minute}")
        context.clock.run_for(60_000)
        expect(page.locator("#saved")).to_contain_text("No connection. Your work is kept in this browser")
    expect(page.locator("#spoken")).to_contain_text("No connection.")
    assert len(failures) < 40
    context.set_offline(False)

    expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved "))
    expect(page.locator("#spoken")).to_have_text("Saved again")
    found = stored(service, registration)
    assert found["cmi.suspend_data"] == "after 9 minutes"
    assert [found[f"cmi.interactions.{number}.id"] for number in range(10)] == [f"q{number}" for number in range(10)]


def test_a_course_that_is_left_without_a_network_goes_on_from_there(
    service: Service, course: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(course)
    page = opened(context, service.launch(registration))
    context.set_offline(True)
    saves(page, "cmi.suspend_data", "said in a tunnel")
    context.new_page()
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    context.set_offline(False)

    again = opened(context, service.launch(registration))

    assert reads(again, "cmi.suspend_data") == "said in a tunnel"


def test_an_expired_link_says_so_and_the_next_one_hands_over_what_was_left(
    service: Service, course: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(course)
    page = opened(context, service.launch(registration, return_url="https://people.example/home"))
    page.route(re.compile("/(commit|navigate)$"), expired)

    saves(page, "cmi.suspend_data", "said too late")

    notice = page.get_by_role("dialog", name="This link has expired")
    expect(notice).to_be_visible()
    expect(notice.get_by_role("button", name="Back to where you came from")).to_be_focused()
    page.keyboard.press("Escape")
    expect(notice).to_be_visible()
    again = opened(context, service.launch(registration))
    assert reads(again, "cmi.suspend_data") == "said too late"


def test_an_expired_link_without_a_way_back_offers_no_button(
    service: Service, course: dict[str, Any], context: BrowserContext
) -> None:
    page = opened(context, service.launch(service.register(course)))
    page.route("**/commit", expired)

    saves(page, "cmi.suspend_data", "said too late")

    expect(page.get_by_role("heading", name="This link has expired")).to_be_focused()
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_count(0)


def test_a_course_that_was_removed_says_so_in_the_open_window_and_at_its_link(
    service: Service, tmp_path: Path, context: BrowserContext
) -> None:
    course = service.import_course(packages.scorm12(tmp_path, "gone", {"only.html": packages.SCO}))
    url = service.launch(service.register(course), return_url="https://people.example/home")
    page = opened(context, url)
    service.ask("DELETE", f"/api/v1/courses/{course['id']}")
    page.wait_for_timeout(presence.KEPT * 1000)

    notice = page.get_by_role("dialog", name="This course has been removed")

    for said in ("too late", "later still", "and again"):  # each process may answer once by what it remembers
        if not notice.is_visible():
            with page.expect_response("**/commit"):
                saves(page, "cmi.suspend_data", said)
            page.wait_for_timeout(1000)

    expect(notice).to_be_visible()
    expect(notice.get_by_role("button", name="Back to where you came from")).to_be_focused()
    page.goto(url)
    expect(page.get_by_text("This course has been removed.")).to_be_visible()


def expired(route: Route) -> None:
    route.fulfill(status=410, json={"code": "launch-expired", "status": 410})


PROXY = {"content_type": "text/html", "body": "<h1>Not now</h1>"}
BUSY = {"status": 409, "json": {"code": "attempt-busy", "status": 409}}


@pytest.mark.parametrize("answer", [{"status": 413, **PROXY}, {"status": 404, **PROXY}, {"status": 429, **PROXY}, BUSY])
def test_what_is_no_refusal_of_ours_is_waited_out(
    service: Service, course: dict[str, Any], context: BrowserContext, answer: dict[str, Any]
) -> None:
    registration = service.register(course)
    page = opened(context, service.launch(registration))
    page.route("**/commit", lambda route: route.fulfill(**answer), times=2)

    saves(page, "cmi.suspend_data", "through a bad proxy")
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")

    expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved "), timeout=15_000)
    assert stored(service, registration)["cmi.suspend_data"] == "through a bad proxy"


@pytest.fixture
def forgetful(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser whose owner lets no site keep anything."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text('{"profile": {"default_content_setting_values": {"cookies": 2}}}')
    made = browser.browser_type.launch_persistent_context(tmp_path, executable_path=chromium(), args=list(ARGUMENTS))
    yield made
    made.close()


def test_a_browser_that_keeps_nothing_plays_and_says_what_must_stay_open(
    service: Service, course: dict[str, Any], forgetful: BrowserContext
) -> None:
    registration = service.register(course)
    page = opened(forgetful, service.launch(registration))
    saves(page, "cmi.suspend_data", "with a network")
    expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved "))

    forgetful.set_offline(True)
    saves(page, "cmi.suspend_data", "without")
    expect(page.locator("#saved")).to_have_text("No connection. Keep this page open: your work will be saved when it is back.")
    page.locator("#title").click()
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    forgetful.set_offline(False)

    expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved "), timeout=40_000)
    assert stored(service, registration)["cmi.suspend_data"] == "without"


def test_a_page_that_is_closed_with_more_than_can_leave_with_it_asks_first(
    service: Service, course: dict[str, Any], forgetful: BrowserContext
) -> None:
    page = opened(forgetful, service.launch(service.register(course)))
    page.route("**/commit", lambda route: None)
    page.locator("#title").click()

    saves(page, "cmi.suspend_data", "x" * 64_000)
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)

    assert asked.value.type == "beforeunload"
    asked.value.dismiss()


def test_of_two_windows_that_may_keep_nothing_the_older_is_told(
    service: Service, course: dict[str, Any], forgetful: BrowserContext
) -> None:
    registration = service.register(course)
    older = opened(forgetful, service.launch(registration))

    opened(forgetful, service.launch(registration))

    expect(older.get_by_role("heading", name="opened in another window")).to_be_visible()


def test_a_tab_that_crashes_loses_nothing(service: Service, course: dict[str, Any], context: BrowserContext) -> None:
    registration = service.register(course)
    url = service.launch(registration)
    page = opened(context, url)
    page.route("**/commit", lambda route: route.abort())
    saves(page, "cmi.suspend_data", "before the crash")
    with page.expect_event("crash"), pytest.raises(Error):
        page.goto("chrome://crash")

    again = opened(context, url)

    assert reads(again, "cmi.suspend_data") == "before the crash"


def test_what_was_left_behind_and_nobody_understands_keeps_nobody_out(
    service: Service, course: dict[str, Any], context: BrowserContext
) -> None:
    registration = service.register(course)
    page = opened(context, service.launch(registration))
    name = f"rollbook:{registration}:7"
    row = sealed(page, name, [{"n": "seven", "changes": {}, "at": 0, "elapsed": 0}])
    page.evaluate("([name, row]) => localStorage.setItem(name, row)", [name, row])

    page.reload()

    expect(page.locator("body")).to_have_attribute("data-state", "running")


def test_a_clock_that_is_set_right_in_mid_course_adds_no_time(
    service: Service, course: dict[str, Any], context: BrowserContext
) -> None:
    context.clock.install()
    registration = service.register(course)
    page = opened(context, service.launch(registration))

    page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=5))
    saves(page, "cmi.core.lesson_status", "completed")
    page.locator("[data-nav=exitAll]").click()

    expect(page.locator("body")).to_have_attribute("data-state", "ended")
    assert service.get(f"/api/v1/registrations/{registration}")["seconds"] < 120
    times = [datetime.fromisoformat(statement["timestamp"]) for statement in service.statements(registration)]
    assert max(abs(datetime.now(UTC) - time) for time in times) < timedelta(minutes=2)


@pytest.mark.parametrize("years", [-3, 3])
def test_a_clock_that_is_wrong_by_years_dates_nothing_wrongly(
    service: Service, course: dict[str, Any], context: BrowserContext, years: int
) -> None:
    context.clock.install(time=datetime.now(UTC) + timedelta(days=365 * years))
    registration = service.register(course)
    page = opened(context, service.launch(registration))

    saves(page, "cmi.core.score.raw", "70")
    saves(page, "cmi.core.lesson_status", "completed")
    page.locator("[data-nav=exitAll]").click()

    expect(page.locator("body")).to_have_attribute("data-state", "ended")
    times = [datetime.fromisoformat(statement["timestamp"]) for statement in service.statements(registration)]
    assert len(times) > 3
    assert max(abs(datetime.now(UTC) - time) for time in times) < timedelta(minutes=2)


def test_a_server_that_is_killed_in_mid_course_loses_nothing(
    browser: Browser, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = Server(tmp_path)
    server.start()
    context = browser.new_context()
    try:
        service = Service(server.url, server.content_url)
        package = packages.scorm12(tmp_path_factory.mktemp("killed"), "killed", {"only.html": packages.SCO})
        registration = service.register(service.import_course(package))
        page = opened(context, service.launch(registration))
        saves(page, "cmi.core.lesson_location", "before")
        expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved "))

        server.kill()
        saves(page, "cmi.suspend_data", "while nobody listened")
        expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
        server.start()

        expect(page.locator("#saved")).to_have_text(re.compile(r"^Saved "))
        found = stored(service, registration)
        assert (found["cmi.core.lesson_location"], found["cmi.suspend_data"]) == ("before", "while nobody listened")
    finally:
        context.close()
        server.kill()


class Server:
    """A `rollbook serve` that is killed with all of its processes, and started again where it was."""

    def __init__(self, folder: Path) -> None:
        ports = free_ports()
        self.url, self.content_url = (f"http://127.0.0.1:{port}" for port in ports)
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("ROLLBOOK_")} | {
            "ROLLBOOK_DATA_DIR": str(folder),
            "ROLLBOOK_PORT": str(ports[0]),
            "ROLLBOOK_CONTENT_PORT": str(ports[1]),
            "ROLLBOOK_ADMIN_KEY": Service.KEY,
            "ROLLBOOK_ADMIN_SECRET": Service.SECRET,
        }
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "rollbook", "serve"]
        self.process = subprocess.Popen(command, env=self.environ, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.process.stdout is not None
        assert any(line.startswith("ready ") for line in self.process.stdout)

    def kill(self) -> None:
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=30)
        self.process = None


def free_ports() -> list[int]:
    with socket.socket() as one, socket.socket() as other:
        for found in (one, other):
            found.bind(("127.0.0.1", 0))
        return [found.getsockname()[1] for found in (one, other)]
