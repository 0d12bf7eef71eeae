"""Whether a course is still there for those who are in it. Asked at every message of a player, so remembered for moments."""

from __future__ import annotations

from collections.abc import Callable

from package_importer import Catalogue, CourseNotFound
from scorm_runtime.errors import CourseRemoved

KEPT = 5  # seconds
COURSES = 1024


class Presence:
    """`after`: runs what may follow an answer. A message is answered by what is remembered, and costs no round trip."""

    def __init__(self, catalogue: Catalogue, clock: Callable[[], float], after: Callable[[Callable[[], object]], object]) -> None:
        self.catalogue = catalogue
        self.clock = clock
        self.after = after
        self._known: dict[str, tuple[float, bool]] = {}

    def check(self, course: str, *, at_once: bool = False) -> None:
        """Raises CourseRemoved. `at_once`: as it is now."""
        asked, there = self._known.get(course, (0.0, True))
        if at_once:
            self._ask(course)
        elif self.clock() - asked >= KEPT:
            self._known[course] = self.clock(), there
            self.after(lambda: self._ask(course))
        if not self._known.get(course, (0.0, True))[1]:
            raise CourseRemoved("This course has been removed. What was done in it is kept.", course=course)

    def _ask(self, course: str) -> None:
        try:
            self.catalogue.get(course)
            there = True
        except CourseNotFound:
            there = False
        if len(self._known) >= COURSES:
            self._known = {}
        self._known[course] = self.clock(), there
