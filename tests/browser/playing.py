"""What the browser tests do and see, in the words of a learner, a teacher and an analyst."""

from __future__ import annotations

import base64
import json
import os
import re
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, FrameLocator, Locator, Page, Request, Response, expect

# Chromium says so of every frame that may run scripts and reach the SCORM API above it.
SANDBOX_NOTICE = "allow-scripts and allow-same-origin"
# Seconds until what was done must be seen, by whoever waits for it: much, for other tests run at the same time.
LONG_ENOUGH = 60.0


class Service:
    """The running product, as its HTTP clients see it."""

    KEY = "browser-tests"
    SECRET = "a secret of the browser tests"

    def __init__(self, url: str, content_url: str) -> None:
        self.url = url
        self.content_url = content_url
        self.authorization = "Basic " + base64.b64encode(f"{self.KEY}:{self.SECRET}".encode()).decode()

    def is_content(self, url: str) -> bool:
        """Whether it is of the content origin, or of a registration's own."""
        return re.match(re.escape(self.content_url).replace(r"\*", "[0-9a-f]{32}") + "/", url) is not None

    def ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json") -> Any:
        headers = {"Authorization": self.authorization, "X-Experience-API-Version": "2.0.0"}
        if body is not None:
            headers["Content-Type"] = content_type
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def get(self, path: str, **query: str) -> Any:
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path: str, body: Any) -> Any:
        return self.ask("POST", path, json.dumps(body).encode())

    def import_course(self, package: Path) -> dict[str, Any]:
        course: dict[str, Any] = self.ask("POST", "/api/v1/courses", package.read_bytes(), "application/zip")
        return course

    def register(self, course: dict[str, Any], name: str = "Ada Moreau") -> str:
        actor = {
            "objectType": "Agent",
            "name": name,
            "account": {"homePage": "https://people.example", "name": uuid.uuid4().hex[:8]},
        }
        registration: str = self.post(f"/api/v1/courses/{course['id']}/registrations", {"actor": actor})["registration"]
        return registration

    def launch(self, registration: str, **options: Any) -> str:
        url: str = self.post(f"/api/v1/registrations/{registration}/launch", options)["url"]
        return url

    def statements(self, registration: str) -> list[dict[str, Any]]:
        """Those of the registration, in the order in which they were stored."""
        found: list[dict[str, Any]] = self.get("/xapi/statements", registration=registration, ascending="true", limit="0")[
            "statements"
        ]
        return found

    def verbs(self, registration: str, last: str | None = None) -> list[str]:
        """Once the `last` is stored: statements of a commit or an opening follow its answer."""
        deadline = time.monotonic() + LONG_ENOUGH
        while True:
            found = [statement["verb"]["id"].rsplit("/", 1)[-1] for statement in self.statements(registration)]
            if last is None or found[-1:] == [last] or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def row(
        self, resource: str, course: dict[str, Any], registration: str, ready: Callable[[dict[str, Any]], Any] = bool
    ) -> dict[str, Any]:
        """The analyst's row on the registration, once it is `ready`: attempts follow statements in the background."""
        deadline = time.monotonic() + LONG_ENOUGH
        while True:
            rows: list[dict[str, Any]] = self.get(f"/api/v1/{resource}", course=course["id"], registration=registration)["rows"]
            if (len(rows) == 1 and ready(rows[0])) or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        assert len(rows) == 1
        return rows[0]


