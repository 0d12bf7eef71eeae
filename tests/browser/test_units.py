"""Courses whose content reports by itself, in the player: cmi5 and Tin Can."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.playing import Player, Service
from tests.browser.test_player import violations
from tests.packages.structures import activity
from tests.packages.zips import plain
from tests.scorm_runtime.units.content import au, structure

pytestmark = pytest.mark.browser

BASE = "https://rollbook.example/samples/first-aid"
LOOK, NOT_BREATHING, BLEEDING, TEST = (
    f"{BASE}/{name}" for name in ("look-ask-call", "not-breathing", "bleeding-and-burns", "test")
)
# A unit that says what the query asks for, then what its buttons say.
UNIT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Unit</title><h1>A unit</h1>
<button id="complete" disabled>Complete</button> <button id="end" disabled>End</button><p role="status" id="at"></p>
<script type="module" src="unit.js"></script></html>"""
SCRIPT = """import { Session } from "./cmi5.js";
const session = new Session();
const on = (id, act) => document.getElementById(id).addEventListener("click", act);
const at = document.getElementById("at");
await session.begin();
at.textContent = `begun in ${session.launch.launchMode}`;
for (const button of document.querySelectorAll("button")) button.disabled = false;
on("complete", async () => { await session.say("completed", { completion: true }); at.textContent = "completed"; });
on("end", () => session.leave());
"""
TINCAN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Tin Can</title><h1>An activity</h1>
<button id="pass">Pass</button><p role="status" id="at"></p><script src="tincan.js"></script></html>"""
TINCAN_SCRIPT = """const given = new URLSearchParams(location.search);
const headers = { Authorization: given.get("auth"), "X-Experience-API-Version": "1.0.1", "Content-Type": "application/json" };
const say = (verb, result) => fetch(given.get("endpoint") + "statements", { method: "POST", headers, body: JSON.stringify({
  actor: JSON.parse(given.get("actor")), verb: { id: "http://adlnet.gov/expapi/verbs/" + verb },
  object: { id: given.get("activity_id") }, ...(result ? { result } : {}) }) });
