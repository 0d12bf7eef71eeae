"""The player of units over HTTP: link, page, outline, opening, return, retake."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from scorm_runtime.presence import KEPT
from scorm_runtime.settings import Settings
from scorm_runtime.units import waking
from scorm_runtime.units.service import Units
from tests.packages.structures import activity, tincan
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.units.conftest import Make
from tests.scorm_runtime.units.content import Content, Lms, au, block, publisher

ONE, TWO, THREE = (publisher(name) for name in ("one", "two", "three"))


class Player:
    """What the page's script asks under its link."""

    def __init__(self, lms: Lms, player: FlaskClient, **body: Any) -> None:
        answer = lms.api.post(f"/api/v1/registrations/{lms.registration}/launch", json={"player": True, **body})
        assert answer.status_code == 200, answer.text
        self.lms, self.client, self.launch = lms, player, answer.get_json()
        self.path = urlsplit(self.launch["url"]).path

    def ask(self, path: str = "units", **body: Any) -> dict[str, Any]:
        answer = self.client.post(self.path + path, json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.get_json()
        return found

    def open(self, item: str, mode: str = "normal") -> tuple[Content, dict[str, Any]]:
        opened = self.ask("units/open", item=item, mode=mode)
        return Content(self.lms.api, self.client, opened), opened

    def statuses(self) -> list[tuple[str, int, str, bool]]:
        return [(one["title"], one["depth"], one["status"], one["done"]) for one in self.ask()["entries"]]


def test_the_link_opens_a_page_of_ours(make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one")), player)

    page = player.get(opened.path)

    assert opened.path.startswith("/play/visit.")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert b"units.js" in page.data
    assert opened.launch["session"].encode() in page.data
    assert "'unsafe" not in page.headers["Content-Security-Policy"]


def test_a_course_that_was_removed_says_so_and_its_content_says_nothing_more(
    make: Make, player: FlaskClient, units: Units, clock: Clock
) -> None:
    opened = Player(make(au("one")), player)
    content, _ = opened.open(ONE)
    content.start().say("initialized")
    units.catalogue.remove(opened.lms.course)
    clock.pass_(KEPT)

    page, asked = player.get(opened.path), player.post(f"{opened.path}units", json={})
    refused = content.send(content.statement("completed"))

    assert (refused.status_code, refused.get_json(force=True)["reason"]) == (403, "course-removed")
    assert (page.status_code, asked.status_code, asked.json["code"]) == (410, 410, "course-removed")
    assert "This course has been removed." in page.text


def test_a_link_that_is_not_known_has_a_page_that_says_so(player: FlaskClient, units: object) -> None:
    assert player.get("/play/visit.unknown/").status_code == 404
    assert player.post("/play/visit.unknown/units", json={}).status_code == 404


def test_a_link_expires(make: Make, player: FlaskClient, clock: Clock) -> None:
    opened = Player(make(au("one")), player)

    clock.pass_(Settings().launch_lifetime + 1)

    assert player.get(opened.path).status_code == 410
    assert player.post(opened.path + "units", json={}).get_json()["code"] == "launch-expired"


def test_the_outline_has_blocks_and_units_with_their_status(make: Make, player: FlaskClient) -> None:
    opened = Player(
        make(block("outer", au("one", 'moveOn="Completed"'), block("inner", au("two", 'moveOn="Passed"'))), au("three")), player
    )

    content, _ = opened.open(ONE)
    content.start()
    content.say("initialized", "completed")

    assert opened.statuses() == [
        ("Course", 0, "incomplete", False),
        ("outer", 1, "incomplete", False),
        ("one", 2, "completed", True),
        ("inner", 2, "not attempted", False),
        ("two", 3, "not attempted", False),
        ("three", 1, "not attempted", False),
    ]


def test_opening_gives_an_address_and_the_way_back(make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one", 'launchMethod="OwnWindow"')), player, return_url="https://people.example/home")

    content, answer = opened.open(ONE)
    content.start()

    assert content.data["returnURL"] == f"http://127.0.0.1:8081/returned/{opened.launch['session']}"
    assert answer["outline"]["return_url"] == "https://people.example/home"
    assert answer["outline"]["entries"][1]["place"] == "own"
    assert answer["outline"]["last"] == {"session": content.session, "item": ONE, "live": True, "phase": "launched"}


def test_the_way_back_is_a_page_for_everybody(player: FlaskClient, units: object) -> None:
    page = player.get("/returned/5f0c4a52-8d7c-4f5d-9b68-0d8f2a0b1c11")

    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_other_programs_are_followed_by_a_link(make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one", url="app://open"), au("two", url="https://content.example/a"), au("three")), player)

    assert [one["place"] for one in opened.ask()["entries"][1:]] == ["link", "frame", "frame"]


def test_what_is_opened_in_review_changes_nothing(make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one", 'moveOn="Completed"')), player)
    content, _ = opened.open(ONE)
    content.start()
    content.say("initialized", "completed")

    looking, _ = opened.open(ONE, "review")
    looking.start()

    assert looking.data["launchMode"] == "Review"
    assert opened.ask()["result"]["completion"] == "completed"


def test_a_session_that_fell_silent_is_told_as_abandoned(make: Make, player: FlaskClient, units: Any, clock: Clock) -> None:
    opened = Player(make(au("one", 'moveOn="Completed"')), player)
    opened.open(ONE)

    clock.pass_(Settings().idle + 1)
    units.sweep()

    last = opened.ask()["last"]
    assert (last["live"], last["phase"]) == (False, "abandoned")


def test_content_that_never_says_that_it_ends_is_over_soon_after_it_was_left(
    api: FlaskClient, player: FlaskClient, catalogue: Any, units: Any, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "tincan.zip"
    path.write_bytes(tincan(activity()))
    opened = Player(Lms(api, player, catalogue.add(path).id).register(), player)
    session = opened.ask("units/open", item="https://example.org/a")["session"]

    clock.pass_(30)
    opened.ask("units/left", session=session)
    clock.pass_(59)
    waking.sweep(units)
    alive = opened.ask()["last"]["live"]
    clock.pass_(2)
    waking.sweep(units)

    assert alive
    assert opened.ask()["last"] == {"session": session, "item": "https://example.org/a", "live": False, "phase": "terminated"}


def test_content_that_says_so_itself_has_its_time(make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one")), player)
    content, _ = opened.open(ONE)

    assert opened.ask("units/left", session=content.session)["last"]["live"]
    assert opened.ask("units/left", session="unknown")["last"]["live"]


def test_a_course_is_done_again_under_a_registration_of_its_own(make: Make, player: FlaskClient) -> None:
    lms = make(au("one", 'moveOn="Completed"'))
    opened = Player(lms, player, return_url="https://people.example/home")
    content, _ = opened.open(ONE)
    content.start()
    content.say("initialized", "completed")

    again = opened.ask("units/retake")
    fresh = player.post(urlsplit(again["url"]).path + "units", json={}).get_json()

    assert [one["status"] for one in fresh["entries"]] == ["not attempted", "not attempted"]
    assert fresh["return_url"] == "https://people.example/home"
    assert opened.ask()["result"]["completion"] == "completed"


def test_the_unit_asked_for_is_what_the_page_begins_with(make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one"), au("two")), player, item=TWO, mode="browse")

    assert opened.ask()["start"] == {"item": TWO, "mode": "browse"}


@pytest.mark.parametrize(
    ("body", "status"),
    [({"player": "yes"}, 400), ({"player": True, "item": "none"}, 404), ({"player": True, "mode": "exam"}, 400)],
)
def test_a_launch_that_asks_for_nonsense(body: dict[str, Any], status: int, make: Make) -> None:
    lms = make(au("one"))

    assert lms.api.post(f"/api/v1/registrations/{lms.registration}/launch", json=body).status_code == status


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("units", {"more": 1}, 400),
        ("units/open", {}, 400),
        ("units/open", {"item": ONE, "mode": "exam"}, 400),
        ("units/open", {"item": "none"}, 404),
        ("units/left", {}, 400),
        ("units/retake", {"more": 1}, 400),
    ],
)
def test_a_page_that_asks_for_nonsense(path: str, body: dict[str, Any], status: int, make: Make, player: FlaskClient) -> None:
    opened = Player(make(au("one")), player)

    assert player.post(opened.path + path, json=body).status_code == status


def test_scorm_always_has_the_player(api: FlaskClient, fire_safety: str) -> None:
    actor = {"account": {"homePage": "https://people.example", "name": "ada"}}
    made = api.post(f"/api/v1/courses/{fire_safety}/registrations", json={"actor": actor}).get_json()
    path = f"/api/v1/registrations/{made['registration']}/launch"

    assert api.post(path, json={"player": True}).status_code == 200
    assert api.post(path, json={"player": False}).status_code == 400
