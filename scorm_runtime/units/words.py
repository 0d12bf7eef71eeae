"""What the player says of units: English texts by the keys of its script, beside those of `scorm_runtime.words`."""

from __future__ import annotations

from typing import Any

from scorm_runtime import words
from scorm_runtime.catalogs import Catalog
from scorm_runtime.words import _

UNITS: dict[str, str] = {
    "units.next": _("Go on: {title}"),
    "units.welcome": _("Welcome back. Choose a part from the contents, or go on."),
    "units.all": _("You have done every part of this course. You can look at each of them again."),
    "units.ended": _("“{title}” has ended; your result is recorded. Choose the next part from the contents, or go on."),
    "units.unfinished": _(
        "“{title}” was closed before it could say how it ended. What it has reported is kept. "
        "If nothing more is heard of it, it counts as broken off."
    ),
    "units.abandoned": _(
        "“{title}” never said how it ended, and was broken off for you. What it had reported is kept: open it again to go on."
    ),
    "units.trouble": _("No connection, trying again"),
    # A part in a window of its own.
    "units.ready.title": _("This part opens in its own window"),
    "units.ready.text": _("Come back to this page when you have closed it."),
    "units.ready.action": _("Open the window"),
    "units.open.title": _("This part is open in its own window"),
    "units.open.text": _("Come back to this page when you have closed it."),
    "units.open.action": _("Show that window"),
    "units.blocked.title": _("Your browser has blocked the window"),
    "units.blocked.text": _("Follow the link instead: it opens the part in a new tab."),
    "units.blocked.action": _("Open the window"),
    # A part that is no web page.
    "units.link.title": _("This part opens in another program"),
    "units.link.text": _("Your device must have the program. Come back to this page when you have closed it."),
    "units.link.action": _("Prepare the link"),
    # A part that has been done.
    "units.done.title": _("You have done “{title}”"),
}


def for_script(catalog: Catalog) -> dict[str, Any]:
    made = words.for_script(catalog)
    return {**made, "texts": {**made["texts"], **{key: catalog.text(text) for key, text in UNITS.items()}}}
