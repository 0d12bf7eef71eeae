"""What errors say beside their sentence: `rule` is a sentence about what is demanded, never a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lrs

FOLDER = Path(lrs.__file__).parent


def rules() -> Iterator[tuple[str, ast.expr]]:
    for file in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.keyword(arg="rule", value=value) | ast.Assign(targets=[ast.Name(id="rule")], value=value):
                    yield f"{file.relative_to(FOLDER)}:{value.lineno}", value


RULES = dict(rules())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_a_sentence(rule: ast.expr) -> None:
    text = ast.unparse(rule)

    assert isinstance(rule, ast.Constant | ast.JoinedStr | ast.Name | ast.BinOp) or text.startswith("_at_most(")
    assert not isinstance(rule, ast.Constant | ast.JoinedStr) or text.endswith((".'", '."'))


def test_the_walk_finds_the_rules() -> None:
    assert len(RULES) > 30
