"""The sample courses, packed as an authoring tool would."""

from __future__ import annotations

import zipfile
from pathlib import Path

PACKAGE = Path(__file__).parent
MANIFESTS = ("imsmanifest.xml", "cmi5.xml")


def root() -> Path:
    """Where the samples lie: in the installed package, else in the checkout."""
    return next(folder for folder in (PACKAGE / "samples", PACKAGE.parent / "samples") if folder.is_dir())


def names() -> list[str]:
    return sorted(folder.name for folder in root().iterdir() if any((folder / name).is_file() for name in MANIFESTS))


def pack(name: str, folder: Path) -> Path:
    """Zips one sample into `folder`; the same content gives the same bytes."""
    source = root() / name
    target = folder / f"{name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(path.relative_to(source).as_posix(), (2026, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, path.read_bytes())
    return target
