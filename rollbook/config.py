"""Every setting: name, default, type and help, in one table.

The environment variable is ROLLBOOK_ and the name in capitals, the flag of `rollbook serve` is the name with hyphens.
Nothing else in the program reads the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from errno import EACCES
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import access
from rollbook.errors import FolderUnusable, SettingInvalid

PREFIX = "ROLLBOOK_"
XAPI_VERSIONS = ("1.0.3", "2.0.0")
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


def setting(default: Any, read: Callable[[str], Any], help: str) -> Any:  # noqa: A002 - the table's column
    return field(default=default, metadata={"read": read, "help": help})


def text(value: str) -> str:
    return value


def whole(value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value):
        raise ValueError("a whole number is expected")
    return int(value)


def port_number(value: str) -> int:
    number = whole(value)
    if number > 65535:
        raise ValueError("a port is 0 to 65535")
    return number


def size(value: str) -> int:
    match = re.fullmatch(r"(\d{1,12})([KMG]?)", value.upper())
    if match is None:
        raise ValueError("a size is a number of bytes, with K, M or G if you like, as in 500M")
    return int(match[1]) * _UNITS[match[2]]


def url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment or "*" in value:
        raise ValueError("an address such as https://learn.example.org is expected")
    return value.rstrip("/")


def wildcard_url(value: str) -> str:
    """One whose host name may begin with `*.`."""
    try:
        url(value.replace("://*.", "://", 1))
    except ValueError:
        raise ValueError("an address such as https://content.example.org or https://*.content.example.org is expected") from None
    return value.rstrip("/")


def version(value: str) -> str:
    if value not in XAPI_VERSIONS:
        raise ValueError(f"one of {', '.join(XAPI_VERSIONS)} is expected")
    return value


def one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"one of {', '.join(choices)} is expected")
        return value.lower()

    return read


def strictness(value: str) -> bool | tuple[str, ...]:
    try:
        return yes_or_no(value)
    except ValueError:
        named = words(value)
    from scorm_runtime.datamodel import leniency  # most commands do without the runtime

    if unknown := [name for name in named if name not in leniency.TABLE]:
        raise ValueError(f"{unknown[0]} is no leniency; yes, no, or some of {', '.join(leniency.TABLE)} are expected")
    return named


def yes_or_no(value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError("yes or no is expected")
    return value.lower() in ("yes", "true", "1")


def words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


def default_data_dir() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rollbook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    mongodb_uri: str | None = setting(None, text, "MongoDB to use, as mongodb://…; without it the embedded server is started.")
    mongodb_database: str = setting("rollbook", text, "Name of the database on that server.")
    data_dir: Path = field(
        default_factory=default_data_dir,
        metadata={"read": Path, "help": "Where the embedded database and, by default, the packages are kept."},
    )
    embedded_cache_size: str = setting("256M", text, "Memory that the embedded database may use as its cache.")
    host: str = setting("127.0.0.1", text, "Address to listen on; 0.0.0.0 for all.")
    port: int = setting(8080, port_number, "Port of the application origin: xAPI, the API, the console.")
    content_port: int = setting(8081, port_number, "Port of the content origin: the player and the packages' files.")
    public_url: str | None = setting(None, url, "Address of the application origin as browsers see it, behind a proxy.")
    content_url: str | None = setting(
        None,
        wildcard_url,
        "Address of the content origin as browsers see it; another host name than the application's. "
        "With a `*` as in https://*.content.example.org each registration has an origin of its own.",
    )
    proxy_hops: int = setting(0, whole, "How many proxies in front are trusted to say the client's address (X-Forwarded-For).")
    content_store: str | None = setting(
        None, text, "fsspec URL for the unpacked packages (file://, s3://); default: a folder of the data directory."
    )
    iri_base: str | None = setting(
        None,
        url,
        "Start of the IRIs given to courses and credentials; default: ROLLBOOK_PUBLIC_URL, and without that "
        "http://rollbook.local. A course keeps its first IRI.",
    )
    admin_key: str | None = setting(
        None, text, "Key of the first credential (scope all); without it one is made at the first start and printed once."
    )
    admin_secret: str | None = setting(None, text, f"Secret of the first credential; it should have {access.SECRET_RULE}.")
    server: str = setting(
        "gunicorn",
        one_of("gunicorn", "granian"),
        "Web server: gunicorn, or granian (extra `fast`; behind a proxy, see scaling.md).",
    )
    workers: int = setting(2, whole, "Server processes; of granian, for each of the two origins.")
    threads: int = setting(4, whole, "Threads of each server process.")
    default_xapi_version: str = setting(
        "2.0.0", version, "xAPI version in which requests without a version header are answered at /xapi."
    )
    cors_origins: tuple[str, ...] = setting(
        ("*",),
        words,
        "Origins whose pages may call /xapi with a credential of their own; "
        "* for any, https://*.content.example.org for each below.",
    )
    max_package_size: int = setting(2 * 1024**3, size, "Largest package upload.")
    max_unpacked_size: int = setting(8 * 1024**3, size, "Largest package when unpacked.")
    max_package_files: int = setting(100_000, whole, "Most files in a package.")
    max_statements_size: int = setting(32 * 1024**2, size, "Largest body of a statements request, its attachments not counted.")
    max_statements: int = setting(10_000, whole, "Most statements in one request.")
    statements_page: int = setting(100, whole, "Statements on a page of a list when the request sets no limit.")
    max_statements_page: int = setting(500, whole, "Most statements on a page, whatever limit a request sets.")
    body_seconds: int = setting(
        30,
        whole,
        "How long a statements or document request may take to bring its body, and a second more for each 64 KiB of it.",
    )
    max_attachment_size: int = setting(256 * 1024**2, size, "Largest statements request with attachments.")
    max_document_size: int = setting(15 * 1024**2, size, "Largest state or profile document.")
    launch_minutes: int = setting(24 * 60, whole, "How long a launch link works after it was made.")
    cmi5_idle_minutes: int = setting(
        60, whole, "After how many minutes without a request a session of cmi5 or Tin Can content is abandoned."
    )
    scorm_strict: bool | tuple[str, ...] = setting(
        False,
        strictness,
        "Refuse what real authoring tools get wrong in SCORM calls (`yes`), or the leniencies that are named "
        "(`identifiers answers`, see datamodel.md); by default all are granted and logged.",
    )
    mastery_override: bool = setting(
        True, yes_or_no, "SCORM 1.2: a mastery score decides between passed and failed, not the SCO."
    )
    scorm12_auto_continue: str = setting(
        "completed",
        one_of("never", "completed", "always"),
        "SCORM 1.2: after which parts of a course the next one opens by itself: never, completed or always.",
    )
    content_hosts: tuple[str, ...] = setting(
        ("https:",), words, "CSP sources that packages may load from beside their own files; none: `'none'`."
    )
    embedders: tuple[str, ...] = setting((), words, "CSP sources of pages that may show the player in a frame.")
    translations: str | None = setting(
        None, text, "Folder with further catalogs of the player's interface: LANGUAGE/LC_MESSAGES/player.po."
    )
    minimum_group: int = setting(
        5, whole, "Fewest learners of a group whose figures are shown to credentials that may not see single learners' names."
    )
    reads_days: int = setting(365, whole, "Days for which it is kept who read what in the analyst API; 0 for ever.")
    export_hours: int = setting(72, whole, "Hours for which the file of an export of the analyst API is kept.")
    log_level: str = setting("info", text, "debug, info, warning or error.")

    @property
    def application_origin(self) -> str:
        return self.public_url or f"http://{_reachable(self.host)}:{self.port}"

    @property
    def content_origin(self) -> str:
        return self.content_url or f"http://{_reachable(self.host)}:{self.content_port}"

    @property
    def iri_root(self) -> str:
        return self.iri_base or self.public_url or "http://rollbook.local"

    @property
    def content_store_url(self) -> str:
        return self.content_store or f"file://{self.data_dir.absolute()}/content"

    def folder(self, name: str) -> Path:
        """A folder of the data directory, made where it is missing. Raises FolderUnusable."""
        path = self.data_dir / name
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not os.access(path, os.W_OK | os.X_OK):
                raise PermissionError(EACCES, os.strerror(EACCES))
        except OSError as error:
            raise FolderUnusable(
                f"The data directory {self.data_dir} cannot be used: {path}: {error.strerror}."
                " Set ROLLBOOK_DATA_DIR to a folder that this user may write."
            ) from None
        return path


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def read_config(environ: Mapping[str, str], **given: Any) -> Config:
    """The configuration from the environment; `given` (parsed flags) wins. Raises SettingInvalid, which names the setting."""
    known = {variable(f.name): f for f in fields(Config)}
    values: dict[str, Any] = {}
    for name, f in known.items():
        if environ.get(name, "") != "":
            values[f.name] = _parse(name, f.metadata["read"], environ[name])
    values |= {name: value for name, value in given.items() if value is not None}
    config = Config(**values)
    _check(config)
    return config


def to_environ(config: Config) -> dict[str, str]:
    """The environment from which `read_config` makes the same configuration again: for our child processes."""
    found = {variable(f.name): getattr(config, f.name) for f in fields(Config)}
    return {
        name: " ".join(value) if isinstance(value, tuple) else str(value) for name, value in found.items() if value is not None
    }


def _parse(name: str, read: Callable[[str], Any], value: str) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise SettingInvalid(f"{name} is {value!r}: {error}.", setting=name, found=value) from None


def _check(config: Config) -> None:
    if config.port and config.port == config.content_port:
        raise SettingInvalid(
            f"ROLLBOOK_PORT and ROLLBOOK_CONTENT_PORT are both {config.port}: packages must be on an origin of their own."
        )
    if config.public_url and config.public_url == config.content_url:
        raise SettingInvalid(
            "ROLLBOOK_PUBLIC_URL and ROLLBOOK_CONTENT_URL are the same: packages must be on an origin of their own."
        )
    if (config.admin_key is None) != (config.admin_secret is None):
        raise SettingInvalid("ROLLBOOK_ADMIN_KEY and ROLLBOOK_ADMIN_SECRET go together: set both or none.")


def _reachable(host: str) -> str:
    host = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return bracketed(host)


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
