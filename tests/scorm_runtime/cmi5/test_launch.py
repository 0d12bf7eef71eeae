"""cmi5 8.1, 10.2, 11: addresses, launch data, preferences."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from package_importer.course import AssignableUnit, Item
from scorm_runtime.cmi5 import launch, vocabulary
from scorm_runtime.units.conduct import Refusal
from tests.scorm_runtime.cmi5.judging import ACCOUNT, ACTIVITY, PUBLISHER, REGISTRATION, SESSION, session

PARAMETERS = launch.parameters(
    endpoint="https://lrs.example/xapi/",
    fetch="https://content.example/play/t/fetch",
    actor={"objectType": "Agent", "account": {**ACCOUNT, "name": "Zoë & co"}},
    registration=REGISTRATION,
    activity=ACTIVITY,
)


@pytest.mark.parametrize(
    ("url", "start", "end"),
    [
        ("https://au.example/a.html", "https://au.example/a.html?endpoint=", ""),
        ("https://au.example/a.html?", "https://au.example/a.html?endpoint=", ""),
        ("https://au.example/a.html?x=1&y=2", "https://au.example/a.html?x=1&y=2&endpoint=", ""),
        ("https://au.example/a.html?x=%26#/page/3?z", "https://au.example/a.html?x=%26&endpoint=", "#/page/3?z"),
        ("app://open", "app://open?endpoint=", ""),
    ],
)
def test_the_parameters_join_the_addresss_own_query_before_its_fragment(url: str, start: str, end: str) -> None:
    made = launch.address(url, PARAMETERS)

    assert made.startswith(start)
    assert made.endswith(end)
    assert made.count("?") - end.count("?") == 1
    assert {**dict(parse_qsl(urlsplit(made).query)), **PARAMETERS} == dict(parse_qsl(urlsplit(made).query))


def test_values_are_percent_encoded_without_plus_signs() -> None:
    made = launch.address("a.html", PARAMETERS)

    assert "+" not in made
    assert "Zo%C3%AB%20%26%20co" in made


def test_launch_data_have_what_the_structure_and_the_launch_say() -> None:
    au = AssignableUnit(url="a.html", move_on="Passed", mastery_score=0.0, launch_parameters="", entitlement_key="key")
    whole = launch.launch_data(
        Item(identifier=PUBLISHER, title="One", au=au), session(return_url="https://people.example"), "https://c.example"
    )
    short = launch.launch_data(
        Item(identifier=PUBLISHER, title="One", au=AssignableUnit(url="a.html")), session(mode="Browse"), "https://c.example"
    )

    template = {
        "contextActivities": {"grouping": [{"id": PUBLISHER}, {"id": "https://c.example"}]},
        "extensions": {vocabulary.SESSION_ID: SESSION},
    }
    assert whole == {
        "contextTemplate": template,
        "launchMode": "Normal",
        "moveOn": "Passed",
        "masteryScore": 0.0,
        "launchParameters": "",
        "returnURL": "https://people.example",
        "entitlementKey": {"courseStructure": "key"},
    }
    assert short == {"contextTemplate": template, "launchMode": "Browse", "moveOn": "NotApplicable"}


@pytest.mark.parametrize(
    ("known", "audio"),
    [(None, "on"), ({"audioPreference": "off"}, "off"), ({"audioPreference": "loud"}, "on"), ({"other": 1}, "on")],
)
def test_a_learners_choice_of_sound_stays(known: dict[str, Any] | None, audio: str) -> None:
    assert launch.preferences("fr-CA,fr", known) == {"languagePreference": "fr-CA,fr", "audioPreference": audio}


def test_preferences_as_they_should_be_are_taken() -> None:
    launch.check_preferences(b'{"languagePreference":"en-US, fr","audioPreference":"off"}', "application/json; charset=utf-8")


def test_preferences_that_say_a_thing_twice_are_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        launch.check_preferences(
            b'{"languagePreference":"en","languagePreference":"fr","audioPreference":"on"}', "application/json"
        )

    assert refusal.value.reason == "preferences-invalid"
