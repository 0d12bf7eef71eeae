"""Courses and their versions in the database."""

from __future__ import annotations

from typing import Any

from mongoengine import BinaryField, DateTimeField, Document, IntField, LongField, StringField
from pymongo.database import Database

COURSES = "courses"
VERSIONS = "course_versions"

INDEXES: tuple[tuple[str, dict[str, Any]], ...] = (
    (COURSES, {"keys": [("order", 1)], "name": "list"}),
    (VERSIONS, {"keys": [("course", 1), ("version", 1)], "name": "version", "unique": True}),
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


def ensure_indexes(db: Database[dict[str, Any]]) -> None:
    for collection, index in INDEXES:
        db[collection].create_index(**index)
