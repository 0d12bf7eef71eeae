"""An origin for each registration: a package finds nothing of others, and all that a course needs is there."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Frame, expect

from tests.browser import packages
from tests.browser.conftest import serving
from tests.browser.playing import Player, Service, content, opened, reads, says, stored
from tests.browser.test_isolation import tried, unsaved
from tests.browser.test_units import button, package
from tests.scorm_runtime.units.content import au

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    address = f"http://*.localhost:{port}"
    with serving(tmp_path_factory.mktemp("data"), ROLLBOOK_CONTENT_PORT=port, ROLLBOOK_CONTENT_URL=address) as made:
        assert made.content_url == address
        yield made


@pytest.fixture(scope="module")
def course(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("own"), "own", {"only.html": packages.SCO}))


@pytest.fixture
def victim(service: Service, course: dict[str, Any]) -> str:
    return service.register(course)


@pytest.fixture
def hostile(service: Service, course: dict[str, Any], context: BrowserContext) -> Frame:
    return content(opened(context, service.launch(service.register(course, "Somebody else"))))


def test_of_another_registrations_unsaved_work_there_is_nothing_to_be_seen(
    service: Service, victim: str, hostile: Frame, context: BrowserContext
) -> None:
    page = unsaved(context, service.launch(victim), "of another course")

    assert page.evaluate("localStorage.length") == 1
    assert tried(hostile, "return localStorage.length") == 0


def test_of_another_registrations_windows_and_locks_there_is_nothing_to_be_seen(
    service: Service, victim: str, hostile: Frame, context: BrowserContext
) -> None:
    page = opened(context, service.launch(victim))

    assert victim in str(page.evaluate("navigator.locks.query()"))
    assert victim not in str(tried(hostile, "return await navigator.locks.query()"))


def test_a_package_does_not_run_where_another_registrations_data_are(
    service: Service, victim: str, hostile: Frame, context: BrowserContext
) -> None:
    stolen = urlsplit(service.launch(victim)).netloc
    own = urlsplit(hostile.url)
    page = context.new_page()

    answers = [page.goto(own._replace(netloc=stolen, path=path).geturl()) for path in (own.path, own.path.split("content/")[0])]

    assert [answer.status for answer in answers if answer] == [404, 404]


def test_a_course_resumes_and_its_windows_still_know_each_other(service: Service, victim: str, context: BrowserContext) -> None:
    unsaved(context, service.launch(victim), "not saved at first").close()
    older = opened(context, service.launch(victim))
    assert reads(older, "cmi.suspend_data") == "not saved at first"
    says(older, "cmi.suspend_data", "from the older window")

    newer = opened(context, service.launch(victim))

    expect(older.get_by_role("heading", name="opened in another window")).to_be_visible()
    assert reads(newer, "cmi.suspend_data") == "from the older window"
    newer.locator("[data-nav=exitAll]").click()
    expect(newer.locator("body")).to_have_attribute("data-state", "ended")
    assert stored(service, victim)["cmi.suspend_data"] == "from the older window"


def test_a_unit_reports_and_hands_back(tmp_path: Path, service: Service, open_player: Callable[..., Player]) -> None:
    course = service.import_course(package(tmp_path, au("one", 'moveOn="Completed" launchMethod="OwnWindow"'), au("two")))
    registration = service.register(course)
    player = open_player(service.launch(registration, player=True))

    with player.page.context.expect_page() as opened:
        button(player.page, "Open the window").click()
    button(opened.value, "Complete").click()
    expect(opened.value.get_by_text("completed")).to_be_visible()
    with opened.value.expect_event("close"):
        button(opened.value, "End").click()

    expect(button(player.page, "Go on: two")).to_be_visible()
    assert urlsplit(opened.value.url).netloc == urlsplit(player.page.url).netloc
    assert service.verbs(registration).count("terminated") == 1
