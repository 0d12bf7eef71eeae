"""xAPI Communication: one module per resource, on one blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from lrs.resources import about, activities, agents, documents, statements, surface
from lrs.resources.alternate import AlternateSyntax
from lrs.resources.patience import Patience
from lrs.resources.slashes import OneSlash

if TYPE_CHECKING:
    from lrs.service import LRS

__all__ = ["about", "activities", "agents", "documents", "init_app", "statements"]


def init_app(app: Flask, lrs: LRS) -> None:
    """Registers the resources at /xapi, /xapi/1.0.3 and /xapi/2.0.0; `access.init_app` comes first."""
    app.extensions["lrs"] = lrs
    for mount, version in surface.MOUNTS.items():
        app.register_blueprint(surface.bp, url_prefix=mount, name=f"xapi-{version}" if version else "xapi")
    surface.init_headers(app, lrs.settings.default_version)
    inner = OneSlash(AlternateSyntax(app.wsgi_app, "/xapi/", lrs.settings.body_maximum), "/xapi/")
    app.wsgi_app = Patience(inner, "/xapi/", lrs.settings.body_seconds, lrs.settings.request_maximum)  # type: ignore[method-assign]
