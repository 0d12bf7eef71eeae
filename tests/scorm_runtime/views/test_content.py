"""The player page and the files of a package under the token of one launch."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

import scorm_runtime
from tests.scorm_runtime.conftest import Clock

ADA = {"objectType": "Agent", "mbox": "mailto:ada@people.example"}


@pytest.fixture
def base(service: scorm_runtime.Service, fire_safety: str) -> str:
    registration = service.registrations.register(fire_safety, ADA)[0].uuid
    return service.launch(registration).url.removeprefix(service.settings.content_url)


def policy(answer: Any) -> dict[str, str]:
    rows = answer.headers["Content-Security-Policy"].split("; ")
    return {row.split(" ", 1)[0]: row.partition(" ")[2] for row in rows}


def test_the_page_allows_no_inline_script_and_no_foreign_host(player: FlaskClient, base: str) -> None:
    answer = player.get(base)

    assert policy(answer)["default-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.headers["Content-Security-Policy"]
    assert "style=" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_frame_may_not_take_over_the_window(player: FlaskClient, base: str) -> None:
    text = player.get(base).text

    assert "allow-scripts allow-same-origin" in text
    assert "allow-top-navigation" not in text


def test_a_file_has_its_type_and_may_be_kept_for_ever(player: FlaskClient, base: str) -> None:
    answer = player.get(f"{base}content/css/course.css")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_page_of_the_package_decides_its_own_charset(player: FlaskClient, base: str) -> None:
    answer = player.get(f"{base}content/index.html")

    assert answer.headers["Content-Type"] == "text/html"
    assert policy(answer)["frame-ancestors"] == "'self'"
    assert policy(answer)["form-action"] == "'self'"
    assert "'unsafe-inline'" in policy(answer)["script-src"]
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_known_file_is_not_sent_again(player: FlaskClient, base: str) -> None:
    etag = player.get(f"{base}content/index.html").headers["ETag"]

    answer = player.get(f"{base}content/index.html", headers={"If-None-Match": etag})

    assert (answer.status_code, answer.data) == (304, b"")


def test_a_part_of_a_file_can_be_asked_for(player: FlaskClient, base: str) -> None:
    whole = player.get(f"{base}content/index.html").data

    part = player.get(f"{base}content/index.html", headers={"Range": "bytes=10-19"})
    beyond = player.get(f"{base}content/index.html", headers={"Range": "bytes=999999-"})

    assert (part.status_code, part.data) == (206, whole[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,3-4", "bytes=" + "0-," * 1000 + "0-", "bytes=abc", "pages=1-2", "bytes=0-" + "9" * 5000, "bytes=-999999"],
)
def test_other_ranges_give_the_whole_file(player: FlaskClient, base: str, asked: str) -> None:
    whole = player.get(f"{base}content/index.html").data

    answer = player.get(f"{base}content/index.html", headers={"Range": asked})

    assert (answer.status_code, answer.data) == (200, whole)


def test_a_head_request_is_about_the_whole_file(player: FlaskClient, base: str) -> None:
    whole = player.get(f"{base}content/index.html").data

    answer = player.head(f"{base}content/index.html", headers={"Range": "bytes=0-3"})

    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, str(len(whole)), b"")


def test_a_part_of_a_file_that_is_known_is_not_sent_again(player: FlaskClient, base: str) -> None:
    etag = player.get(f"{base}content/index.html").headers["ETag"]

    answer = player.get(f"{base}content/index.html", headers={"If-None-Match": etag, "Range": "bytes=0-3"})

    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["nothing.html", "../state", "..%2f..%2fsecret", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "css", "css/", "a%00b"]
)
def test_nothing_outside_the_package_is_served(player: FlaskClient, base: str, path: str) -> None:
    assert player.get(f"{base}content/{path}").status_code in (404, 405, 308)


def test_no_package_installs_a_service_worker(player: FlaskClient, base: str) -> None:
    assert player.get(f"{base}content/js/course.js", headers={"Service-Worker": "script"}).status_code == 403


def test_an_expired_link_is_explained(player: FlaskClient, base: str, clock: Clock) -> None:
    clock.pass_(100_000)

    page = player.get(base)

    assert page.status_code == 410
    assert "This link has expired" in page.text
    assert policy(page)["default-src"] == "'none'"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert player.get(f"{base}content/index.html").status_code == 410
    refused = player.post(f"{base}state", json={})
    assert refused.json["code"] == "launch-expired"
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


def test_a_guessed_link_is_not_found(player: FlaskClient) -> None:
    assert player.get("/play/guess/").status_code == 404
    assert player.get("/play/guess/content/index.html").status_code == 404
    assert player.post("/play/guess/state", json={}).status_code == 404
    assert player.post("/play/guess/commit", data="not even JSON").status_code == 404


def test_a_message_may_be_packed(player: FlaskClient, base: str) -> None:
    window = player.post(f"{base}state", json={}).json["window"]
    commit = {"n": 1, "changes": {"cmi.suspend_data": "x" * 60000}}
    body = gzip.compress(json.dumps({"window": window, "run": 1, "commits": [commit]}).encode())

    answer = player.post(f"{base}commit", data=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})

    assert answer.json["saved"] == 1


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("commit", {"commits": [{"n": 0, "changes": {}}]}, "/commits/0/n"),
        ("commit", {"commits": [{"n": 1, "changes": {"cmi.location": 3}}]}, "/commits/0/changes"),
        ("commit", {"commits": [{"n": 1, "changes": {}, "age": -1}]}, "/commits/0/age"),
        ("commit", {"commits": "all"}, "/commits"),
        ("commit", {"more": 1}, "/more"),
        ("state", {"pending": {"x": []}}, "/pending"),
        ("navigate", {"request": {"kind": "fly"}}, "/request/kind"),
        ("navigate", {"request": {"kind": ["exit"]}}, "/request/kind"),
        ("navigate", {"request": {"kind": "exit"}, "move": 2**64 - 1}, "/move"),
        ("state", {"pending": {"9" * 5000: []}}, "/pending"),
        ("navigate", {}, "/request"),
        ("navigate", {"window": "first", "request": {"kind": "exit"}}, "/window"),
    ],
)
def test_a_broken_message_says_where(player: FlaskClient, base: str, path: str, body: dict[str, Any], pointer: str) -> None:
    answer = player.post(f"{base}{path}", json=body)

    assert (answer.status_code, answer.json["pointer"]) == (400, pointer)


def test_a_message_that_is_too_long_is_refused(player: FlaskClient, base: str, service: scorm_runtime.Service) -> None:
    bomb = gzip.compress(b" " * (service.settings.body_maximum + 10))

    answer = player.post(f"{base}commit", data=bomb, headers={"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json["code"]) == (413, "body-too-large")


def test_the_script_is_immutable_under_its_digest(player: FlaskClient, base: str) -> None:
    source = player.get(base).text.partition('<script type="module" src="')[2].partition('"')[0]

    script = player.get(source)
    other = player.get("/runtime/0000/player.js")

    assert script.status_code == 200
    assert "immutable" in script.headers["Cache-Control"]
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert other.status_code == 404


def test_files_of_an_attempt_on_a_newer_version_have_an_address_of_their_own(
    player: FlaskClient, base: str, service: scorm_runtime.Service, fire_safety: str, sample_package: Callable[[str], Path]
) -> None:
    opened = player.post(f"{base}state", json={}).json
    end = {"window": opened["window"], "run": 1, "commits": [], "terminated": True, "move": 1, "request": {"kind": "exitAll"}}
    player.post(f"{base}navigate", json=end)
    service.catalogue.add(sample_package("scorm2004-data-protection"), course_id=fire_safety)

    again = player.post(f"{base}state", json={}).json
    old, new = (player.get(urljoin(f"{base}content/", one["delivery"]["url"])) for one in (opened, again))
    other = player.get(f"{base}content-7/index.html")

    assert (old.status_code, new.status_code, other.status_code) == (200, 200, 404)
    assert again["delivery"]["url"].startswith("../content-2/")
    assert old.headers["ETag"] != new.headers["ETag"]