say("attempted");
document.getElementById("pass").addEventListener("click", async () => {
  const answer = await say("passed", { score: { raw: 9, min: 0, max: 10 } });
  document.getElementById("at").textContent = answer.ok ? "passed" : "refused";
});
"""


def package(folder: Path, *units: str) -> Path:
    session = Path(__file__).parents[2] / "samples" / "cmi5-first-aid" / "shared" / "cmi5.js"
    files = {"cmi5.xml": structure(*units), "a.html": UNIT.encode(), "unit.js": SCRIPT.encode(), "cmi5.js": session.read_bytes()}
    path = folder / "package.zip"
    path.write_bytes(plain(files))
    return path


@pytest.fixture(scope="session")
def first_aid(service: Service, sample_package: Callable[[str], Path]) -> dict[str, Any]:
    return service.import_course(sample_package("cmi5-first-aid"))


@pytest.fixture
def enter(service: Service, open_player: Callable[..., Player]) -> Callable[..., tuple[str, Player]]:
    """Registers a learner for a course and opens its player."""

    def entered(course: dict[str, Any], **options: Any) -> tuple[str, Player]:
        registration = service.register(course)
        return registration, open_player(service.launch(registration, player=True), **options)

    return entered


def read(player: Player, *headings: str) -> None:
    for heading in headings[:-1]:
        player.shows(heading)
        player.press("Next page")
    player.shows(headings[-1])


def has_status(player: Player, item: str, status: str) -> None:
    expect(player.item(item)).to_have_attribute("data-status", status)


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name)


def test_a_learner_plays_from_the_first_unit_to_passed(
    service: Service, first_aid: dict[str, Any], enter: Callable[..., tuple[str, Player]]
) -> None:
    registration, player = enter(first_aid)

    player.is_at(LOOK)
    player.has_state("running")
    read(player, "Look", "Ask", "Call")
    expect(player.content.get_by_text("(112)")).to_be_visible()
    player.press("Leave this lesson")
    player.has_state("idle")
    has_status(player, LOOK, "completed")
    button(player.page, "Go on: Somebody does not breathe").click()
    read(player, "Press", "The defibrillator speaks")
    player.nav("continue").click()
    read(player, "Press", "Cool", "Cover")
    player.press("Leave this lesson")
    has_status(player, f"{BASE}/lessons", "completed")
    player.item(TEST).click()
    player.content.get_by_label("Danger to yourself").check()
    player.content.get_by_label("Look at the chest").check()
    player.content.get_by_label("Listen at the mouth").check()
    player.content.get_by_label("Compressions").fill("30")
    player.content.get_by_label("True").check()
    player.press("Hand in the test")
    expect(player.content.get_by_text("You have 3 of 4 points. You have passed.")).to_be_visible()
    player.press("Leave the test")
    player.has_state("ended")
    expect(player.page.get_by_role("heading", name="You have passed")).to_be_visible()

    told = service.get(f"/api/v1/registrations/{registration}")
    assert (told["completion"], told["success"], told["state"]) == ("completed", "passed", "ended")
    verbs = service.verbs(registration)
    assert verbs.count("satisfied") == 3
    assert verbs.count("abandoned") == 0
    row = service.row("completions", first_aid, registration, lambda row: row["completion"])
    assert row["completion"] is True


def test_what_was_begun_is_found_again(
    first_aid: dict[str, Any], service: Service, enter: Callable[..., tuple[str, Player]], open_player: Callable[..., Player]
) -> None:
    registration, player = enter(first_aid)
    read(player, "Look", "Ask")
    player.nav("suspendAll").click()
    player.has_state("ended")

    again = open_player(service.launch(registration, player=True))
    button(again.page, "Go on: Look, ask, call").click()

    again.shows("Ask")


def test_a_unit_that_is_done_is_looked_at_or_the_course_done_again(
    tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]]
) -> None:
    course = service.import_course(package(tmp_path, au("one", 'moveOn="Completed"')))
    registration, player = enter(course)
    player.press("Complete")
    expect(player.content.get_by_text("completed")).to_be_visible()
    player.press("End")
    player.has_state("ended")

    button(player.page, "Open the course again").click()
    expect(player.page.get_by_role("heading", name="You have done “one”")).to_be_visible()
    button(player.page, "Look at it again").click()
    expect(player.content.get_by_text("begun in Review")).to_be_visible()
    player.press("End")
    player.has_state("ended")
    button(player.page, "Open the course again").click()
    with player.page.expect_navigation():
        button(player.page, "Do the course again").click()
    expect(player.content.get_by_text("begun in Normal")).to_be_visible()

    assert service.verbs(registration).count("completed") == 1


def test_a_unit_in_its_own_window_hands_back(tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]]) -> None:
    course = service.import_course(package(tmp_path, au("one", 'moveOn="Completed" launchMethod="OwnWindow"'), au("two")))
    registration, player = enter(course)
    expect(player.page.get_by_role("heading", name="This part opens in its own window")).to_be_visible()

    with player.page.context.expect_page() as opened:
        button(player.page, "Open the window").click()
    own = opened.value
    expect(player.page.get_by_role("heading", name="This part is open in its own window")).to_be_visible()
    button(own, "Complete").click()
    expect(own.get_by_text("completed")).to_be_visible()
    with own.expect_event("close"):
        button(own, "End").click()

    expect(button(player.page, "Go on: two")).to_be_visible()
    has_status(player, "https://pub.example/one", "completed")
    assert service.verbs(registration).count("terminated") == 1


def test_a_unit_moves_from_the_frame_into_a_window(
    tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]]
) -> None:
    course = service.import_course(package(tmp_path, au("one", 'moveOn="Completed"'), au("two")))
    _, player = enter(course)
    expect(player.content.get_by_text("begun in Normal")).to_be_visible()

    with player.page.context.expect_page() as opened:
        button(player.page, "Open in its own window").click()

    expect(opened.value.get_by_text("begun in Normal")).to_be_visible()
    expect(player.page.get_by_role("heading", name="This part is open in its own window")).to_be_visible()
    with opened.value.expect_event("close"):
        button(opened.value, "End").click()
    expect(button(player.page, "Go on: two")).to_be_visible()


def test_what_is_left_has_its_last_words_before_the_next_begins(
    service: Service, first_aid: dict[str, Any], enter: Callable[..., tuple[str, Player]]
) -> None:
    registration, player = enter(first_aid)
    read(player, "Look", "Ask", "Call")

    player.nav("continue").click()
    player.is_at(NOT_BREATHING)
    player.shows("Press")
    player.nav("continue").click()
    player.is_at(BLEEDING)
    player.shows("Press")

    verbs = service.verbs(registration)
    assert (verbs.count("completed"), verbs.count("terminated"), verbs.count("abandoned")) == (1, 2, 0)


def test_a_window_that_is_closed_is_noticed_and_told_of(
    tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]], open_player: Callable[..., Player]
) -> None:
    course = service.import_course(package(tmp_path, au("one", 'moveOn="Completed" launchMethod="OwnWindow"'), au("two")))
    registration, player = enter(course)
    with player.page.context.expect_page() as opened:
        button(player.page, "Open the window").click()
    expect(opened.value.get_by_text("begun in Normal")).to_be_visible()

    opened.value.close()

    expect(player.page.locator("#between-text")).to_contain_text("“one” was closed before it could say how it ended.")
    [session] = service.get(f"/api/v1/registrations/{registration}")["sessions"]
    service.post(f"/api/v1/sessions/{session['session']}/abandon", {})
    again = open_player(service.launch(registration, player=True))
    expect(again.page.locator("#between-text")).to_contain_text("“one” never said how it ended, and was broken off for you.")


def test_a_window_that_is_blocked_leaves_a_link(
    tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]]
) -> None:
    course = service.import_course(package(tmp_path, au("one", 'launchMethod="OwnWindow"')))
    _, player = enter(course)
    player.page.evaluate("window.open = () => null")

    button(player.page, "Open the window").click()
    expect(player.page.get_by_role("heading", name="Your browser has blocked the window")).to_be_visible()
    with player.page.context.expect_page() as opened:
        player.page.get_by_role("link", name="Open this part").click()

    expect(opened.value.get_by_text("begun in Normal")).to_be_visible()


def test_another_program_is_reached_by_a_link(tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]]) -> None:
    course = service.import_course(package(tmp_path, au("one", url="example-app://open?page=1")))
    _, player = enter(course)

    expect(player.page.get_by_role("heading", name="This part opens in another program")).to_be_visible()
    button(player.page, "Prepare the link").click()

    link = player.page.get_by_role("link", name="Open this part")
    expect(link).to_be_visible()
    assert (link.get_attribute("href") or "").startswith("example-app://open?page=1&endpoint=")


def test_tin_can_plays_in_the_same_player(tmp_path: Path, service: Service, enter: Callable[..., tuple[str, Player]]) -> None:
    path = tmp_path / "tincan.zip"
    manifest = activity("a", kind="course") + activity("b")
    text = (
        f'<?xml version="1.0"?><tincan xmlns="http://projecttincan.com/tincan.xsd"><activities>{manifest}</activities></tincan>'
    )
    path.write_bytes(plain({"tincan.xml": text.encode(), "a.html": TINCAN.encode(), "tincan.js": TINCAN_SCRIPT.encode()}))
    course = service.import_course(path)
    registration, player = enter(course)

    player.press("Pass")
    expect(player.content.get_by_text("passed")).to_be_visible()
    player.nav("continue").click()
    has_status(player, "https://example.org/a", "passed")
    player.press("Pass")
    expect(player.content.get_by_text("passed")).to_be_visible()
    player.nav("suspendAll").click()

    expect(player.page.get_by_role("heading", name="You have passed")).to_be_visible()
    told = service.get(f"/api/v1/registrations/{registration}")
    assert (told["completion"], told["success"], told["score"]["scaled"]) == ("completed", "passed", 0.9)
    row = service.row("scores", course, registration, lambda row: row["score_scaled"] is not None)
    assert (row["score_scaled"], row["success"]) == (0.9, True)


def test_the_newer_window_goes_on(
    first_aid: dict[str, Any], service: Service, enter: Callable[..., tuple[str, Player]], open_player: Callable[..., Player]
) -> None:
    registration, player = enter(first_aid)
    player.shows("Look")

    newer = open_player(service.launch(registration, player=True, item=TEST))

    newer.shows("Four questions")
    expect(player.page.get_by_role("heading", name="This course was opened in another window")).to_be_visible()


def test_everything_is_reached_by_keyboard(first_aid: dict[str, Any], enter: Callable[..., tuple[str, Player]]) -> None:
    _, player = enter(first_aid)
    player.shows("Look")

    player.item(BLEEDING).focus()
    player.page.keyboard.press("Enter")
    player.is_at(BLEEDING)
    player.nav("suspendAll").focus()
    player.page.keyboard.press("Enter")

    player.has_state("ended")
    expect(player.page.locator("#result-title")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(scheme: str, first_aid: dict[str, Any], enter: Callable[..., tuple[str, Player]]) -> None:
    _, player = enter(first_aid, color_scheme=scheme)
    player.shows("Look")

    running = violations(player.page.main_frame)
    player.press("Next page")
    player.press("Next page")
    player.press("Leave this lesson")
    player.has_state("idle")
    between = violations(player.page.main_frame)
    player.item(LOOK).click()
    expect(player.page.locator("#done")).to_be_visible()
    done = violations(player.page.main_frame)

    assert (running, between, done) == ([], [], [])


def test_the_page_reads_from_right_to_left(
    first_aid: dict[str, Any], service: Service, open_player: Callable[..., Player]
) -> None:
    registration = service.register(first_aid)

    player = open_player(service.launch(registration, player=True))
    player.shows("Look")
    player.page.evaluate("document.documentElement.dir = 'rtl'")

    outline, stage = player.page.locator("#outline").bounding_box(), player.page.locator("#stage").bounding_box()
    assert outline is not None
    assert stage is not None
    assert outline["x"] > stage["x"]
