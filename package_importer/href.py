"""Addresses in manifests: xml:base, parameters, and the file of the package that is meant.

RFC 3986 5.2 for joining; SCORM 2004 CAM 3.4.1.8 for parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from package_importer.names import folded

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
QUERY_SAFE = "/?:@!$&'()*+,;=-._~%[]{}|"
LONGEST = 4096
PATH_SAFE = "/@!$&'()*+,;=-._~"


class BadHref(Exception):
    """The address breaks the rule."""

    def __init__(self, rule: str, found: str) -> None:
        super().__init__(found)
        self.rule = rule
        self.found = found


@dataclass(frozen=True, slots=True)
class Target:
    """`path` is a file of the package, not percent-encoded, or, when `external`, an absolute URL; `slips` are leniencies used."""

    path: str
    query: str = ""
    fragment: str = ""
    external: bool = False
    exists: bool = True
    slips: tuple[tuple[str, str], ...] = ()


class Files:
    """The package's files; `names` None means that only a manifest is known, and every file is taken to exist."""

    def __init__(self, names: Iterable[str] | None) -> None:
        self.complete = names is not None
        self._names = frozenset(names or ())
        self._folded: dict[str, str] = {}
        for name in self._names:
            self._folded.setdefault(folded(name), name)

    def __contains__(self, name: str) -> bool:
        return not self.complete or name in self._names

    def like(self, name: str) -> str | None:
        """The file whose name differs only in letter case or Unicode form."""
        return self._folded.get(folded(name))


def resolve(bases: Iterable[str], href: str, files: Files) -> Target:
    """What `href` means below the xml:base values, outermost first; raises BadHref for what is dangerous."""
    slips: list[tuple[str, str]] = []
    parts = []
    whole = (*bases, href)
    if sum(map(len, whole)) > LONGEST:
        raise BadHref("href-long", href)
    for text in whole:
        trimmed = text.strip()
        if trimmed != text:
            slips.append(("href-space", text))
        if "\\" in trimmed:
            slips.append(("href-backslash", trimmed))
            trimmed = trimmed.replace("\\", "/")
        parts.append(trimmed)
    absolute = _absolute(parts, slips)
    if absolute is not None:
        return Target(absolute, external=True, slips=tuple(slips))
    folder = _folder(parts[:-1], slips)
    return _file(folder, parts[-1], files, slips)


def _absolute(parts: list[str], slips: list[tuple[str, str]]) -> str | None:
    """The whole URL when any part is one; parts before it no longer count."""
    url = None
    for part in parts:
        scheme = SCHEME.match(part)
        if scheme and scheme[1].lower() in ("http", "https"):
            url = part
        elif scheme:
            raise BadHref("href-scheme", part)
        elif part.startswith("//"):
            url = f"https:{part}"
        elif url is not None:
            url = url.rpartition("/")[0] + "/" + part if "/" in url.partition("://")[2] else f"{url}/{part}"
    if url is not None:
        slips.append(("href-external", url))
        return quote(url, safe=QUERY_SAFE + "#")
    return None


def _folder(bases: list[str], slips: list[tuple[str, str]]) -> str:
    folder = ""
    for base in bases:
        if base and not base.endswith("/"):
            slips.append(("base-slash", base))
            base = base if "." not in base.rpartition("/")[2].strip(".") else base.rpartition("/")[0]
            base = f"{base}/" if base else ""
        folder = base.lstrip("/") if base.startswith("/") else folder + base
        if base.startswith("/"):
            slips.append(("href-absolute", base))
    return folder


def _file(folder: str, href: str, files: Files, slips: list[tuple[str, str]]) -> Target:
    if href.startswith("/"):
        slips.append(("href-absolute", href))
        folder, href = "", href.lstrip("/")
    main, hash_sign, fragment = href.partition("#")
    path, question, query = main.partition("?")
    readings = [(path, query, fragment)]
    if question:
        readings.append((main, "", fragment))
    if hash_sign:
        readings.append((href, "", ""))
    for reading, rest, anchor in readings:
        for spelled in dict.fromkeys((_tidy(unquote(folder + reading), href), _tidy(folder + reading, href))):
            if spelled in files:
                return Target(spelled, rest, anchor, slips=tuple(slips))
    wanted = _tidy(unquote(folder + path), href)
    near = files.like(wanted)
    if near is not None:
        slips.append(("href-case", wanted))
        return Target(near, query, fragment, slips=tuple(slips))
    return Target(wanted, query, fragment, exists=False, slips=tuple(slips))


def _tidy(path: str, href: str) -> str:
    """Without `.` and `..`; a path that climbs out of the package is refused, however it is spelled."""
    kept: list[str] = []
    for segment in path.replace("\\", "/").split("/"):
        if segment == "..":
            if not kept:
                raise BadHref("href-outside", href)
            kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    return "/".join(kept)


def launch(target: Target, parameters: str) -> str:
    """The URL to open: percent-encoded, the item's parameters joined by CAM 3.4.1.8's rules.

    Leading `?` and `&` are dropped; parameters that begin with `#` are a fragment, unless the address has one; all others
    join the query, which stays before the fragment.
    """
    url = target.path if target.external else quote(target.path, safe=PATH_SAFE)
    fragment = quote(target.fragment, safe=QUERY_SAFE)
    if target.external:
        url, _, fragment = url.partition("#")
    elif target.query:
        url += "?" + quote(target.query, safe=QUERY_SAFE)
    rest = parameters.strip().lstrip("?&")
    if rest.startswith("#"):
        fragment = fragment or quote(rest[1:], safe=QUERY_SAFE)
    elif rest:
        rest, _, anchor = rest.partition("#")
        url += ("&" if "?" in url else "?") + quote(rest, safe=QUERY_SAFE)
        fragment = fragment or quote(anchor, safe=QUERY_SAFE)
    return f"{url}#{fragment}" if fragment else url
