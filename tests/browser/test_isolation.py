"""What a package may not do, tried by one that wants to: in its frame, over the page above it, and from a worker."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.browser import packages
from tests.browser.playing import Service, content, opened, reads, says, sealed, stored

pytestmark = pytest.mark.browser

# Each is the body of a function in the package's page; what it returns says how far it came.
SUBMITS = """
  const form = %(document)s.createElement("form");
  Object.assign(form, { method: "post", action: "%(url)s/api/v1/courses", target: "nowhere" });
  %(document)s.body.append(form);
  return new Promise((tell) => {
    %(document)s.addEventListener("securitypolicyviolation", ({ violatedDirective }) => tell(violatedDirective), { once: true });
    form.submit();
  });"""
REGISTERS = """
  return %(from)s.navigator.serviceWorker.register("%(script)s", %(options)s).then(() => "registered", ({ name }) => name);"""


@pytest.fixture(scope="module")
def course(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    files = {"only.html": packages.SCO, "worker.js": "addEventListener('fetch', () => {})"}
    return service.import_course(packages.scorm12(tmp_path_factory.mktemp("hostile"), "hostile", files))


@pytest.fixture
def hostile(service: Service, course: dict[str, Any], context: BrowserContext) -> Frame:
    return content(opened(context, service.launch(service.register(course))))


def tried(frame: Frame, body: str) -> Any:
    return frame.evaluate(f"async () => {{ {body} }}")


def test_there_is_no_cookie_to_be_read(hostile: Frame) -> None:
    assert tried(hostile, "return document.cookie + parent.document.cookie") == ""


@pytest.mark.parametrize("sender", ["window", "parent"])
@pytest.mark.parametrize("path", ["/api/v1/courses", "/xapi/statements", "/"])
def test_the_application_does_not_answer_to_a_package(service: Service, hostile: Frame, sender: str, path: str) -> None:
    body = (
        f"return {sender}.fetch('{service.url}{path}', {{ credentials: 'include' }}).then(() => 'answered', ({{ name }}) => name)"
    )

    assert tried(hostile, body) == "TypeError"


@pytest.mark.parametrize("document", ["document", "parent.document"])
def test_no_form_reaches_the_application(service: Service, hostile: Frame, document: str) -> None:
    assert tried(hostile, SUBMITS % {"document": document, "url": service.url}) == "form-action"


def test_the_window_of_the_player_stays_where_it_is(hostile: Frame) -> None:
    assert (
        tried(hostile, "try { top.location.href = 'about:blank'; return 'gone' } catch ({ name }) { return name }")
        == "SecurityError"
    )


def test_no_script_is_written_into_the_page_of_the_player(hostile: Frame) -> None:
    body = """
      const script = parent.document.createElement("script");
      script.textContent = "window.written = true";
      parent.document.body.append(script);
      return parent.written ?? false;"""

    assert tried(hostile, body) is False


@pytest.mark.parametrize("sender", ["window", "parent"])
@pytest.mark.parametrize("options", ["{}", "{ scope: '/' }", "{ scope: '/play/' }"])
def test_no_service_worker_stays_behind(hostile: Frame, sender: str, options: str) -> None:
    script = hostile.url.replace("only.html", "worker.js")

    assert tried(hostile, REGISTERS % {"from": sender, "script": script, "options": options}) in ("SecurityError", "TypeError")


def test_the_window_of_another_launch_is_out_of_reach(
    service: Service, course: dict[str, Any], hostile: Frame, context: BrowserContext
) -> None:
    other = service.register(course, "Somebody else")
    page = opened(context, service.launch(other))
    says(page, "cmi.suspend_data", "of somebody else")

    for name in (f"course-{other}", "content"):
        found = tried(hostile, f"const found = open('', '{name}'); return found ? found.location.href : 'none'")
        assert found in ("none", "about:blank", hostile.url)


def test_storage_holds_no_token(hostile: Frame) -> None:
    token = hostile.url.split("/play/")[1].split("/")[0]
    kept = tried(
        hostile,
        "return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys()])",
    )

    assert token not in kept


@pytest.fixture
def victim(service: Service, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The registration of the same learner for another course."""
    package = packages.scorm12(tmp_path_factory.mktemp("victim"), "victim", {"only.html": packages.SCO})
    return service.register(service.import_course(package))


def unsaved(context: BrowserContext, url: str, value: str) -> Page:
    """A window whose content has set a value that cannot be saved, for as long as there is no network."""
    page = opened(context, url)
    for message in ("commit", "navigate"):
        page.route(f"**/{message}", lambda route: route.abort())
    says(page, "cmi.suspend_data", value)
    content(page).evaluate("api.LMSCommit('')")
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    return page


def test_what_another_course_has_not_saved_yet_cannot_be_read(
    service: Service, victim: str, hostile: Frame, context: BrowserContext
) -> None:
    unsaved(context, service.launch(victim), "of another course")

    kept = tried(hostile, "return { ...localStorage }")

    assert f"rollbook:{victim}:1" in kept
    assert "of another course" not in str(kept)
    assert "suspend_data" not in str(kept)


