"""The document resources: state, activity profile, agent profile. Three rows, one implementation.

1.0.3 Communication 2.2, 2.3, 2.6, 2.7, 3.1; IEEE 9274.1.1 4.1.4, 4.1.6.2, 4.1.6.5, 4.1.6.6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from flask import Response, request
from werkzeug.http import http_date

import access
from lrs import authority
from lrs.errors import Conflict, InvalidParameter, NotFound, PreconditionFailed, Refused, TooLarge
from lrs.gate import Asked as Request
from lrs.gate import is_gated
from lrs.resources import params, preconditions
from lrs.resources.preconditions import Preconditions
from lrs.resources.surface import JSON, bp, json_response, lrs, read_body, read_json, version
from lrs.spec.json_text import type_name
from lrs.store.documents import Kept, Owner
from lrs.versions import Version

_MERGE_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    path: str
    kind: str
    name: str  # the parameter that names one document
    read: str  # permissions
    write: str
    several: bool  # DELETE without a name deletes all
    guarded: Callable[[Version], bool]  # PUT over an existing document needs a precondition
    creation_guarded: Callable[[Version], bool]  # so does the first PUT


RESOURCES = (
    Resource(
        path="/activities/state",
        kind="state",
        name="stateId",
        read="state/read",
        write="state",
        several=True,
        guarded=lambda served: served.state_needs_precondition,
        creation_guarded=lambda served: False,
    ),
    Resource(
        path="/activities/profile",
        kind="activity-profile",
        name="profileId",
        read="profile/read",
        write="profile",
        several=False,
        guarded=lambda served: True,
        creation_guarded=lambda served: served.profile_creation_needs_precondition,
    ),
    Resource(
        path="/agents/profile",
        kind="agent-profile",
        name="profileId",
        read="profile/read",
        write="profile",
        several=False,
        guarded=lambda served: True,
        creation_guarded=lambda served: served.profile_creation_needs_precondition,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    owner: Owner
    name: str | None
    since: datetime | None
    conditions: Preconditions
    body: bytes
    content_type: str


def _read(resource: Resource) -> Asked:
    values = params.read(resource.kind, request.args, version().name)
    key = {"agent": values.get("agent"), "activity": values.get("activityId"), "registration": values.get("registration")}
    caller = access.current()
    name = values.get(resource.name)
    if name is not None and "since" in values:
        raise InvalidParameter(f"since and {resource.name} do not go together.", parameter="since")
    body, kind = _body() if request.method in ("PUT", "POST") else (b"", "")
    method = "GET" if request.method == "HEAD" else request.method
    lrs().ask(caller, Request(resource=resource.kind, method=method, key=key, name=name, body=body, content_type=kind))
    if caller.limits:
        authority.narrow_document(key, caller.limits)
    owner = Owner(store=caller.store, kind=resource.kind, **key)
    conditions = preconditions.read(request.headers)
    return Asked(owner=owner, name=name, since=values.get("since"), conditions=conditions, body=body, content_type=kind)


def _named(resource: Resource) -> tuple[Owner, str, Asked]:
    asked = _read(resource)
    if asked.name is None:
        raise InvalidParameter(
            f"The parameter {resource.name} is missing.", parameter=resource.name, rule="This parameter is required."
        )
    return asked.owner, asked.name, asked


def get(resource: Resource) -> Response:
    asked = _read(resource)
    if asked.name is None:
        names, latest = lrs().documents.names(asked.owner, asked.since)
        return json_response(names, last_modified=latest)
    kept = lrs().documents.get(asked.owner, asked.name)
    if kept is None:
        raise NotFound(f"There is no document {asked.name!r}.", found=asked.name)
    if asked.conditions.has_none_match and not asked.conditions.hold(kept.etag):
        response = Response(status=304)
    else:
        response = Response(kept.body, content_type=kept.content_type)
    response.headers["ETag"] = f'"{kept.etag}"'
    response.headers["Last-Modified"] = http_date(kept.updated)
    return response


def put(resource: Resource) -> Response:
    owner, name, asked = _named(resource)
    body, kind, conditions = asked.body, asked.content_type, asked.conditions
    if kind.partition(";")[0].strip().lower() == JSON:
        read_json(body)
    documents = lrs().documents
    if conditions.absent:
        if not resource.guarded(version()) or _is_content():
            documents.put(owner, name, body, kind)
        elif resource.creation_guarded(version()) or not documents.insert(owner, name, body, kind):
            raise _unguarded(documents.get(owner, name))
    elif conditions.has_match:
        if not (conditions.hold(_etag(owner, name)) and documents.replace(owner, name, body, kind, conditions.match)):
            raise _failed(name)
    else:
        _put_unless(owner, name, body, kind, conditions)
    return Response(status=204)


def _is_content() -> bool:
    """The libraries of cmi5 and Tin Can content know no ETags, and what a launch's credential can write over is its learner's."""
    return is_gated(access.current()) and version().name == "1.0.3"


def _put_unless(owner: Owner, name: str, body: bytes, kind: str, conditions: Preconditions) -> None:
    """If-None-Match alone: a new document, or over one with another ETag."""
    documents = lrs().documents
    etag = _etag(owner, name)
    if not conditions.hold(etag):
        raise _failed(name)
    done = (
        documents.insert(owner, name, body, kind)
        if etag is None
        else documents.replace(owner, name, body, kind, frozenset({etag}))
    )
    if not done:
        raise _failed(name)


def post(resource: Resource) -> Response:
    """1.0.3 Communication 2.2: the top level of two JSON objects is merged; a new document is stored as it is."""
    owner, name, asked = _named(resource)
    body, kind, conditions = asked.body, asked.content_type, asked.conditions
    posted = _object(body, kind, "The document")
    documents = lrs().documents
    for _ in range(_MERGE_ATTEMPTS):
        kept = documents.get(owner, name)
        if not conditions.hold(kept.etag if kept else None):
            raise _failed(name)
        if kept is None:
            if documents.insert(owner, name, body, kind):
                return Response(status=204)
            continue
        whole = orjson.dumps({**_object(kept.body, kept.content_type, "The stored document"), **posted})
        if len(whole) > lrs().settings.document_maximum:
            most = lrs().settings.document_maximum
            raise TooLarge("The merged document is too large.", found=len(whole), rule=f"A document has at most {most} bytes.")
        if documents.replace(owner, name, whole, JSON, frozenset({kept.etag})):
            return Response(status=204)
    raise Conflict("Too many others change this document at the same time.", found=name)


def delete(resource: Resource) -> Response:
    asked = _read(resource)
    if asked.name is None:
        if not resource.several:
            _named(resource)
        lrs().documents.delete_all(asked.owner)
        return Response(status=204)
    etag = _etag(asked.owner, asked.name)
    if not asked.conditions.hold(etag):
        raise _failed(asked.name)
    guarded = None if asked.conditions.absent else frozenset({etag or ""})
    if not lrs().documents.delete(asked.owner, asked.name, guarded) and guarded is not None and etag is not None:
        raise _failed(asked.name)
    return Response(status=204)


def _etag(owner: Owner, name: str) -> str | None:
    kept = lrs().documents.get(owner, name)
    return kept.etag if kept else None


def _body() -> tuple[bytes, str]:
    body = read_body(lrs().settings.document_maximum)
    return body, request.content_type or "application/octet-stream"


def _object(body: bytes, kind: str, what: str) -> dict[str, Any]:
    rule = f"Only JSON objects are merged ({version().merging})."
    if kind.partition(";")[0].strip().lower() != JSON:
        raise Refused(f"{what} is not application/json and cannot be merged.", found=kind[:80], rule=rule)
    value = read_json(body)
    if not isinstance(value, dict):
        raise Refused(f"{what} is not a JSON object and cannot be merged.", found=type_name(value), rule=rule)
    return value


def _unguarded(kept: Kept | None) -> Conflict | Refused:
    rule = "Read the document first, then send If-Match with its ETag, or If-None-Match: * for a new one."
    if kept is None:
        return Refused("A new document needs If-None-Match or If-Match.", rule=rule)
    return Conflict("There is a document already, and the request has neither If-Match nor If-None-Match.", rule=rule)


def _failed(name: str) -> PreconditionFailed:
    return PreconditionFailed(f"The document {name!r} is not as If-Match or If-None-Match say.", found=name)


def _register(resource: Resource) -> None:
    for method, act, permissions in (
        ("GET", get, (resource.read, resource.write)),
        ("PUT", put, (resource.write,)),
        ("POST", post, (resource.write,)),
        ("DELETE", delete, (resource.write,)),
    ):

        def view(resource: Resource = resource, act: Callable[[Resource], Response] = act) -> Response:
            return act(resource)

        view.__name__ = f"{method.lower()}_{resource.kind.replace('-', '_')}"
        bp.add_url_rule(resource.path, view.__name__, access.requires(*permissions)(view), methods=[method])


for _resource in RESOURCES:
    _register(_resource)
