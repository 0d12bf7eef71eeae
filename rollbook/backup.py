"""`rollbook backup` and `rollbook restore`: every collection as BSON documents one after another, and the packages' files.

The files are those that `mongodump` writes, one `<collection>.bson` each, so that either program can read the other's.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bson
import bson.raw_bson
import fsspec
from pymongo.database import Database

from rollbook.errors import RollbookError

BATCH = 1000
FORMAT = 1
CHUNK = 1024 * 1024
UNFINISHED = "uploads/"  # pieces on their way; nothing that a backup promises


class BackupRefused(RollbookError):
    status = 409
    code = "backup-refused"


def backup(db: Database[dict[str, Any]], content_url: str, target: Path, *, say: Callable[[str], None]) -> None:
    """Writes a new folder `target`, for nobody else to read. Raises BackupRefused if it exists already."""
    if target.exists() and any(target.iterdir()):
        raise BackupRefused(f"{target} exists and is not empty: a backup is written to a new folder.")
    umask = os.umask(0o077)
    try:
        _write(db, content_url, target, say)
    finally:
        os.umask(umask)


def _write(db: Database[dict[str, Any]], content_url: str, target: Path, say: Callable[[str], None]) -> None:
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "database").mkdir(parents=True)
    raw = db.with_options(codec_options=bson.CodecOptions(document_class=bson.raw_bson.RawBSONDocument))
    for name in sorted(db.list_collection_names(filter={"name": {"$not": {"$regex": "^system[.]"}}})):
        count = 0
        with open(partial / "database" / f"{name}.bson", "wb") as file:
            for document in raw[name].find({}, batch_size=BATCH):
                file.write(document.raw)
                count += 1
        say(f"{name}: {count} documents")
    files = _copy_out(content_url, partial / "content")
    say(f"packages: {files} files")
    (partial / "rollbook-backup.json").write_text(json.dumps({"format": FORMAT}))
    if target.exists():
        target.rmdir()
    partial.rename(target)


def restore(db: Database[dict[str, Any]], content_url: str, source: Path, *, say: Callable[[str], None]) -> None:
    """Fills an empty database and content store. Raises BackupRefused if `source` is no backup or the database not empty."""
    if not (source / "rollbook-backup.json").is_file():
        raise BackupRefused(f"{source} is not a backup of rollbook: it has no rollbook-backup.json.")
    filled = [name for name in db.list_collection_names() if next(db[name].find({}, {"_id": 1}, limit=1), None)]
    if filled:
        raise BackupRefused(f"The database {db.name} is not empty ({', '.join(sorted(filled))}): restore into a new one.")
    for path in sorted((source / "database").glob("*.bson")):
        count = 0
        for batch in _batches(path):
            db[path.stem].insert_many(batch, ordered=False)
            count += len(batch)
        say(f"{path.stem}: {count} documents")
    files = _copy_in(source / "content", content_url)
    say(f"packages: {files} files")


def _batches(path: Path) -> Iterator[list[Any]]:
    options = bson.CodecOptions(document_class=bson.raw_bson.RawBSONDocument)
    batch: list[Any] = []
    with open(path, "rb") as file:
        for document in bson.decode_file_iter(file, options):
            batch.append(document)
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _copy_out(url: str, target: Path) -> int:
    fs, root = fsspec.url_to_fs(url)
    found = fs.find(root) if fs.exists(root) else []
    paths = [path for path in found if not path.removeprefix(root).lstrip("/").startswith(UNFINISHED)]
    for path in paths:
        local = target / path.removeprefix(root).lstrip("/")
        local.parent.mkdir(parents=True, exist_ok=True)
        with fs.open(path, "rb") as source, open(local, "wb") as file:
            shutil.copyfileobj(source, file, CHUNK)
    return len(paths)


def _copy_in(source: Path, url: str) -> int:
    fs, root = fsspec.url_to_fs(url)
    paths = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else []
    for path in paths:
        remote = f"{root}/{path.relative_to(source).as_posix()}"
        fs.makedirs(remote.rpartition("/")[0], exist_ok=True)
        with open(path, "rb") as file, fs.open(remote, "wb") as target:
            shutil.copyfileobj(file, target, CHUNK)
    return len(paths)
