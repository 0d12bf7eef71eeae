"""What the rows of the data-model tables are made of; `export` turns the same values into the browser's JSON.

Names in a table write the first collection index as `n` and the second as `m`, as the standards do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "string", "pattern", "vocabulary", "number", "language", "localized", "list", "pair", "range", "any", "flags", "by"
]
Access = Literal["ro", "wo", "rw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """One data type. `of`, `cases` and `lenient` name other types of the same model; `values.py` says what each kind checks.

    `spm` is the smallest permitted maximum of characters; `lenient`: by name of a leniency, the type that real content is let
    through with; `hoist`: flags may also follow the language, and are kept before it.
    """

    kind: Kind
    spm: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    fold: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    min: float | None = None
    max: float | None = None
    of: tuple[str, ...] = ()
    prefix: str | None = None
    suffix: str | None = None
    delimiter: str | None = None
    least: int = 1
    most: int | None = None
    distinct: bool = False
    optional: bool = False
    names: tuple[str, ...] = ()
    hoist: bool = False
    element: str | None = None
    cases: Mapping[str, str] = field(default_factory=dict)
    lenient: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A status that the LMS computes as soon as its threshold is defined (RTE 4.2.4, 4.2.22)."""

    threshold: str
    measure: str
    reached: str
    below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRule:
    """How many correct responses a type of interaction may have, and whether they must differ (as lists or as sets)."""

    most: int | None = None
    distinct: bool = False
    unordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One row. `default` None means that a value must be set before it can be read (403).

    `keyword` rows are the `_children`, `_count` and `_version` of the model; `count` names no value but the number of rows.
    `requires`: elements of the same row that come first. `resets`: what a changed value throws away. `source`: answered from
    the look-ahead. `shared`: what may be done depends on the row's permissions. `fixed`: the rows are the LMS's alone.
    `blank_is_unset`: the empty string is stored, and reads as never set.
    """

    name: str
    access: Access
    type: str
    default: str | None = None
    keyword: bool = False
    count: bool = False
    requires: tuple[str, ...] = ()
    unique: bool = False
    once: bool = False
    appends: bool = False
    resets: tuple[str, ...] = ()
    derived: Derived | None = None
    rules: Mapping[str, PatternRule] = field(default_factory=dict)
    source: str | None = None
    shared: bool = False
    fixed: bool = False
    blank_is_unset: bool = False
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One standard (and edition) as data: rows, types, codes.

    `codes` gives each situation its error code, `errors` each code its string; `target` is how an element names an activity;
    `leniencies` are the names of what real content may get wrong.
    """

    standard: str
    edition: str | None
    elements: Mapping[str, Element]
    types: Mapping[str, Type]
    codes: Mapping[str, int]
    errors: Mapping[str, str]
    target: tuple[str, str] | None
    leniencies: tuple[str, ...]
    keywords: Mapping[str, str] = field(
        default_factory=lambda: {"_children": "get_children", "_count": "get_count", "_version": "get_version"}
    )
    max_characters: int = 1_000_000
    max_rows: int = 5_000
    max_message: int = 255
