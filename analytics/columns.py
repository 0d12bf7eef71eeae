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

_GROUP = (
    _column("attempts", "integer", "Rows of attempts: one for each actor, activity and registration."),
    _column("completed", "integer", "Of these, those with completion true."),
    _column("passed", "integer", "Of these, those with success true."),
    _column("failed", "integer", "Of these, those with success false."),
    _column("score_scaled_avg", "number", "The mean of the best scaled scores.", "-1..1"),
    _column("duration_s", "number", "The time spent in all of them.", "s"),
    _column("first", "time", "The earliest timestamp."),
    _column("last", "time", "The latest timestamp."),
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
        _column(
            "failures", "integer", "How often it was failed: attempts, or sessions, of which a statement says so; empty for none."
        ),
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
    "interactions": (
        _column("id", "text", "The statement's id."),
        _column("actor_key", "text", "The learner, as in attempts."),
        _column("actor_name", "text", "The name in this statement."),
        _column("verb", "text", "The verb's IRI."),
        _column("activity", "text", "The question's IRI."),
        _column("activity_name", "text", "The English name if there is one, else the first."),
        _column("interaction_type", "text", "choice, true-false, fill-in, … as the statement defines it."),
        _column("response", "text", "The answer, as given."),
        _column("correct", "boolean", "result.success; empty when the statement does not judge.", field="success"),
        _column("score_scaled", "number", "The answer's scaled score.", "-1..1"),
        _column("score_raw", "number", "The answer's raw score."),
        _column("latency_s", "number", "result.duration: the time taken to answer.", "s", field="duration_s"),
        _column("timestamp", "time", "When it was answered."),
        _column("stored", "time", "When the statement was stored."),
        _column("registration", "text", "The registration's UUID."),
        _column("parent", "list", "What the question is directly part of."),
        _column("grouping", "list", "What else it is part of, such as the course."),
        _column("platform", "text", "The platform."),
        _column("language", "text", "The language."),
        *_ORIGIN,
    ),
    "learners": (
        _column("actor_key", "text", "The learner, as in attempts."),
        _column("actor_name", "text", "The name in one of the rows."),
        *_GROUP,
    ),
    "activities": (
        _column("activity", "text", "The activity's IRI."),
        _column("activity_name", "text", "The name in one of the rows."),
        _column("activity_type", "text", "The IRI of the activity type."),
        *_GROUP,
    ),
    "verbs": (
        _column("verb", "text", "The verb's IRI."),
        _column("statements", "integer", "Statements stored with it, voided ones included."),
        _column("voided", "integer", "Of these, voided since."),
        _column("first", "time", "The earliest timestamp, of voided ones too."),
        _column("last", "time", "The latest timestamp, of voided ones too."),
    ),
    "statements": (
        _column("id", "text", "The statement's id."),
        _column("stored", "time", "When it was stored."),
        _column("timestamp", "time", "When it happened."),
        _column("actor_key", "text", "The learner, as in attempts."),
        _column("actor_name", "text", "The name in this statement."),
        _column("verb", "text", "The verb's IRI."),
        _column("object_kind", "text", "Activity, Agent, Group, StatementRef or SubStatement."),
        _column("object", "text", "The activity's IRI, the agent's key or the statement's id."),
        _column("object_name", "text", "The English name if there is one, else the first."),
        _column("object_type", "text", "The IRI of the activity type."),
        _column("registration", "text", "The registration's UUID."),
        _column("parent", "list", "The parent activities."),
        _column("grouping", "list", "The grouping activities, attempts left out."),
        _column("success", "boolean", "What the result says, else the verb."),
        _column("completion", "boolean", "What the result says, else the verb."),
        _column("score_scaled", "number", "Reported, else computed from raw, min and max.", "-1..1"),
        _column("score_raw", "number", "As reported."),
        _column("score_min", "number", "As reported."),
        _column("score_max", "number", "As reported."),
        _column("duration_s", "number", "result.duration.", "s"),
        _column("response", "text", "result.response."),
        _column("interaction_type", "text", "The kind of question."),
        _column("source", "text", "scorm12, scorm2004, cmi5 or xapi."),
        _column("platform", "text", "The platform."),
        _column("language", "text", "The language."),
    ),
    "tombstones": (
        _column("id", "text", "Interactions: the statement's id."),
        _column("actor_key", "text", "Other resources: the three columns that name a row."),
        _column("activity", "text", "Other resources: the three columns that name a row."),
        _column("registration", "text", "Other resources: the three columns that name a row."),
        _column("seq", "integer", "The number of the statement that took the row away."),
    ),
    "items": (
        _column("activity", "text", "The question's IRI."),
        _column("activity_name", "text", "The question's name."),
        _column("interaction_type", "text", "choice, true-false, fill-in, … as the statements define it."),
        _column("learners", "integer", "Learners who answered; one answer of each counts."),
        _column("answers", "integer", "All answers, those of retakes included."),
        _column("judged", "integer", "Answers that count and were judged."),
        _column("difficulty", "number", "The mean score of the judged answers: 1 is as easy as can be.", "0..1"),
        _column(
            "discrimination", "number", "The mean score of the best 27 % of learners less that of the weakest 27 %.", "-1..1"
        ),
        _column("point_biserial", "number", "The correlation with the learner's score in the other questions.", "-1..1"),
        _column("timed", "integer", "Answers that count and have a latency."),
        _column("latency_s_p25", "number", "A quarter were faster.", "s"),
        _column("latency_s_p50", "number", "Half were faster.", "s"),
        _column("latency_s_p75", "number", "Three quarters were faster.", "s"),
        _column("latency_s_p90", "number", "Nine tenths were faster.", "s"),
    ),
    "distractors": (
        _column("activity", "text", "The question's IRI."),
        _column("activity_name", "text", "The question's name."),
        _column("rank", "integer", "1 is the commonest answer to the question."),
        _column("kind", "text", "response; others: all beyond the fifty commonest; none: nothing was answered."),
        _column("response", "text", "The answer."),
        _column("learners", "integer", "Learners who gave it."),
        _column("share", "number", "Of the learners who answered the question.", "0..1"),
        _column("correct", "boolean", "Whether it was judged right; empty when it was not judged, or not always the same."),
        _column("difficulty", "number", "The mean score it was given.", "0..1"),
        _column("rest_avg", "number", "The mean score, in the other questions, of those who gave it.", "0..1"),
    ),
    "funnel": (
        _column("step", "integer", "The number of the step."),
        _column("stage", "text", "registered, launched, started, item, completed or passed."),
        _column("activity", "text", "The course, or the item."),
        _column("activity_name", "text", "Its name."),
        _column("learners", "integer", "Learners who reached the step."),
        _column("share", "number", "Of those of the first step.", "0..1"),
        _column("of_step", "integer", "The step it is compared with."),
        _column("lost", "integer", "Learners of that step who did not reach this one."),
        _column("drop_off", "number", "Their share.", "0..1"),
        _column("finished", "integer", "Of an item: learners who completed or passed it."),
        _column("finished_share", "number", "Of those who reached it.", "0..1"),
    ),
    "struggling": (
        _column("actor_key", "text", "The learner, as in attempts."),
        _column("actor_name", "text", "The learner's name."),
        _column("reason", "text", "failed, stalled or slow."),
        _column("activity", "text", "What was failed; else the course."),
        _column("activity_name", "text", "Its name, where it was failed."),
        _column("value", "number", "How often it was failed; days without work; latency as a multiple of the peers'."),
        _column("threshold", "number", "From which value on it is told."),
        _column("questions", "integer", "slow: questions that were compared."),
        _column("last", "time", "The learner's latest statement in the course."),
    ),
    "reads": (
        _column("at", "time", "When the answer was given."),
        _column("credential", "text", "The key of the credential."),
        _column("name", "text", "The name of the credential."),
        _column("sight", "text", "What it sees of learners: names, pseudonyms or groups."),
        _column("path", "text", "What was asked for."),
        _column("query", "text", "The parameters, and the body of a query."),
        _column("rows", "integer", "Rows in the answer; empty: not known."),
        _column("personal", "boolean", "Whether they are about single learners."),
    ),
}
