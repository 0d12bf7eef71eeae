"""SCORM 1.2 items: the adlcp elements of CAM 1.2, section 2.3.2.5.

SCORM 1.2 knows no sequencing. Its trees get the one that every player gives them - any item may be chosen, and the
next one follows - so that one engine serves both standards. A SCO's own status counts: none is made up at its end.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from package_importer import values
from package_importer.course import Sequencing
from package_importer.report import Findings
from package_importer.vocabulary import ADLCP_12

TIME_LIMIT_ACTIONS = ("exit,message", "exit,no message", "continue,message", "continue,no message")
CLUSTER = Sequencing(choice=True, flow=True)
SCO = Sequencing(completion_set_by_content=True, objective_set_by_content=True)
ASSET = Sequencing()


def details(element: etree._Element, findings: Findings) -> dict[str, Any]:
    """What adlcp says of an item, as fields of `Item`; elements that say nothing are left out."""
    found = {name: element.find(f"{{{ADLCP_12}}}{name}") for name in ("masteryscore", "timelimitaction", "maxtimeallowed")}
    answer: dict[str, Any] = {}
    if (score := found["masteryscore"]) is not None and values.text(score):
        answer["mastery_score"] = values.number(findings, score, score.text, None, 0, 100)
    if (action := found["timelimitaction"]) is not None and values.text(action):
        answer["time_limit_action"] = values.word(findings, action, action.text, "", TIME_LIMIT_ACTIONS) or None
    if (allowed := found["maxtimeallowed"]) is not None:
        answer["max_time_allowed"] = values.duration(findings, allowed, allowed.text, values.TIMESPAN)
    data = element.find(f"{{{ADLCP_12}}}datafromlms")
    if data is not None:
        answer["data_from_lms"] = values.raw(data).strip()
    prerequisites = element.find(f"{{{ADLCP_12}}}prerequisites")
    if prerequisites is not None:
        answer["prerequisites"] = values.text(prerequisites) or None
    return answer
