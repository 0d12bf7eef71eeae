"""SCORM 1.2 RTE 3.4 (data model) as a table.

Deviation: each `lenient` names a leniency of `leniency.py` and the type that it takes instead, because the common authoring
tools send such values.
"""

from __future__ import annotations

from scorm_runtime.datamodel.codes import CODES_12, ERRORS_12
from scorm_runtime.datamodel.element import Element, Model, Type
from scorm_runtime.datamodel.leniency import SCORM_12, names

NUMBER = r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
LOOSE_NUMBER = r"[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?[ \t]*"
STATUS = ("passed", "completed", "failed", "incomplete", "browsed")
INTERACTIONS = ("true-false", "choice", "fill-in", "matching", "performance", "likert", "sequencing", "numeric")
EXIT = ("time-out", "suspend", "logout", "")
RESULTS = ("correct", "wrong", "unanticipated", "neutral")
CHARACTER = "[a-z0-9]"
CHARACTERS = rf"(?:{CHARACTER}(?:,{CHARACTER})*)?"
PAIRS = rf"(?:{CHARACTER}\.{CHARACTER}(?:,{CHARACTER}\.{CHARACTER})*)?"

CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
LOOSE_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9]"
LOOSE_SPAN = "[0-9]{1,6}:[0-9]{1,2}:[0-9]{1,2}"
ISO = r"P(?=[0-9T])(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
ANSWER = {"answers": "string_255"}

