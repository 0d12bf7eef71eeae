"""IRIs of cmi5: verbs (9.3), activity types (9.4), categories (9.6.2) and extensions (9.5.5, 9.6.3)."""

from __future__ import annotations

from collections.abc import Mapping

_ADL = "http://adlnet.gov/expapi/verbs/"
_W3ID = "https://w3id.org/xapi/adl/verbs/"
VERBS: Mapping[str, str] = {
    "launched": _ADL + "launched",
    "initialized": _ADL + "initialized",
    "completed": _ADL + "completed",
    "passed": _ADL + "passed",
    "failed": _ADL + "failed",
    "terminated": _ADL + "terminated",
    "abandoned": _W3ID + "abandoned",
    "waived": _W3ID + "waived",
    "satisfied": _W3ID + "satisfied",
}
SCORED = _ADL + "scored"
VOIDED = _ADL + "voided"
_BASE = "https://w3id.org/xapi/cmi5/"
BLOCK = _BASE + "activitytype/block"
COURSE = _BASE + "activitytype/course"
CMI5 = _BASE + "context/categories/cmi5"
MOVE_ON = _BASE + "context/categories/moveon"
_EXTENSION = _BASE + "context/extensions/"
SESSION_ID = _EXTENSION + "sessionid"
MASTERY_SCORE = _EXTENSION + "masteryscore"
LAUNCH_MODE = _EXTENSION + "launchmode"
LAUNCH_URL = _EXTENSION + "launchurl"
MOVE_ON_RULE = _EXTENSION + "moveon"
LAUNCH_PARAMETERS = _EXTENSION + "launchparameters"
REASON = _BASE + "result/extensions/reason"
LAUNCH_DATA = "LMS.LaunchData"
PREFERENCES = "cmi5LearnerPreferences"
