"""The Statement resource over HTTP. Sections are those of 1.0.3 Communication unless they say IEEE."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.lrs.conftest import make_statement

VERB = "http://example.com/verbs/did"
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}


def post(client: FlaskClient, *statements: dict[str, Any]) -> list[str]:
    answer = client.post("/xapi/statements", json=list(statements))
    assert answer.status_code == 200, answer.text
    ids: list[str] = answer.json
    return ids


def found(client: FlaskClient, **asked: Any) -> list[str]:
    answer = client.get("/xapi/statements", query_string=asked)
    assert answer.status_code == 200, answer.text
    return [statement["id"] for statement in answer.json["statements"]]


def reference(target: str) -> dict[str, Any]:
    return {"objectType": "StatementRef", "id": target}


def test_xapi_00146_xapi_00147_post_answers_ids_in_order(client: FlaskClient) -> None:
    known = str(uuid.uuid4())

    ids = post(client, make_statement(), make_statement(id=known), make_statement())

    assert ids[1] == known
    assert len(set(ids)) == 3


def test_xapi_00143_xapi_00144_put_stores_under_the_given_id(client: FlaskClient, statement: dict[str, Any]) -> None:
    known = str(uuid.uuid4())

    answer = client.put(f"/xapi/statements?statementId={known}", json=statement)

    assert answer.status_code == 204
    assert client.get(f"/xapi/statements?statementId={known}").json["id"] == known


def test_xapi_00142_put_of_the_same_statement_again_is_204_and_of_another_409(
    client: FlaskClient, statement: dict[str, Any]
) -> None:
    address = f"/xapi/statements?statementId={uuid.uuid4()}"
    client.put(address, json=statement)

    again = client.put(address, json=statement)
    other = client.put(address, json=make_statement(verb={"id": "http://example.com/other"}))

    assert again.status_code == 204
    assert other.status_code == 409
    assert client.get(address).json["verb"]["id"] == VERB


@pytest.mark.parametrize(
    "change",
    [
        {"verb": {"id": VERB, "display": {"en-US": "has done"}}},
        {"timestamp": "2020-01-01T00:00:00Z"},
        {"actor": {"objectType": "Agent", "mbox": "mailto:ada@example.com", "name": "Ada"}},
        {"object": {"id": "http://example.com/activities/one", "definition": {"name": {"en": "One"}}}},
        {"authority": {"mbox": "mailto:other@example.com"}},
    ],
)
def test_ieee_4_2_what_may_differ_between_two_copies_of_a_statement(client: FlaskClient, change: dict[str, Any]) -> None:
    (known,) = post(client, make_statement())

    answer = client.post("/xapi/statements", json=make_statement(id=known, **change))

    assert answer.status_code == 200
    assert len(found(client)) == 1


def test_a_put_with_another_id_in_its_body_is_refused(client: FlaskClient) -> None:
    answer = client.put(f"/xapi/statements?statementId={uuid.uuid4()}", json=make_statement(id=str(uuid.uuid4())))

    assert answer.status_code == 400


def test_ieee_4_1_6_1_two_statements_with_one_id_are_refused(client: FlaskClient) -> None:
    known = str(uuid.uuid4())

    answer = client.post("/xapi/statements", json=[make_statement(id=known), make_statement(id=known.upper())])

    assert answer.status_code == 400
    assert found(client) == []


def test_xapi_00326_xapi_00182_one_bad_statement_refuses_the_batch_and_is_named(client: FlaskClient) -> None:
    answer = client.post("/xapi/statements", json=[make_statement(), make_statement(verb={"id": "nowhere"})])

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.json["pointer"] == "/1/verb/id"
    assert found(client) == []


def test_a_batch_with_a_conflict_leaves_nothing(client: FlaskClient) -> None:
    (known,) = post(client, make_statement())

    answer = client.post(
        "/xapi/statements", json=[make_statement(), make_statement(id=known, verb={"id": "http://example.com/x"})]
    )

    assert answer.status_code == 409
    assert found(client) == [known]


def test_a_batch_with_known_statements_stores_the_others(client: FlaskClient) -> None:
    (known,) = post(client, make_statement())

    ids = post(client, make_statement(), make_statement(id=known))

    assert sorted(found(client)) == sorted(ids)


def test_xapi_00023_xapi_00026_xapi_00097_xapi_00099_the_lrs_completes_a_statement(
    client: FlaskClient, statement: dict[str, Any]
) -> None:
    (known,) = post(client, {**statement, "stored": "2001-01-01T00:00:00Z"})

    whole = client.get(f"/xapi/statements?statementId={known}").json

    assert whole["version"] == "2.0.0"
    assert whole["timestamp"] == whole["stored"]
    assert whole["stored"].startswith(str(datetime.now(UTC).year))
    assert whole["authority"]["account"]["homePage"].endswith("/credentials")


def test_xapi_00332_1_0_3_statements_get_version_1_0_0(client_1: FlaskClient) -> None:
    (known,) = post(client_1, make_statement())

    assert client_1.get(f"/xapi/statements?statementId={known}").json["version"] == "1.0.0"


def test_ieee_4_2_7_times_are_returned_in_utc(client: FlaskClient) -> None:
    inner = {"objectType": "SubStatement", **make_statement(timestamp="2023-05-04T12:00:00.5+05:30")}

    (known,) = post(client, make_statement(timestamp="2023-05-04T12:00:00.123456789-05:00", object=inner))

    whole = client.get(f"/xapi/statements?statementId={known}").json
    assert whole["timestamp"] == "2023-05-04T17:00:00.123456789Z"
    assert whole["object"]["timestamp"] == "2023-05-04T06:30:00.5Z"


def test_xapi_00096_context_activities_come_back_as_arrays(client: FlaskClient) -> None:
    (known,) = post(client, make_statement(context={"contextActivities": {"parent": {"id": "http://example.com/p"}}}))

    whole = client.get(f"/xapi/statements?statementId={known}").json

    assert whole["context"]["contextActivities"]["parent"] == [{"id": "http://example.com/p"}]


def test_xapi_00164_filters_find_what_they_ask_for(client: FlaskClient) -> None:
    registration = str(uuid.uuid4())
    group = {"objectType": "Group", "member": [{"mbox": "mailto:grace@example.com"}]}
    plain, by_group, registered, other = post(
        client,
        make_statement(),
        make_statement(actor=group),
        make_statement(context={"registration": registration.upper()}),
        make_statement(verb={"id": "http://example.com/other"}, object={"id": "http://example.com/activities/two"}),
    )

    assert found(client, agent='{"mbox":"mailto:grace@example.com"}') == [by_group]
    assert found(client, registration=registration) == [registered]
    assert found(client, verb="http://example.com/other") == [other]
    assert found(client, activity="http://example.com/activities/two") == [other]
    assert found(client, activity="http://example.com/activities/one", registration=registration, verb=VERB) == [registered]
    assert found(client, verb=VERB, limit=1) == [registered]
    assert found(client, verb=VERB, ascending="true") == [plain, by_group, registered]


def test_xapi_00176_xapi_00177_related_filters_look_everywhere(client: FlaskClient) -> None:
    agent = {"mbox": "mailto:deep@example.com"}
    activity = {"id": "http://example.com/deep"}
    inner = {"objectType": "SubStatement", **make_statement(actor=agent, object=activity)}
    context = {"instructor": agent, "contextActivities": {"category": [activity]}}
    groups = [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [agent]}}]
    ids = post(
        client,
        make_statement(object=inner),
        make_statement(context=context),
        make_statement(context={"team": {"objectType": "Group", "member": [agent]}, "contextActivities": {"other": activity}}),
        make_statement(
            context={
                "contextAgents": [{"objectType": "contextAgent", "agent": agent}],
                "contextActivities": {"parent": [activity]},
            }
        ),
        make_statement(context={"contextGroups": groups, "contextActivities": {"grouping": [activity]}}),
    )

    assert found(client, agent=json.dumps(agent)) == []
    assert found(client, activity=activity["id"]) == []
    assert found(client, agent=json.dumps(agent), related_agents="true", ascending="true") == ids
    assert found(client, activity=activity["id"], related_activities="true", ascending="true") == ids


def test_xapi_00176_related_agents_covers_the_authority(client: FlaskClient) -> None:
    (known,) = post(client, make_statement())
    authority = client.get(f"/xapi/statements?statementId={known}").json["authority"]

    assert found(client, agent=json.dumps(authority), related_agents="true") == [known]
    assert found(client, agent=json.dumps(authority), related_agents="True") == [known]
    assert found(client, agent=json.dumps(authority), related_agents="False") == []


def test_xapi_00174_xapi_00175_since_is_after_and_until_is_at_or_before(client: FlaskClient) -> None:
    (first,) = post(client, make_statement())
    time.sleep(0.002)  # `stored` counts milliseconds
    (second,) = post(client, make_statement())
    stored = client.get(f"/xapi/statements?statementId={first}").json["stored"]

    assert found(client, since=stored) == [second]
    assert found(client, until=stored) == [first]
    assert found(client, since=stored, until=stored) == []


def test_xapi_00174_xapi_00175_any_time_and_any_number_may_be_asked_for(client: FlaskClient) -> None:
    ids = post(client, make_statement())

    assert found(client, since="9999-12-31T23:59:59Z") == []
    assert found(client, until="9999-12-31T23:59:59Z") == ids
    assert found(client, since="0001-01-01T00:00:00Z", ascending="true") == ids
    assert found(client, until="0001-01-01T00:00:00Z") == []
    assert found(client, limit="99999999999999999999") == ids


def test_xapi_00108_xapi_00109_xapi_00111_xapi_00114_more_leads_through_everything_once(client: FlaskClient) -> None:
    ids = post(client, *(make_statement() for _ in range(7)))

    answer = client.get("/xapi/statements", query_string={"limit": 3, "verb": VERB})
    pages = [answer.json]
    pages.append(client.get(pages[-1]["more"]).json)
    pages.append(client.get(pages[-1]["more"]).json)

    assert [len(page["statements"]) for page in pages] == [3, 3, 1]
    assert pages[-1]["more"] == ""
    assert [statement["id"] for page in pages for statement in page["statements"]] == ids[::-1]


def test_new_statements_do_not_move_the_pages_behind_more(client: FlaskClient) -> None:
    ids = post(client, *(make_statement() for _ in range(4)))
    more = client.get("/xapi/statements?limit=2").json["more"]

    post(client, make_statement())

    assert [one["id"] for one in client.get(more).json["statements"]] == ids[1::-1]


@pytest.mark.parametrize("token", ["x", "AAAA", "e30", "%00", "a" * 400])
def test_a_made_up_more_is_refused(client: FlaskClient, token: str) -> None:
    assert client.get(f"/xapi/statements?more={token}").status_code == 400


def test_xapi_00171_format_ids_keeps_what_identifies(client: FlaskClient) -> None:
    group = {"objectType": "Group", "name": "G", "member": [{"name": "A", "mbox": "mailto:a@example.com"}]}
    activity = {"objectType": "Activity", "id": "http://example.com/a", "definition": {"name": {"en": "A"}}}
    post(client, make_statement(actor=group, object=activity))

    (short,) = client.get("/xapi/statements?format=ids").json["statements"]

    assert short["actor"] == {"objectType": "Group", "member": [{"mbox": "mailto:a@example.com"}]}
    assert short["object"] == {"id": "http://example.com/a"}
    assert short["verb"] == {"id": VERB}


def test_xapi_00169_xapi_00172_format_canonical_chooses_a_language(client: FlaskClient) -> None:
    names = {"en-US": "One", "de": "Eins", "fr": "Un"}
    post(client, make_statement(object={"id": "http://example.com/a", "definition": {"name": names}}))

    def name(languages: str) -> dict[str, str]:
        answer = client.get("/xapi/statements?format=canonical", headers={"Accept-Language": languages})
        chosen: dict[str, str] = answer.json["statements"][0]["object"]["definition"]["name"]
        return chosen

    assert name("de-CH, en;q=0.5") == {"de": "Eins"}
    assert name("en") == {"en-US": "One"}
    assert name("it, fr;q=0.3") == {"fr": "Un"}


def test_xapi_00018_xapi_00155_xapi_00157_xapi_00162_xapi_00163_a_voided_statement_is_only_found_as_voided(
    client: FlaskClient,
) -> None:
    (target,) = post(client, make_statement())

    (voiding,) = post(client, make_statement(verb=VOIDED, object=reference(target)))

    assert client.get(f"/xapi/statements?statementId={target}").status_code == 404
    assert client.get(f"/xapi/statements?voidedStatementId={target}").json["id"] == target
    assert client.get(f"/xapi/statements?voidedStatementId={voiding}").status_code == 404
    assert found(client) == [voiding]
    assert found(client, activity="http://example.com/activities/one") == [voiding]


def test_ieee_4_2_5_a_void_may_arrive_before_its_target(client: FlaskClient) -> None:
    target = str(uuid.uuid4())
    post(client, make_statement(verb=VOIDED, object=reference(target)))

    assert client.get(f"/xapi/statements?voidedStatementId={target}").status_code == 404
    post(client, make_statement(id=target))

    assert client.get(f"/xapi/statements?statementId={target}").status_code == 404
    assert client.get(f"/xapi/statements?voidedStatementId={target}").status_code == 200


def test_xapi_00016_a_voiding_statement_cannot_be_voided(client: FlaskClient) -> None:
    (target,) = post(client, make_statement())
    (voiding,) = post(client, make_statement(verb=VOIDED, object=reference(target)))

    post(client, make_statement(verb=VOIDED, object=reference(voiding)))

    assert client.get(f"/xapi/statements?statementId={voiding}").status_code == 200
    assert client.get(f"/xapi/statements?voidedStatementId={target}").status_code == 200


def test_a_void_of_a_void_that_comes_late_has_no_effect(client: FlaskClient) -> None:
    target, voiding = str(uuid.uuid4()), str(uuid.uuid4())
    post(client, make_statement(verb=VOIDED, object=reference(voiding)))

    post(client, make_statement(id=voiding, verb=VOIDED, object=reference(target)), make_statement(id=target))

    assert client.get(f"/xapi/statements?statementId={voiding}").status_code == 200
    assert client.get(f"/xapi/statements?voidedStatementId={target}").status_code == 200


def test_void_and_target_in_one_batch(client: FlaskClient) -> None:
    target = str(uuid.uuid4())

    post(client, make_statement(verb=VOIDED, object=reference(target)), make_statement(id=target))

    assert client.get(f"/xapi/statements?voidedStatementId={target}").status_code == 200


@pytest.mark.parametrize("late", [False, True])
def test_2_1_3_a_statement_is_found_by_what_its_target_has(client: FlaskClient, late: bool) -> None:
    target, comment, reply = (str(uuid.uuid4()) for _ in range(3))
    registration = str(uuid.uuid4())
    statements = [
        make_statement(id=target, object={"id": "http://example.com/target"}, context={"registration": registration}),
        make_statement(id=comment, verb={"id": "http://example.com/commented"}, object=reference(target)),
        make_statement(id=reply, verb={"id": "http://example.com/replied"}, object=reference(comment)),
    ]

    for one in reversed(statements) if late else statements:
        post(client, one)

    assert sorted(found(client, activity="http://example.com/target")) == sorted([target, comment, reply])
    assert sorted(found(client, registration=registration, verb=VERB)) == sorted([target, comment, reply])
    assert sorted(found(client, verb="http://example.com/commented")) == sorted([comment, reply])
    assert found(client, registration=registration, verb="http://example.com/nobody") == []


def test_statement_references_in_a_circle_do_no_harm(client: FlaskClient) -> None:
    one, two = str(uuid.uuid4()), str(uuid.uuid4())

    post(
        client,
        make_statement(id=one, object=reference(two)),
        make_statement(id=two, verb={"id": "http://example.com/two"}, object=reference(one)),
    )

    assert sorted(found(client, verb="http://example.com/two")) == sorted([one, two])


@pytest.mark.parametrize(
    "asked",
    [
        "statementId={0}&voidedStatementId={0}",
        "statementId={0}&verb=http://example.com/x",
        "voidedStatementId={0}&limit=1",
        "statementId={0}&ascending=true",
        "statementid={0}",
        "statementId=not-a-uuid",
        "foo=bar",
        "limit=-1",
        "limit=ten",
        "limit=1&limit=2",
        "since=yesterday",
        "until=2026-02-30T00:00:00Z",
        "agent=ada",
        "agent={{}}",
        'agent={{"mbox":"mailto:a@b.c","openid":"http://a/"}}',
        "verb=did",
        "activity=one",
        "registration=1",
        "format=pretty",
        "ascending=yes",
        "attachments=1",
        "related_agents=TRUE",
        "verb=http://a.b/%00",
        'agent={{"objectType":"Group","member":[{{"mbox":"mailto:a@b.c"}}]}}',
        "since=9999-12-31T23:59:60Z",
        "limit=" + "9" * 5_000,
    ],
)
def test_xapi_00012_wrong_parameters_are_refused_and_named(client: FlaskClient, asked: str) -> None:
    answer = client.get("/xapi/statements?" + asked.format(uuid.uuid4()))

    assert answer.status_code == 400
    assert answer.json["parameter"] in asked
    assert answer.headers["X-Experience-API-Consistent-Through"]


@pytest.mark.parametrize("path", ["statements", "statements?statementId=39e24cc4-69af-4b01-a824-1fdc6ea8a3af", "statements?x=1"])
def test_xapi_00153_xapi_00160_every_answer_has_consistent_through(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/xapi/{path}")

    through = datetime.fromisoformat(answer.headers["X-Experience-API-Consistent-Through"])
    assert abs((datetime.now(UTC) - through).total_seconds()) < 30


def test_ieee_4_1_6_1_last_modified_is_when_the_newest_was_stored(client: FlaskClient) -> None:
    (known,) = post(client, make_statement())

    answer = client.get(f"/xapi/statements?statementId={known}")

    stored = datetime.fromisoformat(answer.json["stored"])
    assert answer.last_modified == stored.replace(microsecond=0)
    assert client.get("/xapi/statements").last_modified == stored.replace(microsecond=0)


def test_an_empty_list_has_no_last_modified(client: FlaskClient) -> None:
    assert client.get("/xapi/statements").last_modified is None


@pytest.mark.parametrize("accept", ["text/html", "text/plain", "application/json", "image/png"])
def test_an_error_is_json_whatever_is_accepted(client: FlaskClient, accept: str) -> None:
    answer = client.get("/xapi/statements?x=1", headers={"Accept": accept})

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_1_1_head_answers_like_get_without_a_body(client: FlaskClient) -> None:
    post(client, make_statement())

    answer = client.head("/xapi/statements")

    assert answer.status_code == 200
    assert answer.data == b""
    assert answer.headers["Content-Length"] == client.get("/xapi/statements").headers["Content-Length"]


def test_xapi_00127_other_content_types_are_refused(client: FlaskClient) -> None:
    assert client.post("/xapi/statements", data="actor=x", content_type="application/x-www-form-urlencoded").status_code == 400
    assert client.post("/xapi/statements", data="{}", content_type="text/plain").status_code == 400


def test_4_3_mine_is_what_this_credential_stored(client: FlaskClient, client_of: Callable[..., FlaskClient]) -> None:
    author = client_of("statements/write", "statements/read/mine")
    post(client, make_statement())
    (mine,) = post(author, make_statement())
    (others,) = post(client, make_statement())

    assert found(author) == [mine]
    assert found(author, verb=VERB) == [mine]
    assert author.get(f"/xapi/statements?statementId={others}").status_code == 404
    assert len(found(client)) == 3


def test_xapi_00327_writing_does_not_mean_reading(client_of: Callable[..., FlaskClient]) -> None:
    writer, reader = client_of("statements/write"), client_of("statements/read")

    assert writer.get("/xapi/statements").status_code == 403
    assert reader.post("/xapi/statements", json=make_statement()).status_code == 403


def test_stores_do_not_see_each_other(client: FlaskClient, client_of: Callable[..., FlaskClient]) -> None:
    neighbour = client_of("all", store=1_000_000)
    (known,) = post(client, make_statement())

    assert found(neighbour) == []
    assert neighbour.get(f"/xapi/statements?statementId={known}").status_code == 404
    assert post(neighbour, make_statement(id=known, verb={"id": "http://example.com/theirs"})) == [known]
    assert client.get(f"/xapi/statements?statementId={known}").json["verb"]["id"] == VERB


def test_xapi_00334_without_credentials_401(lrs_app: Any) -> None:
    answer = lrs_app.test_client().get("/xapi/statements", headers={"X-Experience-API-Version": "2.0.0"})

    assert answer.status_code == 401
    assert answer.headers["X-Experience-API-Version"] == "2.0.0"
    assert "Basic" in answer.headers["WWW-Authenticate"]


def test_an_empty_batch_stores_nothing(client: FlaskClient) -> None:
    assert client.post("/xapi/statements", json=[]).json == []


def test_xapi_00328_too_many_statements_are_413(client: FlaskClient) -> None:
    assert client.post("/xapi/statements", json=[make_statement()] * 2_001).status_code == 413
