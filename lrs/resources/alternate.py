"""The alternate request syntax of 1.0.3, for browsers that could neither PUT nor set headers. 1.0.3 Communication 1.3.

`POST ...?method=PUT` with a form whose fields are the headers, the parameters and, as `content`, the body. It is unfolded
before anything else looks at the request; 2.0 does not have it, so there `method` is an unknown parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lrs import versions
from lrs.errors import VersionRefused
from lrs.resources import patience

_FIELDS = 100
_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
_HEADERS = {
    "authorization": "HTTP_AUTHORIZATION",
    "x-experience-api-version": "HTTP_X_EXPERIENCE_API_VERSION",
    "content-type": "CONTENT_TYPE",
    "content-length": "",  # the length of `content` counts
    "if-match": "HTTP_IF_MATCH",
    "if-none-match": "HTTP_IF_NONE_MATCH",
    "accept": "HTTP_ACCEPT",
    "accept-language": "HTTP_ACCEPT_LANGUAGE",
    "accept-encoding": "",
}

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class AlternateSyntax:
    def __init__(self, application: Application, prefix: str, limit: int) -> None:
        self._application = application
        self._prefix = prefix
        self._limit = limit

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if (
            environ["REQUEST_METHOD"] == "POST"
            and "method=" in environ.get("QUERY_STRING", "")
            and environ.get("PATH_INFO", "").startswith(self._prefix)
        ):
            environ = self._unfolded(environ)
            if environ["REQUEST_METHOD"] == "HEAD":
                start_response = _without_body(start_response)
        return self._application(environ, start_response)

    def _unfolded(self, environ: Environ) -> Environ:
        query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if len(query) != 1 or query[0][0] != "method" or query[0][1] not in _METHODS or length > self._limit:
            return environ  # `method` is then refused as an unknown parameter
        if kind != "application/x-www-form-urlencoded":
            return environ
        raw = environ["wsgi.input"].read(length)
        asked = {**environ, "wsgi.input": BytesIO(raw)}
        if len(raw) < length:
            return asked
        patience.is_whole(environ)
        try:
            form = _read_form(raw)
        except ValueError:  # more fields than any request has
            return asked
        done = {**asked, **form.headers}
        if not _is_1(done.get("HTTP_X_EXPERIENCE_API_VERSION")):
            return asked
        if form.content is None and query[0][1] in ("PUT", "POST"):
            form.parameters.append(("content", ""))  # required, and refused as an unknown parameter
        if "CONTENT_TYPE" not in form.headers:
            done["CONTENT_TYPE"] = "application/json"
        remembered = environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin")
        if "HTTP_AUTHORIZATION" not in form.headers and remembered:
            done.pop("HTTP_AUTHORIZATION", None)  # a login that the browser remembers; other origins' forms may not use it
        body = (form.content or "").encode("latin-1")
        done["REQUEST_METHOD"] = query[0][1]
        done["QUERY_STRING"] = urlencode(form.parameters, encoding="latin-1")
        done["CONTENT_LENGTH"] = str(len(body))
        done["wsgi.input"] = BytesIO(body)
        done.pop("HTTP_TRANSFER_ENCODING", None)
        return done


@dataclass(slots=True)
class Form:
    """Texts hold a byte in each character, as in a WSGI environment."""

    headers: Environ = field(default_factory=dict)
    parameters: list[tuple[str, str]] = field(default_factory=list)
    content: str | None = None


def _read_form(raw: bytes) -> Form:
    """What stands twice is left among the parameters, where it is refused."""
    form, seen = Form(), set()
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_FIELDS):
        header = _HEADERS.get(name.lower())
        if (name != "content" and header is None) or name.lower() in seen:
            form.parameters.append((name, value))
        elif name == "content":
            form.content = value
        elif header:
            form.headers[header] = value
        seen.add(name.lower())
    return form


def _without_body(start_response: Callable[..., Any]) -> Callable[..., Any]:
    """The answer to HEAD as the answer to the POST that it came as, whose length counts."""

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(
            status, [(name, "0" if name.lower() == "content-length" else value) for name, value in headers], *rest
        )

    return start


def _is_1(version: str | None) -> bool:
    try:
        return versions.negotiate(version).alternate_syntax
    except VersionRefused:
        return False
