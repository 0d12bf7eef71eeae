"""`rollbook doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
from pymongo import MongoClient
from pymongo.errors import PyMongoError

import access
from rollbook import database
from rollbook.config import Config, read_config
from rollbook.errors import RollbookError
from rollbook.services import open_services

CLOCK_SECONDS = 2.0
OLDEST_MONGODB = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    verdict: str
    """ok, warn or fail."""
    subject: str
    message: str
    advice: str = ""


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """All checks in order; those that need what has failed already are left out."""
    try:
        config = read_config(environ)
    except RollbookError as error:
        return [Finding(verdict="fail", subject="settings", message=str(error), advice="docs/settings.md lists every setting.")]
    findings = [Finding(verdict="ok", subject="settings", message="all readable"), *_secret(config), *_origins(config)]
    kept = _data_dir(config)
    findings.append(kept)
    if config.content_store or kept.verdict != "fail":
        findings.append(_content(config))
    if config.mongodb_uri or kept.verdict != "fail":
        findings += _reached(config)
    return findings


def _secret(config: Config) -> Iterator[Finding]:
    if config.admin_secret is not None and not access.secret_is_right(config.admin_secret):
        yield Finding(
            verdict="warn", subject="first credential", message=f"its secret has {len(config.admin_secret)} characters",
            advice=f"Set ROLLBOOK_ADMIN_SECRET to {access.SECRET_RULE}; it opens everything.",
        )  # fmt: skip


def _reached(config: Config) -> list[Finding]:
    """The database, or why there is none."""
    findings: list[Finding] = []
    try:
        with database.database_uri(config) as uri:
            findings += _database(config, uri)
    except RollbookError as error:
        findings.append(Finding(verdict="fail", subject="database", message=str(error)))
    except PyMongoError as error:
        findings.append(
            Finding(
                verdict="fail",
                subject="database",
                message=f"no answer: {error}",
                advice="Check ROLLBOOK_MONGODB_URI and the server.",
            )
        )
    return findings


def _origins(config: Config) -> Iterator[Finding]:
    application, content = urlsplit(config.application_origin), urlsplit(config.content_origin)
    said = f"application {config.application_origin}, content {config.content_origin}"
    if application.hostname == content.hostname and config.public_url:
        yield Finding(
            verdict="warn", subject="origins", message=f"{said}: one host name for both",
            advice="Give the content a host name of its own; cookies do not know ports.",
        )  # fmt: skip
    elif config.public_url and f".{application.hostname}".endswith("." + str(content.hostname).removeprefix("*.")):
        yield Finding(
            verdict="warn", subject="origins", message=f"{said}: the application is within the packages' domain",
            advice="Give the packages a domain that serves nothing else; cookies of a domain reach every name below it.",
        )  # fmt: skip
    elif application.scheme == "https" and content.scheme == "http":
        yield Finding(verdict="fail", subject="origins", message=f"{said}: browsers will block it", advice="Serve both by https.")
    else:
        yield Finding(verdict="ok", subject="origins", message=said)
    yield from _host_names(content.hostname or "")


def _host_names(host: str) -> Iterator[Finding]:
    """Of registrations, where each has its own. Browsers know by themselves where `localhost` and what is below it are."""
    if not host.startswith("*.") or host.endswith(".localhost"):
        return
    probe = host.replace("*", f"probe-{uuid.uuid4().hex[:8]}")
    try:
        socket.getaddrinfo(probe, None)
    except OSError:
        yield Finding(
            verdict="warn", subject="host names", message=f"{probe} is not found",
            advice=f"Make a wildcard record for {host} in the DNS.",
        )  # fmt: skip
    else:
        yield Finding(verdict="ok", subject="host names", message=f"{probe} is found")


def _data_dir(config: Config) -> Finding:
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        probe = config.data_dir / f".probe-{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = "is a file" if config.data_dir.is_file() else f"cannot be written: {error.strerror}"
        return Finding(
            verdict="fail", subject="data directory", message=f"{config.data_dir} {reason}",
            advice="Set ROLLBOOK_DATA_DIR to a folder that this user may write.",
        )  # fmt: skip
    free = os.statvfs(config.data_dir)
    gigabytes = free.f_bavail * free.f_frsize / 1024**3
    verdict = "ok" if gigabytes >= 1 else "warn"
    return Finding(
        verdict=verdict, subject="data directory", message=f"{config.data_dir}, {gigabytes:.1f} GiB free",
        advice="" if verdict == "ok" else "Make room: imports need as much again as the unpacked package.",
    )  # fmt: skip


def _content(config: Config) -> Finding:
    try:
        fs, root = fsspec.url_to_fs(config.content_store_url)
        path = f"{root}/.probe-{uuid.uuid4().hex}"
        fs.makedirs(root, exist_ok=True)
        fs.pipe_file(path, b"probe")
        assert fs.cat_file(path) == b"probe"
        fs.rm_file(path)
    except Exception as error:
        # fsspec's file systems have no error class in common
        return Finding(
            verdict="fail", subject="content store", message=f"{config.content_store_url}: {error}",
            advice="Check ROLLBOOK_CONTENT_STORE, its credentials, and that its fsspec package is installed.",
        )  # fmt: skip
    return Finding(verdict="ok", subject="content store", message=f"{config.content_store_url}, written and read back")


def _database(config: Config, uri: str) -> Iterator[Finding]:
    with MongoClient[dict[str, Any]](uri, serverSelectionTimeoutMS=5000, tz_aware=True) as client:
        before = datetime.now(UTC)
        hello = client.admin.command("hello")
        info = client.server_info()
        kind = "embedded" if not config.mongodb_uri else "MongoDB"
        yield Finding(verdict="ok", subject="database", message=f"{kind}, version {info['version']}")
        yield from _embedded(config)
        if config.mongodb_uri and int(info["version"].split(".")[0]) < OLDEST_MONGODB:
            yield Finding(
                verdict="fail", subject="database", message="too old", advice=f"MongoDB {OLDEST_MONGODB} or newer is needed."
            )
        if not hello.get("setName") and hello.get("msg") != "isdbgrid":
            yield Finding(
                verdict="warn", subject="database", message="a standalone server: acknowledged writes are on one disk only",
                advice="Run a replica set in production.",
            )  # fmt: skip
        yield _clock(before, hello["localTime"].replace(tzinfo=UTC))
        yield _indexes(config, client, uri)


def _embedded(config: Config) -> Iterator[Finding]:
    if config.mongodb_uri is None and not database.embedded_binary()[1]:
        yield Finding(
            verdict="warn", subject="database", message="the embedded server is its slow Python twin on this platform",
            advice="Fit for about 10,000 statements; name a MongoDB for more.",
        )  # fmt: skip


def _clock(before: datetime, server: datetime) -> Finding:
    skew = (server - before).total_seconds()
    if abs(skew) <= CLOCK_SECONDS:
        return Finding(verdict="ok", subject="clock", message=f"within {CLOCK_SECONDS:.0f} s of the database's")
    return Finding(
        verdict="fail", subject="clock", message=f"the database's clock is {skew:+.1f} s off ours",
        advice="Run NTP on both machines: the stored order of statements depends on it.",
    )  # fmt: skip


def _indexes(config: Config, client: MongoClient[dict[str, Any]], uri: str) -> Finding:
    missing = missing_indexes(config, client, uri)
    if missing:
        return Finding(
            verdict="fail", subject="indexes", message=f"missing: {', '.join(missing)}",
            advice="`rollbook serve` makes them at its start; start it again.",
        )  # fmt: skip
    return Finding(verdict="ok", subject="indexes", message="all there")


def missing_indexes(config: Config, client: MongoClient[dict[str, Any]], uri: str) -> list[str]:
    """Indexes that a new database would get and this one lacks; none are missed in a database nobody has served yet."""
    found = _index_names(client, config.mongodb_database)
    if not found:
        return []
    with _scratch(config, uri) as name:
        wanted = _index_names(client, name)
    return sorted(wanted - found)


@contextlib.contextmanager
def _scratch(config: Config, uri: str) -> Iterator[str]:
    name = f"{config.mongodb_database}_doctor_{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="rollbook-doctor-") as folder:
        services = open_services(replace(config, mongodb_database=name, data_dir=Path(folder)), uri)
        try:
            services.ensure_indexes()
            yield name
        finally:
            services.client.drop_database(name)
            services.close()


def _index_names(client: MongoClient[dict[str, Any]], database_name: str) -> set[str]:
    db = client[database_name]
    collections = db.list_collection_names(filter={"name": {"$not": {"$regex": "^system[.]"}}})
    return {f"{name}.{index}" for name in collections for index in db[name].index_information()}
