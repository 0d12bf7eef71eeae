"""For each leniency a package that needs it and is otherwise sound."""

from __future__ import annotations

from collections.abc import Callable

from tests.packages.manifests import (
    ITEM,
    METADATA_12,
    PAGE,
    RESOURCE_12,
    SPACES_12,
    SPACES_2004,
    item,
    organizations,
    package,
    scorm12,
    scorm2004,
    sequenced,
)
from tests.packages.zips import Entry, plain, zipped

MANIFEST = Entry(name=b"imsmanifest.xml", data=scorm12().encode())
A = Entry(name=b"a.html", data=PAGE)
SECOND = '<item identifier="I2" identifierref="R1"><title>Second</title></item>'
OBJECTIVES = '<imsss:objectives><imsss:primaryObjective objectiveID="P"{inside}</imsss:primaryObjective>{more}</imsss:objectives>'
INNER = f'<manifest identifier="INNER">{organizations(SECOND)}<resources/></manifest>'
RULE = (
    "<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions>{conditions}</imsss:ruleConditions>"
    '<imsss:ruleAction action="{action}"/></imsss:preConditionRule></imsss:sequencingRules>'
)


def resource(href: str = "a.html", *, inside: str = '<file href="a.html"/>', attributes: str = ' adlcp:scormtype="sco"') -> str:
    return f'<resource identifier="R1" type="webcontent" href="{href}"{attributes}>{inside}</resource>'


def _doctype() -> str:
    return scorm12(declaration='<?xml version="1.0"?><!DOCTYPE manifest SYSTEM "imscp.dtd">')


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "archive-name-backslash": lambda: zipped([MANIFEST, A, Entry(name=rb"img\b.png", data=b"b")]),
    "archive-name-encoding": lambda: zipped([MANIFEST, A, Entry(name="über.png".encode(), data=b"b")]),
    "archive-name-odd": lambda: zipped([MANIFEST, A, Entry(name=b"style.css?v=1", data=b"b")]),
    "archive-same-twice": lambda: zipped([MANIFEST, A, A]),
    "archive-prefix": lambda: zipped([MANIFEST, A], before=b"#!/bin/sh\n"),
    "top-folder": lambda: plain({"course/imsmanifest.xml": scorm12().encode(), "course/a.html": PAGE}),
    "file-outside-top-folder": lambda: plain(
        {"course/imsmanifest.xml": scorm12().encode(), "course/a.html": PAGE, "readme.txt": b"read"}
    ),
    "manifest-case": lambda: package(scorm12(), name="IMSManifest.xml"),
}

