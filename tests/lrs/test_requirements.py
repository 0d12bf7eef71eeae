"""Every requirement of the standards has a test that names it, and no test names what is not in the table."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lrs.conftest import COLLECTED
from tests.lrs.requirements import NOT_REQUIREMENTS, REQUIREMENTS

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
NUMBER = re.compile(r"xapi[_-](\d{5})", re.IGNORECASE)
SECTION = re.compile(r"ieee[_ ](\d(?:[_.]\d)*)", re.IGNORECASE)


def collected(config: pytest.Config) -> str:
    """The names of all tests of this folder: from this session if it has all its files, else from one that only collects."""
    names = "\n".join(config.stash[COLLECTED])
    if all(str(path.relative_to(ROOT)) in names for path in FOLDER.rglob("test_*.py")):
        return names
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", str(FOLDER)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def named(request: pytest.FixtureRequest) -> set[str]:
    names = collected(request.config)
    numbers = {f"XAPI-{number}" for number in NUMBER.findall(names)}
    return numbers | {"IEEE " + section.replace("_", ".") for section in SECTION.findall(names)}


def test_every_requirement_has_a_test_that_names_it(named: set[str]) -> None:
    assert [f"{number}: {sense}" for number, sense in REQUIREMENTS.items() if number not in named] == []


def test_every_number_that_a_test_names_is_a_requirement(named: set[str]) -> None:
    assert sorted(named - set(REQUIREMENTS)) == []


def test_every_number_is_a_requirement_or_says_why_not() -> None:
    known = [*REQUIREMENTS, *NOT_REQUIREMENTS]

    assert sorted(number for number in known if number.startswith("XAPI")) == [f"XAPI-{number:05}" for number in range(1, 337)]
