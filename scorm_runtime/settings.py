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

    content_url: str = "http://127.0.0.1:8081"  # where a browser reaches the content origin; a `*`: registrations' own labels
    static: Path = field(default_factory=_static)
    endpoint: str = "http://127.0.0.1:8080/xapi/"  # where cmi5 and Tin Can content finds the Learning Record Store
    idle: float = 3600.0  # after which a session of such content that asks nothing any more is over
    launch_lifetime: int = 24 * 3600  # a launch link and its session
    autosave: float = 2.0  # how long the player waits before it sends what a SCO has set
    check_in: float = 60.0  # how often an idle window asks whether it is still the current one
    strict: bool | tuple[str, ...] = False  # refuse what real authoring tools get wrong; or the leniencies that are refused
    mastery_override: bool = True  # SCORM 1.2: the mastery score decides between passed and failed
    auto_continue: str = "completed"  # SCORM 1.2: after which SCOs the next one opens by itself (onward.AutoContinue)
    content_hosts: tuple[str, ...] = ("https:",)  # CSP sources that packages may use beside their own files
    embedders: tuple[str, ...] = ()  # CSP sources of pages that may show the player in a frame
    log_kept: int = 500  # entries of a registration's log
    body_maximum: int = 8 << 20  # one message of the player
    translations: tuple[Path, ...] = ()  # folders with further catalogs of the player's interface
    sessions_kept: int = 8  # launches of one registration that stay known
