"""The query parameters of the row resources: declared in one table, unknown ones refused."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from analytics import values
from analytics.attempts import STATUSES
from analytics.errors import CourseUnknown, ParameterInvalid, ParameterUnknown
from analytics.values import INT64_MAXIMUM

LIMIT_DEFAULT = 100
LIMIT_MAXIMUM = 10_000
NOT = "not_"
EXTENSION = "ext[<IRI>]"
COUNTS = ("none", "estimate", "exact")

ResolveCourse = Callable[[str], str | None]
Condition = dict[str, Any]


class Sight(StrEnum):
    """Of learners: their names; pseudonyms in place of them; groups of several only, asked about by whole days."""

    NAMES = "names"
    PSEUDONYMS = "pseudonyms"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """A parameter that names values of one field; given more than once, any of them fits.

    `indexed`: an index serves the field. `label`: labels of this kind name the field's values, too, and an index serves them.
    """

    read: Callable[[str, str], Any] = values.text
    field: str
    indexed: bool = False
    label: str | None = None


_SHARED = {
    "activity": Equality(field="activity", indexed=True),
    "actor": Equality(read=values.agent, field="actor_key", indexed=True),
    "agent": Equality(read=values.agent, field="actor_key", indexed=True),
    "actor_key": Equality(field="actor_key", indexed=True),
    "group": Equality(read=values.group, field="labels"),
    "registration": Equality(read=values.uuid, field="registration", indexed=True),
    "activity_type": Equality(field="activity_type"),
    "parent": Equality(field="parent", label="within"),
    "grouping": Equality(field="grouping", label="within"),
    "platform": Equality(field="platform"),
    "language": Equality(field="language"),
    "source": Equality(read=values.one_of(("scorm12", "scorm2004", "cmi5", "xapi")), field="source"),
    "success": Equality(read=values.tristate, field="success"),
}
_OF_ATTEMPTS = {
    **_SHARED,
    "status": Equality(read=values.one_of(STATUSES), field="status"),
    "completion": Equality(read=values.tristate, field="completion"),
}
_OF_INTERACTIONS = {
    **_SHARED,
    "verb": Equality(field="verb"),
    "interaction_type": Equality(field="interaction_type"),
    "correct": Equality(read=values.tristate, field="success"),
}
_OF_STATEMENTS = {
    **_SHARED,
    "completion": Equality(read=values.tristate, field="completion"),
    "verb": Equality(field="verb", indexed=True),
    "interaction_type": Equality(field="interaction_type"),
}
TIMES = ("since", "until", "from", "to")
_RANGES = (*TIMES, "score_gte", "score_lte")
_OF_COURSES = {
    name: _SHARED[name] for name in ("actor", "agent", "actor_key", "group", "registration", "platform", "language", "source")
}
_GROUPED = (*_RANGES, "limit", "cursor", "count", "format")
_PAGED = (*_GROUPED, "after_seq")


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
    indexed: tuple[str, ...] = ("registration", "actor_key", "activity", "labels")
    single: tuple[str, ...] = _PAGED
    of_course: bool = False
    """It says something about one course, which must be named."""
    hidden: tuple[str, ...] = ()
    """Parameters that are not for this credential."""
    sight: Sight = Sight.NAMES
    along: str = "n"
    """What the rows are read along when nothing asks for changes."""
    key: str | None = None
    """The field that rows are grouped by, one answer row for each of its values; their cursors are such values."""

    @property
    def allowed(self) -> tuple[str, ...]:
        if not self.equalities:
            return self.single
        several = (*self.equalities, "course", EXTENSION)
        every = dict.fromkeys((*several, *(NOT + name for name in several), *self.single))
        return tuple(name for name in every if name not in self.hidden)


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
            course="labels",
            equalities=_OF_INTERACTIONS,
        ),
        Resource(name="tombstones", equalities={}, single=("resource", "after_seq", "limit", "cursor", "format")),
        Resource(name="statements", shows=(), moment="timestamp", along="seq", equalities=_OF_STATEMENTS),
        *(
            Resource(
                name=name,
                collection="analytics_interactions",
                shows=({"voided": {"$exists": False}},),
                moment="timestamp",
                course="labels",
                equalities={one: _OF_INTERACTIONS[one] for one in _OF_INTERACTIONS if one not in ("success", "correct")},
                single=("course", *TIMES, "answers", "limit", "cursor", "format"),
                of_course=True,
            )
            for name in ("items", "distractors")
        ),
        Resource(name="funnel", equalities=_OF_COURSES, single=("course", *TIMES, "limit", "cursor", "format"), of_course=True),
        Resource(
            name="struggling",
            equalities=_OF_COURSES,
            single=("course", *TIMES, "reason", "failures", "stalled_days", "slow_ratio", "limit", "cursor", "format"),
            of_course=True,
        ),
        Resource(name="learners", single=_GROUPED, key="actor_key"),
        Resource(name="activities", single=_GROUPED, key="activity"),
        Resource(name="verbs", equalities={}, single=("limit", "cursor", "count", "format"), key="verb"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to read: `among` are equalities an index may serve, `rest` conditions tested on what it finds.

    `order` is the field that rows are read along: `n`, the row's own number, which never changes, or `seq`, the last
    change. `after` and `until` bound it; the whole list begins after `begin`.
    """

    resource: Resource
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rest: tuple[Condition, ...] = ()
    order: str = "n"
    begin: int = 0
    after: int = 0
    until: int | None = None
    limit: int | None = None


