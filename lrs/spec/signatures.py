"""Attachments that came with a statement, and signed statements. 1.0.3 Data 2.4.11 and 2.6; IEEE 9274.1.1 4.1.3, 4.2.6; RFC 7515.

A signature with certificates (`x5c`) is verified against the first of them, and each certificate against the next. One without
is checked for form, algorithm and payload: there is nothing to verify it with."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, load_der_x509_certificate

from lrs.errors import InvalidJSON, InvalidSignature, InvalidStatement
from lrs.spec import json_text
from lrs.spec.json_text import pointer, type_name
from lrs.spec.statement import payload_comparable

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
_ALGORITHMS: dict[str, hashes.HashAlgorithm] = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
_OFTEN_ADDED = frozenset({"id", "timestamp"})  # by whoever sends a statement on
_NOT_COMPARED = frozenset({"stored", "authority", "version"})  # the LRS has the last word on them
_EMPTY_OR_NOT_THERE = frozenset({"result", "context"})
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")

Json = Mapping[str, Any]
Place = tuple[str | int, ...]


class Part(Protocol):
    """The bytes of one attachment."""

    @property
    def length(self) -> int: ...

    def read(self) -> bytes: ...


def check(statement: Json, parts: Mapping[str, Any], place: Place) -> None:
    """Every attachment has its part or a fileUrl; every signature in a part is well-formed and signs this statement."""
    for ordinal, attachment in enumerate(statement.get("attachments", ())):
        _attachment(statement, attachment, parts, (*place, "attachments", ordinal))
    target = statement["object"]
    if target.get("objectType") == "SubStatement":
        check(target, parts, (*place, "object"))


def _attachment(statement: Json, attachment: Json, parts: Mapping[str, Part], place: Place) -> None:
    part = parts.get(attachment["sha2"].lower())
    if part is None:
        if "fileUrl" not in attachment:
            raise InvalidStatement(
                f"{pointer(place)}: no part of the request has the hash of this attachment.",
                pointer=pointer((*place, "sha2")),
                found=attachment["sha2"],
                rule="An attachment has a fileUrl, or its bytes are a part of a multipart/mixed request.",
            )
        return
    if attachment["usageType"] == SIGNATURE:
        if attachment["contentType"] != "application/octet-stream":
            raise _refused(place, "the contentType of a signature is application/octet-stream", attachment["contentType"])
        verify(part.read(), statement, place)


def verify(jws: bytes, statement: Json, place: Place = ()) -> None:
    """Refuses what is not a JWS in compact form over this statement."""
    sections = jws.strip().split(b".")
    if len(sections) != 3:
        raise _refused(place, "a signature is a JWS in compact serialization", f"{len(sections)} sections")
    header_text, payload_text, signature = (_decode(section, place) for section in sections)
    header = _json(header_text, "header", place)
    algorithm = _ALGORITHMS.get(str(header.get("alg")))
    if algorithm is None:
        raise _refused(place, "the algorithm of a signature is RS256, RS384 or RS512", str(header.get("alg"))[:40])
    if "crit" in header:
        raise _refused(place, "a signature needs no extensions of JWS (RFC 7515 4.1.11)", str(header["crit"])[:40])
    payload = _json(payload_text, "payload", place)
    _compare(payload, statement, place)
    if "x5c" in header:
        _verify_certificates(header["x5c"], sections[0] + b"." + sections[1], signature, algorithm, place)


def _decode(section: bytes, place: Place) -> bytes:
    try:
        if not _BASE64URL.fullmatch(section):
            raise ValueError("other characters, or padding")
        return base64.urlsafe_b64decode(section + b"=" * (-len(section) % 4))
    except ValueError as error:
        raise _refused(place, "the sections of a JWS are base64url", section[:40].decode("latin-1")) from error


def _json(text: bytes, name: str, place: Place) -> dict[str, Any]:
    try:
        value = json_text.read(text)
    except InvalidJSON as error:
        raise _refused(place, f"the {name} of a JWS is JSON", str(error)) from error
    if not isinstance(value, dict):
        raise _refused(place, f"the {name} of a JWS is a JSON object", type_name(value))
    return value


def _compare(payload: Json, statement: Json, place: Place) -> None:
    """1.0.3 Data 2.6: the payload is "logically equivalent" to the statement, the signature itself left out.

    A statement may have gained an id and a timestamp since, but nothing that was signed may be gone."""
    if gone := sorted(payload.keys() - statement.keys() - _NOT_COMPARED - _EMPTY_OR_NOT_THERE):
        raise _refused(place, "the statement has what its signature signs", f"no {', '.join(gone)[:80]}")
    both = _OFTEN_ADDED & payload.keys()
    try:
        equal = payload_comparable(payload, both) == payload_comparable(statement, both) and _described(payload) == _described(
            statement
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _refused(place, "the payload of a signature is the signed Statement", "something else") from error
    if not equal:
        raise _refused(place, "the payload of a signature is the signed Statement", "a different statement")


def _described(statement: Json) -> list[Json]:
    """The attachments that are no signatures."""
    return [{**one, "sha2": one["sha2"].lower()} for one in statement.get("attachments", ()) if one["usageType"] != SIGNATURE]


def _verify_certificates(chain: Any, signed: bytes, signature: bytes, algorithm: hashes.HashAlgorithm, place: Place) -> None:
    certificates = _certificates(chain, place)
    key = certificates[0].public_key()
    if not isinstance(key, RSAPublicKey):
        raise _refused(place, "the certificate of a signature holds an RSA key", "another kind of key")
    try:
        key.verify(signature, signed, PKCS1v15(), algorithm)
    except WrongSignature as error:
        raise _refused(
            place, "the signature is made with the key of the first certificate in x5c", "another signature"
        ) from error
    for ordinal, (issued, issuer) in enumerate(pairwise(certificates)):
        try:
            issued.verify_directly_issued_by(issuer)
        except (WrongSignature, ValueError, TypeError) as error:
            raise _refused(place, "each certificate in x5c is signed by the next", f"certificate {ordinal}") from error


def _certificates(chain: Any, place: Place) -> list[Certificate]:
    if not isinstance(chain, list) or not chain or not all(isinstance(one, str) for one in chain):
        raise _refused(place, "x5c is an array of certificates", str(chain)[:40])
    try:
        return [load_der_x509_certificate(base64.b64decode("".join(one.split()), validate=True)) for one in chain]
    except ValueError as error:
        raise _refused(place, "x5c holds certificates in base64 of DER", str(error)[:80]) from error


def _refused(place: Place, rule: str, found: str) -> InvalidSignature:
    return InvalidSignature(f"{pointer(place)}: {rule}. Found {found}.", pointer=pointer(place), found=found, rule=rule + ".")
