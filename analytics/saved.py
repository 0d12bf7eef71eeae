"""Saved queries: bodies of POST /api/v1/query under a name that everybody with the scope may use.

A query is kept as JSON text: its filter may have members that the database would not take as names of fields.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from analytics.errors import NameInvalid, QueryInvalid, QueryUnknown, RevisionChanged, RevisionRequired

QUERIES = "analytics_queries"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", re.ASCII)
QUERY_BYTES = 64 * 1024
DESCRIPTION_LENGTH = 2_000
LAST_NAME = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """`tag` changes with each change; it is the ETag. Times are UTC milliseconds."""

    name: str
    description: str
    query: Mapping[str, Any]
    revision: int
    tag: str
    created: int
    created_by: str
    updated: int
    updated_by: str


def ensure_indexes(db: Database[Any]) -> None:
    db[QUERIES].create_index([("t", ASCENDING), ("name", ASCENDING)], unique=True)
    db[QUERIES].create_index([("t", ASCENDING), ("name", ASCENDING), ("tag", ASCENDING)])


def check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise NameInvalid(name)
    return name


def find(db: Database[Any], store: int, name: str) -> SavedQuery | None:
    row = db[QUERIES].find_one({"t": store, "name": name})
    return None if row is None else _saved(row)


def get(db: Database[Any], store: int, name: str) -> SavedQuery:
    """Raises QueryUnknown."""
    found = find(db, store, name)
    if found is None:
        raise QueryUnknown(name)
    return found


def put(
    db: Database[Any], store: int, name: str, query: Mapping[str, Any], description: str, *, by: str, now: int, tag: str | None
) -> SavedQuery:
    """Saves a query that was checked; `tag` is that of the one it replaces, None: there is none yet.

    Saving the same again changes nothing. Raises RevisionRequired, RevisionChanged.
    """
    text = orjson.dumps(query, option=orjson.OPT_SORT_KEYS).decode()
    if len(text) > QUERY_BYTES:
        raise QueryInvalid("/query", len(text), f"must not be longer than {QUERY_BYTES} bytes")
    old = db[QUERIES].find_one({"t": store, "name": name})
    if old is not None and tag in (None, old["tag"]) and (old["query"], old["description"]) == (text, description):
        return _saved(old)
    if tag is None and old is not None:
        raise RevisionRequired(name)
    if tag is not None and (old is None or old["tag"] != tag):
        raise RevisionChanged(name)
    revision = old["revision"] + 1 if old else 1
    row = {"t": store, "name": name, "query": text, "description": description, "revision": revision}
    row |= {"tag": f"{revision}-{uuid.uuid4().hex[:8]}", "updated": now, "updated_by": by}
    row |= {"created": old["created"], "created_by": old["created_by"]} if old else {"created": now, "created_by": by}
    try:
        if old is None:
            db[QUERIES].insert_one({"_id": f"{store}/{name}", **row})
        elif not db[QUERIES].replace_one({"t": store, "name": name, "tag": old["tag"]}, row).matched_count:
            raise RevisionChanged(name)
    except DuplicateKeyError:
        raise RevisionChanged(name) from None
    return _saved(row)


def delete(db: Database[Any], store: int, name: str, *, tag: str | None) -> None:
    """Raises QueryUnknown, RevisionChanged."""
    found = get(db, store, name)
    if tag is not None and tag != found.tag:
        raise RevisionChanged(name)
    if not db[QUERIES].delete_one({"t": store, "name": name, "tag": found.tag}).deleted_count:
        raise RevisionChanged(name)


def page(db: Database[Any], store: int, after: str, limit: int) -> list[SavedQuery]:
    """By name, those that follow `after`."""
    wanted = {"t": store, "name": {"$gt": after, "$lte": LAST_NAME}}
    return [_saved(row) for row in db[QUERIES].find(wanted).sort("name", ASCENDING).limit(limit)]


def _saved(row: Mapping[str, Any]) -> SavedQuery:
    kept = {name: row[name] for name in SavedQuery.__slots__ if name != "query"}
    return SavedQuery(**kept, query=orjson.loads(row["query"]))
