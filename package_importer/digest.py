"""SHA-256 of packages and of chunks, as the header fields Repr-Digest and Content-Digest carry it (RFC 9530)."""

from __future__ import annotations

import base64
import binascii
import re

FIELD = re.compile(r"\s*sha-256\s*=\s*:([A-Za-z0-9+/=]*):\s*")
HEX = re.compile(r"[0-9a-f]{64}")


def sha256(field: str) -> str | None:
    """The SHA-256 of a digest field in hexadecimal digits; None when the field has none that can be read."""
    for member in field.split(","):
        if match := FIELD.fullmatch(member):
            try:
                value = base64.b64decode(match[1], validate=True).hex()
            except binascii.Error:
                return None
            return value if HEX.fullmatch(value) else None
    return None


def field(digest: str) -> str:
    """A SHA-256 in hexadecimal digits as the value of a digest field."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode('ascii')}:"
