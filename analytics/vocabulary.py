"""What the verbs and categories of the profiles in use say about an attempt: tables, no code but look-ups.

Sources: ADL vocabulary and "xAPI SCORM Profile" 1.0 (verbs), cmi5 1.0 §9.3 (verbs) and §9.6.2 (categories),
Activity Streams 1.0 and the TinCan registry (verbs of older clients).
A result in the statement always wins over the verb: "completed" with `completion: false` is not a completion.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a verb does to an attempt's life, besides its outcome."""

    ANNOUNCE = "announce"  # somebody expects the learner to come: no work was done yet
    BEGIN = "begin"  # a new attempt starts
    RESUME = "resume"  # work goes on
    END = "end"  # a session ends; its duration counts towards the time spent
    ABANDON = "abandon"  # a session ended without a word from the content
    WAIVE = "waive"  # somebody granted the result without the work
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One row: what a verb means when the statement's result is silent."""

    role: Role = Role.OTHER
    completion: bool | None = None
    success: bool | None = None


OTHER = Verb()
_ADL = "http://adlnet.gov/expapi/verbs/"
_ADL_W3 = "https://w3id.org/xapi/adl/verbs/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"
_TINCAN = "http://id.tincanapi.com/verb/"

VERBS: dict[str, Verb] = {
    _ADL + "registered": Verb(role=Role.ANNOUNCE),
    _ADL + "launched": Verb(role=Role.ANNOUNCE),
    _TINCAN + "enrolled-onto-learning-plan": Verb(role=Role.ANNOUNCE),
    _STREAMS + "assign": Verb(role=Role.ANNOUNCE),
    _ADL + "initialized": Verb(role=Role.BEGIN),
    _ADL + "attempted": Verb(role=Role.BEGIN),
    _STREAMS + "start": Verb(role=Role.BEGIN),
    _ADL + "resumed": Verb(role=Role.RESUME),
    _ADL + "suspended": Verb(role=Role.END),
    _ADL + "terminated": Verb(role=Role.END),
    _ADL + "exited": Verb(role=Role.END),
    _ADL_W3 + "abandoned": Verb(role=Role.ABANDON),
    _ADL + "abandoned": Verb(role=Role.ABANDON),
    _ADL_W3 + "waived": Verb(role=Role.WAIVE, completion=True, success=True),
    _ADL_W3 + "satisfied": Verb(completion=True),
    _ADL + "completed": Verb(completion=True),
    _STREAMS + "complete": Verb(completion=True),
    "http://activitystrea.ms/complete": Verb(completion=True),
    "https://w3id.org/xapi/dod-isd/verbs/completed": Verb(completion=True),
    _ADL + "passed": Verb(success=True),
    _ADL + "failed": Verb(success=False),
    _ADL + "mastered": Verb(success=True),
}

VOIDED = _ADL + "voided"
LAUNCHED = _ADL + "launched"

INTERACTION_TYPE = "http://adlnet.gov/expapi/activities/cmi.interaction"
ATTEMPT_TYPE = "http://adlnet.gov/expapi/activities/attempt"

SOURCES = ("xapi", "scorm2004", "scorm12", "cmi5")
"""Where statements of one row differ, the last of these decides."""
CMI5_CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/"
CMI5_SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
SCORM_CATEGORY = "https://w3id.org/xapi/scorm"
SCORM12_MARKS = ("scorm12", "scorm-1.2", "scorm/1.2", "scorm1.2")
SCORM_MARKS = ("scorm-to-tin-can/", "scorm2004", "scorm-2004", "scorm/2004")


def verb(iri: str) -> Verb:
    return VERBS.get(iri, OTHER)


def source(categories: list[str]) -> str:
    """The standard the work was done under, as the context's categories tell it."""
    scorm = False
    for category in categories:
        if category.startswith(CMI5_CATEGORY):
            return "cmi5"
        lowered = category.lower()
        if any(mark in lowered for mark in SCORM12_MARKS):
            return "scorm12"
        scorm = scorm or lowered.startswith(SCORM_CATEGORY) or any(mark in lowered for mark in SCORM_MARKS)
    return "scorm2004" if scorm else "xapi"
