"""The wheel and the sdist work away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

ROOT = Path(__file__).resolve().parents[1]
SITE = Path(pytest.__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both distributions, the wheel built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)], check=True, capture_output=True
    )
    return folder


def install(distribution: Path, folder: Path) -> Path:
    """A new environment that holds the distribution and sees our dependencies, but not the checkout; gives its `rollbook`."""
    venv.create(folder, with_pip=False)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(f"{SITE}\n")
    python = folder / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", str(distribution)],
        check=True, cwd=folder,
    )  # fmt: skip
    return folder / "bin" / "rollbook"


def test_the_wheel_holds_every_package_and_its_data_and_nothing_else(dist: Path) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        names = wheel.namelist()

    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"access", "analytics", "lrs", "package_importer", "rollbook", "scorm_runtime"}
    assert "rollbook/static/js/runtime/player.js" in names
    assert "rollbook/samples/scorm12-fire-safety/imsmanifest.xml" in names
    assert any(name.startswith("lrs/schemas/") for name in names)
    assert any(name.startswith("package_importer/schemas/") for name in names)
    assert not [name for name in names if "test" in name.split("/")[0] or name.endswith((".pyc", ".zip"))]


def test_the_sdist_holds_the_licence_and_the_tests(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}

    assert {"LICENSE", "README.md", "CHANGELOG.md", "tests/conftest.py", "pyproject.toml"} <= names


@pytest.mark.parametrize("pattern", ["*.whl", "*.tar.gz"])
def test_an_installed_distribution_imports_a_package(
    pattern: str, dist: Path, tmp_path: Path, mongo_uri: str, db: Database[dict[str, Any]], sample_package: Callable[[str], Path]
) -> None:
    rollbook = install(next(dist.glob(pattern)), tmp_path / "env")
    environ = {
        "PATH": os.environ["PATH"], "ROLLBOOK_MONGODB_URI": mongo_uri, "ROLLBOOK_MONGODB_DATABASE": db.name,
        "ROLLBOOK_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip

    done = subprocess.run(
        [str(rollbook), "import", "--json", str(sample_package("scorm12-fire-safety"))],
        env=environ, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["title"] == "Fire safety at work"


def test_every_dependency_is_explained() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    explained = "\n".join(path.read_text() for path in (ROOT / "docs" / "decisions").glob("*.md")).lower()
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "test" for line in lines]

    missing = [d for line in project["dependencies"] + extras if (d := line.split(">")[0].split("=")[0].lower()) not in explained]

    assert missing == []
