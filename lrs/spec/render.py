"""`format` of GET Statements: exact | ids | canonical. 1.0.3 Communication 2.1.3, IEEE 9274.1.1 4.1.6.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lrs.spec.agents import identified

Json = Mapping[str, Any]
_MAPS = ("name", "description", "display")
_COMPONENTS = ("choices", "scale", "source", "target", "steps")


def ids(statement: Json) -> dict[str, Any]:
    """Agents, Groups, Activities and Verbs cut down to what identifies them."""
    return _part(statement, identified, _bare_activity, lambda verb: {"id": verb["id"]}, lambda attachments: attachments)


def canonical(statement: Json, languages: Sequence[str]) -> dict[str, Any]:
    """Every language map with one language: the first of `languages` that fits, else the map's first."""

    def one(named: Json) -> dict[str, Any]:
        return one_language(named, languages)

    def activity(found: Json) -> dict[str, Any]:
        return {**found, "definition": definition_in(found["definition"], languages)} if "definition" in found else dict(found)

    return _part(statement, dict, activity, one, lambda attachments: [one(attachment) for attachment in attachments])


def definition_in(definition: Json, languages: Sequence[str]) -> dict[str, Any]:
    kept = one_language(definition, languages)
    for key in _COMPONENTS:
        if key in kept:
            kept[key] = [one_language(component, languages) for component in kept[key]]
    return kept


def one_language(named: Json, languages: Sequence[str]) -> dict[str, Any]:
    """The object with each of its language maps cut down to one entry."""
    kept = dict(named)
    for key in _MAPS:
        if isinstance(kept.get(key), dict) and kept[key]:
            tag = choose(list(kept[key]), languages)
            kept[key] = {tag: kept[key][tag]}
    return kept


def choose(tags: Sequence[str], languages: Sequence[str]) -> str:
    """RFC 4647 3.4 Lookup, then a tag that begins with the range: `en` is content with `en-US`."""
    by_lower = {tag.lower(): tag for tag in reversed(tags)}
    for language in languages:
        if language == "*":
            break
        wanted = language.lower()
        while wanted:
            if wanted in by_lower:
                return by_lower[wanted]
            wanted = wanted.rpartition("-")[0]
        for tag in tags:
            if tag.lower().startswith(language.lower() + "-"):
                return tag
    return tags[0]


def _bare_activity(activity: Json) -> dict[str, Any]:
    return {"id": activity["id"]}


def _part(
    part: Json,
    agent: Callable[[Json], Any],
    activity: Callable[[Json], Any],
    verb: Callable[[Json], Any],
    attachments: Callable[[Any], Any],
) -> dict[str, Any]:
    """A Statement or SubStatement with its parts rewritten, in the order it had."""
    done = dict(part)
    done["actor"] = agent(part["actor"])
    done["verb"] = verb(part["verb"])
    target = part["object"]
    kind = target.get("objectType", "Activity")
    if kind == "Activity":
        done["object"] = activity(target)
    elif kind in ("Agent", "Group"):
        done["object"] = agent(target)
    elif kind == "SubStatement":
        done["object"] = _part(target, agent, activity, verb, attachments)
    if "authority" in part:
        done["authority"] = agent(part["authority"])
    if "context" in part:
        done["context"] = _context(part["context"], agent, activity)
    if "attachments" in part:
        done["attachments"] = attachments(part["attachments"])
    return done


def _context(context: Json, agent: Callable[[Json], Any], activity: Callable[[Json], Any]) -> dict[str, Any]:
    done = dict(context)
    for key in ("instructor", "team"):
        if key in done:
            done[key] = agent(done[key])
    if "contextActivities" in done:
        done["contextActivities"] = {key: [activity(one) for one in found] for key, found in done["contextActivities"].items()}
    for key, inner in (("contextAgents", "agent"), ("contextGroups", "group")):
        if key in done:
            done[key] = [{**one, inner: agent(one[inner])} for one in done[key]]
    return done
