"""The explanation as a page: no script, one style sheet of its own, readable in every scheme and direction."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask import Response, current_app, render_template

HEADLINES = {
    "completed": "Completed",
    "incomplete": "Not completed",
    "not attempted": "Not begun",
    "unknown": "Not completed: nothing has said so",
}
KINDS = {
    "open": "Window opened",
    "commit": "Saved",
    "terminate": "Part ended",
    "navigate": "Navigation",
    "suspend": "Suspended",
    "attempt": "New attempt",
    "reset": "Reset",
    "reroll": "Rolled up again",
    "correct": "Corrected",
}


def page(found: dict[str, Any], log: dict[str, Any], attempts: dict[str, Any]) -> Response:
    style = current_app.jinja_env.get_template("why.css").render()
    text = render_template(
        "why.html",
        found=found,
        headline=HEADLINES[found["course"]["completion"]["value"]],
        entries=log["entries"],
        more=log["next"] is not None,
        attempts=attempts["attempts"],
        kinds=KINDS,
        style=style,
    )
    answer = Response(text, mimetype="text/html")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
