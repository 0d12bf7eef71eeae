"""One Learning Record Store over one database: the front door that HTTP and the other packages share."""

from __future__ import annotations

import os
import secrets
import time
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import uuid4

import orjson
from blinker import Namespace
from pymongo.database import Database

from access import Caller, allows
from lrs import authority
from lrs.errors import InvalidStatement, NotFound, NotPermitted, Refused, TooLarge
from lrs.gate import Asked, Gate, is_gated
from lrs.settings import Settings
from lrs.spec import activities, agents, index, rules, schema, signatures
from lrs.spec.formats import format_milliseconds
from lrs.spec.query import Page, StatementQuery, Stored
from lrs.spec.statement import complete
from lrs.store import indexes
from lrs.store.activities import Activities
from lrs.store.attachments import Attachment, Attachments
from lrs.store.documents import Documents
from lrs.store.marks import Marks
from lrs.store.reader import Reader, Slice
from lrs.store.sequence import RECENT, Through
from lrs.store.sequence import Sequence as Numbering
from lrs.store.statements import Statements
from lrs.versions import Version, negotiate

statements_stored = Namespace().signal("statements_stored")

Json = dict[str, Any]
_LIST_FIELDS = {"raw": 1, "s": 1, "_id": 0}
_END = 2**63 - 1
_LARGE = 1 << 20  # a statement below cannot become too large by its index entry
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_NAMED_BY = 20  # statements looked at for the names of an Agent
_THROUGH_FRESH = 1.0  # seconds that an answer to a write may be behind


