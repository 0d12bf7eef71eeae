"""The courses API."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from package_importer.models import VersionRow
from tests.packages.manifests import ITEM, package, scorm12, scorm2004
from tests.packages.structures import REPAIRED, activity, au, cmi5, structure, tincan
from tests.packages.zips import plain

PATH = "/api/v1/courses"
PACKAGE = package(scorm12(items=f'<item identifier="C"><title>Chapter</title>{ITEM}</item>'))


def test_a_package_as_the_body_becomes_a_course(courses: FlaskClient) -> None:
    made = courses.post(PATH, data=PACKAGE, content_type="application/zip")

    assert made.status_code == 201
    assert made.json is not None
    assert (made.json["version"], made.json["standard"], made.json["title"]) == (1, "scorm12", "Course")
    assert made.json["report"] == {"errors": [], "warnings": []}
    first = {"id": "I1", "title": "First", "type": "sco", "visible": True, "launchable": True, "items": []}
    assert made.json["items"] == [
        {"id": "C", "title": "Chapter", "type": "cluster", "visible": True, "launchable": False, "items": [first]}
    ]
    assert courses.get(made.headers["Location"]).json["items"] == made.json["items"]  # type: ignore[index]


def test_a_package_as_a_form_field_becomes_a_course(courses: FlaskClient) -> None:
    made = courses.post(PATH, data={"file": (io.BytesIO(PACKAGE), "course.zip")})

    assert made.status_code == 201


def test_a_refused_package_is_answered_with_its_report(courses: FlaskClient, tmp_path: Path) -> None:
    answer = courses.post(PATH, data=plain({"a.html": b""}))

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json is not None
    assert answer.json["code"] == "package-refused"
    assert answer.json["report"]["errors"][0]["rule"] == "manifest-missing"
    assert VersionRow.objects.count() == 0
    assert not [path for path in (tmp_path / "content").rglob("*") if path.is_file()]


def test_a_strict_import_refuses_what_is_otherwise_forgiven(courses: FlaskClient) -> None:
    slack = package("\n" + scorm12())

    assert courses.post(PATH, data=slack).status_code == 201
    assert courses.post(PATH, query_string={"strict": "true"}, data=slack).status_code == 422


def test_a_repair_must_be_asked_for(courses: FlaskClient) -> None:
    broken = next(make for rule, make in REPAIRED if rule == "cmi5-order")()

    refused = courses.post(PATH, data=broken)
    mended = courses.post(PATH, query_string={"repair": "true"}, data=broken)

    assert (refused.status_code, mended.status_code) == (422, 201)
    assert mended.json is not None
    assert [finding["rule"] for finding in mended.json["report"]["warnings"]] == ["cmi5-order"]


@pytest.mark.parametrize("form", [True, False])
def test_a_package_beyond_the_limit_is_too_large(form: bool, courses: FlaskClient) -> None:
    data = b"x" * 20_001

    answer = courses.post(PATH, data={"file": (io.BytesIO(data), "x.zip")} if form else data)

    assert (answer.status_code, answer.json["code"]) == (413, "package-too-large")  # type: ignore[index]


def test_a_body_far_beyond_the_limit_is_not_even_read(courses: FlaskClient) -> None:
    answer = courses.post(PATH, environ_overrides={"CONTENT_LENGTH": str(1 << 40)})

    assert answer.status_code == 413


@pytest.mark.parametrize("data", [b"", {"other": (io.BytesIO(b"x"), "x.zip")}], ids=["empty", "other field"])
def test_a_request_without_a_package_is_answered_so(data: object, courses: FlaskClient) -> None:
    answer = courses.post(PATH, data=data)

    assert (answer.status_code, answer.json["code"]) == (400, "upload-unreadable")  # type: ignore[index]


def test_a_new_version_is_put(courses: FlaskClient) -> None:
    made = courses.post(PATH, data=PACKAGE).json
    assert made is not None

    answer = courses.put(f"{PATH}/{made['id']}", data=package(scorm12()))
    again = courses.put(f"{PATH}/{made['id']}", data=package(scorm12()))

    assert (answer.status_code, answer.json["version"]) == (200, 2)  # type: ignore[index]
    assert (again.status_code, again.json["version"]) == (200, 2)  # type: ignore[index]
    assert answer.json["activity_id"] == made["activity_id"]  # type: ignore[index]


CMI5, TIN_CAN = cmi5(structure(au())), tincan(activity())
SCORM_12, SCORM_2004 = package(scorm12()), package(scorm2004())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (SCORM_12, CMI5, "The package is cmi5, and this course is SCORM"),
        (CMI5, SCORM_12, "The package is SCORM, and this course is cmi5"),
        (TIN_CAN, CMI5, "The package is cmi5, and this course is Tin Can"),
        (SCORM_2004, TIN_CAN, "The package is Tin Can, and this course is SCORM"),
    ],
)
def test_a_package_that_is_played_in_another_way_is_no_new_version(
    before: bytes, after: bytes, words: str, courses: FlaskClient
) -> None:
    made = courses.post(PATH, data=before).json

    answer = courses.put(f"{PATH}/{made['id']}", data=after)  # type: ignore[index]

    assert (answer.status_code, answer.json["code"]) == (409, "standard-differs")  # type: ignore[index]
    assert answer.json["detail"].startswith(words)  # type: ignore[index]
    assert courses.get(f"{PATH}/{made['id']}").json["digest"] == made["digest"]  # type: ignore[index]
    assert VersionRow.objects.count() == 1


def test_a_course_may_go_from_one_scorm_to_the_other(courses: FlaskClient) -> None:
    made = courses.post(PATH, data=SCORM_12).json

    answer = courses.put(f"{PATH}/{made['id']}", data=SCORM_2004)  # type: ignore[index]

    assert (answer.status_code, answer.json["standard"]) == (200, "scorm2004")  # type: ignore[index]


def test_a_deleted_course_is_gone(courses: FlaskClient) -> None:
    made = courses.post(PATH, data=PACKAGE).json
    assert made is not None

    assert courses.delete(f"{PATH}/{made['id']}").status_code == 204
    assert courses.get(f"{PATH}/{made['id']}").status_code == 404
    assert courses.put(f"{PATH}/{made['id']}", data=PACKAGE).status_code == 404


def test_the_list_is_paged(courses: FlaskClient) -> None:
    made = [courses.post(PATH, data=PACKAGE).json["id"] for _ in range(3)]  # type: ignore[index]

    first = courses.get(PATH, query_string={"limit": "2"}).json
    assert first is not None
    second = courses.get(first["next"]).json
    assert second is not None

    assert [entry["id"] for entry in first["courses"] + second["courses"]] == made
    assert second["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=²", "unknown=1"])
def test_parameters_that_cannot_be_read_are_named(query: str, courses: FlaskClient) -> None:
    answer = courses.get(f"{PATH}?{query}")

    assert (answer.status_code, answer.json["code"]) == (400, "parameter-invalid")  # type: ignore[index]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", PATH), ("GET", PATH), ("GET", f"{PATH}/x"), ("PUT", f"{PATH}/x"), ("DELETE", f"{PATH}/x")]
)
def test_an_analyst_may_do_none_of_this(method: str, path: str, courses: FlaskClient) -> None:
    answer = courses.open(path, method=method, auth=("analyst", "a secret of the analyst"))

    assert answer.status_code == 403
