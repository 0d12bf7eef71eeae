"""A heat map: categories across, series down; each cell says its figure, where there is room."""

from analytics.charts.figure import Figure
from analytics.charts.style import HEATS
from analytics.charts.writing import HEAD, LINE, MARGIN, WIDTH_OF_LETTER, Page

CELL = 28


def heat(shown: Figure) -> str:
    page = Page(shown.width, shown.rtl)
    names = min(max((len(one) for one in shown.series), default=0) * WIDTH_OF_LETTER + 8, shown.width * 0.3)
    start, top = MARGIN + names + 8, HEAD + 8
    wide = (shown.width - MARGIN - start) / max(len(shown.categories), 1)
    low, high = min(shown.values.values(), default=0.0), max(shown.values.values(), default=0.0)
    for beside, series in enumerate(shown.series):
        y = top + CELL * beside
        page.write(start - 8, y + CELL / 2 + 5, series, None, "end", names)
        for at, category in enumerate(shown.categories):
            value = shown.values.get((at, beside))
            told = ", ".join(filter(None, (category, series, "nothing" if value is None else shown.label(value))))
            degree = 0 if value is None or high == low else min(int((value - low) / (high - low) * HEATS), HEATS - 1)
            page.box(start + wide * at + 1, y + 1, wide - 2, CELL - 2, "void" if value is None else f"h{degree}", told)
            if value is not None and len(label := shown.label(value)) * WIDTH_OF_LETTER < wide:
                page.write(start + wide * (at + 0.5), y + CELL / 2 + 5, label, f"t{degree}", "middle")
    bottom = top + CELL * len(shown.series)
    every = max(int(-(-7 * WIDTH_OF_LETTER // wide)), 1)
    for at in range(0, len(shown.categories), every):
        page.write(start + wide * (at + 0.5), bottom + 16, shown.categories[at], "faint", "middle", wide * every)
    bottom += LINE + 12
    if shown.values:
        _key(page, shown, bottom, low, high)
    else:
        page.write(MARGIN, top + LINE, "Nothing to show.")
    return page.whole(bottom + 2 * LINE, shown.title, shown.description, shown.notes)


def _key(page: Page, shown: Figure, y: float, low: float, high: float) -> None:
    """Which colour is how much."""
    x = float(MARGIN)
    for degree in range(HEATS if high > low else 1):
        label = shown.label(low + (high - low) * degree / HEATS)
        page.box(x, y - 11, 18, 14, f"h{degree}")
        page.write(x + 24, y + 1, f"≥ {label}", "faint")
        x += 44 + len(label) * 7.4 + 12
