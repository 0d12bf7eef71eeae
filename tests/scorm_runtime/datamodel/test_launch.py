from __future__ import annotations

from typing import Any

import pytest

from package_importer.course import CompletionThreshold, Course, Item, Objective, Sequencing, Standard
from scorm_runtime.datamodel import Model, launch, model_for
from scorm_runtime.datamodel.api import RuntimeApi
from scorm_runtime.datamodel.launch import Store
from scorm_runtime.tracking import ObjectiveTracking

OLD = model_for("scorm12")
NEW = model_for("scorm2004")
PLAIN = Item(identifier="i", title="An item")


def start(model: Model, item: Item = PLAIN, **given: Any) -> dict[str, str]:
    course = Course(standard=Standard(model.standard), identifier="c", title="A course", root=item)
    return launch.initial_data(model, course, item, **{"learner_id": "ann", "learner_name": "Ann", **given})


def test_a_new_attempt_of_2004_begins_with_the_learner_and_nothing_else() -> None:
    assert start(NEW) == {
        "cmi.learner_id": "ann",
        "cmi.learner_name": "Ann",
        "cmi.mode": "normal",
        "cmi.credit": "credit",
        "cmi.entry": "ab-initio",
    }


def test_a_new_attempt_of_12_begins_with_the_learner_and_nothing_else() -> None:
    assert start(OLD) == {
        "cmi.core.student_id": "ann",
        "cmi.core.student_name": "Ann",
        "cmi.core.lesson_mode": "normal",
        "cmi.core.credit": "credit",
        "cmi.core.entry": "ab-initio",
    }


@pytest.mark.parametrize("mode", ["browse", "review"])
def test_there_is_credit_only_in_normal_mode(mode: str) -> None:
    assert start(NEW, mode=mode)["cmi.credit"] == "no-credit"
    assert start(OLD, mode=mode)["cmi.core.credit"] == "no-credit"


def test_the_manifest_of_a_12_item_gives_launch_data_mastery_and_limits() -> None:
    item = Item(
        identifier="i",
        title="",
        data_from_lms="a=1",
        mastery_score=80.0,
        max_time_allowed="01:00:00",
        time_limit_action="exit,message",
    )

    data = start(OLD, item)

    assert data["cmi.launch_data"] == "a=1"
    assert data["cmi.student_data.mastery_score"] == "80"
    assert data["cmi.student_data.max_time_allowed"] == "01:00:00"
    assert data["cmi.student_data.time_limit_action"] == "exit,message"


def test_the_manifest_of_a_2004_item_gives_thresholds_and_limits() -> None:
    objective = Objective(id="p", primary=True, satisfied_by_measure=True, min_normalized_measure=0.6)
    item = Item(
        identifier="i",
        title="",
        data_from_lms="a=1",
        time_limit_action="exit,message",
        completion_threshold=CompletionThreshold(completed_by_measure=True, min_progress_measure=0.8),
        sequencing=Sequencing(objectives=(objective,), attempt_absolute_duration_limit="PT1H"),
    )

    data = start(NEW, item)

    assert data["cmi.launch_data"] == "a=1"
    assert data["cmi.time_limit_action"] == "exit,message"
    assert data["cmi.max_time_allowed"] == "PT1H"
    assert data["cmi.completion_threshold"] == "0.8"
    assert data["cmi.scaled_passing_score"] == "0.6"


def test_a_passing_score_needs_satisfied_by_measure() -> None:
    item = Item(identifier="i", title="", sequencing=Sequencing(objectives=(Objective(primary=True),)))

    assert "cmi.scaled_passing_score" not in start(NEW, item)


@pytest.mark.parametrize(("edition", "given"), [("2nd", True), ("3rd", True), ("4th", False)])
def test_only_the_4th_edition_asks_whether_the_threshold_counts(edition: str, given: bool) -> None:
    item = Item(identifier="i", title="", completion_threshold=CompletionThreshold(min_progress_measure=0.8))

    assert ("cmi.completion_threshold" in start(model_for("scorm2004", edition), item)) == given


def test_objectives_with_an_id_become_rows_the_primary_one_first() -> None:
    objectives = (Objective(id="a"), Objective(), Objective(id="b", primary=True))
    item = Item(identifier="i", title="", sequencing=Sequencing(objectives=objectives))

    data = start(NEW, item)

    assert [data["cmi.objectives.0.id"], data["cmi.objectives.1.id"]] == ["b", "a"]
    assert "cmi.objectives.2.id" not in data


def test_objectives_carry_what_the_sequencer_knows() -> None:
    known = ObjectiveTracking(
        id="a", success="passed", completion="incomplete", scaled=0.5, progress=0.25, raw=5, min=-1, max=10.5
    )

    data = start(NEW, objectives=(known,))

    assert {name.removeprefix("cmi.objectives.0."): data[name] for name in data if "objectives" in name} == {
        "id": "a",
        "success_status": "passed",
        "completion_status": "incomplete",
        "score.scaled": "0.5",
        "score.raw": "5",
        "score.min": "-1",
        "score.max": "10.5",
        "progress_measure": "0.25",
    }


def test_a_resumed_attempt_sees_what_global_objectives_have_become() -> None:
    previous = {"cmi.objectives.0.id": "a", "cmi.objectives.1.id": "b", "cmi.objectives.1.score.raw": "5"}
    mapped = (ObjectiveTracking(id="b", success="passed", raw=7), ObjectiveTracking(id="unknown here", success="passed"))

    data = start(NEW, previous=previous, mapped=mapped)

    assert data["cmi.objectives.1.score.raw"] == "7"
    assert data["cmi.objectives.1.success_status"] == "passed"
    assert data.keys().isdisjoint({"cmi.objectives.0.success_status", "cmi.objectives.2.id"})


