"""ADL's SCORM 2004 4th Edition LMS test, all of its 188 cases, without a browser: with the steps that the runtime takes.

`ROLLBOOK_SCORM_CTS` names a checkout of github.com/adlnet/SCORM-2004-4ed-Test-Suite. Three quarters of the cases are replayed by
tests/scorm_runtime/sequencing/test_cts.py, too; here they come from the suite itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from package_importer.importer import read_manifest
from tests.conformance.scorm_cts import Suite
from tests.scorm_runtime.sequencing.replaying import Learner, leave, visit
from tests.scorm_runtime.sequencing.running import Running
from tests.scorm_runtime.sequencing.test_cts import ENDED

CHECKOUT = os.environ.get("ROLLBOOK_SCORM_CTS")
SUITE = Suite(Path(CHECKOUT)) if CHECKOUT else None
TOTAL = 188
# Cases of one learner, in order: each finds the global objectives as the one before has left them.
TOGETHER = (
    ("CO-07a", "CO-07b"),
    ("OB-03a", "OB-03b", "OB-03c"),
    ("OB-08a", "OB-08b"),
    ("OB-09a", "OB-09b"),
    ("SX-11a", "SX-11b", "SX-11c"),
)
# The case of two packages: what the tester does at the end of a visit, as the package that is opened then.
OPENS = {
    "exitlaunch": "DDMb",
    "autoendrelaunch": "DDMa",
    "ReLaunchDDMa": "DDMa",
    "ReLaunchDDMb": "DDMb",
}

pytestmark = pytest.mark.skipif(SUITE is None, reason="ROLLBOOK_SCORM_CTS names no checkout of ADL's test suite")


def opened(package: str, learner: Learner) -> Running:
    assert SUITE is not None
    return Running(read_manifest(SUITE.manifest(package))[0], learner)


def played(name: str, learner: Learner) -> Running:
    assert SUITE is not None
    case: dict[str, Any] = SUITE.case(name)
    registration = opened(name, learner)
    start = None if case["start"] == "." else case["start"]
    registration.launch(start)
    for one in case["visits"]:
        visit(registration, one)
        leave(registration, one["cui"], start)
    return registration


def before(name: str) -> tuple[str, ...]:
    return next((group[: group.index(name)] for group in TOGETHER if name in group), ())


@pytest.mark.parametrize("name", [name for name in SUITE.names() if name != "DDM"] if SUITE else ["none"])
def test_a_case_goes_as_adl_says(name: str) -> None:
    learner = Learner()
    for earlier in before(name):
        played(earlier, learner)

    registration = played(name, learner)

    assert registration.ended or name not in ENDED


def test_two_packages_share_data_as_adl_says() -> None:
    assert SUITE is not None
    learner = Learner()
    packages = {package: opened(package, learner) for package in ("DDMa", "DDMb")}
    registration = packages["DDMa"]
    registration.launch(None)
    for one in SUITE.case("DDM")["visits"]:
        visit(registration, one)
        opens = OPENS.get(one["cui"].partition("~")[0])
        leave(registration, "" if opens else one["cui"], None)
        if opens:
            registration.close()
            registration = packages[opens]
            registration.launch(None)

    assert registration.attempt.ended


def test_the_suite_is_whole() -> None:
    assert SUITE is not None
    assert len(SUITE.names()) == TOTAL
