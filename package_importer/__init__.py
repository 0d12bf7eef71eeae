"""Packages of every format become a `Course`; a catalogue keeps courses, their versions and their files."""

from package_importer.course import Course, Item, Resource, Standard
from package_importer.errors import CourseNotFound, FileNotFound, PackageError, PackageRefused, PackageTooLarge
from package_importer.importer import Imported, import_package, read_manifest
from package_importer.limits import Limits
from package_importer.report import Finding, Report, Severity

__all__ = [
    "Course",
    "CourseNotFound",
    "FileNotFound",
    "Finding",
    "Imported",
    "Item",
    "Limits",
    "PackageError",
    "PackageRefused",
    "PackageTooLarge",
    "Report",
    "Resource",
    "Severity",
    "Standard",
    "import_package",
    "read_manifest",
]
