"""Packages in pieces: the store and its API."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from package_importer import Catalogue, ContentStore, Uploads, digest
from package_importer.errors import ImporterBusy, PackageError, UploadNotReady, UploadOffset
from package_importer.models import CourseRow, UploadRow
from tests.packages.manifests import ITEM, package, scorm12
from tests.packages.zips import plain

PATH = "/api/v1/uploads"
COURSES = "/api/v1/courses"
PACKAGE = package(scorm12())
OTHER = package(scorm12(items=ITEM.replace("First", "Second")))
SHA = hashlib.sha256(PACKAGE).hexdigest()
LENGTH = {"Upload-Length": str(len(PACKAGE))}
NAMED = {**LENGTH, "Repr-Digest": digest.field(SHA)}


@pytest.fixture
def uploads(catalogue: Catalogue) -> Uploads:
    return Uploads(catalogue)


@pytest.fixture
def received(uploads: Uploads) -> Callable[..., str]:
    """Uploads a package whole; the upload's id."""

    def receive(data: bytes = PACKAGE, sha: str | None = None) -> str:
        made, _ = uploads.create(len(data), by="author", digest=sha)
        uploads.append(made.id, 0, io.BytesIO(data).read)
        return made.id

    return receive


def begun(courses: FlaskClient, headers: dict[str, str] = LENGTH) -> str:
    return str(courses.post(PATH, headers=headers).headers["Location"])


def sent(courses: FlaskClient, location: str, offset: int, data: bytes, **headers: str) -> Any:
    return courses.patch(location, data=data, headers={"Upload-Offset": str(offset), **headers})


def test_a_package_in_pieces_becomes_a_course(courses: FlaskClient) -> None:
    location = begun(courses)
    first = sent(courses, location, 0, PACKAGE[:100])
    told = courses.head(location)
    second = sent(courses, location, 100, PACKAGE[100:])

    made = courses.post(COURSES, json={"upload": location.rpartition("/")[2]})

    assert (first.json["state"], first.json["offset"], told.headers["Upload-Offset"]) == ("receiving", 100, "100")
    assert (second.json["state"], second.headers["Upload-Complete"]) == ("received", "?1")
    assert (made.status_code, made.json["digest"]) == (201, SHA)  # type: ignore[index]
    assert courses.get(made.headers["Location"]).status_code == 200


def test_a_done_upload_tells_its_course_and_keeps_no_bytes(courses: FlaskClient, tmp_path: Path) -> None:
    location = begun(courses)
    sent(courses, location, 0, PACKAGE)
    made = courses.post(COURSES, json={"upload": location.rpartition("/")[2]}).json

    told = courses.get(location).json

    assert made is not None
    assert told is not None
    assert (told["state"], told["course"], told["version"]) == ("done", made["id"], 1)
    assert (told["files"], told["bytes"]) == (made["files"], made["size"])
    assert not [path for path in (tmp_path / "content" / "uploads").rglob("*") if path.is_file()]


def test_an_upload_is_imported_once_however_often_it_is_asked(courses: FlaskClient) -> None:
    location = begun(courses)
    sent(courses, location, 0, PACKAGE)
    body = {"upload": location.rpartition("/")[2]}
    made = courses.post(COURSES, json=body)

    again = courses.post(COURSES, json=body)

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json["id"] == again.json["id"]  # type: ignore[index]
    assert CourseRow.objects.count() == 1


def test_an_upload_becomes_a_new_version(courses: FlaskClient) -> None:
    course = courses.post(COURSES, data=OTHER).json
    location = begun(courses)
    sent(courses, location, 0, PACKAGE)

    put = courses.put(f"{COURSES}/{course['id']}", json={"upload": location.rpartition("/")[2]})  # type: ignore[index]

    assert (put.status_code, put.json["id"], put.json["version"]) == (200, course["id"], 2)  # type: ignore[index]


def test_a_done_upload_does_not_become_another_course(uploads: Uploads, received: Callable[..., str]) -> None:
    other, _ = uploads.import_course(received(OTHER))
    uploads.import_course(done := received())

    with pytest.raises(UploadNotReady):
        uploads.import_course(done, course_id=other.id)


