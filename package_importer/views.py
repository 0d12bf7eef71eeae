"""The courses API: packages in, trees out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from access import current, requires
from package_importer import export, upload_views
from package_importer.catalogue import Catalogue, CourseEntry, CourseVersion, digest_of
from package_importer.course import Item
from package_importer.errors import DigestMismatch, PackageTooLarge, ParameterInvalid, UploadUnreadable
from package_importer.http import EXTENSION, answer, catalogue, digest_header, flags, only, page, uploads

JSON = "application/json"
LONGEST_JSON = 10_000
CHUNK = 1 << 20
ENVELOPE = 1 << 20
"""Bytes that a multipart body may have beside the package."""

bp = Blueprint("courses", __name__, url_prefix="/api/v1/courses")


def init_app(app: Flask, catalogue: Catalogue) -> None:
    app.extensions[EXTENSION] = catalogue
    app.register_blueprint(bp)
    app.register_blueprint(upload_views.bp)


@bp.post("")
@requires("content/write")
def post_course() -> Response:
    strict, repair = flags("strict", "repair")
    if request.mimetype == JSON:
        made, new = uploads().import_course(_named_upload(), by=current().key, strict=strict, repair=repair)
    else:
        digest = digest_header("Repr-Digest")
        with _uploaded(digest) as path:
            if digest is None:
                made, new = catalogue().add(path, by=current().key, strict=strict, repair=repair), True
            else:
                made, new = catalogue().add_once(path, by=current().key, strict=strict, repair=repair)
    response = answer(_version(made), 201 if new else 200)
    response.headers["Location"] = url_for("courses.get_course", course_id=made.id)
    return response


@bp.get("")
@requires("content/read", "content/write")
def list_courses() -> Response:
    after, limit = page()
    found = catalogue().list(after=after, limit=limit + 1)
    listed: dict[str, Any] = {"courses": [_entry(entry) for entry in found[:limit]], "next": None}
    if len(found) > limit:
        query = urlencode({"after": found[limit - 1].id, "limit": limit})
        listed["next"] = f"{url_for('courses.list_courses')}?{query}"
    return answer(listed)


@bp.get("/<course_id>")
@requires("content/read", "content/write")
def get_course(course_id: str) -> Response:
    only()
    entry = catalogue().get(course_id)
    return answer(_version(catalogue().version(course_id, entry.version)) | _entry(entry))


@bp.get("/<course_id>/export")
@requires("content/read", "content/write")
def export_course(course_id: str) -> Response:
    """A zip file, or the structure alone when the course came as one; the answer begins before all files were read."""
    only("format")
    if (wanted := request.args.get("format")) != "cmi5":
        raise ParameterInvalid("`format` must be cmi5.", parameter="format", found=wanted)
    entry, opened = catalogue().get(course_id), catalogue().open
    course = catalogue().course(course_id, entry.version)
    structure = export.structure(course, iri=entry.activity_id)
    if course.files:
        pieces = export.package(structure, export.members(course), lambda path: opened(course_id, entry.version, path))
        made, ending = Response(pieces, mimetype="application/zip"), "zip"
    else:
        made, ending = Response(structure, mimetype="application/xml"), "xml"
    made.headers["Content-Disposition"] = f'attachment; filename="{course_id}-{entry.version}-cmi5.{ending}"'
    return made


@bp.put("/<course_id>")
@requires("content/write")
def put_course(course_id: str) -> Response:
    strict, repair = flags("strict", "repair")
    catalogue().get(course_id)
    if request.mimetype == JSON:
        made, _ = uploads().import_course(_named_upload(), course_id=course_id, by=current().key, strict=strict, repair=repair)
        return answer(_version(made))
    with _uploaded(digest_header("Repr-Digest")) as path:
        return answer(_version(catalogue().add(path, course_id=course_id, by=current().key, strict=strict, repair=repair)))


@bp.delete("/<course_id>")
@requires("content/write")
def delete_course(course_id: str) -> Response:
    only()
    catalogue().remove(course_id)
    return Response(status=204)


def _named_upload() -> str:
    """The upload that a JSON body names: `{"upload": id}` and nothing else."""
    body = request.get_json(silent=True) if (request.content_length or 0) <= LONGEST_JSON else None
    if not isinstance(body, dict) or set(body) != {"upload"} or not isinstance(body["upload"], str):
        raise UploadUnreadable('A JSON body must be {"upload": id}.')
    return str(body["upload"])


def _entry(entry: CourseEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in CourseEntry.__slots__}


def _version(version: CourseVersion) -> dict[str, Any]:
    plain = ("id", "activity_id", "version", "standard", "edition", "title", "digest", "files", "size", "created", "by", "report")
    return {name: getattr(version, name) for name in plain} | {
        "description": version.course.description,
        "language": version.course.language,
        "items": [_item(item) for item in version.course.root.children] or [_item(version.course.root)],
    }


def _item(item: Item) -> dict[str, Any]:
    """An item of the tree; `type` is sco, asset, cluster or heading."""
    kind = "cluster" if item.children else "heading"
    if item.resource is not None and not item.children:
        kind = "sco" if item.resource.sco else "asset"
    return {
        "id": item.identifier,
        "title": item.title,
        "type": kind,
        "visible": item.visible,
        "launchable": item.launch is not None,
        "items": [_item(child) for child in item.children],
    }


@contextmanager
def _uploaded(digest: str | None) -> Iterator[Path]:
    """The package of this request as a file, which lives as long as the block; `digest` is what its SHA-256 must be."""
    limit = catalogue().limits.package_size
    request.max_content_length = limit + ENVELOPE
    with tempfile.TemporaryDirectory(prefix="rollbook-upload-", dir=catalogue().uploads) as folder:
        path = Path(folder, "package")
        try:
            if request.mimetype == "multipart/form-data":
                upload = request.files.get("file")
                if upload is None:
                    raise UploadUnreadable("The form has no file in the field `file`.")
                size = _spool(upload.stream, path, limit)
            else:
                size = _spool(request.stream, path, limit)
        except RequestEntityTooLarge as error:
            raise _too_large(limit) from error
        if not size:
            raise UploadUnreadable("The request has no package: send it as the field `file` of a form, or as the body.")
        if digest is not None and (found := digest_of(path)) != digest:
            raise DigestMismatch("The package has another digest than Repr-Digest says.", found=found)
        yield path


def _spool(stream: Any, path: Path, limit: int) -> int:
    size = 0
    file: BinaryIO
    with path.open("wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            file.write(chunk)
    return size


def _too_large(limit: int) -> PackageTooLarge:
    return PackageTooLarge(f"The package is larger than the {limit} bytes allowed.", limit=limit)
