"""Charts of saved queries, and the pages with their tables."""

import base64
import hashlib
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from werkzeug.test import TestResponse

from analytics.charts import KINDS, draw, figure
from analytics.charts.figure import Group
from analytics.charts.scales import amount, axis, moment, ticks
from analytics.charts.style import DARK, HEATS, LIGHT, SERIES, STYLE
from analytics.charts.writing import element, short
from analytics.columns import Column
from tests.analytics.feeder import COURSE, Feeder

SVG = {"s": "http://www.w3.org/2000/svg"}
COUNT = Column(name="count", kind="integer", meaning="Rows.")
NAME = Group(column=Column(name="name", kind="text", meaning=""))
PLACE = Group(column=Column(name="place", kind="text", meaning=""))
MONTH = Group(column=Column(name="month", kind="time", meaning=""), every="month", zone="Europe/Paris")


def drawn(kind: str, groups: list[Group], rows: list[dict[str, Any]], **options: Any) -> etree._Element:
    return etree.fromstring(draw(figure(kind, "A title", groups, COUNT, rows, **options)).encode())


def texts(svg: etree._Element) -> list[str]:
    return ["".join(one.xpath("text()")) for one in svg.iterfind(".//s:text", SVG)]


def told(svg: etree._Element) -> list[str]:
    return [str(one.text) for one in svg.xpath("//s:rect/s:title | //s:circle/s:title", namespaces=SVG)]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_told_from_what_they_stand_on(colours: dict[str, str]) -> None:
    marks = [contrast(colours[f"c{number}"], colours["paper"]) for number in range(SERIES)]
    figures = [contrast(colours[f"t{number}"], colours[f"h{number}"]) for number in range(HEATS)]
    words = [contrast(colours[name], colours["paper"]) for name in ("ink", "faint")]

    assert min(marks) >= 3
    assert min(*figures, *words) >= 4.5


def test_both_schemes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_says_what_it_is(kind: str) -> None:
    groups = [NAME, PLACE] if kind == "heat" else [NAME]

    svg = drawn(kind, groups, [{"name": "Golf", "place": "x", "count": 3}, {"name": "Chess", "place": "x", "count": 1}])

    assert svg.get("role") == "img"
    assert [svg.find(f"s:*[@id='{one}']", SVG).tag[28:] for one in str(svg.get("aria-labelledby")).split()] == ["title", "desc"]
    assert svg.findtext("s:title", namespaces=SVG) == "A title"
    words = svg.findtext("s:desc", namespaces=SVG)
    assert "2 groups" in words
    assert re.search(r"Highest: Golf(, x)?, 3. Lowest: Chess(, x)?, 1.", words)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("groups", [[NAME], [NAME, PLACE], [MONTH]])
def test_an_empty_answer_says_so(kind: str, groups: list[Group]) -> None:
    svg = drawn(kind, groups, [])

    assert "Nothing to show." in texts(svg)
    assert "nothing to show" in str(svg.findtext("s:desc", namespaces=SVG))


@pytest.mark.parametrize(("kind", "most"), [("bar", 50), ("heat", 40), ("funnel", 50)])
def test_of_a_huge_answer_the_beginning_is_drawn_and_the_rest_is_named(kind: str, most: int) -> None:
    rows = [{"name": f"n{number}", "place": "x", "count": number} for number in range(10_000)]

    svg = drawn(kind, [NAME, PLACE], rows)

    assert f"The first {most} of 10,000 groups are drawn; the table has all." in texts(svg)
    assert len(told(svg)) == most


def test_a_line_goes_along_time_in_the_zone_of_the_query() -> None:
    rows = [{"month": 1743458400000, "count": 2}, {"month": 1740783600000, "count": 1}, {"month": None, "count": 9}]

    svg = drawn("line", [MONTH], rows)

    assert told(svg) == ["2025-03, 1", "2025-04, 2"]


def test_series_have_a_legend_and_bars_their_words() -> None:
    rows = [{"name": "Golf", "place": "Web", "count": 3}, {"name": "Golf", "place": "App", "count": None}]

    svg = drawn("bar", [NAME, PLACE], rows)

    assert {"Web", "App"} <= set(texts(svg))
    assert told(svg) == ["Golf, Web, 3"]


