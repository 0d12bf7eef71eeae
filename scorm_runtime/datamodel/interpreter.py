"""Reads and writes one SCO's values by the table; what static/js/runtime/datamodel.js does in the browser.

SCORM 2004 RTE 3.1.4 and 4.1.1, SCORM 1.2 RTE 3.4.2. Codes are the model's; nothing here names one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scorm_runtime.datamodel.element import Derived, Element, Model
from scorm_runtime.datamodel.leniency import allowed
from scorm_runtime.datamodel.names import Reference, Row, names
from scorm_runtime.datamodel.values import judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A value that strict checking would have refused with `code`, and the leniency that has let it through."""

    leniency: str
    element: str
    value: str
    fault: str
    code: int


class DataModel:
    """`data` is changed in place. `changes` are the elements set since `take_changes`; None: no longer set.

    `strict`: no leniency at all, or the names of those that are refused.
    """

    def __init__(
        self,
        model: Model,
        data: dict[str, str],
        *,
        strict: bool | Collection[str] = False,
        look_ahead: Mapping[str, Any] | None = None,
        permissions: Sequence[Mapping[str, bool]] = (),
    ) -> None:
        self.model = model
        self.data = data
        self.allowed = allowed(model.leniencies, strict)
        self.look_ahead = look_ahead
        self.permissions = permissions
        self.changes: dict[str, str | None] = {}
        self.log: list[Taken] = []
        self.diagnostic = ""
        self._names = names(model)

    @cached_property
    def _counts(self) -> dict[str, int]:
        """The number of rows of each collection that has any."""
        counts: dict[str, int] = {}
        for name in self.data:
            _count_rows(counts, self._names.resolve(name).rows)
        return counts

    def take_changes(self) -> dict[str, str | None]:
        changes, self.changes = self.changes, {}
        return changes

    def get(self, name: str) -> tuple[str, int]:
        self.diagnostic = ""
        if not name:
            return "", self._refuse("get_empty", name)
        at = self._names.resolve(name)
        element = at.element
        if element is None:
            return "", self._refuse(at.missing, name)
        if element.access == "wo":
            return "", self._refuse("write_only", name)
        if any(row.index is None or row.index >= self._counts.get(row.collection, 0) for row in at.rows):
            return "", self._refuse("get_index", name)
        if element.shared and not self._permits(at, "read"):
            return "", self._refuse("write_only", name)
        value = self._read(at, element)
        return (value, 0) if value is not None else ("", self._refuse("not_initialized", name))

    def _read(self, at: Reference, element: Element) -> str | None:
        if element.count:
            return str(self._counts.get(at.name.rpartition(".")[0], 0))
        if element.source:
            return self._foreseen(at, element)
        if element.derived and element.derived.threshold in self.data:
            return self._derive(element.derived) or element.default
        value = self.data.get(at.name, element.default)
        return None if element.blank_is_unset and not value else value

    def _foreseen(self, at: Reference, element: Element) -> str | None:
        answer: Any = (self.look_ahead or {}).get(element.source or "")
        if at.target is not None and answer is not None:
            answer = answer.get(at.target, False)
        return str(answer).lower() if isinstance(answer, bool) else element.default

    def _derive(self, derived: Derived) -> str | None:
        measure = self.data.get(derived.measure)
        if measure is None:
            return None
        return derived.reached if float(measure) >= float(self.data[derived.threshold]) else derived.below

    def set(self, name: str, value: str, *, append: bool = True) -> int:
        """`append` False: the value replaces also where the standard's SetValue appends (`cmi.comments` of 1.2)."""
        self.diagnostic = ""
        if not name:
            return self._refuse("set_empty", name)
        at = self._names.resolve(name)
        element = at.element
        if element is None:
            return self._refuse("keyword" if at.missing in self.model.keywords.values() else at.missing, name)
        if situation := self._forbidden(at, element):
            return self._refuse(situation, name, value)
        if element.appends and append:
            value = self.data.get(name, "") + value
        verdict = judge(
            self.model.types, element.type, value, allowed=self.allowed, lookup=lambda other: self.data.get(at.beside(other))
        )
        fault = "length" if len(value) > self.model.max_characters else verdict.fault
        if fault or (fault := self._conflict(at, element, verdict.value)):
            return self._refuse(fault, name, value)
        for leniency in verdict.leniencies:
            self.take(leniency, name, value, verdict.sloppy)
        self._store(at, element, verdict.value)
        return 0

    def take(self, leniency: str, name: str, value: str, fault: str) -> None:
        code = self.model.codes[fault]
        self.log.append(Taken(leniency=leniency, element=name, value=value[:100], fault=fault, code=code))

    def remove(self, name: str) -> int:
        """Forgets a value that a changed type has reset; nothing else can be forgotten."""
        parents = {reset for row in self.model.elements.values() for reset in row.resets}
        at = self._names.resolve(name)
        if at.element is None or not any(_below(name, at.beside(parent)) for parent in parents):
            return self._refuse("read_only", name)
        self._forget(name)
        return 0

    def _forbidden(self, at: Reference, element: Element) -> str:
        """Why this element cannot be set now, whatever the value."""
        if element.keyword:
            return "keyword"
        if element.access == "ro":
            return "read_only"
        for row in at.rows:
            last = self._counts.get(row.collection, 0) - (1 if element.fixed else 0)
            if row.index is None or row.index > last or row.index >= self.model.max_rows:
                return "set_index"
        if element.shared and not self._permits(at, "write"):
            return "read_only"
        if any(at.beside(other) not in self.data for other in element.requires):
            return "dependency"
        rule = element.rules.get(self._type_beside(at, element))
        index = at.rows[-1].index if at.rows else 0
        return "set_conflict" if rule and rule.most is not None and (index or 0) >= rule.most else ""

    def _type_beside(self, at: Reference, element: Element) -> str:
        selector = self.model.types[element.type].element
        return self.data.get(at.beside(selector), "") if selector else ""

    def _permits(self, at: Reference, what: str) -> bool:
        index = at.rows[0].index or 0
        return index >= len(self.permissions) or self.permissions[index].get(what, True)

    def _conflict(self, at: Reference, element: Element, value: str) -> str:
        """RTE 4.1.1.2: identifiers are unique in their collection; some are set once; some patterns must differ."""
        if element.once and self.data.get(at.name, value) != value:
            return "set_conflict"
        rule = element.rules.get(self._type_beside(at, element))
        if not element.unique and not (rule and rule.distinct):
            return ""
        unordered = bool(rule and rule.unordered)
        wanted = _comparable(value, unordered)
        others = (self.data.get(name) for name in self._siblings(at))
        return "set_conflict" if any(o is not None and _comparable(o, unordered) == wanted for o in others) else ""

    def _siblings(self, at: Reference) -> list[str]:
        row = at.rows[-1]
        leaf = at.name.rpartition(".")[2]
        count = self._counts.get(row.collection, 0)
        return [f"{row.collection}.{index}.{leaf}" for index in range(count) if index != row.index]

    def _store(self, at: Reference, element: Element, value: str) -> None:
        before = self.data.get(at.name)
        if before == value:
            return
        if before is not None:
            for template in element.resets:
                parent = at.beside(template)
                for name in [name for name in self.data if _below(name, parent)]:
                    self._forget(name)
                self._counts.pop(parent, None)
        counts = self._counts
        self.data[at.name] = value
        if self.changes.get(at.name) is None:  # else it keeps its place: what was set after it may depend on it
            self.changes.pop(at.name, None)
        self.changes[at.name] = value
        _count_rows(counts, at.rows)

    def _forget(self, name: str) -> None:
        self.data.pop(name, None)
        self.changes.pop(name, None)
        self.changes[name] = None
        for row in self._names.resolve(name).rows[1:]:
            self._counts[row.collection] = min(self._counts.get(row.collection, 0), row.index or 0)

    def _refuse(self, situation: str, name: str, value: str | None = None) -> int:
        code = self.model.codes[situation]
        found = "" if value is None else f", found {json.dumps(value[:60], ensure_ascii=False)}"
        self.diagnostic = f"{name or 'no element'}: {situation.replace('_', ' ')}{found}"[: self.model.max_message]
        return code


def _count_rows(counts: dict[str, int], rows: tuple[Row, ...]) -> None:
    for row in rows:
        counts[row.collection] = max(counts.get(row.collection, 0), (row.index or 0) + 1)


def _below(name: str, parent: str) -> bool:
    return name == parent or name.startswith(parent + ".")


def _comparable(value: str, unordered: bool) -> str | tuple[str, ...]:
    return tuple(sorted(value.split("[,]"))) if unordered else value
