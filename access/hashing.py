"""How secrets are kept: salted hashes as text, the parameters inside.

scrypt for secrets that a person may have chosen; RFC 7914. A secret we made ourselves from 256 random bits
cannot be guessed however fast the hash is, so launch-scoped credentials, of which a class makes hundreds in
a minute, use one salted SHA-256.
"""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode

SCRYPT_COST = (14, 8, 5)
"""log2 n, r, p: 16 MB and about a fifth of a second; OWASP's password storage advice for this amount of memory."""


def scrypt(secret: str, cost: tuple[int, int, int] = SCRYPT_COST) -> str:
    salt = os.urandom(16)
    log_n, r, p = cost
    return f"scrypt${log_n}${r}${p}${_text(salt)}${_text(_scrypt(secret, salt, cost))}"


def sha256(secret: str) -> str:
    salt = os.urandom(16)
    return f"sha256${_text(salt)}${_text(hashlib.sha256(salt + secret.encode()).digest())}"


def decoy(cost: tuple[int, int, int] | None) -> str:
    """What no secret matches, at the cost of scrypt or, without one, of SHA-256."""
    scheme = "scrypt${}${}${}".format(*cost) if cost else "sha256"
    return f"{scheme}${_text(os.urandom(16))}${_text(os.urandom(32))}"


def is_slow(stored: str) -> bool:
    return stored.startswith("scrypt$")


def matches(secret: str, stored: str) -> bool:
    """Whether `stored` was made of `secret`; takes as long for a wrong one as for the right one."""
    scheme, *parameters, salt, digest = stored.split("$")
    if scheme == "scrypt":
        log_n, r, p = (int(number) for number in parameters)
        found = _scrypt(secret, b64decode(salt), (log_n, r, p))
    elif scheme == "sha256":
        found = hashlib.sha256(b64decode(salt) + secret.encode()).digest()
    else:
        raise AssertionError(f"unknown hash scheme {scheme}")
    return hmac.compare_digest(found, b64decode(digest))


def _scrypt(secret: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    log_n, r, p = cost
    n = 1 << log_n
    return hashlib.scrypt(secret.encode(), salt=salt, n=n, r=r, p=p, maxmem=128 * r * (n + p + 2) + 2**20, dklen=32)


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")
