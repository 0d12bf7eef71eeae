"""Agents: the Person behind an Agent. 1.0.3 Communication 2.4, IEEE 9274.1.1 4.1.6.3."""

from __future__ import annotations

from flask import Response, request

import access
from lrs.gate import Asked
from lrs.resources import params
from lrs.resources.surface import bp, json_response, lrs, version


@bp.get("/agents")
@access.requires("statements/read", "statements/read/mine", "all/read", "profile", "profile/read", "state")
def get_person() -> Response:
    asked = params.read("agents", request.args, version().name)
    lrs().ask(access.current(), Asked(resource="agents", method="GET", key={"agent": asked["agent"]}))
    return json_response(lrs().person(asked["agent"], access.current()))
