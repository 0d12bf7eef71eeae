"""The 141 cases of ADL's SCORM 2004 4th Edition LMS test that are at hand as data, each replayed to its end."""

from __future__ import annotations

import json

import pytest

from tests.scorm_runtime.sequencing.replaying import SHARED, Learner, Registration, replay
from tests.scorm_runtime.sequencing.running import Running

CASES = json.loads((SHARED / "cases.json").read_text()) if SHARED.exists() else {}
# Cases of one learner, in order: each finds the global objectives as the one before has left them.
AFTER = {
    "CO-07b": ("CO-07a",),
    "OB-08b": ("OB-08a",),
    "OB-09b": ("OB-09a",),
    "SX-11b": ("SX-11a",),
    "SX-11c": ("SX-11a", "SX-11b"),
}
ENDED = ("OB-08a", "OB-08b", "OB-09a", "OB-09b", "CM-06", "SX-05")


def played(name: str, way: type[Registration] = Registration) -> Registration:
    learner = Learner()
    for before in AFTER.get(name, ()):
        replay(before, CASES[before], learner, way)
    return replay(name, CASES[name], learner, way)


@pytest.mark.skipif(not CASES, reason="the cases are not part of this repository: ../shared/data/adl-cts-2004-4ed is missing")
@pytest.mark.parametrize("name", CASES or ["none"])
def test_a_case_goes_as_adl_says(name: str) -> None:
    played(name)


@pytest.mark.skipif(not CASES, reason="the cases are not part of this repository: ../shared/data/adl-cts-2004-4ed is missing")
@pytest.mark.parametrize("name", ENDED)
def test_a_case_that_walks_off_the_course_ends_the_session(name: str) -> None:
    assert played(name).ended
    assert played(name, Running).ended


@pytest.mark.skipif(not CASES, reason="the cases are not part of this repository: ../shared/data/adl-cts-2004-4ed is missing")
@pytest.mark.parametrize("name", CASES or ["none"])
def test_a_case_goes_as_adl_says_with_the_steps_of_the_runtime(name: str) -> None:
    played(name, Running)
