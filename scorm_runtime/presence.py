"""Whether a course is still there for those who are in it. Asked at every message of a player, so remembered for moments."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from package_importer import Catalogue, CourseNotFound
from scorm_runtime.errors import CourseRemoved

KEPT = 5  # seconds


class Presence:
    def __init__(self, catalogue: Catalogue, clock: Callable[[], float]) -> None:
        self.catalogue = catalogue
        self.clock = clock
        self._known = lru_cache(maxsize=1024)(self._ask)

    def check(self, course: str, *, at_once: bool = False) -> None:
        """Raises CourseRemoved. `at_once`: as it is now."""
        there = self._ask(course, 0) if at_once else self._known(course, int(self.clock() // KEPT))
        if not there:
            raise CourseRemoved("This course has been removed. What was done in it is kept.", course=course)

    def _ask(self, course: str, moment: int) -> bool:
        try:
            self.catalogue.get(course)
        except CourseNotFound:
            return False
        return True
