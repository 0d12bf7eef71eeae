"""Clients that append `/statements` to an endpoint that ends in a slash: cmi5 and Tin Can content does either.

Done before routing, which would answer with a redirect, and a browser's preflight does not follow one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

SEVERAL = re.compile("/{2,}")


class OneSlash:
    def __init__(self, application: Callable[[dict[str, Any], Any], Iterable[bytes]], prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if "//" in path and path.startswith(self._prefix):
            environ = {**environ, "PATH_INFO": SEVERAL.sub("/", path)}
        return self._application(environ, start_response)