TYPES: dict[str, Type] = {
    "string_255": Type(kind="string", spm=255),
    "string_4096": Type(kind="string", spm=4096),
    "identifier": Type(kind="pattern", pattern="[!-~]+", spm=255, lenient={"identifiers": "loose_identifier"}),
    "loose_identifier": Type(kind="pattern", pattern=r"[\s\S]+", spm=255),
    "blank": Type(kind="vocabulary", values=("",)),
    "decimal": Type(kind="number", pattern=NUMBER, lenient={"numbers": "loose_decimal"}),
    "loose_decimal": Type(kind="number", pattern=LOOSE_NUMBER),
    "percent": Type(
        kind="number", pattern=NUMBER, min=0, max=100, lenient={"numbers": "loose_percent", "score-range": "decimal"}
    ),
    "loose_percent": Type(kind="number", pattern=LOOSE_NUMBER, min=0, max=100),
    "percent_or_blank": Type(kind="any", of=("blank", "percent")),
    "audio": Type(kind="number", pattern="-?[0-9]+", min=-1, max=100),
    "speed": Type(kind="number", pattern="-?[0-9]+", min=-100, max=100),
    "text": Type(kind="number", pattern="-?[0-9]+", min=-1, max=1),
    "integer": Type(kind="number", pattern="[0-9]+", min=0, max=65536),
    "time": Type(
        kind="pattern",
        pattern=rf"{CLOCK}(?:\.[0-9]{{1,2}})?",
        lenient={"decimals-of-a-second": "decimals_time", "clock-times": "loose_time"},
    ),
    "decimals_time": Type(kind="pattern", pattern=rf"{CLOCK}\.[0-9]*"),
    "loose_time": Type(
        kind="pattern",
        pattern=rf"{LOOSE_CLOCK}(?:\.[0-9]{{1,2}})?",
        lenient={"decimals-of-a-second": "decimals_loose_time"},
    ),
    "decimals_loose_time": Type(kind="pattern", pattern=rf"{LOOSE_CLOCK}\.[0-9]*"),
    "timespan": Type(
        kind="pattern",
        pattern=r"[0-9]{2,4}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,2})?",
        lenient={"decimals-of-a-second": "decimals_timespan", "durations": "loose_timespan"},
    ),
    "decimals_timespan": Type(kind="pattern", pattern=r"[0-9]{2,4}:[0-9]{2}:[0-9]{2}\.[0-9]*"),
    "loose_timespan": Type(
        kind="pattern",
        pattern=rf"{LOOSE_SPAN}(?:\.[0-9]{{1,2}})?|{ISO}",
        lenient={"decimals-of-a-second": "decimals_loose_timespan"},
    ),
    "decimals_loose_timespan": Type(kind="pattern", pattern=rf"{LOOSE_SPAN}\.[0-9]*"),
    "credit": Type(kind="vocabulary", values=("credit", "no-credit")),
    "entry": Type(kind="vocabulary", values=("ab-initio", "resume", "")),
    "mode": Type(kind="vocabulary", values=("browse", "normal", "review")),
    "status": Type(kind="vocabulary", values=STATUS, lenient={"letter-case": "loose_status"}),
    "loose_status": Type(kind="vocabulary", values=STATUS, fold=True),
    "objective_status": Type(
        kind="vocabulary", values=(*STATUS, "not attempted"), lenient={"letter-case": "loose_objective_status"}
    ),
    "loose_objective_status": Type(kind="vocabulary", values=(*STATUS, "not attempted"), fold=True),
    "exit": Type(
        kind="vocabulary", values=EXIT, lenient={"letter-case": "loose_exit", "other-standards-words": "translated_exit"}
    ),
    "loose_exit": Type(kind="vocabulary", values=EXIT, fold=True),
    "translated_exit": Type(kind="vocabulary", values=EXIT, fold=True, aliases={"normal": "", "timeout": "time-out"}),
    "time_limit": Type(
        kind="vocabulary", values=("exit,message", "exit,no message", "continue,message", "continue,no message", "")
    ),
    "interaction": Type(
        kind="vocabulary",
        values=INTERACTIONS,
        lenient={"letter-case": "loose_interaction", "other-standards-words": "translated_interaction"},
    ),
    "loose_interaction": Type(kind="vocabulary", values=INTERACTIONS, fold=True),
    "translated_interaction": Type(kind="vocabulary", values=(*INTERACTIONS, "long-fill-in", "other"), fold=True),
    "result_word": Type(
        kind="vocabulary",
        values=RESULTS,
        lenient={"letter-case": "loose_result_word", "other-standards-words": "translated_result_word"},
    ),
    "loose_result_word": Type(kind="vocabulary", values=RESULTS, fold=True),
    "translated_result_word": Type(kind="vocabulary", values=RESULTS, fold=True, aliases={"incorrect": "wrong"}),
    "result": Type(kind="any", of=("result_word", "decimal")),
    "boolean": Type(kind="pattern", pattern="[01tf]", lenient=ANSWER),
    "choices": Type(kind="pattern", pattern=rf"{CHARACTERS}|\{{{CHARACTERS}\}}", spm=255, lenient=ANSWER),
    "sequence": Type(kind="pattern", pattern=CHARACTERS, spm=255, lenient=ANSWER),
    "matches": Type(kind="pattern", pattern=rf"{PAIRS}|\{{{PAIRS}\}}", spm=255, lenient=ANSWER),
    "likert": Type(kind="pattern", pattern=rf"{CHARACTER}?", lenient=ANSWER),
    "numeric": Type(kind="number", pattern=NUMBER, lenient=ANSWER),
    "response": Type(
        kind="by",
        element="cmi.interactions.n.type",
        cases={
            "true-false": "boolean",
            "choice": "choices",
            "fill-in": "string_255",
            "matching": "matches",
            "performance": "string_255",
            "likert": "likert",
            "sequencing": "sequence",
            "numeric": "numeric",
            "": "string_255",
        },
    ),
}


def children(of: str, names: str) -> Element:
    return Element(name=f"{of}._children", access="ro", type="string_255", default=names, keyword=True)


def count(of: str) -> Element:
    return Element(name=f"{of}._count", access="ro", type="integer", keyword=True, count=True)


def score(of: str) -> tuple[Element, ...]:
    return (
        children(of, "raw,min,max"),
        Element(name=f"{of}.raw", access="rw", type="percent_or_blank", default=""),
        Element(name=f"{of}.max", access="rw", type="percent_or_blank", default=""),
        Element(name=f"{of}.min", access="rw", type="percent_or_blank", default=""),
    )


