"""SCORM 2004 RTE 4 (data model) and SN 5 (navigation data model), 2nd to 4th Edition, as tables.

Deviation: each `lenient` names a leniency of `leniency.py` and the type that it takes instead: what authoring tools send and
ADL's test does not forbid.
"""

from __future__ import annotations

from functools import cache

from scorm_runtime.datamodel.codes import CODES_2004, ERRORS_2004
from scorm_runtime.datamodel.element import Derived, Element, Model, PatternRule, Type
from scorm_runtime.datamodel.languages import PRIMARY_SUBTAGS
from scorm_runtime.datamodel.leniency import SCORM_2004, names

FOURTH = ("4th",)

NUMBER = r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
LOOSE_NUMBER = r"[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?[ \t]*"
DAY = r"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31)"
YEAR = r"(?:19[7-9][0-9]|20[0-2][0-9]|203[0-8])"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
ZONE = r"(?:Z|[+-](?:[01][0-9]|2[0-3])(?::[0-5][0-9])?)"
TIME = rf"{YEAR}(?:-(?:0[1-9]|1[0-2])|-{DAY}(?:T(?:(?:[01][0-9]|2[0-3])|{CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,2}}{ZONE}?)?)?))?)?"
LOOSE_TIME = rf"{YEAR}-{DAY}T{CLOCK}:[0-5][0-9]\.[0-9]{{3,9}}{ZONE}"
DURATION = (
    r"P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?"
    r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]{1,2})?S)?)?"
)
NO_SPACE = r"[^ \t\r\n]"
URN = rf"[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]{{0,31}}:{NO_SPACE}+"
NOT_URN = r"(?![uU][rR][nN]:)"
STATUS = ("completed", "incomplete", "not attempted", "unknown")
SUCCESS = ("passed", "failed", "unknown")
INTERACTIONS = (
    *("true-false", "choice", "fill-in", "long-fill-in", "likert"),
    *("matching", "performance", "sequencing", "numeric", "other"),
)
RESULTS = ("correct", "incorrect", "unanticipated", "neutral")
REQUESTS = "continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_"

