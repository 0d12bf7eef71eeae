"""What was decided for a course, over all its versions: kept in Mongo, checked against the table, shown with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo.database import Database

from package_importer import Catalogue, CourseEntry
from package_importer.course import Course, Standard
from scorm_runtime.errors import Busy, InvalidRequest, NotOfStandard
from scorm_runtime.overrides import TABLE, Overrides, Row, package_score, passing_score
from scorm_runtime.settings import Settings

COLLECTION = "runtime_course_settings"
TRIES = 5
ITEMS = "items"
ITEMS_KEPT = 2000


class CourseSettings:
    """`settings` are the server's, which a course falls back on."""

    def __init__(self, db: Database[Any], catalogue: Catalogue, settings: Settings) -> None:
        self.db = db
        self.catalogue = catalogue
        self.server = server_values(settings)

    def of(self, course_id: str) -> Overrides:
        """What holds now."""
        return read(self._row(course_id).get("values", "{}"), self.server)

    def replace(self, course_id: str, body: Mapping[str, Any], by: str, now: float) -> dict[str, Any]:
        """PUT: what the body does not name is no longer decided."""
        return self._change(course_id, body, by, now, keeps=False)

    def update(self, course_id: str, body: Mapping[str, Any], by: str, now: float) -> dict[str, Any]:
        """PATCH, as RFC 7396 has it: null takes a decision back."""
        return self._change(course_id, body, by, now, keeps=True)

    def describe(self, course_id: str) -> dict[str, Any]:
        """Every setting with its effective value, and who says so."""
        entry = self._scorm(course_id)
        course = self.catalogue.course(course_id, entry.version)
        row = self._row(course_id)
        overrides = read(row.get("values", "{}"), self.server)
        return {
            "course": course_id,
            "version": entry.version,
            "settings": {name: setting(course, overrides, one) for name, one in TABLE.items()},
            "items": items(course, overrides),
            "changed": row["changed"].replace(tzinfo=UTC).isoformat().replace("+00:00", "Z") if row else None,
            "by": row.get("by"),
        }

    def _scorm(self, course_id: str) -> CourseEntry:
        entry = self.catalogue.get(course_id)
        if Standard(entry.standard).family != Standard.SCORM_2004.family:
            raise NotOfStandard(
                f"Settings are of SCORM courses: what this one reports is judged by its own package ({entry.standard}).",
                standard=entry.standard,
            )
        return entry

    def _row(self, course_id: str) -> dict[str, Any]:
        return self.db[COLLECTION].find_one({"_id": course_id}) or {}

    def _change(self, course_id: str, body: Mapping[str, Any], by: str, now: float, *, keeps: bool) -> dict[str, Any]:
        entry = self._scorm(course_id)
        known = {item.identifier for item in self.catalogue.course(course_id, entry.version).root.walk() if not item.children}
        course, own = checked(body, known)
        for _ in range(TRIES):
            old = self._row(course_id).get("values", "{}")
            values = orjson.dumps(decided(orjson.loads(old) if keeps else {}, course, own)).decode()
            row = {"values": values, "changed": datetime.fromtimestamp(now, UTC), "by": by}
            same = {"$eq": [{"$ifNull": ["$values", "{}"]}, old]}
            update = {name: {"$cond": [same, {"$literal": value}, f"${name}"]} for name, value in row.items() if name != "values"}
            update["values"] = {"$cond": [same, {"$literal": values}, "$values"]}
            self.db[COLLECTION].update_one({"_id": course_id}, [{"$set": update}], upsert=True)
            if self._row(course_id).get("values") == values:
                return self.describe(course_id)
        raise Busy("The settings of this course are being changed by others all the time. Try again.")


def server_values(settings: Settings) -> dict[str, Any]:
    """Rows that a setting of the server decides where no course does."""
    return {row.name: getattr(settings, row.server) for row in TABLE.values() if row.server is not None}


def read(values: str, server: Mapping[str, Any]) -> Overrides:
    """What is kept of a course; rows that the table no longer has are passed over."""
    found = orjson.loads(values)
    course = {name: value for name, value in found.get("course", {}).items() if name in TABLE}
    own = {item: {n: v for n, v in row.items() if n in TABLE} for item, row in found.get(ITEMS, {}).items()}
    return Overrides(course=course, items=own, server=server)


