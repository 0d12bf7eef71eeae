"""Elements of SVG as text. Whatever is written is escaped here and nowhere else."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from analytics.charts.style import STYLE

WIDTH_OF_LETTER = 7.4
LINE = 20
MARGIN = 16
HEAD = 64


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, *content: str, **attributes: str | float | None) -> Markup:
    """`class_` and other names with underscores are written as SVG has them."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_printable(number(value)))}"
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(part if isinstance(part, Markup) else escape(_printable(part)) for part in content)
    return Markup(f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>")


def number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def _printable(text: str) -> str:
    """Without what XML 1.0 (2.2) does not allow."""
    return "".join(
        one if one in "\t\n\r" or ("\x20" <= one <= "\ufffd" and not "\ud800" <= one <= "\udfff") or one > "\uffff" else "\ufffd"
        for one in text
    )


def short(text: str, width: float) -> str:
    """As much as fits; of an address the end says more."""
    room = max(int(width / WIDTH_OF_LETTER), 4)
    if len(text) <= room:
        return text
    return "…" + text[-(room - 1) :] if "://" in text else text[: room - 1] + "…"


class Page:
    """A drawing area. In a script that runs from right to left everything is mirrored, text is not."""

    def __init__(self, width: float, rtl: bool) -> None:
        self.width = width
        self.rtl = rtl
        self.parts: list[Markup] = []

    def across(self, x: float) -> float:
        return self.width - x if self.rtl else x

    def box(self, x: float, y: float, width: float, height: float, class_: str, told: str | None = None) -> None:
        left = self.width - x - width if self.rtl else x
        content = (element("title", told),) if told else ()
        self.parts.append(element("rect", *content, x=left, y=y, width=max(width, 0), height=height, class_=class_, rx=2))

    def write(
        self, x: float, y: float, text: str, class_: str | None = None, anchor: str | None = None, room: float = 1e9
    ) -> None:
        """`anchor` counts in the direction of the script."""
        cut = short(text, room)
        content = (cut,) if cut == text else (element("title", text), cut)
        self.parts.append(element("text", *content, x=self.across(x), y=y, class_=class_, text_anchor=anchor))

    def rule(self, x1: float, y1: float, x2: float, y2: float, class_: str) -> None:
        self.parts.append(element("line", x1=self.across(x1), y1=y1, x2=self.across(x2), y2=y2, class_=class_))

    def path(self, points: Iterable[tuple[float, float]], class_: str) -> None:
        made = "M" + "L".join(f"{number(self.across(x))} {number(y)}" for x, y in points)
        self.parts.append(element("path", d=made, class_=class_))

    def add(self, name: str, *content: str, **attributes: str | float | None) -> None:
        self.parts.append(element(name, *content, **attributes))

    def whole(self, height: float, title: str, description: str, notes: Iterable[str]) -> str:
        """With its head, and notes below; the description is for who does not see it."""
        head = Page(self.width, self.rtl)
        head.write(MARGIN, 30, title, "head", room=(self.width - 2 * MARGIN) * 0.75)
        for note in notes:
            head.write(MARGIN, height + 4, note, "faint", room=(self.width - 2 * MARGIN) * 1.1)
            height += LINE
        height += MARGIN
        return element(
            "svg",
            element("title", title, id="rb-title"),
            element("desc", description, id="rb-desc"),
            Markup(f"<style>{STYLE}</style>"),
            element("rect", width=self.width, height=height, class_="paper"),
            *head.parts,
            *self.parts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(self.width)} {number(height)}",
            width=self.width,
            height=height,
            class_="rb",
            role="img",
            aria_labelledby="rb-title rb-desc",
            direction="rtl" if self.rtl else None,
        )