TYPES: dict[str, Type] = {
    "characters_250": Type(kind="string", spm=250),
    "characters_1000": Type(kind="string", spm=1000),
    "characters_4000": Type(kind="string", spm=4000),
    "characters_64000": Type(kind="string", spm=64000),
    "language": Type(kind="language", pattern="([A-Za-z]{2,3}|[ixIX])(?:-[A-Za-z0-9]{1,8})*", values=PRIMARY_SUBTAGS),
    "blank": Type(kind="vocabulary", values=("",)),
    "language_or_blank": Type(kind="any", of=("blank", "language")),
    "localized_250": Type(kind="localized", prefix="{lang=", suffix="}", of=("language",), spm=250),
    "localized_4000": Type(kind="localized", prefix="{lang=", suffix="}", of=("language",), spm=4000),
    "long_identifier": Type(
        kind="pattern", pattern=rf"{NOT_URN}{NO_SPACE}+|{URN}", spm=4000, lenient={"identifiers": "loose_long_identifier"}
    ),
    "loose_long_identifier": Type(kind="pattern", pattern=rf"{NOT_URN}[ \t\r\n]*{NO_SPACE}[\s\S]*|{URN}", spm=4000),
    "short_identifier": Type(
        kind="pattern", pattern=r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+", spm=250, lenient={"identifiers": "loose_short_identifier"}
    ),
    "loose_short_identifier": Type(kind="pattern", pattern=r"[^{}\[\]]+", spm=250),
    "real": Type(kind="number", pattern=NUMBER, lenient={"numbers": "loose_real"}),
    "loose_real": Type(kind="number", pattern=LOOSE_NUMBER),
    "real_0_1": Type(kind="number", pattern=NUMBER, min=0, max=1, lenient={"numbers": "loose_real_0_1"}),
    "loose_real_0_1": Type(kind="number", pattern=LOOSE_NUMBER, min=0, max=1),
    "real_-1_1": Type(kind="number", pattern=NUMBER, min=-1, max=1, lenient={"numbers": "loose_real_-1_1"}),
    "loose_real_-1_1": Type(kind="number", pattern=LOOSE_NUMBER, min=-1, max=1),
    "real_0": Type(kind="number", pattern=NUMBER, min=0, lenient={"numbers": "loose_real_0"}),
    "loose_real_0": Type(kind="number", pattern=LOOSE_NUMBER, min=0),
    "integer": Type(kind="number", pattern="[0-9]+", min=0),
    "time": Type(kind="pattern", pattern=TIME, lenient={"timestamps": "loose_time"}),
    "loose_time": Type(kind="pattern", pattern=LOOSE_TIME),
    "duration": Type(kind="pattern", pattern=DURATION, lenient={"decimals-of-a-second": "loose_duration"}),
    "loose_duration": Type(kind="pattern", pattern=DURATION.replace("{1,2}", "+")),
    "completion": Type(kind="vocabulary", values=STATUS, lenient={"letter-case": "loose_completion"}),
    "loose_completion": Type(kind="vocabulary", values=STATUS, fold=True),
    "success": Type(kind="vocabulary", values=SUCCESS, lenient={"letter-case": "loose_success"}),
    "loose_success": Type(kind="vocabulary", values=SUCCESS, fold=True),
    "credit": Type(kind="vocabulary", values=("credit", "no-credit")),
    "entry": Type(kind="vocabulary", values=("ab-initio", "resume", "")),
    "exit": Type(
        kind="vocabulary", values=("time-out", "suspend", "logout", "normal", ""), lenient={"letter-case": "loose_exit"}
    ),
    "loose_exit": Type(kind="vocabulary", values=("time-out", "suspend", "logout", "normal", ""), fold=True),
    "mode": Type(kind="vocabulary", values=("browse", "normal", "review")),
    "captioning": Type(kind="vocabulary", values=("-1", "0", "1")),
    "time_limit": Type(kind="vocabulary", values=("exit,message", "continue,message", "exit,no message", "continue,no message")),
    "interaction": Type(kind="vocabulary", values=INTERACTIONS, lenient={"letter-case": "loose_interaction"}),
    "loose_interaction": Type(kind="vocabulary", values=INTERACTIONS, fold=True),
    "result_word": Type(
        kind="vocabulary",
        values=RESULTS,
        lenient={"letter-case": "loose_result_word", "other-standards-words": "translated_result_word"},
    ),
    "loose_result_word": Type(kind="vocabulary", values=RESULTS, fold=True),
    "translated_result_word": Type(kind="vocabulary", values=RESULTS, fold=True, aliases={"wrong": "incorrect"}),
    "result": Type(kind="any", of=("result_word", "real")),
    "valid": Type(kind="vocabulary", values=("true", "false", "unknown")),
    "request": Type(kind="pattern", pattern=rf"{REQUESTS}|\{{target=[^{{}}]+\}}choice"),
    "request_or_jump": Type(kind="pattern", pattern=rf"{REQUESTS}|\{{target=[^{{}}]+\}}(?:choice|jump)"),
    # Interactions: RTE 4.1.1.6 to 4.1.1.8 (reserved delimiters), 4.2.9.1 (correct responses), 4.2.9.2 (learner response).
    "boolean": Type(kind="vocabulary", values=("true", "false"), lenient={"letter-case": "loose_boolean"}),
    "loose_boolean": Type(kind="vocabulary", values=("true", "false"), fold=True),
    "choices": Type(kind="list", delimiter="[,]", of=("short_identifier",), least=0, most=36, distinct=True),
    "fill_in": Type(kind="list", delimiter="[,]", of=("localized_250",), most=10),
    "fill_in_pattern": Type(kind="flags", names=("case_matters", "order_matters"), values=("true", "false"), of=("fill_in",)),
    "long_fill_in_pattern": Type(
        kind="flags", names=("case_matters",), values=("true", "false"), of=("localized_4000",), hoist=True
    ),
    "match": Type(kind="pair", delimiter="[.]", of=("short_identifier", "short_identifier")),
    "matches": Type(kind="list", delimiter="[,]", of=("match",), most=36),
    "number_range": Type(kind="range", delimiter="[:]", of=("real",), lenient={"number-as-pattern": "real"}),
    "strict_range": Type(kind="range", delimiter="[:]", of=("real",)),
    "step_answer": Type(kind="any", of=("strict_range", "characters_250")),
    "step": Type(kind="pair", delimiter="[.]", of=("short_identifier", "characters_250"), optional=True),
    "step_pattern": Type(kind="pair", delimiter="[.]", of=("short_identifier", "step_answer"), optional=True),
    "performance": Type(kind="list", delimiter="[,]", of=("step",), most=250),
    "step_patterns": Type(kind="list", delimiter="[,]", of=("step_pattern",), most=125),
    "performance_pattern": Type(kind="flags", names=("order_matters",), values=("true", "false"), of=("step_patterns",)),
    "sequence": Type(kind="list", delimiter="[,]", of=("short_identifier",), most=36),
    "pattern": Type(
        kind="by",
        element="cmi.interactions.n.type",
        cases={
            "true-false": "boolean",
            "choice": "choices",
            "fill-in": "fill_in_pattern",
            "long-fill-in": "long_fill_in_pattern",
            "likert": "short_identifier",
            "matching": "matches",
            "performance": "performance_pattern",
            "sequencing": "sequence",
            "numeric": "number_range",
            "other": "characters_4000",
        },
    ),
    "response": Type(
        kind="by",
        element="cmi.interactions.n.type",
        cases={
            "true-false": "boolean",
            "choice": "choices",
            "fill-in": "fill_in",
            "long-fill-in": "localized_4000",
            "likert": "short_identifier",
            "matching": "matches",
            "performance": "performance",
            "sequencing": "sequence",
            "numeric": "real",
            "other": "characters_4000",
        },
    ),
}

