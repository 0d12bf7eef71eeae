"""Stored secrets."""

import pytest

from access import hashing


@pytest.mark.parametrize(
    "stored", [hashing.scrypt("päss:wörd", (4, 1, 1)), hashing.sha256("päss:wörd")], ids=["scrypt", "sha256"]
)
def test_the_right_secret_matches_and_no_other(stored: str) -> None:
    assert hashing.matches("päss:wörd", stored)
    assert not hashing.matches("päss:word", stored)
    assert not hashing.matches("", stored)


def test_the_same_secret_is_stored_differently_each_time() -> None:
    assert hashing.scrypt("secret", (4, 1, 1)) != hashing.scrypt("secret", (4, 1, 1))


def test_the_cost_travels_with_the_hash_and_is_slow_by_default() -> None:
    stored = hashing.scrypt("secret")

    assert stored.startswith("scrypt$14$8$5$")
    assert hashing.matches("secret", stored)


@pytest.mark.parametrize("cost", [None, (4, 1, 1)])
def test_a_decoy_matches_nothing(cost: tuple[int, int, int] | None) -> None:
    assert not hashing.matches("", hashing.decoy(cost))


def test_an_unknown_scheme_is_a_broken_invariant() -> None:
    with pytest.raises(AssertionError, match="md5"):
        hashing.matches("secret", "md5$AAAA$AAAA")
