"""What differs between xAPI 1.0.3 and 2.0 (IEEE 9274.1.1) for a Learning Record Store, as one table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lrs.errors import VersionRefused

HEADER = "X-Experience-API-Version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    name: str  # what answers carry: the latest patch version (IEEE 4.1.7)
    schemas: str  # folder of schemas/xapi
    statement: str  # `version` of a statement that came without one (1.0.3 Data 2.4.10; IEEE 4.2.4.3)
    alternate_syntax: bool  # 1.0.3 Communication 1.3
    state_needs_precondition: bool  # IEEE 4.1.4: PUT over an existing State document
    profile_creation_needs_precondition: bool  # 1.0.3 Communication 3.1: neither header, no document -> 400
    transfer: str  # where the standard says how statements come
    merging: str  # where it says how documents are merged


VERSIONS = {
    "1.0.3": Version(
        name="1.0.3",
        schemas="1.0.3",
        statement="1.0.0",
        alternate_syntax=True,
        state_needs_precondition=False,
        profile_creation_needs_precondition=True,
        transfer="1.0.3 Communication 1.5",
        merging="1.0.3 Communication 2.2",
    ),
    "2.0.0": Version(
        name="2.0.0",
        schemas="2.0",
        statement="2.0.0",
        alternate_syntax=False,
        state_needs_precondition=True,
        profile_creation_needs_precondition=False,
        transfer="IEEE 9274.1.1 4.1.3",
        merging="IEEE 9274.1.1 4.1.6",
    ),
}

_ONE = re.compile(r"1\.0(?:\.[0-9]+)?")
_TWO = re.compile(r"2\.0(?:\.[0-9]+)?")


def negotiate(header: str | None) -> Version:
    """The version that answers a request with this header."""
    rule = "The header X-Experience-API-Version is 1.0.x or 2.0.x."
    if header is None:
        raise VersionRefused("The request has no header X-Experience-API-Version.", rule=rule)
    if _ONE.fullmatch(header):
        return VERSIONS["1.0.3"]
    if _TWO.fullmatch(header):
        return VERSIONS["2.0.0"]
    raise VersionRefused(f"This version of xAPI is not served: {header[:40]}.", found=header[:40], rule=rule)