@pytest.mark.parametrize("offset", [0, 50, 150])
def test_a_piece_at_another_offset_is_answered_with_the_right_one(offset: int, courses: FlaskClient) -> None:
    location = begun(courses)
    sent(courses, location, 0, PACKAGE[:100])

    answer = sent(courses, location, offset, PACKAGE[100:200])

    assert (answer.status_code, answer.json["code"], answer.json["offset"]) == (409, "upload-offset", 100)


def test_of_two_pieces_at_once_one_counts(uploads: Uploads) -> None:
    made, _ = uploads.create(10, by="author")

    def late(_: int) -> bytes:
        return b"" if uploads.get(made.id).offset else uploads.append(made.id, 0, io.BytesIO(b"first").read).id.encode()[:4]

    with pytest.raises(UploadOffset) as found:
        uploads.append(made.id, 0, late)

    assert found.value.detail["offset"] == 5
    assert len(uploads._content.files.ls(uploads._piece(made.id))) == 1


def test_what_came_before_the_connection_broke_is_kept(uploads: Uploads) -> None:
    made, _ = uploads.create(10, by="author")
    pieces = iter([b"four"])

    def read(_: int) -> bytes:
        for piece in pieces:
            return piece
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        uploads.append(made.id, 0, read)

    assert uploads.get(made.id).offset == 4


def test_a_piece_with_another_digest_than_announced_does_not_count(courses: FlaskClient) -> None:
    location = begun(courses)

    answer = sent(courses, location, 0, PACKAGE[:100], **{"Content-Digest": digest.field(SHA)})

    assert (answer.status_code, answer.json["code"]) == (422, "digest-mismatch")
    assert courses.get(location).json["offset"] == 0  # type: ignore[index]


def test_a_package_with_another_digest_than_announced_is_refused(courses: FlaskClient) -> None:
    location = begun(courses, NAMED)
    sent(courses, location, 0, PACKAGE[:-1] + b"x")

    answer = courses.post(COURSES, json={"upload": location.rpartition("/")[2]})

    assert (answer.status_code, answer.json["code"]) == (422, "digest-mismatch")  # type: ignore[index]
    assert courses.get(location).json["state"] == "refused"  # type: ignore[index]


def test_a_refused_package_leaves_its_report_with_the_upload(courses: FlaskClient) -> None:
    data = plain({"a.html": b""})
    location = begun(courses, {"Upload-Length": str(len(data))})
    sent(courses, location, 0, data)

    answer = courses.post(COURSES, json={"upload": location.rpartition("/")[2]})

    told = courses.get(location).json
    assert told is not None
    assert (answer.status_code, told["state"]) == (422, "refused")
    assert told["report"]["errors"][0]["rule"] == "manifest-missing"


def test_the_same_package_announced_by_its_digest_is_imported_once(courses: FlaskClient) -> None:
    first = courses.post(COURSES, data=PACKAGE, headers={"Repr-Digest": digest.field(SHA)})
    second = courses.post(COURSES, data=PACKAGE, headers={"Repr-Digest": digest.field(SHA)})
    location = begun(courses, NAMED)
    sent(courses, location, 0, PACKAGE)

    third = courses.post(COURSES, json={"upload": location.rpartition("/")[2]})

    assert [first.status_code, second.status_code, third.status_code] == [201, 200, 200]
    assert {answer.json["id"] for answer in (first, second, third)} == {first.json["id"]}  # type: ignore[index]


def test_a_package_is_imported_again_when_its_course_has_moved_on(courses: FlaskClient) -> None:
    headers = {"Repr-Digest": digest.field(SHA)}
    first = courses.post(COURSES, data=PACKAGE, headers=headers).json
    courses.put(f"{COURSES}/{first['id']}", data=OTHER)  # type: ignore[index]

    again = courses.post(COURSES, data=PACKAGE, headers=headers)

    assert again.status_code == 201


def test_without_a_digest_each_request_makes_a_course(courses: FlaskClient) -> None:
    made = {courses.post(COURSES, data=PACKAGE).json["id"] for _ in range(2)}  # type: ignore[index]

    assert len(made) == 2