@pytest.mark.parametrize("kind", KINDS)
def test_right_to_left_is_mirrored(kind: str) -> None:
    rows = [{"name": "Golf", "place": "a", "count": 3}, {"name": "Chess", "place": "a", "count": 1}]

    left, right = (drawn(kind, [NAME, PLACE], rows, rtl=rtl) for rtl in (False, True))

    assert (left.get("direction"), right.get("direction")) == (None, "rtl")
    xs = [[float(one.get("x")) for one in svg.iterfind(".//s:text", SVG)] for svg in (left, right)]
    assert xs[0] == pytest.approx([720 - x for x in xs[1]])


@pytest.mark.parametrize("kind", KINDS)
@given(
    names=st.lists(st.text(max_size=80), max_size=12, unique=True),
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32) | st.none(), min_size=12, max_size=12),
)
def test_whatever_the_names_and_values_the_picture_is_well_formed_and_runs_nothing(
    kind: str, names: list[str], values: list[float | None]
) -> None:
    hostile = [*names, "<script>alert(1)</script>", '" onload="x', "]]>&amp;", "\x00\ud800\ufffe"]
    rows = [
        {"name": name, "place": name[:1], "count": value} for name, value in zip(hostile, [*values, 1, 2, 3, 4], strict=False)
    ]

    svg = drawn(kind, [NAME, PLACE], rows)

    assert not [one for one in svg.iter() if etree.QName(one).localname in ("script", "foreignObject", "a", "image", "use")]
    assert not [name for one in svg.iter() for name in one.attrib if name.startswith("on") or name in ("style", "href")]


SLACK = 1e-300


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_ticks_are_few_in_order_and_enclose_the_values(one: float, other: float) -> None:
    found = ticks(one, other)

    assert 2 <= len(found) <= 8
    assert found == sorted(set(found))
    assert found[0] <= min(one, other) + 1e-6 * abs(one - other) + SLACK
    assert found[-1] >= max(one, other) - 1e-6 * abs(one - other) - SLACK


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0, 37, [0, 10, 20, 30, 40]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 4, [-4, -2, 0, 2, 4]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 5e-324, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1e12, 1e12 + 0.001, [0, 2e11, 4e11, 6e11, 8e11, 1e12]),
    ],
)
def test_ticks_are_round(low: float, high: float, found: list[float]) -> None:
    assert ticks(low, high) == found


def test_durations_have_ticks_in_hours() -> None:
    assert [amount(mark, "s") for mark in axis(0, 8_000, "s")] == ["0 s", "30 min", "1 h", "1.5 h", "2 h", "2.5 h"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, None, "0"),
        (1234567.891, None, "1,234,568"),
        (0.1234, None, "0.123"),
        (-0.00001, None, "0"),
        (-2.5, None, "−2.5"),
        (1e18, None, "1e+18"),
        (0.456, "0..1", "45.6 %"),
        (1, "0..1", "100 %"),
        (59, "s", "59 s"),
        (90, "s", "1.5 min"),
        (5400, "s", "1.5 h"),
        (200_000, "s", "2.3 d"),
    ],
)
def test_numbers_are_written_for_people(value: float, unit: str | None, text: str) -> None:
    assert amount(value, unit) == text


@pytest.mark.parametrize(
    ("every", "text"),
    [("year", "2025"), ("quarter", "2025 Q2"), ("month", "2025-04"), ("week", "2025-04-01"), ("hour", "2025-04-01 00:00")],
)
def test_buckets_are_named_by_their_beginning_in_their_zone(every: str, text: str) -> None:
    assert moment(1743458400000, every, "Europe/Paris") == text


def test_what_is_too_long_is_cut_and_told_whole() -> None:
    assert short("https://example.org/courses/golf", 100) == "…courses/golf"
    assert short("A very long name of a course", 80) == "A very lo…"
    assert element("text", "<b>", x=1.50) == '<text x="1.5">&lt;b&gt;</text>'


@pytest.fixture
def saved(client: FlaskClient, feeder: Feeder) -> FlaskClient:
    for number, learner in enumerate(("ann", "bob", "cid")):
        feeder.say(
            learner, "passed" if number else "failed", object={"id": COURSE, "definition": {"name": {"en": "Golf & <Chess>"}}}
        )
    body = {"group_by": ["activity_name", "status"], "measures": [{"count": "*"}, {"rate": "passed"}]}
    save(client, "outcome", body, "Outcome of courses\nIn short.")
    save(client, "weeks", {"group_by": [{"bucket": "last", "every": "week"}]})
    save(client, "all", {"measures": [{"count": "*"}]})
    save(client, "times", {"group_by": ["status"], "measures": [{"max": "last"}]})
    save(client, "three", {"group_by": ["activity_name", "status", "platform"]})
    return client


