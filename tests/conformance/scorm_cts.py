"""The case definitions of ADL's SCORM 2004 4th Edition LMS test, read from a checkout of the suite.

A definition is a `.properties` file whose commands are written in keys of `Commands.properties`: `SET->c~SS!pass->t->0` is
SetValue("cmi.success_status", "passed"), expected "true" and error 0. What comes out has the shape that
tests/scorm_runtime/sequencing/replaying.py plays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COURSES = Path("software_development", "TestSuite", "LMSRTE", "Courses")
WORDS = Path(
    "software_development", "resources", "org", "adl", "testsuite", "rte", "lms", "util", "resources", "Commands.properties"
)
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
HEAD = ("title", "start")
NAVIGATION = "a~n~r"


class Suite:
    def __init__(self, checkout: Path) -> None:
        self.courses = checkout / COURSES
        rows = (line.partition("=") for line in (checkout / WORDS).read_text("latin-1").splitlines() if not line.startswith("#"))
        self.words = {key.strip(): value.strip() for key, _, value in rows if key.strip()}

    def names(self) -> list[str]:
        return sorted(path.stem for path in (self.courses / "TestCases").glob("*.properties"))

    def manifest(self, package: str) -> bytes:
        return (self.courses / f"LMSTestPackage_{package}" / "imsmanifest.xml").read_bytes()

    def case(self, name: str) -> dict[str, Any]:
        made: dict[str, Any] = {"visits": []}
        text = (self.courses / "TestCases" / f"{name}.properties").read_text("utf-8", errors="replace")
        for key, value in _lines(text):
            if key in HEAD:
                made[key] = value
            elif key.startswith("Act"):
                self._visited(made["visits"], key, value)
        return made

    def _visited(self, visits: list[dict[str, Any]], key: str, value: str) -> None:
        """Lines of one activity that follow each other are one visit."""
        name, _, what = key.partition(".")
        if not visits or visits[-1]["id"] != name:
            act = name.removeprefix("Act").partition("V")[0]
            visits.append({"id": name, "act": act, "commands": [], "uiq": [], "uia": [], "cui": ""})
        visit = visits[-1]
        if what == "UIQ":
            visit["uiq"] = [_question(text) for text in value.split("~") if text]
        elif what == "UIA":
            visit["uia"] = [text for text in value.split("~") if text]
        elif what == "CUI":
            visit["cui"] = value
        elif what.startswith("commands") and (command := self._command(ESCAPE.sub(lambda m: chr(int(m[1], 16)), value))):
            visit["commands"].append(command)

    def _word(self, key: str, target: str = "") -> str:
        return self.words.get(key, key).replace("%s", target)

    def _command(self, text: str) -> dict[str, Any] | None:
        kind, *parts = text.split("->")
        error = parts[-1]
        match kind:
            case "I" | "C":
                return _called(self._word(kind), [parts[0]], self._word(parts[-2]), error)
            case "GET":
                learner = "name" if "LN" in parts[0] else "id" if "LI" in parts[0] else None
                expected = {"learner": learner} if learner else self._word(parts[-2])
                return _called("doGetValue", [self._element(parts[0])], expected, error)
            case "SET":
                return _called("doSetValue", list(self._assignment(parts[0])), self._word(parts[-2]), error)
            case "GES" | "GeDi" | "GLE":
                return _called(self._word(kind), ["" if kind == "GLE" else parts[0]], parts[1], parts[2])
            case "T":
                return _called("doTerminate", [""], "", "")
            case "COI":
                return _called("compareObjIds", [], parts[0].split(","), None)
        return None

    def _element(self, key: str) -> str:
        if "~" not in key:
            return key
        keys = [part.partition("!")[0] if "INTR" in key else part for part in key.split("~")]
        if len(keys) == 6 and NAVIGATION in key:
            return ".".join([*map(self._word, keys[:4]), self._word(keys[4], keys[5])])
        return ".".join(map(self._word, keys))

    def _assignment(self, key: str) -> tuple[str, str]:
        path, _, value = key.partition("!")
        keys = path.split("~")
        if NAVIGATION in key and "~" in value:
            target, name, kind = value.split("~")
            return ".".join(map(self._word, keys)), self._word(target, name) + self._word(kind)
        return ".".join(map(self._word, keys)), self._word(value)


def _called(method: str, arguments: list[str], expected: Any, error: str | None) -> dict[str, Any]:
    return {"m": method.removeprefix("do"), "args": arguments, "exp": expected, "err": error}


def _question(text: str) -> dict[str, str]:
    key, at, argument = text.partition("@")
    name, dot, rest = argument.partition(".")
    return {"key": key + dot + rest, "arg": name} if at else {"key": key}


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """`key=value`; a backslash at the end continues a line."""
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        whole = line
        while whole.endswith("\\"):
            whole = whole[:-1] + next(lines, "")
        if whole and "####" not in whole:
            key, _, value = whole.partition("=")
            yield key, value
