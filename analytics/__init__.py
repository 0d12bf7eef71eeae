"""Completion, scores and attempts over HTTP, from statements alone, whoever sent them.

The public face of the package."""

from flask import Flask

from analytics.errors import AnalyticsError
from analytics.exporting import Exporter, Who
from analytics.follower import Follower
from analytics.parameters import ResolveCourse
from analytics.settings import DEFAULTS, Settings
from analytics.tailer import Attempts

__all__ = ["AnalyticsError", "Attempts", "Exporter", "Follower", "Settings", "exporter", "init_app"]


def init_app(app: Flask, attempts: Attempts, resolve_course: ResolveCourse, settings: Settings = DEFAULTS) -> None:
    """`resolve_course` gives the activity IRI of a course id, or None."""
    # The modules put their routes on the blueprint.
    from analytics.views import analysis, answer, bp, charts, exports, groups, reads, rows, saved, schedules, statements  # noqa: F401

    app.extensions[answer.EXTENSION] = answer.Service(attempts, resolve_course, settings)
    app.register_blueprint(bp)


def exporter(app: Flask, who: Who) -> Exporter:
    """Makes the exports that are asked of this application; `who` says who the key of a credential stands for now."""
    from analytics.views import answer, inside

    service: answer.Service = app.extensions[answer.EXTENSION]
    return Exporter(service.attempts.db, inside.asking(app), who, hours=service.settings.export_hours)
