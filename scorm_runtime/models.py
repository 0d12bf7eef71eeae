"""The registration: one learner's enrolment in one course."""

from __future__ import annotations

import mongoengine


class Registration(mongoengine.Document):
    """`actor_key` names the actor by its inverse functional identifier, `store` the tenant."""

    uuid = mongoengine.StringField(primary_key=True)
    store = mongoengine.IntField(required=True, default=1)
    course = mongoengine.StringField(required=True)
    actor = mongoengine.StringField(required=True)  # JSON text: exactly what was given
    actor_key = mongoengine.StringField(required=True)
    created = mongoengine.DateTimeField(required=True)

    meta = {  # noqa: RUF012  mongoengine's own form
        "db_alias": "rollbook",
        "collection": "registrations",
        "auto_create_index": False,
    }
