"""The numbered requirements of the Statement resource: 1.0.3 Data 2.2 to 2.5 and Communication 2.1, in both versions."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.lrs.conftest import make_statement

VERB = "http://example.com/verbs/did"
ACTIVITY = "http://example.com/activities/one"
AGENT = '{"mbox":"mailto:ada@example.com"}'
REGISTRATION = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}
THROUGH = "X-Experience-API-Consistent-Through"
LONG_AGO, LATER = "2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
FILTERS = {
    "agent": AGENT,
    "verb": VERB,
    "activity": ACTIVITY,
    "registration": REGISTRATION,
    "related_activities": "true",
    "related_agents": "true",
    "since": LONG_AGO,
    "until": LATER,
    "limit": "1",
    "ascending": "true",
}


@pytest.fixture(params=["1.0.3", "2.0.0"])
def either(request: pytest.FixtureRequest, client_1: FlaskClient, client: FlaskClient) -> FlaskClient:
    return client_1 if request.param == "1.0.3" else client


def stored(client: FlaskClient, **changes: Any) -> str:
    answer = client.post("/xapi/statements", json=make_statement(**changes))
    assert answer.status_code == 200, answer.text
    known: str = answer.json[0]
    return known


def one(client: FlaskClient, known: str) -> Any:
    return client.get("/xapi/statements", query_string={"statementId": known}).json


def found(client: FlaskClient, **asked: str) -> list[str]:
    answer = client.get("/xapi/statements", query_string=asked)
    assert answer.status_code == 200, answer.text
    return [statement["id"] for statement in answer.json["statements"]]


def voided(client: FlaskClient) -> str:
    target = stored(client)
    stored(client, verb=VOIDED, object={"objectType": "StatementRef", "id": target})
    return target


@pytest.mark.parametrize("number", [0.12123434, 12.125, 45.45, -0.1, 1e-7, 3.4028235e38, 16777217])
def test_xapi_00002_numbers_keep_their_precision(either: FlaskClient, number: float) -> None:
    known = stored(either, result={"score": {"raw": number}, "extensions": {"http://a.b/c": [number]}})

    result = one(either, known)["result"]
    assert result == {"score": {"raw": number}, "extensions": {"http://a.b/c": [number]}}


@pytest.mark.parametrize("text", ["ü", "ﬁ", "日本語", "😀", "\u202e", "e\u0301"])
def test_xapi_00015_text_is_utf_8_both_ways(either: FlaskClient, text: str) -> None:
    body = json.dumps(make_statement(result={"response": text}), ensure_ascii=False).encode()
    (known,) = either.post("/xapi/statements", data=body, content_type="application/json").json

    answer = either.get("/xapi/statements", query_string={"statementId": known})

    assert answer.json["result"]["response"] == text
    assert json.loads(answer.data.decode("utf-8"))["result"]["response"] == text


@pytest.mark.parametrize("value", [None, "", {}, [], [None, {}], 0, False, {"deep": {"x": None}}])
def test_xapi_00119_any_value_of_an_extension_comes_back(either: FlaskClient, value: Any) -> None:
    known = stored(either, context={"extensions": {"http://a.b/c": value}})

    assert one(either, known)["context"]["extensions"] == {"http://a.b/c": value}


@pytest.mark.parametrize(
    "text", ["2026-01-31T12:00:00.123Z", "2026-01-31T12:00:00.123456Z", "2026-01-31T14:00:00.123456789+02:00"]
)
def test_xapi_00122_a_timestamp_keeps_its_milliseconds(either: FlaskClient, text: str) -> None:
    known = stored(either, timestamp=text)

    assert one(either, known)["timestamp"].startswith("2026-01-31T12:00:00.123")


def test_ieee_4_2_4_2_a_missing_timestamp_is_that_of_storing(either: FlaskClient) -> None:
    whole = one(either, stored(either))

    assert whole["timestamp"] == whole["stored"]


def test_ieee_4_2_4_2_a_timestamp_in_the_future_is_accepted(either: FlaskClient) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds").replace("+00:00", "Z")

    assert one(either, stored(either, timestamp=later))["timestamp"] == later


@pytest.mark.parametrize(("version", "written"), [("1.0.3", "1.0.0"), ("2.0.0", "2.0.0")])
def test_ieee_4_2_4_3_a_missing_version_is_that_of_the_request(client: FlaskClient, version: str, written: str) -> None:
    headers = {"X-Experience-API-Version": version}
    (known,) = client.post("/xapi/statements", json=make_statement(), headers=headers).json

    assert one(client, known)["version"] == written


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.2", "1.0.3"])
def test_xapi_00330_xapi_00332_a_statement_is_returned_with_the_version_it_came_with(either: FlaskClient, version: str) -> None:
    statement = make_statement(version=version, result={"response": "as it came"})
    (known,) = either.post("/xapi/statements", json=statement).json

    whole = one(either, known)

    assert {key: whole[key] for key in statement} == statement


def test_xapi_00139_xapi_00159_there_is_a_statement_resource(either: FlaskClient) -> None:
    known = str(uuid.uuid4())

    assert either.put(f"/xapi/statements?statementId={known}", json=make_statement()).status_code == 204
    assert either.post("/xapi/statements", json=make_statement()).status_code == 200
    assert either.get("/xapi/statements").status_code == 200


def test_xapi_00145_put_without_statement_id_is_refused(either: FlaskClient) -> None:
    answer = either.put("/xapi/statements", json=make_statement())

    assert (answer.status_code, answer.json["parameter"]) == (400, "statementId")
    assert found(either) == []


def test_xapi_00149_nothing_found_is_an_empty_result(either: FlaskClient) -> None:
    stored(either)

    answer = either.get("/xapi/statements", query_string={"verb": "http://example.com/verbs/nobody"})

    assert (answer.status_code, answer.json) == (200, {"statements": [], "more": ""})


@pytest.mark.parametrize("parameter", FILTERS)
@pytest.mark.parametrize(
    "name", [pytest.param("statementId", id="XAPI-00151"), pytest.param("voidedStatementId", id="XAPI-00150")]
)
def test_an_id_goes_with_no_filter(either: FlaskClient, name: str, parameter: str) -> None:
    known = stored(either) if name == "statementId" else voided(either)

    answer = either.get("/xapi/statements", query_string={name: known, parameter: FILTERS[parameter]})

    assert answer.status_code == 400
    assert answer.headers[THROUGH]


@pytest.mark.parametrize("how", [{"format": "exact"}, {"format": "ids"}, {"attachments": "true"}, {"attachments": "false"}, {}])
def test_xapi_00151_xapi_00156_xapi_00158_statement_id_gives_that_statement(either: FlaskClient, how: dict[str, str]) -> None:
    known = stored(either)

    answer = either.get("/xapi/statements", query_string={"statementId": known, **how})

    assert answer.status_code == 200
    assert f'"id":"{known}"' in answer.text


@pytest.mark.parametrize("how", [{"format": "exact"}, {"attachments": "true"}, {"attachments": "false"}, {}])
def test_xapi_00150_xapi_00155_xapi_00157_voided_statement_id_gives_that_statement(
    either: FlaskClient, how: dict[str, str]
) -> None:
    known = voided(either)

    answer = either.get("/xapi/statements", query_string={"voidedStatementId": known, **how})

    assert answer.status_code == 200
    assert f'"id":"{known}"' in answer.text


def test_xapi_00110_xapi_00113_xapi_00154_a_list_is_a_result(either: FlaskClient) -> None:
    known = stored(either)

    answer = either.get("/xapi/statements")

    assert answer.status_code == 200
    assert set(answer.json) == {"statements", "more"}
    assert [statement["id"] for statement in answer.json["statements"]] == [known]
    assert answer.text.count('"statements":') == answer.text.count('"more":') == 1


@pytest.mark.parametrize("size", [1, 2, 3])
def test_xapi_00114_what_does_not_fit_is_on_further_pages_of_the_same_form(either: FlaskClient, size: int) -> None:
    ids = [stored(either) for _ in range(5)]
    pages = [either.get("/xapi/statements", query_string={"limit": size, "ascending": "true"}).json]
    for _ in range(4 // size):
        pages.append(either.get(pages[-1]["more"]).json)

    assert [set(page) for page in pages] == [{"statements", "more"}] * len(pages)
    assert [statement["id"] for page in pages for statement in page["statements"]] == ids
    assert [bool(page["more"]) for page in pages] == [True] * (len(pages) - 1) + [False]


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        pytest.param({"agent": AGENT}, {"actor": {"mbox": "mailto:eve@example.com"}}, id="XAPI-00181 agent"),
        pytest.param({"verb": VERB}, {"verb": {"id": "http://example.com/verbs/other"}}, id="XAPI-00180 verb"),
        pytest.param({"activity": ACTIVITY}, {"object": {"id": "http://example.com/other"}}, id="XAPI-00179 activity"),
        pytest.param(
            {"registration": REGISTRATION}, {"context": {"registration": str(uuid.uuid4())}}, id="XAPI-00178 registration"
        ),
        pytest.param(
            {"activity": "http://example.com/course", "related_activities": "true"},
            {"context": {"registration": REGISTRATION}},
            id="XAPI-00177 related_activities",
        ),
        pytest.param(
            {"agent": '{"mbox":"mailto:tutor@example.com"}', "related_agents": "true"},
            {"context": {"registration": REGISTRATION}},
            id="XAPI-00176 related_agents",
        ),
    ],
)
def test_xapi_00164_a_filter_finds_what_meets_it_and_nothing_else(
    either: FlaskClient, asked: dict[str, str], others: dict[str, Any]
) -> None:
    context = {
        "registration": REGISTRATION,
        "instructor": {"mbox": "mailto:tutor@example.com"},
        "contextActivities": {"grouping": [{"id": "http://example.com/course"}]},
    }
    meeting = stored(either, context=context)
    stored(either, **{"context": context, **others})

    assert found(either, **asked) == [meeting]


PAIRED = {"agent": AGENT, "verb": VERB, "activity": ACTIVITY, "registration": REGISTRATION}
OTHER: dict[str, dict[str, Any]] = {
    "agent": {"actor": {"mbox": "mailto:eve@example.com"}},
    "verb": {"verb": {"id": "http://example.com/verbs/other"}},
    "activity": {"object": {"id": "http://example.com/other"}},
    "registration": {"context": {"registration": "79e24cc4-69af-4b01-a824-1fdc6ea8a3af"}},
}


@pytest.mark.parametrize("without", [(), *[(name,) for name in PAIRED], ("registration", "verb"), ("registration", "agent")])
def test_xapi_00164_filters_together_find_what_meets_all(either: FlaskClient, without: tuple[str, ...]) -> None:
    asked = {name: value for name, value in PAIRED.items() if name not in without}
    meeting = stored(either, context={"registration": REGISTRATION})
    for name in asked:
        stored(either, **{"context": {"registration": REGISTRATION}, **OTHER[name]})

    assert found(either, **asked) == [meeting]


def test_an_iri_may_be_that_of_a_verb_and_of_an_activity(client: FlaskClient) -> None:
    as_verb = stored(client, verb={"id": ACTIVITY}, object={"id": VERB})
    as_activity = stored(client)

    assert found(client, agent=AGENT, activity=ACTIVITY) == [as_activity]
    assert found(client, agent=AGENT, verb=ACTIVITY) == [as_verb]
    assert found(client, activity=VERB, verb=ACTIVITY) == [as_verb]


@pytest.mark.parametrize("agent", ['{"objectType":"Agent","mbox":"mailto:eve@example.com"}', '{"mbox":"mailto:eve@example.com"}'])
def test_xapi_00181_an_agent_is_actor_object_or_member(either: FlaskClient, agent: str) -> None:
    eve = {"objectType": "Agent", "mbox": "mailto:eve@example.com"}
    stored(either)
    ids = [
        stored(either, actor=eve),
        stored(either, object=eve),
        stored(either, actor={"objectType": "Group", "member": [eve]}),
        stored(either, object={"objectType": "Group", "mbox": "mailto:all@example.com", "member": [eve]}),
    ]

    assert found(either, agent=agent, ascending="true") == ids


def test_xapi_00166_ascending_is_oldest_first(either: FlaskClient) -> None:
    ids = [stored(either) for _ in range(3)]

    assert found(either, ascending="true") == ids
    assert found(either, ascending="false") == ids[::-1]
    assert found(either) == ids[::-1]


@pytest.mark.parametrize(("limit", "length"), [("1", 1), ("2", 2), ("0", 3), ("5", 3)])
def test_xapi_00173_limit_bounds_a_page(either: FlaskClient, limit: str, length: int) -> None:
    for _ in range(3):
        stored(either)

    assert len(found(either, limit=limit)) == length


FORMATS = {
    "actor": {"objectType": "Agent", "name": "Ada", "mbox": "mailto:ada@example.com"},
    "verb": {"id": VERB, "display": {"en": "did", "de": "tat"}},
    "object": {"objectType": "Activity", "id": ACTIVITY, "definition": {"name": {"en": "One", "de": "Eins"}}},
}


@pytest.mark.parametrize("form", [pytest.param({"format": "exact"}, id="XAPI-00170"), pytest.param({}, id="XAPI-00168")])
def test_exact_is_what_came(either: FlaskClient, form: dict[str, str]) -> None:
    stored(either, **FORMATS)

    (whole,) = either.get("/xapi/statements", query_string=form).json["statements"]

    assert {key: whole[key] for key in FORMATS} == FORMATS


def test_xapi_00168_xapi_00171_ids_is_what_identifies(either: FlaskClient) -> None:
    stored(either, **FORMATS)

    (short,) = either.get("/xapi/statements?format=ids").json["statements"]

    assert short["actor"] == {"objectType": "Agent", "mbox": "mailto:ada@example.com"}
    assert short["object"] == {"id": ACTIVITY}


@pytest.mark.parametrize(("languages", "name", "display"), [("de", "Eins", "tat"), ("en-GB, de;q=0.5", "One", "did")])
def test_xapi_00169_xapi_00172_canonical_is_one_language(either: FlaskClient, languages: str, name: str, display: str) -> None:
    stored(either, **FORMATS)

    answer = either.get("/xapi/statements?format=canonical", headers={"Accept-Language": languages})

    (whole,) = answer.json["statements"]
    assert list(whole["object"]["definition"]["name"].values()) == [name]
    assert list(whole["verb"]["display"].values()) == [display]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        *({name: value} for name, value in FILTERS.items()),
        {"format": "ids"},
        {"attachments": "true"},
        {"limit": "x"},
        {"x": "1"},
    ],
)
def test_xapi_00153_xapi_00160_every_answer_has_consistent_through(either: FlaskClient, asked: dict[str, str]) -> None:
    answer = either.get("/xapi/statements", query_string=asked)

    through = datetime.fromisoformat(answer.headers[THROUGH])
    assert through.tzinfo is not None
    assert abs(datetime.now(UTC) - through) < timedelta(seconds=60)


@pytest.mark.parametrize("attachments", [{}, {"attachments": "false"}, {"attachments": "true"}])
def test_xapi_00165_every_answer_has_a_content_type(either: FlaskClient, attachments: dict[str, str]) -> None:
    stored(either)

    answer = either.get("/xapi/statements", query_string=attachments)

    kind = "multipart/mixed" if attachments == {"attachments": "true"} else "application/json"
    assert answer.content_type.startswith(kind)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("agent", '{"mbox":"ada@example.com"}'),
        ("agent", '{"name":"nobody"}'),
        ("verb", "did"),
        ("activity", "one"),
        ("registration", "{39e24cc4-69af-4b01-a824-1fdc6ea8a3af}"),
        ("since", "2026-01-31T12:00:00-00:00"),
        ("until", "31.1.2026"),
        ("statementId", "39e24cc4"),
        ("voidedStatementId", "39e24cc4"),
    ],
)
def test_xapi_00012_parameters_are_checked_like_statements(either: FlaskClient, parameter: str, value: str) -> None:
    answer = either.get("/xapi/statements", query_string={parameter: value})

    assert (answer.status_code, answer.json["parameter"]) == (400, parameter)


@pytest.mark.parametrize("kind", [{"objectType": "Activity"}, {"objectType": "statementRef"}, {}])
def test_xapi_00017_xapi_00019_a_refused_void_voids_nothing(either: FlaskClient, kind: dict[str, str]) -> None:
    known = stored(either)

    answer = either.post("/xapi/statements", json=make_statement(verb=VOIDED, object={**kind, "id": known}))

    assert answer.status_code == 400
    assert found(either) == [known]
