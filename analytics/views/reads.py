"""GET /api/v1/reads: who read what, newest first; and the hook that writes it down."""

import logging
import time
from typing import Any

from flask import Response, g, request
from pymongo.errors import PyMongoError

import access
from analytics import reads
from analytics.attempts import Row
from analytics.columns import COLUMNS
from analytics.errors import ParameterInvalid
from analytics.parameters import LIMIT_DEFAULT, cursor_read, cursor_write, limit_read
from analytics.values import INT64_MAXIMUM, moment, seq_after, text
from analytics.views import answer, bp

LOG = logging.getLogger(__name__)
READ_PARAMETERS = ("credential", "personal", "since", "until", "limit", "cursor", "format")
# They show definitions, or the list of reads itself.
UNLOGGED = (
    "schema",
    "list_reads",
    "list_queries",
    "get_query",
    "list_exports",
    "get_export",
    "list_schedules",
    "get_schedule",
)


@bp.get("/reads")
@access.requires("admin")
def list_reads() -> Response:
    form = answer.wanted_format()
    answer.only_parameters(READ_PARAMETERS)
    given = request.args
    limit = limit_read(given["limit"]) if "limit" in given else LIMIT_DEFAULT
    after = seq_after(moment("since", given["since"])) if "since" in given else 0
    before = seq_after(moment("until", given["until"])) if "until" in given else INT64_MAXIMUM >> 1
    if "cursor" in given:
        before = min(before, cursor_read(given["cursor"])[1])
    tests: dict[str, Any] = {"credential": text("credential", given["credential"])} if "credential" in given else {}
    if "personal" in given:
        if given["personal"] not in ("true", "false"):
            raise ParameterInvalid("personal", given["personal"], "must be true or false")
        tests["personal"] = given["personal"] == "true"
    now = int(time.time() * 1000)
    before = min(before, seq_after(now))
    found: list[Row] = reads.page(answer.service().attempts.db, answer.store(), after, before, tests, limit + 1)
    cursor = cursor_write("seq", found[limit - 1]["seq"]) if len(found) > limit else None
    return answer.page(form, COLUMNS["reads"], found[:limit], now, cursor)


@bp.after_request
def write_down(response: Response) -> Response:
    """Once the answer is with the asker: writing it down costs them nothing, and cannot make it fail."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    if response.status_code not in (200, 206) or endpoint in UNLOGGED or request.method not in ("GET", "HEAD", "POST"):
        return response
    caller = access.current()
    asked = request.query_string.decode(errors="replace")
    if request.method == "POST":
        asked = " ".join(filter(None, (asked, request.get_data(as_text=True))))
    read = {
        "credential": caller.key,
        "name": caller.name,
        "sight": answer.current_sight().value,
        "path": request.path,
        "query": asked,
    }
    counted = g.get("analytics_read") or answer.Read()
    service = answer.service()

    @response.call_on_close
    def write() -> None:
        told = {**read, "rows": counted.rows, "personal": counted.personal}
        try:
            reads.write(service.attempts.db, caller.store, int(time.time() * 1000), service.settings.reads_days, told)
        except PyMongoError as error:
            LOG.error("a read was not written down: %s: %s", error, told)

    return response
