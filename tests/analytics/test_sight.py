"""What credentials without the right to names see, and what is written down about reading."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from analytics import Attempts
from analytics.parameters import RESOURCES, Sight
from analytics.sight import pseudonym, resource, suppressed, veiled_uuid
from tests.analytics.feeder import ADL, COURSE, Feeder

CHESS = "https://example.org/courses/chess"
REGISTRATION = "aaaaaaaa-1111-4111-8111-111111111111"
RESEARCHER, BOARD, OFFICER = ("researcher", "secret"), ("board", "secret"), ("officer", "secret")
PEOPLE = ("ann", "bob", "cid", "dan", "eva", "fay")
CHOICE = {"id": f"{COURSE}/q1", "definition": {"interactionType": "choice"}}
FREE = {"id": f"{COURSE}/q2", "definition": {"interactionType": "fill-in"}}


@pytest.fixture
def school(feeder: Feeder) -> Feeder:
    """Six in golf, of whom one failed; two in chess."""
    for learner in PEOPLE:
        verb = "failed" if learner == "fay" else "passed"
        feeder.say(learner, verb, result={"score": {"scaled": 0.5}}, context={"registration": REGISTRATION})
    feeder.say("ann", "completed", CHESS)
    feeder.say("bob", "completed", CHESS)
    feeder.say("ann", "answered", object=CHOICE, result={"response": "b"})
    feeder.say("ann", "answered", object=FREE, result={"response": "I am Ann of Berlin"})
    return feeder


def get(client: FlaskClient, path: str, who: tuple[str, str], **query: Any) -> TestResponse:
    return client.get(f"/api/v1/{path}", query_string=query, auth=who, buffered=True)


def ask(client: FlaskClient, who: tuple[str, str], **body: Any) -> TestResponse:
    return client.post("/api/v1/query", json=body, auth=who, buffered=True)


@pytest.mark.parametrize("path", ["attempts", "completions", "scores", "interactions", "learners", "tombstones"])
@pytest.mark.parametrize("form", ["json", "csv", "ndjson"])
def test_rows_have_pseudonyms_and_nothing_that_names(client: FlaskClient, school: Feeder, path: str, form: str) -> None:
    school.void(school.say("ann", "passed", "https://example.org/courses/bridge"))
    query = {"format": form, **({"resource": "scores"} if path == "tombstones" else {})}

    found = get(client, path, RESEARCHER, **query)

    assert found.status_code == 200
    assert "pseudonym:" in found.text
    for telling in ("mailto", "Ann", "ann@", REGISTRATION, "actor_name", *(one.statement["id"] for one in school.stored)):
        assert telling not in found.text


def test_a_pseudonym_is_the_same_everywhere_and_leads_to_the_rows(client: FlaskClient, school: Feeder) -> None:
    golf = get(client, "attempts", RESEARCHER, course="golf").json["rows"]
    chess = get(client, "completions", RESEARCHER, course=CHESS).json["rows"]

    both = get(client, "attempts", RESEARCHER, actor_key=chess[0]["actor_key"]).json["rows"]
    others = get(client, "attempts", RESEARCHER, not_actor_key=chess[0]["actor_key"]).json["rows"]

    assert [row["actor_key"] for row in golf][:2] == [row["actor_key"] for row in chess]
    assert [row["activity"] for row in both] == [COURSE, CHESS]
    assert len(others) == 6


def test_learners_page_by_pseudonym(client: FlaskClient, school: Feeder) -> None:
    first = get(client, "learners", RESEARCHER, limit=4)
    second = get(client, "learners", RESEARCHER, limit=4, cursor=first.json["next"])

    keys = [row["actor_key"] for page in (first, second) for row in page.json["rows"]]
    assert keys == sorted(keys)
    assert len(set(keys)) == 6


def test_free_answers_are_left_out(client: FlaskClient, school: Feeder) -> None:
    rows = get(client, "interactions", RESEARCHER).json["rows"]

    assert [row["response"] for row in rows] == ["b", None]


@pytest.mark.parametrize(
    "query",
    [
        {"actor": '{"mbox": "mailto:ann@example.org"}'},
        {"agent": "mailto:ann@example.org"},
        {"group": '{"member": [{"mbox": "mailto:ann@example.org"}]}'},
        {"registration": REGISTRATION},
        {"not_registration": REGISTRATION},
        {"ext[https://example.org/staff-number]": "7"},
        {"not_ext[https://example.org/staff-number]": "7"},
    ],
)
def test_who_may_not_see_names_cannot_ask_by_them(client: FlaskClient, school: Feeder, query: dict[str, str]) -> None:
    found = get(client, "attempts", RESEARCHER, **query)

    assert (found.status_code, found.json["code"]) == (400, "parameter-unknown")
    assert "actor_key" in found.json["allowed"]
    assert "group" not in found.json["allowed"]


@pytest.mark.parametrize("name", ["actor_key", "not_actor_key"])
def test_the_real_key_is_refused_and_not_told_again(client: FlaskClient, school: Feeder, name: str) -> None:
    client.put("/api/v1/queries/ann", json={"query": {"filter": {name: "mailto:ann@example.org"}}})

    rows = get(client, "attempts", RESEARCHER, **{name: "mailto:ann@example.org"})
    saved = get(client, "queries/ann/result", RESEARCHER)

    assert (rows.status_code, rows.json["parameter"]) == (400, name)
    assert (saved.status_code, saved.json["parameter"]) == (400, name)
    assert "ann@" not in rows.text + saved.text


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("statements", RESEARCHER),
        ("statements", BOARD),
        ("attempts", BOARD),
        ("learners", BOARD),
        ("interactions", BOARD),
        ("tombstones", BOARD),
        ("reads", RESEARCHER),
        ("queries", RESEARCHER),
        ("reads", ("test", "secret")),
    ],
)
def test_what_a_scope_does_not_permit_is_forbidden(client: FlaskClient, path: str, who: tuple[str, str]) -> None:
    assert get(client, path, who).status_code == 403


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
def test_groups_of_few_are_not_shown_but_counted(client: FlaskClient, school: Feeder, who: tuple[str, str]) -> None:
    [school.say(learner, "completed", "https://example.org/courses/bridge") for learner in PEOPLE]
    [school.say(learner, "completed", "https://example.org/courses/rowing") for learner in ("ann", "bob", "cid")]

    found = ask(client, who, group_by=["activity"], measures=[{"count": "*"}])
    names = client.post("/api/v1/query", json={"group_by": ["activity"]})

    assert [row["activity"] for row in found.json["rows"]] == ["https://example.org/courses/bridge", COURSE]
    assert (found.json["suppressed"], found.headers["X-Suppressed-Groups"]) == (2, "2")
    assert len(names.json["rows"]) == 4
    assert "suppressed" not in names.json


def test_a_lone_small_group_takes_the_next_with_it(client: FlaskClient, school: Feeder) -> None:
    """The whole less the others would be the small one."""
    [school.say(learner, "completed", "https://example.org/courses/bridge") for learner in (*PEOPLE, "gus")]

    found = ask(client, BOARD, group_by=["activity"])
    activities = get(client, "activities", BOARD)

    assert [row["activity"] for row in found.json["rows"]] == ["https://example.org/courses/bridge"]
    assert [row["activity"] for row in activities.json["rows"]] == ["https://example.org/courses/bridge"]
    assert (found.json["suppressed"], activities.json["suppressed"]) == (2, 2)


def test_too_few_in_all_are_no_answer(client: FlaskClient, school: Feeder) -> None:
    found = ask(client, BOARD, filter={"course": CHESS}, measures=[{"count": "*"}, {"avg": "score_scaled"}])

    assert (found.json["rows"], found.json["suppressed"]) == ([], 1)


def test_no_condition_tells_about_a_group_that_is_not_shown(client: FlaskClient, school: Feeder) -> None:
    having = [{"measure": "count", "lte": 2}]

    found = ask(client, BOARD, group_by=["activity"], having=having)

    assert (found.json["rows"], found.json["suppressed"]) == ([], 2)


@pytest.mark.parametrize(
    ("who", "body", "pointer"),
    [
        (RESEARCHER, {"group_by": ["actor_name"]}, "/group_by/0"),
        (RESEARCHER, {"group_by": ["registration"]}, "/group_by/0"),
        (RESEARCHER, {"from": "interactions", "measures": [{"count_distinct": "id"}]}, "/measures/0/count_distinct"),
        (BOARD, {"group_by": ["actor_key"]}, "/group_by/0"),
        (BOARD, {"measures": [{"max": "score_scaled"}]}, "/measures/0/max"),
        (BOARD, {"group_by": [{"bucket": "last", "every": "hour"}]}, "/group_by/0/every"),
        (BOARD, {"measures": [{"percentile": ["score_scaled", 0.99]}]}, "/measures/0/percentile/1"),
    ],
)
def test_queries_by_what_singles_out_are_refused(
    client: FlaskClient, who: tuple[str, str], body: dict[str, Any], pointer: str
) -> None:
    found = ask(client, who, **body)

    assert (found.status_code, found.json["pointer"]) == (400, pointer)


@pytest.mark.parametrize("query", [{"actor_key": "mailto:ann@example.org"}, {"from": "2026-01-01T00:00:00.003Z"}])
def test_groups_are_asked_about_by_whole_days_and_no_learner(client: FlaskClient, query: dict[str, str]) -> None:
    assert get(client, "activities", BOARD, **query).status_code == 400
    assert ask(client, BOARD, filter=query).status_code == 400


def test_whole_days_are_taken(client: FlaskClient, school: Feeder) -> None:
    found = ask(client, BOARD, filter={"from": "2026-01-01", "to": "2026-01-02"}, measures=[{"median": "score_scaled"}])

    assert found.json["rows"] == [{"p50_score_scaled": 0.5}]


def test_learners_are_counted_by_pseudonym(client: FlaskClient, school: Feeder) -> None:
    found = ask(client, BOARD, measures=[{"count_distinct": "actor_key", "as": "learners"}])

    assert found.json["rows"] == [{"learners": 6}]


@pytest.mark.parametrize("measure", [{"avg": "duration_s"}, {"sum": "duration_s"}, {"median": "duration_s"}])
@pytest.mark.parametrize("source", ["attempts", "statements"])
def test_a_value_that_few_of_a_group_have_is_not_told(
    client: FlaskClient, school: Feeder, source: str, measure: dict[str, str]
) -> None:
    school.say("ann", "suspended", result={"duration": "PT5M"}, context={"registration": REGISTRATION})
    course = {"from": source, "filter": {"activity": COURSE}}

    found = ask(client, BOARD, **course, measures=[measure])
    counted = ask(client, BOARD, **course)
    unknown = ask(client, BOARD, **course, measures=[{"avg": "score_min"}])

    assert (found.json["rows"], found.json["suppressed"]) == ([], 1)
    assert counted.json["rows"] == [{"count": {"attempts": 6, "statements": 7}[source]}]
    assert unknown.json["rows"] == [{"avg_score_min": None}]


def test_a_question_that_few_were_judged_on_is_not_shown(client: FlaskClient, feeder: Feeder) -> None:
    grouping = {"contextActivities": {"grouping": [{"id": COURSE}]}}
    for learner in PEOPLE:
        feeder.say(learner, "answered", object=FREE, result={"response": "x"}, context=grouping)
        feeder.say(learner, "answered", object=CHOICE, result={"response": "b", "success": True}, context=grouping)
    feeder.say("gus", "answered", object=FREE, result={"response": "y", "success": True}, context=grouping)

    found = get(client, "items", BOARD, course="golf").json
    named = get(client, "items", ("test", "secret"), course="golf").json

    assert [row["judged"] for row in named["rows"]] == [6, 1]
    assert (found["rows"], found["suppressed"]) == ([], 2)


@pytest.mark.parametrize("path", ["activities", "verbs"])
def test_the_first_and_the_last_time_of_a_group_are_one_learners(client: FlaskClient, school: Feeder, path: str) -> None:
    [school.say(learner, "completed", "https://example.org/courses/bridge") for learner in (*PEOPLE, "gus")]

    board, researcher = (get(client, path, who).json["rows"][0] for who in (BOARD, RESEARCHER))

    assert not board.keys() & {"first", "last"}
    assert researcher.keys() >= {"first", "last"}


def test_the_schema_is_that_of_the_credential(client: FlaskClient) -> None:
    found = get(client, "schema/attempts", RESEARCHER).json

    assert "actor_name" not in [column["name"] for column in found["columns"]]
    assert "registration" not in found["parameters"]


def test_stores_have_secrets_of_their_own(attempts: Attempts) -> None:
    assert attempts.secret(1) != attempts.secret(2)
    assert Attempts(attempts.db, attempts.lrs).secret(1) == attempts.secret(1)


def test_pseudonyms_need_the_secret() -> None:
    one, other = pseudonym(b"1", "mailto:ann@example.org"), pseudonym(b"2", "mailto:ann@example.org")

    assert one != other
    assert veiled_uuid(b"1", REGISTRATION) != veiled_uuid(b"2", REGISTRATION)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ([], []),
        ([("a", 5), ("b", 9)], []),
        ([("a", 4), ("b", 9), ("c", 7)], ["a", "c"]),
        ([("a", 4), ("b", 1), ("c", 7)], ["a", "b"]),
        ([("a", 1)], ["a"]),
        ([("a", 1), ("b", 5)], ["a", "b"]),
    ],
)
def test_what_is_hidden_is_never_fewer_than_the_minimum(sizes: list[tuple[str, int]], hidden: list[str]) -> None:
    assert suppressed(sizes, 5) == hidden


@pytest.mark.parametrize("name", RESOURCES)
def test_names_see_every_resource_as_it_is(name: str) -> None:
    assert resource(Sight.NAMES, RESOURCES[name]) is RESOURCES[name]


def test_every_read_is_written_down(client: FlaskClient, school: Feeder) -> None:
    get(client, "attempts", RESEARCHER, course="golf", limit=4)
    get(client, "attempts", ("test", "secret"), format="csv")
    get(client, "verbs", BOARD)
    ask(client, BOARD, group_by=["activity"])
    get(client, "attempts", RESEARCHER, limit=0)
    get(client, "schema/attempts", RESEARCHER)

    rows = get(client, "reads", OFFICER).json["rows"]

    found = [(row["credential"], row["sight"], row["path"], row["query"], row["rows"], row["personal"]) for row in rows]
    assert found == [
        ("board", "groups", "/api/v1/query", '{"group_by": ["activity"]}', 0, False),
        ("board", "groups", "/api/v1/verbs", "", 4, False),
        ("test", "names", "/api/v1/attempts", "format=csv", 8, True),
        ("researcher", "pseudonyms", "/api/v1/attempts", "course=golf&limit=4", 4, True),
    ]
    assert rows[0]["at"] > "2026"
    assert rows[0]["name"] == "board"


def test_asking_for_the_headers_alone_is_a_read(client: FlaskClient, school: Feeder) -> None:
    found = client.head("/api/v1/attempts?count=exact&actor=mailto:ann@example.org", buffered=True)

    [row] = get(client, "reads", OFFICER).json["rows"]
    assert found.headers["X-Total-Count"] == "2"
    assert (row["query"], row["personal"]) == ("count=exact&actor=mailto:ann@example.org", True)


def test_reads_are_listed_in_pages_and_by_who_and_what(client: FlaskClient, school: Feeder) -> None:
    [get(client, "attempts", RESEARCHER, limit=number) for number in range(1, 6)]
    get(client, "verbs", BOARD)

    first = get(client, "reads", OFFICER, limit=4)
    second = client.get(first.headers["Link"].removeprefix("<").split(">")[0], auth=OFFICER)

    limits = [row["query"] for page in (first, second) for row in page.json["rows"]]
    assert limits == ["", "limit=5", "limit=4", "limit=3", "limit=2", "limit=1"]
    assert len(get(client, "reads", OFFICER, credential="board").json["rows"]) == 1
    assert len(get(client, "reads", OFFICER, personal="true").json["rows"]) == 5
    assert get(client, "reads", OFFICER, until="2026-01-01").json["rows"] == []
    assert len(get(client, "reads", OFFICER, since="2026-01-01").json["rows"]) == 6


@pytest.mark.parametrize("query", [{"personal": "yes"}, {"whom": "x"}, {"cursor": "!"}, {"limit": "0"}, {"credential": ""}])
def test_what_is_wrong_about_reads_is_refused(client: FlaskClient, query: dict[str, str]) -> None:
    assert get(client, "reads", OFFICER, **query).status_code == 400


def test_reads_are_forgotten_after_their_time(client: FlaskClient, attempts: Attempts) -> None:
    get(client, "verbs", BOARD)

    [kept] = attempts.db["analytics_reads"].find()
    [lasting] = [one for one in attempts.db["analytics_reads"].index_information().values() if "expireAfterSeconds" in one]

    assert round((kept["expires"].timestamp() * 1000 - kept["at"]) / 86_400_000) == 365
    assert lasting["expireAfterSeconds"] == 0


SCHEDULES = {
    "list": {"resource": "attempts", "filter": {"actor": "mailto:ann@example.org"}},
    "query": {"query": {"filter": {"actor_key": "mailto:ann@example.org"}}},
    "saved": {"saved": "ann"},
}


@pytest.fixture
def scheduled(client: FlaskClient) -> FlaskClient:
    """What somebody who sees names has asked about Ann."""
    client.put("/api/v1/queries/ann", json={"query": {"filter": {"actor": "mailto:ann@example.org"}}})
    for name, asked in SCHEDULES.items():
        client.put(f"/api/v1/schedules/{name}", json={**asked, "every": "PT1H", "description": "How Ann (ann@example.org) does"})
        client.post("/api/v1/exports", json=asked)
    return client


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
@pytest.mark.parametrize("path", ["schedules", "schedules/list", "schedules/query", "schedules/saved", "exports"])
def test_what_others_schedule_and_export_names_nobody(scheduled: FlaskClient, who: tuple[str, str], path: str) -> None:
    found = get(scheduled, path, who)
    named = get(scheduled, path, ("test", "secret"))

    assert (found.status_code, named.status_code) == (200, 200)
    assert "ann@example.org" in named.text
    assert "ann@example.org" not in found.text


def test_a_schedule_of_others_is_known_by_its_name_and_clock(scheduled: FlaskClient) -> None:
    shown = {row["name"]: row for row in get(scheduled, "schedules", BOARD).json["schedules"]}

    asked = {name: {one: row[one] for one in ("resource", "saved", "withheld") if one in row} for name, row in shown.items()}
    assert asked == {
        "list": {"resource": "attempts", "withheld": True},
        "query": {"withheld": True},
        "saved": {"saved": "ann", "withheld": True},
    }
    assert [(row["every"], row["updated_by"]) for row in shown.values()] == [("PT3600S", "analyst")] * 3


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
def test_a_schedule_of_others_is_not_changed_or_ended(scheduled: FlaskClient, who: tuple[str, str]) -> None:
    tag = {"If-Match": get(scheduled, "schedules/list", who).headers["ETag"]}
    mine = {"query": {}, "every": "PT1H"}

    put = scheduled.put("/api/v1/schedules/list", json=mine, headers=tag, auth=who)
    ended = scheduled.delete("/api/v1/schedules/list", headers=tag, auth=who)

    assert (put.status_code, put.json["required"], ended.status_code) == (403, ["analytics/read"], 403)
    assert get(scheduled, "schedules/list", ("test", "secret")).json["filter"] == {"actor": ["mailto:ann@example.org"]}


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
def test_ones_own_schedule_and_export_are_shown_whole(client: FlaskClient, who: tuple[str, str]) -> None:
    mine = {"query": {"filter": {"course": "golf"}}, "every": "PT1H", "description": "Golf"}
    client.put("/api/v1/schedules/golf", json=mine, auth=who)
    client.post("/api/v1/exports", json={"query": mine["query"]}, auth=who)

    [schedule] = get(client, "schedules", who).json["schedules"]
    [export] = get(client, "exports", who).json["exports"]
    changed = client.put("/api/v1/schedules/golf", json={**mine, "paused": True}, headers={"If-Match": "*"}, auth=who)

    assert (schedule["query"], schedule["description"], export["query"]) == (mine["query"], "Golf", mine["query"])
    assert "withheld" not in schedule
    assert changed.status_code == 200


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
@pytest.mark.parametrize("path", ["queries", "queries/ann"])
def test_saved_queries_are_not_shown_to_who_may_not_see_names(scheduled: FlaskClient, who: tuple[str, str], path: str) -> None:
    assert get(scheduled, path, who).status_code == 403


@pytest.mark.parametrize("who", [RESEARCHER, BOARD])
@pytest.mark.parametrize("path", ["queries/ann/result", "queries/ann.svg", "queries/ann.html"])
def test_what_a_saved_query_finds_by_a_name_is_refused_without_it(
    scheduled: FlaskClient, who: tuple[str, str], path: str
) -> None:
    found = get(scheduled, path, who)

    assert (found.status_code, found.json["parameter"]) == (400, "actor")
    assert "ann@example.org" not in found.text


def test_verbs_are_for_everybody(client: FlaskClient, school: Feeder) -> None:
    assert f"{ADL}passed" in [row["verb"] for row in get(client, "verbs", BOARD).json["rows"]]
