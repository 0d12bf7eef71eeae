"""Dotted element names -> table rows: SCORM 2004 RTE 4.1.1.3 (collections), SCORM 1.2 RTE 3.4.1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from scorm_runtime.datamodel.element import Element, Model

INDEX = re.compile("[0-9]+")
CANONICAL = re.compile("0|[1-9][0-9]{0,8}")
TARGET = "{target}"
ROW = frozenset({"n", "m"})
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One step into a collection: which, and where. `index` None: digits that name no row ("01")."""

    collection: str
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a name refers to. Without an element, `missing` is the situation (a key of `Model.codes`)."""

    name: str
    element: Element | None = None
    rows: tuple[Row, ...] = ()
    target: str | None = None
    missing: str = ""

    def beside(self, template: str) -> str:
        """The concrete name of another element of the same rows: `cmi.interactions.n.id` -> `cmi.interactions.3.id`."""
        for row, letter in zip(self.rows, ("n", "m"), strict=False):
            template = template.replace(f".{letter}.", f".{row.index}.", 1)
        return template


@dataclass(slots=True)
class _Node:
    element: Element | None = None
    children: dict[str, _Node] = field(default_factory=dict)
    row: _Node | None = None


class Names:
    """The names of one model, as a tree; names of elements are remembered, for they come again and again."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._root = _Node()
        self._known: dict[str, Reference] = {}
        for element in model.elements.values():
            self._add(element.name.split("."), element)

    def _add(self, tokens: Iterable[str], element: Element) -> None:
        node = self._root
        for token in tokens:
            if token in ROW:
                node.row = node.row or _Node()
                node = node.row
            else:
                node = node.children.setdefault(token, _Node())
        node.element = element

    def resolve(self, name: str) -> Reference:
        if known := self._known.get(name):
            return known
        found = self._walk(name)
        if found.element is not None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[name] = found
        return found

    def _walk(self, name: str) -> Reference:
        tokens, target = self._tokens(name)
        node = self._root
        rows: list[Row] = []
        for at, token in enumerate(tokens):
            if node.row and INDEX.fullmatch(token):
                rows.append(Row(collection=".".join(tokens[:at]), index=_index(token)))
                node = node.row
            elif token in node.children and (token != TARGET or target is not None):
                node = node.children[token]
            else:
                return Reference(name=name, missing=self._missing(tokens, at))
        if node.element is None:
            return Reference(name=name, missing="undefined_child" if len(tokens) > 1 else "undefined")
        return Reference(name=name, element=node.element, rows=tuple(rows), target=target)

    def _tokens(self, name: str) -> tuple[list[str], str | None]:
        prefix, suffix = self._model.target or ("", "")
        at = name.find("." + prefix) if prefix and name.endswith(suffix) else -1
        if at < 0:
            return name.split("."), None
        target = name[at + 1 + len(prefix) : -len(suffix)]
        return [*name[:at].split("."), TARGET], target.strip(" \t\r\n")

    def _missing(self, tokens: list[str], at: int) -> str:
        last = at == len(tokens) - 1
        if at > 0 and last and tokens[at] in self._model.keywords:
            return self._model.keywords[tokens[at]]
        return "undefined_child" if at > 1 else "undefined"


def _index(token: str) -> int | None:
    return int(token) if CANONICAL.fullmatch(token) else None


@cache
def names(model: Model) -> Names:
    return Names(model)