def checked(body: Mapping[str, Any], known: set[str]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The course's values and those of its items; null stays null."""
    course = {name: _value(name, value, f"/{name}", "course") for name, value in body.items() if name != ITEMS}
    rows = body.get(ITEMS, {})
    if not isinstance(rows, Mapping):
        raise InvalidRequest("/items", rows, "must be an object with the identifiers of items as keys")
    own: dict[str, dict[str, Any]] = {}
    for item, row in rows.items():
        if item not in known:
            raise InvalidRequest(f"/items/{item}", item, "is no item of this course that can be launched")
        if not isinstance(row, Mapping):
            raise InvalidRequest(f"/items/{item}", row, "must be an object of settings")
        own[item] = {name: _value(name, value, f"/items/{item}/{name}", "item") for name, value in row.items()}
    return course, own


def _value(name: str, value: Any, place: str, level: str) -> Any:
    row = TABLE.get(name)
    if row is None or level not in row.levels:
        names = ", ".join(one.name for one in TABLE.values() if level in one.levels)
        raise InvalidRequest(
            place, value, f"is no setting of a {'single item' if level == 'item' else 'course'}; there are {names}"
        )
    if value is None:
        return None
    if row.type == "choice":
        _must(value in row.choices, place, value, f"must be one of {', '.join(row.choices)}")
    elif row.type == "flag":
        _must(isinstance(value, bool), place, value, "must be true or false")
    else:
        kinds = (int,) if row.type == "integer" else (int, float)
        fits = isinstance(value, kinds) and not isinstance(value, bool) and (row.least or 0) <= value <= (row.most or 0)
        _must(
            fits,
            place,
            value,
            f"must be {'a whole number' if row.type == 'integer' else 'a number'} from {row.least} to {row.most}",
        )
    return value


def _must(fits: bool, place: str, value: Any, rule: str) -> None:
    if not fits:
        raise InvalidRequest(place, value, rule)


def decided(old: Mapping[str, Any], course: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is decided from now on; what nothing is decided of is left out."""
    whole = _merged(old.get("course", {}), course)
    rows = {item: _merged(old.get(ITEMS, {}).get(item, {}), own.get(item, {})) for item in {**old.get(ITEMS, {}), **own}}
    kept = {item: row for item, row in rows.items() if row}
    if len(kept) > ITEMS_KEPT:
        raise InvalidRequest("/items", len(kept), f"must be at most {ITEMS_KEPT}")
    return {name: value for name, value in (("course", whole), (ITEMS, kept)) if value}


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **new}.items() if value is not None}


def setting(course: Course, overrides: Overrides, row: Row) -> dict[str, Any]:
    """One row of the table for a course."""
    value, source = overrides.effective(row.name)
    if row.package and source == "default":
        value, source = _of_package(course)
    made: dict[str, Any] = {
        "value": value,
        "source": source,
        "default": row.default,
        "type": row.type,
        "levels": list(row.levels),
    }
    if row.name in overrides.course:
        made["course"] = overrides.course[row.name]
    if row.name in overrides.server:
        made["server"] = overrides.server[row.name]
    if row.package:
        made["package"] = _of_package(course)[0]
    limits = {"choices": list(row.choices), "least": row.least, "most": row.most}
    return made | {name: limit for name, limit in limits.items() if limit not in ([], None)} | {"help": row.help}


def _of_package(course: Course) -> tuple[float | None, str]:
    """The passing score that all items share which have one; null where they differ: see each item."""
    found = {score for item in course.root.walk() if not item.children and (score := package_score(course, item)) is not None}
    if not found:
        return None, "default"
    return (found.pop() if len(found) == 1 else None), "package"


def items(course: Course, overrides: Overrides) -> dict[str, dict[str, Any]]:
    """Of the items that differ from the course, or whose package says something: each setting that an item can have."""
    made: dict[str, dict[str, Any]] = {}
    for item in course.root.walk():
        name = item.identifier
        if item.children or not (item.resource and item.resource.sco):
            continue
        score, source = passing_score(course, overrides, item)
        if source == "default" and name not in overrides.items:
            continue
        rows: dict[str, Any] = {}
        for row in TABLE.values():
            if "item" in row.levels:
                value, who = (score, source) if row.package else overrides.effective(row.name, name)
                rows[row.name] = {"value": value, "source": who}
        rows["passing_score"]["package"] = package_score(course, item)
        made[name] = rows
    return made
