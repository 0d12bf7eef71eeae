"""Courses as cmi5 structures and packages: what is exported is read again by the importer."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from package_importer import Catalogue, Course, Item, Resource, Standard, export, import_package
from package_importer.cmi5 import CLUSTER
from package_importer.content import ContentFile, ContentStore
from package_importer.course import AssignableUnit, LearningObjective, Text
from tests.packages.manifests import ITEM, package, scorm12
from tests.packages.structures import OBJECTIVES, activity, au, block, cmi5, structure, tincan
from tests.packages.zips import plain

IRI = "https://lms.example.org/courses/c"
LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
TEXTS = st.lists(
    st.builds(Text, language=st.sampled_from(["", "en", "zh-Hans", "x-own"]), text=LETTERS), min_size=1, max_size=3
).map(tuple)
SCORES = st.none() | st.floats(0, 1, allow_nan=False)
UNITS = st.builds(
    AssignableUnit,
    url=st.sampled_from(["https://content.example/a?b=<&c#d", "app://open/this"]),
    move_on=st.sampled_from(["Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable"]),
    mastery_score=SCORES,
    launch_method=st.sampled_from(["AnyWindow", "OwnWindow"]),
    launch_parameters=st.none() | LETTERS | st.just("<a>\n\t&amp;\r</a>"),
    entitlement_key=st.none() | LETTERS,
    activity_type=st.none() | st.just("https://example.org/type"),
).filter(lambda unit: "<" not in unit.url)
TREES = st.recursive(UNITS, lambda inside: st.lists(inside, min_size=1, max_size=4), max_leaves=12)


@st.composite
def courses(draw: st.DrawFn) -> Course:
    """A course as the importer makes it of a structure without a package."""
    numbers = iter(range(10_000))
    objectives = draw(st.lists(st.tuples(TEXTS, TEXTS), max_size=2))
    learning = tuple(
        LearningObjective(id=f"urn:objective:{n}", titles=titles, descriptions=about)
        for n, (titles, about) in enumerate(objectives)
    )

    def item(tree: AssignableUnit | Sequence[object]) -> Item:
        titles, about = draw(TEXTS), draw(TEXTS)
        identifier = f"https://example.org/ü/{next(numbers)}"
        references = tuple(one.id for one in learning if draw(st.booleans()))
        named = Item(
            identifier=identifier,
            title=titles[0].text,
            titles=titles,
            descriptions=about,
            learning_objectives=references,
        )
        if isinstance(tree, AssignableUnit):
            resource = Resource(identifier=identifier, sco=True, href=tree.url)
            return replace(named, resource=resource, launch=tree.url, au=tree)
        return replace(named, children=tuple(item(one) for one in tree), sequencing=CLUSTER)  # type: ignore[arg-type]

    top = replace(item(draw(st.lists(TREES, min_size=1, max_size=3))), learning_objectives=())
    return Course(
        standard=Standard.CMI5,
        identifier=top.identifier,
        title=top.title,
        root=top,
        description=top.descriptions[0].text,
        language=top.titles[0].language or None,
        learning_objectives=learning,
    )


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Course]:
    def imported(data: bytes) -> Course:
        path = tmp_path / "package"
        path.write_bytes(data)
        with import_package(path, strict=True) as found:
            return found.course

    return imported


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=courses())
def test_a_cmi5_course_comes_back_as_it_was(read: Callable[[bytes], Course], course: Course) -> None:
    assert read(export.structure(course, iri=IRI)) == course


def test_a_cmi5_package_comes_back_as_it_was(courses: FlaskClient, catalogue: Catalogue, read: Callable[[bytes], Course]) -> None:
    attributes = ' moveOn="CompletedAndPassed" masteryScore="0.00001" launchMethod="OwnWindow"'
    text = structure(block(block(au("a.html?b=1#c", attributes=attributes), "d") + au(name="e")), objectives=OBJECTIVES)
    made = courses.post("/api/v1/courses", data=cmi5(text)).json
    assert made is not None

    answer = courses.get(f"/api/v1/courses/{made['id']}/export?format=cmi5")

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made["id"]}-1-cmi5.zip"'
    assert read(answer.data) == catalogue.course(made["id"], 1)


def test_a_course_without_files_is_exported_as_its_structure(courses: FlaskClient, read: Callable[[bytes], Course]) -> None:
    made = courses.post("/api/v1/courses", data=structure(au("https://content.example/a")).encode()).json
    assert made is not None

    answer = courses.get(f"/api/v1/courses/{made['id']}/export?format=cmi5")

    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert read(answer.data).files == ()


def test_a_scorm_course_becomes_a_structure_that_plays(courses: FlaskClient, read: Callable[[bytes], Course]) -> None:
    items = f'<item identifier="C 1"><title>Chapter</title>{ITEM}</item><item identifier="H"><title>Nothing</title></item>'
    data = package(scorm12(items=items), {"a.html": b"", "CMI5.xml": b"<not/>", "data/cmi5.xml": b"<kept/>"})
    made = courses.post("/api/v1/courses", data=data).json
    assert made is not None

    course = read(courses.get(f"/api/v1/courses/{made['id']}/export?format=cmi5").data)

    [chapter] = course.root.children
    [unit] = chapter.children
    assert course.identifier == made["activity_id"]
    assert chapter.identifier == f"{made['activity_id']}/items/C%201"
    assert (unit.identifier, unit.launch) == (f"{made['activity_id']}/items/I1", "a.html")
    assert unit.au is not None
    assert (unit.au.move_on, unit.au.mastery_score) == ("NotApplicable", None)
    assert course.files == ("a.html", "cmi5.xml", "data/cmi5.xml")


def test_a_tin_can_course_keeps_its_activities_ids(courses: FlaskClient, read: Callable[[bytes], Course]) -> None:
    made = courses.post("/api/v1/courses", data=tincan(activity(kind="course") + activity("b"))).json
    assert made is not None

    course = read(courses.get(f"/api/v1/courses/{made['id']}/export?format=cmi5").data)

    assert course.identifier == made["activity_id"]
    assert [item.identifier for item in course.root.children] == ["https://example.org/a", "https://example.org/b"]


@pytest.mark.parametrize(
    ("launch", "url"),
    [
        ("a.html?fetch=1&b=%C3%A9&registration=2#c", "a.html?b=%C3%A9#c"),
        ("a.html?endpoint=", "a.html"),
        ("https://content.example/a?x={y}", "https://content.example/a?x=%7By%7D"),
    ],
)
def test_addresses_leave_cmi5_its_parameters_and_are_iris(launch: str, url: str, read: Callable[[bytes], Course]) -> None:
    item = Item(identifier="I", title="  ", launch=launch)
    root = Item(identifier="O", title="Organization", children=(item,))
    course = Course(standard=Standard.SCORM_2004, identifier="C", title="Course", root=root, language="not a language")

    found = read(plain({"cmi5.xml": export.structure(course, iri=IRI), "a.html": b""}))

    [unit] = found.root.children
    assert (unit.title, unit.au and unit.au.url) == ("I", url)


def test_what_is_exported_twice_is_the_same(courses: FlaskClient) -> None:
    made = courses.post("/api/v1/courses", data=cmi5(structure(au()))).json
    assert made is not None

    first, second = (courses.get(f"/api/v1/courses/{made['id']}/export?format=cmi5").data for _ in range(2))

    assert first == second
    assert zipfile.ZipFile(io.BytesIO(first)).testzip() is None


@pytest.mark.parametrize("query", ["", "?format=scorm", "?format=cmi5&version=1"])
def test_a_format_that_is_not_known_is_refused(query: str, courses: FlaskClient) -> None:
    made = courses.post("/api/v1/courses", data=cmi5(structure(au()))).json
    assert made is not None

    answer = courses.get(f"/api/v1/courses/{made['id']}/export{query}")

    assert (answer.status_code, answer.json["code"]) == (400, "parameter-invalid")  # type: ignore[index]


def test_what_does_not_exist_is_not_exported(courses: FlaskClient) -> None:
    assert courses.get("/api/v1/courses/none/export?format=cmi5").status_code == 404


def test_a_large_file_passes_through_a_small_memory(tmp_path: Path) -> None:
    store = ContentStore(str(tmp_path))
    folder = store.new_folder("c")
    store.fill(folder, [("film.mp4", (bytes(1 << 20) for _ in range(64))), ("page.html", (bytes(1 << 20) for _ in range(64)))])

    def opened(name: str) -> ContentFile:
        return store.open(folder, name, etag="", mtime=None)  # type: ignore[arg-type]

    pieces: Iterator[bytes] = export.package(b"<x/>", ("film.mp4", "page.html"), opened)
    tracemalloc.start()
    size = sum(len(piece) for piece in pieces)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 64 << 20
    assert peak < 8 << 20
