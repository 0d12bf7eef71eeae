"""What differs between the editions of SCORM 2004 in the data model and in sequencing, as far as an LMS can tell.

The data model's rows say the same of themselves (`datamodel/scorm2004.py`); a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One column of the table in docs/datamodel.md."""

    suspend_data: int
    """RTE 4.2.23: smallest permitted maximum of cmi.suspend_data."""
    shared_data: bool
    """RTE 4.3: adl.data."""
    jump: bool
    """SN NB.2.1-14, SB.2.13: the jump request, and adl.nav.request_valid.jump."""
    threshold_by_attribute: bool
    """CAM 3.4.1.15: a completion threshold counts only with completedByMeasure; before, it was the text of the element."""
    completed_by_measure: bool
    """SN RB.1.1.b, RB.1.3.a: progress is rolled up with weights, and a cluster can be completed by it."""
    objective_completion: bool
    """SN 3.10, adlseq:objectives: objectives have completion, progress and raw scores of their own, with maps of their own."""


SECOND = Edition(
    suspend_data=4_000,
    shared_data=False,
    jump=False,
    threshold_by_attribute=False,
    completed_by_measure=False,
    objective_completion=False,
)
THIRD = Edition(
    suspend_data=64_000,
    shared_data=False,
    jump=False,
    threshold_by_attribute=False,
    completed_by_measure=False,
    objective_completion=False,
)
FOURTH = Edition(
    suspend_data=64_000,
    shared_data=True,
    jump=True,
    threshold_by_attribute=True,
    completed_by_measure=True,
    objective_completion=True,
)
EDITIONS: dict[str, Edition] = {"2nd": SECOND, "3rd": THIRD, "4th": FOURTH}


def edition(name: str | None) -> Edition:
    """The 4th where a course does not say (SCORM 1.2 courses run in its engine, too)."""
    return EDITIONS.get(name or "", FOURTH)
