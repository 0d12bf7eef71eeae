"""What the LRS adds, what makes two statements the same, and that nothing else changes."""

from __future__ import annotations

import json
import uuid
from typing import Any

import orjson
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
IDENTIFIERS = st.sampled_from(
    [
        {"mbox": "mailto:a@example.com"},
        {"mbox_sha1sum": "A" * 40},
        {"openid": "http://a.b/"},
        {"account": {"name": "x", "homePage": "http://a.b/"}},
    ]
)


def optional(**properties: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=properties)


def merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda found: {key: value for one in found for key, value in one.items()})


AGENTS = merged(optional(objectType=st.just("Agent"), name=TEXT), IDENTIFIERS)
GROUPS = merged(
    st.just({"objectType": "Group"}), optional(name=TEXT), st.lists(AGENTS, max_size=3).map(lambda members: {"member": members})
)
ACTORS = AGENTS | GROUPS
ACTIVITIES = st.fixed_dictionaries(
    {"id": st.sampled_from(["http://a.b/c", "urn:x", "http://ä.b/%C3%A4?q=1#f"])},
    optional={"definition": DEFINITIONS, "objectType": st.just("Activity")},
)
REFERENCES = st.uuids().map(lambda one: {"objectType": "StatementRef", "id": str(one)})
TIMES = st.datetimes().map(lambda moment: moment.isoformat() + "Z")
SCORES = optional(raw=st.floats(allow_nan=False, allow_infinity=False), scaled=st.floats(-1, 1))
RESULTS = optional(
    response=TEXT,
    extensions=EXTENSIONS,
    success=st.booleans(),
    completion=st.booleans(),
    score=SCORES,
    duration=st.sampled_from(["PT1S", "P1Y2M3DT4H5M6.789S", "P2W"]),
)
CONTEXTS = optional(
    extensions=EXTENSIONS,
    registration=st.uuids().map(str),
    instructor=ACTORS,
    team=GROUPS,
    language=st.sampled_from(["en", "de-CH-1996"]),
    statement=REFERENCES,
    contextActivities=optional(parent=st.lists(ACTIVITIES, max_size=2), other=st.lists(ACTIVITIES, max_size=2)),
)
LINKED = st.fixed_dictionaries(
    {
        "usageType": st.just("http://a.b/usage"),
        "display": MAPS,
        "contentType": st.just("text/plain; charset=utf-8"),
        "length": st.integers(0, 2**40),
        "sha2": st.just("aB" * 32),
        "fileUrl": st.just("http://a.b/file"),
    }
)
VERBS = st.fixed_dictionaries({"id": st.just("http://a.b/did")}, optional={"display": MAPS})
SUBSTATEMENTS = st.fixed_dictionaries(
    {"objectType": st.just("SubStatement"), "actor": ACTORS, "verb": VERBS, "object": ACTIVITIES | REFERENCES},
    optional={"result": RESULTS, "context": CONTEXTS, "timestamp": TIMES},
)
OBJECTS = ACTIVITIES | REFERENCES | SUBSTATEMENTS | merged(AGENTS, st.just({"objectType": "Agent"})) | GROUPS
STATEMENTS = st.fixed_dictionaries(
    {"actor": ACTORS, "verb": VERBS, "object": OBJECTS},
    optional={
        "id": st.builds(lambda: str(uuid.uuid4()).upper()),  # hypothesis repeats what it draws itself
        "result": RESULTS,
        "context": CONTEXTS,
        "timestamp": TIMES,
        "attachments": st.lists(LINKED, max_size=2),
        "version": st.just("1.0.2"),
    },
)
STYLES = st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}])


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=STATEMENTS, style=STYLES)
def test_a_statement_comes_back_as_sent_plus_exactly_what_the_lrs_adds(
    client: FlaskClient, version: str, sent: dict[str, Any], style: dict[str, Any]
) -> None:
    headers = {"X-Experience-API-Version": version}
    body = json.dumps(sent, **style).encode()
    answer = client.post("/xapi/statements", data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.text

    got = client.get(f"/xapi/statements?statementId={answer.json[0]}", headers=headers)

    assert set(got.json) == set(sent) | {"id", "stored", "authority", "version", "timestamp"}
    # To the byte, in the order of the keys and in the one spelling that an answer has.
    assert got.data.startswith(orjson.dumps(sent)[:-1])


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
        ({"result": {"score": {"raw": 1.0}}}, {"result": {"score": {"raw": 1}}}),
        ({"result": {"extensions": {"http://a.b/c": [-0.0, 1e15]}}}, {"result": {"extensions": {"http://a.b/c": [0, 10**15]}}}),
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
        {"result": {"extensions": {"http://a.b/c": 1e300}}},
    ],
)
def test_ieee_4_2_these_are_not(change: dict[str, Any]) -> None:
    assert not same(make_statement(), make_statement(**change))