MANIFESTS: dict[str, Callable[[], str | bytes]] = {
    "schemaversion-missing": lambda: scorm12(metadata="<metadata><schema>ADL SCORM</schema></metadata>"),
    "schemaversion-unknown": lambda: scorm12(metadata=METADATA_12.replace("1.2", "version 1.2 final")),
    "xml-doctype": _doctype,
    "xml-encoding-guessed": lambda: scorm12().replace("Course", "Kürbis").encode("latin-1"),
    "xml-leading-space": lambda: "\n  " + scorm12(),
    "xml-control-character": lambda: scorm12().replace("Course", "Cou\x0brse"),
    "xml-ampersand": lambda: scorm12().replace("Course", "Health & Safety"),
    "xml-html-entity": lambda: scorm12().replace("Course", "Caf&eacute;"),
    "namespace-undeclared": lambda: scorm12(spaces=SPACES_12.split(" xmlns:adlcp")[0]),
    "namespace-missing": lambda: scorm12(spaces='xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'),
    "namespace-wrong": lambda: scorm12(spaces=SPACES_12.replace("imscp_rootv1p1p2", "imscp_rootv1p1")),
    "attribute-namespace": lambda: scorm12(resources=RESOURCE_12.replace("adlcp:scormtype", "scormtype")),
    "name-case": lambda: scorm12(resources=RESOURCE_12.replace("scormtype", "scormType")),
    "schema": lambda: scorm12(items=ITEM.replace("<title>", '<title><b xmlns="">').replace("</title>", "</b></title>")),
    "organizations-missing": lambda: scorm12(tree="<organizations/>"),
    "organization-default-missing": lambda: scorm12(tree=organizations(ITEM, default="")),
    "organization-default-unknown": lambda: scorm12(tree=organizations(ITEM, default=' default="X"')),
    "identifier-missing": lambda: scorm12(items=ITEM.replace(' identifier="I1"', "")),
    "identifier-duplicate": lambda: scorm12(items=ITEM + ITEM),
    "title-missing": lambda: scorm12(items=ITEM.replace("<title>First</title>", "")),
    "item-empty": lambda: scorm12(items=ITEM + '<item identifier="I2"><title>Heading</title></item>'),
    "item-cluster-resource": lambda: scorm12(items=item(SECOND)),
    "resource-duplicate": lambda: scorm12(resources=RESOURCE_12 + RESOURCE_12),
    "resource-scorm-type": lambda: scorm12(resources=resource(attributes=' adlcp:scormtype="lesson"')),
    "resource-scorm-type-missing": lambda: scorm12(resources=resource(attributes="")),
    "file-missing": lambda: scorm12(resources=resource(inside='<file href="a.html"/><file href="b.html"/>')),
    "launch-file-unlisted": lambda: scorm12(resources=resource(inside="")),
    "dependency-unknown": lambda: scorm12(resources=resource(inside='<file href="a.html"/><dependency identifierref="R9"/>')),
    "href-backslash": lambda: scorm12(resources=resource(r".\a.html")),
    "href-case": lambda: scorm12(resources=resource("A.HTML")),
    "href-absolute": lambda: scorm12(resources=resource("/a.html")),
    "href-space": lambda: scorm12(resources=resource(" a.html")),
    "base-slash": lambda: scorm12(resources=resource("../a.html", attributes=' xml:base="x" adlcp:scormtype="sco"')),
    "submanifest": lambda: scorm2004(items='<item identifier="I1" identifierref="INNER"><title>In</title></item>', after=INNER),
    "value-boolean": lambda: scorm12(items=item(isvisible="TRUE")),
    "value-number": lambda: scorm12(items=item("<adlcp:masteryscore>eighty</adlcp:masteryscore>")),
    "value-vocabulary": lambda: scorm12(items=item("<adlcp:timelimitaction>stop</adlcp:timelimitaction>")),
    "value-duration": lambda: scorm12(items=item("<adlcp:maxtimeallowed>1 hour</adlcp:maxtimeallowed>")),
    "sequencing-reference": lambda: scorm2004(items=sequenced("", ' IDRef="none"')),
    "objective-reference": lambda: scorm2004(
        items=sequenced(
            OBJECTIVES.format(inside=">", more="")
            + '<adlseq:objectives><adlseq:objective objectiveID="Q"><adlseq:mapInfo targetObjectiveID="G"/>'
            "</adlseq:objective></adlseq:objectives>"
        )
    ),
    "objective-no-id": lambda: scorm2004(items=sequenced(OBJECTIVES.format(inside=">", more="<imsss:objective/>"))),
    "objective-map-no-target": lambda: scorm2004(items=sequenced(OBJECTIVES.format(inside="><imsss:mapInfo/>", more=""))),
    "objective-map-two-writers": lambda: scorm2004(
        items=sequenced(
            OBJECTIVES.format(
                inside='><imsss:mapInfo targetObjectiveID="G" writeSatisfiedStatus="true"/>',
                more='<imsss:objective objectiveID="Q"><imsss:mapInfo targetObjectiveID="G" writeSatisfiedStatus="true"/>'
                "</imsss:objective>",
            )
        )
    ),
    "rule-empty": lambda: scorm2004(items=sequenced(RULE.format(conditions="", action="skip"))),
    "rule-empty ": lambda: scorm2004(
        items=sequenced(RULE.format(conditions='<imsss:ruleCondition condition="always"/>', action="jump"))
    ),
    "rule-unread": lambda: scorm2004(
        items=sequenced(RULE.format(conditions='<imsss:ruleCondition condition="satisfyed"/>', action="skip"))
    ),
    "namespace-wrong ": lambda: scorm2004(
        spaces=SPACES_2004.replace("adlcp_v1p3", "adlcp_rootv1p2"), items=item("<adlcp:dataFromLMS>x</adlcp:dataFromLMS>")
    ),
    "namespace-undeclared ": lambda: scorm2004(spaces=SPACES_2004.split(" xmlns:adlcp")[0]),
}

SLIPS: list[tuple[str, Callable[[], bytes]]] = [
    *ARCHIVES.items(),
    *((rule.strip(), lambda make=make: package(make())) for rule, make in MANIFESTS.items()),  # type: ignore[misc]
]