def save(client: FlaskClient, name: str, query: dict[str, Any], description: str = "") -> None:
    assert client.put(f"/api/v1/queries/{name}", json={"query": query, "description": description}).status_code == 201


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("outcome.svg", "Bar chart"),
        ("outcome.svg?chart=heat&measure=rate_passed", "Heat map of rate_passed"),
        ("weeks.svg", "Line chart"),
        ("weeks.svg?chart=funnel&dir=rtl&width=2000", "Funnel"),
        ("all.svg", "Bar chart"),
    ],
)
def test_a_saved_query_is_a_picture(saved: FlaskClient, path: str, kind: str) -> None:
    response = saved.get(f"/api/v1/queries/{path}")

    assert (response.status_code, response.content_type) == (200, "image/svg+xml; charset=utf-8")
    assert str(etree.fromstring(response.data).findtext("s:desc", namespaces=SVG)).startswith(kind)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Consistent-Through"].endswith("Z")


def allowed_styles(response: TestResponse) -> set[str]:
    return set(re.findall(r"'(sha256-[^']+)'", response.headers["Content-Security-Policy"]))


def hashed(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@pytest.mark.parametrize("kind", ["svg", "html"])
def test_nothing_but_our_own_style_is_permitted(saved: FlaskClient, kind: str) -> None:
    response = saved.get(f"/api/v1/queries/outcome.{kind}")

    styles = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert {hashed(style) for style in styles} == allowed_styles(response)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert STYLE in styles


def test_the_page_has_the_picture_and_the_table(saved: FlaskClient) -> None:
    response = saved.get("/api/v1/queries/outcome.html")

    page = etree.HTML(response.text)
    cells = [["".join(cell.itertext()) for cell in row] for row in page.iterfind(".//tbody/tr")]
    assert response.content_type == "text/html; charset=utf-8"
    assert cells == [["Golf & <Chess>", "failed", "1", "0 %"], ["Golf & <Chess>", "passed", "2", "100 %"]]
    assert [one.get("scope") for one in page.iterfind(".//thead/tr/th")] == ["col"] * 4
    assert page.findtext(".//h1/bdi") == "Outcome of courses"
    assert "<svg" in response.text


def test_an_empty_page_says_so(client: FlaskClient) -> None:
    save(client, "none", {"group_by": ["status"]})

    response = client.get("/api/v1/queries/none.html?dir=rtl")

    assert response.text.count("Nothing to show.") == 2
    assert '<html lang="en" dir="rtl">' in response.text


def test_a_picture_that_is_at_hand_is_not_sent_again(saved: FlaskClient, feeder: Feeder) -> None:
    first = saved.get("/api/v1/queries/outcome.svg")

    again = saved.get("/api/v1/queries/outcome.svg", headers={"If-None-Match": first.headers["ETag"]})
    feeder.say("dan", "passed", object={"id": COURSE, "definition": {"name": {"en": "Golf & <Chess>"}}})
    changed = saved.get("/api/v1/queries/outcome.svg", headers={"If-None-Match": first.headers["ETag"]})

    assert [one.status_code for one in (first, again, changed)] == [200, 304, 200]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("missing.svg", 404),
        ("outcome.svg?chart=pie", 400),
        ("outcome.svg?chart=funnel", 400),
        ("outcome.svg?measure=median", 400),
        ("outcome.svg?width=100", 400),
        ("outcome.svg?width=x", 400),
        ("outcome.svg?dir=up", 400),
        ("outcome.svg?colour=red", 400),
        ("weeks.svg?chart=heat", 400),
        ("all.svg?chart=line", 400),
        ("times.svg", 400),
        ("three.html", 400),
    ],
)
def test_what_cannot_be_drawn_is_refused(saved: FlaskClient, path: str, status: int) -> None:
    response = saved.get(f"/api/v1/queries/{path}")

    assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_groups_of_few_are_not_drawn_for_who_may_not_see_them(saved: FlaskClient, feeder: Feeder) -> None:
    [feeder.say(f"learner{number}", "initialized", "https://example.org/tennis") for number in range(6)]

    response = saved.get("/api/v1/queries/outcome.svg", auth=("board", "secret"))

    assert "3 groups of too few learners are not shown." in texts(etree.fromstring(response.data))
    assert "Golf" not in response.text
    assert saved.get("/api/v1/queries/outcome.svg", auth=("writer", "secret")).status_code == 403