PATTERN_RULES: dict[str, PatternRule] = {
    "true-false": PatternRule(most=1),
    "choice": PatternRule(distinct=True, unordered=True),
    "likert": PatternRule(most=1),
    "sequencing": PatternRule(distinct=True),
    "numeric": PatternRule(most=1),
    "other": PatternRule(most=1),
}


def children(of: str, names: str) -> Element:
    return Element(name=f"{of}._children", access="ro", type="characters_4000", default=names, keyword=True)


def count(of: str) -> Element:
    return Element(name=f"{of}._count", access="ro", type="integer", keyword=True, count=True)


def score(of: str, requires: tuple[str, ...] = ()) -> tuple[Element, ...]:
    return (
        children(of, "scaled,raw,min,max"),
        Element(name=f"{of}.scaled", access="rw", type="real_-1_1", requires=requires),
        Element(name=f"{of}.raw", access="rw", type="real", requires=requires),
        Element(name=f"{of}.min", access="rw", type="real", requires=requires),
        Element(name=f"{of}.max", access="rw", type="real", requires=requires),
    )


OBJECTIVE = ("cmi.objectives.n.id",)
INTERACTION = ("cmi.interactions.n.id",)
TYPED = (*INTERACTION, "cmi.interactions.n.type")

ROWS: tuple[Element, ...] = (
    Element(name="cmi._version", access="ro", type="characters_250", default="1.0", keyword=True),
    children("cmi.comments_from_learner", "comment,location,timestamp"),
    count("cmi.comments_from_learner"),
    Element(name="cmi.comments_from_learner.n.comment", access="rw", type="localized_4000"),
    Element(name="cmi.comments_from_learner.n.location", access="rw", type="characters_250"),
    Element(name="cmi.comments_from_learner.n.timestamp", access="rw", type="time"),
    children("cmi.comments_from_lms", "comment,location,timestamp"),
    count("cmi.comments_from_lms"),
    Element(name="cmi.comments_from_lms.n.comment", access="ro", type="localized_4000"),
    Element(name="cmi.comments_from_lms.n.location", access="ro", type="characters_250"),
    Element(name="cmi.comments_from_lms.n.timestamp", access="ro", type="time"),
    Element(
        name="cmi.completion_status",
        access="rw",
        type="completion",
        default="unknown",
        derived=Derived(
            threshold="cmi.completion_threshold", measure="cmi.progress_measure", reached="completed", below="incomplete"
        ),
    ),
    Element(name="cmi.completion_threshold", access="ro", type="real_0_1"),
    Element(name="cmi.credit", access="ro", type="credit", default="credit"),
    Element(name="cmi.entry", access="ro", type="entry", default=""),
    Element(name="cmi.exit", access="wo", type="exit", default=""),
    children(
        "cmi.interactions",
        "id,type,objectives,timestamp,correct_responses,weighting,learner_response,result,latency,description",
    ),
    count("cmi.interactions"),
    Element(name="cmi.interactions.n.id", access="rw", type="long_identifier"),
    Element(
        name="cmi.interactions.n.type",
        access="rw",
        type="interaction",
        requires=INTERACTION,
        resets=("cmi.interactions.n.correct_responses", "cmi.interactions.n.learner_response"),
    ),
    count("cmi.interactions.n.objectives"),
    Element(name="cmi.interactions.n.objectives.m.id", access="rw", type="long_identifier", requires=INTERACTION, unique=True),
    Element(name="cmi.interactions.n.timestamp", access="rw", type="time", requires=INTERACTION),
    count("cmi.interactions.n.correct_responses"),
    Element(
        name="cmi.interactions.n.correct_responses.m.pattern",
        access="rw",
        type="pattern",
        requires=TYPED,
        rules=PATTERN_RULES,
    ),
    Element(name="cmi.interactions.n.weighting", access="rw", type="real", requires=INTERACTION),
    Element(name="cmi.interactions.n.learner_response", access="rw", type="response", requires=TYPED),
    Element(name="cmi.interactions.n.result", access="rw", type="result", requires=INTERACTION),
    Element(name="cmi.interactions.n.latency", access="rw", type="duration", requires=INTERACTION),
    Element(name="cmi.interactions.n.description", access="rw", type="localized_250", requires=INTERACTION),
    Element(name="cmi.launch_data", access="ro", type="characters_4000"),
    Element(name="cmi.learner_id", access="ro", type="long_identifier"),
    Element(name="cmi.learner_name", access="ro", type="localized_250"),
    children("cmi.learner_preference", "audio_level,language,delivery_speed,audio_captioning"),
    Element(name="cmi.learner_preference.audio_level", access="rw", type="real_0", default="1"),
    Element(name="cmi.learner_preference.language", access="rw", type="language_or_blank", default=""),
    Element(name="cmi.learner_preference.delivery_speed", access="rw", type="real_0", default="1"),
    Element(name="cmi.learner_preference.audio_captioning", access="rw", type="captioning", default="0"),
    Element(name="cmi.location", access="rw", type="characters_1000"),
    Element(name="cmi.max_time_allowed", access="ro", type="duration"),
    Element(name="cmi.mode", access="ro", type="mode", default="normal"),
    children("cmi.objectives", "id,score,success_status,completion_status,progress_measure,description"),
    count("cmi.objectives"),
    Element(name="cmi.objectives.n.id", access="rw", type="long_identifier", unique=True, once=True),
    *score("cmi.objectives.n.score", OBJECTIVE),
    Element(name="cmi.objectives.n.success_status", access="rw", type="success", default="unknown", requires=OBJECTIVE),
    Element(name="cmi.objectives.n.completion_status", access="rw", type="completion", default="unknown", requires=OBJECTIVE),
    Element(name="cmi.objectives.n.progress_measure", access="rw", type="real_0_1", requires=OBJECTIVE),
    Element(name="cmi.objectives.n.description", access="rw", type="localized_250", requires=OBJECTIVE),
    Element(name="cmi.progress_measure", access="rw", type="real_0_1"),
    Element(name="cmi.scaled_passing_score", access="ro", type="real_-1_1"),
    *score("cmi.score"),
    Element(name="cmi.session_time", access="wo", type="duration"),
    Element(
        name="cmi.success_status",
        access="rw",
        type="success",
        default="unknown",
        derived=Derived(threshold="cmi.scaled_passing_score", measure="cmi.score.scaled", reached="passed", below="failed"),
    ),
    Element(name="cmi.suspend_data", access="rw", type="characters_4000", editions=("2nd",)),
    Element(name="cmi.suspend_data", access="rw", type="characters_64000", editions=("3rd", "4th")),
    Element(name="cmi.time_limit_action", access="ro", type="time_limit", default="continue,no message"),
    Element(name="cmi.total_time", access="ro", type="duration", default="PT0H0M0S"),
    Element(name="adl.nav.request", access="rw", type="request", default="_none_", editions=("2nd", "3rd")),
    Element(name="adl.nav.request", access="rw", type="request_or_jump", default="_none_", editions=FOURTH),
    Element(name="adl.nav.request_valid.continue", access="ro", type="valid", default="unknown", source="continue"),
    Element(name="adl.nav.request_valid.previous", access="ro", type="valid", default="unknown", source="previous"),
    Element(name="adl.nav.request_valid.choice.{target}", access="ro", type="valid", default="unknown", source="choice"),
    Element(
        name="adl.nav.request_valid.jump.{target}",
        access="ro",
        type="valid",
        default="unknown",
        source="jump",
        editions=FOURTH,
    ),
    Element(name="adl.data._children", access="ro", type="characters_250", default="id,store", keyword=True, editions=FOURTH),
    Element(name="adl.data._count", access="ro", type="integer", keyword=True, count=True, editions=FOURTH),
    Element(name="adl.data.n.id", access="ro", type="long_identifier", editions=FOURTH),
    Element(
        name="adl.data.n.store",
        access="rw",
        type="characters_64000",
        shared=True,
        fixed=True,
        blank_is_unset=True,
        editions=FOURTH,
    ),
)


@cache
def model(edition: str) -> Model:
    """The model of "2nd", "3rd" or "4th" Edition."""
    return Model(
        standard="scorm2004",
        edition=edition,
        elements={row.name: row for row in ROWS if not row.editions or edition in row.editions},
        types=TYPES,
        codes=CODES_2004,
        errors=ERRORS_2004,
        target=("{target=", "}"),
        leniencies=names(SCORM_2004),
    )
