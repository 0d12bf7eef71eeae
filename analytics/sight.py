"""What a credential sees of learners: their names, pseudonyms in place of them, or groups of several only.

A pseudonym is an HMAC of the actor key under a secret of the store: the same learner has the same one in every answer,
and nobody without the secret can tell whose it is, or try out whose it might be.
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from analytics import values
from analytics.attempts import Row
from analytics.columns import Column
from analytics.parameters import EXTENSION, NOT, Equality, Resource, Sight

SECRET_BYTES = 32


PERMISSIONS = {
    "analytics/read": Sight.NAMES,
    "analytics/read/pseudonymous": Sight.PSEUDONYMS,
    "analytics/read/groups": Sight.GROUPS,
}
"""The first that a credential has decides."""

# Whose value tells who somebody is, to who knows them.
TELLING = ("actor", "agent", "group", "registration")
HIDDEN = ("actor_name",)
HASHED = ("registration", "id")
EXTREMES = ("first", "last")
OBJECT = ("object", "object_name")
# Anything else can hold what learners wrote.
CLOSED_QUESTIONS = frozenset(("choice", "true-false", "likert", "matching", "sequencing", "performance", "numeric"))


def pseudonym(secret: bytes, actor_key: str) -> str:
    return "pseudonym:" + _mac(secret, f"actor {actor_key}").hex()


def veiled_uuid(secret: bytes, value: str) -> str:
    """Another UUID for each, so that rows keep a key that leads nowhere else."""
    return str(uuid.UUID(bytes=_mac(secret, f"id {value}"), version=5))


def _mac(secret: bytes, text: str) -> bytes:
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()[:16]


def resource(sight: Sight, shown: Resource) -> Resource:
    """The resource with the parameters that such a credential has."""
    if sight is Sight.NAMES:
        return shown
    equalities = {name: one for name, one in shown.equalities.items() if name not in TELLING}
    if sight is Sight.PSEUDONYMS and "actor_key" in equalities:
        equalities["actor_key"] = Equality(read=values.pseudonym, field="pseudonym", indexed=True)
    else:
        equalities.pop("actor_key", None)
    indexed = tuple("pseudonym" if name == "actor_key" else name for name in shown.indexed if name not in TELLING)
    key = "pseudonym" if shown.key == "actor_key" else shown.key
    hidden = (EXTENSION, NOT + EXTENSION)
    return replace(shown, equalities=equalities, indexed=indexed, key=key, hidden=hidden, sight=sight)


def columns(sight: Sight, shown: Sequence[Column]) -> tuple[Column, ...]:
    if sight is Sight.NAMES:
        return tuple(shown)
    kept = (one for one in shown if one.name not in HIDDEN)
    return tuple(replace(one, field="pseudonym", meaning=PSEUDONYM) if one.name == "actor_key" else one for one in kept)


def figures(sight: Sight, shown: Sequence[Column]) -> tuple[Column, ...]:
    """Of lists of figures: the earliest and the latest time are those of one learner."""
    return tuple(one for one in columns(sight, shown) if sight is not Sight.GROUPS or one.name not in EXTREMES)


PSEUDONYM = "A key that is the same for one learner everywhere, and tells nobody who it is."


def statement(secret: bytes, row: Row) -> Row:
    """A flat statement with the pseudonym; what an object is that is no activity, a learner for one, is not told."""
    kept = row if row.get("object_kind") == "Activity" else {name: row[name] for name in row if name not in OBJECT}
    return {**kept, "pseudonym": pseudonym(secret, row["actor_key"])} if "actor_key" in row else kept


def measured(resource: Resource, shown: Sequence[Column]) -> tuple[Column, ...]:
    """The columns that such a credential can measure in groups."""
    kept = columns(resource.sight, shown)
    return kept if resource.sight is Sight.NAMES else tuple(one for one in kept if one.name not in HASHED)


def told_of(learners: int, known: Iterable[int]) -> int:
    """How many learners the figures of a group tell about: fewer than it has, where a measured value is `known` of fewer."""
    return min([learners, *(one for one in known if one)])


def suppressed(sizes: Sequence[tuple[Any, int]], minimum: int) -> list[Any]:
    """The groups, named by the first members, that are not shown: those with fewer learners than `minimum`.

    Where these have fewer together, too, the whole less what is shown would tell about them: then the least of the others
    follow, until the rest is as large as it has to be.
    """
    small = [one for one in sizes if one[1] < minimum]
    others = sorted((one for one in sizes if one[1] >= minimum), key=lambda one: one[1], reverse=True)
    while small and others and sum(learners for _, learners in small) < minimum:
        small.append(others.pop())
    return [name for name, _ in small]


def veiled(batches: Iterable[list[Row]], secret: bytes) -> Iterator[list[Row]]:
    """Rows without what leads elsewhere: ids become others, free answers are left out."""
    for batch in batches:
        for row in batch:
            for name in HASHED:
                if row.get(name) is not None:
                    row[name] = veiled_uuid(secret, row[name])
            if row.get("interaction_type") not in CLOSED_QUESTIONS:
                row.pop("response", None)
        yield batch
