"""SCORM interactions in the syntax of xAPI: xAPI Data 2.4.4.1, appendix C; SCORM 2004 RTE 4.2.9, SCORM 1.2 RTE 3.4.7.

SCORM 2004 and xAPI share their delimiters. SCORM 1.2 writes `a,b` where they write `a[,]b`, and `1.a` for `1[.]a`.
"""

from __future__ import annotations

import re

TYPES = frozenset(
    ("true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric", "other")
)
TRUTH = {"1": "true", "t": "true", "true": "true", "0": "false", "f": "false", "false": "false"}
LISTS = ("choice", "sequencing", "matching")
TIMESPAN = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)")
LOCALIZED = re.compile(r"\{lang=([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\}(.*)", re.DOTALL)


def interaction_type(name: str | None) -> str:
    return name if name in TYPES else "other"


def response(kind: str, text: str, *, scorm12: bool) -> str:
    """A response or one correct pattern."""
    if kind == "true-false":
        return TRUTH.get(text.strip().lower(), text)
    if not scorm12 or kind not in LISTS or "[,]" in text or "[.]" in text:
        return text
    parts = [part.strip() for part in text.strip().removeprefix("{").removesuffix("}").split(",")]
    if kind == "matching":
        parts = [re.sub(r"\s*\.\s*", "[.]", part, count=1) for part in parts]
    return "[,]".join(parts)


def seconds(latency: str | None) -> float | None:
    """A SCORM 1.2 timespan; ISO 8601 durations are left to their writer."""
    match = TIMESPAN.fullmatch(latency or "")
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) if match else None


def localized(text: str) -> tuple[str | None, str]:
    """`{lang=de}Text` -> ("de", "Text")"""
    match = LOCALIZED.fullmatch(text)
    return (match[1], match[2]) if match else (None, text)
