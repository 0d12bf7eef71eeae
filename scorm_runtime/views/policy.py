"""Response headers that keep a package inside its launch: CSP, Permissions-Policy, Referrer-Policy.

Packages and player share an origin, because SCORM finds its API by walking up the windows. What separates launches is
the token in the path: it never leaves in a referrer's path, no cookie exists, and storage holds no token and nothing that
other registrations could read. A host name for each registration separates them by origin, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from package_importer.course import Course
from scorm_runtime.settings import Settings

# Sensors and payments are no course's business; unload is what SCORM content ends its sessions with.
PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
    "display-capture=(), publickey-credentials-get=(), browsing-topics=(), "
    "autoplay=(self), fullscreen=(self), encrypted-media=(self), picture-in-picture=(self), unload=(self)"
)
# What is missing is the point: no navigation of the player's own window.
SANDBOX = (
    "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox "
    "allow-modals allow-downloads allow-pointer-lock allow-presentation"
)


def player(headers: Headers, settings: Settings, course: Course) -> None:
    frames = " ".join(("'self'", *sorted(set(_foreign(course)))))
    headers["Content-Security-Policy"] = "; ".join((
        "default-src 'self'", "img-src 'self' data:", f"frame-src {frames}", "object-src 'none'", "base-uri 'none'",
        "form-action 'none'", _ancestors(settings),
    ))  # fmt: skip
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    headers["Cache-Control"] = "no-store"
    _both(headers)


def apology(headers: Headers) -> None:
    """Of the page that says that there is nothing to play."""
    headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    headers["Referrer-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    _both(headers)


def returned(headers: Headers, settings: Settings) -> None:
    """Of the page that content sends the learner back to, in a frame or a window."""
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"{_ancestors(settings)}"
    )
    headers["Referrer-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    _both(headers)


def content(headers: Headers, settings: Settings, asks: Iterable[str] = ()) -> None:
    """`asks`: addresses that scripts may call beside their own origin."""
    hosts = " ".join(settings.content_hosts)
    own = f"'self' data: blob: {hosts}".strip()
    headers["Content-Security-Policy"] = "; ".join((
        f"default-src {own}", *(f"connect-src {own} {_origin(one)}" for one in asks),
        f"script-src {own} 'unsafe-inline' 'unsafe-eval'", f"style-src {own} 'unsafe-inline'",
        "worker-src 'self' blob:", "object-src 'self' blob:", "base-uri 'self'", "form-action 'self'", _ancestors(settings),
    ))  # fmt: skip
    # Other hosts learn the origin (video platforms insist on it), never the path with its token.
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    _both(headers)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _both(headers: Headers) -> None:
    headers["Permissions-Policy"] = PERMISSIONS
    headers["X-Content-Type-Options"] = "nosniff"


def _ancestors(settings: Settings) -> str:
    return "frame-ancestors " + " ".join(("'self'", *settings.embedders))


def _foreign(course: Course) -> Iterable[str]:
    for item in course.root.walk():
        parts = urlsplit(item.launch or "")
        if parts.scheme in ("http", "https") and parts.netloc:
            yield f"{parts.scheme}://{parts.netloc}"
