"""One file for each page's script, in which every module is what it was by itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scorm_runtime.views import scripts

RUNTIME = Path(__file__).parents[3] / "static" / "js" / "runtime"
NODE = shutil.which("node")
ENTRY = """// @ts-check
/** What a person reads. */
import { twice as doubled } from "./sums.js";
import { LIMIT } from "./limits.js";

const text = "https://example.com"; // stays
/** @type {number} */
const own = /** @type {any} */ (doubled(LIMIT));
console.log(own, text);
"""
SUMS = """import { LIMIT as own } from "./limits.js";
/** @param {number} value */
export function twice(value) {
  return Math.min(own, 2 * value);
}
export class Sum {}
"""
LIMITS = """export const LIMIT = 7;
const own = "another";
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("entry", ENTRY), ("sums", SUMS), ("limits", LIMITS)):
        (tmp_path / f"{name}.js").write_text(text)
    return tmp_path


def test_a_module_comes_after_those_it_needs_and_none_comes_twice(folder: Path) -> None:
    text = scripts.script(folder, "entry")

    places = [text.index(f"const ${name} = ") for name in ("limits", "sums", "entry")]
    assert places == sorted(places)
    assert text.count("const $limits = ") == 1


def test_imports_and_exports_keep_their_names(folder: Path) -> None:
    text = scripts.script(folder, "entry")

    assert "const { twice: doubled } = $sums;" in text
    assert "return { twice, Sum };" in text
    assert "import " not in text
    assert "export " not in text


def test_what_only_people_read_is_left_out(folder: Path) -> None:
    text = scripts.script(folder, "entry")

    assert "/*" not in text
    assert "@ts-check" not in text
    assert "\n\n" not in text
    assert 'const text = "https://example.com"; // stays' in text


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_modules_with_the_same_names_do_not_meet(folder: Path) -> None:
    (folder / "whole.mjs").write_text(scripts.script(folder, "entry"))

    done = subprocess.run([str(NODE), folder / "whole.mjs"], capture_output=True, text=True, check=True)

    assert done.stdout == "7 https://example.com\n"


@pytest.mark.parametrize("name", ["player", "units", "returned"])
def test_every_import_and_export_of_our_own_scripts_is_understood(name: str) -> None:
    lines = scripts.script(RUNTIME, name).splitlines()

    assert not [line for line in lines if line.startswith(("import ", "export "))]
