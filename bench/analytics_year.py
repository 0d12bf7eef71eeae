"""A made-up year of learning as statements: courses of every standard, retakes, abandonments, voids, late statements.

The same seed gives the same year. Nothing here knows how the product reads it.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

ADL = "http://adlnet.gov/expapi/verbs/"
ADL_W3 = "https://w3id.org/xapi/adl/verbs/"
SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
TYPE = "http://adlnet.gov/expapi/activities/"
SCORM = {"id": "https://w3id.org/xapi/scorm", "definition": {"type": TYPE + "profile"}}
CATEGORIES: dict[str, list[dict[str, Any]]] = {
    "scorm12": [SCORM, {"id": "urn:rollbook:standard:scorm12"}],
    "scorm2004": [SCORM, {"id": "urn:rollbook:standard:scorm2004"}],
    "cmi5": [{"id": "https://w3id.org/xapi/cmi5/context/categories/cmi5"}],
    "xapi": [],
}
BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
Statement = dict[str, Any]


@dataclass(slots=True)
class Year:
    """`statements` come in the order in which they are sent."""

    learners: int
    courses: int
    seed: int = 7
    enrolments: int = 4
    questions: int = 3

    def statements(self) -> Iterator[Statement]:
        chance = random.Random(self.seed)
        late: list[Statement] = []
        for learner in range(self.learners):
            for course in chance.sample(range(self.courses), min(self.enrolments, self.courses)):
                for statement in self._enrolment(chance, learner, course):
                    if chance.random() < 0.03:
                        late.append(statement)
                    else:
                        yield statement
                        if chance.random() < 0.01:
                            yield self._void(chance, statement)
                if len(late) > 50:
                    chance.shuffle(late)
                    yield from late
                    late = []
        yield from late

    def _enrolment(self, chance: random.Random, learner: int, course: int) -> Iterator[Statement]:
        standard = ("scorm12", "scorm2004", "cmi5", "xapi")[course % 4]
        registration = (
            str(uuid.UUID(int=chance.getrandbits(128), version=4)) if standard != "xapi" or chance.random() < 0.5 else None
        )
        moment = BEGINNING + timedelta(seconds=chance.randrange(300 * 86_400))
        for attempt in range(chance.choice((1, 1, 1, 2, 3))):
            say = _Teller(chance, learner, course, standard, registration, attempt, moment)
            yield say("launched")
            if chance.random() < 0.1:
                return
            yield say("initialized")
            for question in range(self.questions):
                yield say.answer(question)
            ending = chance.random()
            if ending < 0.15:
                yield say("abandoned", base=ADL_W3, duration=True)
                return
            if ending < 0.25:
                yield say("suspended", duration=True)
                yield say("resumed")
            if standard == "cmi5" and chance.random() < 0.05:
                yield say("waived", base=ADL_W3, result={"success": True, "completion": True})
                return
            scaled = round(chance.random(), 4)
            if chance.random() < 0.9:
                yield say("completed", result={"completion": True}, duration=True)
            if chance.random() < 0.85:
                score = {"scaled": scaled} if standard == "cmi5" else {"raw": round(scaled * 80, 2), "min": 0, "max": 80}
                yield say(
                    "passed" if scaled >= 0.5 else "failed", result={"success": scaled >= 0.5, "score": score}, duration=True
                )
            yield say("terminated", result=None if standard == "cmi5" else {"success": scaled >= 0.5}, duration=True)
            moment = say.moment + timedelta(days=chance.randrange(1, 20))
            if scaled >= 0.5:
                return

    def _void(self, chance: random.Random, target: Statement) -> Statement:
        return {
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "actor": {"mbox": "mailto:admin@example.org"},
            "verb": {"id": ADL + "voided"},
            "object": {"objectType": "StatementRef", "id": target["id"]},
            "timestamp": target["timestamp"],
        }


class _Teller:
    """The statements of one attempt; each is some seconds after the one before."""

    def __init__(
        self,
        chance: random.Random,
        learner: int,
        course: int,
        standard: str,
        registration: str | None,
        attempt: int,
        moment: datetime,
    ) -> None:
        self.chance = chance
        self.actor = {"name": f"Learner {learner}", "mbox": f"mailto:learner{learner}@example.org"}
        self.course = course_iri(course)
        self.moment = moment
        grouping = [{"id": self.course}]
        if standard.startswith("scorm"):
            grouping.append({"id": f"{self.course}?attempt={registration}-{attempt}", "definition": {"type": TYPE + "attempt"}})
        activities = {name: value for name, value in (("category", CATEGORIES[standard]), ("grouping", grouping)) if value}
        self.context: dict[str, Any] = {"platform": "Bench", "contextActivities": activities}
        if registration is not None:
            self.context["registration"] = registration
        if standard == "cmi5":
            self.context["extensions"] = {SESSION: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{registration} {attempt}"))}

    def __call__(self, verb: str, *, base: str = ADL, result: dict[str, Any] | None = None, duration: bool = False) -> Statement:
        thing = {"id": self.course, "definition": {"type": TYPE + "course", "name": {"en": f"Course {self.course[-3:]}"}}}
        return self._made(base + verb, thing, dict(result or {}), duration=duration)

    def answer(self, question: int) -> Statement:
        thing = {
            "id": f"{self.course}/questions/{question}",
            "definition": {"type": TYPE + "cmi.interaction", "interactionType": "choice"},
        }
        response = self.chance.choice("abcd")
        made = self._made(ADL + "answered", thing, {"response": response, "success": response == "a"}, duration=True)
        made["context"] = {
            **self.context,
            "contextActivities": {**self.context["contextActivities"], "parent": [{"id": self.course}]},
        }
        return made

    def _made(self, verb: str, thing: dict[str, Any], result: dict[str, Any], *, duration: bool) -> Statement:
        self.moment += timedelta(milliseconds=self.chance.randrange(1, 900_000))
        if duration:
            result["duration"] = f"PT{self.chance.randrange(1, 3600)}S"
        made: Statement = {
            "id": str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
            "actor": self.actor,
            "verb": {"id": verb},
            "object": thing,
            "context": self.context,
            "timestamp": self.moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        return {**made, "result": result} if result else made


def course_iri(course: int) -> str:
    return f"https://example.org/courses/{course:03}"
