"""Tin Can packages: every activity of tincan.xml that can be launched is an item."""

from __future__ import annotations

from lxml import etree

from package_importer import values
from package_importer.cmi5 import CLUSTER, IRI
from package_importer.course import Course, Item, Resource, Standard, Text
from package_importer.errors import PackageRefused
from package_importer.href import BadHref, Files, launch, resolve
from package_importer.limits import Limits
from package_importer.report import Findings
from package_importer.vocabulary import local, namespace
from package_importer.xml import note, validate

NAMESPACE = "http://projecttincan.com/tincan.xsd"
NS = f"{{{NAMESPACE}}}"
COURSE = "http://adlnet.gov/expapi/activities/course"


def course(root: etree._Element, files: Files, *, limits: Limits, findings: Findings) -> Course | None:
    _renamed(root, findings)
    validate(root, "tincan.xsd", limits=limits, findings=findings, rule="tincan-schema")
    items: dict[str, Item] = {}
    whole: etree._Element | None = None
    for activity in root.iter(f"{NS}activity"):
        if whole is None and values.collapsed(activity.get("type")) == COURSE:
            whole = activity
        item = _item(activity, files, findings)
        if item is None:
            continue
        if item.identifier in items:
            note(findings, activity, "identifier-duplicate", item.identifier, taken="nothing")
            continue
        items[item.identifier] = item
        if len(items) > limits.items:
            note(findings, activity, "items-limit", limit=limits.items)
            raise PackageRefused(findings.report())
    if not items:
        note(findings, root, "tincan-activity")
        return None
    return _course(tuple(items.values()), whole)


def _renamed(root: etree._Element, findings: Findings) -> None:
    own = namespace(root)
    if own != NAMESPACE:
        note(findings, root, "tincan-namespace", own or "missing")
        for element in root.iter("*"):
            if namespace(element) == own:
                element.tag = NS + local(str(element.tag))


def _course(items: tuple[Item, ...], whole: etree._Element | None) -> Course:
    first = items[0]
    titles = first.titles if whole is None else _texts(whole, "name")
    descriptions = first.descriptions if whole is None else _texts(whole, "description")
    identifier = first.identifier if whole is None else values.collapsed(whole.get("id"))
    title = titles[0].text if titles else first.title
    top = Item(identifier=f"{identifier}#package", title=title, titles=titles, children=items, sequencing=CLUSTER)
    return Course(
        standard=Standard.TIN_CAN,
        identifier=identifier,
        title=title,
        root=top,
        description=descriptions[0].text if descriptions else "",
        language=(titles[0].language if titles else "") or None,
    )


def _item(activity: etree._Element, files: Files, findings: Findings) -> Item | None:
    """The activity as an item; None for one that is only described."""
    address = next((values.text(e) for e in activity.iterchildren(f"{NS}launch") if values.text(e)), "")
    if not address:
        return None
    identifier = values.collapsed(activity.get("id"))
    if not IRI.fullmatch(identifier):
        note(findings, activity, "tincan-id", identifier)
        return None
    titles = _texts(activity, "name")
    if not titles:
        note(findings, activity, "title-missing", taken=identifier)
    try:
        target = resolve((), address, files)
    except BadHref as error:
        note(findings, activity, error.rule, error.found)
        return None
    for rule, found in target.slips:
        note(findings, activity, rule, found, taken=target.path)
    if not target.exists:
        note(findings, activity, "launch-file-missing", target.path)
    return Item(
        identifier=identifier,
        title=titles[0].text if titles else identifier,
        titles=titles,
        descriptions=_texts(activity, "description"),
        resource=Resource(identifier=identifier, sco=True, href=target.path),
        launch=launch(target, ""),
    )


def _texts(element: etree._Element, name: str) -> tuple[Text, ...]:
    found = ((values.collapsed(e.get("lang")), values.text(e)) for e in element.iterchildren(NS + name))
    return tuple(Text(language=language, text=text) for language, text in found if text)
