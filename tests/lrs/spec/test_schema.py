"""Every row of the schemas is reached: right, missing, wrong type, wrong value, null, and an unknown neighbour; by version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lrs.errors import InvalidStatement
from lrs.spec import rules, schema
from tests.lrs.spec import table
from tests.lrs.spec.table import AGENT, GROUP, Row, in_substatement, whole, with_value

VERSIONS = ("1.0.3", "2.0.0")


def rows() -> Iterator[tuple[str, dict[str, Any], Row]]:
    """Every row with the statement that it applies to, as a statement and as a SubStatement."""
    for version in VERSIONS:
        statement = whole(version)
        identified = {row[1].split("/")[2]: row for row in table.IDENTIFIERS}
        for row in table.STATEMENT + (table.IN_CONTEXT_2 if version == "2.0.0" else []):
            yield version, statement, row
            if not row[1].startswith(table.NOT_IN_SUBSTATEMENTS):
                yield version, in_substatement(statement), (row[0], "/object" + row[1], *row[2:])
        for kind in identified:
            right = {"mbox_sha1sum": "a" * 40, "openid": "http://a.b/", "account": {"homePage": "http://a.b/", "name": "x"}}[kind]
            for row in (row for row in table.IDENTIFIERS if row[1].split("/")[2] == kind):
                yield version, with_value(statement, "/actor", {kind: right}), row
        for row in table.REFERENCE:
            yield version, with_value(with_value(statement, "/object", table.REF), "/context", {}), row


def accepted() -> Iterator[Any]:
    for version, statement, (section, place, _, right, _, _) in rows():
        for value in right:
            changed = with_value(statement, place, value)
            if place.endswith("/object") and isinstance(value, dict) and "definition" not in value:
                changed = with_value(changed, place.removesuffix("object") + "context", {})
            yield pytest.param(version, changed, id=f"{version} {section} {place} {value!r}"[:110])


def refused() -> Iterator[Any]:
    for version, statement, (section, place, required, _, wrong_types, wrong) in rows():
        if required:
            yield pytest.param(version, with_value(statement, place, ...), id=f"{version} {section} {place} missing")
        for value in (None, *wrong_types, *wrong):
            yield pytest.param(version, with_value(statement, place, value), id=f"{version} {section} {place} {value!r}"[:110])


def strangers() -> Iterator[Any]:
    for version in VERSIONS:
        for kind, statement in (("statement", whole(version)), ("substatement", in_substatement(whole(version)))):
            for place in objects_of(statement, ""):
                if not place.endswith(("extensions", "display", "name", "description")):
                    yield pytest.param(
                        version,
                        with_value(statement, f"{place}/stranger", 1),
                        f"{place}/stranger",
                        id=f"{version} {kind} {place or '/'}",
                    )


def objects_of(node: Any, place: str) -> Iterator[str]:
    if isinstance(node, dict):
        yield place
        for key, value in node.items():
            yield from objects_of(value, f"{place}/{key}")
    elif isinstance(node, list):
        for ordinal, value in enumerate(node):
            yield from objects_of(value, f"{place}/{ordinal}")


def check(statement: dict[str, Any], version: str) -> None:
    schema.check(statement, version)
    rules.check(statement, version)


@pytest.mark.parametrize(("version", "statement"), list(accepted()))
def test_a_right_value_is_accepted(version: str, statement: dict[str, Any]) -> None:
    check(statement, version)


@pytest.mark.parametrize(("version", "statement"), list(refused()))
def test_a_missing_or_wrong_value_is_refused_with_its_place(version: str, statement: dict[str, Any]) -> None:
    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    assert refusal.value.detail["rule"]
    assert refusal.value.detail["pointer"].startswith("/") or refusal.value.detail["pointer"] == ""


@pytest.mark.parametrize(("version", "statement", "place"), list(strangers()))
def test_xapi_00010_an_unknown_property_is_refused_by_name(version: str, statement: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    faults = refusal.value.detail.get("faults", [refusal.value.detail])
    assert place in [fault["pointer"] for fault in faults]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", ["id", "stored", "version", "authority"])
def test_xapi_00070_a_substatement_has_no_properties_of_the_lrs(version: str, key: str) -> None:
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
@pytest.mark.parametrize("key", ["revision", "platform"])
@pytest.mark.parametrize("target", [{"objectType": "Agent", **AGENT}, GROUP, table.REF])
def test_xapi_00084_revision_and_platform_belong_to_activities(version: str, key: str, target: dict[str, Any]) -> None:
    statement = {"actor": AGENT, "verb": {"id": "http://a.b/c"}, "object": target, "context": {key: "1"}}

    with pytest.raises(InvalidStatement) as refusal:
        check(statement, version)

    assert refusal.value.detail["pointer"] == f"/context/{key}"


@pytest.mark.parametrize("version", VERSIONS)
def test_xapi_00017_a_voiding_statement_refers_to_a_statement(version: str) -> None:
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
