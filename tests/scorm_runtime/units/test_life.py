"""A unit from its launch to its end, as content and other programs see it."""

from __future__ import annotations

from tests.scorm_runtime.units.conftest import Make
from tests.scorm_runtime.units.content import au, block


def test_a_unit_is_played_to_completed_and_passed(make: Make) -> None:
    lms = make(block("block", au("one", 'moveOn="CompletedAndPassed" masteryScore="0.8"')))

    content = lms.start("one").say("initialized").say("passed", score={"scaled": 0.9}).say("completed", "terminated")

    assert content.data["moveOn"] == "CompletedAndPassed"
    assert lms.verbs() == ["launched", "initialized", "passed", "completed", "satisfied", "satisfied", "terminated"]
