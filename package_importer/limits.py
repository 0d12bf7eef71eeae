"""How much an import may read, keep and write."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes are bytes; `free_size` is what may unpack from any ratio.

    Larger manifests than `schema_elements` are not validated: libxml2 finds the place of an error by counting siblings, so
    that a hostile one would cost the square of its size.
    """

    package_size: int = 4096 * MEBIBYTE
    total_size: int = 8192 * MEBIBYTE
    file_size: int = 4096 * MEBIBYTE
    entries: int = 50_000
    ratio: int = 100
    free_size: int = 64 * MEBIBYTE
    name_length: int = 1024
    manifest_size: int = 16 * MEBIBYTE
    tags: int = 400_000
    schema_elements: int = 40_000
    items: int = 10_000
