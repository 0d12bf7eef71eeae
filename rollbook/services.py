"""The parts of the service over one database, made once in each process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
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

ALIAS = "rollbook"  # under which mongoengine knows the database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    config: Config
    client: MongoClient[dict[str, Any]]
    db: Database[dict[str, Any]]
    credentials: access.Credentials
    lrs: lrs.LRS
    catalogue: package_importer.Catalogue
    runtime: scorm_runtime.Service
    units: scorm_runtime.Units
    attempts: analytics.Attempts
    follower: analytics.Follower

    def ensure_indexes(self) -> None:
        """Makes every collection's indexes; does nothing where they are there already."""
        access.ensure_indexes(self.db)
        self.lrs.ensure_indexes()
        package_importer.ensure_indexes(self.db)
        scorm_runtime.ensure_indexes(self.db)
        self.units.ensure_indexes()
        self.attempts.ensure_indexes()

    def activity_of_course(self, course_id: str) -> str | None:
        """The activity IRI of a course, or None where there is no such course."""
        try:
            return self.catalogue.get(course_id).activity_id
        except package_importer.CourseNotFound:
            return None

    def close(self) -> None:
        self.follower.stop()
        self.credentials.close()
        mongoengine.disconnect(ALIAS)
        self.client.close()


def open_services(config: Config, uri: str) -> Services:
    """Connects to the server at `uri`; nothing is read or written until it is used."""
    client = database.connect(uri)
    db = client[config.mongodb_database]
    # One client for both: the entities' reads and writes get the same pool and the same write concern.
    mongoengine.connect(
        config.mongodb_database, host=uri, alias=ALIAS, uuidRepresentation="standard", mongo_client_class=lambda **_: client
    )
    store = lrs.LRS(db, lrs_settings(config))
    content = package_importer.ContentStore(config.content_store_url)
    limits = package_limits(config)
    catalogue = package_importer.Catalogue(db, content, iri_base=config.iri_root, limits=limits, uploads=config.folder("uploads"))
    attempts = analytics.Attempts(db, store)
    credentials = access.Credentials(db)
    runtime = scorm_runtime.Service(db, catalogue, store, runtime_settings(config))
    units = scorm_runtime.Units(db, catalogue, store, credentials, runtime.registrations, runtime.settings)
    store.gate = scorm_runtime.SessionGate(units)
    return Services(
        config=config,
        client=client,
        db=db,
        credentials=credentials,
        lrs=store,
        catalogue=catalogue,
        runtime=runtime,
        units=units,
        attempts=attempts,
        follower=analytics.Follower(attempts, lrs.statements_stored),
    )


def lrs_settings(config: Config) -> lrs.Settings:
    return lrs.Settings(
        default_version=config.default_xapi_version,
        authority_home=f"{config.iri_root}/credentials",
        page_default=min(config.statements_page, config.max_statements_page),
        page_maximum=config.max_statements_page,
        statements_maximum=config.max_statements,
        body_seconds=config.body_seconds,
        body_maximum=config.max_statements_size,
        attachment_maximum=config.max_attachment_size,
        request_maximum=config.max_statements_size + config.max_attachment_size,
        document_maximum=config.max_document_size,
    )


def package_limits(config: Config) -> package_importer.Limits:
    return package_importer.Limits(
        package_size=config.max_package_size, total_size=config.max_unpacked_size, entries=config.max_package_files
    )


def runtime_settings(config: Config) -> scorm_runtime.Settings:
    return scorm_runtime.Settings(
        content_url=config.content_origin,
        endpoint=f"{config.application_origin}/xapi/",
        idle=config.cmi5_idle_minutes * 60.0,
        launch_lifetime=config.launch_minutes * 60,
        strict=config.scorm_strict,
        mastery_override=config.mastery_override,
        auto_continue=config.scorm12_auto_continue,
        content_hosts=config.content_hosts,
        embedders=config.embedders,
        translations=(Path(config.translations),) if config.translations else (),
    )


def analytics_settings(config: Config) -> analytics.Settings:
    return analytics.Settings(minimum_group=config.minimum_group, reads_days=config.reads_days, export_hours=config.export_hours)
