# ruff: noqa: E501 (a manifest)
"""Import of a 100 MB package with 2,000 files against `unzip` of the same file: python bench/import_package.py [MEGABYTES] [FILES].

Prints seconds of both, and the peak memory of the import. Half of the bytes are random (media), half are text.
"""

from __future__ import annotations

import hashlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from package_importer import ContentStore, import_package

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="M" version="1" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
<organizations default="O"><organization identifier="O"><title>Course</title>
<item identifier="I" identifierref="R"><title>Item</title></item></organization></organizations>
<resources><resource identifier="R" type="webcontent" adlcp:scormtype="sco" href="f/0.bin"><file href="f/0.bin"/></resource></resources>
</manifest>"""


def pack(path: Path, size: int, files: int) -> None:
    source = random.Random(1)
    words = [source.randbytes(4).hex() for _ in range(500)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("imsmanifest.xml", MANIFEST)
        for number in range(files):
            length = size // files
            data = source.randbytes(length) if number % 2 else " ".join(source.choices(words, k=length // 9)).encode()
            package.writestr(f"f/{number}.bin", data)


def imported(path: Path, folder: Path) -> float:
    """What the catalogue does, but for the two rows it writes."""
    store = ContentStore(f"file://{folder}")
    start = time.perf_counter()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    with import_package(path, verify=False) as found:
        archive = found.archive
        assert archive is not None
        store.fill(store.new_folder("course"), ((name, archive.chunks(name)) for name in archive.names))
    return time.perf_counter() - start


def unzipped(path: Path, folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["unzip", "-q", str(path), "-d", str(folder)], check=True)
    return time.perf_counter() - start


def main() -> None:
    megabytes, files = ([int(a) for a in sys.argv[1:]] + [100, 2000])[:2] if len(sys.argv) > 1 else (100, 2000)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work, "package.zip")
        pack(path, megabytes * 1_000_000, files)
        ours, theirs = [], []
        for turn in range(3):
            ours.append(imported(path, Path(work, f"i{turn}")))
            theirs.append(unzipped(path, Path(work, f"u{turn}")) if shutil.which("unzip") else float("nan"))
            shutil.rmtree(Path(work, f"i{turn}"))
            shutil.rmtree(Path(work, f"u{turn}"), ignore_errors=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{megabytes} MB, {files} files: import {min(ours):.2f} s, unzip {min(theirs):.2f} s, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
