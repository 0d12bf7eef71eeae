"""Errors of the package importer.

PackageError 422
├── PackageRefused 422        the package broke rules; `.report` tells all of them
├── PackageTooLarge 413       more bytes than the service takes
├── DigestMismatch 422        the bytes received are not those whose digest was announced
├── ImporterBusy 503          too many imports at once
├── UploadUnreadable 400      the request carries no package
├── ParameterInvalid 400      a parameter, header or member that is not known, or not readable
├── UploadNotFound 404        no such upload, or one that was swept
├── UploadOffset 409          the chunk does not begin where the upload ends
├── UploadNotReady 409        the upload is not complete, or is being imported
├── StandardDiffers 409       the package cannot be a version of this course: it is played in another way
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


class DigestMismatch(PackageError):
    code = "digest-mismatch"


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


class UploadNotFound(PackageError):
    status = 404
    code = "upload-not-found"


class UploadOffset(PackageError):
    status = 409
    code = "upload-offset"


class UploadNotReady(PackageError):
    status = 409
    code = "upload-not-ready"


class StandardDiffers(PackageError):
    status = 409
    code = "standard-differs"


class CourseNotFound(PackageError):
    status = 404
    code = "course-not-found"


class FileNotFound(CourseNotFound):
    code = "file-not-found"
