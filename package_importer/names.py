"""Names of archive entries: what a package may call its files, on whatever system it is kept."""

from __future__ import annotations

import re
import unicodedata

RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "clock$", "conin$", "conout$"]
    + [f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³"]
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
ODD = re.compile(r'[<>:"|?*]|[. ]$')
DRIVE = re.compile(r"[A-Za-z]:")
LITTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
DEEPEST = 64


class BadName(Exception):
    """The name breaks the rule."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def decode(raw: bytes, *, utf8: bool) -> tuple[str, bool]:
    """The entry's name, and whether it is UTF-8 without saying so."""
    if raw.isascii():
        return raw.decode("ascii"), False
    try:
        return raw.decode("utf-8"), not utf8
    except UnicodeDecodeError:
        return raw.decode("cp437"), False


def normal(name: str) -> str:
    """The name with forward slashes and without empty and `.` segments; raises BadName for what is dangerous."""
    if CONTROL.search(name):
        raise BadName("archive-name-control")
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or DRIVE.match(slashed):
        raise BadName("archive-name-absolute")
    segments = [segment for segment in slashed.split("/") if segment not in ("", ".")]
    if ".." in segments:
        raise BadName("archive-name-outside")
    if not segments:
        raise BadName("archive-name-empty")
    if len(segments) > DEEPEST:
        raise BadName("archive-name-outside")
    for segment in segments:
        if segment.split(".")[0].rstrip(" ").casefold() in RESERVED or not segment.strip(". "):
            raise BadName("archive-name-reserved")
    return "/".join(segments)


def odd(name: str) -> bool:
    return any(ODD.search(segment) for segment in name.split("/"))


def folded(name: str) -> str:
    """Equal for names that some file system takes as one."""
    return unicodedata.normalize("NFC", name).casefold()
