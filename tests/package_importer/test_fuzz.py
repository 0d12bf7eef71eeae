# ruff: noqa: E501, PT017 (tables of cases; a refusal is one of two right answers)
"""Whatever comes in, the answer is a course or a refusal. FUZZ_EXAMPLES=20000 makes a longer run, with other examples."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path, PurePosixPath

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from package_importer import Limits, PackageRefused, import_package, read_manifest
from package_importer.href import BadHref, Files, Target, launch, resolve
from package_importer.names import BadName, normal
from tests.packages.manifests import SPACES_2004, package, scorm12, scorm2004
from tests.packages.structures import activity, au, block, cmi5, structure, tincan
from tests.packages.zips import Entry, zipped

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES == 25, database=None, suppress_health_check=list(HealthCheck)
)

SEEDS = [
    package(scorm12()),
    package(scorm2004()),
    cmi5(structure(block(au()) + au(name="z"))),
    tincan(activity()),
]
LIMITS = Limits(total_size=1 << 22, file_size=1 << 22, entries=100)
NAMES = [
    "manifest", "metadata", "schema", "schemaversion", "organizations", "organization", "item", "title", "resources", "resource",
    "file", "dependency", "adlcp:masteryscore", "adlcp:data", "adlcp:map", "imsss:sequencing", "imsss:objectives",
    "imsss:primaryObjective", "imsss:mapInfo", "imsss:rollupRules", "imsss:rollupRule", "adlseq:objectives", "b:b", "imsss:ruleConditions",
]  # fmt: skip
ATTRIBUTES = [
    "identifier", "identifierref", "href", "default", "parameters", "isvisible", "xml:base", "adlcp:scormType", "scormtype", "ID", "IDRef",
    "objectiveID", "targetObjectiveID", "minimumCount", "attemptLimit",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["R1", "O", "I1", "a.html", "sco", "", " ", "../x", "true", "-1", "1e9", "#", "?"]), st.text(max_size=8)
)


def attempt(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "package")
        path.write_bytes(data)
        try:
            import_package(path, limits=LIMITS).__exit__()
        except PackageRefused as refused:
            assert refused.report.errors


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(st.sampled_from(NAMES))
    attributes = draw(st.dictionaries(st.sampled_from(ATTRIBUTES), VALUES, max_size=4))
    inside = "".join(draw(st.lists(trees(depth + 1), max_size=4))) if depth < 4 else draw(VALUES)
    told = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{told}>{inside if depth < 4 else _escaped(inside)}</{name}>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@BOUNDED
@given(damaged())
def test_a_damaged_package_is_read_or_refused(data: bytes) -> None:
    attempt(data)


@BOUNDED
@given(
    st.lists(
        st.builds(
            Entry,
            name=st.one_of(st.binary(max_size=12), st.sampled_from([b"imsmanifest.xml", b"a.html", b"cmi5.xml"])),
            data=st.one_of(st.binary(max_size=40), st.just(scorm12().encode())),
            method=st.sampled_from([0, 8, 8, 9]),
            flags=st.sampled_from([0, 0x800, 1, 8]),
            mode=st.integers(0, 0xFFFF),
            packed=st.one_of(st.none(), st.integers(0, 0xFFFFFFFF)),
            size=st.one_of(st.none(), st.integers(0, 0xFFFFFFFF)),
            offset=st.one_of(st.none(), st.none(), st.integers(0, 0xFFFFFFFF)),
        ),
        max_size=5,
    )
)
def test_an_archive_that_lies_is_read_or_refused(entries: list[Entry]) -> None:
    attempt(zipped(entries))


@BOUNDED
@given(st.lists(trees(), max_size=5))
def test_any_manifest_is_read_or_refused(inside: list[str]) -> None:
    text = f'<manifest identifier="M" {SPACES_2004}>{"".join(inside)}</manifest>'
    try:
        read_manifest(text.encode("utf-8", "surrogatepass"), ["a.html"])
    except PackageRefused as refused:
        assert refused.report.errors


@BOUNDED
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_as_a_manifest(data: bytes) -> None:
    try:
        read_manifest(data)
    except PackageRefused as refused:
        assert refused.report.errors


@BOUNDED
@given(st.text(alphabet=st.sampled_from("ab./\\:%25e ~\0\u202e"), max_size=24))
def test_a_safe_name_stays_inside(name: str) -> None:
    try:
        found = PurePosixPath(normal(name))
    except BadName:
        return
    assert not found.is_absolute()
    assert ".." not in found.parts
    assert normal(str(found)) == str(found)


@BOUNDED
@given(st.lists(st.text(alphabet=st.sampled_from("ab./\\%25e#?: "), max_size=16), min_size=1, max_size=3))
def test_an_address_stays_inside(parts: list[str]) -> None:
    try:
        target = resolve(parts[:-1], parts[-1], Files(["a", "b/a", "a.b"]))
    except BadHref:
        return
    assert target.external or ".." not in target.path.split("/")
    assert target.external or not target.path.startswith("/")
    assert ":" not in launch(Target(target.path), "").split("/")[0]
