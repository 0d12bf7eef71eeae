"""IMS manifests of SCORM 1.2 and SCORM 2004 as a `Course`: organizations and items (CAM 3.4.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from package_importer import scorm12, scorm2004, vocabulary
from package_importer.course import Course, Item, RuleCondition, Sequencing, SequencingRule, Standard
from package_importer.detect import Detected
from package_importer.errors import PackageRefused
from package_importer.href import Files, launch
from package_importer.limits import Limits
from package_importer.report import Findings
from package_importer.resources import Launchable, Resources
from package_importer.sequencing import collection, sequencing, weight
from package_importer.values import boolean, child, collapsed, text
from package_importer.vocabulary import ADLCP, ADLSEQ, Vocabulary, local
from package_importer.xml import note

ALWAYS = (RuleCondition(condition="always"),)
HEADING = Sequencing(
    tracked=False,
    pre_rules=(SequencingRule(action="skip", conditions=ALWAYS), SequencingRule(action="disabled", conditions=ALWAYS)),
)
"""What an item that leads nowhere gets: it is shown, passed over, and counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What the two standards do differently with the same manifest."""

    vocabulary: Vocabulary
    details: Callable[[etree._Element, Findings], dict[str, Any]]
    schema: str


DIALECTS = {
    Standard.SCORM_12: Dialect(vocabulary=vocabulary.SCORM_12, details=scorm12.details, schema="scorm12.xsd"),
    Standard.SCORM_2004: Dialect(vocabulary=vocabulary.SCORM_2004, details=scorm2004.details, schema="scorm2004.xsd"),
}


def course(root: etree._Element, detected: Detected, files: Files, *, limits: Limits, findings: Findings) -> Course | None:
    """The default organization as a course; None when the findings hold no course."""
    return _Reader(root, detected, files, limits, findings).course()


class _Reader:
    def __init__(self, root: etree._Element, detected: Detected, files: Files, limits: Limits, findings: Findings) -> None:
        self.root = root
        self.detected = detected
        self.dialect = DIALECTS[detected.standard]
        self.name = self.dialect.vocabulary
        self.limits = limits
        self.findings = findings
        self.resources = Resources(root, self.name, files, findings)
        self.entries = collection(root) if detected.standard is Standard.SCORM_2004 else {}
        self.taken: set[str] = set()
        self.repeats: Counter[str] = Counter()
        self.inside: list[str] = []
        self.referred = 0

    def course(self) -> Course | None:
        organization = self._organization(self.root)
        top = self._made() if organization is None else self._top(organization)
        if top is None:
            return None
        if not any(item.launch for item in top.walk()):
            note(self.findings, self.root if organization is None else organization, "nothing-to-launch")
        scope: dict[str, Any] = {} if organization is None else self._scope(organization)
        return Course(
            standard=self.detected.standard,
            edition=self.detected.edition,
            identifier=collapsed(self.root.get("identifier")) or top.identifier,
            title=top.title,
            root=top,
            description=self._metadata("description"),
            language=self._metadata("language") or None,
            **scope,
        )

    def _scope(self, organization: etree._Element) -> dict[str, Any]:
        if self.detected.standard is Standard.SCORM_12:
            return {}
        return {
            "objectives_global_to_system": boolean(self.findings, organization, f"{{{ADLSEQ}}}objectivesGlobalToSystem", True),
            "shared_data_global_to_system": boolean(self.findings, organization, f"{{{ADLCP}}}sharedDataGlobalToSystem", True),
        }

    def _organization(self, manifest: etree._Element) -> etree._Element | None:
        """The default organization of a manifest; one without items is as good as none."""
        group = manifest.find(self.name("organizations"))
        every = [] if group is None else group.findall(self.name("organization"))
        usable = [o for o in every if o.find(self.name("item")) is not None]
        if group is None or not usable:
            return None
        default = collapsed(group.get("default"))
        chosen = next((o for o in usable if collapsed(o.get("identifier")) == default), usable[0])
        name = collapsed(chosen.get("identifier")) or "the first"
        if not default:
            note(self.findings, group, "organization-default-missing", taken=name)
        elif collapsed(chosen.get("identifier")) != default:
            note(self.findings, group, "organization-default-unknown", default, taken=name)
        others = [text(o.find(self.name("title"))) or o.get("identifier") or "?" for o in usable if o is not chosen]
        if others:
            note(self.findings, group, "organizations-several", ", ".join(others))
        return chosen

    def _made(self) -> Item | None:
        """A course of the launchable resources, for a manifest without a usable organization."""
        launchable = [i for i in self.resources if self.resources.has_href(i)]
        chosen = [i for i in launchable if self.resources.is_sco(i)] or launchable[:1]
        if not chosen:
            note(self.findings, self.root, "organization-nothing")
            return None
        note(self.findings, self.root, "organizations-missing")
        title = self._metadata("title") or collapsed(self.root.get("identifier")) or "Course"
        items = []
        for identifier in chosen:
            found = self.resources.get(identifier)
            shown = title if len(chosen) == 1 else identifier
            items.append(self._leaf(Item(identifier=f"item-{identifier}", title=shown), found, {}))
        return Item(identifier="organization", title=title, children=tuple(items), sequencing=scorm12.CLUSTER)

    def _top(self, organization: etree._Element) -> Item:
        identifier = self._identifier(organization, "organization")
        title = text(organization.find(self.name("title"))) or self._metadata("title")
        if not title:
            title = collapsed(self.root.get("identifier")) or identifier
            note(self.findings, organization, "title-missing", taken=title)
        details = self.dialect.details(organization, self.findings)
        return Item(
            identifier=identifier,
            title=title,
            children=self._children(organization),
            sequencing=self._sequencing(organization),
            **details,
        )

    def _sequencing(self, element: etree._Element) -> Sequencing:
        if self.detected.standard is Standard.SCORM_12:
            return scorm12.CLUSTER
        if self.entries:
            self.referred += weight(element, self.entries)
            if self.referred > self.limits.tags:
                note(self.findings, element, "sequencing-limit", limit=self.limits.tags)
                raise PackageRefused(self.findings.report())
        return sequencing(element, self.entries, self.findings)

    def _children(self, element: etree._Element) -> tuple[Item, ...]:
        return tuple(self._item(below) for below in element.iterchildren(self.name("item")))

    def _item(self, element: etree._Element) -> Item:
        identifier = self._identifier(element, "item")
        title = text(child(element, self.name("title")))
        if not title:
            title = identifier
            note(self.findings, element, "title-missing", taken=title)
        details = self.dialect.details(element, self.findings)
        details["visible"] = boolean(self.findings, element, "isvisible", True)
        details["parameters"] = (element.get("parameters") or "").strip()
        bare = Item(identifier=identifier, title=title)
        children = self._children(element)
        reference = collapsed(element.get("identifierref"))
        if reference and reference not in self.resources:
            embedded = self._embedded(element, reference)
            if embedded is not None:
                return _with(bare, children=embedded.children, sequencing=embedded.sequencing, visible=details["visible"])
            note(self.findings, element, "item-resource-unknown", reference)
            reference = ""
        if children:
            return self._cluster(element, bare, children, reference, details)
        if reference:
            return self._leaf(bare, self.resources.get(reference), details, element)
        if not element.get("identifierref"):
            note(self.findings, element, "item-empty")
        return _with(bare, sequencing=HEADING, visible=details["visible"])

    def _identifier(self, element: etree._Element, kind: str) -> str:
        """The element's identifier, made unique in the tree."""
        given = collapsed(element.get("identifier"))
        unique = given or f"{kind}-{len(self.taken) + 1}"
        while unique in self.taken:
            self.repeats[given or kind] += 1
            unique = f"{given or kind}-{self.repeats[given or kind] + 1}"
        if not given:
            note(self.findings, element, "identifier-missing", taken=unique)
        elif unique != given:
            note(self.findings, element, "identifier-duplicate", given, taken=unique)
        self.taken.add(unique)
        if len(self.taken) > self.limits.items:
            note(self.findings, element, "items-limit", limit=self.limits.items)
            raise PackageRefused(self.findings.report())
        return unique

    def _cluster(
        self, element: etree._Element, bare: Item, children: tuple[Item, ...], reference: str, details: dict[str, Any]
    ) -> Item:
        """SCORM 1.2 lets an item with items below it be launched too: its content becomes their first sibling."""
        if reference and self.detected.standard is Standard.SCORM_2004:
            note(self.findings, element, "item-cluster-resource", reference, taken="the resource is not launched")
        elif reference:
            note(self.findings, element, "item-cluster-resource", reference, taken="it is launched as an item of its own")
            own = Item(identifier=f"{bare.identifier}.content", title=bare.title)
            children = (self._leaf(own, self.resources.get(reference), details), *children)
            details = {"visible": details["visible"], "prerequisites": details.get("prerequisites")}
        return _with(bare, children=children, sequencing=self._sequencing(element), **details)

    def _leaf(self, bare: Item, found: Launchable, details: dict[str, Any], element: etree._Element | None = None) -> Item:
        if self.detected.standard is Standard.SCORM_12 or element is None:
            rules = scorm12.SCO if found.resource.sco else scorm12.ASSET
        else:
            rules = self._sequencing(element)
        url = None if found.target is None else launch(found.target, details.get("parameters", ""))
        return _with(bare, resource=found.resource, launch=url, sequencing=rules, **details)

    def _embedded(self, element: etree._Element, reference: str) -> Item | None:
        """The organization of a manifest inside this one, which an item may stand for (until the 3rd Edition)."""
        inner = (m for m in self.root.iter(self.name("manifest")) if m is not self.root)
        found = next((m for m in inner if collapsed(m.get("identifier")) == reference), None)
        organization = None if found is None or reference in self.inside else self._organization(found)
        if organization is None:
            return None
        note(self.findings, element, "submanifest", reference)
        self.inside.append(reference)
        item = Item(
            identifier=reference,
            title=reference,
            children=self._children(organization),
            sequencing=self._sequencing(organization),
        )
        self.inside.pop()
        return item

    def _metadata(self, name: str) -> str:
        """`title`, `description` or `language` of the manifest's LOM, whatever its binding."""
        metadata = self.root.find(self.name("metadata"))
        for general in () if metadata is None else metadata.iter("{*}general"):
            for element in general:
                if local(str(element.tag)) == name:
                    strings = [s for s in element.iter("{*}langstring", "{*}string") if text(s)]
                    return text(strings[0]) if strings else text(element)
        return ""


def _with(item: Item, **changes: Any) -> Item:
    return Item(identifier=item.identifier, title=item.title, **changes)
