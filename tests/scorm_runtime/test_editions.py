"""What differs between the editions of SCORM 2004: the table, and what data model and sequencer make of it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from package_importer.course import CompletionThreshold, Item, Objective
from scorm_runtime.datamodel import launch, model_for
from scorm_runtime.editions import EDITIONS, Edition
from scorm_runtime.sequencing.engine import look_ahead, status
from scorm_runtime.tracking import ObjectiveTracking, Tracking
from tests.scorm_runtime.sequencing.courses import Play, activity, course, objective, passed, rule

DOCS = (Path(__file__).parents[2] / "docs" / "datamodel.md").read_text("utf-8")
EVERY = pytest.mark.parametrize("name", EDITIONS)
HALF = CompletionThreshold(completed_by_measure=True, min_progress_measure=0.5)


def play(name: str, root: Item) -> Play:
    return Play(course(root, edition=name))


@EVERY
def test_the_data_model_has_the_rows_of_its_edition(name: str) -> None:
    model, edition = model_for("scorm2004", name), EDITIONS[name]

    assert ("adl.data.n.store" in model.elements) is edition.shared_data
    assert ("adl.nav.request_valid.jump.{target}" in model.elements) is edition.jump
    assert model.types[model.elements["cmi.suspend_data"].type].spm == edition.suspend_data


@EVERY
def test_a_threshold_counts_always_or_where_the_manifest_says_so(name: str) -> None:
    silent = CompletionThreshold(completed_by_measure=False, min_progress_measure=0.7)
    item = activity("a", threshold=silent)

    data = launch.initial_data(model_for("scorm2004", name), course(item), item, learner_id="ada", learner_name="Ada")

    assert ("cmi.completion_threshold" in data) is not EDITIONS[name].threshold_by_attribute


@EVERY
def test_a_cluster_is_completed_by_measure_in_the_fourth_edition_only(name: str) -> None:
    played = play(name, activity("r", activity("c", "a", "b", threshold=HALF), "d"))
    played.delivered("start")

    played.report("a", Tracking(completion="incomplete", progress=1.0, completion_by_content=True))
    played.delivered("continue")

    by_measure = status(played.tree, played.state, "c").completion == "completed"
    assert by_measure is EDITIONS[name].completed_by_measure


@EVERY
def test_jump_is_a_request_of_the_fourth_edition_only(name: str) -> None:
    played = play(name, activity("r", "a", "b"))
    played.delivered("start")

    promised = look_ahead(played.tree, played.state).jump["b"]
    done = played.ask("jump", "b")

    assert promised is done.valid is EDITIONS[name].jump
    assert done.exception == (None if EDITIONS[name].jump else "NB.2.1-13")


@EVERY
def test_a_referenced_objective_has_a_completion_of_its_own_in_the_fourth_edition_only(name: str) -> None:
    done = rule("skip", "completed", objective="own")
    own = (objective("main"), Objective(id="own"))
    played = play(name, activity("r", "a", activity("b", pre_rules=(done,), objectives=own, completion_set_by_content=True), "c"))
    played.delivered("start", "continue")

    row = ObjectiveTracking(id="own", completion="completed", completion_by_content=True)
    played.report("b", Tracking(completion="incomplete", completion_by_content=True, objectives=(row,), exit="suspend"))
    played.delivered("continue")

    skipped = played.delivered("previous") == ["a"]
    assert skipped is EDITIONS[name].objective_completion


@EVERY
def test_the_documentation_has_the_table(name: str) -> None:
    column = [*EDITIONS].index(name)
    rows: dict[str, list[str]] = {
        row[0]: [cell.strip() for cell in row[1].split("|")[1:4]]
        for row in re.findall(r"^\| .*<!-- (\w+) -->(.*)\|$", DOCS, re.M)
    }

    assert set(rows) == {field.name for field in fields(Edition)}
    assert {key: cells[column] for key, cells in rows.items()} == {key: said(getattr(EDITIONS[name], key)) for key in rows}


def said(value: Any) -> str:
    return f"{value:,}" if not isinstance(value, bool) else "yes" if value else "no"


def test_content_that_took_too_long_is_past_its_time_limit() -> None:
    limited = activity("b", attempt_absolute_duration_limit="PT10M", pre_rules=(rule("skip", "timeLimitExceeded"),))
    played = Play(activity("r", "a", limited, "c"))
    played.delivered("start", "continue")

    played.report("b", passed(total_time=600.0))
    in_time = played.delivered("continue", "previous")
    played.report("b", passed(total_time=601.0))
    late = played.delivered("continue", "previous")

    assert (in_time, late) == (["c", "b"], ["c", "a"])


@pytest.mark.parametrize("limit", [None, "ten minutes"])
def test_without_a_limit_that_can_be_read_no_time_is_too_long(limit: str | None) -> None:
    unlimited = activity("b", attempt_absolute_duration_limit=limit, pre_rules=(rule("skip", "timeLimitExceeded"),))
    played = Play(activity("r", "a", unlimited, "c"))
    played.delivered("start", "continue")

    played.report("b", passed(total_time=1e9))

    assert played.delivered("continue", "previous") == ["c", "b"]
