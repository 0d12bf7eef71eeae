"""What an export or a schedule is to hold: a list with its filter, a query, or a saved query; checked before it is kept."""

from collections.abc import Mapping
from typing import Any

from flask import current_app

import access
from analytics import formats, query, saved
from analytics.errors import QueryInvalid
from analytics.exports import Wanted
from analytics.parameters import RESOURCES, selection
from analytics.views import answer

MEMBERS = ("resource", "filter", "query", "saved", "format")
KINDS = ("resource", "query", "saved")
FORMATS = tuple(name for name in formats.FORMATS if name != "json")
NOT_IN_EXPORT = ("cursor", "count", "format")


def wanted(body: Mapping[str, Any]) -> Wanted:
    """For the asking credential. Raises whatever asking it now would raise."""
    kinds = [name for name in KINDS if name in body]
    if len(kinds) != 1:
        raise QueryInvalid("", kinds, f"must have one of {', '.join(KINDS)}")
    if "filter" in body and "resource" not in body:
        raise QueryInvalid("/filter", body["filter"], "goes with `resource`; a query has a filter of its own")
    form = body.get("format", "csv")
    if form not in FORMATS:
        raise QueryInvalid("/format", form, f"must be one of {', '.join(FORMATS)}")
    asked = {"resource": _list, "query": _query, "saved": _saved}[kinds[0]](body)
    caller = access.current()
    return Wanted(asked=asked, form=formats.require(form), by=caller.key, by_name=caller.name)


def _list(body: Mapping[str, Any]) -> dict[str, Any]:
    name = body["resource"]
    if not isinstance(name, str) or name not in RESOURCES:
        raise QueryInvalid("/resource", name, f"must be one of {', '.join(RESOURCES)}")
    needed = getattr(current_app.view_functions[f"analytics.{name}"], "permissions", ())
    caller = access.current()
    if not any(access.allows(caller, one) for one in needed):
        raise access.Forbidden(needed, caller.scopes)
    given = query.filter_texts(body.get("filter", {}), NOT_IN_EXPORT)
    selection(answer.resource(name), given, answer.service().resolve_course)
    return {"resource": name, "filter": given}


def _query(body: Mapping[str, Any]) -> dict[str, Any]:
    query.plan(body["query"], answer.service().resolve_course, answer.current_sight())
    return {"query": body["query"]}


def _saved(body: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(body["saved"], str):
        raise QueryInvalid("/saved", body["saved"], "must be the name of a saved query")
    found = saved.get(answer.service().attempts.db, answer.store(), body["saved"])
    query.plan(found.query, answer.service().resolve_course, answer.current_sight())
    return {"saved": found.name}
