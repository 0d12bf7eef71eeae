"""The alternate request syntax of 1.0.3, for browsers that could neither PUT nor set headers. 1.0.3 Communication 1.3.

`POST ...?method=PUT` with a form whose fields are the headers, the parameters and, as `content`, the body. It is unfolded
before anything else looks at the request. 2.0 does not have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lrs import versions
from lrs.errors import InvalidParameter, LRSError, Refused, TooLarge, VersionRefused
from lrs.resources import patience

FAULT = "lrs.alternate.fault"
"""Under this name in the WSGI environment: why a request with `method` is none in this syntax, an LRSError."""

_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"
_VERSION = "HTTP_X_EXPERIENCE_API_VERSION"
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
        """The request that was meant; if there is none, the one that came, with what is wrong under `FAULT`."""
        query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        if all(name != "method" for name, _ in query):
            return environ
        try:
            _check(environ, query)
            raw = self._body(environ)
            return _meant({**environ, "wsgi.input": BytesIO(raw)}, _read_form(raw), query[0][1])
        except LRSError as error:
            return {**environ, FAULT: error}

    def _body(self, environ: Environ) -> bytes:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not length and "HTTP_TRANSFER_ENCODING" in environ:
            raise Refused("The form comes in chunks.", rule="Content-Length says how long the form is.")
        if length > self._limit:
            rule = f"At most {self._limit} bytes are accepted here."
            raise TooLarge(f"The form has {length} bytes. {rule}", found=length, rule=rule)
        raw: bytes = environ["wsgi.input"].read(length)
        if len(raw) < length:
            raise Refused("The body ended before its Content-Length.")
        patience.is_whole(environ)
        return raw


def _check(environ: Environ, query: Sequence[tuple[str, str]]) -> None:
    """Refuses what cannot be the alternate syntax, by the address and the headers."""
    _check_version(environ)
    others = [name for name, _ in query if name != "method"] or [name for name, _ in query[1:]]
    if others:
        raise InvalidParameter(
            f"Beside method there is {others[0][:80]} in the address.",
            parameter=others[0][:80],
            rule="In the alternate request syntax method stands alone in the address, once; all else is in the form.",
        )
    if query[0][1] not in _METHODS:
        raise InvalidParameter(
            f"There is no method {query[0][1][:40]!r}.",
            parameter="method",
            found=query[0][1][:40],
            rule=f"The method is one of {', '.join(_METHODS)}.",
        )
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise InvalidParameter(
            "A request with the parameter method is in the alternate request syntax, and this one brings no form.",
            parameter="method",
            found=kind[:80] or "no Content-Type",
            rule=f"The Content-Type is {_FORM}.",
        )


def _check_version(environ: Environ) -> None:
    version = environ.get(_VERSION)
    if version is not None and not versions.negotiate(version).alternate_syntax:
        raise VersionRefused(
            f"The alternate request syntax does not go with version {version[:40]}.",
            found=version[:40],
            rule="Only xAPI 1.0.3 has it (1.0.3 Communication 1.3).",
        )


def _meant(asked: Environ, form: Form, method: str) -> Environ:
    done = {**asked, **form.headers}
    _check_version(done)
    if _VERSION not in done and not asked["PATH_INFO"].rstrip("/").endswith("/about"):
        raise VersionRefused(
            "The form has no field X-Experience-API-Version, and the request no such header.", rule="The version is 1.0.x."
        )
    if form.content is None and method in ("PUT", "POST"):
        raise InvalidParameter("The form has no field content.", parameter="content", rule=f"A {method} has a body.")
    if "CONTENT_TYPE" not in form.headers:
        done["CONTENT_TYPE"] = "application/json"
    remembered = asked.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin")
    if "HTTP_AUTHORIZATION" not in form.headers and remembered:
        done.pop("HTTP_AUTHORIZATION", None)  # a login that the browser remembers; other origins' forms may not use it
    body = (form.content or "").encode("latin-1")
    done["REQUEST_METHOD"] = method
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
    try:
        fields = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_FIELDS)
    except ValueError as error:
        raise Refused("The form has too many fields.", rule=f"It has at most {_FIELDS}.") from error
    for name, value in fields:
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
