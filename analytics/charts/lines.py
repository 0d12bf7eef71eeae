"""Lines along time, or along the groups in their order; series differ in dash and mark."""

import math

from analytics.charts.figure import Figure
from analytics.charts.scales import axis
from analytics.charts.writing import HEAD, LINE, MARGIN, Page, element

HEIGHT = 280
LABEL_ROOM = 96


def lines(shown: Figure) -> str:
    page = Page(shown.width, shown.rtl)
    top = HEAD + _legend(page, shown)
    bottom = top + HEIGHT
    values = shown.values.values()
    marks = axis(min([0.0, *values]), max([0.0, *values]), shown.measure.unit)
    labels = [shown.label(mark) for mark in marks]
    start, end = MARGIN + max(len(one) for one in labels) * 7 + 8, shown.width - MARGIN - 24
    low, high = (min(shown.places), max(shown.places)) if shown.places else (0.0, 1.0)

    def x(at: int) -> float:
        return (start + end) / 2 if high == low else start + (shown.places[at] - low) / (high - low) * (end - start)

    def y(value: float) -> float:
        return bottom - (value - marks[0]) / (marks[-1] - marks[0]) * HEIGHT

    for mark, label in zip(marks, labels, strict=True) if shown.values else ():
        page.rule(start, y(mark), end, y(mark), "axis" if mark == 0 else "grid")
        page.write(start - 8, y(mark) + 4, label, "faint", "end")
    for at in _labelled(len(shown.categories), end - start):
        page.write(x(at), bottom + 18, shown.categories[at], "faint", "middle", LABEL_ROOM * 1.2)
    for beside, series in enumerate(shown.series):
        points = [(x(at), y(shown.values[at, beside])) for at in range(len(shown.categories)) if (at, beside) in shown.values]
        if len(points) > 1:
            page.path(points, f"line s{beside}")
        told = [at for at in range(len(shown.categories)) if (at, beside) in shown.values]
        for at, (left, height) in zip(told, points, strict=True) if len(points) <= 100 else ():
            words = ", ".join(filter(None, (shown.categories[at], series, shown.label(shown.values[at, beside]))))
            _mark(page, left, height, beside, words)
    if not shown.values:
        page.write(MARGIN, top + LINE, "Nothing to show.")
    return page.whole(bottom + 2 * LINE, shown.title, shown.description, shown.notes)


def _labelled(count: int, width: float) -> range:
    return range(0, count, max(math.ceil(count / max(width / LABEL_ROOM, 1)), 1))


def _mark(page: Page, x: float, y: float, beside: int, told: str | None = None) -> None:
    """A circle, square, diamond or triangle."""
    title = (element("title", told),) if told else ()
    x = page.across(x)
    if beside % 4 == 0:
        page.add("circle", *title, cx=x, cy=y, r=4, class_=f"f{beside}")
        return
    shapes = {1: ((-4, -4), (4, -4), (4, 4), (-4, 4)), 2: ((0, -5), (5, 0), (0, 5), (-5, 0)), 3: ((0, -5), (5, 4), (-5, 4))}
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[beside % 4])
    page.add("polygon", *title, points=points, class_=f"f{beside}")


def _legend(page: Page, shown: Figure) -> float:
    if len(shown.series) <= 1:
        return 0
    x, y = float(MARGIN), HEAD - 6.0
    for beside, series in enumerate(shown.series):
        wide = min(len(series) * 7.4, 200) + 56
        if x + wide > shown.width - MARGIN and x > MARGIN:
            x, y = float(MARGIN), y + LINE
        page.path([(x, y - 4), (x + 30, y - 4)], f"line s{beside}")
        _mark(page, x + 15, y - 4, beside)
        page.write(x + 38, y + 1, series, room=200)
        x += wide
    return y - HEAD + LINE + 6
