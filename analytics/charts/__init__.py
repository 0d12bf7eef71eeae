"""Pictures of grouped answers as SVG: data in, text out. No script, no style attribute, nothing fetched."""

from analytics.charts.bars import bars
from analytics.charts.figure import KINDS, Figure, figure
from analytics.charts.heat import heat
from analytics.charts.lines import lines
from analytics.charts.steps import steps
from analytics.charts.style import STYLE

__all__ = ["KINDS", "STYLE", "Figure", "draw", "figure"]

DRAWN = {"bar": bars, "line": lines, "heat": heat, "funnel": steps}


def draw(shown: Figure) -> str:
    return DRAWN[shown.kind](shown)