def test_a_body_that_is_not_what_its_digest_says_is_refused(courses: FlaskClient) -> None:
    answer = courses.post(COURSES, data=PACKAGE + b"x", headers={"Repr-Digest": digest.field(SHA)})

    assert (answer.status_code, answer.json["code"]) == (422, "digest-mismatch")  # type: ignore[index]


def test_a_client_that_announces_the_same_bytes_again_goes_on(courses: FlaskClient) -> None:
    location = begun(courses, NAMED)
    sent(courses, location, 0, PACKAGE[:100])

    again = courses.post(PATH, headers=NAMED)

    assert (again.status_code, again.headers["Location"], again.headers["Upload-Offset"]) == (200, location, "100")


def test_the_same_digest_at_once_makes_one_course(uploads: Uploads, tmp_path: Path) -> None:
    path = tmp_path / "same.zip"
    path.write_bytes(PACKAGE)
    answers: list[object] = []

    def add() -> None:
        try:
            answers.append(uploads.catalogue.add_once(path)[0].id)
        except ImporterBusy:
            answers.append("busy")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 4
    assert CourseRow.objects.count() == 1


def test_an_upload_that_is_not_complete_is_not_imported(courses: FlaskClient) -> None:
    location = begun(courses)
    sent(courses, location, 0, PACKAGE[:100])

    answer = courses.post(COURSES, json={"upload": location.rpartition("/")[2]})

    assert (answer.status_code, answer.json["code"], answer.json["state"]) == (409, "upload-not-ready", "receiving")  # type: ignore[index]


def test_an_upload_that_another_process_imports_is_not_ready(uploads: Uploads, received: Callable[..., str]) -> None:
    upload = received()
    UploadRow.objects(id=upload).update_one(set__state="unpacking")

    with uploads.catalogue.claims.held(f"upload:{upload}"), pytest.raises(UploadNotReady) as found:
        uploads.import_course(upload)

    assert found.value.detail["state"] == "unpacking"


def test_an_import_whose_process_died_is_done_by_the_next_that_asks(uploads: Uploads, received: Callable[..., str]) -> None:
    upload = received()
    UploadRow.objects(id=upload).update_one(set__state="unpacking")

    version, made = uploads.import_course(upload)

    assert (version.id, made) == (upload, True)


def test_an_import_that_died_after_its_last_step_is_not_done_again(uploads: Uploads, received: Callable[..., str]) -> None:
    upload = received()
    first, _ = uploads.import_course(upload)
    UploadRow.objects(id=upload).update_one(set__state="unpacking")

    second, made = uploads.import_course(upload)

    assert (second.id, made) == (first.id, False)
    assert CourseRow.objects.count() == 1


def test_a_busy_importer_leaves_the_upload_as_it_was(uploads: Uploads, received: Callable[..., str]) -> None:
    upload = received()

    with uploads.catalogue.claims.held("import:0"), pytest.raises(ImporterBusy):
        uploads.import_course(upload)

    assert uploads.get(upload).state == "received"


def test_a_piece_that_the_store_lost_is_asked_for_again(uploads: Uploads) -> None:
    made, _ = uploads.create(len(PACKAGE), by="author")
    uploads.append(made.id, 0, io.BytesIO(PACKAGE[:100]).read)
    uploads.append(made.id, 100, io.BytesIO(PACKAGE[100:]).read)
    uploads._content.files.rm(uploads._piece(made.id, UploadRow.objects.first().parts[1]))

    with pytest.raises(UploadOffset):
        uploads.import_course(made.id)

    assert (uploads.get(made.id).state, uploads.get(made.id).offset) == ("receiving", 100)


