"""Which format a package is in, by the files it holds and by its manifest's root."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from package_importer import vocabulary
from package_importer.course import Standard
from package_importer.report import Findings
from package_importer.values import text
from package_importer.vocabulary import local, namespace
from package_importer.xml import note

AICC = re.compile(r"\.(crs|au|des|cst)$", re.IGNORECASE)


class Edition(StrEnum):
    """Editions of SCORM 2004, as `Course.edition` names them."""

    SECOND = "2nd"
    THIRD = "3rd"
    FOURTH = "4th"


class Manifest(StrEnum):
    """The files that make a folder a package, the likeliest first."""

    IMS = "imsmanifest.xml"
    CMI5 = "cmi5.xml"
    TIN_CAN = "tincan.xml"


@dataclass(frozen=True, slots=True)
class Detected:
    standard: Standard
    edition: Edition | None = None

    def __str__(self) -> str:
        return "SCORM 1.2" if self.standard is Standard.SCORM_12 else f"SCORM 2004 {self.edition} Edition"


VERSIONS = {
    "1.2": Detected(Standard.SCORM_12),
    "cam 1.2": Detected(Standard.SCORM_12),
    "cam 1.3": Detected(Standard.SCORM_2004, Edition.SECOND),
    "1.3": Detected(Standard.SCORM_2004, Edition.SECOND),
    "2004 2nd edition": Detected(Standard.SCORM_2004, Edition.SECOND),
    "2004 3rd edition": Detected(Standard.SCORM_2004, Edition.THIRD),
    "2004 4th edition": Detected(Standard.SCORM_2004, Edition.FOURTH),
}
LOOSE = (
    (re.compile(r"4th|1\.3\.4"), Detected(Standard.SCORM_2004, Edition.FOURTH)),
    (re.compile(r"3rd|1\.3\.3"), Detected(Standard.SCORM_2004, Edition.THIRD)),
    (re.compile(r"2nd|1\.3\.[12]|cam|1st"), Detected(Standard.SCORM_2004, Edition.SECOND)),
    (re.compile(r"2004"), Detected(Standard.SCORM_2004, Edition.FOURTH)),
    (re.compile(r"1\.2"), Detected(Standard.SCORM_12)),
)
OLD = ("1.0", "1.1", "scorm 1.0", "scorm 1.1")
ADL_2004 = frozenset((vocabulary.ADLCP, vocabulary.ADLSEQ, vocabulary.ADLNAV, vocabulary.IMSSS))


def manifests(names: Iterable[str]) -> list[str]:
    """The manifests of the shallowest folders that have any, `Manifest`'s order first."""
    kinds = list(Manifest)
    found = [name for name in names if name.rpartition("/")[2].lower() in kinds]
    if not found:
        return []
    depth = min(name.count("/") for name in found)
    return sorted((n for n in found if n.count("/") == depth), key=lambda n: kinds.index(Manifest(n.rpartition("/")[2].lower())))


def aicc(names: Iterable[str]) -> str | None:
    """The course files of AICC, by the two endings that nothing else has."""
    found = [name for name in names if AICC.search(name)]
    endings = {name.rpartition(".")[2].lower() for name in found}
    return ", ".join(sorted(found)[:4]) if endings & {"crs", "cst"} else None


def scorm(root: etree._Element, findings: Findings) -> Detected | None:
    """The standard and edition of an IMS manifest; None when it is none we play."""
    name = local(str(root.tag))
    if name.lower() != "manifest":
        inside = {local(str(element.tag)).lower() for element in root.iter()}
        old = name.lower() == "content" and not inside.isdisjoint(("globalproperties", "block", "sco"))
        note(findings, root, "format-scorm-11" if old else "format-unknown", name)
        return None
    schema, version = _text(root, "schema"), _text(root, "schemaversion")
    if "common cartridge" in schema.lower() or any("imsccv" in str(space) for space in root.nsmap.values()):
        note(findings, root, "format-common-cartridge", schema or "namespace")
        return None
    if version.lower() in OLD and "ims content" not in schema.lower():
        note(findings, root, "format-scorm-11", f"schemaversion {version}")
        return None
    return _version(root, version, findings)


def _version(root: etree._Element, version: str, findings: Findings) -> Detected:
    known = VERSIONS.get(re.sub(r"^scorm ", "", version.lower()))
    if known:
        return known
    taken = next((d for pattern, d in LOOSE if pattern.search(version.lower())), None)
    if taken is None or not version:
        spaces = {namespace(element) for element in root.iter("*")} | set(root.nsmap.values())
        taken = Detected(Standard.SCORM_2004, Edition.FOURTH) if spaces & ADL_2004 else Detected(Standard.SCORM_12)
    note(findings, root, "schemaversion-unknown" if version else "schemaversion-missing", version or None, taken=taken)
    return taken


def _text(root: etree._Element, name: str) -> str:
    for element in root:
        if local(str(element.tag)).lower() == "metadata":
            for child in element:
                if local(str(child.tag)).lower() == name:
                    return text(child)
    return ""
