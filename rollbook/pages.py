"""Pages for people on the application origin: the front page, and the static files of all pages."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, render_template, send_from_directory

import access

PACKAGE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

bp = Blueprint("pages", __name__, template_folder="templates")


def static_root() -> Path:
    """Where the static files lie: in the installed package, else in the checkout."""
    return next(folder for folder in (PACKAGE / "static", PACKAGE.parent / "static") if folder.is_dir())


@bp.get("/")
@access.public
def front() -> str:
    return render_template("front.html", version=version("rollbook"))


@bp.get("/static/<path:name>")
@access.public
def static(name: str) -> Response:
    return send_from_directory(current_app.extensions["rollbook.static"], name, max_age=3600)


@bp.after_request
def protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def init_app(app: Flask) -> None:
    app.extensions["rollbook.static"] = static_root()
    app.register_blueprint(bp)
