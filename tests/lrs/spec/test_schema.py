"""Every row of the schemas is reached: right, missing, wrong type, wrong value, null, and an unknown neighbour; by version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lrs.errors import InvalidStatement
from lrs.spec import rules, schema
from tests.lrs.spec import table, walk
from tests.lrs.spec.table import AGENT, GROUP, Row, in_substatement, whole, with_value

VERSIONS = ("1.0.3", "2.0.0")
MAPS = ("extensions", "display", "name", "description")  # objects whose keys are free


def rows() -> Iterator[tuple[str, str, dict[str, Any], Row]]:
    for version in VERSIONS:
        for kind, statement, applying in table.cases(version):
            for row in applying:
                yield version, kind, statement, row


def accepted() -> Iterator[Any]:
    for version, kind, statement, (section, place, required, right, _, _) in rows():
        cases = {}
        for value in right if required else [..., *right]:
            changed = with_value(statement, place, value)
            if place.endswith("/object") and isinstance(value, dict) and "definition" not in value:
                changed = with_value(changed, place.removesuffix("object") + "context", {})
            cases["missing" if value is ... else repr(value)] = changed
        yield pytest.param(version, cases, id=f"{version} {section} {kind} {place}")


def refused() -> Iterator[Any]:
    for version, kind, statement, (section, place, required, _, wrong_types, wrong) in rows():
        cases = {"missing": with_value(statement, place, ...)} if required else {}
        cases |= {repr(value): with_value(statement, place, value) for value in (None, *wrong_types, *wrong)}
        numbers = "XAPI-00001 XAPI-00006" + (" XAPI-00007" if wrong else "")
        yield pytest.param(version, cases, id=f"{version} {numbers} {section} {kind} {place}")


def strangers() -> Iterator[Any]:
    for version in VERSIONS:
        for kind, statement, _ in table.cases(version):
            for place in objects_of(statement, ""):
                if not place.endswith(MAPS):
                    yield pytest.param(
                        version,
                        with_value(statement, f"{place}/stranger", 1),
                        f"{place}/stranger",
                        id=f"{version} {kind} {place or '/'}",
                    )


def proven(version: str) -> dict[walk.Property, set[str]]:
    """Which cases the rows have for each property of the schema."""
    schema_of = schema.schema(version)
    cases: dict[walk.Property, set[str]] = {}
    for of, _, statement, (_, place, required, right, wrong_types, wrong) in rows():
        if of == version:
            parent, _, key = place.rpartition("/")
            here = {"missing, refused" if required else "missing, accepted", "null"}
            here |= {"right"} if right else set()
            here |= {"wrong type"} if wrong_types else set()
            here |= {"wrong format"} if wrong else set()
            for owner in walk.reached(schema_of, statement, parent):
                cases.setdefault((owner, key), set()).update(here)
    for parameters in strangers():
        of, statement, place = parameters.values
        if of == version:
            for owner in walk.reached(schema_of, statement, place.rpartition("/")[0]):
                for key in schema_of["$defs"].get(owner, schema_of)["properties"]:
                    cases.setdefault((owner, key), set()).add("extra")
    return cases


def demanded(version: str) -> dict[walk.Property, set[str]]:
    """Right, missing, wrong type, wrong format, null, extra; free text has no wrong format."""
    schema_of = schema.schema(version)
    cases: dict[walk.Property, set[str]] = {}
    for (owner, key), node in walk.properties(schema_of).items():
        cases[owner, key] = {"right", "wrong type", "null", "extra"}
        cases[owner, key] |= set() if walk.is_free(schema_of, node) else {"wrong format"}
        cases[owner, key] |= {"missing, refused"} if key in walk.closed(schema_of)[owner].get("required", ()) else set()
        cases[owner, key] |= {"missing, accepted"} if key in walk.optional(walk.closed(schema_of)[owner]) else set()
    return cases


def objects_of(node: Any, place: str) -> Iterator[str]:
    if isinstance(node, dict):
        yield place
        for key, value in node.items():
            yield from objects_of(value, f"{place}/{key}")
    elif isinstance(node, list):
        for ordinal, value in enumerate(node):
            yield from objects_of(value, f"{place}/{ordinal}")


def keys_of(statement: dict[str, Any]) -> list[str]:
    """The places of all properties that the standard names."""
    named = [place for place in objects_of(statement, "") if not place.endswith(MAPS)]
    return [f"{place}/{key}" for place in named for key in walk.at(statement, place)]


def check(statement: dict[str, Any], version: str) -> None:
    schema.check(statement, version)
    rules.check(statement, version)


def verdict(statement: dict[str, Any], version: str) -> dict[str, Any] | None:
    """What is told about a refused statement; None: it is accepted."""
    try:
        check(statement, version)
    except InvalidStatement as refusal:
        return refusal.detail
    return None


@pytest.mark.parametrize(("version", "cases"), list(accepted()))
def test_a_right_value_is_accepted(version: str, cases: dict[str, Any]) -> None:
    verdicts = {shown: verdict(statement, version) for shown, statement in cases.items()}

    assert verdicts == dict.fromkeys(cases)


@pytest.mark.parametrize(("version", "cases"), list(refused()))
def test_a_missing_or_wrong_value_is_refused_with_its_place(version: str, cases: dict[str, Any]) -> None:
    verdicts = {shown: verdict(statement, version) for shown, statement in cases.items()}

    assert [shown for shown, told in verdicts.items() if told is None] == []
    assert [shown for shown, told in verdicts.items() if not (told and told["rule"] and told["pointer"][:1] in ("", "/"))] == []


@pytest.mark.parametrize(("version", "statement", "place"), list(strangers()))
def test_xapi_00010_an_unknown_property_is_refused_by_name(version: str, statement: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    faults = refusal.value.detail.get("faults", [refusal.value.detail])
    assert place in [fault["pointer"] for fault in faults]


@pytest.mark.parametrize(("version", "place"), [(version, place) for version in VERSIONS for place in keys_of(whole(version))])
def test_xapi_00008_keys_are_spelled_in_the_right_case(version: str, place: str) -> None:
    parent, _, key = place.rpartition("/")
    copied = with_value(whole(version), f"{parent}/{key.swapcase()}", walk.at(whole(version), place))

    assert schema.is_valid(whole(version), version)
    assert not schema.is_valid(with_value(copied, place, ...), version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/actor/objectType", "agent"),
        ("/object/objectType", "ACTIVITY"),
        ("/object/definition/interactionType", "Choice"),
        ("/context/team/objectType", "group"),
        ("/context/statement/objectType", "Statementref"),
    ],
)
def test_xapi_00009_enumerated_values_are_spelled_in_the_right_case(version: str, place: str, value: str) -> None:
    assert schema.is_valid(whole(version), version)
    assert not schema.is_valid(with_value(whole(version), place, value), version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "target",
    [
        pytest.param(AGENT, id="XAPI-00065 Agent"),
        pytest.param({"member": [AGENT]}, id="XAPI-00065 Group"),
        pytest.param({"id": table.UUID}, id="XAPI-00073 StatementRef"),
        pytest.param({"actor": AGENT, "verb": {"id": "http://a.b/"}, "object": table.ACTIVITY}, id="XAPI-00073 SubStatement"),
    ],
)
def test_an_object_that_is_no_activity_says_so(version: str, target: dict[str, Any]) -> None:
    assert not schema.is_valid({"actor": AGENT, "verb": {"id": "http://a.b/c"}, "object": target}, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_property_of_the_schemas_has_every_case(version: str) -> None:
    known = proven(version)

    lacking = {where: cases - known.get(where, set()) for where, cases in demanded(version).items()}

    assert {where: cases for where, cases in lacking.items() if cases} == {}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "key",
    [
        pytest.param(key, id=f"XAPI-{number}")
        for key, number in {"authority": "00067", "version": "00068", "stored": "00069", "id": "00070"}.items()
    ],
)
def test_a_substatement_has_no_properties_of_the_lrs(version: str, key: str) -> None:
    statement = with_value(in_substatement(whole(version)), f"/object/{key}", whole(version)[key])

    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    assert refusal.value.detail["pointer"] == f"/object/{key}"


@pytest.mark.parametrize("version", VERSIONS)
def test_xapi_00071_substatements_do_not_nest(version: str) -> None:
    statement = with_value(in_substatement(whole(version)), "/object/object", in_substatement(whole(version))["object"])

    with pytest.raises(InvalidStatement):
        check(statement, version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", [pytest.param("revision", id="XAPI-00084"), pytest.param("platform", id="XAPI-00085")])
@pytest.mark.parametrize("target", [{"objectType": "Agent", **AGENT}, GROUP, table.REF])
def test_revision_and_platform_belong_to_activities(version: str, key: str, target: dict[str, Any]) -> None:
    statement = {"actor": AGENT, "verb": {"id": "http://a.b/c"}, "object": target, "context": {key: "1"}}

    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    assert refusal.value.detail["pointer"] == f"/context/{key}"


@pytest.mark.parametrize("version", VERSIONS)
def test_xapi_00017_xapi_00019_xapi_00020_a_voiding_statement_refers_to_a_statement(version: str) -> None:
    statement = with_value(whole(version), "/verb", {"id": rules.VOIDED})

    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    assert refusal.value.detail["pointer"] == "/object/objectType"


@pytest.mark.parametrize("key", ["contextAgents", "contextGroups"])
def test_1_0_3_does_not_know_what_2_0_brought(key: str) -> None:
    statement = with_value(whole("1.0.3"), f"/context/{key}", whole("2.0.0")["context"][key])

    with pytest.raises(InvalidStatement) as refusal:
        check(statement, "1.0.3")

    assert refusal.value.detail["pointer"] == f"/context/{key}"


@pytest.mark.parametrize("key", ["choices", "scale", "source", "target", "steps"])
def test_data_2_4_4_1_component_ids_are_distinct(key: str) -> None:
    statement = with_value(whole("2.0.0"), f"/object/definition/{key}", [{"id": "a"}, {"id": "a"}])

    with pytest.raises(InvalidStatement) as refusal:
        check(statement, "2.0.0")

    assert refusal.value.detail["pointer"] == f"/object/definition/{key}/1/id"


def test_a_timestamp_of_2_0_has_an_offset_and_may_have_a_space() -> None:
    schema.check(with_value(whole("2.0.0"), "/timestamp", "2026-01-31 12:00:00z"), "2.0.0")
    schema.check(with_value(whole("1.0.3"), "/timestamp", "2026-01-31T12:00:00"), "1.0.3")

    with pytest.raises(InvalidStatement):
        schema.check(with_value(whole("2.0.0"), "/timestamp", "2026-01-31T12:00:00"), "2.0.0")
    with pytest.raises(InvalidStatement):
        schema.check(with_value(whole("1.0.3"), "/timestamp", "2026-01-31 12:00:00Z"), "1.0.3")


def test_every_fault_is_told_with_place_value_and_rule() -> None:
    statement = with_value(with_value(whole("2.0.0"), "/verb/id", "nowhere"), "/result/score/scaled", 7)

    with pytest.raises(InvalidStatement) as refusal:
        schema.check(statement, "2.0.0", ("statements", 3))

    faults = {fault["pointer"]: fault for fault in refusal.value.detail["faults"]}
    assert faults["/statements/3/verb/id"]["found"] == '"nowhere"'
    assert "maximum" not in faults["/statements/3/result/score/scaled"]["rule"]
    assert "at most 1" in faults["/statements/3/result/score/scaled"]["rule"]
