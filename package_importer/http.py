"""What the courses API and the uploads API read from requests and write into answers in the same way."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, current_app, request

from package_importer import digest
from package_importer.catalogue import Catalogue
from package_importer.errors import ParameterInvalid
from package_importer.uploads import Uploads

EXTENSION = "package_importer"
PAGE, LARGEST_PAGE = 100, 1000
LONGEST_NUMBER = 15


def catalogue() -> Catalogue:
    found: Catalogue = current_app.extensions[EXTENSION]
    return found


def uploads() -> Uploads:
    return Uploads(catalogue())


def answer(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status=status, mimetype="application/json")


def only(*names: str) -> None:
    for name in request.args:
        if name not in names:
            raise ParameterInvalid(f"There is no parameter `{name}` here.", parameter=name)


def flags(*names: str) -> list[bool]:
    """The only parameters that a request may have, each true or false; false when it is left out."""
    only(*names)
    for name in names:
        if (value := request.args.get(name, "false")) not in ("true", "false"):
            raise ParameterInvalid(f"`{name}` must be true or false.", parameter=name, found=value)
    return [request.args.get(name) == "true" for name in names]


def page() -> tuple[str | None, int]:
    only("after", "limit")
    text = request.args.get("limit", str(PAGE))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise ParameterInvalid(f"`limit` must be a number from 1 to {LARGEST_PAGE}.", parameter="limit", found=text)
    return request.args.get("after"), int(text)


def number_header(name: str) -> int:
    """A header that is a whole number of bytes."""
    text = request.headers.get(name, "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise ParameterInvalid(f"The header {name} must be a number of bytes.", parameter=name, found=text or None)
    return int(text)


def digest_header(name: str) -> str | None:
    """The SHA-256 that a digest header announces; None when there is no such header."""
    text = request.headers.get(name)
    if text is None:
        return None
    found = digest.sha256(text)
    if found is None:
        raise ParameterInvalid(f"The header {name} must have sha-256=:base64:, as RFC 9530 says.", parameter=name, found=text)
    return found
