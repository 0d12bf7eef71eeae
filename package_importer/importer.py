"""A package from file to `Course`: the steps in order."""

from __future__ import annotations

import dataclasses
import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from package_importer import cmi5, detect, manifest, tincan
from package_importer.archive import Archive, open_archive
from package_importer.course import Course
from package_importer.detect import Manifest
from package_importer.errors import PackageRefused
from package_importer.href import Files
from package_importer.limits import Limits
from package_importer.report import Findings, Report
from package_importer.vocabulary import canonical, local
from package_importer.xml import parse, validate

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
XML_START = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\0?<")


@dataclass(frozen=True, slots=True)
class Imported:
    """`archive` is open and holds the package's files; None for a bare course structure. A context manager."""

    course: Course
    report: Report
    archive: Archive | None

    def __enter__(self) -> Imported:
        return self

    def __exit__(self, *_: object) -> None:
        if self.archive is not None:
            self.archive.close()


def import_package(
    path: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    strict: bool = False,
    repair: bool = False,
    verify: bool = True,
) -> Imported:
    """The course in a package. Raises PackageRefused with the report; `verify` reads every file to its end."""
    limits = limits or Limits()
    findings = Findings(strict=strict, repair=repair)
    size = Path(path).stat().st_size
    if size > limits.package_size:
        findings.add("archive-package-size", size, limit=limits.package_size)
        raise PackageRefused(findings.report())
    file = Path(path).open("rb")  # noqa: SIM115 (the archive closes it)
    try:
        if not zipfile.is_zipfile(file) and not _begins(file, *ZIP):
            with file:
                return _bare(file, limits, findings)
        return _packed(file, limits, findings, verify=verify)
    except BaseException:
        file.close()
        raise


def read_manifest(
    data: bytes, names: Iterable[str] | None = None, *, limits: Limits | None = None, strict: bool = False
) -> tuple[Course, Report]:
    """The course of a bare imsmanifest.xml; without `names` every file it mentions is taken to exist."""
    findings = Findings(strict=strict, file=Manifest.IMS)
    root = parse(data, limits=limits or Limits(), findings=findings)
    course = _scorm(root, names, limits or Limits(), findings)
    return _sound(course, findings), findings.report()


def _begins(file: BinaryIO, *starts: bytes) -> bool:
    file.seek(0)
    return file.read(4).startswith(starts)


def _sound(course: Course | None, findings: Findings) -> Course:
    if course is None or findings.refused:
        raise PackageRefused(findings.report())
    return course


def _packed(file: BinaryIO, limits: Limits, findings: Findings, *, verify: bool) -> Imported:
    archive = open_archive(file, limits=limits, findings=findings)
    found = _manifest(archive, findings)
    if archive.size(found) > limits.manifest_size:
        findings.add("manifest-size", archive.size(found), file=found, limit=limits.manifest_size)
        raise PackageRefused(findings.report())
    findings.file = archive.root + found
    names = tuple(sorted(archive.names))
    root = parse(archive.read(found), limits=limits, findings=findings)
    course = _course(Manifest(found.lower()), root, names, limits, findings)
    findings.file = None
    if verify:
        archive.verify()
    return Imported(dataclasses.replace(_sound(course, findings), files=names), findings.report(), archive)


def _bare(file: BinaryIO, limits: Limits, findings: Findings) -> Imported:
    """A cmi5 course structure without a package; all its urls are absolute."""
    file.seek(0)
    data = file.read(limits.manifest_size + 1)
    if len(data) > limits.manifest_size:
        findings.add("archive-unreadable", f"it begins with {data[:4]!r}")
        raise PackageRefused(findings.report())
    if not XML_START.match(data):
        findings.add("archive-unreadable", f"it begins with {data[:4]!r}" if data else "it is empty")
        raise PackageRefused(findings.report())
    root = parse(data, limits=limits, findings=findings)
    if local(str(root.tag)) != "courseStructure":
        findings.add("archive-unreadable", f"it is XML with the root {local(str(root.tag))}, without its package")
        raise PackageRefused(findings.report())
    course = cmi5.course(root, Files(()), packed=False, limits=limits, findings=findings)
    return Imported(_sound(course, findings), findings.report(), None)


def _manifest(archive: Archive, findings: Findings) -> str:
    """The manifest's name, after its folder became the archive's root."""
    every = detect.manifests(archive.names)
    folders = {name.rpartition("/")[0] for name in every}
    if not every:
        _no_manifest(archive, findings)
    if len(folders) > 1:
        findings.add("manifest-several", ", ".join(sorted(folders)))
    if findings.refused:
        raise PackageRefused(findings.report())
    folder, _, found = every[0].rpartition("/")
    exact = found.lower() == Manifest.CMI5
    if folder:
        findings.add("cmi5-folder" if exact else "top-folder", folder, file=every[0])
        for name in archive.enter(folder):
            findings.add("file-outside-top-folder", name, file=name)
    if found != found.lower():
        findings.add("cmi5-name" if exact else "manifest-case", found, file=found)
    if len(every) > 1:
        findings.add("format-several", ", ".join(name.rpartition("/")[2] for name in every[1:]))
    return found


def _no_manifest(archive: Archive, findings: Findings) -> None:
    names = sorted(archive.names)
    inner = [name for name in names if name.lower().endswith(".zip")]
    course = detect.aicc(names)
    if course:
        findings.add("format-aicc", course)
    elif inner and len(names) <= len(inner) + 2:
        findings.add("package-nested", ", ".join(inner[:5]))
    else:
        findings.add("manifest-missing", ", ".join(names[:5]) or "nothing")


def _course(kind: Manifest, root: etree._Element, names: Iterable[str], limits: Limits, findings: Findings) -> Course | None:
    if kind is Manifest.CMI5:
        return cmi5.course(root, Files(names), packed=True, limits=limits, findings=findings)
    if kind is Manifest.TIN_CAN:
        return tincan.course(root, Files(names), limits=limits, findings=findings)
    return _scorm(root, names, limits, findings)


def _scorm(root: etree._Element, names: Iterable[str] | None, limits: Limits, findings: Findings) -> Course | None:
    detected = detect.scorm(root, findings)
    if detected is None:
        return None
    dialect = manifest.DIALECTS[detected.standard]
    canonical(root, dialect.vocabulary, findings)
    validate(root, dialect.schema, limits=limits, findings=findings)
    return manifest.course(root, detected, Files(names), limits=limits, findings=findings)
