"""What an import found: every finding names its rule, the place, the value and the mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from package_importer.rules import RULES, Kind

REPEATS = 50
"""Findings of one rule that are kept; the others are only counted, so that a hostile manifest has no hostile report."""

LONGEST = 200
"""Characters kept of a value found."""


OURS = "allowed"
"""The value of a message that says what the standard allows: it does not come from the package, and is told whole."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    rule: str
    severity: Severity
    message: str
    file: str | None = None
    line: int | None = None
    element: str | None = None
    found: str | None = None
    section: str = ""
    mend: str = ""

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings of one package; `omitted` counts, by rule, those beyond the first fifty."""

    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    omitted: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "errors": [finding.to_json() for finding in self.errors],
            "warnings": [finding.to_json() for finding in self.warnings],
        }
        if self.omitted:
            answer["omitted"] = dict(self.omitted)
        return answer


class Findings:
    """Collects while a package is read. `strict` turns each leniency into an error, `repair` each repair into a warning."""

    def __init__(self, *, strict: bool = False, repair: bool = False, file: str | None = None) -> None:
        self._forgiven = {Kind.WARNING} | ({Kind.REPAIR} if repair else set()) | (set() if strict else {Kind.LENIENCY})
        self.file = file
        self._findings: list[Finding] = []
        self._seen: Counter[str] = Counter()

    def add(
        self,
        rule: str,
        found: object = None,
        *,
        file: str | None = None,
        line: int | None = None,
        element: str | None = None,
        **values: object,
    ) -> None:
        self._seen[rule] += 1
        if self._seen[rule] > REPEATS:
            return
        row = RULES[rule]
        shown = None if found is None else printable(str(found))
        told = {name: value if name == OURS else printable(str(value)) for name, value in values.items()}
        self._findings.append(
            Finding(
                rule=rule,
                severity=Severity.WARNING if row.kind in self._forgiven else Severity.ERROR,
                message=row.message.format(found=shown, **told),
                file=file or self.file,
                line=line,
                element=element,
                found=shown,
                section=row.section,
                mend=row.mend,
            )
        )

    def full(self, rule: str) -> bool:
        """Whether enough findings of the rule are kept; this one is counted then, and need not be made."""
        if self._seen[rule] < REPEATS:
            return False
        self._seen[rule] += 1
        return True

    @property
    def refused(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self._findings)

    def has(self, rule: str) -> bool:
        return self._seen[rule] > 0

    def report(self) -> Report:
        return Report(
            errors=tuple(f for f in self._findings if f.severity is Severity.ERROR),
            warnings=tuple(f for f in self._findings if f.severity is Severity.WARNING),
            omitted={rule: seen - REPEATS for rule, seen in self._seen.items() if seen > REPEATS},
        )


def printable(text: str) -> str:
    """One line that is safe in a terminal: what is not printable is escaped, what is long is cut."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[: LONGEST + 1])
    return shown if len(text) <= LONGEST else f"{shown[:LONGEST]}…"
