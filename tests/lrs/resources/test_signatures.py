"""Signed statements: 1.0.3 Data 2.6, IEEE 9274.1.1 4.2.6. The official suite sends no forgery; these do."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient

from tests.lrs.conftest import make_statement
from tests.lrs.resources.test_attachments import described, first, mixed, part, post

USAGE = "http://adlnet.gov/expapi/attachments/signature"
ALGORITHMS = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def certificate(subject_key: Any, issuer_key: Any, name: str, issuer: str) -> str:
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(subject_key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3650))
        .sign(issuer_key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


CHAIN = [certificate(KEY, OTHER_KEY, "leaf", "root"), certificate(OTHER_KEY, OTHER_KEY, "root", "root")]


def encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def jws(payload: Any, alg: str = "RS256", key: Any = KEY, **header: Any) -> bytes:
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = encoded(json.dumps({"alg": alg, **header}).encode()) + b"." + encoded(text)
    return signed + b"." + encoded(key.sign(signed, PKCS1v15(), ALGORITHMS.get(alg, hashes.SHA256())))


def send(client: FlaskClient, statement: dict[str, Any], signature: bytes, content_type: str = "application/octet-stream") -> Any:
    attachment = {
        "usageType": USAGE,
        "display": {"en": "Signature"},
        "contentType": content_type,
        "length": len(signature),
        "sha2": hashlib.sha256(signature).hexdigest(),
    }
    attachments = [*statement.get("attachments", ()), attachment]
    return post(client, mixed(first({**statement, "attachments": attachments}), part(signature)))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_xapi_00117_ieee_4_2_6_a_signed_statement_is_accepted(client: FlaskClient, statement: dict[str, Any], alg: str) -> None:
    assert send(client, statement, jws(statement, alg)).status_code == 200
    assert send(client, statement, jws(statement, alg, x5c=CHAIN)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        ({"result": {"duration": "PT1.239S"}}, {"result": {"duration": "PT1.231S"}}),
        ({"timestamp": "2026-01-01T12:00:00Z"}, {"timestamp": "2026-01-01T13:00:00+01:00"}),
        (
            {"context": {"contextActivities": {"parent": [{"id": "http://a.b/"}]}}},
            {"context": {"contextActivities": {"parent": {"id": "http://a.b/"}}}},
        ),
        ({"id": "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"}, {}),
        ({"object": {"objectType": "Activity", "id": "http://a.b/"}}, {"object": {"id": "http://a.b/"}}),
        ({"timestamp": "2026-01-01T12:00:00.500Z"}, {"timestamp": "2026-01-01T12:00:00.5Z"}),
        ({"result": {"score": {"raw": 1.0}}}, {"result": {"score": {"raw": 1}}}),
        ({}, {"version": "1.0.0", "stored": "2026-01-01T12:00:00Z", "context": {}}),
    ],
)
def test_2_6_what_is_logically_equivalent_is_accepted(client: FlaskClient, sent: dict[str, Any], signed: dict[str, Any]) -> None:
    assert send(client, make_statement(**sent), jws(make_statement(**signed), x5c=CHAIN)).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"actor": {"mbox": "mailto:eve@example.com"}},
        {"verb": {"id": "http://example.com/verbs/other"}},
        {"verb": {"id": "http://example.com/verbs/did", "display": {"en-US": "did not"}}},
        {"object": {"id": "http://example.com/activities/one", "definition": {"name": {"en": "Another"}}}},
        {"result": {"score": {"scaled": 1}}},
        {"result": {"duration": "PT2S"}},
        {"context": {"language": "en"}},
    ],
)
def test_2_6_a_payload_that_differs_is_refused(client: FlaskClient, statement: dict[str, Any], change: dict[str, Any]) -> None:
    answer = send(client, make_statement(**change), jws(statement, x5c=CHAIN))

    assert answer.status_code == 400
    assert answer.json["code"] == "invalid-signature"
    assert answer.json["pointer"] == "/0/attachments/0"


@pytest.mark.parametrize(
    "signed",
    [
        {"id": "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"},
        {"timestamp": "2026-01-01T12:00:00Z"},
        {"unknown": 1},
    ],
)
def test_2_6_what_was_signed_and_is_gone_is_refused(
    client: FlaskClient, statement: dict[str, Any], signed: dict[str, Any]
) -> None:
    """The LRS would give the statement another id and another time than those signed."""
    assert send(client, statement, jws({**statement, **signed}, x5c=CHAIN)).status_code == 400


@pytest.mark.parametrize("change", [{"contentType": "text/html"}, {"display": {"en": "Forged"}}, {"length": 1}])
def test_2_6_other_attachments_are_signed_too(client: FlaskClient, statement: dict[str, Any], change: dict[str, Any]) -> None:
    file = described(fileUrl="http://example.com/file")

    assert send(client, {**statement, "attachments": [file]}, jws({**statement, "attachments": [file]})).status_code == 200
    assert (
        send(client, {**statement, "attachments": [file | change]}, jws({**statement, "attachments": [file]})).status_code == 400
    )


def test_2_6_ids_and_times_that_both_have_must_agree(client: FlaskClient) -> None:
    sent = make_statement(id="39e24cc4-69af-4b01-a824-1fdc6ea8a3af")
    signed = make_statement(id="39e24cc4-69af-4b01-a824-1fdc6ea8a3aa")

    assert send(client, sent, jws(signed)).status_code == 400
    assert (
        send(
            client, make_statement(timestamp="2026-01-01T12:00:00Z"), jws(make_statement(timestamp="2026-01-01T12:00:01Z"))
        ).status_code
        == 400
    )


def test_2_6_a_forged_signature_is_refused(client: FlaskClient, statement: dict[str, Any]) -> None:
    by_another_key = jws(statement, key=OTHER_KEY, x5c=CHAIN)
    right = jws(statement, x5c=CHAIN)
    head, payload, signature = right.split(b".")
    bent = b".".join([head, payload, signature[:-8] + b"AAAAAAAA"])

    assert send(client, statement, by_another_key).status_code == 400
    assert send(client, statement, bent).status_code == 400


@pytest.mark.parametrize(
    "chain",
    [
        [],
        "text",
        ["not base64 of a certificate"],
        [base64.b64encode(b"no certificate").decode()],
        [CHAIN[0] + "!!", CHAIN[1]],
        [CHAIN[0], certificate(KEY, KEY, "root", "root")],
        [certificate(ec.generate_private_key(ec.SECP256R1()), OTHER_KEY, "leaf", "root")],
    ],
    ids=["empty", "text", "not base64", "not DER", "more than base64", "wrong issuer", "not RSA"],
)
def test_2_6_certificates_must_fit(client: FlaskClient, statement: dict[str, Any], chain: Any) -> None:
    assert send(client, statement, jws(statement, x5c=chain)).status_code == 400


@pytest.mark.parametrize("alg", ["HS256", "none", "ES256", "rs256", ""])
def test_xapi_00117_other_algorithms_are_refused(client: FlaskClient, statement: dict[str, Any], alg: str) -> None:
    assert send(client, statement, jws(statement, alg)).status_code == 400


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"one",
        b"a.b",
        b"a.b.c.d",
        b"{}.{}.{}",
        jws(b"not json"),
        jws(b"[]"),
        jws(b"{}"),
        jws(b'{"actor":1}'),
        b"e30.e30.!!!!",
        jws(make_statement()) + b"=",
        jws(make_statement(), key=OTHER_KEY).partition(b".")[0] + b"+/." + b"e30.e30",
        jws(make_statement(), crit=["b64"], b64=False),
    ],
)
def test_xapi_00116_malformed_signatures_are_refused(client: FlaskClient, statement: dict[str, Any], signature: bytes) -> None:
    assert send(client, statement, signature).status_code == 400


def test_xapi_00115_a_signature_is_an_octet_stream(client: FlaskClient, statement: dict[str, Any]) -> None:
    assert send(client, statement, jws(statement), "application/json").status_code == 400
