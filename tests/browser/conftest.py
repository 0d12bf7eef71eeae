"""A running `rollbook serve` and a Chromium: nothing here reaches into the product but over HTTP."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.playing import LONG_ENOUGH, Player, Service, Witness

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=LONG_ENOUGH * 1000)


def chromium() -> str:
    found = shutil.which(os.environ.get("ROLLBOOK_CHROMIUM", "chromium"))
    if found is None:
        pytest.fail("No Chromium: install it, or name one with ROLLBOOK_CHROMIUM.", pytrace=False)
    return found


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Service]:
    """Both origins on free ports, over an embedded database in a throw-away directory."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ROLLBOOK_")} | {
        "ROLLBOOK_DATA_DIR": str(data),
        "ROLLBOOK_PORT": "0",
        "ROLLBOOK_CONTENT_PORT": "0",
        "ROLLBOOK_ADMIN_KEY": Service.KEY,
        "ROLLBOOK_ADMIN_SECRET": Service.SECRET,
        "ROLLBOOK_TRANSLATIONS": str(Path(__file__).parent / "translations"),
        **settings,
    }
    command = [sys.executable, "-m", "rollbook", "serve"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = next((line.split() for line in process.stdout if line.startswith("ready ")), None)
        assert ready is not None, "`rollbook serve` ended before it was ready"
        yield Service(ready[1], ready[3])
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile: its windows share their storage."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def open_player(browser: Browser, service: Service) -> Iterator[Callable[..., Player]]:
    """Opens a launch link in a browser that knows nothing of earlier ones; at the end none of them may have complaints."""
    witnesses: list[Witness] = []
    contexts = []

    def open_link(url: str, **options: Any) -> Player:
        context = browser.new_context(viewport={"width": 1280, "height": 860}, **options)
        contexts.append(context)
        page = context.new_page()
        witnesses.append(Witness(page, service))
        page.goto(url)
        return Player(page)

    yield open_link
    for context in contexts:
        context.close()
    complaints = {complaint for witness in witnesses for complaint in witness.complaints}
    assert complaints == set()


@pytest.fixture(scope="session")
def fire_safety(service: Service, sample_package: Callable[[str], Path]) -> dict[str, Any]:
    return service.import_course(sample_package("scorm12-fire-safety"))


@pytest.fixture(scope="session")
def data_protection(service: Service, sample_package: Callable[[str], Path]) -> dict[str, Any]:
    return service.import_course(sample_package("scorm2004-data-protection"))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the folder that ROLLBOOK_SCREENSHOTS names, else one that is thrown away."""
    folder = Path(os.environ.get("ROLLBOOK_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
