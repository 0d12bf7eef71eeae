"""The page around the content: its language, its scripts, and whether it asks before going on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

import lrs
import scorm_runtime
from scorm_runtime.errors import CourseRemoved
from scorm_runtime.presence import KEPT, Presence
from tests.scorm_runtime.conftest import Clock

ADA = {"objectType": "Agent", "mbox": "mailto:ada@people.example"}
SCRIPTS = re.compile(r'(?:src|href)="(/runtime/\w+/\w+\.js)"')


@pytest.fixture
def registration(service: scorm_runtime.Service, fire_safety: str) -> str:
    name: str = service.registrations.register(fire_safety, ADA)[0].uuid
    return name


def link(service: scorm_runtime.Service, registration: str, **options: Any) -> str:
    return service.launch(registration, **options).url.removeprefix(service.settings.content_url)


def left_in_the_middle(player: FlaskClient, base: str) -> None:
    window = player.post(f"{base}state", json={}).json["window"]
    commit = {"n": 1, "changes": {"cmi.core.lesson_location": "3"}}
    request = {"window": window, "run": 1, "commits": [commit], "request": {"kind": "suspendAll"}, "move": 1}
    assert player.post(f"{base}navigate", json=request).json["state"] == "ended"


def test_the_page_is_in_the_language_that_the_browser_asks_for(
    service: scorm_runtime.Service, registration: str, player: FlaskClient
) -> None:
    answer = player.get(link(service, registration), headers={"Accept-Language": "de-CH,de;q=0.9"})

    assert '<html lang="de" dir="ltr">' in answer.text
    assert "Speichern und verlassen" in answer.text
    assert answer.headers["Content-Language"] == "de"
    assert answer.headers["Vary"] == "Accept-Language"
    words = json.loads(answer.text.partition('id="words">')[2].partition("</script>")[0])
    assert words["texts"]["saved"] == "Gespeichert um {time}"


def test_a_link_that_has_lost_its_last_slash_still_opens_the_player(content_client: FlaskClient) -> None:
    answer = content_client.get("/play/some-token?lang=de")

    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/play/some-token/?lang=de")


def test_one_origin_for_all_is_under_whatever_host_name_a_proxy_tells(
    service: scorm_runtime.Service, registration: str, player: FlaskClient
) -> None:
    assert player.get(link(service, registration), headers={"Host": "10.0.0.7:8081"}).status_code == 200


def test_an_unknown_link_says_so_in_words(player: FlaskClient) -> None:
    english = player.get("/play/guess/")
    german = player.get("/play/guess/?lang=de", headers={"Accept-Language": "en"})

    assert (english.status_code, german.status_code) == (404, 404)
    assert "This link is not known." in english.text
    assert "Dieser Link ist nicht bekannt." in german.text


def test_an_expired_link_says_so_in_words(
    service: scorm_runtime.Service, registration: str, player: FlaskClient, clock: Any
) -> None:
    base = link(service, registration)
    clock.pass_(service.settings.launch_lifetime + 1)

    answer = player.get(base, headers={"Accept-Language": "de"})

    assert answer.status_code == 410
    assert "Dieser Link ist abgelaufen." in answer.text


def test_a_link_to_a_course_that_was_removed_says_so_in_words(
    service: scorm_runtime.Service, registration: str, player: FlaskClient, fire_safety: str
) -> None:
    base = link(service, registration)
    assert player.get(base).status_code == 200
    service.catalogue.remove(fire_safety)

    answer = player.get(base, headers={"Accept-Language": "de"})
    opened = player.post(f"{base}state", json={})

    assert (answer.status_code, opened.status_code, opened.json["code"]) == (410, 410, "course-removed")
    assert "Dieser Kurs wurde entfernt." in answer.text


def test_nothing_more_is_recorded_of_a_course_that_was_removed(
    service: scorm_runtime.Service, registration: str, player: FlaskClient, fire_safety: str, clock: Clock, store: lrs.LRS
) -> None:
    base = link(service, registration)
    opened = player.post(f"{base}state", json={}).json
    file = player.get(f"{base}content/{opened['delivery']['url']}")
    before = len(store.tail(1, 0, 100))
    service.catalogue.remove(fire_safety)
    clock.pass_(KEPT)

    message = {"window": opened["window"], "run": 1, "commits": [{"n": 1, "changes": {"cmi.core.lesson_status": "passed"}}]}
    answers = [player.post(f"{base}{path}", json=message) for path in ("commit", "terminate")]
    shown = player.get(f"{base}content/{opened['delivery']['url']}", headers={"Accept": "text/html"})

    assert file.status_code == 200
    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [(410, "course-removed")] * 2
    assert (shown.status_code, shown.mimetype) == (410, "text/html")
    assert "has been removed" in shown.text
    assert len(store.tail(1, 0, 100)) == before > 0


def test_whether_a_course_is_still_there_is_asked_after_the_answer(
    service: scorm_runtime.Service, fire_safety: str, clock: Clock
) -> None:
    waiting: list[Callable[[], object]] = []
    presence = Presence(service.catalogue, clock, waiting.append)
    service.catalogue.remove(fire_safety)

    for _ in range(3):
        presence.check(fire_safety)
    (asked,) = waiting
    asked()

    with pytest.raises(CourseRemoved):
        presence.check(fire_safety)


def test_the_script_of_the_player_comes_in_one_piece_and_weighs_less_than_60_kilobytes(
    service: scorm_runtime.Service, registration: str, player: FlaskClient
) -> None:
    [name] = SCRIPTS.findall(player.get(link(service, registration)).text)

    answer = player.get(name)

    assert answer.status_code == 200
    assert 50_000 < len(answer.data) < 60_000
    assert b"@param" not in answer.data
    assert b"import " not in answer.data


@pytest.mark.parametrize(
    ("options", "asks"), [({}, False), ({"resume": "ask"}, True), ({"resume": "ask", "mode": "review"}, False)]
)
def test_the_page_asks_before_it_goes_on_where_the_launch_says_so(
    service: scorm_runtime.Service, registration: str, player: FlaskClient, options: dict[str, str], asks: bool
) -> None:
    left_in_the_middle(player, link(service, registration))

    page = player.get(link(service, registration, **options)).text

    assert ("<body data-registration" in page and ' data-resume="ask"' in page) is asks


def test_every_launch_of_a_registration_has_the_key_to_what_earlier_ones_have_left_in_the_browser(
    service: scorm_runtime.Service, registration: str, fire_safety: str, player: FlaskClient
) -> None:
    other = service.registrations.register(fire_safety, {"objectType": "Agent", "mbox": "mailto:bo@people.example"})[0].uuid
    pages = [player.get(link(service, name)).text for name in (registration, registration, other)]

    for secret in (re.compile(r'data-key="([\w+/]{43}=)"'), re.compile(r'data-channel="([0-9a-f]{64})"')):
        first, again, others = (secret.findall(page)[0] for page in pages)
        assert first == again != others


def test_nobody_is_asked_at_the_first_time(service: scorm_runtime.Service, registration: str, player: FlaskClient) -> None:
    assert ' data-resume="ask"' not in player.get(link(service, registration, resume="ask")).text


def test_who_starts_again_begins_another_attempt_and_keeps_what_the_browser_still_had(
    service: scorm_runtime.Service, registration: str, player: FlaskClient
) -> None:
    left_in_the_middle(player, link(service, registration))
    base = link(service, registration, resume="ask")
    pending = {"1": [{"n": 2, "changes": {"cmi.suspend_data": "late"}}]}

    answer = player.post(f"{base}state", json={"pending": pending, "again": True}).json

    assert answer["delivery"]["data"]["cmi.core.entry"] == "ab-initio"
    assert "cmi.core.lesson_location" not in answer["delivery"]["data"]
    assert service.report(registration)["attempts"] == 2


def test_who_was_not_asked_cannot_start_again(service: scorm_runtime.Service, registration: str, player: FlaskClient) -> None:
    left_in_the_middle(player, link(service, registration))

    answer = player.post(f"{link(service, registration)}state", json={"again": True}).json

    assert answer["delivery"]["data"]["cmi.core.entry"] == "resume"


@pytest.mark.parametrize(("name", "value"), [("window", "popup"), ("resume", "never"), ("window", ["new"])])
def test_a_launch_knows_its_options(api: FlaskClient, registration: str, name: str, value: Any) -> None:
    answer = api.post(f"/api/v1/registrations/{registration}/launch", json={name: value})

    assert (answer.status_code, answer.json["pointer"]) == (400, f"/{name}")


def test_a_launch_names_the_window_for_the_content(api: FlaskClient, registration: str, player: FlaskClient) -> None:
    url = api.post(f"/api/v1/registrations/{registration}/launch", json={"window": "new"}).json["url"]

    opened = player.post("/play/" + url.partition("/play/")[2] + "state", json={}).json

    assert opened["own_window"] is True
