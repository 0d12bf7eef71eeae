"""Activities: what is known about one. 1.0.3 Communication 2.5, IEEE 9274.1.1 4.1.6.4."""

from __future__ import annotations

from flask import Response, request

import access
from lrs.gate import Asked
from lrs.resources import params
from lrs.resources.surface import bp, json_response, lrs, version


@bp.get("/activities")
@access.requires("statements/read", "statements/read/mine", "all/read", "profile", "profile/read", "state")
def get_activity() -> Response:
    asked = params.read("activities", request.args, version().name)
    lrs().ask(access.current(), Asked(resource="activities", method="GET", key={}))
    return json_response(lrs().activity(asked["activityId"], access.current()))
