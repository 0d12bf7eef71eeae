"""A registration in a cmi5 course from its first launch to its end, as content and other programs see it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from scorm_runtime.cmi5 import vocabulary
from scorm_runtime.units.service import Units
from tests.scorm_runtime.conftest import Clock
from tests.scorm_runtime.units.conftest import Make
from tests.scorm_runtime.units.content import ACTOR, LEARNER, au, block, package, publisher

BOTH = 'moveOn="CompletedAndPassed" masteryScore="0.8"'
COMPLETED = 'moveOn="Completed"'


def test_a_unit_is_played_to_completed_and_passed(make: Make) -> None:
    lms = make(block("block", au("one", BOTH)))

    lms.start("one").say("initialized").say("passed", score={"scaled": 0.9}).say("completed", "terminated")

    report = lms.report()
    assert lms.verbs() == ["launched", "initialized", "passed", "completed", "satisfied", "satisfied", "passed", "terminated"]
    assert (report["state"], report["completion"], report["success"], report["score"], report["seconds"]) == (
        "ended",
        "completed",
        "passed",
        {"scaled": 0.9},
        90.0,
    )


def test_stored_times_increase_strictly_within_the_request_that_satisfies(make: Make) -> None:
    lms = make(block("block", au("one", COMPLETED)))
    content = lms.start("one")

    answer = content.send(*(content.statement(verb) for verb in ("initialized", "completed", "terminated")))

    assert answer.status_code == 200
    assert len(answer.get_json()) == 3
    assert lms.verbs() == ["launched", "initialized", "completed", "satisfied", "satisfied", "terminated"]


def test_nothing_of_a_batch_is_stored_when_one_of_it_is_refused(make: Make) -> None:
    lms = make(au("one", COMPLETED))
    content = lms.start("one")

    answer = content.send(
        *(content.statement(verb) for verb in ("initialized", "completed", "terminated", "https://v.example/late"))
    )

    assert content.refused(answer) == (403, "session-ended", "cmi5 9.3")
    assert answer.get_json(force=True)["pointer"] == "/3"
    assert lms.verbs() == ["launched"]
    assert lms.report()["completion"] == "incomplete"


def test_after_terminated_the_token_is_worth_nothing(make: Make) -> None:
    lms = make(au("one", COMPLETED))
    content = lms.start("one").say("initialized", "terminated")

    late = content.send(content.statement("https://v.example/late"))

    assert content.refused(late) == (403, "session-ended", "cmi5 9.3")
    assert content.refused(content.state("GET", vocabulary.LAUNCH_DATA))[1] == "session-ended"
    assert content.refused(content.preferences("GET"))[1] == "session-ended"
    assert content.send().status_code == 403
    assert content.fetch()["error-code"] == "1"


def test_a_new_launch_abandons_the_live_session_of_another_unit_first(make: Make) -> None:
    lms = make(au("one", COMPLETED), au("two", COMPLETED))
    first = lms.start("one").say("initialized")

    second = lms.start("two").say("initialized")

    assert lms.verbs() == ["launched", "initialized", "abandoned", "launched", "initialized"]
    assert lms.statements()[2]["context"]["extensions"][vocabulary.SESSION_ID] == first.session
    assert first.refused(first.send(first.statement("completed")))[1] == "session-ended"
    assert second.say("completed", "terminated").session != first.session
    assert lms.session(first.session)["state"] == "abandoned"


def test_a_session_is_abandoned_once_and_not_after_it_has_ended_itself(make: Make) -> None:
    lms = make(au("one", COMPLETED))
    content = lms.start("one").say("initialized")

    first, second = lms.abandon(content.session), lms.abandon(content.session)
    ended = lms.start("one").say("initialized", "terminated")

    assert (first.status_code, first.get_json()["state"]) == (200, "abandoned")
    assert (second.status_code, second.get_json()["code"]) == (409, "session-ended")
    assert lms.abandon(ended.session).status_code == 409
    assert lms.verbs().count("abandoned") == 1
    assert lms.abandon(str(uuid.uuid4())).status_code == 404


def test_abandoned_tells_the_time_from_launched_to_the_last_request(make: Make, clock: Clock) -> None:
    lms = make(au("one", COMPLETED))
    content = lms.start("one").say("initialized")
    clock.pass_(100)
    content.say("https://v.example/experienced")
    clock.pass_(400)

    lms.abandon(content.session)

    told = lms.statements()[-1]
    assert told["result"] == {"duration": "PT1M40S"}
    assert told["object"]["id"] == content.activity
    assert lms.report()["seconds"] == 100.0


def test_a_session_that_falls_silent_is_abandoned_by_the_sweep(make: Make, units: Units, clock: Clock) -> None:
    lms = make(au("one", COMPLETED))
    content = lms.start("one").say("initialized")
    clock.pass_(3000)
    content.say("https://v.example/experienced")
    clock.pass_(3000)

    early = (units.sweep(), lms.session(content.session)["state"])
    clock.pass_(601)
    late = (units.sweep(), lms.session(content.session)["state"])

    assert (early, late) == ((1, "initialized"), (1, "abandoned"))
    assert units.sweep() == 0
    assert lms.verbs() == ["launched", "initialized", "experienced", "abandoned"]
    assert content.refused(content.send(content.statement("completed")))[1] == "session-ended"


def test_blocks_within_blocks_are_satisfied_once_each_over_several_sessions(make: Make) -> None:
    lms = make(block("outer", au("one", COMPLETED), block("inner", au("two", 'moveOn="Passed"'))), au("three", COMPLETED))

    lms.start("two").say("initialized", "passed", "terminated")
    lms.start("one").say("initialized", "completed", "passed", "terminated")
    lms.start("three").say("initialized", "completed", "passed", "terminated")
    lms.start("two", mode="normal").say("initialized", "completed", "terminated")

    told = [one for one in lms.statements() if one["verb"]["id"] == vocabulary.VERBS["satisfied"]]
    assert [one["context"]["contextActivities"]["grouping"][0]["id"] for one in told] == [
        publisher(name) for name in ("inner", "outer", "course")
    ]
    assert [one["object"]["definition"]["type"] for one in told] == [vocabulary.BLOCK, vocabulary.BLOCK, vocabulary.COURSE]
    assert told[0]["object"]["id"] != publisher("inner")


def test_what_needs_nothing_is_satisfied_before_the_first_launch(make: Make) -> None:
    lms = make(block("block", au("one")))
    registered = lms.verbs()

    content = lms.launch("one")

    assert registered == ["satisfied", "satisfied"]
    assert lms.verbs() == ["satisfied", "satisfied", "launched"]
    assert {one["context"]["extensions"][vocabulary.SESSION_ID] for one in lms.statements()[:2]}.isdisjoint({content.session})


def test_the_service_says_whose_it_is_in_every_statement(make: Make) -> None:
    lms = make(block("block", au("one", BOTH)), au("two", COMPLETED))
    lms.start("two").say("initialized")
    content = lms.launch("one")
    lms.abandon(content.session)
    lms.waive("one")

    own = lms.statements()

    assert [one["verb"]["id"].rpartition("/")[2] for one in own if "Content" not in str(one["authority"])] == [
        "launched",
        "abandoned",
        "launched",
        "abandoned",
        "waived",
        "satisfied",
    ]
    grouped = [one["context"]["contextActivities"]["grouping"][0]["id"].rpartition("/")[2] for one in own]
    assert grouped == ["two", "two", "two", "one", "one", "one", "block"]
    assert all({"id": vocabulary.CMI5} in one["context"]["contextActivities"]["category"] for one in own)
    assert all(one["context"]["registration"] == lms.registration for one in own)
    assert {one["actor"]["account"]["name"] for one in own} == {"ada"}
    assert all(one["timestamp"].endswith("Z") for one in own)


def test_launched_tells_how(make: Make) -> None:
    after = "<launchParameters>a &amp; b</launchParameters>"
    lms = make(au("one", f'{BOTH} launchMethod="OwnWindow"', url="a.html?x=1#top", after=after))

    content = lms.launch("one", mode="browse")

    told = lms.statements()[0]["context"]["extensions"]
    assert told[vocabulary.LAUNCH_URL] == content.url.partition("?")[0] + "?x=1#top"
    assert (told[vocabulary.LAUNCH_MODE], told[vocabulary.MOVE_ON_RULE]) == ("Browse", "CompletedAndPassed")
    assert (told[vocabulary.MASTERY_SCORE], told[vocabulary.LAUNCH_PARAMETERS]) == (0.8, "a & b")
    assert content.url.endswith("#top")


def test_a_unit_that_is_done_is_launched_for_review(make: Make) -> None:
    lms = make(au("one", COMPLETED))
    lms.start("one").say("initialized", "completed", "terminated")

    again = lms.start("one").say("initialized")

    assert again.data["launchMode"] == "Review"
    assert again.refused(again.send(again.statement("completed"))) == (403, "completed-before", "cmi5 9.3.3")
    assert again.refused(again.send(again.statement("passed"))) == (403, "mode", "cmi5 10.2.2")
    assert lms.start("one", mode="normal").data["launchMode"] == "Normal"
    assert lms.verbs().count("satisfied") == 1


def test_to_take_a_course_again_is_a_new_registration(make: Make) -> None:
    lms = make(au("one", COMPLETED))
    lms.start("one").say("initialized", "completed", "terminated")
    first = lms.registration

    again = lms.register(registration=str(uuid.uuid4())).start("one").say("initialized", "completed", "terminated")

    assert again.registration != first
    assert again.data["launchMode"] == "Normal"
    assert lms.verbs() == ["launched", "initialized", "completed", "satisfied", "terminated"]


def test_without_an_item_the_first_unit_that_is_not_done_is_launched(make: Make) -> None:
    lms = make(au("one", COMPLETED), au("two", COMPLETED))
    lms.start("one").say("initialized", "completed", "terminated")

    assert lms.session(lms.launch().session)["item"] == publisher("two")


def test_a_waived_unit_is_met_and_is_waived_once(make: Make) -> None:
    lms = make(block("block", au("one", BOTH)), au("two", COMPLETED))

    first, second = lms.waive("one", "Tested Out"), lms.waive("one")

    told = lms.statements()
    assert (first.status_code, second.status_code, second.get_json()["code"]) == (200, 409, "already-waived")
    assert lms.verbs() == ["waived", "satisfied"]
    assert told[0]["result"] == {"success": True, "completion": True, "extensions": {vocabulary.REASON: "Tested Out"}}
    assert {"id": vocabulary.MOVE_ON} in told[0]["context"]["contextActivities"]["category"]
    assert told[0]["context"]["extensions"] == told[1]["context"]["extensions"]
    assert lms.report()["tree"]["children"][0]["children"][0]["waived"] == "Tested Out"
    assert lms.start("one").data["launchMode"] == "Review"


def test_what_has_been_done_is_not_waived(make: Make) -> None:
    lms = make(au("one", COMPLETED))
    lms.start("one").say("initialized", "completed", "terminated")

    assert lms.waive("one").get_json()["code"] == "already-satisfied"
    assert lms.waive("course").status_code == 404
    assert lms.waive("one", " ").status_code == 400


@pytest.mark.parametrize("passed", [True, False])
def test_one_of_passed_and_failed_decides_and_failed_can_be_made_good(make: Make, passed: bool) -> None:
    lms = make(au("one", BOTH))
    lms.start("one").say("initialized").say("failed", score={"scaled": 0.1}).say("completed", "terminated")
    failed = lms.report()
    verb, score = ("passed", 0.95) if passed else ("failed", 0.2)

    lms.start("one").say("initialized").say(verb, score={"scaled": score}).say("terminated")

    assert (failed["success"], failed["completion"]) == ("failed", "incomplete")
    assert (lms.report()["success"], lms.report()["score"]) == (verb, {"scaled": score})
    assert lms.verbs().count("satisfied") == int(passed)


def test_a_mastery_score_of_zero_reaches_the_content(make: Make) -> None:
    content = make(au("one", 'moveOn="Passed" masteryScore="0"')).start("one")

    assert content.data["masteryScore"] == 0
    assert content.say("initialized").say("passed", score={"scaled": 0}).session


def test_the_return_address_and_the_trimmed_values_reach_the_content(make: Make) -> None:
    after = '<launchParameters>\n  <![CDATA[ {"a": 1} \n]]>  </launchParameters><entitlementKey> key </entitlementKey>'
    content = make(au("one", " moveOn=' Passed '", after=after)).start("one", return_url="https://people.example/home?a=1")

    assert content.data["returnURL"] == "https://people.example/home?a=1"
    assert content.data["launchParameters"] == '{"a": 1}'
    assert content.data["entitlementKey"] == {"courseStructure": "key"}
    assert content.data["moveOn"] == "Passed"
    assert "returnURL" not in make(au("one")).start("one").data


def test_the_launch_says_which_window_and_mode_it_needs(make: Make) -> None:
    lms = make(au("one", 'launchMethod="OwnWindow"'), au("two", 'moveOn="Passed"'))
    address = f"/api/v1/registrations/{lms.registration}/launch"

    own = lms.api.post(address, json={"item": publisher("one")}).get_json()
    any_ = lms.api.post(address, json={"item": publisher("two")}).get_json()

    assert (own["window"], own["mode"]) == ("own", "review")
    assert (any_["window"], any_["mode"]) == ("any", "normal")


def test_an_address_of_another_scheme_keeps_it(make: Make) -> None:
    content = make(au("one", url="coach-app://open/lesson?id=1#part")).launch("one")

    assert content.url.startswith("coach-app://open/lesson?id=1&endpoint=")
    assert content.url.endswith("#part")


def test_the_content_opens_in_the_learners_language(make: Make) -> None:
    lms = make(au("one"), language="fr-CA,fr")
    content = lms.start("one")
    first = content.preferences("GET").get_json(force=True)
    content.preferences("PUT", b'{"languagePreference":"de","audioPreference":"off"}')

    again = lms.start("one", language="en-GB").preferences("GET").get_json(force=True)

    assert first == {"languagePreference": "fr-CA,fr", "audioPreference": "on"}
    assert again == {"languagePreference": "en-GB", "audioPreference": "off"}
    assert lms.api.post(f"/api/v1/registrations/{lms.registration}/launch", json={"language": "not a tag"}).status_code == 400


def test_learners_without_an_account_are_told_so_at_registration(make: Make) -> None:
    lms = make(au("one"))

    answer = lms.api.post(f"/api/v1/courses/{lms.course}/registrations", json={"actor": {"mbox": "mailto:ada@people.example"}})

    assert (answer.status_code, answer.get_json()["pointer"]) == (400, "/actor")


def test_the_address_names_the_learner_by_account_alone(make: Make) -> None:
    content = make(au("one")).launch("one")

    assert content.actor == LEARNER
    assert ACTOR["name"] not in content.url


def test_an_activity_keeps_its_identifier_in_all_launches_and_registrations(make: Make) -> None:
    lms = make(au("one"))
    first = lms.launch("one").activity

    second = lms.register(registration=str(uuid.uuid4())).launch("one").activity

    assert first == second != publisher("one")


def test_a_package_in_a_new_version_keeps_what_was_reached(make: Make, units: Units, tmp_path: Path) -> None:
    lms = make(au("one", COMPLETED), au("two", COMPLETED))
    lms.start("one").say("initialized", "completed", "terminated")
    units.catalogue.add(package(tmp_path, au("one", COMPLETED), au("three", COMPLETED)), course_id=lms.course)

    content = lms.start().say("initialized", "completed", "terminated")

    assert lms.session(content.session)["item"] == publisher("three")
    assert lms.report()["completion"] == "completed"


def test_a_session_of_a_unit_that_a_new_version_has_no_more_is_abandoned_all_the_same(
    make: Make, units: Units, tmp_path: Path
) -> None:
    lms = make(au("one", COMPLETED))
    old = lms.start("one").say("initialized")
    units.catalogue.add(package(tmp_path, au("two", COMPLETED)), course_id=lms.course)

    lms.start().say("initialized", "completed", "terminated")

    told = lms.statements()[2]
    assert lms.verbs()[:4] == ["launched", "initialized", "abandoned", "launched"]
    assert (told["object"]["id"], told["context"]["extensions"][vocabulary.SESSION_ID]) == (old.activity, old.session)
    assert told["context"]["contextActivities"]["grouping"][0] == {"id": publisher("one")}
    assert lms.report()["completion"] == "completed"
