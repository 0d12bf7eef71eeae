"""What the composition root may choose about the Learning Record Store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Sizes are bytes, times seconds; `None` for `windowed` and `secret` means: find out, keep one in the database."""

    default_version: str = "2.0.0"  # the version that an answer to a request without a usable version header carries
    authority_home: str = "http://rollbook.local/credentials"  # account.homePage of derived authorities
    page_default: int = 100
    page_maximum: int = 500
    page_bytes: int = 32 << 20  # a page of statements ends early once it holds this much
    statements_maximum: int = 10_000  # in one request
    statement_maximum: int = 15 << 20  # with its index entry; MongoDB takes documents of 16 MB
    body_maximum: int = 64 << 20  # JSON, and multipart without its attachments
    document_maximum: int = 15 << 20
    attachment_maximum: int = 256 << 20
    request_maximum: int = 512 << 20
    body_seconds: float = 30  # for a request to bring its body, and a second more for each 64 KiB of it
    secret: str | None = None  # signs `more` tokens
    windowed: bool | None = None  # read lists in two-sided windows (the embedded server needs it)