def plain(_page: Page, _name: str, _row: str, forged: Any) -> str:
    return json.dumps(forged)


def of_its_own_key(page: Page, name: str, _row: str, forged: Any) -> str:
    return sealed(page, name, forged)


def altered(_page: Page, _name: str, row: str, _forged: Any) -> str:
    return row[:40] + chr(ord(row[40]) ^ 1) + row[41:]


def cut_off(_page: Page, _name: str, row: str, _forged: Any) -> str:
    return row[:-1]


@pytest.mark.parametrize("forge", [plain, of_its_own_key, altered, cut_off])
def test_what_is_put_in_place_of_another_courses_work_is_never_sent(
    service: Service, victim: str, hostile: Frame, context: BrowserContext, forge: Callable[..., str]
) -> None:
    url, name = service.launch(victim), f"rollbook:{victim}:1"
    unsaved(context, url, "of another course").close()
    row = tried(hostile, f"return localStorage.getItem('{name}')")
    changes = {"cmi.suspend_data": "forged", "cmi.core.lesson_status": "completed"}
    forged = forge(hostile.page, name, row, [{"n": 1, "changes": changes, "at": 0, "elapsed": 0}])
    hostile.evaluate("([name, row]) => localStorage.setItem(name, row)", [name, forged])

    page = context.new_page()
    with page.expect_request("**/state") as asked:
        page.goto(url)
    expect(page.locator("body")).to_have_attribute("data-state", "running")

    assert asked.value.post_data_json["pending"] == {}
    assert "forged" not in str(stored(service, victim))
    assert tried(hostile, f"return localStorage.getItem('{name}')") is None


def test_work_that_was_saved_and_is_put_back_changes_nothing(
    service: Service, victim: str, hostile: Frame, context: BrowserContext
) -> None:
    url, name = service.launch(victim), f"rollbook:{victim}:1"
    page = unsaved(context, url, "before")
    older = tried(hostile, f"return localStorage.getItem('{name}')")
    page.unroute_all()
    expect(page.locator("#saved")).to_contain_text("Saved")
    says(page, "cmi.suspend_data", "after")
    page.close()
    hostile.evaluate("([name, row]) => localStorage.setItem(name, row)", [name, older])

    again = context.new_page()
    with again.expect_request("**/state") as asked:
        again.goto(url)
    expect(again.locator("body")).to_have_attribute("data-state", "running")

    assert asked.value.post_data_json["pending"]["1"][0]["changes"]["cmi.suspend_data"] == "before"
    assert reads(again, "cmi.suspend_data") == "after"


def test_no_message_stops_the_window_of_another_course(
    service: Service, victim: str, hostile: Frame, context: BrowserContext
) -> None:
    page = opened(context, service.launch(victim))
    page.evaluate(
        "name => { window.heard = new Promise((tell) => { new BroadcastChannel(name).onmessage = tell; }) }", f"rollbook:{victim}"
    )

    tried(
        hostile,
        f"""
        const held = (await navigator.locks.query()).held.map(({{ name }}) => name);
        const own = Object.values(parent.document.body.dataset);
        for (const name of ["rollbook", "rollbook:{victim}", "{victim}", ...Object.keys(localStorage), ...held, ...own]) {{
          const channel = new BroadcastChannel(name);
          for (const message of ["opening", {{ opening: "another" }}]) channel.postMessage(message);
        }}""",
    )
    page.evaluate("async () => { await heard; await new Promise((go) => setTimeout(go, 100)); }")

    says(page, "cmi.suspend_data", "goes on")
    content(page).evaluate("api.LMSCommit('')")
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert stored(service, victim)["cmi.suspend_data"] == "goes on"


@pytest.mark.parametrize("then", ["new Promise(() => {})", "Promise.resolve()"], ids=["kept", "let go"])
def test_a_stolen_lock_neither_stops_a_window_nor_keeps_it_from_giving_way(
    service: Service, victim: str, hostile: Frame, context: BrowserContext, then: str
) -> None:
    older = opened(context, service.launch(victim))
    tried(
        hostile,
        f"""
        const {{ held }} = await navigator.locks.query();
        const {{ name }} = held.find(({{ name }}) => name.includes("{victim}"));
        await new Promise((taken) => {{
          navigator.locks.request(name, {{ steal: true }}, () => {{ taken(); return {then}; }});
        }});""",
    )
    says(older, "cmi.suspend_data", "from the older window")

    newer = opened(context, service.launch(victim))

    expect(older.get_by_role("heading", name="opened in another window")).to_be_visible()
    assert reads(newer, "cmi.suspend_data") == "from the older window"
    says(newer, "cmi.suspend_data", "from the newer window")
    content(newer).evaluate("api.LMSCommit('')")
    expect(newer.locator("#saved")).to_contain_text("Saved")
