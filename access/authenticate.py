"""From a request to a Caller: Basic and Bearer, and the decorators that declare a view's permissions.

Both schemes carry the same token, base64 of `key:secret` in UTF-8, so that what a cmi5 launch hands out
works with either.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app, g, request

from access import cors, scopes
from access.caller import Caller
from access.credentials import Credentials
from access.errors import CrossOrigin, Forbidden, Unauthenticated

P = ParamSpec("P")
R = TypeVar("R")
EXTENSION = "rollbook.access"
"""Under this name an application knows its Credentials."""


def token(key: str, secret: str) -> str:
    """What follows `Basic` or `Bearer`; also the `auth-token` of cmi5."""
    return base64.b64encode(f"{key}:{secret}".encode()).decode("ascii")


def key_and_secret(header: str | None) -> tuple[str, str]:
    """What an Authorization header carries."""
    if not header:
        raise Unauthenticated("The request carries no credentials: send an Authorization header, Basic or Bearer.")
    scheme, _, token = header.partition(" ")
    if scheme.lower() not in ("basic", "bearer"):
        raise Unauthenticated("The Authorization header must use the scheme Basic or Bearer.")
    try:
        text = base64.b64decode(token.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Unauthenticated("The Authorization header must carry base64 of key:secret in UTF-8.") from None
    key, colon, secret = text.partition(":")
    if not colon:
        raise Unauthenticated("The Authorization header must carry base64 of key:secret, with the colon.")
    return key, secret


def current() -> Caller:
    """Who asks; authenticates at the first call of a request, also in a public view."""
    caller: Caller | None = g.get("caller")
    if caller is None:
        credentials: Credentials = current_app.extensions[EXTENSION]
        caller = credentials.verify(*key_and_secret(request.headers.get("Authorization")))
        if caller is None:
            raise Unauthenticated("The key is unknown, revoked or expired, or the secret is wrong.")
        g.caller = caller
    return caller


def act_as(caller: Caller) -> None:
    """In a request that the service makes of itself: for whom it is made."""
    g.caller = caller


def allows(caller: Caller, permission: str) -> bool:
    return permission in scopes.permissions(caller.scopes)


def requires(*needed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Any one of the permissions suffices."""
    if strangers := [name for name in needed if name not in scopes.PERMISSIONS]:
        raise AssertionError(f"no such permission: {', '.join(strangers)}")

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            caller = current()
            if cors.is_forged():
                raise CrossOrigin
            if scopes.permissions(caller.scopes).isdisjoint(needed):
                raise Forbidden(needed, caller.scopes)
            return view(*args, **kwargs)

        checked.permissions = needed  # type: ignore[attr-defined]
        return checked

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """A view that asks nobody who they are: probes, about, the OpenAPI document, player tokens."""
    view.permissions = ()  # type: ignore[attr-defined]
    return view
