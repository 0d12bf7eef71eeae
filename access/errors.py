"""What can go wrong when someone asks.

AccessError
├── Unauthenticated      401  nobody known asks
├── Forbidden            403  known, but lacks the permission
├── CrossOrigin          403  a browser says that a page of another origin makes the request
├── CredentialNotFound   404
├── KeyTaken             409
├── NotJson              415
├── InvalidRequest       400  a body or a parameter breaks a rule; `errors` lists each
└── Busy                 503  too many unknown secrets are being checked at once
"""

from collections.abc import Iterable, Mapping
from typing import Any

CHALLENGE = 'Basic realm="rollbook", charset="UTF-8", Bearer realm="rollbook"'


class AccessError(Exception):
    """`detail` travels as members of the problem document, `headers` as headers of the answer."""

    status: int = 400
    code: str = "access"

    def __init__(
        self, message: str, *, detail: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.detail: dict[str, Any] = dict(detail or {})
        self.headers: dict[str, str] = dict(headers or {})


class Unauthenticated(AccessError):
    status = 401
    code = "unauthenticated"

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": CHALLENGE})


class Forbidden(AccessError):
    status = 403
    code = "forbidden"

    def __init__(self, required: Iterable[str], scopes: Iterable[str]) -> None:
        needed, held = list(required), sorted(scopes)
        super().__init__(
            f"This needs the scope {' or '.join(needed)}; the credential has {', '.join(held) or 'none'}.",
            detail={"required": needed, "scopes": held},
        )


class CrossOrigin(AccessError):
    status = 403
    code = "cross-origin"

    def __init__(self) -> None:
        super().__init__("A page of another origin may not change anything here.")


class CredentialNotFound(AccessError):
    status = 404
    code = "credential-not-found"


class KeyTaken(AccessError):
    status = 409
    code = "key-taken"


class NotJson(AccessError):
    status = 415
    code = "not-json"


class InvalidRequest(AccessError):
    """`errors`: one `{pointer, found, rule}` for each thing that is wrong."""

    status = 400
    code = "invalid-request"

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        first = errors[0]
        super().__init__(f"{first['pointer'] or 'The body'}: {first['rule']}", detail={"errors": errors, **first})


class Busy(AccessError):
    status = 503
    code = "busy"

    def __init__(self) -> None:
        super().__init__("Too many unknown secrets are being checked at once.", headers={"Retry-After": "1"})
