"""The parts of the service over one database, made once in each process."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import mongoengine
from pymongo import MongoClient
from pymongo.database import Database

import access
import analytics
import lrs
import package_importer
import scorm_runtime
from rollbook import database
from rollbook.config import Config

MONGOENGINE_ALIAS = "rollbook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    config: Config
    client: MongoClient[dict[str, Any]]
    db: Database[dict[str, Any]]
    credentials: access.Credentials
    lrs: lrs.LRS
    catalogue: package_importer.Catalogue
    runtime: scorm_runtime.Service
    attempts: analytics.Attempts

    def ensure_indexes(self) -> None:
        """Makes every collection's indexes; does nothing where they are there already."""
        access.ensure_indexes(self.db)
        self.lrs.ensure_indexes()
        package_importer.ensure_indexes(self.db)
        scorm_runtime.ensure_indexes(self.db)
        analytics.ensure_indexes(self.db)

    def close(self) -> None:
        mongoengine.disconnect(MONGOENGINE_ALIAS)
        self.client.close()


def open_services(config: Config, uri: str) -> Services:
    """Connects to the server at `uri`. Nothing is read or written until it is used, so this works before `fork` too."""
    client = database.connect(uri)
    db = client[config.mongodb_database]
    mongoengine.connect(config.mongodb_database, host=uri, alias=MONGOENGINE_ALIAS, tz_aware=True, uuidRepresentation="standard")
    store = lrs.LRS(db, lrs_settings(config, db), facts=analytics.facts)
    catalogue = package_importer.Catalogue(
        db, package_importer.ContentStore(config.content_store_url), iri_base=config.iri_base, limits=package_limits(config)
    )
    runtime = scorm_runtime.Service(db, catalogue, store, runtime_settings(config))
    return Services(
        config=config, client=client, db=db, credentials=access.Credentials(db), lrs=store, catalogue=catalogue, runtime=runtime,
        attempts=analytics.Attempts(db, store),
    )  # fmt: skip
