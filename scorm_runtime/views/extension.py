"""Where an application keeps its service."""

from __future__ import annotations

from flask import current_app

from scorm_runtime.service import Service

EXTENSION = "rollbook.runtime"


def service() -> Service:
    found: Service = current_app.extensions[EXTENSION]
    return found
