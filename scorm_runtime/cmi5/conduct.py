"""cmi5 as one of the standards that units follow: sessions one after the other, satisfied at once, a token by fetch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from package_importer.course import Item
from scorm_runtime.cmi5 import course, launch, move_on, statements, vocabulary
from scorm_runtime.cmi5 import session as life
from scorm_runtime.errors import InvalidRequest
from scorm_runtime.units.attempt import Attempt, Mode, Plan, Said, Session, Step, Unit
from scorm_runtime.units.conduct import Address, Refusal


class Cmi5:
    name = "cmi5"
    overlapping = False  # 9.3.6: a new launch abandons what is still open in the registration
    token_in_address = False
    reviews = True
    terminates = True
    prefers = True
    keeps_apart = True

    def learner(self, actor: Mapping[str, Any]) -> Mapping[str, Any]:
        if "account" not in actor:
            raise InvalidRequest("/actor", sorted(actor), "must have an account: cmi5 9.2 knows learners by nothing else")
        return launch.learner(actor)

    def activity(self, plan: Plan, item: Item) -> str:
        """8.1.5: the LMS's own id, the same in all sessions."""
        return plan.iri(item)

    def begin(self, plan: Plan, attempt: Attempt, session: str, now: float) -> Step:
        """What needs nothing is satisfied from the start (9.3.9)."""
        return _satisfied(plan, attempt, session, now)

    def met(self, plan: Plan, attempt: Attempt, item: Item) -> bool:
        return item.au is not None and move_on.met(item.au, attempt.unit(item.identifier))

    def whole(self, plan: Plan, attempt: Attempt) -> Unit | None:
        return course.status(plan, attempt)

    def open(self, plan: Plan, attempt: Attempt, session: Session, now: float) -> Step:
        unit = attempt.unit(session.item)
        if session.mode == Mode.NORMAL:
            attempt = attempt.with_unit(session.item, replace(unit, attempts=unit.attempts + 1))
        attempt = attempt.with_session(session)
        return Step(attempt=attempt, said=(statements.launched(plan, attempt, session, now),))

    def close(self, plan: Plan, attempt: Attempt, session: Session, now: float) -> Step:
        said = statements.abandoned(plan, attempt, session, now)
        return Step(attempt=life.abandoned(attempt, session, now), said=(said,))

    def waive(self, plan: Plan, attempt: Attempt, item: Item, session: str, reason: str, now: float) -> Step:
        """9.3.7; what is satisfied by it belongs to the same session, which is nobody's launch."""
        said = statements.waived(plan, attempt, item, session, reason, now)
        unit = replace(attempt.unit(item.identifier), waived=said.id, waived_at=now, reason=reason)
        step = _satisfied(plan, attempt.with_unit(item.identifier, unit), session, now)
        return Step(attempt=step.attempt, said=(said, *step.said))

    def judge(self, plan: Plan, attempt: Attempt, session: Session, given: Sequence[Mapping[str, Any]], now: float) -> Step:
        said: list[Said] = []
        item = plan.items[session.item]
        assert item.au is not None
        bounds = life.Bounds(actor=attempt.actor, registration=attempt.registration, publisher=item.identifier, au=item.au)
        for place, one in enumerate(given):
            session = attempt.sessions[session.id]
            try:
                verdict = life.judge(bounds, session, attempt.unit(session.item), one, now)
            except Refusal as refusal:
                refusal.at = place
                raise
            changes = verdict.verb is not None and not verdict.known
            said.append(Said(statement=one, vital=changes))
            if changes:
                step = _satisfied(
                    plan, attempt.with_session(verdict.session).with_unit(session.item, verdict.unit), session.id, now
                )
                attempt = step.attempt
                said.extend(step.said)
        return Step(attempt=attempt, said=tuple(said))

    def documents(self, plan: Plan, session: Session) -> Mapping[str, Any]:
        return {vocabulary.LAUNCH_DATA: launch.launch_data(plan.items[session.item], session, plan.activity_id)}

    def touch(self, session: Session, method: str, resource: str, name: str | None, body: bytes, content_type: str) -> None:
        if not session.live:
            raise life.ended(session)
        if method == "GET":
            return
        if resource == "state" and name in (None, vocabulary.LAUNCH_DATA):
            raise Refusal("launch-data", "10.2.1", "Content reads the launch data and does not change or remove them.")
        if resource == "agent-profile" and name == vocabulary.PREFERENCES:
            if method == "DELETE":
                raise Refusal("preferences-invalid", "11", "Content does not remove the learner's preferences.")
            launch.check_preferences(body, content_type)

    def address(self, plan: Plan, attempt: Attempt, session: Session, parts: Address) -> str:
        return launch.address(
            session.address,
            launch.parameters(
                endpoint=parts.endpoint,
                fetch=parts.fetch,
                actor=self.learner(attempt.actor),
                registration=attempt.registration,
                activity=session.activity,
            ),
        )


def _satisfied(plan: Plan, attempt: Attempt, session: str, now: float) -> Step:
    said = []
    for item in move_on.newly_satisfied(plan, attempt):
        one = statements.satisfied(plan, attempt, item, session, now)
        said.append(one)
        attempt = replace(attempt, satisfied={**attempt.satisfied, item.identifier: one.id})
    attempt, news = course.news(plan, attempt, session, now)
    said += news
    return Step(attempt=attempt, said=tuple(said))
