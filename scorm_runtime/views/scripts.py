"""A page's script as browsers get it: one file with all that it imports, without what only people read.

Fifteen modules cost a browser fifteen requests and as many tasks before the first line runs; what is written stays as
it is, and needs no build.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

# Comment lines, casts inside a line, indentation and empty lines: a third of a script.
COMMENT = re.compile(
    r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)?\n|^[ \t]+|/\*\* @type [^\n]*?\*/ ", re.DOTALL | re.MULTILINE
)
IMPORT = re.compile(r'^import \{ (.+) \} from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function) (\w+))", re.MULTILINE)


@cache
def script(folder: Path, name: str) -> str:
    """The module `name` after those that it needs, each in a scope of its own."""
    parts: dict[str, str] = {}
    _gather(folder, name, parts)
    return "".join(parts.values())


def _gather(folder: Path, name: str, parts: dict[str, str]) -> None:
    text = COMMENT.sub("", (folder / f"{name}.js").read_text("utf-8"))
    for _, needed in IMPORT.findall(text):
        if needed not in parts:
            _gather(folder, needed, parts)
    parts[name] = _scoped(name, text)


def _scoped(name: str, text: str) -> str:
    body = IMPORT.sub(lambda found: f"const {{ {found[1].replace(' as ', ': ')} }} = ${found[2]};", text)
    return f"const ${name} = (() => {{\n{EXPORT.sub('', body)}return {{ {', '.join(EXPORT.findall(text))} }};\n}})();\n"
