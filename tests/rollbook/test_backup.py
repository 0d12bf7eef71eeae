from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

from rollbook.backup import BackupRefused, backup, restore
from rollbook.services import Services


def ids(db: Database[dict[str, Any]], name: str) -> set[bytes]:
    return {bytes(str(row["_id"]), "utf-8") for row in db[name].find({}, {"_id": 1})}


def quiet(_: str) -> None:
    """Says nothing."""


def test_what_was_backed_up_is_there_after_a_restore(
    client: FlaskClient, services: Services, sample_package: Callable[[str], Path], tmp_path: Path
) -> None:
    client.post("/api/v1/courses", data=sample_package("scorm12-fire-safety").read_bytes(), content_type="application/zip")
    target = services.client[f"{services.db.name}_restored"]
    said: list[str] = []

    backup(services.db, services.config.content_store_url, tmp_path / "backup", say=said.append)
    restore(target, f"file://{tmp_path}/restored", tmp_path / "backup", say=quiet)

    names = set(services.db.list_collection_names())
    assert set(target.list_collection_names()) >= {name for name in names if ids(services.db, name)}
    assert all(ids(target, name) == ids(services.db, name) for name in names)
    original = {p.relative_to(tmp_path / "content"): p.read_bytes() for p in (tmp_path / "content").rglob("*") if p.is_file()}
    restored = {p.relative_to(tmp_path / "restored"): p.read_bytes() for p in (tmp_path / "restored").rglob("*") if p.is_file()}
    assert restored == original != {}
    assert any(line.startswith("packages: ") for line in said)
    services.client.drop_database(target.name)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_backup_is_for_its_owner_alone(
    umask: int, client: FlaskClient, services: Services, sample_package: Callable[[str], Path], tmp_path: Path
) -> None:
    client.post("/api/v1/courses", data=sample_package("scorm12-fire-safety").read_bytes(), content_type="application/zip")
    before = os.umask(umask)

    backup(services.db, services.config.content_store_url, tmp_path / "kept" / "backup", say=quiet)

    assert os.umask(before) == umask
    found = [tmp_path / "kept" / "backup", *(tmp_path / "kept" / "backup").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}


def test_a_backup_never_overwrites_a_folder(services: Services, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "precious").touch()

    with pytest.raises(BackupRefused, match="not empty"):
        backup(services.db, services.config.content_store_url, tmp_path / "backup", say=quiet)


def test_a_restore_needs_an_empty_database(services: Services, tmp_path: Path) -> None:
    services.db["rows"].insert_one({"a": 1})
    backup(services.db, services.config.content_store_url, tmp_path / "backup", say=quiet)

    with pytest.raises(BackupRefused, match="is not empty"):
        restore(services.db, services.config.content_store_url, tmp_path / "backup", say=quiet)


def test_a_folder_that_is_no_backup_is_refused(services: Services, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="is not a backup"):
        restore(services.db, services.config.content_store_url, tmp_path, say=quiet)