ROWS: tuple[Element, ...] = (
    Element(name="cmi._version", access="ro", type="string_255", default="3.4", keyword=True),
    children(
        "cmi.core",
        "student_id,student_name,lesson_location,credit,lesson_status,entry,score,total_time,lesson_mode,exit,session_time",
    ),
    Element(name="cmi.core.student_id", access="ro", type="identifier", default=""),
    Element(name="cmi.core.student_name", access="ro", type="string_255", default=""),
    Element(name="cmi.core.lesson_location", access="rw", type="string_255", default=""),
    Element(name="cmi.core.credit", access="ro", type="credit", default="credit"),
    Element(name="cmi.core.lesson_status", access="rw", type="status", default="not attempted"),
    Element(name="cmi.core.entry", access="ro", type="entry", default=""),
    *score("cmi.core.score"),
    Element(name="cmi.core.total_time", access="ro", type="timespan", default="0000:00:00.00"),
    Element(name="cmi.core.lesson_mode", access="ro", type="mode", default="normal"),
    Element(name="cmi.core.exit", access="wo", type="exit", default=""),
    Element(name="cmi.core.session_time", access="wo", type="timespan"),
    Element(name="cmi.suspend_data", access="rw", type="string_4096", default=""),
    Element(name="cmi.launch_data", access="ro", type="string_4096", default=""),
    Element(name="cmi.comments", access="rw", type="string_4096", default="", appends=True),
    Element(name="cmi.comments_from_lms", access="ro", type="string_4096", default=""),
    children("cmi.objectives", "id,score,status"),
    count("cmi.objectives"),
    Element(name="cmi.objectives.n.id", access="rw", type="identifier", default=""),
    *score("cmi.objectives.n.score"),
    Element(name="cmi.objectives.n.status", access="rw", type="objective_status", default="not attempted"),
    children("cmi.student_data", "mastery_score,max_time_allowed,time_limit_action"),
    Element(name="cmi.student_data.mastery_score", access="ro", type="percent_or_blank", default=""),
    Element(name="cmi.student_data.max_time_allowed", access="ro", type="timespan", default=""),
    Element(name="cmi.student_data.time_limit_action", access="ro", type="time_limit", default=""),
    children("cmi.student_preference", "audio,language,speed,text"),
    Element(name="cmi.student_preference.audio", access="rw", type="audio", default="0"),
    Element(name="cmi.student_preference.language", access="rw", type="string_255", default=""),
    Element(name="cmi.student_preference.speed", access="rw", type="speed", default="0"),
    Element(name="cmi.student_preference.text", access="rw", type="text", default="0"),
    children("cmi.interactions", "id,objectives,time,type,correct_responses,weighting,student_response,result,latency"),
    count("cmi.interactions"),
    Element(name="cmi.interactions.n.id", access="wo", type="identifier"),
    count("cmi.interactions.n.objectives"),
    Element(name="cmi.interactions.n.objectives.m.id", access="wo", type="identifier"),
    Element(name="cmi.interactions.n.time", access="wo", type="time"),
    Element(name="cmi.interactions.n.type", access="wo", type="interaction"),
    count("cmi.interactions.n.correct_responses"),
    Element(name="cmi.interactions.n.correct_responses.m.pattern", access="wo", type="response"),
    Element(name="cmi.interactions.n.weighting", access="wo", type="decimal"),
    Element(name="cmi.interactions.n.student_response", access="wo", type="response"),
    Element(name="cmi.interactions.n.result", access="wo", type="result"),
    Element(name="cmi.interactions.n.latency", access="wo", type="timespan"),
)

MODEL = Model(
    standard="scorm12",
    edition=None,
    elements={row.name: row for row in ROWS},
    types=TYPES,
    codes=CODES_12,
    errors=ERRORS_12,
    target=None,
    leniencies=names(SCORM_12),
)
