"""What an analyst can be told.

AnalyticsError
├── ParameterUnknown    400  a parameter that the resource does not have; names those it has
├── ParameterInvalid    400  a value that breaks the parameter's rule
├── CourseUnknown       404  neither a course nor an activity
├── ResourceUnknown     404  a schema that is not there
├── QueryInvalid        400  a query body outside the grammar; `pointer` says where
└── FormatUnknown       406  no format of ours is acceptable
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
        super().__init__(
            f"There is no parameter {parameter!r} here; there are {', '.join(names)}.", parameter=parameter, allowed=names
        )


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


class FormatUnknown(AnalyticsError):
    status = 406
    code = "format-unknown"

    def __init__(self, found: str, allowed: Iterable[str]) -> None:
        names = list(allowed)
        super().__init__(f"No format {found!r}; there are {', '.join(names)}.", found=found, allowed=names)
