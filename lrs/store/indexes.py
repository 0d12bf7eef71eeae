"""The indexes of every collection of this package; docs/decisions/0101-statement-index.md gives the reasons."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from lrs.spec.index import INHERITED
from lrs.store.references import HEIRS


def _model(name: str, *keys: str, **options: Any) -> IndexModel:
    return IndexModel([(key, ASCENDING) for key in keys], name=name, **options)


STATEMENTS = [
    _model("stored", "t", "s"),
    _model("ag", "t", "ag", "s"),
    _model("ra", "t", "ra", "s"),
    _model("ob", "t", "ob", "s"),
    _model("rc", "t", "rc", "s"),
    _model("vb", "t", "vb", "s"),
    _model("pr", "t", "pr", "s"),
    _model("rg", "t", "rg", "s"),  # not partial: the embedded server reads by no partial index
    _model("au", "t", "au", "s"),
]

INDEXES = {
    "lrs_statements": STATEMENTS,
    HEIRS: [_model("target", "g"), *(_model(key, "t", key, "s") for key in INHERITED)],
    "lrs_marks": [_model("marks", "t", "s")],
    "lrs_activities": [],
    "lrs_documents": [_model("owner", "t", "k", "o", "u"), _model("etag", "_id", "etag")],
    "lrs_attachments": [_model("trial", "at", "_id")],
    # With the names that every driver gives the indexes of GridFS.
    "lrs_attachments.chunks": [_model("files_id_1_n_1", "files_id", "n", unique=True)],
    "lrs_attachments.files": [_model("filename_1_uploadDate_1", "filename", "uploadDate"), _model("open", "open", sparse=True)],
}


def ensure(db: Database[Any]) -> None:
    existing = set(db.list_collection_names())
    for collection, models in INDEXES.items():
        if collection not in existing:
            db.create_collection(collection, check_exists=False)
        if models:
            db[collection].create_indexes(models)
