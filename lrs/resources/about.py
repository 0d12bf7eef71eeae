"""About. 1.0.3 Communication 2.8, IEEE 9274.1.1 4.1.6.7."""

from __future__ import annotations

from flask import Response, request

import access
from lrs.resources import params
from lrs.resources.surface import bp, json_response
from lrs.versions import VERSIONS


@bp.get("/about")
@access.public
def get_about() -> Response:
    params.read("about", request.args, "2.0.0")
    return json_response({"version": list(VERSIONS)})