def selection(resource: Resource, given: Mapping[str, Sequence[str]], resolve_course: ResolveCourse) -> Selection:
    """`given`: every parameter of the request with all its values."""
    single = _singles(resource, given)
    if resource.of_course and "course" not in given:
        raise ParameterInvalid("course", "", "must be given: a course id or an activity IRI")
    among: dict[str, tuple[str, ...]] = {}
    rest: list[Condition] = list(resource.shows)
    for name, equality in resource.equalities.items():
        if name in given:
            _add_equality(among, rest, equality, name, given[name])
        if NOT + name in given:
            _add_inequality(rest, equality, NOT + name, given[NOT + name])
    for iri, negated, texts in _extensions(given):
        wanted = [f"ext {iri} {text}" for text in texts]
        if negated:
            rest.append({"labels": {"$nin": wanted}})
        else:
            _add_labels(among, rest, wanted)
    if "course" in given:
        _add_courses(resource, among, rest, [course_iri(one, resolve_course) for one in given["course"]])
    if "not_course" in given:
        courses = [course_iri(one, resolve_course) for one in given["not_course"]]
        rest.append({resource.course: {"$nin": [_of_course(resource, one) for one in courses]}})
    rest += _ranges(resource, single)
    if resource.key is not None and "cursor" in single:
        rest.append({resource.key: {"$gt": cursor_text(single["cursor"])}})
    if single.get("count", "none") not in COUNTS:
        raise ParameterInvalid("count", single["count"], f"must be one of {', '.join(COUNTS)}")
    limit = limit_read(single["limit"]) if "limit" in single else None
    return _positioned(Selection(resource=resource, among=among, rest=tuple(rest), limit=limit), single)


def limit_read(value: str) -> int:
    limit = values.natural("limit", value)
    if not 1 <= limit <= LIMIT_MAXIMUM:
        raise ParameterInvalid("limit", value, f"must be between 1 and {LIMIT_MAXIMUM}")
    return limit


def _singles(resource: Resource, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    for name, many in given.items():
        known = EXTENSION in resource.allowed if re.fullmatch(r"(not_)?ext\[.*\]", name, re.DOTALL) else name in resource.allowed
        if not known or name in (EXTENSION, NOT + EXTENSION):
            raise ParameterUnknown(name, resource.allowed)
        if name in resource.single and len(many) > 1:
            raise ParameterInvalid(name, ", ".join(many), "must be given once")
        if resource.sight is Sight.GROUPS and name in TIMES and not re.fullmatch(r"\d{4}-\d\d-\d\d", many[0], re.ASCII):
            raise ParameterInvalid(name, many[0], "must be a date such as 2026-01-31: this credential asks about whole days")
    return {name: given[name][0] for name in resource.single if name in given}


def _extensions(given: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bool, Sequence[str]]]:
    """The IRI, whether it is `not_`, and the values of each `ext[…]`."""
    for name, texts in given.items():
        if match := re.fullmatch(r"(not_)?ext\[(.*)\]", name, re.DOTALL):
            if ":" not in match[2] or re.search(r"\s", match[2]):
                raise ParameterInvalid(name, match[2], "must have the extension's IRI in the brackets")
            yield match[2], match[1] is not None, texts


def _add_equality(
    among: dict[str, tuple[str, ...]], rest: list[Condition], equality: Equality, name: str, texts: Sequence[str]
) -> None:
    wanted = [equality.read(name, text) for text in texts]
    if equality.read is values.group:
        _add_groups(among, rest, wanted)
    elif equality.indexed:
        _add_among(among, equality.field, wanted)
    elif None in wanted:
        known = [one for one in wanted if one is not None]
        rest.append({"$or": [{equality.field: {"$exists": False}}, {equality.field: {"$in": known}}]})
    else:
        if equality.label is not None and "labels" not in among:
            among["labels"] = tuple(dict.fromkeys(f"{equality.label} {one}" for one in wanted))
        rest.append({equality.field: {"$in": wanted}})


