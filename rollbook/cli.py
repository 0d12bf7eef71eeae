"""The `rollbook` command."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import click
import orjson
from pymongo.errors import PyMongoError

import access
import package_importer
from rollbook import backup as backups
from rollbook import database, demo, doctor, serve
from rollbook.config import Config, read_config, variable
from rollbook.errors import RollbookError
from rollbook.services import Services, open_services, package_limits


class Commands(click.Group):
    """A group that shows our own errors as one line and exits with 1, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (RollbookError, access.AccessError, package_importer.PackageError) as error:
            raise click.ClickException(str(error)) from error
        except PyMongoError as error:
            raise click.ClickException(f"The database does not answer: {error}") from error


@click.group(cls=Commands)
@click.version_option(package_name="rollbook")
def main() -> None:
    """A Learning Record Store and SCORM runtime. Settings come from the environment: ROLLBOOK_…, see docs/settings.md."""


def settings_as_flags(command: Callable[..., None]) -> Callable[..., None]:
    """One flag for each row of the settings table."""
    for row in reversed(fields(Config)):
        help_text = f"{row.metadata['help']}  [{variable(row.name)}]"
        command = click.option(
            "--" + row.name.replace("_", "-"), row.name, type=_Setting(row.name, row.metadata["read"]), help=help_text
        )(command)
    return command


