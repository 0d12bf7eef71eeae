"""What can go wrong in the Learning Record Store, each with its HTTP status.

LRSError 500
├── Refused 400
│   ├── InvalidJSON           the text is not the JSON the standard asks for
│   ├── InvalidStatement      pointer, found, rule
│   ├── InvalidParameter      parameter, found, rule
│   ├── InvalidMultipart
│   ├── InvalidSignature
│   └── VersionRefused
├── NotPermitted 403
├── NotFound 404
├── TooSlow 408
├── Conflict 409
├── PreconditionFailed 412
├── TooLarge 413
├── ContentEncoded 415        the body is compressed
└── Unavailable 503           the database does not answer as it must
"""

from __future__ import annotations

from typing import Any


class LRSError(Exception):
    """`str()` of it is a sentence for people; `detail` says where, what was found and what the rule is."""

    status = 500
    code = "lrs-error"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = detail


class Refused(LRSError):
    status = 400
    code = "bad-request"


class InvalidJSON(Refused):
    code = "invalid-json"


class InvalidStatement(Refused):
    code = "invalid-statement"


class InvalidParameter(Refused):
    code = "invalid-parameter"


class InvalidMultipart(Refused):
    code = "invalid-multipart"


class InvalidSignature(Refused):
    code = "invalid-signature"


class VersionRefused(Refused):
    code = "version-refused"


class NotPermitted(LRSError):
    status = 403
    code = "not-permitted"


class NotFound(LRSError):
    status = 404
    code = "not-found"


class TooSlow(LRSError):
    status = 408
    code = "too-slow"


class Conflict(LRSError):
    status = 409
    code = "conflict"


class PreconditionFailed(LRSError):
    status = 412
    code = "precondition-failed"


class TooLarge(LRSError):
    status = 413
    code = "too-large"


class ContentEncoded(LRSError):
    status = 415
    code = "content-encoded"


class Unavailable(LRSError):
    status = 503
    code = "unavailable"
