"""Completion, scores and attempts over HTTP, from statements alone, whoever sent them.

The public face of the package."""

from flask import Flask

from analytics.errors import AnalyticsError
from analytics.follower import Follower
from analytics.parameters import ResolveCourse
from analytics.settings import DEFAULTS, Settings
from analytics.tailer import Attempts

__all__ = ["AnalyticsError", "Attempts", "Follower", "Settings", "init_app"]


def init_app(app: Flask, attempts: Attempts, resolve_course: ResolveCourse, settings: Settings = DEFAULTS) -> None:
    """`resolve_course` gives the activity IRI of a course id, or None."""
    from analytics.views import analysis, answer, bp, charts, groups, reads, rows, saved, statements  # noqa: F401 - the modules put their routes on the blueprint

    app.extensions[answer.EXTENSION] = answer.Service(attempts, resolve_course, settings)
    app.register_blueprint(bp)
