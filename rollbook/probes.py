"""Probes for orchestrators: alive (the process answers) and ready (the database answers too)."""

from __future__ import annotations

from typing import Any

import pymongo
from flask import Blueprint, Flask
from pymongo.errors import PyMongoError

import access
from rollbook.errors import DatabaseUnavailable
from rollbook.services import Services

TIMEOUT_SECONDS = 3


def init_app(app: Flask, services: Services) -> None:
    """Registers `/health/live` and `/health/ready`."""
    bp = Blueprint("probes", __name__, url_prefix="/health")

    @bp.get("/live")
    @access.public
    def live() -> dict[str, Any]:
        return {"status": "live"}

    @bp.get("/ready")
    @access.public
    def ready() -> dict[str, Any]:
        try:
            with pymongo.timeout(TIMEOUT_SECONDS):
                services.client.admin.command("ping")
        except PyMongoError:
            raise DatabaseUnavailable("The database does not answer.") from None
        return {"status": "ready"}

    app.register_blueprint(bp)