class Witness:
    """Listens to one page: errors on the console, failed requests, requests to any host but ours, a missing policy."""

    def __init__(self, page: Page, service: Service) -> None:
        self.service = service
        self.complaints: list[str] = []
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("request", self.on_request)
        page.on("response", self.on_response)

    def on_console(self, message: ConsoleMessage) -> None:
        known = SANDBOX_NOTICE in message.text
        if message.type in ("error", "warning") and not known:
            self.complaints.append(f"console {message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        others = (f"{self.service.url}/xapi/", "data:", "blob:", "about:")
        if not self.service.is_content(request.url) and not request.url.startswith(others):
            self.complaints.append(f"foreign request: {request.url}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")
        page = "text/html" in response.headers.get("content-type", "") and self.service.is_content(response.url)
        if page and "content-security-policy" not in response.headers:
            self.complaints.append(f"no policy: {response.url}")


class Player:
    """The player page, by the hooks that the interface promises."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def content(self) -> FrameLocator:
        return self.page.frame_locator("iframe[name=content]")

    def nav(self, request: str) -> Locator:
        return self.page.locator(f"[data-nav={request}]")

    def item(self, identifier: str) -> Locator:
        return self.page.locator(f'[data-item="{identifier}"]')

    def shows(self, heading: str) -> None:
        expect(self.content.get_by_role("heading", level=1, name=heading)).to_be_visible()

    def is_at(self, identifier: str) -> None:
        expect(self.item(identifier)).to_have_attribute("aria-current", "true")

    def has_state(self, state: str) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-state", state)

    def press(self, button: str) -> None:
        self.content.get_by_role("button", name=button, exact=True).click()

    def close(self) -> None:
        """As a learner closes the tab: the page may still do what it does on leaving."""
        self.page.close(run_before_unload=False)


def opened(context: BrowserContext, url: str) -> Page:
    """A window of the player in which content runs."""
    page = context.new_page()
    page.goto(url)
    expect(page.locator("body")).to_have_attribute("data-state", "running")
    return page


def content(page: Page) -> Frame:
    frame = page.frame(name="content")
    assert frame is not None
    return frame


def says(page: Page, element: str, value: str) -> None:
    assert content(page).evaluate("([element, value]) => api.LMSSetValue(element, value)", [element, value]) == "true"


def reads(page: Page, element: str) -> str:
    value: str = content(page).evaluate("element => api.LMSGetValue(element)", element)
    return value


def sealed(page: Page, name: str, rows: Any) -> str:
    """Rows as the registration of this page keeps them in the browser's storage, under that name."""
    key, nonce = base64.b64decode(page.locator("body").get_attribute("data-key") or ""), os.urandom(12)
    return (nonce + ChaCha20Poly1305(key).encrypt(nonce, json.dumps(rows).encode(), name.encode())).decode("latin-1")


def stored(service: Service, registration: str) -> dict[str, str]:
    """The run-time data of the first part, as the server has them."""
    data: dict[str, str] = service.get(f"/api/v1/registrations/{registration}", cmi="true")["tree"]["children"][0]["cmi"]
    return data


FIRE_SAFETY_PAGES = ("Welcome", "What a fire needs", "Which extinguisher", "When you find a fire", "Five questions")


def read_fire_safety(player: Player) -> None:
    for heading in FIRE_SAFETY_PAGES[:-1]:
        player.shows(heading)
        player.press("Next")
    player.shows(FIRE_SAFETY_PAGES[-1])


def answer_fire_safety(
    player: Player, *, lift: str = "False", steps: tuple[str, ...] = ("Pull", "Aim", "Squeeze", "Sweep")
) -> None:
    content = player.content
    content.get_by_label("Heat, fuel and oxygen").check()
    content.get_by_label("Carbon dioxide").check()
    content.get_by_label("Powder").check()
    content.get_by_label(lift, exact=True).check()
    content.get_by_label("Raise the alarm").check()
    for place, step in zip(("First", "Second", "Third", "Fourth"), steps, strict=True):
        content.get_by_label(place).select_option(step)


def read_lesson(player: Player, *headings: str) -> None:
    for heading in headings[:-1]:
        player.shows(heading)
        player.press("Next page")
    player.shows(headings[-1])


def answer_data_protection(player: Player, *, hours: str = "72") -> None:
    content = player.content
    content.get_by_label("The times at which badge").check()
    content.get_by_label("A photograph of visitors").check()
    content.get_by_role("group", name="2.").get_by_label("False").check()
    content.get_by_label("Hours").fill(hours)
    content.get_by_label("Applications are shredded").select_option("How long?")
    content.get_by_label("The form no longer asks").select_option("How much?")
    content.get_by_label("Only two people").select_option("Who sees it?")
    content.get_by_label("Pass it on the same day").check()
