"""Digest fields of RFC 9530."""

from __future__ import annotations

import hashlib

import pytest

from package_importer import digest

HELLO = hashlib.sha256(b"hello").hexdigest()


def test_a_field_reads_as_it_was_written() -> None:
    assert digest.sha256(digest.field(HELLO)) == HELLO


def test_other_digests_beside_it_are_passed_over() -> None:
    assert digest.sha256(f"sha-512=:AAAA:, {digest.field(HELLO)}") == HELLO


@pytest.mark.parametrize("text", ["", "sha-512=:AAAA:", "sha-256=:AAAA:", "sha-256=:A:", HELLO, "sha-256=LPJNul=="])
def test_a_field_without_a_readable_sha_256_has_none(text: str) -> None:
    assert digest.sha256(text) is None
