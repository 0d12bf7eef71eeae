"""The steps in order, over a real database and the real Learning Record Store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pymongo import monitoring
from pymongo.database import Database

import lrs
import package_importer
import scorm_runtime
from access import Caller
from scorm_runtime import errors, store
from scorm_runtime.memory import Commit
from scorm_runtime.moves import Move
from scorm_runtime.sequencing.engine import Kind, Request
from scorm_runtime.service import Service
from tests.packages import manifests
from tests.scorm_runtime.conftest import Clock

ADA = {"objectType": "Agent", "name": "Ada", "account": {"homePage": "https://people.example", "name": "ada"}}
TWO_ITEMS = manifests.ITEM + manifests.ITEM.replace("I1", "I2")
READER = Caller(key="reader", name="Reader", scopes=frozenset(("all",)))


def token(service: Service, course: str, **options: Any) -> tuple[str, str]:
    registration = service.registrations.register(course, ADA)[0].uuid
    return registration, service.launch(registration, **options).url.rsplit("/", 2)[1]


def set_(n: int, **values: str) -> Commit:
    return Commit(n=n, changes={f"cmi.{name.replace('__', '.')}": value for name, value in values.items()}, elapsed=30.0)


def verbs(records: lrs.LRS, registration: str) -> list[str]:
    page = records.find(lrs.StatementQuery(registration=registration, ascending=True), READER)
    return [row["verb"]["id"].rsplit("/", 1)[1] for row in page.statements]


def test_a_token_is_stored_only_as_its_hash(service: Service, fire_safety: str, db: Database[Any]) -> None:
    registration, secret = token(service, fire_safety)

    document = str(db[store.ATTEMPTS].find_one({"_id": registration}))

    assert secret not in document
    assert len(secret) >= 43


def test_opening_delivers_the_first_sco(service: Service, fire_safety: str) -> None:
    _, secret = token(service, fire_safety)

    answer = service.open_window(secret, {})

    assert answer["state"] == "running"
    assert answer["delivery"]["data"]["cmi.core.student_id"] == "ada"
    assert answer["delivery"]["url"] == "index.html"
    assert answer["table"]["standard"] == "scorm12"


def test_a_course_without_flow_leaves_the_choice_to_the_learner(
    service: Service, catalogue: package_importer.Catalogue, tmp_path: Path
) -> None:
    package = tmp_path / "choice.zip"
    package.write_bytes(manifests.package(manifests.scorm2004(items=TWO_ITEMS)))
    _, secret = token(service, catalogue.add(package).id)

    answer = service.open_window(secret, {})

    assert answer["state"] == "idle"
    assert answer["toc"]["enabled"][-1] == "1"


def of_two_parts(catalogue: package_importer.Catalogue, tmp_path: Path) -> str:
    package = tmp_path / "two.zip"
    package.write_bytes(manifests.package(manifests.scorm12(items=TWO_ITEMS)))
    return catalogue.add(package).id


def test_after_a_part_that_was_completed_the_next_one_opens(
    service: Service, catalogue: package_importer.Catalogue, tmp_path: Path
) -> None:
    _, secret = token(service, of_two_parts(catalogue, tmp_path))
    opened = service.open_window(secret, {})
    done = Move(run=1, commits=[set_(1, core__lesson_status="completed")], terminated=True)

    answer = service.finish(secret, opened["window"], done)

    assert (answer["state"], answer["delivery"]["item"]) == ("running", "I2")


def test_a_part_that_was_not_completed_is_not_followed_by_the_next(
    service: Service, catalogue: package_importer.Catalogue, tmp_path: Path
) -> None:
    _, secret = token(service, of_two_parts(catalogue, tmp_path))
    opened = service.open_window(secret, {})
    left = Move(run=1, commits=[set_(1, core__lesson_status="incomplete")], terminated=True)

    answer = service.finish(secret, opened["window"], left)

    assert "delivery" not in answer


def test_the_server_refuses_the_leniencies_that_it_tells_the_browser_to_refuse(
    db: Database[Any], catalogue: package_importer.Catalogue, store: lrs.LRS, clock: Clock, fire_safety: str
) -> None:
    scorm_runtime.ensure_indexes(db)
    settings = scorm_runtime.Settings(strict=("letter-case",))
    service = scorm_runtime.Service(db, catalogue, store, settings, clock=clock, after=lambda job: job())
    _, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})

    answer = service.commit(secret, opened["window"], 1, [set_(1, core__lesson_status="Passed", core__exit="normal")])

    assert list(opened["strict"]) == ["letter-case"]
    assert answer["refused"] == [["cmi.core.lesson_status", 405]]


def test_a_course_played_to_the_end_is_told_in_order_and_once(service: Service, fire_safety: str, store: lrs.LRS) -> None:
    registration, secret = token(service, fire_safety)
    opened = service.open_window(secret, {})
    service.commit(secret, opened["window"], 1, [set_(1, core__score__raw="90", core__lesson_status="passed")])

    move = Move(run=1, terminated=True, request=Request(kind=Kind.EXIT_ALL), number=1)
    ended = service.finish(secret, opened["window"], move)
    service.finish(secret, opened["window"], move)

    assert ended["state"] == "ended"
    assert ended["result"]["success"] == "passed"
    assert verbs(store, registration) == ["launched", "initialized", "completed", "passed", "completed", "passed", "terminated"]


def test_a_request_that_is_sent_twice_is_done_once_and_answered_twice(service: Service, data_protection: str) -> None:
    _, secret = token(service, data_protection)
    window = service.open_window(secret, {})["window"]
    move = Move(run=1, request=Request(kind=Kind.CONTINUE), number=1)

    first = service.finish(secret, window, move)
    again = service.finish(secret, window, move)

    assert first["delivery"]["item"] == again["delivery"]["item"] == "daily-work"
    assert first["delivery"]["run"] == again["delivery"]["run"]


def test_the_older_of_two_windows_is_told(service: Service, fire_safety: str) -> None:
    _, secret = token(service, fire_safety)
    older = service.open_window(secret, {})["window"]
    service.open_window(secret, {})

    with pytest.raises(errors.Superseded):
        service.commit(secret, older, 1, [set_(1, suspend_data="x")])


def test_an_expired_link_is_refused(service: Service, fire_safety: str, clock: Clock) -> None:
    _, secret = token(service, fire_safety)
    clock.pass_(service.settings.launch_lifetime + 1)

    with pytest.raises(errors.LaunchExpired):
        service.open_window(secret, {})
    with pytest.raises(errors.LaunchExpired):
        service.place(secret)


def test_an_unknown_link_is_refused(service: Service) -> None:
    with pytest.raises(errors.LaunchNotFound):
        service.open_window("guessed", {})


def test_browsing_records_nothing(service: Service, fire_safety: str, store: lrs.LRS) -> None:
    registration, secret = token(service, fire_safety, mode="browse")
    opened = service.open_window(secret, {})

    service.finish(secret, opened["window"], Move(run=1, terminated=True, request=Request(kind=Kind.EXIT_ALL), number=1))

    assert opened["delivery"]["data"]["cmi.core.lesson_mode"] == "browse"
    assert opened["delivery"]["data"]["cmi.core.credit"] == "no-credit"
    assert verbs(store, registration) == []
    assert service.report(registration)["state"] == "not started"


def test_a_review_shows_what_was_done_and_changes_nothing(service: Service, fire_safety: str) -> None:
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    commits = [set_(1, core__lesson_status="passed", core__score__raw="100", suspend_data="mine")]
    service.finish(secret, window, Move(run=1, commits=commits, terminated=True, request=Request(kind=Kind.EXIT_ALL), number=1))
    before = service.report(registration, cmi=True)

    review = service.launch(registration, mode="review").url.rsplit("/", 2)[1]
    opened = service.open_window(review, {})
    service.commit(review, opened["window"], opened["run"], [set_(1, suspend_data="changed")])

    assert opened["delivery"]["data"]["cmi.suspend_data"] == "mine"
    assert opened["delivery"]["data"]["cmi.core.lesson_mode"] == "review"
    assert service.report(registration, cmi=True) | {"sessions": before["sessions"]} == before


def test_a_commit_is_two_round_trips(service: Service, fire_safety: str, mongo_uri: str, db: Database[Any]) -> None:
    _, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    counter = Counter()
    client: Any = type(db.client)(mongo_uri, event_listeners=[counter])
    counted = Service(
        client[db.name], service.catalogue, service.outbox.lrs, service.settings, clock=service.clock, after=lambda job: job()
    )

    counted.commit(secret, window, 1, [set_(1, suspend_data="x")])
    names = [name for name in counter.names if name in ("find", "update", "insert")]
    client.close()

    assert names == ["find", "update"]


class Counter(monitoring.CommandListener):
    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


def test_statements_left_by_a_crash_are_sent_by_the_sweep(
    service: Service, fire_safety: str, store: lrs.LRS, db: Database[Any], clock: Clock
) -> None:
    crashing = Service(db, service.catalogue, store, service.settings, clock=clock, after=lambda job: None)
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    crashing.commit(secret, window, 1, [set_(1, core__lesson_status="completed")])
    before = verbs(store, registration)
    clock.pass_(60)

    swept = service.flush_outbox(), service.flush_outbox()

    assert before == ["launched", "initialized"]
    assert swept == (1, 0)
    assert verbs(store, registration) == ["launched", "initialized", "completed", "completed"]


def test_a_statement_that_is_refused_holds_up_no_other(
    service: Service, fire_safety: str, store: lrs.LRS, db: Database[Any]
) -> None:
    registration, secret = token(service, fire_safety)
    window = service.open_window(secret, {})["window"]
    db["runtime_attempts"].update_one({"_id": registration}, {"$set": {"outbox": ['{"verb": "broken"}']}})

    service.commit(secret, window, 1, [set_(1, core__lesson_status="completed")])

    assert verbs(store, registration) == ["launched", "initialized", "completed", "completed"]
    document = db["runtime_attempts"].find_one({"_id": registration}) or {}
    assert (document["outbox"], document["refused"]) == ([], ['{"verb": "broken"}'])
    assert "due" not in document


def test_a_newer_version_reaches_who_is_not_in_the_middle(
    service: Service, fire_safety: str, catalogue: Any, sample_package: Any
) -> None:
    _, first = token(service, fire_safety)
    window = service.open_window(first, {})["window"]
    catalogue.add(sample_package("scorm2004-data-protection"), course_id=fire_safety)

    _, during = token(service, fire_safety)
    middle = service.open_window(during, {})
    service.finish(
        during, middle["window"], Move(run=middle["run"], terminated=True, request=Request(kind=Kind.EXIT_ALL), number=1)
    )
    _, after = token(service, fire_safety)
    fresh = service.open_window(after, {})

    assert window == 1
    assert middle["course"]["standard"] == "scorm12"
    assert fresh["course"]["standard"] == "scorm2004"


def test_a_registration_is_the_same_for_the_same_pair(service: Service, fire_safety: str) -> None:
    first, new = service.registrations.register(fire_safety, ADA)
    again, newer = service.registrations.register(fire_safety, {**ADA, "name": "Ada Moreau"})

    assert (new, newer) == (True, False)
    assert first.uuid == again.uuid


def test_at_once_there_is_one_registration_and_every_launch_and_commit_counts(
    service: Service, fire_safety: str, store: lrs.LRS
) -> None:
    with ThreadPoolExecutor(8) as at_once:
        registered = list(at_once.map(lambda _: service.registrations.register(fire_safety, ADA), range(8)))
        name = registered[0][0].uuid
        links = [link.url.rsplit("/", 2)[1] for link in at_once.map(lambda _: service.launch(name), range(8))]
        opened = [service.open_window(link, {}) for link in links][-1]
        commit = set_(1, core__lesson_status="completed")
        saved = list(at_once.map(lambda _: service.commit(links[-1], opened["window"], opened["run"], [commit]), range(8)))

    assert {found.uuid for found, _ in registered} == {name}
    assert [new for _, new in registered].count(True) == 1
    assert len(set(links)) == 8
    assert {answer["saved"] for answer in saved} == {1}
    assert verbs(store, name).count("completed") == 2


def test_a_registration_of_somebody_else_is_refused(service: Service, fire_safety: str) -> None:
    name = service.registrations.register(fire_safety, ADA)[0].uuid
    other = {"objectType": "Agent", "mbox": "mailto:eve@people.example"}

    with pytest.raises(errors.RegistrationTaken):
        service.registrations.register(fire_safety, other, name)


def test_another_tenant_finds_no_registration(service: Service, fire_safety: str) -> None:
    name = service.registrations.register(fire_safety, ADA)[0].uuid

    with pytest.raises(errors.RegistrationNotFound):
        service.report(name, tenant=2)


def test_the_public_face_is_complete() -> None:
    assert {"Service", "Settings", "init_app", "init_content", "ensure_indexes", "RuntimeFault"} <= set(scorm_runtime.__all__)
