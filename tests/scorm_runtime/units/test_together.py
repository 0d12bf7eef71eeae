"""Several at once: one wins, the others learn of it, and nothing is said twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import orjson

import lrs
import scorm_runtime
from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.units.service import Units
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.units.conftest import Make
from tests.scorm_runtime.units.content import LEARNER, au, block, publisher

AT_ONCE = 6


def test_of_many_completions_at_once_one_counts(make: Make) -> None:
    lms = make(block("block", au("one", 'moveOn="Completed"')))
    content = lms.start("one").say("initialized")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: content.send(content.statement("completed")).status_code, range(AT_ONCE)))

    assert sorted(answers) == [200] + [403] * (AT_ONCE - 1)
    assert lms.verbs() == ["launched", "initialized", "completed", "satisfied", "satisfied"]


def test_of_many_fetches_at_once_one_gets_the_token(make: Make) -> None:
    content = make(au("one")).launch("one")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: "auth-token" in content.player.post(content.fetch_path).get_json(), range(AT_ONCE)))

    assert sorted(answers) == [False] * (AT_ONCE - 1) + [True]


def test_of_many_launches_at_once_one_lives_and_the_launch_data_are_its_own(make: Make, units: Units, store: lrs.LRS) -> None:
    lms = make(au("one", 'moveOn="Completed"'))

    def launch(_: int) -> str:
        return units.launch(lms.registration, item=publisher("one")).session

    with ThreadPoolExecutor(AT_ONCE) as pool:
        sessions = list(pool.map(launch, range(AT_ONCE)))

    live = [one for one in sessions if lms.session(one)["state"] == "launched"]
    activity = lms.session(live[0])["activity"]
    owner = lrs.Owner(store=1, kind="state", agent=LEARNER, activity=activity, registration=lms.registration)
    kept = store.documents.get(owner, vocabulary.LAUNCH_DATA)
    assert kept is not None
    assert len(live) == 1
    assert orjson.loads(kept.body)["contextTemplate"]["extensions"] == {vocabulary.SESSION_ID: live[0]}
    assert sorted(lms.verbs()) == ["abandoned"] * (AT_ONCE - 1) + ["launched"] * AT_ONCE


def test_two_sweeps_at_once_abandon_a_session_once(make: Make, units: Units, clock: Clock) -> None:
    lms = make(au("one", 'moveOn="Completed"'))
    lms.start("one").say("initialized")
    clock.pass_(3601)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: units.sweep(), range(2)))

    assert lms.verbs() == ["launched", "initialized", "abandoned"]


def test_a_session_of_a_course_that_was_removed_ends_without_holding_up_others(
    make: Make, units: Units, store: lrs.LRS, clock: Clock
) -> None:
    removed, other = make(au("one", 'moveOn="Completed"')), make(au("one", 'moveOn="Completed"'))
    first, second = removed.start("one").say("initialized"), other.start("one").say("initialized")
    units.catalogue.remove(removed.course)
    fresh = scorm_runtime.Units(
        units.db, units.catalogue, store, units.credentials, units.registrations, clock=clock, after=lambda job: job()
    )
    store.gate = scorm_runtime.SessionGate(fresh)

    refused = first.send(first.statement("completed")).get_json(force=True)
    clock.pass_(3601)
    swept = [fresh.sweep(), fresh.sweep()]

    assert (refused["status"], refused["reason"]) == (403, "course-removed")
    assert other.session(second.session)["state"] == "abandoned"
    assert swept == [2, 0]
