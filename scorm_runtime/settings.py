"""What the composition root may choose about the SCORM runtime."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


def _static() -> Path:
    """Beside the package in a checkout, inside `rollbook` in a wheel."""
    here = Path(__file__).resolve().parents[1]
    return next((place for place in (here / "static", here / "rollbook" / "static") if place.is_dir()), here / "static")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Times are seconds, sizes are bytes."""

    content_url: str = "http://127.0.0.1:8081"  # where a browser reaches the content origin
    static: Path = field(default_factory=_static)
    launch_lifetime: int = 24 * 3600  # a launch link and its session
    autosave: float = 2.0  # how long the player waits before it sends what a SCO has set
    check_in: float = 60.0  # how often an idle window asks whether it is still the current one
    strict: bool = False  # refuse what real authoring tools get wrong, as the standards' texts demand
    mastery_override: bool = True  # SCORM 1.2: the mastery score decides between passed and failed
    content_hosts: tuple[str, ...] = ("https:",)  # CSP sources that packages may use beside their own files
    embedders: tuple[str, ...] = ()  # CSP sources of pages that may show the player in a frame
    body_maximum: int = 8 << 20  # one message of the player
    sessions_kept: int = 8  # launches of one registration that stay known
