"""Facts folded, in stored order, into one row for each actor x activity x registration.

docs/metrics.md defines every column; this is the definition executed. The fold gives the same row whatever the
order of the timestamps: "first", "last" and "best" compare times, the stored order only breaks ties.
Underscored members of `x` are what the fold must remember and nobody reads.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from analytics import vocabulary
from analytics.facts import Facts, labels
from analytics.vocabulary import Role

Row = dict[str, Any]
LABELS_MOST = 100


class Key(NamedTuple):
    actor: str
    activity: str
    registration: str | None


class Folded(NamedTuple):
    """One statement as the fold takes it."""

    seq: int
    facts: Facts


def key(facts: Mapping[str, Any]) -> Key | None:
    """The row a statement belongs to; None: it says nothing about an attempt.

    Questions have rows of their own (`interactions`): counted here, a quiz of twenty would look like twenty attempts.
    """
    actor, activity = facts.get("actor_key"), facts.get("object")
    if facts.get("object_kind") != "Activity" or facts.get("question") or not actor or not activity:
        return None
    return Key(actor, activity, facts.get("registration"))


def row_id(store: int, row: Key) -> bytes:
    text = "\x00".join((str(store), row.actor, row.activity, row.registration or ""))
    return hashlib.sha256(text.encode()).digest()[:16]


def seq_ms(seq: int) -> int:
    """When a statement was stored: the sequence number begins with the milliseconds."""
    return seq >> 20


def empty(row: Key) -> Row:
    return {
        "actor_key": row.actor,
        "activity": row.activity,
        "registration": row.registration,
        "seq": 0,
        "statements": 0,
        "status": "not_started",
        "attempts": 0,
        "source": "xapi",
        "x": {},
    }


def fold(row: Row, stored: Iterable[Folded]) -> Row:
    """A new row with these statements added; those already in it (by `seq`) are passed over."""
    row = {**row, "x": dict(row["x"])}
    for seq, facts in stored:
        if seq <= row["seq"]:
            continue
        at = facts.get("timestamp", seq_ms(seq))
        _extent(row, at, facts)
        _role(row, at, facts)
        _outcome(row, at, seq, facts)
        _score(row, at, seq, facts)
        _labels(row, at, facts)
        row["seq"] = seq
    _conclude(row)
    return row


def _extent(row: Row, at: int, facts: Facts) -> None:
    row["statements"] += 1
    row["first"] = min(row.get("first", at), at)
    _named(row, at, facts)
    row["last"] = max(row.get("last", at), at)
    row["source"] = max(row["source"], facts.get("source", "xapi"), key=vocabulary.SOURCES.index)


def _named(row: Row, at: int, facts: Facts) -> None:
    """Each name is that of the latest statement that has it; `x.named` remembers when, where that is not the row's last."""
    last, earlier = row.get("last", at), row["x"].get("named", {})
    since = {name: earlier.get(name, last) for name in _LATEST if name in row}
    for name, fact in _LATEST.items():
        if fact in facts and at >= since.get(name, at):
            row[name], since[name] = facts[fact], at
    if kept := {name: moment for name, moment in since.items() if moment != max(last, at)}:
        row["x"]["named"] = kept
    else:
        row["x"].pop("named", None)


_LATEST = {
    "actor_name": "actor_name",
    "activity_name": "object_name",
    "activity_type": "object_type",
    "parent": "parent",
    "grouping": "grouping",
    "platform": "platform",
    "language": "language",
}


def _role(row: Row, at: int, facts: Facts) -> None:
    x, role = row["x"], facts.get("role", Role.OTHER.value)
    # A launch that names its attempt opened a player: SCORM's course says no more until it ends.
    if role not in (Role.ANNOUNCE, Role.WAIVE, Role.ABANDON) or "attempt" in facts:
        x["worked"] = True
    if facts.get("verb") == vocabulary.LAUNCHED:
        row["launched_at"] = min(row.get("launched_at", at), at)
    if role in (Role.BEGIN, Role.RESUME, Role.END, Role.ABANDON) and at >= x.get("session_at", at):
        x["session_at"], x["session"] = at, role
    if (attempt := facts.get("attempt")) is not None:
        x["attempts"] = _with_mark(x.get("attempts", ()), attempt)
    elif role == Role.BEGIN:
        x["begun"] = x.get("begun", 0) + 1
    if (length := facts.get("duration_s")) is not None:
        if role in (Role.END, Role.ABANDON):
            x["ended_s"] = x.get("ended_s", 0.0) + length
        else:
            x["longest_s"] = max(x.get("longest_s", 0.0), length)


