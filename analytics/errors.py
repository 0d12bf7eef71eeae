"""What an analyst can be told.

AnalyticsError
├── ParameterUnknown    400  a parameter that the resource does not have; names those it has
├── ParameterInvalid    400  a value that breaks the parameter's rule
├── CourseUnknown       404  neither a course nor an activity
├── ResourceUnknown     404  a schema that is not there
├── QueryInvalid        400  a query body outside the grammar; `pointer` says where
│   └── QueryTooLarge   400  a query that would read or hold too much; `narrow` names what would make it smaller
├── NameInvalid         400  a name for a saved query or a schedule that is none
├── QueryUnknown        404  no saved query of this name
├── ScheduleUnknown     404  no schedule of this name
├── ExportUnknown       404  no such export, or one of somebody else, or one that has expired
├── ExportNotReady      409  the export has no file yet, or has failed
├── ExportsFull         429  too many exports wait already
├── ExportFailed        422  why an export has no file; `reason` says it in a word
├── RevisionChanged     412  what was to be changed has changed meanwhile, is there already, or is no longer there
├── RevisionRequired    428  what is there is only replaced by who says which state of it
├── FormatUnknown       406  no format of ours is acceptable
└── FormatUnavailable   406  a format of ours whose library is not installed; names the extra
"""

from collections.abc import Iterable
from typing import Any


class AnalyticsError(Exception):
    """`detail` travels as members of the problem document."""

    status: int = 400
    code: str = "analytics"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = detail


class ParameterUnknown(AnalyticsError):
    code = "parameter-unknown"

    def __init__(self, parameter: str, allowed: Iterable[str]) -> None:
        names = sorted(allowed)
        known = ", ".join(names) or "none"
        super().__init__(f"There is no parameter {parameter!r} here; there are {known}.", parameter=parameter, allowed=names)


class ParameterInvalid(AnalyticsError):
    code = "parameter-invalid"

    def __init__(self, parameter: str, found: str, rule: str) -> None:
        super().__init__(f"Parameter {parameter!r}: {rule}.", parameter=parameter, found=found, rule=rule)


class CourseUnknown(AnalyticsError):
    status = 404
    code = "course-unknown"

    def __init__(self, course: str) -> None:
        super().__init__(f"There is no course {course!r}; give a course id or an activity IRI.", parameter="course", found=course)


class ResourceUnknown(AnalyticsError):
    status = 404
    code = "resource-unknown"

    def __init__(self, found: str, allowed: Iterable[str]) -> None:
        names = list(allowed)
        super().__init__(f"There is no resource {found!r}; there are {', '.join(names)}.", found=found, allowed=names)


class QueryInvalid(AnalyticsError):
    code = "query-invalid"

    def __init__(self, pointer: str, found: object, rule: str) -> None:
        super().__init__(f"{pointer or 'The query'}: {rule}.", pointer=pointer, found=found, rule=rule)


class QueryTooLarge(QueryInvalid):
    code = "query-too-large"

    def __init__(self, reason: str, read: int | None, narrow: Iterable[str]) -> None:
        names = list(narrow)
        super().__init__("/filter", read, f"{reason}; narrow it by {', '.join(names)}")
        self.detail |= {"read": read, "narrow": names}


class FormatUnknown(AnalyticsError):
    status = 406
    code = "format-unknown"

    def __init__(self, found: str, allowed: Iterable[str]) -> None:
        names = list(allowed)
        super().__init__(f"No format {found!r}; there are {', '.join(names)}.", found=found, allowed=names)


class FormatUnavailable(AnalyticsError):
    status = 406
    code = "format-unavailable"

    def __init__(self, found: str, extra: str) -> None:
        super().__init__(
            f"The format {found!r} needs the extra {extra!r} of this service: pip install 'rollbook[{extra}]'.",
            found=found,
            extra=extra,
        )


class NameInvalid(AnalyticsError):
    code = "name-invalid"

    def __init__(self, found: str) -> None:
        rule = "must be 1 to 80 letters, digits, hyphens and underscores, and begin with a letter or digit"
        super().__init__(f"The name {found!r} {rule}.", found=found, rule=rule)


class QueryUnknown(AnalyticsError):
    status = 404
    code = "query-unknown"

    def __init__(self, found: str) -> None:
        super().__init__(f"There is no saved query {found!r}.", found=found)


class QueryScheduled(AnalyticsError):
    status = 409
    code = "query-scheduled"

    def __init__(self, found: str, schedules: Iterable[str]) -> None:
        names = list(schedules)
        super().__init__(
            f"The saved query {found!r} is what the schedules {', '.join(names)} ask: end or change them first.",
            found=found,
            schedules=names,
        )


class RevisionChanged(AnalyticsError):
    status = 412
    code = "revision-changed"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is not in the state that was named; read it again, then change it.", found=name)


class RevisionRequired(AnalyticsError):
    status = 428
    code = "revision-required"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is there already: send its ETag as If-Match to replace it.", found=name)


class ScheduleUnknown(AnalyticsError):
    status = 404
    code = "schedule-unknown"

    def __init__(self, found: str) -> None:
        super().__init__(f"There is no schedule {found!r}.", found=found)


class ExportUnknown(AnalyticsError):
    status = 404
    code = "export-unknown"

    def __init__(self, found: str) -> None:
        super().__init__(f"There is no export {found!r}; it may have expired.", found=found)


class ExportNotReady(AnalyticsError):
    status = 409
    code = "export-not-ready"

    def __init__(self, found: str, state: str) -> None:
        super().__init__(f"The export {found!r} has no file: it is {state}.", found=found, state=state)


class ExportsFull(AnalyticsError):
    status = 429
    code = "exports-full"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} exports wait already; try again when some are done.", most=most)
        self.headers = {"Retry-After": "60"}


class ExportFailed(AnalyticsError):
    status = 422
    code = "export-failed"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, reason=reason)
