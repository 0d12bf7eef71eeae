"""The xAPI Learning Record Store: 1.0.3 and 2.0 on one endpoint. It knows nothing of SCORM or courses.

This is its public face: everything else in the package may change."""

from lrs.errors import (
    Conflict,
    ContentEncoded,
    InvalidJSON,
    InvalidMultipart,
    InvalidParameter,
    InvalidSignature,
    InvalidStatement,
    LRSError,
    NotFound,
    NotPermitted,
    PreconditionFailed,
    Refused,
    TooLarge,
    TooSlow,
    Unavailable,
    VersionRefused,
)
from lrs.gate import SESSION, Asked, Gate
from lrs.resources import init_app
from lrs.service import LRS, statements_stored
from lrs.settings import Settings
from lrs.spec.query import Page, StatementQuery, Stored
from lrs.store.attachments import Attachment
from lrs.store.documents import Owner

__all__ = [
    "LRS",
    "SESSION",
    "Asked",
    "Attachment",
    "Conflict",
    "ContentEncoded",
    "Gate",
    "InvalidJSON",
    "InvalidMultipart",
    "InvalidParameter",
    "InvalidSignature",
    "InvalidStatement",
    "LRSError",
    "NotFound",
    "NotPermitted",
    "Owner",
    "Page",
    "PreconditionFailed",
    "Refused",
    "Settings",
    "StatementQuery",
    "Stored",
    "TooLarge",
    "TooSlow",
    "Unavailable",
    "VersionRefused",
    "init_app",
    "statements_stored",
]