def _add_among(among: dict[str, tuple[str, ...]], name: str, wanted: Sequence[str]) -> None:
    """`actor` and `actor_key` at once: both must fit."""
    others = among.get(name)
    among[name] = tuple(one for one in dict.fromkeys(wanted) if others is None or one in others)


def _add_labels(among: dict[str, tuple[str, ...]], rest: list[Condition], wanted: Sequence[str]) -> None:
    """A row has many labels: those of the first parameter lead the index, those of others are tested."""
    if "labels" in among:
        rest.append({"labels": {"$in": list(wanted)}})
    else:
        among["labels"] = tuple(dict.fromkeys(wanted))


def _add_groups(among: dict[str, tuple[str, ...]], rest: list[Condition], wanted: Sequence[tuple[str | None, Any]]) -> None:
    labels, members = _groups(wanted)
    if not members:
        _add_labels(among, rest, labels)
    elif not labels:
        _add_among(among, "actor_key", members)
    else:
        rest.append({"$or": [{"labels": {"$in": labels}}, {"actor_key": {"$in": members}}]})


def _groups(wanted: Sequence[tuple[str | None, Any]]) -> tuple[list[str], list[str]]:
    return [f"group {key}" for key, _ in wanted if key is not None], [one for _, members in wanted for one in members]


def _add_inequality(rest: list[Condition], equality: Equality, name: str, texts: Sequence[str]) -> None:
    """None of the values; a row without any fits, too."""
    wanted = [equality.read(name, text) for text in texts]
    if equality.read is values.group:
        labels, members = _groups(wanted)
        rest += [{"labels": {"$nin": labels}}, {"actor_key": {"$nin": members}}]
        return
    if None in wanted:
        rest.append({equality.field: {"$exists": True}})
    rest.append({equality.field: {"$nin": [one for one in wanted if one is not None]}})


def course_iri(value: str, resolve_course: ResolveCourse) -> str:
    found = resolve_course(value) or (value if ":" in value else None)
    if found is None:
        raise CourseUnknown(value)
    return found


def _add_courses(resource: Resource, among: dict[str, tuple[str, ...]], rest: list[Condition], courses: Sequence[str]) -> None:
    """The courses' own rows; together with `activity`, the rows of that activity inside one of the courses."""
    if resource.course == "labels":
        _add_labels(among, rest, [_of_course(resource, one) for one in courses])
    elif "activity" not in among:
        among["activity"] = tuple(dict.fromkeys(courses))
    else:
        rest.append({"$or": [{name: {"$in": list(courses)}} for name in ("activity", "parent", "grouping")]})


def _of_course(resource: Resource, course: str) -> str:
    return f"within {course}" if resource.course == "labels" else course


def _ranges(resource: Resource, single: Mapping[str, str]) -> list[Condition]:
    """`since` and `until` are xAPI's: stored after, stored at or before. `from` and `to` are timestamps: at or after, before."""
    found: list[Condition] = []
    if "since" in single:
        found.append({resource.stored: {"$gte": values.seq_after(values.moment("since", single["since"]))}})
    if "until" in single:
        found.append({resource.stored: {"$lt": values.seq_after(values.moment("until", single["until"]))}})
    if "from" in single:
        found.append({resource.moment: {"$gte": values.moment("from", single["from"])}})
    if "to" in single:
        found.append({resource.moment: {"$lt": values.moment("to", single["to"])}})
    if "score_gte" in single:
        found.append({"score_scaled": {"$gte": values.number("score_gte", single["score_gte"])}})
    if "score_lte" in single:
        found.append({"score_scaled": {"$lte": values.number("score_lte", single["score_lte"])}})
    return found


def _positioned(selection: Selection, single: Mapping[str, str]) -> Selection:
    """Along what, from where, to where: by change when the question is what changed, else by the row's number."""
    resource, order, begin, until = selection.resource, selection.resource.along, 0, None
    if resource.key is not None:
        return selection
    if "after_seq" in single:
        order, begin = "seq", values.natural("after_seq", single["after_seq"])
    elif "since" in single and not selection.among:
        order, begin = "seq", values.seq_after(values.moment("since", single["since"])) - 1
    after = begin
    if "cursor" in single:
        cursor_order, position = cursor_read(single["cursor"])
        if cursor_order != order:
            raise ParameterInvalid("cursor", single["cursor"], "must go with the parameters it was given for")
        after = max(after, position)
    if order == "seq" and resource.stored == "seq" and "until" in single:
        until = values.seq_after(values.moment("until", single["until"])) - 1
    return replace(selection, order=order, begin=begin, after=after, until=until)


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
