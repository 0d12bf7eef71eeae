"""Credentials in the database."""

from typing import Any

from mongoengine import DateTimeField, DictField, Document, IntField, ListField, StringField
from pymongo.database import Database

COLLECTION = "credentials"
REVISIONS = "revisions"
"""One small document for each collection that other processes watch by polling: `{_id: collection, n: int}`."""

INDEXES: tuple[dict[str, Any], ...] = (
    {"keys": [("store", 1), ("kind", 1), ("order", 1)], "name": "list"},
    {"keys": [("purge", 1)], "name": "purge", "expireAfterSeconds": 0, "sparse": True},
)


class Credential(Document):
    """One key; `kind` is `key` for those people manage, `session` for those a launch hands out."""

    key = StringField(primary_key=True)
    order = StringField(
        required=True
    )  # the key again: pages range over this field, because ranges on _id scan on the embedded server
    kind = StringField(required=True, choices=("key", "session"))
    name = StringField(required=True)
    scopes = ListField(StringField())
    store = IntField(required=True)
    authority = DictField(default=None, null=True)
    limits = DictField()
    secret_hash = StringField(required=True)
    created = DateTimeField(required=True)
    expires = DateTimeField()
    revoked = DateTimeField()
    purge = DateTimeField()  # when the server may delete the document; only launch-scoped ones have it

    meta = {"db_alias": "rollbook", "collection": COLLECTION, "auto_create_index": False}  # noqa: RUF012


def ensure_indexes(db: Database[dict[str, Any]]) -> None:
    for index in INDEXES:
        db[COLLECTION].create_index(**index)
