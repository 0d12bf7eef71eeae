"""What real authoring tools get wrong and is taken all the same: one row each, known by its name everywhere.

A type of the tables names, for each leniency that it has, the type that is tried instead (`Type.lenient`). Which of them are
refused is a setting; what one of them has let through is logged with its name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

SCORM_12 = "scorm12"
SCORM_2004 = "scorm2004"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leniency:
    """`tools`: who needs it. `rule`: where the standards say otherwise, by model; a model that is not named has no such rule."""

    name: str
    takes: str
    tools: str
    rule: dict[str, str]


LONGER_TEXT = "longer-text"
LONGER_LISTS = "longer-lists"
NO_ARGUMENT = "no-argument"

ROWS: tuple[Leniency, ...] = (
    Leniency(
        name=LONGER_TEXT,
        takes="text beyond the smallest permitted maximum",
        tools="`suspend_data` of most authoring tools; descriptions and answers of quiz generators",
        rule={SCORM_12: "RTE 3.4.2 (CMIString255, CMIString4096)", SCORM_2004: "RTE 4.1.1.1 (SPM)"},
    ),
    Leniency(
        name=LONGER_LISTS,
        takes="more entries in one answer or pattern than need be kept",
        tools="drag-and-drop and hot-spot questions with many parts",
        rule={SCORM_2004: "RTE 4.1.1.6 (SPM of sets and lists)"},
    ),
    Leniency(
        name="identifiers",
        takes="identifiers with spaces, accents and other characters (`urn:` stays exact)",
        tools="tools that make them of the titles of slides and questions",
        rule={SCORM_12: "RTE 3.4.3 (CMIIdentifier)", SCORM_2004: "RTE 4.1.1.2 (long_ and short_identifier_type)"},
    ),
    Leniency(
        name="letter-case",
        takes="words in another case or with spaces around them; kept in the standard's spelling",
        tools="hand-written and Flash content: `Completed`, `True`, ` passed `",
        rule={SCORM_12: "RTE 3.4.3 (CMIVocabulary)", SCORM_2004: "RTE 4.1.1.7 (state)"},
    ),
    Leniency(
        name="other-standards-words",
        takes="the other standard's word: `wrong` for `incorrect`, `normal` as exit, `long-fill-in` and `other`",
        tools="wrappers that serve both standards with one set of words",
        rule={SCORM_12: "RTE 3.4.4 (result, exit, type)", SCORM_2004: "RTE 4.2.9 (result)"},
    ),
    Leniency(
        name="numbers",
        takes="numbers as JavaScript writes them: `5.5e-17`, `+3`, ` 80 `",
        tools="everything that divides points by points and hands over the result",
        rule={SCORM_12: "RTE 3.4.3 (CMIDecimal)", SCORM_2004: "RTE 4.1.1.7 (real(10,7))"},
    ),
    Leniency(
        name="score-range",
        takes="scores outside 0..100",
        tools="games and exams that count points",
        rule={SCORM_12: "RTE 3.4.4 (score.raw, min, max: a normalized value between 0 and 100)"},
    ),
    Leniency(
        name="decimals-of-a-second",
        takes="more than two decimals of a second",
        tools="content that measures in milliseconds and does not round",
        rule={SCORM_12: "RTE 3.4.3 (CMITime, CMITimespan)", SCORM_2004: "RTE 4.1.1.7 (timeinterval(second,10,2))"},
    ),
    Leniency(
        name="durations",
        takes="durations of the other form, hours of one or of more than four digits",
        tools="wrappers that serve both standards; Flash content: `0:01:05`",
        rule={SCORM_12: "RTE 3.4.3 (CMITimespan)"},
    ),
    Leniency(
        name="clock-times",
        takes="times of day with digits left out: `9:5:00`",
        tools="content that builds them of `Date` parts",
        rule={SCORM_12: "RTE 3.4.3 (CMITime)"},
    ),
    Leniency(
        name="timestamps",
        takes="time stamps of JavaScript's `toISOString`",
        tools="content of today: `new Date().toISOString()`",
        rule={SCORM_2004: "RTE 4.1.1.7 (time(second,10,0))"},
    ),
    Leniency(
        name="answers",
        takes="answers and correct responses in any form",
        tools="nearly all: whole words for `choice`, sentences for `matching`",
        rule={SCORM_12: "RTE 3.4.7 (CMIFeedback)"},
    ),
    Leniency(
        name="number-as-pattern",
        takes="one number where a numeric pattern wants a range",
        tools="quiz generators: `42` for `42[:]42`",
        rule={SCORM_2004: "RTE 4.2.9.1 (numeric)"},
    ),
    Leniency(
        name=NO_ARGUMENT,
        takes="`Initialize`, `Commit` and `Terminate` without an argument",
        tools="hand-written wrappers",
        rule={SCORM_12: 'RTE 3.3.2 (parameter: "")', SCORM_2004: 'RTE 3.1.3 (parameter: "")'},
    ),
)

TABLE: dict[str, Leniency] = {row.name: row for row in ROWS}


def names(model: str) -> tuple[str, ...]:
    """Of one standard ("scorm12", "scorm2004")."""
    return tuple(row.name for row in ROWS if model in row.rule)


def allowed(known: Collection[str], strict: bool | Collection[str]) -> frozenset[str]:
    """What is taken of a model's leniencies. `strict`: none (True), all (False), or all but the named ones."""
    if isinstance(strict, bool):
        return frozenset() if strict else frozenset(known)
    return frozenset(known).difference(strict)
