"""HTTP of the runtime: the API on the application origin, the player and packages on the content origin."""

from __future__ import annotations

from flask import Flask

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
