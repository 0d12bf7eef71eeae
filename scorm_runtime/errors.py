"""What can go wrong while a learner is in a course.

RuntimeFault
├── InvalidRequest            400  a body breaks a rule: `pointer`, `found`, `rule`
├── RegistrationNotFound      404
├── ItemNotFound              404
├── LaunchNotFound            404  no launch has this token
├── FileNotInPackage          404
├── SessionNotFound           404
├── RegistrationTaken         409  the UUID belongs to another learner or course
├── Superseded                409  another window plays this attempt now
├── CommitGap                 409  a commit arrived before the one it follows
├── RunClosed                 409  the data belong to a session that has ended
├── SessionEnded              409  there is nothing to abandon any more
├── AlreadyWaived             409
├── AlreadySatisfied          409  what has been done is not waived
├── AttemptsUsed              409  the course allows no further attempt
├── NothingToKeep             409  no attempt has begun that another could follow
├── Busy                      409  the attempt changed again and again while it was being saved
├── LaunchExpired             410
├── CourseRemoved             410  somebody has removed the course since the launch
├── BodyTooLarge              413
├── NotCorrectable            422  the status follows from something else, which `rule` names
├── NotOfStandard             422  courses of this `standard` do not have what was asked for
└── NotLaunchable             422  the course's standard has no player here
"""

from __future__ import annotations

from typing import Any


class RuntimeFault(Exception):
    """`detail` travels as members of the problem document."""

    status: int = 500
    code: str = "runtime-fault"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = detail


class InvalidRequest(RuntimeFault):
    status = 400
    code = "invalid-request"

    def __init__(self, pointer: str, found: Any, rule: str) -> None:
        super().__init__(f"{pointer or 'The body'}: {rule}", pointer=pointer, found=found, rule=rule)


class RegistrationNotFound(RuntimeFault):
    status = 404
    code = "registration-not-found"


class ItemNotFound(RuntimeFault):
    status = 404
    code = "item-not-found"


class LaunchNotFound(RuntimeFault):
    status = 404
    code = "launch-not-found"


class FileNotInPackage(RuntimeFault):
    status = 404
    code = "file-not-in-package"


class RegistrationTaken(RuntimeFault):
    status = 409
    code = "registration-taken"


class Superseded(RuntimeFault):
    status = 409
    code = "superseded"


class CommitGap(RuntimeFault):
    status = 409
    code = "commit-gap"


class RunClosed(RuntimeFault):
    status = 409
    code = "run-closed"


class SessionNotFound(RuntimeFault):
    status = 404
    code = "session-not-found"


class SessionEnded(RuntimeFault):
    status = 409
    code = "session-ended"


class AlreadyWaived(RuntimeFault):
    status = 409
    code = "already-waived"


class AlreadySatisfied(RuntimeFault):
    status = 409
    code = "already-satisfied"


class AttemptsUsed(RuntimeFault):
    status = 409
    code = "attempts-used"


class NothingToKeep(RuntimeFault):
    status = 409
    code = "nothing-to-keep"


class NotCorrectable(RuntimeFault):
    status = 422
    code = "not-correctable"


class NotOfStandard(RuntimeFault):
    status = 422
    code = "not-of-standard"


class Busy(RuntimeFault):
    status = 409
    code = "attempt-busy"


class LaunchExpired(RuntimeFault):
    status = 410
    code = "launch-expired"


class CourseRemoved(RuntimeFault):
    status = 410
    code = "course-removed"


class BodyTooLarge(RuntimeFault):
    status = 413
    code = "body-too-large"


class NotLaunchable(RuntimeFault):
    status = 422
    code = "not-launchable"
