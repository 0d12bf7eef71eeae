"""Courses and their versions in the database."""

from __future__ import annotations

from typing import Any

from mongoengine import BinaryField, DateTimeField, Document, IntField, ListField, LongField, StringField
from pymongo.database import Database

COURSES = "courses"
VERSIONS = "course_versions"
UPLOADS = "uploads"

INDEXES: tuple[tuple[str, dict[str, Any]], ...] = (
    (COURSES, {"keys": [("order", 1)], "name": "list"}),
    (VERSIONS, {"keys": [("course", 1), ("version", 1)], "name": "version", "unique": True}),
    (VERSIONS, {"keys": [("digest", 1)], "name": "digest"}),
    (UPLOADS, {"keys": [("by", 1), ("state", 1)], "name": "by"}),
)


class CourseRow(Document):
    """What is visible: a course without this row does not exist, and a version beyond `version` neither."""

    id = StringField(primary_key=True)
    order = StringField(required=True)
    activity_id = StringField(required=True)
    version = IntField(required=True)
    title = StringField(required=True)
    standard = StringField(required=True)
    edition = StringField()
    created = DateTimeField(required=True)
    updated = DateTimeField(required=True)
    by = StringField(default="")

    meta = {"db_alias": "rollbook", "collection": COURSES, "auto_create_index": False}  # noqa: RUF012


class VersionRow(Document):
    """One import; never changed. `course_json` and `report_json` are deflated, since a course may have thousands of items."""

    id = StringField(primary_key=True)
    course = StringField(required=True)
    version = IntField(required=True)
    digest = StringField(required=True)
    folder = StringField(required=True)
    title = StringField(required=True)
    standard = StringField(required=True)
    edition = StringField()
    files = IntField(required=True)
    size = LongField(required=True)
    course_json = BinaryField(required=True)
    report_json = BinaryField(required=True)
    created = DateTimeField(required=True)
    by = StringField(default="")

    meta = {"db_alias": "rollbook", "collection": VERSIONS, "auto_create_index": False}  # noqa: RUF012


class UploadRow(Document):
    """A package that comes in piece by piece. `parts` are the names of its pieces, which begin with their offsets."""

    id = StringField(primary_key=True)
    by = StringField(required=True)
    state = StringField(required=True)
    length = LongField(required=True)
    digest = StringField()
    offset = LongField(default=0)
    parts = ListField(StringField())
    files = IntField(default=0)
    bytes = LongField(default=0)
    course = StringField()
    version = IntField()
    report_json = BinaryField()
    created = DateTimeField(required=True)
    updated = DateTimeField(required=True)

    meta = {"db_alias": "rollbook", "collection": UPLOADS, "auto_create_index": False}  # noqa: RUF012


def ensure_indexes(db: Database[dict[str, Any]]) -> None:
    for collection, index in INDEXES:
        db[collection].create_index(**index)
