"""Statements as a request brings them: application/json, or multipart/mixed with attachments.

1.0.3 Communication 1.5; IEEE 9274.1.1 4.1.3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

from flask import request

from lrs.errors import InvalidMultipart, Refused, TooLarge
from lrs.resources import multipart, patience
from lrs.resources.surface import JSON, read_body, read_json, read_piece, version
from lrs.settings import Settings
from lrs.store.attachments import Attachment

_MEMORY = 1 << 20
_HASHES = {64: "sha256", 96: "sha384", 128: "sha512"}


@contextmanager
def statements(settings: Settings) -> Iterator[tuple[Any, list[Attachment]]]:
    """The JSON value, and the attachments; their temporary files are gone afterwards."""
    kind = request.mimetype
    if kind == JSON:
        yield read_json(read_body(settings.body_maximum)), []
        return
    if kind != "multipart/mixed":
        raise Refused(
            "Statements come as application/json or multipart/mixed.",
            found=kind or "no Content-Type",
            rule=f"The Content-Type is application/json or multipart/mixed ({version().transfer}).",
        )
    if request.content_length is not None and request.content_length > settings.request_maximum:
        raise TooLarge(
            f"The request has {request.content_length} bytes.",
            found=request.content_length,
            rule=_at_most(settings.request_maximum),
        )
    reader = multipart.Reader(read_piece, multipart.boundary_of(request.content_type or ""))
    with ExitStack() as files:
        yield _read(reader, settings, files)


def _read(reader: multipart.Reader, settings: Settings, files: ExitStack) -> tuple[Any, list[Attachment]]:
    parts = reader.parts()
    first = next(parts, None)
    if first is None:
        raise InvalidMultipart("The body has no parts.", rule="The first part holds the statements.")
    headers, pieces = first
    if (headers.get("Content-Type") or "").partition(";")[0].strip().lower() != JSON:
        raise InvalidMultipart(
            "The first part is not application/json.",
            found=headers.get("Content-Type") or "no Content-Type",
            rule="The first part holds the statements.",
        )
    value = read_json(_joined(pieces, settings.body_maximum))
    attachments: dict[str, Attachment] = {}
    total = 0
    for count, (headers, pieces) in enumerate(parts, 1):
        if count > settings.statements_maximum:
            rule = f"A request has at most {settings.statements_maximum} attachments."
            raise TooLarge("The request has too many attachments.", rule=rule)
        one = _attachment(headers, pieces, settings.attachment_maximum, files)
        attachments[one.sha2] = one
        total += one.length
        if total > settings.request_maximum:
            raise TooLarge("The attachments of this request are too large.", rule=_at_most(settings.request_maximum))
    patience.is_whole(request.environ)
    return value, list(attachments.values())


def _at_most(limit: int) -> str:
    return f"At most {limit} bytes are accepted."


def _joined(pieces: Iterator[bytes], limit: int) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > limit:
            raise TooLarge(f"The statements have more than {limit} bytes.", rule=_at_most(limit))
    return bytes(whole)


def _attachment(headers: multipart.PartHeaders, pieces: Iterator[bytes], limit: int, files: ExitStack) -> Attachment:
    named = (headers.get("X-Experience-API-Hash") or "").lower()
    if len(named) not in _HASHES:
        raise InvalidMultipart(
            "A part does not name its hash.",
            found=named[:140] or "no X-Experience-API-Hash",
            rule="X-Experience-API-Hash is a SHA-2 of 256, 384 or 512 bits in hexadecimal digits.",
        )
    encoding = headers.get("Content-Transfer-Encoding") or "binary"
    if encoding.lower() != "binary":
        raise InvalidMultipart(
            "A part comes in another encoding than binary.", found=encoding[:40], rule="Content-Transfer-Encoding is binary."
        )
    file = files.enter_context(SpooledTemporaryFile(max_size=_MEMORY))  # noqa: SIM115
    digest, length = hashlib.new(_HASHES[len(named)]), 0
    for piece in pieces:
        digest.update(piece)
        length += len(piece)
        if length > limit:
            raise TooLarge(f"An attachment has more than {limit} bytes.", rule=_at_most(limit))
        file.write(piece)
    if digest.hexdigest() != named:
        raise InvalidMultipart(
            "The bytes of a part do not have the hash it names.",
            found=digest.hexdigest(),
            rule=f"Their hash is that of X-Experience-API-Hash: {named}.",
        )
    file.seek(0)
    return Attachment(
        sha2=named,
        content_type=headers.get("Content-Type") or "application/octet-stream",
        length=length,
        body=file,  # type: ignore[arg-type]
    )