class _Setting(click.ParamType):  # type: ignore[type-arg]
    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.read(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


@contextlib.contextmanager
def opened() -> Iterator[Services]:
    """The services over the database of this environment; the embedded one is started where it does not run."""
    config = read_config(os.environ)
    with database.database_uri(config) as uri:
        services = open_services(config, uri)
        try:
            services.ensure_indexes()
            yield services
        finally:
            services.close()


def emit(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


@main.command("serve")
@settings_as_flags
def serve_command(**flags: Any) -> None:
    """Run both origins (and the embedded database when no MongoDB is named) until SIGTERM."""
    serve.serve(read_config(os.environ, **flags))


@main.command("demo")
@settings_as_flags
def demo_command(**flags: Any) -> None:
    """Serve with a throw-away data directory, import the sample courses, and print links to try."""
    demo.demo(flags)


@main.command("import")
@click.argument("packages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--repair", is_flag=True, help="Mend what can be mended in a cmi5 structure, and say so.")
def import_command(packages: tuple[Path, ...], as_json: bool, repair: bool) -> None:
    """Import packages; exit status 1 if any was refused."""
    with opened() as services:
        rows = [_imported(services, path, repair) for path in packages]
    _report(rows, as_json)


@main.command("validate")
@click.argument("packages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--strict", is_flag=True, help="Refuse what is merely tolerated.")
@click.option("--repair", is_flag=True, help="Mend what can be mended in a cmi5 structure, and say so.")
def validate_command(packages: tuple[Path, ...], as_json: bool, strict: bool, repair: bool) -> None:
    """Print the import report of packages without importing them; exit status 1 if any would be refused."""
    _report([_validated(path, strict, repair) for path in packages], as_json)


def _imported(services: Services, path: Path, repair: bool) -> dict[str, Any]:
    try:
        entry = services.catalogue.add(path, repair=repair)
    except package_importer.PackageRefused as refusal:
        return {"package": str(path), "imported": False, "report": refusal.report.to_json()}
    return {
        "package": str(path), "imported": True, "id": entry.id, "version": entry.version, "title": entry.title,
        "standard": entry.standard, "report": entry.report,
    }  # fmt: skip


def _validated(path: Path, strict: bool, repair: bool) -> dict[str, Any]:
    limits = package_limits(read_config(os.environ))
    try:
        with package_importer.import_package(path, limits=limits, strict=strict, repair=repair) as found:
            course, report = found.course, found.report.to_json()
    except package_importer.PackageRefused as refusal:
        return {"package": str(path), "valid": False, "report": refusal.report.to_json()}
    return {"package": str(path), "valid": True, "title": course.title, "standard": course.standard, "report": report}


def _report(rows: list[dict[str, Any]], as_json: bool) -> None:
    refused = [row for row in rows if not row.get("imported", row.get("valid"))]
    if as_json:
        emit(rows)
    else:
        for row in rows:
            _print_row(row)
        click.echo(f"{len(rows) - len(refused)} accepted, {len(refused)} refused")
    if refused:
        raise click.exceptions.Exit(1)


def _print_row(row: dict[str, Any]) -> None:
    accepted = row.get("imported", row.get("valid"))
    about = f"{row['standard']}  {row['title']}" if accepted else ""
    click.echo(f"{'ok     ' if accepted else 'refused'}  {row['package']}  {row.get('id', '')}  {about}".rstrip())
    mended: set[str] = set()
    for finding in (*row["report"]["errors"], *row["report"]["warnings"]):
        place = ":".join(str(finding[k]) for k in ("file", "line") if finding.get(k))
        click.echo(f"    {finding['severity']:7}  {finding['rule']}  {place}".rstrip())
        click.echo(f"             {finding['message']}")
        if finding.get("element"):
            click.echo(f"             at {finding['element']}")
        if finding["rule"] not in mended:
            click.echo(f"             -> {finding['mend']} ({finding['section']})")
        mended.add(finding["rule"])
    for rule, count in row["report"].get("omitted", {}).items():
        click.echo(f"    and {count} more of {rule}")


STORE = click.option(
    "--store", type=click.IntRange(1, 2**31 - 1), default=1, show_default=True, help="The store (tenant) that it belongs to."
)


@main.group("credentials")
def credentials_group() -> None:
    """API keys."""


@credentials_group.command("create")
@click.option("--name", required=True, help="Who or what holds it.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; repeatable.")
@click.option("--key", help="Choose the key; else one is made.")
@click.option("--secret", help="Choose the secret; else one is made.")
@STORE
def credentials_create(name: str, scopes: tuple[str, ...], key: str | None, secret: str | None, store: int) -> None:
    """Make a credential and print it; the secret is never shown again."""
    if secret is not None and not access.secret_is_right(secret):
        click.echo(f"warning: the secret has {len(secret)} characters; it should have {access.SECRET_RULE}", err=True)
    with opened() as services:
        made, shown = services.credentials.create(name=name, scopes=scopes, key=key, secret=secret, store=store)
    emit({"key": made.key, "secret": shown, "name": name, "scopes": sorted(scopes), "store": store})


@credentials_group.command("list")
@STORE
def credentials_list(store: int) -> None:
    """List the credentials of a store, without secrets."""
    with opened() as services:
        after = ""
        while page := services.credentials.list(store=store, after=after):
            for row in page:
                click.echo(f"{row.key}  {row.name}  {' '.join(sorted(row.scopes))}{'  revoked' if row.revoked else ''}")
            after = page[-1].key


@credentials_group.command("revoke")
@click.argument("key")
def credentials_revoke(key: str) -> None:
    """Revoke a credential; requests with it are refused from then on."""
    with opened() as services:
        services.credentials.revoke(key)


@main.command("doctor")
def doctor_command() -> None:
    """Check configuration, database, indexes, content store and clock; exit status 1 if something is wrong."""
    findings = doctor.examine(os.environ)
    for finding in findings:
        click.echo(f"{finding.verdict:4}  {finding.subject}: {finding.message}")
        if finding.advice:
            click.echo(f"      → {finding.advice}")
    if any(finding.verdict == "fail" for finding in findings):
        raise click.exceptions.Exit(1)


@main.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
def backup_command(folder: Path) -> None:
    """Write database, attachments and packages to a new folder."""
    with opened() as services:
        backups.backup(services.db, services.config.content_store_url, folder, say=click.echo)


@main.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(folder: Path) -> None:
    """Fill an empty database and content store from a backup."""
    config = read_config(os.environ)
    with database.database_uri(config) as uri, database.connect(uri) as client:
        backups.restore(client[config.mongodb_database], config.content_store_url, folder, say=click.echo)


def _advance(bar: Any, before: int, done: int) -> None:
    bar.update(before + done - bar.pos)


@main.command("rebuild")
def rebuild_command() -> None:
    """Make the attempts and interactions of every store again from the statements."""
    with opened() as services:
        attempts, folded = services.attempts, 0
        rows: Counter[str] = Counter()
        with click.progressbar(length=services.lrs.estimated_count(), label="rebuilding", file=sys.stderr) as bar:
            for store in attempts.stores():
                folded += attempts.rebuild(store, progress=partial(_advance, bar, folded))
                rows.update(attempts.rows(store))
        click.echo(f"statements: {folded} read")
        for name, count in rows.items():
            click.echo(f"{name}: {count} rows")
