"""One batch of statements, in stored order, applied to every derived collection.

May be applied again after a death at any point: each row carries the number of the last statement in it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pymongo.database import Database

from access import Caller
from analytics import attempts, interactions, store, verbs, vocabulary
from analytics.attempts import Folded, Key, Row
from analytics.facts import Facts, agent_of, milliseconds
from analytics.facts import facts as facts_of
from analytics.store import Place
from lrs import Page, StatementQuery, Stored

HISTORY_PAGE = 500


class Through(Protocol):
    """`ms`: every statement stored then or before is visible. `now`: the clock that statements are numbered by."""

    @property
    def ms(self) -> int: ...
    @property
    def now(self) -> int: ...


class Statements(Protocol):
    """What is asked of the LRS."""

    def tail(self, store: int = 1, after_seq: int = 0, limit: int = 1000) -> list[Stored]: ...
    def find(self, query: StatementQuery, caller: Caller) -> Page: ...
    def get(self, statement_id: str, store: int = 1) -> dict[str, Any] | None: ...
    def through(self) -> Through: ...


@dataclass(slots=True, kw_only=True)
class Work:
    """What a batch asks to be done."""

    news: dict[Key, list[Folded]] = field(default_factory=lambda: defaultdict(list))
    voids: dict[Key, int] = field(default_factory=dict)
    answers: list[Row] = field(default_factory=list)
    unanswers: list[Row] = field(default_factory=list)
    spoken: list[verbs.Event] = field(default_factory=list)


def apply(
    db: Database[Any], lrs: Statements, store_id: int, here: Place, batch: Sequence[Stored], pseudonym: Callable[[str], str]
) -> Place:
    """The place reached. Raises RowMoved when another process was there first."""
    work = _sorted(lrs, store_id, batch, _first_voids(db, store_id, batch))
    n = _apply_attempts(db, lrs, store_id, here.attempts, work, pseudonym)
    voided = {row["_id"] for row in work.unanswers}
    left = [row for row in work.answers if row["_id"] not in voided]
    gone = store.void_interactions(db, work.unanswers)
    answers = [
        row | {"n": number, "pseudonym": pseudonym(row["actor_key"])}
        for number, row in enumerate([*left, *gone], here.interactions + 1)
    ]
    store.write_interactions(db, answers)
    counts = store.verbs(db, store_id)
    store.write_verbs(db, store_id, counts, verbs.fold(counts or verbs.EMPTY, work.spoken))
    return replace(here, seq=batch[-1].seq, attempts=n, interactions=here.interactions + len(answers))


def _first_voids(db: Database[Any], store_id: int, batch: Sequence[Stored]) -> dict[str, int]:
    """By the id of what they void, the numbers of the statements that did so first: a second voiding changes nothing."""
    voids: dict[str, int] = {}
    for one in batch:
        if _is_void(one.statement):
            voids.setdefault(one.statement["object"]["id"].lower(), one.seq)
    voided = [one.statement["id"].lower() for one in batch if one.voided]
    return store.first_voids(db, store_id, voids, voided)


def _is_void(statement: Mapping[str, Any]) -> bool:
    return bool(statement["verb"]["id"] == vocabulary.VOIDED and statement["object"].get("objectType") == "StatementRef")


def _sorted(lrs: Statements, store_id: int, batch: Sequence[Stored], first_voids: Mapping[str, int]) -> Work:
    work, places = Work(), {one.statement["id"]: one.seq for one in batch}
    for one in batch:
        facts = facts_of(one.statement)
        at = facts.get("timestamp", attempts.seq_ms(one.seq))
        work.spoken.append(verbs.Event(one.seq, facts.get("verb", ""), at, False))
        if one.voided and first_voids.get(one.statement["id"].lower(), one.seq) < one.seq:  # voided before it came
            work.spoken.append(verbs.Event(one.seq, facts.get("verb", ""), at, True))
        if _is_void(one.statement):
            voids_first = first_voids[one.statement["object"]["id"].lower()] == one.seq
            target = _voided(lrs, store_id, one, places) if voids_first else None
            if target is not None:
                _void(work, store_id, one.seq, target)
        elif not one.voided:
            if (key := attempts.key(facts)) is not None:
                work.news[key].append(Folded(one.seq, facts))
            if interactions.is_answer(facts):
                work.answers.append(interactions.row(store_id, one.seq, facts))
    return work


def _void(work: Work, store_id: int, seq: int, target: Facts) -> None:
    if (key := attempts.key(target)) is not None:
        work.voids[key] = seq
    if interactions.is_answer(target):
        work.unanswers.append(interactions.tombstone(store_id, seq, target))
    work.spoken.append(verbs.Event(seq, target.get("verb", ""), 0, True))


def _voided(lrs: Statements, store_id: int, void: Stored, places: Mapping[str, int]) -> Facts | None:
    """The facts of the statement that this one voids, if it is stored before; a voiding statement cannot be voided
    (xAPI 2.3.2). `places`: the numbers of the statements in the batch."""
    target = lrs.get(void.statement["object"]["id"], store_id)
    if target is None or target["verb"]["id"] == vocabulary.VOIDED:
        return None
    stored = places.get(target["id"], (milliseconds(target.get("stored")) or 0) << 20)
    return facts_of(target) if stored < void.seq else None


def _apply_attempts(
    db: Database[Any], lrs: Statements, store_id: int, n: int, work: Work, pseudonym: Callable[[str], str]
) -> int:
    keys = (*work.news, *(work.voids.keys() - work.news.keys()))
    ids = {key: attempts.row_id(store_id, key) for key in keys}
    known = store.read(db, ids.values())
    changed: list[tuple[Row | None, Row]] = []
    for key, row_id in ids.items():
        old = known.get(row_id)
        row = old or attempts.empty(key)
        if work.voids.get(key, 0) > row["seq"]:
            row = _again(lrs, store_id, key, work.voids[key], row)
        row = attempts.fold(row, work.news.get(key, ()))
        if old is None:  # also where nothing is left of it: a loader may know it from before a rebuild
            n += 1
            made = {"_id": row_id, "t": store_id, "n": n, "pseudonym": pseudonym(key.actor)}
            changed.append((None, row | made))
        elif row["seq"] > old["seq"]:
            changed.append((old, row))
    store.write(db, store_id, changed)
    return n


def _again(lrs: Statements, store_id: int, key: Key, seq: int, old: Row) -> Row:
    """The row as it is without what was voided, from the statements themselves, through `seq`."""
    row = attempts.fold(attempts.empty(key), _history(lrs, store_id, key, seq))
    row["seq"] = seq
    return row | {name: old[name] for name in ("_id", "t", "n", "pseudonym") if name in old}


def _history(lrs: Statements, store_id: int, key: Key, seq: int) -> list[Folded]:
    """The row's statements through `seq`. The LRS tells their times, not their numbers: good enough for a row that
    gets the number of the voiding statement."""
    caller = Caller(key="analytics", name="analytics", scopes=frozenset({"all/read"}), store=store_id)
    found: list[tuple[int, Facts]] = []
    cursor: int | None = seq + 1
    while cursor is not None:
        query = StatementQuery(
            agent=agent_of(key.actor), activity=key.activity, registration=key.registration, limit=HISTORY_PAGE, cursor=cursor
        )
        page = lrs.find(query, caller)
        for statement in page.statements:
            facts = facts_of(statement)
            if attempts.key(facts) == key:
                found.append(((milliseconds(statement.get("stored")) or 0) << 20, facts))
        cursor = page.last
    folded: list[Folded] = []
    last = 0
    for number, facts in reversed(found):
        last = max(last + 1, number)
        folded.append(Folded(last, facts))
    return folded
