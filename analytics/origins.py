"""Where in a statement the value of each column comes from: the column `source` of GET /api/v1/schema/{resource}.

Paths are those of xAPI's statements; of a row that is made of several statements, docs/metrics.md says which of them counts.
"""

STATEMENT: dict[str, str] = {
    "activity": "object.id",
    "activity_name": "object.definition.name",
    "activity_type": "object.definition.type",
    "actor_key": "actor: mbox, mbox_sha1sum, openid or account",
    "actor_name": "actor.name",
    "attempts": "context.contextActivities.grouping of the type attempt; else verb.id: initialized, attempted",
    "completed_at": "timestamp of a statement that says completed",
    "completion": "result.completion, else verb.id",
    "correct": "result.success, else verb.id",
    "duration_s": "result.duration",
    "failures": "result.success false, else verb.id: failed; once for each attempt in the grouping, or session of cmi5",
    "first": "timestamp",
    "grouping": "context.contextActivities.grouping",
    "id": "id",
    "interaction_type": "object.definition.interactionType",
    "language": "context.language",
    "last": "timestamp",
    "latency_s": "result.duration",
    "object": "object.id, or the agent's mbox, mbox_sha1sum, openid or account",
    "object_kind": "object.objectType",
    "object_name": "object.definition.name, object.name",
    "object_type": "object.definition.type",
    "parent": "context.contextActivities.parent",
    "passed_at": "timestamp of a statement that says passed",
    "platform": "context.platform",
    "registration": "context.registration",
    "response": "result.response",
    "score_max": "result.score.max",
    "score_min": "result.score.min",
    "score_raw": "result.score.raw",
    "score_raw_first": "result.score.raw",
    "score_raw_last": "result.score.raw",
    "score_scaled": "result.score.scaled, else raw, min and max of result.score",
    "score_scaled_first": "result.score.scaled, else raw, min and max of result.score",
    "score_scaled_last": "result.score.scaled, else raw, min and max of result.score",
    "scored_at": "timestamp of a statement with a score",
    "seq": "the order of storing; it begins with the milliseconds of stored",
    "source": "context.contextActivities.category",
    "statements": "the number of statements",
    "status": "verb.id, result.completion and result.success",
    "stored": "stored",
    "success": "result.success, else verb.id",
    "success_last": "result.success, else verb.id",
    "timestamp": "timestamp",
    "verb": "verb.id",
    "voided": "statements with the verb voided",
}

# Lists that are computed from the rows of others.
COMPUTED: dict[str, str] = {
    "activities": "rows of attempts",
    "distractors": "rows of interactions",
    "funnel": "rows of attempts",
    "items": "rows of interactions",
    "learners": "rows of attempts",
    "reads": "requests to this service",
    "struggling": "rows of attempts and interactions",
}
NAMED = ("activity", "activity_name", "activity_type", "actor_key", "actor_name", "interaction_type", "response")


def origin(resource: str, column: str) -> str:
    if resource in COMPUTED and column not in NAMED:
        return COMPUTED[resource]
    return STATEMENT[column]
