"""cmi5 course structures (cmi5 1.0, sections 13 and 14) as a `Course`.

A structure that breaks a rule is refused. What the repairs of `rules.py` name is mended here in any case, so that one
reading finds everything; whether it was allowed is for the findings to say. So is what breaks the schema: the rest of it is
read for its other faults, and what it lacks is not told again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from lxml import etree

from package_importer import values
from package_importer.course import AssignableUnit, Course, Item, LearningObjective, Resource, Sequencing, Standard, Text
from package_importer.errors import PackageRefused
from package_importer.href import BadHref, Files, launch, resolve
from package_importer.limits import Limits
from package_importer.report import Findings
from package_importer.vocabulary import local, namespace
from package_importer.xml import note, validate

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
NS = f"{{{NAMESPACE}}}"
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
DANGEROUS = ("javascript", "vbscript", "data", "file", "blob", "about", "view-source")
RESERVED = ("endpoint", "fetch", "actor", "registration", "activityId")
ORDER: Mapping[str, tuple[str, ...]] = {
    "courseStructure": ("course", "objectives", "au block"),
    "course": ("title", "description"),
    "block": ("title", "description", "objectives", "au block"),
    "au": ("title", "description", "objectives", "url", "launchParameters", "entitlementKey"),
    "objective": ("title", "description"),
}
CLUSTER = Sequencing(choice=True, flow=True)


def course(root: etree._Element, files: Files, *, packed: bool, limits: Limits, findings: Findings) -> Course | None:
    """The course of a structure; `packed` says that it came in a zip file, whose files may be named by relative urls."""
    _tidy(root, findings)
    validate(root, "cmi5.xsd", limits=limits, findings=findings, rule="cmi5-schema")
    if findings.has("schema-unchecked"):
        note(findings, root, "xml-elements", limit=limits.schema_elements)
        return None
    return _Reader(root, files, packed, limits, findings).course()


def _tidy(root: etree._Element, findings: Findings) -> None:
    """One namespace, no foreign elements and attributes, trimmed values, the schema's order."""
    own = namespace(root)
    if own != NAMESPACE:
        note(findings, root, "cmi5-namespace", own or "missing")
    ours = (f"{{{own}}}", NS) if own else ("", NS)
    for element in list(root.iter("*")):
        tag = str(element.tag)
        parent = element.getparent()
        if tag[: tag.find("}") + 1] not in ours:
            if parent is not None:
                parent.remove(element)
            continue
        if not tag.startswith(NS):
            element.tag = NS + local(tag)
        for name, value in element.attrib.items():
            if str(name).startswith("{"):
                del element.attrib[name]
            else:
                element.set(name, value.strip())
        if element.text:
            element.text = element.text.strip()
        element.tail = None
    for element in root.iter("*"):
        _ordered(element, findings)


def _ordered(element: etree._Element, findings: Findings) -> None:
    order = ORDER.get(local(str(element.tag)))
    if order is None:
        return
    places = [next((n for n, names in enumerate(order) if local(str(c.tag)) in names.split()), len(order)) for c in element]
    late = next((c for c, before, place in zip(list(element)[1:], places, places[1:], strict=False) if place < before), None)
    if late is not None:
        note(findings, late, "cmi5-order", local(str(late.tag)))
        element[:] = [child for _, child in sorted(zip(places, element, strict=True), key=lambda pair: pair[0])]


