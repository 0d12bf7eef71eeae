"""What the player says: the English texts by the keys that its script knows them by. Catalogs translate them.

`_` and `_n` mark a text for extraction; `_n` has one for the singular and one for the plural. In braces stand values.
"""

from __future__ import annotations

from typing import Any

from scorm_runtime.catalogs import Catalog


def _(text: str) -> str:
    return text


def _n(one: str, many: str) -> tuple[str, str]:
    return one, many


PLAYER: dict[str, str | tuple[str, str]] = {
    # How far a part of the course is; said before its title.
    "status.passed": _("passed"),
    "status.failed": _("not passed"),
    "status.completed": _("completed"),
    "status.incomplete": _("in progress"),
    "status.new": _("not started"),
    "progress": _n("{done} of {all} part done", "{done} of {all} parts done"),
    "mode.browse": _("Preview: nothing is recorded."),
    "mode.review": _("Review: nothing is recorded."),
    # What has become of the learner's work. {time} is a time of day.
    "saved": _("Saved {time}"),
    "saved.again": _("Saved again"),
    "saving": _("Saving…"),
    "trying": _("Not saved yet, trying again"),
    "offline": _("No connection. Your work is kept in this browser and will be saved when it is back."),
    "offline.unkept": _("No connection. Keep this page open: your work will be saved when it is back."),
    "notice.superseded.title": _("This course was opened in another window"),
    "notice.superseded.text": _("This window has stopped, so that nothing is recorded twice. Your work is saved up to here."),
    "notice.superseded.action": _("Continue in this window"),
    "notice.expired.title": _("This link has expired"),
    "notice.expired.text": _(
        "Open the course again from where you started it. What is not saved yet is kept in this browser until then."
    ),
    "notice.expired.action": _("Back to where you came from"),
    "notice.used.title": _("All your attempts are used"),
    "notice.used.text": _("This course allows no further one. What you have done stays on record."),
    "notice.used.action": _("Back to where you came from"),
    "notice.removed.title": _("This course has been removed"),
    "notice.removed.text": _("It cannot be continued, and nothing more is recorded. What was saved before stays on record."),
    "notice.removed.action": _("Back to where you came from"),
    "notice.lost.title": _("Something went wrong"),
    "notice.lost.text": _("The course has to be loaded again. Your work is saved, or kept in this browser until it is."),
    "notice.lost.action": _("Load again"),
    "between.chosen": _("This part has ended. Choose the next one from the contents."),
    "between.start": _("This course leaves the choice to you. Pick a part from the contents."),
    "between.refused": _("That is not possible at this point. Choose another part from the contents."),
    # The result.
    "passed.title": _("You have passed"),
    "passed.text": _("Well done. Your result is recorded."),
    "failed.title": _("Not passed this time"),
    "completed.title": _("Completed"),
    "completed.text": _("Your result is recorded."),
    "suspended.title": _("Your place is kept"),
    "suspended.text": _("Come back at any time: the course goes on where you left it."),
    "finished.title": _("Finished for now"),
    "finished.text": _("Your result is recorded. You can open the course again."),
    "again.suspended": _("Go on now"),
    "again.finished": _("Open the course again"),
    "score": _("Score"),
    "score.of": _n("{raw} of {max} point", "{raw} of {max} points"),
    "score.alone": _n("{raw} point", "{raw} points"),
    "time": _("Time spent"),
    "time.short": _("under a minute"),
    # Content in a window of its own, and on the full screen.
    "own.ready.title": _("This course opens in its own window"),
    "own.ready.text": _("This page has to stay open: it saves your work."),
    "own.ready.action": _("Open the window"),
    "own.blocked.title": _("Your browser has blocked the window"),
    "own.blocked.text": _("Allow pop-up windows for this page and try again, or show the course on this page."),
    "own.blocked.action": _("Open the window"),
    "own.open.title": _("The course is open in its own window"),
    "own.open.text": _("Keep this page open: it saves your work. Closing the other window leaves the course."),
    "own.open.action": _("Show that window"),
    "screen.full": _("Full screen"),
    "screen.normal": _("Leave full screen"),
}
# Why a link opens nothing, by the error's code.
SORRY = {
    "launch-not-found": _("This link is not known. Ask for a new one."),
    "launch-expired": _("This link has expired. Ask for a new one."),
    "course-removed": _("This course has been removed."),
}


def for_script(catalog: Catalog) -> dict[str, Any]:
    """What the page hands to its script: texts, and lists of forms where a number decides."""
    texts = {key: catalog.text(words) if isinstance(words, str) else catalog.forms(*words) for key, words in PLAYER.items()}
    return {"language": catalog.language, "choices": catalog.choices(), "texts": texts}
