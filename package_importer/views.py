"""The courses API: packages in, trees out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Flask, Response, current_app, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from access import current, requires
from package_importer.catalogue import Catalogue, CourseEntry, CourseVersion
from package_importer.course import Item
from package_importer.errors import PackageTooLarge, ParameterInvalid, UploadUnreadable

EXTENSION = "package_importer"
CHUNK = 1 << 20
ENVELOPE = 1 << 20
"""Bytes that a multipart body may have beside the package."""
PAGE, LARGEST_PAGE = 100, 1000

bp = Blueprint("courses", __name__, url_prefix="/api/v1/courses")


def init_app(app: Flask, catalogue: Catalogue) -> None:
    app.extensions[EXTENSION] = catalogue
    app.register_blueprint(bp)


@bp.post("")
@requires("content/write")
def post_course() -> Response:
    strict = _flag("strict")
    with _uploaded() as path:
        made = _catalogue().add(path, by=current().key, strict=strict)
    answer = _json(_version(made), 201)
    answer.headers["Location"] = url_for("courses.get_course", course_id=made.id)
    return answer


@bp.get("")
@requires("content/read", "content/write")
def list_courses() -> Response:
    after, limit = _page()
    found = _catalogue().list(after=after, limit=limit + 1)
    answer: dict[str, Any] = {"courses": [_entry(entry) for entry in found[:limit]], "next": None}
    if len(found) > limit:
        query = urlencode({"after": found[limit - 1].id, "limit": limit})
        answer["next"] = f"{url_for('courses.list_courses')}?{query}"
    return _json(answer)


@bp.get("/<course_id>")
@requires("content/read", "content/write")
def get_course(course_id: str) -> Response:
    _only()
    entry = _catalogue().get(course_id)
    return _json(_version(_catalogue().version(course_id, entry.version)) | _entry(entry))


@bp.put("/<course_id>")
@requires("content/write")
def put_course(course_id: str) -> Response:
    strict = _flag("strict")
    _catalogue().get(course_id)
    with _uploaded() as path:
        return _json(_version(_catalogue().add(path, course_id=course_id, by=current().key, strict=strict)))


@bp.delete("/<course_id>")
@requires("content/write")
def delete_course(course_id: str) -> Response:
    _only()
    _catalogue().remove(course_id)
    return Response(status=204)


def _catalogue() -> Catalogue:
    catalogue: Catalogue = current_app.extensions[EXTENSION]
    return catalogue


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status=status, mimetype="application/json")


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
def _uploaded() -> Iterator[Path]:
    """The package of this request as a file, which lives as long as the block."""
    limit = _catalogue().limits.package_size
    request.max_content_length = limit + ENVELOPE
    with tempfile.TemporaryDirectory(prefix="rollbook-upload-", dir=_catalogue().uploads) as folder:
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


def _only(*names: str) -> None:
    for name in request.args:
        if name not in names:
            raise ParameterInvalid(f"There is no parameter `{name}` here.", parameter=name)


def _flag(name: str) -> bool:
    _only(name)
    value = request.args.get(name, "false")
    if value not in ("true", "false"):
        raise ParameterInvalid(f"`{name}` must be true or false.", parameter=name, found=value)
    return value == "true"


def _page() -> tuple[str | None, int]:
    _only("after", "limit")
    text = request.args.get("limit", str(PAGE))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise ParameterInvalid(f"`limit` must be a number from 1 to {LARGEST_PAGE}.", parameter="limit", found=text)
    return request.args.get("after"), int(text)
