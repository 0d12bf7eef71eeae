"""A registration, completions, scores and attempts read alike for SCORM and cmi5."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from rollbook.services import Services
from tests.scorm_runtime.units.content import Lms, au, block, package


@pytest.fixture
def lms(client: FlaskClient, content_client: FlaskClient, services: Services, tmp_path: Path) -> Lms:
    course = services.catalogue.add(
        package(tmp_path, block("block", au("one", 'moveOn="CompletedAndPassed" masteryScore="0.5"')))
    )
    return Lms(client, content_client, course.id).register()


def test_a_registration_has_one_shape(
    client: FlaskClient, content_client: FlaskClient, services: Services, lms: Lms, sample_package: Callable[[str], Path]
) -> None:
    scorm = Lms(client, content_client, services.catalogue.add(sample_package("scorm12-fire-safety")).id).register().report()
    cmi5 = lms.report()

    assert set(scorm) - set(cmi5) == set()
    assert set(scorm["tree"]) - set(cmi5["tree"]) == set()
    assert cmi5["state"] == scorm["state"] == "not started"


@pytest.mark.parametrize("resource", ["completions", "scores", "attempts"])
def test_a_course_that_was_played_is_in_every_list(client: FlaskClient, services: Services, lms: Lms, resource: str) -> None:
    lms.start("one").say("initialized").say("passed", score={"scaled": 0.75}).say("completed", "terminated")
    services.attempts.catch_up()

    rows: list[dict[str, Any]] = client.get(f"/api/v1/{resource}", query_string={"course": lms.course}).get_json()["rows"]

    assert len(rows) == 1
    assert {name: rows[0][name] for name in ("status", "completion", "success", "score_scaled", "registration", "source")} == {
        "status": "passed",
        "completion": True,
        "success": True,
        "score_scaled": 0.75,
        "registration": lms.registration,
        "source": "cmi5",
    }
    assert rows[0]["actor_name"] == "Ada Moreau"
