"""ETag and If-Match of what is saved under a name. RFC 9110 13.1.1, RFC 6585 3."""

from flask import Response, request

from analytics.errors import RevisionChanged


def wanted_tag(name: str, current: str | None) -> str | None:
    """The state that the request says it changes; None: it names none. `If-None-Match: *` wants nothing to be there."""
    if "*" in request.headers.get("If-None-Match", "") and current is not None:
        raise RevisionChanged(name)
    if "If-Match" not in request.headers:
        return None
    if current is None or not request.if_match.contains(current):
        raise RevisionChanged(name)
    return current


def tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
