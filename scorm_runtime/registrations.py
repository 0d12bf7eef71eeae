"""Who is enrolled in what. A pair of learner and course has one registration unless the caller names others."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from mongoengine.errors import NotUniqueError

from lrs.spec.agents import ifi
from lrs.spec.schema import check
from package_importer import Catalogue
from scorm_runtime import errors
from scorm_runtime.models import Registration

NAMES = uuid.UUID("6f0a4a34-6a0e-5c53-9d52-0f5b8d9a7c11")


class Registrations:
    def __init__(self, catalogue: Catalogue, clock: Callable[[], float]) -> None:
        self.catalogue = catalogue
        self.clock = clock

    def register(
        self, course_id: str, actor: Mapping[str, Any], registration: str | None = None, *, tenant: int = 1
    ) -> tuple[Registration, bool]:
        """The registration, and whether it is new. Without a UUID a known pair gets the one it has."""
        check_actor(actor)
        course = self.catalogue.get(course_id).id
        key = ifi(actor) or ""
        if registration is None and (known := self._of_pair(tenant, course, key)):
            return known, False
        name = str(uuid.UUID(registration)) if registration else str(uuid.uuid5(NAMES, f"{tenant} {course} {key}"))
        made = Registration(
            uuid=name,
            store=tenant,
            course=course,
            actor=orjson.dumps(actor).decode(),
            actor_key=key,
            created=datetime.fromtimestamp(self.clock(), UTC),
        )
        try:
            made.save(force_insert=True)
        except NotUniqueError:
            known = Registration.objects(uuid=name).first()
            if (known.store, known.course, known.actor_key) != (tenant, course, key):
                raise errors.RegistrationTaken(
                    "This registration belongs to another learner or course.", registration=name
                ) from None
            return known, False
        return made, True

    def get(self, registration: str, tenant: int = 1) -> Registration:
        found = Registration.objects(uuid=registration.lower()).first()
        if found is None or found.store != tenant:
            raise errors.RegistrationNotFound("There is no such registration.", registration=registration)
        return found

    def describe(self, registration: Registration) -> dict[str, Any]:
        created: datetime = registration.created
        return {
            "registration": registration.uuid,
            "course": registration.course,
            "actor": orjson.loads(registration.actor),
            "created": (created if created.tzinfo else created.replace(tzinfo=UTC)).isoformat().replace("+00:00", "Z"),
        }

    def _of_pair(self, tenant: int, course: str, key: str) -> Registration | None:
        found = list(Registration.objects(store=tenant, course=course, actor_key=key))
        return max(found, key=lambda one: one.created, default=None)


def check_actor(actor: Any) -> None:
    """An identified xAPI Agent, by the rules of the Learning Record Store."""
    if isinstance(actor, Mapping) and actor.get("objectType", "Agent") != "Agent":
        raise errors.InvalidRequest(
            "/actor/objectType", actor["objectType"], "must be Agent: a registration belongs to one learner"
        )
    check(actor, "2.0.0", ("actor",), "agent")


def learner_id(actor: Mapping[str, Any]) -> str:
    """cmi.learner_id and cmi.core.student_id."""
    if account := actor.get("account"):
        return str(account["name"])
    for kind in ("mbox", "mbox_sha1sum", "openid"):
        if kind in actor:
            return str(actor[kind]).removeprefix("mailto:")
    return ""