def test_progress_is_told_while_files_are_unpacked(catalogue: Catalogue, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = tmp_path / "course.zip"
    path.write_bytes(PACKAGE)

    made = catalogue.add(path, progress=lambda files, size: told.append((files, size)))

    assert told[-1] == (made.files, made.size)
    assert told == sorted(told)


def test_uploads_work_without_a_local_disk(catalogue: Catalogue) -> None:
    catalogue.content = ContentStore("memory://uploads-without-disk")
    uploads = Uploads(catalogue)
    made, _ = uploads.create(len(PACKAGE), by="author")
    uploads.append(made.id, 0, io.BytesIO(PACKAGE).read)

    version, _ = uploads.import_course(made.id)

    assert version.digest == SHA


def test_what_nobody_touched_is_swept(catalogue: Catalogue, received: Callable[..., str], tmp_path: Path) -> None:
    upload = received()

    kept, swept = Uploads(catalogue).sweep(), Uploads(catalogue, kept=timedelta(seconds=-1)).sweep()

    assert (kept, swept) == (0, 1)
    assert UploadRow.objects(id=upload).first() is None
    assert not [path for path in (tmp_path / "content" / "uploads").rglob("*") if path.is_file()]


def test_pieces_without_an_upload_are_swept(uploads: Uploads, received: Callable[..., str], tmp_path: Path) -> None:
    UploadRow.objects(id=received()).delete()

    uploads.sweep()

    assert not [path for path in (tmp_path / "content" / "uploads").rglob("*") if path.is_file()]


def test_sweeping_courses_leaves_uploads_alone(uploads: Uploads, received: Callable[..., str]) -> None:
    upload = received()

    uploads.catalogue.sweep(timedelta(seconds=-1))

    assert uploads.import_course(upload)[1]


def test_unfinished_uploads_of_a_credential_are_bounded(uploads: Uploads) -> None:
    for _ in range(100):
        uploads.create(10, by="author")

    with pytest.raises(ImporterBusy):
        uploads.create(10, by="author")

    assert uploads.create(10, by="another")[1]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "parameter-invalid"),
        ({"Upload-Length": "0"}, 400, "parameter-invalid"),
        ({"Upload-Length": "-1"}, 400, "parameter-invalid"),
        ({"Upload-Length": "10", "Repr-Digest": "md5=:AAAA:"}, 400, "parameter-invalid"),
        ({"Upload-Length": "20001"}, 413, "package-too-large"),
    ],
)
def test_an_upload_that_cannot_be_is_not_begun(headers: dict[str, str], status: int, code: str, courses: FlaskClient) -> None:
    answer = courses.post(PATH, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (status, code)  # type: ignore[index]


@pytest.mark.parametrize("known", [True, False], ids=["with a length", "chunked"])
def test_a_piece_beyond_the_end_is_too_large(known: bool, courses: FlaskClient, uploads: Uploads) -> None:
    made, _ = uploads.create(5, by="author")

    with pytest.raises(PackageError) as found:
        uploads.append(made.id, 0, io.BytesIO(b"123456").read)
    answer = sent(courses, f"{PATH}/{made.id}", 0, b"123456")

    assert (found.value.status, answer.status_code, uploads.get(made.id).offset) == (413, 413, 0)


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_an_unknown_upload_is_not_found(method: str, courses: FlaskClient) -> None:
    answer = getattr(courses, method)(f"{PATH}/nothing", headers={"Upload-Offset": "0"})

    assert (answer.status_code, answer.json["code"]) == (404, "upload-not-found")


@pytest.mark.parametrize("body", ["[]", '{"upload": 1}', '{"upload": "a", "b": 1}', "{", '"' + "x" * 20_000 + '"'])
def test_a_json_body_that_names_no_upload_is_unreadable(body: str, courses: FlaskClient) -> None:
    answer = courses.post(COURSES, data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "upload-unreadable")  # type: ignore[index]


def test_an_upload_can_be_given_up(courses: FlaskClient) -> None:
    location = begun(courses)
    sent(courses, location, 0, PACKAGE[:100])

    assert courses.delete(location).status_code == 204
    assert courses.get(location).status_code == 404


def test_uploads_need_the_scope_to_write_content(courses: FlaskClient) -> None:
    courses.environ_base["HTTP_AUTHORIZATION"] = "Basic YW5hbHlzdDphIHNlY3JldCBvZiB0aGUgYW5hbHlzdA=="

    assert courses.post(PATH, headers=LENGTH).status_code == 403
