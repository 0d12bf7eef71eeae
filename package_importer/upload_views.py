"""The uploads API: a package in pieces, then its import (docs/decisions/0205-uploads.md).

Close to the IETF's resumable uploads, with the length known from the beginning.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from access import current, requires
from package_importer.errors import PackageTooLarge, ParameterInvalid
from package_importer.http import answer, digest_header, number_header, only, uploads
from package_importer.uploads import State, Upload

bp = Blueprint("uploads", __name__, url_prefix="/api/v1/uploads")


@bp.post("")
@requires("content/write")
def post_upload() -> Response:
    only()
    length = number_header("Upload-Length")
    if not length:
        raise ParameterInvalid("The header Upload-Length must be 1 or more.", parameter="Upload-Length", found="0")
    made, new = uploads().create(length, by=current().key, digest=digest_header("Repr-Digest"))
    response = _shown(made, 201 if new else 200)
    response.headers["Location"] = url_for("uploads.get_upload", upload_id=made.id)
    return response


@bp.get("/<upload_id>")
@requires("content/write")
def get_upload(upload_id: str) -> Response:
    only()
    return _shown(uploads().get(upload_id))


@bp.patch("/<upload_id>")
@requires("content/write")
def patch_upload(upload_id: str) -> Response:
    only()
    offset = number_header("Upload-Offset")
    upload = uploads().get(upload_id)
    left = upload.length - offset
    if offset == upload.offset and (request.content_length or 0) > left:
        raise PackageTooLarge("The piece reaches beyond the upload's length.", limit=left)
    return _shown(uploads().append(upload_id, offset, request.stream.read, digest=digest_header("Content-Digest")))


@bp.delete("/<upload_id>")
@requires("content/write")
def delete_upload(upload_id: str) -> Response:
    only()
    uploads().remove(upload_id)
    return Response(status=204)


def _shown(upload: Upload, status: int = 200) -> Response:
    body: dict[str, Any] = {name: getattr(upload, name) for name in Upload.__slots__}
    response = answer(body, status)
    response.headers["Upload-Offset"] = str(upload.offset)
    response.headers["Upload-Length"] = str(upload.length)
    response.headers["Upload-Complete"] = "?0" if upload.state == State.RECEIVING else "?1"
    response.headers["Cache-Control"] = "no-store"
    return response
