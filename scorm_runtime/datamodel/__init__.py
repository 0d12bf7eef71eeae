"""The SCORM run-time data models as tables, their interpreter, and the standards' rules about their values.

A SCO's run-time data is one flat dict of element name -> text with what was set or given by the LMS;
`_count`, `_children` and `_version` are computed.
"""

from __future__ import annotations

import re

from scorm_runtime.datamodel import scorm12, scorm2004
from scorm_runtime.datamodel.element import Model

MODELS: dict[str, Model] = {"scorm12": scorm12.MODEL, "scorm2004": scorm2004.model("4th")}


def model_for(standard: str, edition: str | None = None) -> Model:
    """The model of a course's standard and edition as manifests spell it ("2004 3rd Edition", "CAM 1.3"); 4th when unknown."""
    if standard == "scorm12":
        return scorm12.MODEL
    if standard != "scorm2004":
        raise KeyError(standard)
    if edition and re.search("CAM 1[.]3|2nd|^2$", edition, re.IGNORECASE):
        return scorm2004.model("2nd")
    return scorm2004.model("3rd" if edition and re.search("3rd|^3$", edition, re.IGNORECASE) else "4th")


__all__ = ["MODELS", "Model", "model_for"]
