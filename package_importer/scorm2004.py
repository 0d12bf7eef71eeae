"""SCORM 2004 items: presentation, shared data and ADL's other extensions (CAM 3.4.1 and 5.2)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from package_importer import values
from package_importer.course import CompletionThreshold, SharedData
from package_importer.report import Findings
from package_importer.scorm12 import TIME_LIMIT_ACTIONS
from package_importer.values import collapsed
from package_importer.vocabulary import ADLCP, ADLNAV
from package_importer.xml import note

HIDEABLE = ("continue", "previous", "exit", "exitAll", "abandon", "abandonAll", "suspendAll")


def details(element: etree._Element, findings: Findings) -> dict[str, Any]:
    """What adlcp and adlnav say of an item or organization, as fields of `Item`."""
    answer: dict[str, Any] = {}
    present = {str(child.tag): child for child in element}
    if (data := present.get(f"{{{ADLCP}}}dataFromLMS")) is not None:
        answer["data_from_lms"] = values.raw(data).strip()
    if (action := present.get(f"{{{ADLCP}}}timeLimitAction")) is not None and values.text(action):
        answer["time_limit_action"] = values.word(findings, action, action.text, "", TIME_LIMIT_ACTIONS) or None
    if (threshold := present.get(f"{{{ADLCP}}}completionThreshold")) is not None:
        answer["completion_threshold"] = _threshold(threshold, findings)
    if f"{{{ADLCP}}}data" in present and (shared := _shared(element, findings)):
        answer["shared_data"] = shared
    if f"{{{ADLNAV}}}presentation" in present and (hidden := _hidden(element, findings)):
        answer["hide_lms_ui"] = hidden
    return answer


def _threshold(element: etree._Element, findings: Findings) -> CompletionThreshold:
    """The 4th Edition has attributes; the editions before had the measure as text."""
    given = element.get("minProgressMeasure", values.text(element) or None)
    least = values.number(findings, element, given, 1.0, 0, 1)
    weight = values.number(findings, element, element.get("progressWeight"), 1.0, 0, 1)
    return CompletionThreshold(
        completed_by_measure=values.boolean(findings, element, "completedByMeasure", False),
        min_progress_measure=1.0 if least is None else least,
        progress_weight=1.0 if weight is None else weight,
    )


def _shared(element: etree._Element, findings: Findings) -> tuple[SharedData, ...]:
    found: dict[str, SharedData] = {}
    for entry in element.iterfind(f"{{{ADLCP}}}data/{{{ADLCP}}}map"):
        target = collapsed(entry.get("targetID"))
        if not target:
            note(findings, entry, "identifier-missing", taken="nothing")
            continue
        read = values.boolean(findings, entry, "readSharedData", True)
        write = values.boolean(findings, entry, "writeSharedData", True)
        found.setdefault(target, SharedData(target=target, read=read, write=write))
    return tuple(found.values())


def _hidden(element: etree._Element, findings: Findings) -> tuple[str, ...]:
    path = f"{{{ADLNAV}}}presentation/{{{ADLNAV}}}navigationInterface/{{{ADLNAV}}}hideLMSUI"
    words = (values.word(findings, entry, values.text(entry), "", HIDEABLE) for entry in element.iterfind(path))
    return tuple(dict.fromkeys(word for word in words if word))
