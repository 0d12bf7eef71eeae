"""The colours of charts: one table for light and one for dark, and the style sheet made of them.

WCAG 2.2: text 4.5:1 (1.4.3), marks 3:1 (1.4.11) against what they stand on; a test measures it. Series differ in
dash and shape as well, cells in their figures: colour is never all there is (1.4.1).
"""

from collections.abc import Mapping

LIGHT: dict[str, str] = {
    "paper": "#ffffff", "ink": "#1b1d21", "faint": "#5d636d", "grid": "#d5d8de",
    "c0": "#1f5fa8", "c1": "#b5460f", "c2": "#1c7a4d", "c3": "#8a3ea8",
    "c4": "#8a6300", "c5": "#0d7480", "c6": "#b0235f", "c7": "#565c66",
    "h0": "#eaf1fa", "h1": "#c3d8f0", "h2": "#8db9e6", "h3": "#2f6fb3", "h4": "#143f73",
    "t0": "#1b1d21", "t1": "#1b1d21", "t2": "#1b1d21", "t3": "#ffffff", "t4": "#ffffff",
}  # fmt: skip
DARK: dict[str, str] = {
    "paper": "#16181d", "ink": "#f1f3f6", "faint": "#a9b0bb", "grid": "#3a3f48",
    "c0": "#7db3f2", "c1": "#f29b6b", "c2": "#6fcf97", "c3": "#cf9bea",
    "c4": "#e0bd5a", "c5": "#5fd0dd", "c6": "#f48fb4", "c7": "#b9bec7",
    "h0": "#1d2733", "h1": "#23405f", "h2": "#2b5a8c", "h3": "#8dbdf0", "h4": "#d5e6fb",
    "t0": "#f1f3f6", "t1": "#f1f3f6", "t2": "#f1f3f6", "t3": "#16181d", "t4": "#16181d",
}  # fmt: skip
SERIES = 8
HEATS = 5
DASHES = ("none", "8 4", "2 4", "12 4 2 4", "6 6", "1 6", "14 4", "4 2 1 2")


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


STYLE = (
    f".rb{{{_variables(LIGHT)}font:14px system-ui,sans-serif;color-scheme:light dark}}"
    f"@media (prefers-color-scheme:dark){{.rb{{{_variables(DARK)}}}}}"
    ".rb text{fill:var(--ink);unicode-bidi:plaintext}.rb .paper{fill:var(--paper)}.rb .head{font-size:18px;font-weight:600}"
    ".rb .faint{fill:var(--faint);font-size:12px}.rb .grid{stroke:var(--grid)}.rb .axis{stroke:var(--faint)}"
    ".rb .line{fill:none;stroke-width:2.5}"
    + "".join(f".rb .f{n}{{fill:var(--c{n})}}.rb .s{n}{{stroke:var(--c{n});stroke-dasharray:{DASHES[n]}}}" for n in range(SERIES))
    + "".join(f".rb .h{n}{{fill:var(--h{n});stroke:var(--faint)}}.rb .t{n}{{fill:var(--t{n})}}" for n in range(HEATS))
    + ".rb .void{fill:none;stroke:var(--grid)}"
    "@media (forced-colors:active){.rb{--paper:Canvas;--ink:CanvasText;--faint:CanvasText;--grid:GrayText}}"
)
