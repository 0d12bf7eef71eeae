"""The composition root: which package serves what, on which origin."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import access
import analytics
import lrs
import package_importer
import scorm_runtime
from rollbook import errors, json, metrics, openapi, pages, probes
from rollbook.services import Services, analytics_settings

ROOT_ERRORS = (
    access.AccessError,
    lrs.LRSError,
    package_importer.PackageError,
    scorm_runtime.RuntimeFault,
    analytics.AnalyticsError,
)


def create_app(services: Services) -> Flask:
    """The application origin: xAPI, the API, the pages for people."""
    app = _flask(services)
    access.init_app(app, services.credentials, cors_origins=services.config.cors_origins)
    lrs.init_app(app, services.lrs)
    package_importer.init_app(app, services.catalogue)
    scorm_runtime.init_app(app, services.runtime, services.units)
    analytics.init_app(app, services.attempts, services.activity_of_course, analytics_settings(services.config))
    metrics.init_page(app, services.attempts.lag)
    openapi.init_app(app)
    pages.init_app(app)
    return app


def create_content_app(services: Services) -> Flask:
    """The content origin: the player and the packages' files, each under the token of one launch; no cookies, no credentials."""
    app = _flask(services)
    scorm_runtime.init_content(app, services.runtime, services.units)
    return app


def _flask(services: Services) -> Flask:
    app = Flask("rollbook", static_folder=None)
    app.json = json.Provider(app)
    app.url_map.strict_slashes = False
    if hops := services.config.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    errors.init_app(app, ROOT_ERRORS)
    probes.init_app(app, services)
    metrics.init_app(app)
    return app


__all__ = ["create_app", "create_content_app"]
