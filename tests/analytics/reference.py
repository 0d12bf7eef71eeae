"""docs/metrics.md once more, as plain Python over all statements: slow, and sharing nothing with the product."""

from collections import Counter, defaultdict
from typing import Any

Statement = dict[str, Any]
ADL = "http://adlnet.gov/expapi/verbs/"
W3 = "https://w3id.org/xapi/adl/verbs/"
BY_VERB = {
    ADL + "completed": (True, None),
    ADL + "passed": (None, True),
    ADL + "failed": (None, False),
    W3 + "waived": (True, True),
}
SESSION_ENDS = (ADL + "suspended", ADL + "terminated", W3 + "abandoned")
SESSION = (*SESSION_ENDS, ADL + "initialized", ADL + "resumed")


def rows(statements: list[Statement]) -> dict[tuple[str, str, str | None], dict[str, Any]]:
    """`statements` in stored order."""
    voided = {one["object"]["id"] for one in statements if one["verb"]["id"] == ADL + "voided"}
    groups: dict[tuple[str, str, str | None], list[Statement]] = defaultdict(list)
    for one in statements:
        if (
            one["id"] in voided
            or one["object"].get("objectType") == "StatementRef"
            or "interactionType" in one["object"]["definition"]
        ):
            continue
        groups[one["actor"]["mbox"], one["object"]["id"], one["context"].get("registration")].append(one)
    return {key: row(members) for key, members in groups.items()}


def row(members: list[Statement]) -> dict[str, Any]:
    by_time = sorted(members, key=lambda one: one["timestamp"])
    completions = [(one["timestamp"], value) for one in by_time if (value := outcome(one)[0]) is not None]
    successes = [(one["timestamp"], value) for one in by_time if (value := outcome(one)[1]) is not None]
    scores = [(one["timestamp"], scaled(one)) for one in by_time if "score" in one.get("result", {})]
    return {
        "status": status(by_time),
        "completion": any(value for _, value in completions) if completions else None,
        "success": any(value for _, value in successes) if successes else None,
        "completed_at": min((at for at, value in completions if value), default=None),
        "passed_at": min((at for at, value in successes if value), default=None),
        "first": by_time[0]["timestamp"],
        "last": by_time[-1]["timestamp"],
        "score_scaled": max((score for _, score in scores), default=None),
        "score_scaled_first": scores[0][1] if scores else None,
        "score_scaled_last": scores[-1][1] if scores else None,
        "scored_at": scores[-1][0] if scores else None,
        "duration_s": duration(by_time),
        "attempts": attempts(by_time),
        "failures": failures(members) or None,
        "statements": len(members),
        "source": source(by_time),
    }


def outcome(one: Statement) -> tuple[bool | None, bool | None]:
    completion, success = BY_VERB.get(one["verb"]["id"], (None, None))
    result = one.get("result", {})
    return result.get("completion", completion), result.get("success", success)


def scaled(one: Statement) -> float:
    score = one["result"]["score"]
    return float(score["scaled"]) if "scaled" in score else score["raw"] / score["max"]


def status(by_time: list[Statement]) -> str:
    verbs = [one["verb"]["id"] for one in by_time]
    if any(outcome(one)[1] for one in by_time if one["verb"]["id"] != W3 + "waived"):
        return "passed"
    if W3 + "waived" in verbs:
        return "waived"
    if any(outcome(one)[1] is False for one in by_time):
        return "failed"
    if any(outcome(one)[0] for one in by_time):
        return "completed"
    sessions = [verb for verb in verbs if verb in SESSION]
    if sessions and sessions[-1] == W3 + "abandoned":
        return "abandoned"
    worked = any(verb not in (ADL + "launched", W3 + "abandoned") for verb in verbs) or attempt_names(by_time)
    return "in_progress" if worked else "not_started"


def duration(by_time: list[Statement]) -> float | None:
    told = [(one["verb"]["id"], float(one["result"]["duration"][2:-1])) for one in by_time if "duration" in one.get("result", {})]
    ends = [length for verb, length in told if verb in SESSION_ENDS]
    others = [length for verb, length in told if verb not in SESSION_ENDS]
    return max(sum(ends), max(others, default=0.0)) if told else None


def attempt_names(by_time: list[Statement]) -> set[str]:
    return {
        activity["id"]
        for one in by_time
        for activity in one["context"]["contextActivities"]["grouping"]
        if "definition" in activity
    }


def attempts(by_time: list[Statement]) -> int:
    named = attempt_names(by_time)
    begun = [one for one in by_time if one["verb"]["id"] == ADL + "initialized" and not attempt_names([one])]
    worked = [one for one in by_time if one["verb"]["id"] not in (ADL + "launched", W3 + "abandoned", W3 + "waived")]
    return len(named) + len(begun) or (1 if worked else 0)


def failures(members: list[Statement]) -> int:
    failed = [one for one in members if outcome(one)[1] is False]
    named = {next(iter(attempt_names([one])), session(one)) for one in failed} - {None}
    verbs = [one["verb"]["id"] for one in failed if not attempt_names([one]) and session(one) is None]
    return len(named) + max(Counter(verbs).values(), default=0)


def session(one: Statement) -> str | None:
    found: str | None = one["context"].get("extensions", {}).get("https://w3id.org/xapi/cmi5/context/extensions/sessionid")
    return found


def source(by_time: list[Statement]) -> str:
    categories = [
        activity["id"] for one in by_time for activity in one.get("context", {}).get("contextActivities", {}).get("category", [])
    ]
    for name, mark in (("cmi5", "categories/cmi5"), ("scorm12", "standard:scorm12"), ("scorm2004", "standard:scorm2004")):
        if any(category.endswith(mark) for category in categories):
            return name
    return "xapi"


def flat(statements: list[Statement]) -> list[dict[str, Any]]:
    """Statements that are not voided, as rows."""
    voided = {one["object"]["id"] for one in statements if one["verb"]["id"] == ADL + "voided"}
    return [flat_row(one) for one in statements if one["id"] not in voided]


def flat_row(one: Statement) -> dict[str, Any]:
    completion, success = outcome(one)
    result = one.get("result", {})
    score = result.get("score", {})
    return {
        "id": one["id"],
        "stored": one["stored"],
        "timestamp": one["timestamp"],
        "actor_key": one["actor"]["mbox"],
        "verb": one["verb"]["id"],
        "object_kind": one["object"].get("objectType", "Activity"),
        "object": one["object"]["id"],
        "registration": one.get("context", {}).get("registration"),
        "completion": completion,
        "success": success,
        "score_scaled": scaled(one) if score else None,
        "score_raw": score.get("raw"),
        "scored_at": one["timestamp"] if score else None,
        "duration_s": float(result["duration"][2:-1]) if "duration" in result else None,
        "response": result.get("response"),
        "source": source([one]),
    }


def interactions(statements: list[Statement]) -> list[dict[str, Any]]:
    """The answers that are not voided."""
    voided = {one["object"]["id"] for one in statements if one["verb"]["id"] == ADL + "voided"}
    return [
        {
            "id": one["id"],
            "actor_key": one["actor"]["mbox"],
            "activity": one["object"]["id"],
            "interaction_type": one["object"]["definition"]["interactionType"],
            "response": one["result"]["response"],
            "correct": one["result"]["success"],
            "latency_s": float(one["result"]["duration"][2:-1]),
            "timestamp": one["timestamp"],
            "source": source([one]),
            "parent": [activity["id"] for activity in one["context"]["contextActivities"]["parent"]],
        }
        for one in statements
        if one["verb"]["id"] == ADL + "answered" and one["id"] not in voided
    ]
