"""The token behind `more`: the query and the last sequence number seen, signed so that nobody can make one up."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from lrs.errors import InvalidParameter
from lrs.spec.query import StatementQuery

_SIGNATURE = 16


def write(secret: bytes, query: StatementQuery, presentation: dict[str, Any]) -> str:
    """`presentation`: format and attachments, which belong to the pages and not to the query."""
    fields: dict[str, Any] = {
        "a": query.agent,
        "v": query.verb,
        "o": query.activity,
        "r": query.registration,
        "ro": query.related_activities,
        "ra": query.related_agents,
        "s": query.since and query.since.timestamp(),
        "u": query.until and query.until.timestamp(),
        "l": query.limit,
        "d": query.ascending,
        "c": query.cursor,
        "p": presentation,
    }
    body = orjson.dumps({key: value for key, value in fields.items() if value})
    return base64.urlsafe_b64encode(_sign(secret, body) + body).rstrip(b"=").decode()


def read(secret: bytes, text: str) -> tuple[StatementQuery, dict[str, Any]]:
    rule = "The value of more is used as the Learning Record Store gave it."
    try:
        whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise InvalidParameter("The value of more is damaged.", parameter="more", rule=rule) from error
    signature, body = whole[:_SIGNATURE], whole[_SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(secret, body)):
        raise InvalidParameter("The value of more was not made by this Learning Record Store.", parameter="more", rule=rule)
    fields = orjson.loads(body)
    query = StatementQuery(
        agent=fields.get("a"),
        verb=fields.get("v"),
        activity=fields.get("o"),
        registration=fields.get("r"),
        related_activities=fields.get("ro", False),
        related_agents=fields.get("ra", False),
        since=_moment(fields.get("s")),
        until=_moment(fields.get("u")),
        limit=fields.get("l", 0),
        ascending=fields.get("d", False),
        cursor=fields.get("c"),
    )
    return query, fields.get("p", {})


def _sign(secret: bytes, body: bytes) -> bytes:
    return hmac.new(secret, b"more" + body, sha256).digest()[:_SIGNATURE]


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
