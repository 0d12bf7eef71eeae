"""Bars that run along the script, one below the other: long names have room."""

from analytics.charts.figure import Figure
from analytics.charts.scales import axis
from analytics.charts.writing import HEAD, LINE, MARGIN, Page

THICK, THIN, GAP = 22, 14, 10


def bars(shown: Figure) -> str:
    page = Page(shown.width, shown.rtl)
    top = HEAD + legend(page, shown)
    names = min(max((len(one) for one in shown.categories), default=0) * 7.4 + 8, shown.width * 0.35)
    start, end = MARGIN + names + 8, shown.width - MARGIN - 64
    marks = axis(min([0.0, *shown.values.values()]), max([0.0, *shown.values.values()]), shown.measure.unit)
    scale = (end - start) / (marks[-1] - marks[0])
    zero = start - marks[0] * scale
    thick = THICK if len(shown.series) <= 1 else THIN
    step = thick * max(len(shown.series), 1) + GAP
    bottom = top + step * len(shown.categories)
    for mark in marks if shown.values else ():
        page.rule(start + (mark - marks[0]) * scale, top - 4, start + (mark - marks[0]) * scale, bottom, "grid")
        page.write(start + (mark - marks[0]) * scale, bottom + 14, shown.label(mark), "faint", "middle")
    for at, category in enumerate(shown.categories):
        y = top + step * at
        page.write(start - 8, y + (step - GAP) / 2 + 5, category, None, "end", names)
        for beside, series in enumerate(shown.series):
            if (value := shown.values.get((at, beside))) is None:
                continue
            length = abs(value) * scale
            told = ", ".join(filter(None, (category, series, shown.label(value))))
            page.box(zero if value >= 0 else zero - length, y + beside * thick, max(length, 1), thick - 2, f"f{beside}", told)
            page.write(max(zero + value * scale, zero) + 5, y + beside * thick + thick / 2 + 4, shown.label(value), "faint")
    if shown.values:
        page.rule(zero, top - 4, zero, bottom, "axis")
    else:
        page.write(MARGIN, top + LINE, "Nothing to show.")
        bottom += LINE
    return page.whole(bottom + LINE + 4, shown.title, shown.description, shown.notes)


def legend(page: Page, shown: Figure) -> float:
    """The height it takes."""
    if len(shown.series) <= 1:
        return 0
    x, y = float(MARGIN), HEAD - 6.0
    for beside, series in enumerate(shown.series):
        wide = min(len(series) * 7.4, 200) + 40
        if x + wide > shown.width - MARGIN and x > MARGIN:
            x, y = float(MARGIN), y + LINE
        page.box(x, y - 11, 14, 14, f"f{beside}")
        page.write(x + 20, y + 1, series, room=200)
        x += wide
    return y - HEAD + LINE + 6
