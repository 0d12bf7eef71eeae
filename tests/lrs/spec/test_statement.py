"""What the LRS adds, what makes two statements the same, and that nothing else changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.spec.statement import same
from tests.lrs.conftest import make_statement
from tests.lrs.spec.test_json_text import TEXT, VALUES

UUID = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
EXTENSIONS = st.dictionaries(
    st.sampled_from(["http://a.b/c", "urn:x", "http://a.b/$where", "http://a.b.c/d.e"]), VALUES, max_size=3
)
MAPS = st.dictionaries(st.sampled_from(["en", "de-CH", "x-mine"]), TEXT, max_size=2)
DEFINITIONS = st.fixed_dictionaries({}, optional={"name": MAPS, "description": MAPS, "extensions": EXTENSIONS})
AGENTS = st.fixed_dictionaries({"mbox": st.just("mailto:a@example.com")}, optional={"name": TEXT, "objectType": st.just("Agent")})
ACTIVITIES = st.fixed_dictionaries(
    {"id": st.just("http://a.b/c")}, optional={"definition": DEFINITIONS, "objectType": st.just("Activity")}
)
PARTS = {
    "actor": AGENTS,
    "verb": st.fixed_dictionaries({"id": st.just("http://a.b/did")}, optional={"display": MAPS}),
    "object": ACTIVITIES,
}
OPTIONAL = {
    "result": st.fixed_dictionaries({}, optional={"response": TEXT, "extensions": EXTENSIONS, "success": st.booleans()}),
    "context": st.fixed_dictionaries(
        {},
        optional={
            "extensions": EXTENSIONS,
            "platform": TEXT,
            "contextActivities": st.fixed_dictionaries({"parent": st.lists(ACTIVITIES)}),
        },
    ),
    "timestamp": st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
}
STATEMENTS = st.fixed_dictionaries(PARTS, optional=OPTIONAL)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STATEMENTS)
def test_a_statement_comes_back_as_sent_plus_exactly_what_the_lrs_adds(client: FlaskClient, sent: dict[str, Any]) -> None:
    answer = client.post("/xapi/statements", data=json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200, answer.text

    got = client.get(f"/xapi/statements?statementId={answer.json[0]}").json

    added = {key: got[key] for key in got if key not in sent}
    assert {key: got[key] for key in sent} == sent
    assert list(got)[: len(sent)] == list(sent)
    assert set(added) == {"id", "stored", "authority", "version", "timestamp"} - set(sent)
    assert json.dumps(got["result"] if "result" in sent else None) == json.dumps(sent.get("result"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"verb": {"id": "http://a.b/c", "display": {"en": "x"}}}, {"verb": {"id": "http://a.b/c"}}),
        ({"object": {"id": "http://a.b/c", "objectType": "Activity"}}, {"object": {"id": "http://a.b/c", "definition": {}}}),
        ({"timestamp": "2026-01-01T00:00:00Z"}, {}),
        ({"attachments": []}, {}),
        ({"context": {}}, {}),
        (
            {"actor": {"objectType": "Group", "member": [{"mbox": "mailto:a@b.c"}, {"mbox": "mailto:b@b.c"}]}},
            {"actor": {"objectType": "Group", "member": [{"mbox": "mailto:b@b.c"}, {"mbox": "mailto:a@b.c"}]}},
        ),
        ({"object": {"objectType": "StatementRef", "id": UUID}}, {"object": {"objectType": "StatementRef", "id": UUID.upper()}}),
        ({"result": {"duration": "PT1.239S"}}, {"result": {"duration": "PT1.23S"}}),
    ],
)  # fmt: skip
def test_ieee_4_2_these_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert same(make_statement(**one), make_statement(**other))


@pytest.mark.parametrize(
    "change",
    [
        {"actor": {"mbox": "mailto:eve@example.com"}},
        {"actor": {"mbox": "mailto:ada@example.com", "name": "Eve"}},
        {"verb": {"id": "http://a.b/c"}},
        {"object": {"id": "http://a.b/c"}},
        {"result": {"success": True}},
        {"context": {"language": "en"}},
    ],
)
def test_ieee_4_2_these_are_not(change: dict[str, Any]) -> None:
    assert not same(make_statement(), make_statement(**change))
