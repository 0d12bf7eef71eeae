"""A package from file to `Course`: the steps in order."""

from __future__ import annotations

import dataclasses
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from package_importer import detect, manifest
from package_importer.archive import Archive, open_archive
from package_importer.course import Course
from package_importer.detect import Manifest
from package_importer.errors import PackageRefused
from package_importer.href import Files
from package_importer.limits import Limits
from package_importer.report import Findings, Report
from package_importer.vocabulary import canonical
from package_importer.xml import parse, validate

ZIP = (b"PK\x03\x04", b"PK\x05\x06")


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
    path: str | os.PathLike[str], *, limits: Limits | None = None, strict: bool = False, verify: bool = True
) -> Imported:
    """The course in a package. Raises PackageRefused with the report; `verify` reads every file to its end."""
    limits = limits or Limits()
    findings = Findings(strict=strict)
    size = Path(path).stat().st_size
    if size > limits.package_size:
        findings.add("archive-package-size", size, limit=limits.package_size)
        raise PackageRefused(findings.report())
    file = Path(path).open("rb")  # noqa: SIM115 (the archive closes it)
    try:
        return _imported(file, limits, findings, verify=verify)
    except BaseException:
        file.close()
        raise


def _imported(file: BinaryIO, limits: Limits, findings: Findings, *, verify: bool) -> Imported:
    start = file.read(4)
    if start not in ZIP and not zipfile.is_zipfile(file):
        findings.add("archive-unreadable", f"it begins with {start!r}" if start else "it is empty")
        raise PackageRefused(findings.report())
    archive = open_archive(file, limits=limits, findings=findings)
    found = _manifest(archive, findings)
    if archive.size(found) > limits.manifest_size:
        findings.add("manifest-size", archive.size(found), file=found, limit=limits.manifest_size)
        raise PackageRefused(findings.report())
    findings.file = archive.root + found
    course = _read(found, archive.read(found), archive.names, limits, findings)
    findings.file = None
    if verify:
        archive.verify()
    if course is None or findings.refused:
        raise PackageRefused(findings.report())
    return Imported(course, findings.report(), archive)


def read_manifest(
    data: bytes, names: Iterable[str] | None = None, *, limits: Limits | None = None, strict: bool = False
) -> tuple[Course, Report]:
    """The course of a bare imsmanifest.xml; without `names` every file it mentions is taken to exist."""
    findings = Findings(strict=strict, file=Manifest.IMS)
    course = _read(Manifest.IMS, data, names, limits or Limits(), findings)
    if course is None or findings.refused:
        raise PackageRefused(findings.report())
    return course, findings.report()


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
    if folder:
        findings.add("top-folder", folder, file=every[0])
        for name in archive.enter(folder):
            findings.add("file-outside-top-folder", name, file=name)
    if found != found.lower():
        findings.add("manifest-case", found, file=found)
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


def _read(name: str, data: bytes, names: Iterable[str] | None, limits: Limits, findings: Findings) -> Course | None:
    kind = Manifest(name.lower())
    if kind is not Manifest.IMS:
        findings.add("cmi5-unsupported" if kind is Manifest.CMI5 else "tincan-unsupported")
        return None
    root = parse(data, limits=limits, findings=findings)
    detected = detect.scorm(root, findings)
    if detected is None:
        return None
    dialect = manifest.DIALECTS[detected.standard]
    canonical(root, dialect.vocabulary, findings)
    validate(root, dialect.schema, findings)
    files = None if names is None else tuple(sorted(names))
    course = manifest.course(root, detected, Files(files), limits=limits, findings=findings)
    return None if course is None else dataclasses.replace(course, files=files or ())