def test_a_suspended_2004_session_comes_back_with_its_data() -> None:
    data = start(NEW, preference={"cmi.learner_preference.language": "en"}, stores=(Store(id="s", value="v"),))
    said = {
        "cmi.exit": "suspend",
        "cmi.session_time": "PT1M",
        "cmi.location": "3",
        "cmi.interactions.0.id": "q",
        "cmi.suspend_data": "x",
        "adl.nav.request": "suspendAll",
    }

    again = start(NEW, previous=launch.finish(NEW, PLAIN, {**data, **said}), learner_name="Ann Married")

    assert again == {
        "cmi.learner_id": "ann",
        "cmi.learner_name": "Ann Married",
        "cmi.mode": "normal",
        "cmi.credit": "credit",
        "cmi.entry": "resume",
        "cmi.total_time": "PT0H1M0S",
        "cmi.location": "3",
        "cmi.interactions.0.id": "q",
        "cmi.suspend_data": "x",
        "cmi.learner_preference.language": "en",
    }


def test_what_the_manifest_no_longer_says_is_gone_when_resumed() -> None:
    previous = {"cmi.launch_data": "old", "cmi.scaled_passing_score": "0.5"}

    assert start(NEW, previous=previous).keys().isdisjoint(previous)


@pytest.mark.parametrize(
    ("leave", "entry"), [("suspend", "resume"), ("logout", "resume"), ("normal", ""), ("", ""), ("time-out", "")]
)
def test_exit_decides_the_next_entry_of_2004(leave: str, entry: str) -> None:
    assert launch.finish(NEW, PLAIN, {"cmi.exit": leave})["cmi.entry"] == entry


@pytest.mark.parametrize(("leave", "entry"), [("suspend", "resume"), ("logout", ""), ("", ""), ("time-out", "")])
def test_exit_decides_the_next_entry_of_12(leave: str, entry: str) -> None:
    assert launch.finish(OLD, PLAIN, {"cmi.core.exit": leave})["cmi.core.entry"] == entry


@pytest.mark.parametrize("model", [OLD, NEW])
def test_a_forced_suspend_resumes_whatever_the_sco_said(model: Model) -> None:
    said = {"cmi.exit": "normal", "cmi.core.exit": ""}

    kept = launch.finish(model, PLAIN, said, suspend=True)

    assert kept[launch.ENTRY[model.standard]] == "resume"


def test_a_suspended_sco_of_12_that_sets_no_status_is_completed_when_it_finishes_later() -> None:
    suspended = launch.finish(OLD, PLAIN, {"cmi.core.lesson_status": "not attempted"}, suspend=True)
    finished = launch.finish(OLD, PLAIN, suspended)

    assert suspended["cmi.core.lesson_status"] == "not attempted"
    assert finished["cmi.core.lesson_status"] == "completed"


def test_time_adds_up_over_sessions() -> None:
    once = launch.finish(OLD, PLAIN, {"cmi.core.session_time": "00:59:30.5"})
    twice = launch.finish(OLD, PLAIN, {**once, "cmi.core.session_time": "PT1M"})

    assert once["cmi.core.total_time"] == "0000:59:30.50"
    assert twice["cmi.core.total_time"] == "0001:00:30.50"


def test_a_12_sco_that_never_set_its_status_has_completed_when_it_comes_back() -> None:
    data = start(OLD)

    kept = launch.finish(OLD, PLAIN, data)

    assert start(OLD, previous=kept)["cmi.core.lesson_status"] == "completed"
    assert start(OLD, previous=kept)["cmi.core.entry"] == ""


def test_entry_may_be_said_by_the_caller() -> None:
    assert start(NEW, previous={"cmi.entry": "resume"}, entry="")["cmi.entry"] == ""


def test_preferences_and_stores_are_found_again() -> None:
    data = {
        "cmi.learner_preference.audio_level": "2",
        "cmi.student_preference.speed": "5",
        "adl.data.0.id": "a",
        "adl.data.1.id": "b",
        "adl.data.1.store": "x",
    }

    assert launch.preference(data) == {"cmi.learner_preference.audio_level": "2", "cmi.student_preference.speed": "5"}
    assert launch.shared(data) == {"b": "x"}


def test_shared_data_are_rows_with_permissions() -> None:
    stores = (Store(id="a", value="x"), Store(id="b", write=False), Store(id="c", read=False))
    api = RuntimeApi(NEW, start(NEW, stores=stores), permissions=launch.permissions(stores))
    api.initialize("")

    assert [api.get_value("adl.data.0.store"), api.get_value("adl.data.2.id")] == ["x", "c"]
    assert [api.set_value("adl.data.1.store", "y"), api.get_last_error()] == ["false", "404"]
    assert [api.get_value("adl.data.2.store"), api.get_last_error()] == ["", "405"]


@pytest.mark.parametrize("edition", ["2nd", "3rd"])
def test_there_are_no_stores_before_the_4th_edition(edition: str) -> None:
    data = start(model_for("scorm2004", edition), stores=(Store(id="a", value="x"),))

    assert not [name for name in data if name.startswith("adl.")]


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (0.8, "0.8"), (-0.5, "-0.5"), (1e-7, "0.0000001"), (0.0, "0")])
def test_numbers_are_written_without_an_exponent(value: float, text: str) -> None:
    assert launch.real(value) == text
