"""Uploads an attachment without end; says so once some of it is stored."""

from __future__ import annotations

import io
import sys
from typing import Any

from pymongo import MongoClient

from lrs.store.attachments import Attachment, Attachments


class Endless(io.RawIOBase):
    given = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        if self.given > 5_000_000:
            print("uploading", flush=True)
        return bytes(size)


uri, name, store, sha2 = sys.argv[1:]
client: MongoClient[dict[str, Any]] = MongoClient(uri)
endless: Any = Endless()
upload = Attachment(sha2=sha2, content_type="video/mp4", length=1 << 40, body=endless)
Attachments(client[name]).keep(int(store), [upload], {sha2: [b"some statement"]})
