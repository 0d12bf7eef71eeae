"""The query parameters of the row resources: declared in one table, unknown ones refused."""

import base64
import binascii
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from analytics.attempts import STATUSES
from analytics.errors import CourseUnknown, ParameterInvalid, ParameterUnknown
from analytics.facts import actor_key, milliseconds

LIMIT_DEFAULT = 100
LIMIT_MAXIMUM = 10_000
INT64_MAXIMUM = 2**63 - 1

ResolveCourse = Callable[[str], str | None]
Condition = dict[str, Any]


def _text(name: str, value: str) -> str:
    if not value:
        raise ParameterInvalid(name, value, "must not be empty")
    return value


def _uuid(name: str, value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise ParameterInvalid(name, value, "must be a UUID")
    return value.lower()


def _agent(name: str, value: str) -> str:
    """An xAPI agent or group as JSON; anything else is taken for an actor key."""
    if not value.lstrip().startswith("{"):
        return _text(name, value)
    try:
        agent = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ParameterInvalid(name, value, f"must be an xAPI agent as JSON ({error})") from None
    if (key := actor_key(agent)) is None:
        raise ParameterInvalid(name, value, "must have an mbox, mbox_sha1sum, openid or account with homePage and name")
    return key


def moment(name: str, value: str) -> int:
    found = milliseconds(f"{value}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value.replace(" ", "+"))
    if found is None:
        raise ParameterInvalid(name, value, "must be an ISO 8601 timestamp such as 2026-01-31T12:00:00Z, or a date")
    return found


def _seq_after(milliseconds: int) -> int:
    """The first sequence number stored later than that millisecond; the numbers end in the year 2248."""
    return min(max(milliseconds + 1, 0), 2**43 - 1) << 20


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ParameterInvalid(name, value, "must be a number")
    return number


def natural(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,19}", value, re.ASCII) or int(value) > INT64_MAXIMUM:
        raise ParameterInvalid(name, value, "must be a whole number, 0 or more")
    return int(value)


def _tristate(name: str, value: str) -> bool | None:
    choices = {"true": True, "false": False, "unknown": None}
    if value.lower() not in choices:
        raise ParameterInvalid(name, value, "must be true, false or unknown")
    return choices[value.lower()]


def _one_of(allowed: Iterable[str]) -> Callable[[str, str], str]:
    names = tuple(allowed)

    def check(name: str, value: str) -> str:
        if value not in names:
            raise ParameterInvalid(name, value, f"must be one of {', '.join(names)}")
        return value

    return check


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """A parameter that names values of one field; given more than once, any of them fits."""

    read: Callable[[str, str], Any] = _text
    field: str
    indexed: bool = False


_SHARED = {
    "activity": Equality(field="activity", indexed=True),
    "actor": Equality(read=_agent, field="actor_key", indexed=True),
    "agent": Equality(read=_agent, field="actor_key", indexed=True),
    "actor_key": Equality(field="actor_key", indexed=True),
    "registration": Equality(read=_uuid, field="registration", indexed=True),
    "activity_type": Equality(field="activity_type"),
    "parent": Equality(field="parent"),
    "grouping": Equality(field="grouping"),
    "platform": Equality(field="platform"),
    "language": Equality(field="language"),
    "source": Equality(read=_one_of(("scorm12", "scorm2004", "cmi5", "xapi")), field="source"),
    "success": Equality(read=_tristate, field="success"),
}
_OF_ATTEMPTS = {
    **_SHARED,
    "status": Equality(read=_one_of(STATUSES), field="status"),
    "completion": Equality(read=_tristate, field="completion"),
}
_OF_INTERACTIONS = {
    **_SHARED,
    "verb": Equality(field="verb"),
    "interaction_type": Equality(field="interaction_type"),
    "correct": Equality(read=_tristate, field="success"),
}
_OF_STATEMENTS = {
    **{name: _SHARED[name] for name in ("activity", "actor", "agent", "actor_key", "registration")},
    "verb": Equality(field="verb", indexed=True),
}
_PAGED = ("course", "since", "until", "limit", "cursor", "after_seq", "format")
_RANGES = ("since", "until", "from", "to", "score_gte", "score_lte")
_GROUPED = ("course", *_RANGES, "limit", "cursor", "format")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Which rows of which collection a name shows, what its times are the times of, and what it can be asked."""

    name: str
    collection: str = "analytics_attempts"
    shows: tuple[Condition, ...] = ({"statements": {"$gt": 0}},)
    stored: str = "seq"
    moment: str = "last"
    course: str = "activity"
    equalities: Mapping[str, Equality] = field(default_factory=lambda: _OF_ATTEMPTS)
    indexed: tuple[str, ...] = ("registration", "actor_key", "activity")
    single: tuple[str, ...] = (*_GROUPED, "after_seq")
    key: str | None = None
    """The field that rows are grouped by, one answer row for each of its values; their cursors are such values."""

    @property
    def allowed(self) -> tuple[str, ...]:
        return (*self.equalities, *self.single)


RESOURCES = {
    one.name: one
    for one in (
        Resource(name="attempts"),
        Resource(
            name="completions",
            shows=({"statements": {"$gt": 0}}, {"finished_seq": {"$gt": 0}}),
            stored="finished_seq",
            moment="finished_at",
        ),
        Resource(
            name="scores",
            shows=({"statements": {"$gt": 0}}, {"scored_seq": {"$gt": 0}}),
            stored="scored_seq",
            moment="scored_at",
        ),
        Resource(
            name="interactions",
            collection="analytics_interactions",
            shows=({"voided": {"$exists": False}},),
            moment="timestamp",
            course="within",
            equalities=_OF_INTERACTIONS,
            indexed=("registration", "actor_key", "activity", "within"),
        ),
        Resource(name="tombstones", equalities={}, single=("resource", "after_seq", "limit", "cursor", "format")),
        Resource(name="statements", equalities=_OF_STATEMENTS, single=_PAGED),
        Resource(name="learners", single=_GROUPED, key="actor_key"),
        Resource(name="activities", single=_GROUPED, key="activity"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to read: `among` are equalities an index may serve, `rest` conditions tested on what it finds.

    `order` is the field that rows are read along: `n`, the row's own number, which never changes, or `seq`, the last
    change. `after` and `until` bound it.
    """

    resource: Resource
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rest: tuple[Condition, ...] = ()
    order: str = "n"
    after: int = 0
    until: int | None = None
    limit: int | None = None


def selection(resource: Resource, given: Mapping[str, Sequence[str]], resolve_course: ResolveCourse) -> Selection:
    """`given`: every parameter of the request with all its values."""
    single = _singles(resource, given)
    among: dict[str, tuple[str, ...]] = {}
    rest: list[Condition] = list(resource.shows)
    for name, equality in resource.equalities.items():
        if name in given:
            _add_equality(among, rest, equality, [equality.read(name, value) for value in given[name]])
    if "course" in single:
        _add_course(resource, among, rest, course_iri(single["course"], resolve_course))
    rest += _ranges(resource, single)
    if resource.key is not None and "cursor" in single:
        rest.append({resource.key: {"$gt": cursor_text(single["cursor"])}})
    order, after, until = _position(resource, among, single)
    limit = limit_read(single["limit"]) if "limit" in single else None
    return Selection(resource=resource, among=among, rest=tuple(rest), order=order, after=after, until=until, limit=limit)


def limit_read(value: str) -> int:
    limit = natural("limit", value)
    if not 1 <= limit <= LIMIT_MAXIMUM:
        raise ParameterInvalid("limit", value, f"must be between 1 and {LIMIT_MAXIMUM}")
    return limit


def _singles(resource: Resource, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    for name, values in given.items():
        if name not in resource.allowed:
            raise ParameterUnknown(name, resource.allowed)
        if name in resource.single and len(values) > 1:
            raise ParameterInvalid(name, ", ".join(values), "must be given once")
    return {name: given[name][0] for name in resource.single if name in given}


def _add_equality(among: dict[str, tuple[str, ...]], rest: list[Condition], equality: Equality, values: list[Any]) -> None:
    if equality.indexed:
        wanted = tuple(dict.fromkeys(values))
        if (others := among.get(equality.field)) is not None:  # `actor` and `actor_key` at once: both must fit
            wanted = tuple(value for value in wanted if value in others)
        among[equality.field] = wanted
    elif None in values:
        rest.append(
            {"$or": [{equality.field: {"$exists": False}}, {equality.field: {"$in": [v for v in values if v is not None]}}]}
        )
    else:
        rest.append({equality.field: {"$in": values}})


def course_iri(value: str, resolve_course: ResolveCourse) -> str:
    found = resolve_course(value) or (value if ":" in value else None)
    if found is None:
        raise CourseUnknown(value)
    return found


def _add_course(resource: Resource, among: dict[str, tuple[str, ...]], rest: list[Condition], course: str) -> None:
    """The course's own rows; together with `activity`, the rows of that activity inside the course."""
    if resource.course not in among:
        among[resource.course] = (course,)
    else:
        rest.append({"$or": [{"activity": course}, {"parent": course}, {"grouping": course}]})


def _ranges(resource: Resource, single: Mapping[str, str]) -> list[Condition]:
    """`since` and `until` are xAPI's: stored after, stored at or before. `from` and `to` are timestamps: at or after, before."""
    found: list[Condition] = []
    if "since" in single:
        found.append({resource.stored: {"$gte": _seq_after(moment("since", single["since"]))}})
    if "until" in single:
        found.append({resource.stored: {"$lt": _seq_after(moment("until", single["until"]))}})
    if "from" in single:
        found.append({resource.moment: {"$gte": moment("from", single["from"])}})
    if "to" in single:
        found.append({resource.moment: {"$lt": moment("to", single["to"])}})
    if "score_gte" in single:
        found.append({"score_scaled": {"$gte": _number("score_gte", single["score_gte"])}})
    if "score_lte" in single:
        found.append({"score_scaled": {"$lte": _number("score_lte", single["score_lte"])}})
    return found


def _position(resource: Resource, among: Mapping[str, Any], single: Mapping[str, str]) -> tuple[str, int, int | None]:
    """Along what, from where, to where: by change when the question is what changed, else by the row's number."""
    order, after = "n", 0
    if resource.key is not None:
        return order, after, None
    if "after_seq" in single:
        order, after = "seq", natural("after_seq", single["after_seq"])
    elif "since" in single and not among:
        order, after = "seq", _seq_after(moment("since", single["since"])) - 1
    if "cursor" in single:
        cursor_order, position = cursor_read(single["cursor"])
        if cursor_order != order:
            raise ParameterInvalid("cursor", single["cursor"], "must go with the parameters it was given for")
        after = max(after, position)
    until = None
    if order == "seq" and resource.stored == "seq" and "until" in single:
        until = _seq_after(moment("until", single["until"])) - 1
    return order, after, until


def cursor_write(order: str, position: int) -> str:
    return base64.urlsafe_b64encode(f"{order}.{position}".encode()).decode().rstrip("=")


def cursor_read(text: str) -> tuple[str, int]:
    try:
        order, _, position = (
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode().partition(".")
        )
        if order not in ("n", "seq") or not re.fullmatch(r"\d{1,19}", position, re.ASCII) or int(position) > INT64_MAXIMUM:
            raise ValueError
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise ParameterInvalid("cursor", text, "must be the cursor of an earlier answer") from None
    return order, int(position)


def cursor_of_text(text: str) -> str:
    return base64.urlsafe_b64encode(b"k." + text.encode()).decode().rstrip("=")


def cursor_text(text: str) -> str:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        if not found.startswith("k."):
            raise ValueError
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise ParameterInvalid("cursor", text, "must be the cursor of an earlier answer") from None
    return found[2:]
