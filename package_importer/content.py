"""Where unpacked packages are kept: any fsspec file system, each import in a folder of its own that never changes."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from package_importer import names
from package_importer.errors import FileNotFound
from package_importer.media import media_type

FOLDER = re.compile(r"[a-z0-9]+/(\d{13})-[0-9a-f]{8}")


@dataclass(kw_only=True)
class ContentFile:
    """A file of a course version. `stream` is opened at first use, can seek, and is the caller's to close."""

    store: ContentStore
    path: str
    size: int
    mtime: datetime
    etag: str
    mimetype: str

    @cached_property
    def stream(self) -> BinaryIO:
        return cast(BinaryIO, self.store.files.open(self.path, "rb"))

    @property
    def local(self) -> Path | None:
        """Its path, when it lies on this machine's disk."""
        return Path(self.path) if isinstance(self.store.files, LocalFileSystem) else None


class ContentStore:
    """`url` is what fsspec understands: a path, file:///dir, memory://name, s3://bucket/prefix. Connects at first use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._process: int | None = None

    @property
    def files(self) -> fsspec.AbstractFileSystem:
        if self._process != os.getpid():
            self._files, root = fsspec.core.url_to_fs(self.url)
            self._root = str(root).rstrip("/")
            self._process = os.getpid()
        return self._files

    @property
    def root(self) -> str:
        _ = self.files
        return self._root

    def new_folder(self, group: str) -> str:
        """A name that nothing else has or will have; it tells when it was made."""
        return f"{group}/{time.time_ns() // 1_000_000:013d}-{secrets.token_hex(4)}"

    def fill(self, folder: str, contents: Iterable[tuple[str, Iterator[bytes]]]) -> int:
        """Writes the named files into a new folder; the number of bytes."""
        made: set[str] = set()
        total = 0
        for name, chunks in contents:
            path = f"{self.root}/{folder}/{name}"
            parent = path.rpartition("/")[0]
            if parent not in made:
                self.files.makedirs(parent, exist_ok=True)
                made.add(parent)
            with self.files.open(path, "wb") as file:
                for chunk in chunks:
                    total += file.write(chunk)
        return total

    def open(self, folder: str, name: str, *, etag: str, mtime: datetime) -> ContentFile:
        """The file, or FileNotFound, also for every name that is not that of a file inside the folder."""
        try:
            inside = names.normal(name) == name
        except names.BadName:
            inside = False
        if not inside:
            raise FileNotFound(f"No such file: {name}")
        path = f"{self.root}/{folder}/{name}"
        try:
            info = self.files.info(path)
        except (FileNotFoundError, NotADirectoryError, OSError) as error:
            raise FileNotFound(f"No such file: {name}") from error
        if info["type"] != "file" or info.get("islink"):
            raise FileNotFound(f"No such file: {name}")
        return ContentFile(store=self, path=path, size=int(info["size"]), mtime=mtime, etag=etag, mimetype=media_type(name))

    def remove(self, folder: str) -> None:
        """Removes a folder and, when it was the last, the group it is in; what is not there is removed already."""
        if not FOLDER.fullmatch(folder):
            raise AssertionError(f"not a folder of the content store: {folder}")
        path = f"{self.root}/{folder}"
        if self.files.exists(path):
            self.files.rm(path, recursive=True)
        group = path.rpartition("/")[0]
        if self.files.isdir(group) and not self.files.ls(group, detail=False):
            with suppress(OSError):  # another import of the course may just have begun
                self.files.rmdir(group)

    def folders(self) -> Iterator[tuple[str, datetime]]:
        """Every folder with the time it was made."""
        if not self.files.exists(self.root):
            return
        for group in self.files.ls(self.root, detail=False):
            for path in self.files.ls(group, detail=False) if self.files.isdir(group) else ():
                folder = "/".join(str(path).rstrip("/").split("/")[-2:])
                if match := FOLDER.fullmatch(folder):
                    yield folder, datetime.fromtimestamp(int(match[1]) / 1000, UTC)
