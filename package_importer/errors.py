"""Errors of the package importer.

PackageError 422
├── PackageRefused 422        the package broke rules; `.report` tells all of them
├── PackageTooLarge 413       more bytes than the service takes
├── ImporterBusy 503          too many imports at once
├── UploadUnreadable 400      the request carries no package
├── ParameterInvalid 400      a query parameter that is not known, or not readable
└── CourseNotFound 404
    └── FileNotFound 404      no such file in the course, or a path outside of it
"""

from __future__ import annotations

from typing import Any, ClassVar

from package_importer.report import Report


class PackageError(Exception):
    status: ClassVar[int] = 422
    code: ClassVar[str] = "package-error"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = detail


class PackageRefused(PackageError):
    code = "package-refused"

    def __init__(self, report: Report) -> None:
        first = report.errors[0].message
        more = len(report.errors) - 1
        super().__init__(f"{first} ({more} more)" if more else first, report=report.to_json())
        self.report = report


class PackageTooLarge(PackageError):
    status = 413
    code = "package-too-large"


class ImporterBusy(PackageError):
    status = 503
    code = "importer-busy"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}


class UploadUnreadable(PackageError):
    status = 400
    code = "upload-unreadable"


class ParameterInvalid(PackageError):
    status = 400
    code = "parameter-invalid"


class CourseNotFound(PackageError):
    status = 404
    code = "course-not-found"


class FileNotFound(CourseNotFound):
    code = "file-not-found"
