"""What axe, the checker of accessibility, finds."""

from __future__ import annotations

from importlib import resources

from playwright.sync_api import Frame

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "iframes": False}


def violations(frame: Frame) -> list[str]:
    """What axe finds in one frame, those inside it left out."""
    frame.evaluate(AXE)
    found = frame.evaluate("options => axe.run(document, options)", AXE_OPTIONS)["violations"]
    return [f"{violation['id']}: {node['html']}" for violation in found for node in violation["nodes"]]
