"""What a standard decides about units; cmi5 and Tin Can each have one. Everything here is pure: times and ids are arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from package_importer.course import Item
from scorm_runtime.units.attempt import Attempt, Plan, Session, Step, Unit


class Refusal(Exception):
    """Something that content asked for and does not get. `reason` is a stable slug, `requirement` a section of the standard."""

    def __init__(self, reason: str, requirement: str, message: str, *, pointer: str = "", found: Any = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.requirement = requirement
        self.pointer = pointer
        self.found = found
        self.at: int | None = None  # which statement of the request


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The parts of a launch's address that the service knows. `token` is there only when the standard puts it there."""

    endpoint: str
    fetch: str
    token: str = ""


class Conduct(Protocol):
    """The rules of one standard."""

    name: str
    overlapping: bool
    """Whether several sessions of a registration may be alive at once."""
    token_in_address: bool
    """Whether the content gets its credential with the address, not by a fetch."""
    reviews: bool
    """Whether content can be opened only to be looked at."""
    terminates: bool
    """Whether content says that its session is over."""
    prefers: bool
    """Whether content reads its learner's preferences."""
    keeps_apart: bool
    """Whether content keeps to documents of its own activity and registration."""

    def learner(self, actor: Mapping[str, Any]) -> Mapping[str, Any]:
        """The actor as the content is told it. Raises InvalidRequest if the standard has no such learners."""
        ...

    def activity(self, plan: Plan, item: Item) -> str:
        """What content calls the unit."""
        ...

    def begin(self, plan: Plan, attempt: Attempt, session: str, now: float) -> Step:
        """A registration is made; `session` is a fresh id for what happens outside of any launch."""
        ...

    def met(self, plan: Plan, attempt: Attempt, item: Item) -> bool:
        """Whether a unit has been done."""
        ...

    def whole(self, plan: Plan, attempt: Attempt) -> Unit | None:
        """What content has said of the course as a whole, or what else is known of it than its units tell together."""
        ...

    def open(self, plan: Plan, attempt: Attempt, session: Session, now: float) -> Step: ...

    def close(self, plan: Plan, attempt: Attempt, session: Session, now: float) -> Step:
        """A session that did not end itself ends."""
        ...

    def waive(self, plan: Plan, attempt: Attempt, item: Item, session: str, reason: str, now: float) -> Step: ...

    def judge(self, plan: Plan, attempt: Attempt, session: Session, given: Sequence[Mapping[str, Any]], now: float) -> Step:
        """All statements of a request, or a Refusal. The same attempt object comes back if nothing changed."""
        ...

    def documents(self, plan: Plan, session: Session) -> Mapping[str, Any]:
        """State documents of the unit that a launch writes."""
        ...

    def touch(self, session: Session, method: str, resource: str, name: str | None, body: bytes, content_type: str) -> None:
        """Raises a Refusal of a request for a document; whose document it is has been looked at."""
        ...

    def address(self, plan: Plan, attempt: Attempt, session: Session, parts: Address) -> str: ...
