"""Resources of an IMS manifest: launch files, listed files, dependencies (CAM 3.4.1.20 and 3.4.3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from package_importer.course import Resource
from package_importer.href import BadHref, Files, Target, resolve
from package_importer.report import Findings
from package_importer.values import collapsed
from package_importer.vocabulary import BASE, Vocabulary
from package_importer.xml import note


@dataclass(frozen=True, slots=True)
class Launchable:
    """A resource with the address it is launched at."""

    resource: Resource
    target: Target | None
    element: etree._Element


class Resources:
    """All resources of a manifest by identifier, those of manifests inside it too."""

    def __init__(self, root: etree._Element, vocabulary: Vocabulary, files: Files, findings: Findings) -> None:
        self._vocabulary = vocabulary
        self._files = files
        self._findings = findings
        self._elements: dict[str, etree._Element] = {}
        self._read: dict[str, Launchable] = {}
        self._targets: dict[str, Target] = {}  # launch files that are listed too, so that none is resolved twice
        self._listed: dict[str, tuple[str, ...]] = {}
        for element in root.iter(vocabulary("resource")):
            identifier = collapsed(element.get("identifier"))
            if identifier in self._elements:
                note(findings, element, "resource-duplicate", identifier)
            elif identifier:
                self._elements[identifier] = element
            else:
                note(findings, element, "identifier-missing", taken="none")
        self._check_files()

    def __contains__(self, identifier: str) -> bool:
        return identifier in self._elements

    def __iter__(self) -> Iterator[str]:
        return iter(self._elements)

    def get(self, identifier: str) -> Launchable:
        """The resource as the target of an item; what is wrong with it is noted the first time."""
        if identifier not in self._read:
            self._read[identifier] = self._launchable(identifier)
        return self._read[identifier]

    def is_sco(self, identifier: str) -> bool:
        return self._type(self._elements[identifier]) == "sco"

    def has_href(self, identifier: str) -> bool:
        return bool((self._elements[identifier].get("href") or "").strip())

    def _type(self, element: etree._Element) -> str:
        name = "scormtype" if self._vocabulary.name == "SCORM 1.2" else "scormType"
        return collapsed(element.get(f"{{{self._vocabulary.adl}}}{name}")).lower()

    def _launchable(self, identifier: str) -> Launchable:
        element = self._elements[identifier]
        kind = self._type(element)
        if not kind:
            note(self._findings, element, "resource-scorm-type-missing", taken="asset")
        elif kind not in ("sco", "asset"):
            note(self._findings, element, "resource-scorm-type", kind, taken="asset")
        target = self._target(identifier, element)
        if target is None:
            note(self._findings, element, "resource-no-href", identifier)
        elif not target.exists:
            note(self._findings, element, "launch-file-missing", target.path)
        listed = self._listed[identifier]
        if target is not None and target.exists and not target.external and target.path not in listed:
            note(self._findings, element, "launch-file-unlisted", target.path)
        resource = Resource(identifier=identifier, sco=kind == "sco", href=None if target is None else target.path, files=listed)
        return Launchable(resource, target, element)

    def _target(self, identifier: str, element: etree._Element) -> Target | None:
        href = element.get("href") or ""
        if not href.strip():
            return None
        try:
            known = self._targets.get(identifier)
            target = known or resolve(bases(element), href, self._files)
        except BadHref as error:
            note(self._findings, element, error.rule, error.found)
            return None
        for rule, found in target.slips:
            note(self._findings, element, rule, found, taken=target.path)
        return target

    def _check_files(self) -> None:
        """Listed files that are not there, dangerous addresses and dependencies on nothing, whether launched or not."""
        for identifier, element in self._elements.items():
            above = bases(element)
            listed = [self._file(identifier, element, entry, above) for entry in element.iterchildren(self._vocabulary("file"))]
            self._listed[identifier] = tuple(dict.fromkeys(path for path in listed if path))
            for entry in element.iterchildren(self._vocabulary("dependency")):
                reference = collapsed(entry.get("identifierref"))
                if reference not in self._elements:
                    note(self._findings, entry, "dependency-unknown", reference)

    def _file(self, identifier: str, resource: etree._Element, entry: etree._Element, above: tuple[str, ...]) -> str | None:
        """The path of a listed file; None for one that is none of ours."""
        href, own = entry.get("href") or "", entry.get(BASE)
        if not href.strip():
            return None
        try:
            target = resolve((*above, own) if own else above, href, self._files)
        except BadHref as error:
            note(self._findings, entry, error.rule, error.found)
            return None
        if not own and href == resource.get("href"):
            self._targets[identifier] = target
        if target.external:
            return None
        if not target.exists:
            note(self._findings, entry, "file-missing", target.path)
        return target.path


def bases(element: etree._Element) -> tuple[str, ...]:
    """The xml:base values that hold for an element, outermost first."""
    found = [base for step in (element, *element.iterancestors()) if (base := step.get(BASE))]
    return tuple(reversed(found))
