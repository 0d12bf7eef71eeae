"""What a save keeps beside the attempt: the log, earlier attempts, the terms; over a real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database

import lrs
import scorm_runtime.events
from scorm_runtime import errors, history, inquiry, store
from scorm_runtime.administration import Wanted
from scorm_runtime.events import Authority
from scorm_runtime.ledger import TOGETHER
from scorm_runtime.moves import Move
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.service import Service
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.test_service import Counter, set_, token, verbs

BY = Authority(name="Eve", agent={"mbox": "mailto:eve@people.example"}, action="attempt", reason="Seen on paper")
RESET = replace(BY, action="reset")
END = Request(kind=Kind.EXIT_ALL)


def play(service: Service, secret: str, commits: int) -> None:
    opened = service.open_window(secret, {})
    for n in range(1, commits + 1):
        service.commit(secret, opened["window"], opened["run"], [set_(n, suspend_data=str(n))])


def ended(service: Service, secret: str, **values: str) -> dict[str, Any]:
    """One window in which the course is played to its end."""
    opened = service.open_window(secret, {})
    move = Move(run=opened["run"], commits=[set_(1, **values)] if values else [], terminated=True, request=END, number=1)
    return service.finish(secret, opened["window"], move)


def logged(service: Service, registration: str, **page: Any) -> list[int]:
    found = inquiry.log(service, registration, 1, **{"below": None, "limit": 1000, **page})
    return [entry["n"] for entry in found["entries"]]


def test_of_many_steps_each_is_in_the_log_once_and_in_order(service: Service, fire_safety: str, db: Database[Any]) -> None:
    registration, secret = token(service, fire_safety)

    play(service, secret, 3 * TOGETHER)

    assert logged(service, registration) == list(range(3 * TOGETHER + 1, 0, -1))
    document = db[store.ATTEMPTS].find_one({"_id": registration}) or {}
    assert len(document["entries"]) <= TOGETHER + 1


def test_pages_of_the_log_meet_where_entries_move_on(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    play(service, secret, 2 * TOGETHER + 3)

    pages = [logged(service, registration, below=below, limit=4) for below in range(25, 0, -4)]

    assert [n for page in pages for n in page] == list(range(24, 0, -1))


def test_entries_that_were_moved_on_by_a_save_that_failed_are_not_told_twice(
    service: Service, fire_safety: str, db: Database[Any]
) -> None:
    registration, secret = token(service, fire_safety)
    play(service, secret, 4)
    record = store.by_registration(db, registration)
    assert record is not None

    for _ in range(2):
        history.write(db, registration, record.entries, record.journal.logged)

    assert logged(service, registration) == [5, 4, 3, 2, 1]


def test_of_a_long_log_the_newest_entries_stay(
    db: Database[Any], service: Service, store: lrs.LRS, clock: Clock, fire_safety: str
) -> None:
    settings = replace(service.settings, log_kept=20)
    short = Service(db, service.catalogue, store, settings, clock=clock, after=lambda job: job())
    registration, secret = token(short, fire_safety)

    play(short, secret, 110)

    numbers = logged(short, registration)
    assert numbers[0] == 111
    assert 20 <= len(numbers) < 20 + 50 + TOGETHER
    assert numbers == list(range(111, 111 - len(numbers), -1))


def test_a_commit_is_never_more_than_three_round_trips(
    service: Service, fire_safety: str, mongo_uri: str, db: Database[Any]
) -> None:
    _, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})
    counter = Counter()
    client: Any = type(db.client)(mongo_uri, event_listeners=[counter])
    counted = Service(
        client[db.name], service.catalogue, service.outbox.lrs, service.settings, clock=service.clock, after=lambda job: None
    )

    rounds = []
    for n in range(1, 31):
        counter.names.clear()
        counted.commit(secret, opened["window"], opened["run"], [set_(n, suspend_data=str(n))])
        rounds.append([name for name in counter.names if name in ("find", "update", "insert", "delete", "aggregate")])
    client.close()

    assert {tuple(names) for names in rounds} == {("find", "update"), ("find", "insert", "update")}
    assert sum(map(len, rounds)) < 2.2 * len(rounds)


def test_browsing_leaves_no_log(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety, mode="browse")

    play(service, secret, 2)

    assert logged(service, registration) == []


def test_what_was_decided_holds_from_the_next_opening_on(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})
    service.courses.update(fire_safety, {"passing_score": 0.3}, "admin", service.clock())

    service.commit(secret, opened["window"], opened["run"], [set_(1, core__score__raw="40")])
    again = service.open_window(secret, {})
    move = Move(run=again["run"], terminated=True, request=END, number=1)
    result = service.finish(secret, again["window"], move)["result"]

    assert opened["delivery"]["data"]["cmi.student_data.mastery_score"] == "80"
    assert again["delivery"]["data"]["cmi.student_data.mastery_score"] == "30"
    assert result["success"] == "passed"
    assert inquiry.explained(service, registration, 1)["decided"][0]["name"] == "passing_score"


def test_attempts_are_limited(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"max_attempts": 1}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")

    with pytest.raises(errors.AttemptsUsed):
        service.launch(registration)
    with pytest.raises(errors.AttemptsUsed):
        service.open_window(secret, {})

    assert service.launch(registration, mode="review").url


def test_a_suspended_attempt_goes_on_within_the_limit(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"max_attempts": 1}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})
    service.finish(secret, opened["window"], Move(run=1, request=Request(kind=Kind.SUSPEND_ALL), number=1))

    again = service.open_window(service.launch(registration).url.rsplit("/", 2)[1], {})

    assert again["delivery"]["resumed"] is True


def test_a_reset_is_not_counted(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"max_attempts": 1}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret)
    by = scorm_runtime.events.Authority(name="Eve", agent={"mbox": "mailto:eve@people.example"}, action="reset", reason="Ill")

    inquiry.begin_anew(service, registration, 1, by)

    assert service.open_window(service.launch(registration).url.rsplit("/", 2)[1], {})["state"] == "running"


def test_each_launch_can_be_a_new_attempt(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"new_attempt": "when_done"}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed", suspend_data="mine")

    again = service.open_window(service.launch(registration).url.rsplit("/", 2)[1], {})

    listed = inquiry.attempts(service, registration, 1, below=None, limit=10, ids=False)["attempts"]
    assert "cmi.suspend_data" not in again["delivery"]["data"]
    assert [(row["number"], row["completion"]) for row in listed] == [(2, "unknown"), (1, "completed")]


def test_an_attempt_that_follows_an_ended_one_is_listed_beside_it(service: Service, data_protection: str) -> None:
    registration, secret = token(service, data_protection)
    ended(service, secret)
    service.open_window(secret, {})

    listed = inquiry.attempts(service, registration, 1, below=None, limit=10, ids=False)["attempts"]

    assert [(row["number"], row["current"]) for row in listed] == [(2, True), (1, False)]


def test_a_link_that_asked_for_a_new_attempt_begins_one_only(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")
    link = service.launch(registration, attempt="new").url.rsplit("/", 2)[1]

    first = service.open_window(link, {})
    service.commit(link, first["window"], first["run"], [set_(1, suspend_data="kept")])
    second = service.open_window(link, {})

    assert second["delivery"]["data"]["cmi.suspend_data"] == "kept"
    assert len(inquiry.attempts(service, registration, 1, below=None, limit=10, ids=False)["attempts"]) == 2


def test_a_completed_course_can_open_in_review(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"after_completion": "review"}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")

    again = service.open_window(service.launch(registration).url.rsplit("/", 2)[1], {})

    assert again["mode"] == "review"


def test_a_completed_course_can_open_without_credit(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"after_completion": "no_credit"}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="passed")

    link = service.launch(registration).url.rsplit("/", 2)[1]
    again = service.open_window(link, {})
    service.commit(link, again["window"], again["run"], [set_(1, core__lesson_status="failed")])

    assert again["delivery"]["data"]["cmi.core.credit"] == "no-credit"
    assert service.report(registration)["success"] == "passed"


def test_what_was_done_in_an_older_version_becomes_history(
    service: Service, fire_safety: str, catalogue: Any, sample_package: Any
) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="passed", core__score__raw="90")
    catalogue.add(sample_package("scorm2004-data-protection"), course_id=fire_safety)

    again = service.open_window(service.launch(registration).url.rsplit("/", 2)[1], {})

    listed = inquiry.attempts(service, registration, 1, below=None, limit=10, ids=False)["attempts"]
    assert again["course"]["standard"] == "scorm2004"
    assert [(row["number"], row["version"], row["success"]) for row in listed] == [(2, 2, "unknown"), (1, 1, "passed")]
    assert service.report(registration)["success"] == "passed"


def test_a_completed_course_that_comes_in_a_new_version_can_open_without_credit(
    service: Service, fire_safety: str, catalogue: Any, sample_package: Any
) -> None:
    service.courses.update(fire_safety, {"after_completion": "no_credit"}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="passed")
    catalogue.add(sample_package("scorm2004-data-protection"), course_id=fire_safety)

    again = service.open_window(service.launch(registration).url.rsplit("/", 2)[1], {})

    assert again["delivery"]["data"]["cmi.credit"] == "no-credit"


@pytest.fixture
def newer(catalogue: Any, sample_package: Any, fire_safety: str) -> Callable[[], None]:
    return lambda: catalogue.add(sample_package("scorm2004-data-protection"), course_id=fire_safety)


def versions(service: Service, registration: str) -> list[tuple[int, int, str]]:
    found = inquiry.attempts(service, registration, 1, below=None, limit=10, ids=False)["attempts"]
    return [(row["number"], row["version"], row["completion"]) for row in found]


def secret_of(service: Service, registration: str, **options: Any) -> str:
    return service.launch(registration, **options).url.rsplit("/", 2)[1]


def test_a_new_attempt_in_place_of_a_suspended_one_is_on_the_newest_version(
    service: Service, fire_safety: str, newer: Callable[[], None]
) -> None:
    registration, secret = token(service, fire_safety)
    play(service, secret, 1)
    newer()

    resumed = service.open_window(secret_of(service, registration), {})
    anew = service.open_window(secret_of(service, registration, attempt="new"), {})

    assert (resumed["course"]["standard"], anew["course"]["standard"]) == ("scorm12", "scorm2004")
    assert [row[:2] for row in versions(service, registration)] == [(2, 2), (1, 1)]


def test_who_starts_again_when_asked_is_on_the_newest_version(
    service: Service, fire_safety: str, newer: Callable[[], None]
) -> None:
    registration, secret = token(service, fire_safety)
    play(service, secret, 1)
    newer()
    link = secret_of(service, registration, resume="ask")

    before = service.place(link).version
    again = service.open_window(link, {}, again=True)

    assert again["course"]["standard"] == "scorm2004"
    assert before == 1
    assert again["delivery"]["url"].startswith("../content-2/")
    assert service.place(link, 2).version == 2


def test_files_lie_under_the_version_of_the_link_for_as_long_as_it_lives(
    service: Service, fire_safety: str, newer: Callable[[], None], clock: Clock
) -> None:
    _, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")
    newer()

    again = service.open_window(secret, {})
    clock.pass_(60)

    assert again["delivery"]["url"].startswith("../content-2/")
    assert service.place(secret).version == 1
    with pytest.raises(errors.FileNotInPackage):
        service.place(secret, 3)


@pytest.mark.parametrize("action", ["attempt", "reset"])
def test_a_new_attempt_by_an_administrator_is_on_the_newest_version_and_counts_once(
    service: Service, fire_safety: str, newer: Callable[[], None], action: str
) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")
    newer()

    inquiry.begin_anew(service, registration, 1, replace(BY, action=action))
    between = versions(service, registration)
    newest = service.open_window(secret_of(service, registration), {})

    assert newest["course"]["standard"] == "scorm2004"
    assert [row[:2] for row in between] == [row[:2] for row in versions(service, registration)] == [(2, 2), (1, 1)]
    assert service.report(registration)["attempts"] == 2


def test_a_version_between_a_new_attempt_and_its_opening_leaves_no_empty_attempt(
    service: Service, fire_safety: str, newer: Callable[[], None]
) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")
    inquiry.begin_anew(service, registration, 1, BY)
    newer()

    service.open_window(secret_of(service, registration), {})

    assert [row[:2] for row in versions(service, registration)] == [(2, 2), (1, 1)]


def test_what_a_learner_prefers_does_no_harm_in_the_other_scorm(
    service: Service, data_protection: str, catalogue: Any, sample_package: Any
) -> None:
    registration, secret = token(service, data_protection)
    ended(service, secret, learner_preference__language="de", completion_status="completed")
    catalogue.add(sample_package("scorm12-fire-safety"), course_id=data_protection)

    link = secret_of(service, registration)
    again = service.open_window(link, {})
    saved = service.commit(link, again["window"], again["run"], [set_(1, core__lesson_status="passed")])

    assert again["course"]["standard"] == "scorm12"
    assert saved["saved"] == 1
    assert "refused" not in saved


def test_a_launch_that_nobody_opens_changes_nothing(service: Service, fire_safety: str, newer: Callable[[], None]) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="completed")
    newer()

    service.launch(registration)
    reviewed = service.open_window(secret_of(service, registration, mode="review"), {})

    assert versions(service, registration) == [(1, 1, "completed")]
    assert reviewed["course"]["standard"] == "scorm12"


@pytest.mark.parametrize("how", ["when_done", "new", "administrator", "version"])
def test_who_has_completed_the_course_stays_completed_and_an_empty_attempt_is_not(
    service: Service, fire_safety: str, newer: Callable[[], None], how: str
) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="passed", core__score__raw="90")
    completed = service.report(registration)["completed"]
    begins = {
        "when_done": lambda: service.courses.update(fire_safety, {"new_attempt": "when_done"}, "admin", service.clock()),
        "new": lambda: None,
        "administrator": lambda: inquiry.begin_anew(service, registration, 1, BY),
        "version": newer,
    }

    begins[how]()
    service.open_window(secret_of(service, registration, attempt="new" if how == "new" else "resume"), {})

    found = service.report(registration)
    assert (found["completion"], found["success"], found["completed"]) == ("completed", "passed", completed)
    assert found["score"]["raw"] == 90.0
    assert versions(service, registration)[0][2] != "completed"
    assert versions(service, registration)[1][2] == "completed"
    explained = inquiry.explained(service, registration, 1)
    assert (explained["course"]["completion"]["value"], explained["course"]["completion"]["rule"]) == ("completed", "kept")


def test_a_reset_takes_back_what_earlier_attempts_have_reached(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="passed")
    inquiry.begin_anew(service, registration, 1, BY)

    found = inquiry.begin_anew(service, registration, 1, RESET)

    assert (found["completion"], found["success"], found["completed"]) == ("unknown", "unknown", None)


def test_a_correction_of_the_course_goes_before_what_earlier_attempts_have_reached(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="passed")
    inquiry.begin_anew(service, registration, 1, BY)

    wanted = Wanted(completion="incomplete", success="failed")
    found = inquiry.correct(service, registration, 1, replace(BY, action="correct"), wanted)

    assert (found["completion"], found["success"]) == ("incomplete", "failed")


def test_attempts_that_are_used_are_forgiven_by_a_reset_and_by_nothing_else(service: Service, fire_safety: str) -> None:
    service.courses.update(fire_safety, {"max_attempts": 1}, "admin", service.clock())
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="failed")

    with pytest.raises(errors.AttemptsUsed):
        inquiry.begin_anew(service, registration, 1, BY)
    inquiry.begin_anew(service, registration, 1, RESET)
    service.open_window(secret_of(service, registration), {})

    assert [row[0] for row in versions(service, registration)] == [2, 1]


def test_a_limit_that_comes_after_a_new_attempt_was_granted_is_forgiven_too(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    ended(service, secret, core__lesson_status="failed")
    inquiry.begin_anew(service, registration, 1, BY)
    service.courses.update(fire_safety, {"max_attempts": 1}, "admin", service.clock())

    with pytest.raises(errors.AttemptsUsed):
        service.launch(registration)
    inquiry.begin_anew(service, registration, 1, RESET)
    service.open_window(secret_of(service, registration), {})

    assert [row[0] for row in versions(service, registration)] == [2, 1]


def sessions(service: Service, registration: str) -> list[tuple[str, bool]]:
    return [(row["state"], row["ended"] is not None) for row in service.report(registration)["sessions"]]


def test_a_session_says_whether_its_player_is_open_and_when_it_was_left(service: Service, fire_safety: str, clock: Clock) -> None:
    registration, secret = token(service, fire_safety)
    launched = sessions(service, registration)
    clock.pass_(10)
    opened = service.open_window(secret, {})
    during = sessions(service, registration)
    clock.pass_(10)
    service.finish(secret, opened["window"], Move(run=opened["run"], terminated=True, request=END, number=1))

    [row] = service.report(registration)["sessions"]
    assert (launched, during) == ([("launched", False)], [("initialized", False)])
    assert row | {"session": "", "item": ""} == {
        "session": "",
        "item": "",
        "mode": "normal",
        "state": "terminated",
        "launched": "2027-01-15T08:00:00.000Z",
        "ended": "2027-01-15T08:00:20.000Z",
        "seconds": None,
    }


def test_a_session_ends_when_another_player_opens_or_the_attempt_is_put_aside(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    service.open_window(secret, {})

    service.open_window(secret_of(service, registration), {})
    elsewhere = sessions(service, registration)
    inquiry.begin_anew(service, registration, 1, BY)

    assert elsewhere == [("terminated", True), ("initialized", False)]
    assert sessions(service, registration) == [("terminated", True), ("terminated", True)]


def test_a_session_whose_link_has_run_out_has_expired(service: Service, fire_safety: str, clock: Clock) -> None:
    registration, secret = token(service, fire_safety)
    service.open_window(secret, {})
    service.launch(registration)

    clock.pass_(service.settings.launch_lifetime + 1)

    assert sessions(service, registration) == [("expired", False), ("expired", False)]


def test_what_the_window_before_could_not_send_belongs_to_the_attempt_before(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    service.open_window(secret, {})
    link = service.launch(registration, attempt="new").url.rsplit("/", 2)[1]

    service.open_window(link, {1: [set_(1, core__lesson_status="passed")]})

    listed = inquiry.attempts(service, registration, 1, below=None, limit=10, ids=False)["attempts"]
    assert [(row["number"], row["success"]) for row in listed] == [(2, "unknown"), (1, "passed")]
    assert [row["statements"]["first"] for row in listed] == [8, 1]


def test_a_window_that_is_open_at_a_reset_is_suspended_first(service: Service, fire_safety: str, store: lrs.LRS) -> None:
    registration, secret = token(service, fire_safety)
    service.open_window(secret, {})
    by = scorm_runtime.events.Authority(name="Eve", agent={"mbox": "mailto:eve@people.example"}, action="reset", reason="Ill")

    inquiry.begin_anew(service, registration, 1, by)

    assert verbs(store, registration) == ["launched", "initialized", "suspended"]
