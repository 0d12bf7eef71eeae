"""HTTP of the runtime: the API on the application origin, the player and packages on the content origin."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from scorm_runtime.partitions import bound
from scorm_runtime.service import Service
from scorm_runtime.units.service import Units
from scorm_runtime.views import api, content, course_settings, inquiry, player, unit_player
from scorm_runtime.views import units as launched
from scorm_runtime.views.extension import EXTENSION, UNITS


def init_app(app: Flask, service: Service, units: Units) -> None:
    app.extensions[EXTENSION] = service
    app.extensions[UNITS] = units
    app.register_blueprint(api.bp)
    app.register_blueprint(launched.bp)
    app.register_blueprint(course_settings.bp)
    app.register_blueprint(inquiry.bp)
    app.register_blueprint(inquiry.page_bp)


def init_content(app: Flask, service: Service, units: Units) -> None:
    app.extensions[EXTENSION] = service
    app.extensions[UNITS] = units
    app.register_blueprint(launched.fetch_bp)
    app.register_blueprint(unit_player.bp)
    app.register_blueprint(unit_player.returned_bp)
    app.register_blueprint(player.bp)
    app.register_blueprint(content.bp)
    app.register_blueprint(player.static_bp)
    if service.partitions.hosts:
        app.url_value_preprocessor(_at_this_host)


def _at_this_host(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A link is known at the host name of its registration alone: no package runs where the data of another one's are."""
    links = values or {}
    for name in {"token", "secret"} & links.keys():
        links[name] = bound(links[name], request.host.partition(".")[0].lower())
