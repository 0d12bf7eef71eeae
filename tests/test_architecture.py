"""Imports point down, as docs/architecture.md draws them; pure modules stay pure; names say something."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT: dict[str, set[str]] = {
    "access": set(),
    "lrs": {"access"},
    "package_importer": {"access"},
    "scorm_runtime": {"access", "lrs", "package_importer"},
    "analytics": {"access", "lrs"},
    "rollbook": {"access", "analytics", "lrs", "package_importer", "scorm_runtime"},
}
PURE = (
    "access/caller.py",
    "access/creation.py",
    "access/scopes.py",
    "analytics/attempts.py",
    "analytics/columns.py",
    "analytics/facts.py",
    "analytics/origins.py",
    "analytics/query.py",
    "analytics/timing.py",
    "analytics/verbs.py",
    "analytics/vocabulary.py",
    "lrs/authority.py",
    "lrs/gate.py",
    "lrs/spec/*.py",
    "lrs/versions.py",
    "package_importer/cmi5.py",
    "package_importer/course.py",
    "package_importer/detect.py",
    "package_importer/href.py",
    "package_importer/manifest.py",
    "package_importer/names.py",
    "package_importer/report.py",
    "package_importer/resources.py",
    "package_importer/rules.py",
    "package_importer/scorm12.py",
    "package_importer/scorm2004.py",
    "package_importer/sequencing.py",
    "package_importer/tincan.py",
    "package_importer/values.py",
    "scorm_runtime/administration.py",
    "scorm_runtime/attempt.py",
    "scorm_runtime/causes.py",
    "scorm_runtime/cmi5/*.py",
    "scorm_runtime/events.py",
    "scorm_runtime/explain.py",
    "scorm_runtime/explanation.py",
    "scorm_runtime/interactions.py",
    "scorm_runtime/journal.py",
    "scorm_runtime/judgement.py",
    "scorm_runtime/learner.py",
    "scorm_runtime/memory.py",
    "scorm_runtime/moves.py",
    "scorm_runtime/openings.py",
    "scorm_runtime/outline.py",
    "scorm_runtime/overrides.py",
    "scorm_runtime/datamodel/*.py",
    "scorm_runtime/sequencing/*.py",
    "scorm_runtime/statements.py",
    "scorm_runtime/tracking.py",
    "scorm_runtime/units/attempt.py",
    "scorm_runtime/units/conduct.py",
    "scorm_runtime/units/report.py",
)
IMPURE_MODULES = {
    "bson", "flask", "fsspec", "gridfs", "mongoengine", "os", "pymongo", "secrets", "shutil", "socket", "subprocess", "tempfile",
    "threading", "time", "werkzeug",
}  # fmt: skip
IMPURE_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid1",
    "uuid4",
    "random.random",
    "open",
}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "base", "manager", "misc"}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


def sources(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def is_table(path: Path) -> bool:
    """A module whose greater part is literals: budgets do not hold for tables."""
    tree = ast.parse(path.read_text())
    literal = sum((n.end_lineno or 0) - n.lineno + 1 for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign))
    return literal * 2 > len(path.read_text().splitlines())


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_the_table_allows(package: str) -> None:
    strangers = set(MAY_IMPORT) - MAY_IMPORT[package] - {package}

    found = [
        f"{p.relative_to(ROOT)}:{n} {m}"
        for p in sources(f"{package}/**/*.py")
        for n, m in imports(p)
        if m.split(".")[0] in strangers
    ]

    assert found == []


@pytest.mark.parametrize("path", sources(*PURE), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_module_neither_reads_nor_writes_the_world(path: Path) -> None:
    found = [f"{n} {m}" for n, m in imports(path) if m.split(".")[0] in IMPURE_MODULES]
    found += [f"{n} {c}()" for n, c in calls(path) if c in IMPURE_CALLS]

    assert found == []


@pytest.mark.parametrize("pattern", PURE)
def test_every_row_of_the_pure_table_names_a_module(pattern: str) -> None:
    assert sources(pattern) != []


def test_every_package_is_in_the_table() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}

    assert packages == set(MAY_IMPORT)


def test_module_names_say_something() -> None:
    found = [
        str(p.relative_to(ROOT))
        for package in MAY_IMPORT
        for p in sources(f"{package}/**/*.py")
        if p.stem in NAMES_THAT_SAY_NOTHING
    ]

    assert found == []


def test_modules_keep_to_their_budget() -> None:
    modules = [p for package in MAY_IMPORT for p in sources(f"{package}/**/*.py")]

    too_long = [
        f"{p.relative_to(ROOT)} {n}"
        for p in modules
        if (n := len(p.read_text().splitlines())) > LONGEST_MODULE and not is_table(p)
    ]

    assert too_long == []


def test_functions_keep_to_their_budget() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {(node.end_lineno or 0) - node.lineno + 1}"
        for package in MAY_IMPORT
        for path in sources(f"{package}/**/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]

    assert found == []
