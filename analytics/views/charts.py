"""GET /api/v1/queries/{name}.svg and .html: what a saved query finds as a picture, and as a page with picture and table."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Response, render_template, request

import access
from analytics import charts, saved
from analytics.attempts import Row
from analytics.charts import Figure, scales
from analytics.charts.figure import Group
from analytics.columns import Column
from analytics.errors import ParameterInvalid
from analytics.query import Plan
from analytics.values import natural, one_of
from analytics.views import answer, bp, groups

CHART_PARAMETERS = ("chart", "measure", "width", "dir")
WIDTHS = (320, 2_000)
GROUPS_OF = {"bar": (0, 2), "line": (1, 2), "heat": (2, 2), "funnel": (1, 1)}
PAGE_STYLE = (
    "body{margin:2rem auto;max-width:60rem;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark;"
    "background:#fff;color:#1b1d21}h1{font-size:1.5rem;margin:0}a{color:#1f5fa8}"
    "figure{margin:1.5rem 0}figure svg{max-width:100%;height:auto;display:block}.wide{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%}caption{text-align:start;font-weight:600;padding:.5rem 0}"
    "th,td{text-align:start;padding:.35rem .75rem;border-bottom:1px solid #8a919c;overflow-wrap:anywhere}"
    "td.number{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}th.number{text-align:end}"
    ":focus-visible{outline:3px solid #1f5fa8;outline-offset:2px}"
    "@media (prefers-color-scheme:dark){body{background:#16181d;color:#f1f3f6}a{color:#7db3f2}"
    ":focus-visible{outline-color:#7db3f2}}"
)


class Found(NamedTuple):
    name: str
    figure: Figure
    plan: Plan
    groups: tuple[Group, ...]
    rows: Sequence[Row]
    through: int


@bp.get("/queries/<name>.svg")
@access.requires(*answer.FIGURES)
def query_svg(name: str) -> Response:
    found = _found(name)
    return _drawn(charts.draw(found.figure), "image/svg+xml; charset=utf-8", (charts.STYLE,), found)


@bp.get("/queries/<name>.html")
@access.requires(*answer.FIGURES)
def query_page(name: str) -> Response:
    found = _found(name)
    columns = found.plan.columns
    page = render_template(
        "analytics/chart.html",
        figure=found.figure,
        picture=charts.draw(found.figure),
        style=PAGE_STYLE,
        columns=[(column, column.kind in ("integer", "number")) for column in columns],
        rows=[[_cell(column, found, row) for column in columns] for row in found.rows],
        csv=f"{request.script_root}/api/v1/queries/{found.name}/result?format=csv",
    )
    return _drawn(page, "text/html; charset=utf-8", (PAGE_STYLE, charts.STYLE), found)


def _found(name: str) -> Found:
    answer.only_parameters(CHART_PARAMETERS)
    one = saved.get(answer.service().attempts.db, answer.store(), name)
    through, plan, found = groups.ask(one.query)
    grouped = _grouped(one.query, plan.columns)
    kind = _kind(grouped)
    hidden = found.extra.get("suppressed", 0)
    notes = [f"{hidden} groups of too few learners are not shown."] if hidden else []
    shown = charts.figure(
        kind,
        one.description.splitlines()[0] if one.description.strip() else one.name,
        grouped,
        _measure(plan.columns[len(grouped) :]),
        found.rows,
        notes=notes,
        width=_width(),
        rtl=one_of(("ltr", "rtl"))("dir", request.args.get("dir", "ltr")) == "rtl",
    )
    answer.told(plan.columns, len(found.rows))
    return Found(one.name, shown, plan, grouped, found.rows, through)


def _grouped(query: Mapping[str, Any], columns: Sequence[Column]) -> tuple[Group, ...]:
    given = query.get("group_by", [])
    return tuple(
        Group(column=column, every=one.get("every", "day"), zone=one.get("tz", "UTC"))
        if isinstance(one, dict)
        else Group(column=column)
        for one, column in zip(given, columns, strict=False)
    )


def _kind(grouped: Sequence[Group]) -> str:
    usual = "line" if grouped and grouped[0].column.kind == "time" else "bar"
    kind = one_of(charts.KINDS)("chart", request.args.get("chart", usual))
    least, most = GROUPS_OF[kind]
    if not least <= len(grouped) <= most:
        many = f"{least}" if least == most else f"{least} to {most}"
        raise ParameterInvalid("chart", kind, f"{kind} shows a query with {many} groups; this one has {len(grouped)}")
    return kind


def _measure(measures: Sequence[Column]) -> Column:
    known = {column.name: column for column in measures if column.kind in ("integer", "number")}
    if not known:
        raise ParameterInvalid("measure", "", "the query measures no number")
    return known[one_of(known)("measure", request.args.get("measure", next(iter(known))))]


def _width() -> int:
    least, most = WIDTHS
    width = natural("width", request.args.get("width", "720"))
    if not least <= width <= most:
        raise ParameterInvalid("width", str(width), f"must be between {least} and {most}")
    return width


def _cell(column: Column, found: Found, row: Row) -> str:
    group = next((one for one in found.groups if one.column is column), None)
    value = row.get(column.source)
    return group.text(value) if group is not None else scales.text(column, value)


def _drawn(text: str, kind: str, styles: Sequence[str], found: Found) -> Response:
    """Nothing but our own style sheets may take effect: the policy names them by their hashes."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in styles)
    data = text.encode()
    response = Response(data, content_type=kind)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return answer.tagged(answer.with_headers(response, found.through, None), data)
