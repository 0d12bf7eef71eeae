"""Packages of every format become a `Course`; a catalogue keeps courses, their versions and their files."""

from package_importer.catalogue import Catalogue, CourseEntry, CourseVersion
from package_importer.content import ContentFile, ContentStore
from package_importer.course import Course, Item, Resource, Standard
from package_importer.errors import CourseNotFound, FileNotFound, PackageError, PackageRefused, PackageTooLarge
from package_importer.importer import Imported, import_package, read_manifest
from package_importer.limits import Limits
from package_importer.models import ensure_indexes
from package_importer.report import Finding, Report, Severity
from package_importer.uploads import Uploads
from package_importer.views import init_app

__all__ = [
    "Catalogue",
    "ContentFile",
    "ContentStore",
    "Course",
    "CourseEntry",
    "CourseNotFound",
    "CourseVersion",
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
    "Uploads",
    "ensure_indexes",
    "import_package",
    "init_app",
    "read_manifest",
]