class _Reader:
    def __init__(self, root: etree._Element, files: Files, packed: bool, limits: Limits, findings: Findings) -> None:
        self.root = root
        self.files = files
        self.packed = packed
        self.limits = limits
        self.findings = findings
        self.taken: set[str] = set()

    def course(self) -> Course:
        element = self.root.find(f"{NS}course")
        if element is None:
            element = etree.Element(f"{NS}course")
        identifier = self._id(element)
        titles, descriptions = self._texts(element, "title"), self._texts(element, "description")
        objectives = tuple(
            LearningObjective(id=self._id(o), titles=self._texts(o, "title"), descriptions=self._texts(o, "description"))
            for o in self.root.iterfind(f"{NS}objectives/{NS}objective")
        )
        self.objectives = {objective.id for objective in objectives}
        top = Item(
            identifier=identifier,
            title=titles[0].text if titles else identifier,
            titles=titles,
            descriptions=descriptions,
            children=self._children(self.root),
            sequencing=CLUSTER,
        )
        return Course(
            standard=Standard.CMI5,
            identifier=identifier,
            title=top.title,
            root=top,
            description=descriptions[0].text if descriptions else "",
            language=(titles[0].language if titles else "") or None,
            learning_objectives=objectives,
        )

    def _children(self, element: etree._Element) -> tuple[Item, ...]:
        readers = {f"{NS}au": self._au, f"{NS}block": self._block}
        return tuple(readers[str(c.tag)](c) for c in element if c.tag in readers)

    def _block(self, element: etree._Element) -> Item:
        identifier, titles = self._id(element), self._texts(element, "title")
        return Item(
            identifier=identifier,
            title=titles[0].text if titles else identifier,
            titles=titles,
            descriptions=self._texts(element, "description"),
            learning_objectives=self._references(element),
            children=self._children(element),
            sequencing=CLUSTER,
        )

    def _au(self, element: etree._Element) -> Item:
        identifier, titles = self._id(element), self._texts(element, "title")
        url = _text(element, "url")
        target = (None, None) if url is None else self._target(element, url)
        return Item(
            identifier=identifier,
            title=titles[0].text if titles else identifier,
            titles=titles,
            descriptions=self._texts(element, "description"),
            learning_objectives=self._references(element),
            resource=Resource(identifier=identifier, sco=True, href=target[0]),
            launch=target[1],
            au=AssignableUnit(
                url=url or "",
                move_on=element.get("moveOn", "NotApplicable"),
                mastery_score=self._score(element),
                launch_method=element.get("launchMethod", "AnyWindow"),
                launch_parameters=_text(element, "launchParameters"),
                entitlement_key=_text(element, "entitlementKey"),
                activity_type=element.get("activityType") or None,
            ),
        )

    def _id(self, element: etree._Element) -> str:
        identifier = element.get("id")
        if identifier is None:
            return ""
        if not IRI.fullmatch(identifier):
            note(self.findings, element, "cmi5-id", identifier)
        elif identifier in self.taken:
            note(self.findings, element, "cmi5-id-duplicate", identifier)
        self.taken.add(identifier)
        if len(self.taken) > self.limits.items:
            note(self.findings, element, "items-limit", limit=self.limits.items)
            raise PackageRefused(self.findings.report())
        return identifier

    def _texts(self, element: etree._Element, name: str) -> tuple[Text, ...]:
        texts = []
        for string in element.iterfind(f"{NS}{name}/{NS}langstring"):
            if not (text := values.text(string)):
                note(self.findings, string, "cmi5-text-empty", name)
            texts.append(Text(language=string.get("lang", ""), text=text))
        return tuple(texts)

    def _references(self, element: etree._Element) -> tuple[str, ...]:
        found = []
        for reference in element.iterfind(f"{NS}objectives/{NS}objective"):
            name = reference.get("idref")
            if name is not None and name not in self.objectives:
                note(self.findings, reference, "cmi5-objective-reference", name)
            found.append(name or "")
        return tuple(found)

    def _score(self, element: etree._Element) -> float | None:
        given = element.get("masteryScore")
        if given is None:
            return None
        if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", given) and 0 <= float(given) <= 1:
            return float(given)
        note(self.findings, element, "cmi5-mastery-score", given)
        return None

    def _target(self, element: etree._Element, url: str) -> tuple[str | None, str | None]:
        """File or absolute URL, and the address to open."""
        query = url.partition("#")[0].partition("?")[2]
        for name, _ in parse_qsl(query, keep_blank_values=True):
            if name in RESERVED:
                note(self.findings, element, "cmi5-url-parameter", name)
        scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", url)
        if scheme and scheme[1].lower() not in DANGEROUS and IRI.fullmatch(url):
            return url, url
        if scheme or not url or url.startswith("//"):
            note(self.findings, element, "cmi5-url", url or "it is empty")
        elif not self.packed:
            note(self.findings, element, "cmi5-url-relative", url)
        else:
            return self._file(element, url)
        return None, None

    def _file(self, element: etree._Element, url: str) -> tuple[str | None, str | None]:
        try:
            target = resolve((), url, self.files)
        except BadHref as error:
            note(self.findings, element, "cmi5-url", error.found)
            return None, None
        if not target.exists or any(rule == "href-case" for rule, _ in target.slips):
            note(self.findings, element, "cmi5-url-file", url)
        elif target.slips:
            note(self.findings, element, "cmi5-url", url)
        return target.path, launch(target, "")


def _text(element: etree._Element, name: str) -> str | None:
    child = element.find(NS + name)
    return None if child is None else values.raw(child).strip()
