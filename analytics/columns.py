"""The columns of every resource: one table, from which answers, CSV headings and the schema are made.

`field` is the row's member in the database; `kind` decides how the value is written: text, integer, number (a 64-bit float),
boolean, time (UTC milliseconds in the database, RFC 3339 text outside) and list (of texts).
"""

from dataclasses import dataclass

from analytics.attempts import STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    kind: str
    meaning: str
    unit: str | None = None
    field: str = ""

    @property
    def source(self) -> str:
        return self.field or self.name


def _column(name: str, kind: str, meaning: str, unit: str | None = None, field: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit, field=field)


_ATTEMPT = (
    _column("actor_key", "text", "The learner: mbox, sha1:…, openid:… or account:homePage|name; group:… for anonymous groups."),
    _column("actor_name", "text", "The name in the latest statement that has one."),
    _column("activity", "text", "The activity's IRI; of a course, the course's activity IRI."),
    _column("activity_name", "text", "The English name if there is one, else the first."),
    _column("activity_type", "text", "The IRI of the activity type."),
    _column("registration", "text", "The registration's UUID; empty when the statements have none."),
    _column("status", "text", "One of " + ", ".join(STATUSES) + "."),
    _column("completion", "boolean", "True once any statement says completed; empty when none speaks of it."),
    _column("success", "boolean", "True once any statement says passed; empty when none speaks of it."),
)
_TIMES = (
    _column("first", "time", "The earliest statement's timestamp."),
    _column("last", "time", "The latest statement's timestamp."),
)
_OUTCOME_TIMES = (
    _column("completed_at", "time", "The earliest timestamp that says completed."),
    _column("passed_at", "time", "The earliest timestamp that says passed."),
)
_SCORES = (
    _column(
        "score_scaled", "number", "The best scaled score; computed from raw, min and max where only those are known.", "-1..1"
    ),
    _column("score_raw", "number", "The raw score of the best result."),
    _column("score_min", "number", "The lowest possible raw score of the best result."),
    _column("score_max", "number", "The highest possible raw score of the best result."),
    _column("score_scaled_first", "number", "The earliest scaled score.", "-1..1"),
    _column("score_scaled_last", "number", "The latest scaled score.", "-1..1"),
)
_EFFORT = (
    _column("duration_s", "number", "Time spent: the sum of the sessions, or the longest duration reported.", "s"),
    _column("attempts", "integer", "Attempts begun."),
)
_ORIGIN = (
    _column("source", "text", "scorm12, scorm2004, cmi5 or xapi."),
    _column("seq", "integer", "The sequence number of the last statement that changed this row; for `after_seq`."),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "attempts": (
        *_ATTEMPT,
        _column("success_last", "boolean", "What the latest statement that speaks of success says."),
        *_TIMES,
        *_OUTCOME_TIMES,
        *_SCORES,
        _column("score_raw_first", "number", "The earliest raw score."),
        _column("score_raw_last", "number", "The latest raw score."),
        _column("scored_at", "time", "The latest timestamp with a score."),
        *_EFFORT,
        _column("statements", "integer", "Statements in this row."),
        _column("parent", "list", "The parent activities named last."),
        _column("grouping", "list", "The grouping activities named last."),
        _column("platform", "text", "The platform named last."),
        _column("language", "text", "The language named last."),
        *_ORIGIN,
    ),
    "completions": (
        *_ATTEMPT,
        *_OUTCOME_TIMES,
        _column("score_scaled", "number", "The best scaled score.", "-1..1"),
        _column("score_raw", "number", "The raw score of the best result."),
        *_EFFORT,
        *_TIMES,
        *_ORIGIN,
    ),
    "scores": (
        *_ATTEMPT,
        *_SCORES,
        _column("score_raw_first", "number", "The earliest raw score."),
        _column("score_raw_last", "number", "The latest raw score."),
        _column("scored_at", "time", "The latest timestamp with a score."),
        *_EFFORT,
        *_ORIGIN,
    ),
}
