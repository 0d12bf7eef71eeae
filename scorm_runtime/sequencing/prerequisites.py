"""SCORM 1.2 `adlcp:prerequisites`: an aicc_script expression over the statuses of other items.

`&` and, `|` or, `~` not, `=` and `<>` compare a status, `2*{a,b,c}` at least two of; an item alone stands for
"completed or passed". An expression that cannot be read asks for nothing: it must not lock learners out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from scorm_runtime.sequencing.objectives import completed, satisfied
from scorm_runtime.sequencing.state import Work
from scorm_runtime.sequencing.tree import Node

TOKEN = re.compile(r'\s*(?:(?P<count>\d+)\s*\*\s*\{|(?P<sign><>|[&|~=(){},])|"(?P<text>[^"]*)"|(?P<name>[^\s&|~=<>(){},"]+))')
DONE = ("completed", "passed")
DEEPEST = 50

Status = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


class Unreadable(ValueError):
    """The expression is not aicc_script."""


def met(expression: str, status: Status) -> bool | None:
    """Whether the expression holds, `None` if it cannot be read; `status` answers an item's SCORM 1.2 lesson status."""
    try:
        reader = _Reader(_tokens(expression), status)
        value = reader.either(0)
    except Unreadable:
        return None
    return value if reader.at_end else None


def _tokens(expression: str) -> list[Token]:
    tokens: list[Token] = []
    position, text = 0, expression.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise Unreadable
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent; it evaluates both sides always, so that all of the expression is read."""

    def __init__(self, tokens: list[Token], status: Status) -> None:
        self.tokens = tokens
        self.position = 0
        self.status = status

    @property
    def at_end(self) -> bool:
        return self.position == len(self.tokens)

    def _taken(self, *signs: str) -> str | None:
        if not self.at_end and self.tokens[self.position].kind == "sign" and self.tokens[self.position].text in signs:
            self.position += 1
            return self.tokens[self.position - 1].text
        return None

    def _next(self) -> Token:
        if self.at_end:
            raise Unreadable
        self.position += 1
        return self.tokens[self.position - 1]

    def _expect(self, sign: str) -> None:
        if self._taken(sign) is None:
            raise Unreadable

    def either(self, depth: int) -> bool:
        value = self._both(depth)
        while self._taken("|"):
            value = self._both(depth) or value
        return value

    def _both(self, depth: int) -> bool:
        value = self._one(depth)
        while self._taken("&"):
            value = self._one(depth) and value
        return value

    def _one(self, depth: int) -> bool:
        if depth > DEEPEST:
            raise Unreadable
        if self._taken("~"):
            return not self._one(depth + 1)
        if self._taken("("):
            value = self.either(depth + 1)
            self._expect(")")
            return value
        token = self._next()
        if token.kind == "count":
            return self._enough(int(token.text), depth)
        if token.kind == "sign":
            raise Unreadable
        return self._compared(token.text)

    def _compared(self, item: str) -> bool:
        found = self.status(item)
        sign = self._taken("=", "<>")
        if sign is None:
            return found in DONE
        wanted = self._next()
        if wanted.kind not in ("text", "name"):
            raise Unreadable
        return (found == _word(wanted.text)) is (sign == "=")

    def _enough(self, count: int, depth: int) -> bool:
        held = [self.either(depth + 1)]
        while self._taken(","):
            held.append(self.either(depth + 1))
        self._expect("}")
        return held.count(True) >= count


def _word(text: str) -> str:
    """Statuses may be written by their first letter."""
    words = ("passed", "completed", "browsed", "failed", "not attempted", "incomplete")
    wanted = text.strip().lower()
    return next((word for word in words if word == wanted or word[0] == wanted), wanted)


def lesson_status(work: Work, node: Node) -> str:
    """What an activity has reached, in the words of SCORM 1.2."""
    success, completion = satisfied(work, node, node.primary), completed(work, node)
    if success is not None:
        return "passed" if success else "failed"
    if completion is not None:
        return "completed" if completion else "incomplete"
    return "incomplete" if work.of(node).attempts else "not attempted"


def unmet(work: Work, node: Node) -> bool:
    """Whether the activity's prerequisites keep it closed; items that the course does not have were never attempted."""
    if node.prerequisites is None:
        return False

    def status(identifier: str) -> str:
        other = work.tree.by_id.get(identifier)
        return lesson_status(work, other) if other is not None else "not attempted"

    return met(node.prerequisites, status) is False
