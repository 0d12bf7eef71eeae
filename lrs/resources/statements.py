"""The Statement resource. 1.0.3 Communication 2.1, IEEE 9274.1.1 4.1.6.1."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
from flask import Response, g, request

import access
from lrs.errors import InvalidParameter, InvalidStatement, Refused
from lrs.gate import Asked
from lrs.resources import params, received
from lrs.resources.multipart import body as multipart_body
from lrs.resources.surface import JSON, bp, json_response, lrs, version
from lrs.spec import more, render
from lrs.spec.json_text import type_name
from lrs.spec.query import Page, StatementQuery
from lrs.store.attachments import Attachment

_SINGLE = ("statementId", "voidedStatementId")
_PRESENTATION = ("format", "attachments")


@bp.get("/statements")
@access.requires("statements/read", "statements/read/mine")
def get_statements() -> Response:
    asked = params.read("statements GET", request.args, version().name)
    lrs().ask(access.current(), Asked(resource="statements", method="GET", key={}))
    chosen = [name for name in _SINGLE if name in asked]
    if chosen:
        return _one(asked, chosen)
    if "more" in asked:
        query, presentation = _continued(asked)
    else:
        presentation = {name: asked.pop(name) for name in _PRESENTATION if name in asked}
        query = StatementQuery(**asked)
        if "limit" not in asked:
            query = replace(query, limit=lrs().settings.page_default)
    page = lrs().find(query, access.current())
    g.consistent_through = page.consistent_through
    link = ""
    if page.last is not None:
        token = more.write(lrs().secret, replace(query, cursor=page.last), presentation)
        link = f"{request.path}?more={token}"
    listed = b",".join(_rendered(page, presentation.get("format", "exact")))
    whole = b'{"statements":[%b],"more":%b}' % (listed, orjson.dumps(link))
    return _answer(whole, page, presentation.get("attachments", False))


def _one(asked: dict[str, Any], chosen: list[str]) -> Response:
    """1.0.3 Communication 2.1.3: with an id only `attachments` and `format` are allowed."""
    others = [name for name in asked if name not in (*_PRESENTATION, chosen[0])]
    if others:
        raise InvalidParameter(f"{chosen[0]} comes without {', '.join(others)}.", parameter=others[0], rule="An id stands alone.")
    page = lrs().one(asked[chosen[0]], access.current(), voided=chosen[0] == "voidedStatementId")
    (raw,) = _rendered(page, asked.get("format", "exact"))
    return _answer(raw, page, asked.get("attachments", False))


def _continued(asked: dict[str, Any]) -> tuple[StatementQuery, dict[str, Any]]:
    if len(asked) > 1:
        raise InvalidParameter("more comes without other parameters.", parameter="more", rule="more holds the whole query.")
    return more.read(lrs().secret, asked["more"])


def _rendered(page: Page, form: str) -> Sequence[bytes]:
    if form == "exact":
        return page.raws
    languages = list(request.accept_languages.values())
    rewrite: Callable[[Any], Any] = render.ids if form == "ids" else lambda statement: render.canonical(statement, languages)
    return [orjson.dumps(rewrite(orjson.loads(raw))) for raw in page.raws]


def _answer(raw: bytes, page: Page, with_attachments: bool) -> Response:
    if not with_attachments:
        return json_response(raw, last_modified=page.newest_stored)
    kept = lrs().attachments.of(access.current().store, page.hashes)

    def parts() -> Iterator[tuple[dict[str, str], Any]]:
        yield {"Content-Type": JSON}, [raw]
        for one in kept:
            headers = {"Content-Type": one.content_type, "Content-Transfer-Encoding": "binary", "X-Experience-API-Hash": one.sha2}
            yield headers, one.pieces

    boundary = secrets.token_hex(16)  # nobody can have put it into an attachment
    response = json_response(b"", last_modified=page.newest_stored)
    response.content_type = f"multipart/mixed; boundary={boundary}"
    response.response = multipart_body(boundary, parts())
    response.headers.pop("Content-Length", None)
    return response


@bp.post("/statements")
@access.requires("statements/write")
def post_statements() -> Response:
    params.read("statements POST", request.args, version().name)
    with received.statements(lrs().settings) as (value, attachments):
        if not isinstance(value, (dict, list)):
            raise InvalidStatement(
                "The body is neither a statement nor an array of statements.",
                pointer="",
                found=type_name(value),
                rule="The body of a POST is an object or an array of objects.",
            )
        ids = _store(value, attachments)
    return json_response(ids)


@bp.put("/statements")
@access.requires("statements/write")
def put_statement() -> Response:
    asked = params.read("statements PUT", request.args, version().name)
    with received.statements(lrs().settings) as (value, attachments):
        if not isinstance(value, dict):
            raise InvalidStatement(
                "The body is not a statement.", pointer="", found=type_name(value), rule="The body of a PUT is one object."
            )
        found = value.setdefault("id", asked["statementId"])
        if not isinstance(found, str) or found.lower() != asked["statementId"].lower():
            raise Refused(
                "The id of the statement and statementId differ.",
                pointer="/id",
                found=str(found)[:80],
                rule=f"The id, if there is one, is that of the parameter statementId: {asked['statementId']}.",
            )
        _store(value, attachments)
    return Response(status=204)


def _store(value: Any, attachments: list[Attachment]) -> list[str]:
    return lrs().store(value, caller=access.current(), version=version().name, attachments=attachments)