class LRS:
    """One per process, safe to share between threads; a fork starts over with its own writer number."""

    def __init__(self, db: Database[Any], settings: Settings | None = None) -> None:
        self.db = db
        self.settings = settings or Settings()
        self.marks = Marks(db)
        self.numbering = Numbering(db, attended=self.marks.write)
        self.reader = Reader(db, self.marks, self.settings.windowed)
        self.statements = Statements(db)
        self.activities = Activities(db)
        self.attachments = Attachments(db)
        self.documents = Documents(db)
        self.gate: Gate | None = None
        self._secret = self.settings.secret.encode() if self.settings.secret else None
        self._through: tuple[float, int, Through] | None = None

    def estimated_count(self) -> int:
        """Statements of all stores, from the database's own books."""
        return self.db["lrs_statements"].estimated_document_count()

    def ensure_indexes(self) -> None:
        indexes.ensure(self.db)

    def store(
        self,
        statements: Sequence[Json] | Json,
        *,
        caller: Caller,
        version: str = "2.0.0",
        attachments: Iterable[Attachment] = (),
        after: int = 0,
    ) -> list[str]:
        """Validates, completes and stores, all or none; the ids in order once everything is on disk.

        `after`: they follow what any process had stored when its `latest` was this.
        """
        given = [statements] if isinstance(statements, dict) else list(statements)
        served = negotiate(version)
        if len(given) > self.settings.statements_maximum:
            rule = f"One request carries at most {self.settings.statements_maximum} statements."
            raise TooLarge(f"{rule} This one has {len(given)}.", found=len(given), rule=rule)
        parts = {part.sha2: part for part in attachments}
        lone = isinstance(statements, dict)
        for ordinal, statement in enumerate(given):
            self._check(statement, served, caller, parts, () if lone else (ordinal,))
        _refuse_repeated([statement["id"] for statement in given if "id" in statement])
        bearers: dict[str, list[bytes]] = {}
        if parts:
            given = [statement if "id" in statement else {**statement, "id": str(uuid4())} for statement in given]
            bearers = _bearers(given, parts, caller.store)
        if not given:
            self.ask(caller, Asked(resource="statements", method="POST", key={}))
            return []
        self.attachments.keep(caller.store, parts.values(), bearers)
        if not is_gated(caller):
            return self._write([(caller, statement) for statement in given], caller, served, bearers, after)
        with self._gate.statements(caller, given) as admitted:
            ids = self._write(admitted, caller, served, bearers)
        return [told for (speaker, _), told in zip(admitted, ids, strict=True) if speaker is caller]

    @property
    def latest(self) -> int:
        """When this process stored last, in milliseconds of the database's clock; 0 if it never did."""
        return self.numbering.latest

    def ask(self, caller: Caller, asked: Asked) -> None:
        """Lets a request pass, or raises what its answer is."""
        if is_gated(caller):
            self._gate.ask(caller, asked)

    @property
    def _gate(self) -> Gate:
        if self.gate is None:
            raise NotPermitted("Credentials of a launch are not accepted here.")
        return self.gate

    def _check(
        self, statement: Any, version: Version, caller: Caller, parts: Mapping[str, Attachment], place: tuple[int, ...]
    ) -> None:
        schema.check(statement, version.name, place)
        rules.check(statement, version.name, place)
        if caller.limits and not is_gated(caller):
            authority.narrow_statement(statement, caller.limits)
        if "attachments" in statement or parts or statement["object"].get("objectType") == "SubStatement":
            signatures.check(statement, parts, place)

    def _write(
        self,
        given: Sequence[tuple[Caller, Mapping[str, Any]]],
        caller: Caller,
        version: Version,
        brought: Container[str],
        after: int = 0,
    ) -> list[str]:
        """Each statement has its speaker, whose authority it gets; the caller's store takes them all. `brought`: their parts."""
        speakers = {key: self._authority(speaker) for key, speaker in {one.key: one for one, _ in given}.items()}
        if any(statement["object"].get("objectType") == "StatementRef" for _, statement in given):
            self.numbering.refer(caller.store)
        with self.numbering.writing(len(given), after) as numbers:
            documents, ids, done = [], [], []
            for ordinal, ((speaker, statement), fresh) in enumerate(zip(given, _fresh_ids(len(given)), strict=True)):
                seq = numbers[ordinal]
                whole = complete(
                    statement,
                    statement_id=fresh,
                    stored=format_milliseconds(seq >> 20),
                    authority=speakers[speaker.key],
                    default_version=version.statement,
                    version=version.name,
                )
                done.append(whole)
                ids.append(whole["id"])
                documents.append(self._document(whole, seq, caller.store, brought))
            new = self.statements.insert(documents)
            if new and allows(caller, "define"):
                self.activities.learn(caller.store, done)
        if new:
            self.marks.passed(caller.store, [document["s"] for document in new])
            statements_stored.send(self, store=caller.store, count=len(new))
        return ids

    def _authority(self, caller: Caller) -> Json:
        return authority.authority(caller.key, caller.name, caller.authority, self.settings.authority_home)

    def _document(self, statement: Json, seq: int, store: int, brought: Container[str]) -> Json:
        entry, raw = index.index_entry(statement), orjson.dumps(statement)
        if "att" in entry:  # an address alone shows nobody what others have stored under its hash
            entry["att"] = [sha2 for sha2 in entry["att"] if sha2 in brought]
        if len(raw) > _LARGE and len(raw) + index.size(entry) > self.settings.statement_maximum:
            raise TooLarge(
                f"The statement {statement['id']} is too large.",
                found=len(raw),
                rule=f"A statement has at most {self.settings.statement_maximum} bytes with its index entry.",
            )
        return {"_id": index.statement_key(store, statement["id"]), "s": seq, "t": store, "raw": raw, **entry}

    def find(self, query: StatementQuery, caller: Caller) -> Page:
        """One page of a list, as far as the caller may read."""
        through = self._recent()
        limit = min(query.limit or self.settings.page_maximum, self.settings.page_maximum)
        low, high = _bounds(query, through)
        wanted: dict[str, Any] = index.conditions(query)
        residual: Json = {"v": {"$ne": True}}
        for key, value in self._permitted(caller).items():
            if wanted.setdefault(key, value) != value:
                residual.setdefault("$and", []).append({key: value})
        asked = Slice(
            store=caller.store,
            low=low,
            high=high,
            ascending=query.ascending,
            limit=limit + 1,
            fields={**_LIST_FIELDS, "att": 1},
            wanted=index.paired(wanted),
            residual=residual,
            referring=caller.store in through.referring,
        )
        rows = self.reader.rows(asked)
        return self._page(rows, limit, _moment(through.ms))

    def _page(self, rows: list[Json], limit: int, through: datetime | None = None) -> Page:
        raws = [row["raw"] for row in rows[:limit]]
        fitting = bisect_right(list(accumulate(map(len, raws))), self.settings.page_bytes)
        kept = rows[: min(len(raws), max(fitting, 1))]
        hashes = dict.fromkeys(sha2 for row in kept if "att" in row for sha2 in row["att"])
        return Page(
            raws=tuple(raws[: len(kept)]),
            last=kept[-1]["s"] if len(kept) < len(rows) else None,
            newest_stored=_moment(max(kept[0]["s"], kept[-1]["s"]) >> 20) if kept else None,
            hashes=tuple(hashes),
            consistent_through=through,
        )

    def _permitted(self, caller: Caller) -> Json:
        """Conditions that everything read by this caller meets."""
        wanted: Json = dict(authority.narrow_conditions(caller.limits)) if caller.limits else {}
        if not allows(caller, "statements/read"):
            wanted["au"] = index.authority_token(self._authority(caller))
        return wanted

    def one(self, statement_id: str, caller: Caller, *, voided: bool = False) -> Page:
        """A page of the one statement with that id; NotFound when there is none, or (not) voided, or not for this caller."""
        row = self.statements.one(index.statement_key(caller.store, statement_id), self._permitted(caller))
        if row is None or (row.get("v") is True) != voided:
            raise NotFound(f"There is no {'voided ' if voided else ''}statement with the id {statement_id}.", found=statement_id)
        return self._page([row], 1)

    def person(self, agent: Json, caller: Caller) -> Json:
        """The Person of an Agent, with the names that recent statements give it."""
        recent: Sequence[Json] = ()
        if allows(caller, "statements/read/mine"):
            recent = self.find(StatementQuery(agent=agent, limit=_NAMED_BY), caller).statements
        return agents.person(agent, (one for statement in recent for one in agents.same_in(statement, agent)))

    def activity(self, activity_id: str, caller: Caller) -> Json:
        return activities.merged(activity_id, self.activities.definitions(caller.store, activity_id))

    def get(self, statement_id: str, store: int = 1) -> Json | None:
        """The statement with that id, voided or not."""
        row = self.statements.one(index.statement_key(store, statement_id))
        return None if row is None else orjson.loads(row["raw"])

    def tail(self, store: int = 1, after_seq: int = 0, limit: int = 1000) -> list[Stored]:
        """What was stored after `after_seq`, in stored order, never beyond the consistent-through time."""
        through = self.through()
        asked = Slice(
            store=store,
            low=after_seq,
            high=(through.ms + 1) << 20,
            ascending=True,
            limit=limit,
            fields={**_LIST_FIELDS, "v": 1},
        )
        rows = self.reader.rows(asked)
        return [Stored(seq=row["s"], statement=orjson.loads(row["raw"]), voided=row.get("v") is True) for row in rows]

    def through(self) -> Through:
        asked = time.monotonic()
        through = self.numbering.through()
        self._through = (asked, os.getpid(), through)
        return through

    def _recent(self) -> Through:
        """`through` as it was some milliseconds ago: what was complete then still is. Readers in a row share the question."""
        known = self._through
        if known is None or known[1] != os.getpid():
            return self.through()
        age = time.monotonic() - known[0]
        return replace(known[2], now=known[2].now + int(age * 1000)) if age < RECENT else self.through()

    def consistent_through(self) -> datetime:
        """Every statement stored at or before this time is visible, and none will be added."""
        return _moment(self.through().ms)

    def recently_consistent_through(self) -> datetime:
        """A value of `consistent_through` at most a second old: without a round trip, mostly."""
        known = self._through
        if known is None or known[1] != os.getpid() or time.monotonic() - known[0] > _THROUGH_FRESH:
            return self.consistent_through()
        return _moment(known[2].ms)

    @property
    def secret(self) -> bytes:
        """Signs `more`; all processes of a database share it."""
        if self._secret is None:
            self.db["lrs_settings"].update_one(
                {"_id": "secret"}, {"$setOnInsert": {"value": secrets.token_bytes(32)}}, upsert=True
            )
            found = self.db["lrs_settings"].find_one({"_id": "secret"})
            self._secret = bytes(found["value"]) if found else b""
        return self._secret


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC) + timedelta(milliseconds=ms % 1000)


