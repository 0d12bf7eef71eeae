"""Where an application keeps its service."""

from __future__ import annotations

from flask import current_app

from scorm_runtime.service import Service
from scorm_runtime.units.service import Units
from scorm_runtime.units.visits import Visits

EXTENSION = "rollbook.runtime"
UNITS = "rollbook.units"


def service() -> Service:
    found: Service = current_app.extensions[EXTENSION]
    return found


def units() -> Units:
    found: Units = current_app.extensions[UNITS]
    return found


def visits() -> Visits:
    return Visits(units())
