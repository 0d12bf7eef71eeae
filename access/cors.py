"""Cross-origin requests of browser clients; Fetch standard, "HTTP extensions".

Credentials travel in a header that the client's script sets, never in a cookie, so no answer ever carries
Access-Control-Allow-Credentials, and any origin can be allowed without lending it a user's session.
"""

import re
from collections.abc import Sequence

from flask import Flask, Response, current_app, request

METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
EXPOSED = (
    "X-Experience-API-Version",
    "X-Experience-API-Consistent-Through",
    "ETag",
    "Last-Modified",
    "Location",
    "Link",
    "Content-Disposition",
    "Retry-After",
    "WWW-Authenticate",
    "X-Row-Count",
    "X-Consistent-Through",
    "X-Next-Seq",
)
PREFLIGHT_SECONDS = "7200"
NOT_BY_SCRIPT = ("navigate", "no-cors", "nested-navigate")
"""Forms, links, images: what needs no leave by CORS, and carries a remembered login."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EXTENSION = "rollbook.access.origin"


def init_app(app: Flask, *, origins: Sequence[str], paths: Sequence[str]) -> None:
    """Answers scripts of the `origins` ("*": all, "https://*.example.org": each host below) below the `paths`."""
    prefixes, allowed = tuple(paths), frozenset(origins)
    listed = re.compile("|".join(re.escape(one).replace(r"\*", "[0-9a-z-]+") for one in origins))

    def origin() -> str | None:
        found = request.headers.get("Origin")
        if not found or not request.path.startswith(prefixes):
            return None
        return "*" if "*" in allowed else found if listed.fullmatch(found) else None

    app.extensions[EXTENSION] = origin

    def preflight() -> Response | None:
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers or origin() is None:
            return None
        answer = Response(status=204)
        answer.headers["Access-Control-Allow-Methods"] = METHODS
        answer.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "")
        answer.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
        answer.vary.add("Access-Control-Request-Headers")
        return answer

    def expose(answer: Response) -> Response:
        if allowed and "*" not in allowed and request.path.startswith(prefixes):
            answer.vary.add("Origin")
        if (found := origin()) is not None:
            answer.headers["Access-Control-Allow-Origin"] = found
            answer.headers["Access-Control-Expose-Headers"] = ", ".join(EXPOSED)
        return answer

    app.before_request(preflight)
    app.after_request(expose)


def is_forged() -> bool:
    """Whether a page of another origin makes this request without leave.

    A browser that remembers a Basic login sends it with whatever any page makes it send; what the browser says of
    that page (Fetch Metadata) cannot be set by a script. Programs other than browsers say nothing.
    """
    if request.method in SAFE or request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return False
    allowed = current_app.extensions[EXTENSION]() is not None
    return not allowed or request.headers.get("Sec-Fetch-Mode") in NOT_BY_SCRIPT
