"""The alternate request syntax of 1.0.3, for browsers that could neither PUT nor set headers. 1.0.3 Communication 1.3.

`POST ...?method=PUT` with a form whose fields are the headers, the parameters and, as `content`, the body. It is unfolded
before anything else looks at the request; 2.0 does not have it, so there `method` is an unknown parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lrs import versions
from lrs.errors import VersionRefused

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
        fields = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        done = dict(environ)
        parameters: list[tuple[str, str]] = []
        content = fields.pop("content", None)
        for name, value in fields.items():
            if name.lower() in _HEADERS:
                if _HEADERS[name.lower()]:
                    done[_HEADERS[name.lower()]] = value
            else:
                parameters.append((name, value))
        if not _is_1(done.get("HTTP_X_EXPERIENCE_API_VERSION")):
            return {**environ, "wsgi.input": BytesIO(raw)}
        if content is None and query[0][1] in ("PUT", "POST"):
            parameters.append(("content", ""))  # required, and refused as an unknown parameter
        named = {name.lower() for name in fields}
        if "content-type" not in named:
            done["CONTENT_TYPE"] = "application/json"
        if "authorization" not in named and environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
            done.pop("HTTP_AUTHORIZATION", None)  # a login that the browser remembers; other origins' forms may not use it
        body = (content or "").encode()
        done["REQUEST_METHOD"] = query[0][1]
        done["QUERY_STRING"] = urlencode(parameters)
        done["CONTENT_LENGTH"] = str(len(body))
        done["wsgi.input"] = BytesIO(body)
        done.pop("HTTP_TRANSFER_ENCODING", None)
        return done


def _is_1(version: str | None) -> bool:
    try:
        return versions.negotiate(version).alternate_syntax
    except VersionRefused:
        return False
