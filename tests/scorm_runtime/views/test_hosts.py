"""A host name for each registration: all its links lead there, and nothing of them is found under another."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

import access
import lrs
import package_importer
import scorm_runtime
from scorm_runtime.settings import Settings
from scorm_runtime.units.visits import Visits
from tests.scorm_runtime.conftest import Clock

ADA = {"objectType": "Agent", "account": {"homePage": "https://people.example", "name": "ada"}}
BO = {"objectType": "Agent", "account": {"homePage": "https://people.example", "name": "bo"}}
SETTINGS = Settings(content_url="https://*.content.example")
HOST = re.compile(r"[0-9a-f]{32}\.content\.example")


@pytest.fixture
def service(db: Database[Any], catalogue: package_importer.Catalogue, store: lrs.LRS, clock: Clock) -> scorm_runtime.Service:
    scorm_runtime.ensure_indexes(db)
    return scorm_runtime.Service(db, catalogue, store, SETTINGS, clock=clock, after=lambda job: job())


@pytest.fixture
def units(service: scorm_runtime.Service, store: lrs.LRS, credentials: access.Credentials, clock: Clock) -> scorm_runtime.Units:
    made = scorm_runtime.Units(
        service.db, service.catalogue, store, credentials, service.registrations, SETTINGS, clock=clock, after=lambda job: job()
    )
    made.ensure_indexes()
    return made


@pytest.fixture
def registration(service: scorm_runtime.Service, fire_safety: str) -> str:
    name: str = service.registrations.register(fire_safety, ADA)[0].uuid
    return name


@pytest.fixture
def others(service: scorm_runtime.Service, fire_safety: str) -> str:
    """The host name of somebody else's registration for the same course."""
    return host(service.launch(service.registrations.register(fire_safety, BO)[0].uuid).url)


@pytest.fixture
def enrolled(service: scorm_runtime.Service, sample_package: Callable[[str], Path]) -> str:
    """A registration for a course that reports by itself."""
    course = service.catalogue.add(sample_package("cmi5-first-aid")).id
    name: str = service.registrations.register(course, ADA)[0].uuid
    return name


def host(url: str) -> str:
    return urlsplit(url).netloc


def test_each_registration_has_a_host_name_of_its_own_at_every_launch(
    service: scorm_runtime.Service, registration: str, others: str
) -> None:
    first, second = (host(service.launch(registration).url) for _ in range(2))

    assert first == second != others
    assert HOST.fullmatch(first)
    assert HOST.fullmatch(others)


def test_a_link_works_under_its_own_host_name(service: scorm_runtime.Service, registration: str, player: FlaskClient) -> None:
    url = service.launch(registration).url

    assert player.get(url).status_code == 200
    assert player.post(f"{url}state", json={}).json["state"] == "running"
    assert player.get(f"{url}content/imsmanifest.xml").status_code == 200
    assert player.get(url.replace(host(url), host(url).upper() + ":8443")).status_code == 200


@pytest.mark.parametrize("other", ["content.example", "www.content.example", "127.0.0.1:8081", ""])
def test_under_another_host_name_there_is_nothing(
    service: scorm_runtime.Service, registration: str, player: FlaskClient, other: str
) -> None:
    path = urlsplit(service.launch(registration).url).path

    assert nothing(player, path, other)


def test_under_the_host_name_of_another_registration_there_is_nothing(
    service: scorm_runtime.Service, registration: str, others: str, player: FlaskClient
) -> None:
    url = service.launch(registration).url
    assert player.get(f"{url}content/imsmanifest.xml").status_code == 200  # what is known of a token is remembered

    assert nothing(player, urlsplit(url).path, others)


def nothing(player: FlaskClient, path: str, host: str) -> bool:
    headers = {"Host": host}
    answers = [
        player.get(path, headers=headers),
        player.get(f"{path}content/imsmanifest.xml", headers=headers),
        *(player.post(path + what, json={}, headers=headers) for what in ("state", "commit", "terminate", "navigate")),
    ]
    return {answer.status_code for answer in answers} == {404}


def test_a_label_within_the_path_is_no_host_name(
    service: scorm_runtime.Service, registration: str, others: str, player: FlaskClient
) -> None:
    url = service.launch(registration).url
    label = host(url).partition(".")[0]

    path = urlsplit(url).path.rstrip("/") + f"@{label}/"

    assert nothing(player, path, others)
    assert nothing(player, path, "content.example")


def test_a_unit_has_all_its_addresses_under_one_host_name(
    units: scorm_runtime.Units, enrolled: str, player: FlaskClient, others: str
) -> None:
    visit = Visits(units).begin(enrolled)

    opened = player.post(f"{visit.url}units/open", json={"item": first_unit(player, visit.url)}).json
    asked = parse_qs(urlsplit(opened["url"]).query)

    own = host(visit.url)
    assert HOST.fullmatch(own)
    assert {host(opened["url"]), host(asked["fetch"][0])} == {own}
    assert f"https://{own}/returned/" in launch_data(units, asked)["returnURL"]


def first_unit(player: FlaskClient, url: str) -> str:
    entries = player.post(f"{url}units", json={}).json["entries"]
    name: str = next(entry["id"] for entry in entries if entry["leaf"])
    return name


def launch_data(units: scorm_runtime.Units, asked: dict[str, list[str]]) -> dict[str, Any]:
    """What a unit reads of its launch."""
    owner = lrs.Owner(
        store=1,
        kind="state",
        agent=orjson.loads(asked["actor"][0]),
        activity=asked["activityId"][0],
        registration=asked["registration"][0],
    )
    found = units.lrs.documents.get(owner, "LMS.LaunchData")
    assert found is not None
    data: dict[str, Any] = orjson.loads(found.body)
    return data


def test_a_unit_and_its_credential_are_not_to_be_had_under_another_host_name(
    units: scorm_runtime.Units, enrolled: str, player: FlaskClient, others: str
) -> None:
    visit = Visits(units).begin(enrolled)
    opened = player.post(f"{visit.url}units/open", json={"item": first_unit(player, visit.url)}).json
    fetch = parse_qs(urlsplit(opened["url"]).query)["fetch"][0]
    headers = {"Host": others}

    elsewhere = player.post(urlsplit(fetch).path, headers=headers)

    assert elsewhere.json["error-code"] == "2"
    assert player.get(urlsplit(opened["url"]).path, headers=headers).status_code == 404
    assert player.get(urlsplit(visit.url).path, headers=headers).status_code == 404
    assert player.post(f"{urlsplit(visit.url).path}units", json={}, headers=headers).status_code == 404
    assert "auth-token" in player.post(fetch).json
    assert player.get(opened["url"]).status_code == 200