def _ms(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def _bounds(query: StatementQuery, through: Through) -> tuple[int, int]:
    """Exclusive bounds on the sequence: `since` is stored after, `until` is stored at or before (1.0.3 Communication 2.1.3)."""
    low, high = -1, (through.now + 1000) << 20
    if query.since is not None:
        low = max(low, ((_ms(query.since) + 1) << 20) - 1)
    if query.until is not None:
        high = min(high, (_ms(query.until) + 1) << 20)
    if query.cursor is not None:
        low, high = (max(low, query.cursor), high) if query.ascending else (low, min(high, query.cursor))
    return min(low, _END), max(0, min(high, _END))


def _fresh_ids(count: int) -> Iterator[str]:
    """Random UUIDs (RFC 4122 4.4) from one draw: a system call for each costs more than all else about them."""
    drawn = secrets.token_bytes(16 * count)
    for at in range(0, len(drawn), 16):
        text = drawn[at : at + 16].hex()
        yield f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:]}"


def _refuse_repeated(ids: list[str]) -> None:
    """IEEE 4.1.6.1: a batch with two statements of one id is refused."""
    seen: set[str] = set()
    for statement_id in ids:
        if statement_id.lower() in seen:
            raise InvalidStatement(
                f"Two statements of this request have the id {statement_id}.",
                found=statement_id,
                rule="Ids are distinct within a request.",
            )
        seen.add(statement_id.lower())


def _bearers(statements: Sequence[Json], parts: Mapping[str, Attachment], store: int) -> dict[str, list[bytes]]:
    """The keys of the statements that have each part. 1.0.3 Communication 1.5.2: every part belongs to an attachment of one."""
    bearers: dict[str, list[bytes]] = {sha2: [] for sha2 in parts}
    for statement in statements:
        for one in index.attachments(statement):
            if one["sha2"].lower() in parts:
                bearers[one["sha2"].lower()].append(index.statement_key(store, statement["id"]))
    for sha2, keys in bearers.items():
        if not keys:
            raise Refused(f"The part with the hash {sha2} belongs to no attachment of these statements.", found=sha2)
    return bearers
