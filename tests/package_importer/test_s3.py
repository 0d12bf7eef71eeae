"""The content store and uploads in an S3-compatible bucket; needs `pip install 's3fs>=2024.6' 'moto[server]'`."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from datetime import timedelta

import pytest

from package_importer import Catalogue, ContentStore, FileNotFound, Uploads
from tests.packages.manifests import package, scorm12

REASON = "opt-in: a bucket server and its client are too heavy for every run"
s3fs = pytest.importorskip("s3fs", reason=REASON)
moto = pytest.importorskip("moto.server", reason=REASON)

PACKAGE = package(scorm12())


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"rollbook-{secrets.token_hex(4)}"
    s3fs.S3FileSystem().mkdir(name)
    yield f"s3://{name}/content"
    server.stop()


@pytest.fixture
def in_bucket(catalogue: Catalogue, bucket: str) -> Catalogue:
    catalogue.content = ContentStore(bucket)
    return catalogue


def uploaded(catalogue: Catalogue) -> str:
    uploads = Uploads(catalogue)
    made, _ = uploads.create(len(PACKAGE), by="author")
    uploads.append(made.id, 0, io.BytesIO(PACKAGE[:100]).read)
    uploads.append(made.id, 100, io.BytesIO(PACKAGE[100:]).read)
    return made.id


def test_an_upload_in_a_bucket_becomes_a_course_that_is_read_from_it(in_bucket: Catalogue) -> None:
    version, _ = Uploads(in_bucket).import_course(uploaded(in_bucket))

    found = in_bucket.open(version.id, 1, "a.html")

    assert (found.local, found.mimetype) == (None, "text/html")
    assert found.stream.read().startswith(b"<!DOCTYPE html>")
    with pytest.raises(FileNotFound):
        in_bucket.open(version.id, 1, "b.html")


def test_a_removed_course_leaves_nothing_in_the_bucket(in_bucket: Catalogue) -> None:
    version, _ = Uploads(in_bucket).import_course(uploaded(in_bucket))

    in_bucket.remove(version.id)

    assert in_bucket.content.files.find(in_bucket.content.root) == []


def test_what_an_import_left_in_the_bucket_is_swept(in_bucket: Catalogue) -> None:
    in_bucket.content.fill(in_bucket.content.new_folder("abc"), [("a.html", iter([b"x"]))])
    uploaded(in_bucket)

    swept = in_bucket.sweep(timedelta(seconds=-1)), Uploads(in_bucket, kept=timedelta(seconds=-1)).sweep()

    assert swept == (1, 1)
    assert in_bucket.content.files.find(in_bucket.content.root) == []


def test_a_large_file_is_written_to_the_bucket_in_parts(in_bucket: Catalogue) -> None:
    folder = in_bucket.content.new_folder("abc")

    size = in_bucket.content.fill(folder, [("big.bin", iter([bytes(1 << 20)] * 12))])

    assert in_bucket.content.files.info(f"{in_bucket.content.root}/{folder}/big.bin")["size"] == size == 12 << 20