def _outcome(row: Row, at: int, seq: int, facts: Facts) -> None:
    x, completion, success = row["x"], facts.get("completion"), facts.get("success")
    waiver = facts.get("role") == Role.WAIVE
    if completion is not None:
        row["completion"] = row.get("completion", False) or completion
        if completion:
            row["completed_at"] = min(row.get("completed_at", at), at)
    if success is False:
        _failed(row, facts)
    if success is not None:
        row["success"] = row.get("success", False) or success
        if success:
            row["passed_at"] = min(row.get("passed_at", at), at)
        if not waiver and at >= x.get("success_at", at):
            x["success_at"], row["success_last"] = at, success
    if waiver:
        x["waived"] = True
    elif success:
        x["passed"] = True
    if (completion or success) and "finished_seq" not in row:
        row["finished_seq"] = seq


def _failed(row: Row, facts: Facts) -> None:
    """One failure may be told often: of an attempt, or a session of cmi5, it counts once; where neither is named, as often as
    the verb says that says it most."""
    x = row["x"]
    if (one := facts.get("attempt", facts.get("session"))) is not None:
        x["failed"] = _with_mark(x.get("failed", ()), one)
    else:
        verb, told = _mark(facts.get("verb", "")), x.get("failed_by", {})
        x["failed_by"] = told | {verb: told.get(verb, 0) + 1}
    row["failures"] = len(x.get("failed", ())) + max(x.get("failed_by", {}).values(), default=0)


def _with_mark(known: Sequence[str], name: str) -> Sequence[str]:
    mark = _mark(name)
    return known if mark in known else [*known, mark]


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _score(row: Row, at: int, seq: int, facts: Facts) -> None:
    x, scaled, raw = row["x"], facts.get("score_scaled"), facts.get("score_raw")
    if scaled is None and raw is None:
        return
    if at < x.get("first_score_at", at + 1):
        x["first_score_at"], row["score_scaled_first"], row["score_raw_first"] = at, scaled, raw
    if at >= row.get("scored_at", at):
        row["scored_at"], row["score_scaled_last"], row["score_raw_last"] = at, scaled, raw
    # A scaled score beats a bare raw one: raw scores of different scales cannot be compared. Of equal ones the earliest counts.
    rank = [scaled is not None, scaled if scaled is not None else raw, -at]
    if "best" not in x or rank > x["best"]:
        x["best"] = rank
        row.update({"score_scaled": scaled, "score_raw": raw})
        row.update({"score_min": facts.get("score_min"), "score_max": facts.get("score_max")})
    row["scored_seq"] = seq


def _labels(row: Row, at: int, facts: Facts) -> None:
    """Of each extension the latest value, of groups all. A row keeps the first hundred of each, by name: whatever the order
    of arrival, these are the same."""
    x = row["x"]
    if "ext" in facts:
        known = {iri: (since, value) for iri, since, value in x.get("ext", ())}
        for one in facts["ext"]:
            iri, _, value = one.partition(" ")
            if iri not in known or at >= known[iri][0]:
                known[iri] = (at, value)
        x["ext"] = [[iri, *known[iri]] for iri in sorted(known)[:LABELS_MOST]]
    if "groups" in facts:
        x["groups"] = sorted({*x.get("groups", ()), *facts["groups"]})[:LABELS_MOST]


def _conclude(row: Row) -> None:
    x = row["x"]
    row["status"] = _status(row)
    named = {"ext": [f"{iri} {value}" for iri, _, value in x.get("ext", ())], "groups": x.get("groups", ())}
    if found := labels({**row, **named}):
        row["labels"] = found
    row["attempts"] = len(x.get("attempts", ())) + x.get("begun", 0) or (1 if x.get("worked") else 0)
    reached = [row[name] for name in ("completed_at", "passed_at") if name in row]
    if reached:
        row["finished_at"] = min(reached)
    lengths = [x[name] for name in ("ended_s", "longest_s") if name in x]
    if lengths:
        row["duration_s"] = round(max(lengths), 3)


def _status(row: Row) -> str:
    x = row["x"]
    if x.get("passed"):
        return "passed"
    if x.get("waived"):
        return "waived"
    if row.get("success") is False:
        return "failed"
    if row.get("completion"):
        return "completed"
    if x.get("session") == Role.ABANDON:
        return "abandoned"
    return "in_progress" if x.get("worked") else "not_started"


STATUSES = ("not_started", "in_progress", "completed", "passed", "failed", "waived", "abandoned")
