"""The cases of tests/cases/datamodel/ in Python, and that together they reach the whole of both tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scorm_runtime.datamodel import MODELS, Model, leniency, model_for
from scorm_runtime.datamodel.api import RuntimeApi, apply
from tests.scorm_runtime.datamodel import cases

CASES = cases.all_cases()
# 402 is for an LMS that leaves elements out; in 2004 all are mandatory and here all are implemented.
NEVER_RAISED = {("scorm2004", 402)}
TAKES_ANY_TEXT = {("scorm12", "cmi.core.lesson_location"), ("scorm12", "cmi.student_preference.language")}


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[title for title, _ in CASES])
def test_case(case: dict[str, Any]) -> None:
    api = cases.start(case)

    got = [cases.replay(api, call) for call in case["calls"]]

    assert got == [cases.expected(call) for call in case["calls"]]
    assert list(api.changes.items()) == list(case.get("changes", api.changes).items())
    found = [[entry.element, entry.fault, entry.code] for entry in api.log]
    assert found == case.get("log", found)
    leniencies = [entry.leniency for entry in api.log]
    assert leniencies == case.get("leniencies", leniencies)


def _touched(method: str) -> set[tuple[str, str]]:
    """The rows, as (standard, table name), that some case reads or writes with success."""
    return {
        (case["model"], re.sub(r"\{target=.*\}", "{target}", _template(call[1])))
        for _, case in CASES
        for call in case["calls"]
        if call[0] == method and call[-1] == 0
    }


def _template(name: Any) -> str:
    first = re.sub(r"\.\d+\.", ".n.", str(name), count=1)
    return re.sub(r"\.\d+\.", ".m.", first, count=1)


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_readable_row_is_read(model: Model) -> None:
    rows = {(model.standard, row.name) for row in model.elements.values() if row.access != "wo"}

    assert rows - _touched("GetValue") == set()


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_writable_row_is_written(model: Model) -> None:
    rows = {(model.standard, row.name) for row in model.elements.values() if row.access != "ro"}

    assert rows - _touched("SetValue") == set()


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_row_is_refused_once(model: Model) -> None:
    refused = {
        (case["model"], re.sub(r"\{target=.*\}", "{target}", _template(call[1])))
        for _, case in CASES
        for call in case["calls"]
        if call[0] in ("GetValue", "SetValue") and call[-1] != 0
    }
    rows = {(model.standard, row.name) for row in model.elements.values()}

    assert rows - refused <= TAKES_ANY_TEXT


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_error_code_is_produced(model: Model) -> None:
    produced = {call[-1] for _, case in CASES for call in case["calls"] if case["model"] == model.standard}
    codes = {int(code) for code in model.errors} - {code for standard, code in NEVER_RAISED if standard == model.standard}

    assert codes - produced == set()
    assert set(model.codes.values()) <= {int(code) for code in model.errors}


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_rows_name_only_types_and_elements_that_exist(model: Model) -> None:
    named = {row.type for row in model.elements.values()}
    within = {name for type_ in model.types.values() for name in (*type_.of, *type_.cases.values(), *type_.lenient.values())}
    required = {name for row in model.elements.values() for name in row.requires}

    assert named | within <= set(model.types)
    assert required <= set(model.elements)


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_leniency_of_a_model_is_taken_and_refused_by_its_name(model: Model) -> None:
    own = [case for _, case in CASES if case["model"] == model.standard]
    taken = {name for case in own for name in case.get("leniencies", ())}
    refused = {tuple(case["strict"]) for case in own if isinstance(case["strict"], list)}

    assert set(model.leniencies) == taken
    assert {(name,) for name in model.leniencies} <= refused


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_types_name_leniencies_of_their_own_model(model: Model) -> None:
    named = {name for type_ in model.types.values() for name in type_.lenient}

    assert named == set(model.leniencies) - {"longer-text", "longer-lists", "no-argument"}


def test_the_documentation_lists_every_leniency() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "datamodel.md").read_text("utf-8")

    assert re.findall(r"^\| `([a-z-]+)` \|.*\| (?:yes|) ?\| (?:yes|) ?\|$", docs, re.M) == [row.name for row in leniency.ROWS]


def test_diagnostics_say_where_and_what() -> None:
    api = RuntimeApi(model_for("scorm2004"), {})
    api.initialize("")

    api.set_value("cmi.score.scaled", "2")

    assert api.get_diagnostic("") == 'cmi.score.scaled: range, found "2"'
    assert api.get_diagnostic("407") == api.get_diagnostic("")
    assert len(api.get_diagnostic("401")) <= 255


def test_apply_accepts_what_a_browser_may_have_set_and_names_what_it_may_not() -> None:
    changes = {"cmi.location": "3", "cmi.score.scaled": "9", "cmi.credit": "no-credit", "cmi.nonsense": "x", "cmi.exit": 5}

    data, refused = apply(model_for("scorm2004"), {"cmi.credit": "credit"}, changes)

    assert data == {"cmi.credit": "credit", "cmi.location": "3"}
    assert refused == [("cmi.score.scaled", 407), ("cmi.credit", 404), ("cmi.nonsense", 401), ("cmi.exit", 406)]


def test_apply_can_be_repeated() -> None:
    model = model_for("scorm12")
    changes = {"cmi.comments": "one two", "cmi.interactions.0.id": "q", "cmi.objectives.0.id": "o"}

    once, _ = apply(model, {}, changes)
    twice, refused = apply(model, once, changes)

    assert twice == once
    assert refused == []


def test_apply_forgets_only_what_a_changed_type_throws_away() -> None:
    row = "cmi.interactions.0"
    data = {f"{row}.id": "q", f"{row}.type": "choice", f"{row}.correct_responses.0.pattern": "a", "cmi.location": "3"}
    changes = {f"{row}.correct_responses.0.pattern": None, "cmi.location": None}

    after, refused = apply(model_for("scorm2004"), data, changes)

    assert after == {f"{row}.id": "q", f"{row}.type": "choice", "cmi.location": "3"}
    assert refused == [("cmi.location", 404)]


def test_applied_changes_give_the_data_that_the_sco_saw() -> None:
    row = "cmi.interactions.0"
    model = model_for("scorm2004")
    before = {f"{row}.id": "q", f"{row}.type": "choice", f"{row}.correct_responses.0.pattern": "a"}
    api = RuntimeApi(model, dict(before))
    api.initialize("")
    api.set_value(f"{row}.type", "numeric")
    api.set_value(f"{row}.type", "choice")

    after, refused = apply(model, before, api.take_changes())

    assert (after, refused) == (api.data, [])


def test_a_huge_value_is_refused_even_when_lenient() -> None:
    api = RuntimeApi(model_for("scorm12"), {})
    api.initialize("")

    assert api.set_value("cmi.suspend_data", "x" * 1_000_001) == "false"
    assert api.get_last_error() == "405"


def test_a_collection_has_an_end() -> None:
    rows = {f"cmi.interactions.{index}.id": "q" for index in range(5000)}
    api = RuntimeApi(model_for("scorm2004"), rows)
    api.initialize("")

    assert api.set_value("cmi.interactions.5000.id", "q") == "false"
    assert api.get_last_error() == "351"


@pytest.mark.parametrize(
    ("edition", "expected"),
    [("2004 4th Edition", "4th"), ("2004 3rd Edition", "3rd"), ("CAM 1.3", "2nd"), ("2nd", "2nd"), ("3", "3rd"), (None, "4th")],
)
def test_editions_are_recognised_as_manifests_spell_them(edition: str | None, expected: str) -> None:
    assert model_for("scorm2004", edition).edition == expected


def test_there_is_no_data_model_for_other_standards() -> None:
    with pytest.raises(KeyError):
        model_for("cmi5")
