"""What a package may not do, tried by one that wants to: in its frame, over the page above it, and from a worker."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame

from tests.browser import packages
from tests.browser.playing import Service, content, opened, says

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
