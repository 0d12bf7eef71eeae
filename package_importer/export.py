"""Any course as a cmi5 course structure (cmi5 1.0, section 13), and as a package with its files.

A cmi5 course gives the structure it came from, but for elements of other namespaces. Courses of the other standards give
one that is valid and plays: their launchable items are the AUs, their clusters the blocks. Such content tells a cmi5 system
nothing, so its AUs ask for nothing: their moveOn is NotApplicable.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import IO, Any, cast
from urllib.parse import parse_qsl, quote

from lxml import etree

from package_importer.cmi5 import NAMESPACE, RESERVED
from package_importer.content import ContentFile
from package_importer.course import AssignableUnit, Course, Item, Standard, Text
from package_importer.detect import Manifest
from package_importer.href import QUERY_SAFE, SCHEME
from package_importer.names import folded

LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
IRI_SAFE = "".join(set(QUERY_SAFE) - set("{}|")) + "#"
MANIFESTS = frozenset(Manifest)
PACKED_ALREADY = ("image/", "audio/", "video/", "font/", "application/zip", "application/pdf")
CHUNK = 1 << 18
EARLIEST = (1980, 1, 1, 0, 0, 0)


def structure(course: Course, *, iri: str) -> bytes:
    """cmi5.xml. `iri` names a course of another standard, and what is below it names its items."""
    spaces: dict[str | None, str] = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}courseStructure", nsmap=spaces)  # type: ignore[arg-type]
    own = course.standard is Standard.CMI5
    identifier = course.root.identifier if own else iri
    _described(root, "course", identifier, course.root, course)
    if course.learning_objectives:
        objectives = _child(root, "objectives")
        for objective in course.learning_objectives:
            entry = _child(objectives, "objective", id=objective.id)
            _texts(entry, "title", objective.titles)
            _texts(entry, "description", objective.descriptions)
    for item in course.root.children or (course.root,):
        _item(root, item, course, iri)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def members(course: Course) -> tuple[str, ...]:
    """The files that go with the structure: all but the manifests that would be read instead of it."""
    return tuple(name for name in course.files if folded(name).partition("/")[0] not in MANIFESTS)


def package(structure: bytes, names: Iterable[str], opened: Callable[[str], ContentFile]) -> Iterator[bytes]:
    """A zip file in pieces, of which one at a time is in memory."""
    sink = _Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w") as archive:
        archive.writestr(_info(Manifest.CMI5, len(structure), packed=False), structure)
        for name in names:
            found = opened(name)
            info = _info(name, found.size, packed=found.mimetype.startswith(PACKED_ALREADY))
            with found.stream as stream, archive.open(info, "w") as member:
                while chunk := stream.read(CHUNK):
                    member.write(chunk)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """What a zip file is written to that nobody can seek in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _info(name: str, size: int, *, packed: bool) -> zipfile.ZipInfo:
    """The same content gives the same bytes: the time is always the same."""
    info = zipfile.ZipInfo(name, EARLIEST)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.file_size = size
    return info


def _item(parent: etree._Element, item: Item, course: Course, iri: str) -> None:
    """An AU, or a block with what is below it; nothing for a heading that leads nowhere."""
    identifier = f"{iri}/items/{quote(item.identifier, safe='')}" if course.standard in _NAMED_LOCALLY else item.identifier
    if item.children:
        if any(below.launch for below in item.walk() if not below.children):
            element = _described(parent, "block", identifier, item, course)
            for child in item.children:
                _item(element, child, course, iri)
    elif item.launch:
        element = _described(parent, "au", identifier, item, course)
        _unit(element, item.au or AssignableUnit(url=_url(item.launch)))


_NAMED_LOCALLY = (Standard.SCORM_12, Standard.SCORM_2004)


def _unit(element: etree._Element, au: AssignableUnit) -> None:
    element.set("moveOn", au.move_on)
    if au.mastery_score is not None:
        element.set("masteryScore", format(Decimal(str(au.mastery_score)), "f"))
    element.set("launchMethod", au.launch_method)
    if au.activity_type is not None:
        element.set("activityType", au.activity_type)
    for name, text in (("url", au.url), ("launchParameters", au.launch_parameters), ("entitlementKey", au.entitlement_key)):
        if text is not None:
            _child(element, name).text = text


def _url(launch: str) -> str:
    """The address of content that knows no cmi5, without parameters that cmi5 needs itself (8.1)."""
    main, hash_sign, fragment = launch.partition("#")
    path, _, query = main.partition("?")
    kept = "&".join(part for part in query.split("&") if not {name for name, _ in parse_qsl(part, True)} & set(RESERVED))
    url = path + (f"?{kept}" if kept else "") + hash_sign + fragment
    return quote(url, safe=IRI_SAFE) if SCHEME.match(url) else url


def _described(parent: etree._Element, name: str, identifier: str, item: Item, course: Course) -> etree._Element:
    element = _child(parent, name, id=identifier)
    language = course.language or ""
    title = item.titles or (Text(language=language, text=" ".join(item.title.split()) or item.identifier),)
    about = item.descriptions
    if not about and item is course.root and course.description.strip():
        about = (Text(language=language, text=course.description),)
    _texts(element, "title", title)
    _texts(element, "description", about or title)
    if item.learning_objectives:
        references = _child(element, "objectives")
        for reference in item.learning_objectives:
            _child(references, "objective", idref=reference)
    return element


def _texts(parent: etree._Element, name: str, texts: Iterable[Text]) -> None:
    element = _child(parent, name)
    for text in texts:
        language = {"lang": text.language} if LANGUAGE.fullmatch(text.language) else {}
        _child(element, "langstring", **language).text = text.text


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
