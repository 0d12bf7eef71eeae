"""A funnel: one bar for each step, in the middle, with its share of the first."""

from analytics.charts.figure import Figure
from analytics.charts.scales import amount
from analytics.charts.writing import HEAD, LINE, MARGIN, WIDTH_OF_LETTER, Page

STEP = 34


def steps(shown: Figure) -> str:
    page = Page(shown.width, shown.rtl)
    names = min(max((len(one) for one in shown.categories), default=0) * WIDTH_OF_LETTER + 8, shown.width * 0.35)
    start, end = MARGIN + names + 12, shown.width - MARGIN - 130
    most = max((value for value in shown.values.values() if value > 0), default=0.0)
    first = shown.values.get((0, 0)) or 0.0
    for at, category in enumerate(shown.categories):
        y = HEAD + STEP * at
        value = max(shown.values.get((at, 0), 0.0), 0.0)
        length = (end - start) * value / most if most else 0.0
        share = f" ({amount(value / first, '0..1')})" if first > 0 else ""
        told = f"{shown.label(value)}{share}"
        page.write(start - 12, y + STEP / 2 + 3, category, None, "end", names)
        page.box((start + end - length) / 2, y + 3, max(length, 1), STEP - 8, "f0", f"{category}, {told}")
        page.write(end + 10, y + STEP / 2 + 3, told)
    bottom = HEAD + STEP * len(shown.categories)
    if not shown.values:
        page.write(MARGIN, HEAD + LINE, "Nothing to show.")
        bottom += LINE
    return page.whole(bottom + LINE, shown.title, shown.description, shown.notes)
