"""CPU time to parse and validate a SCORM 2004 manifest of 1,000 items: python bench/import_manifest.py [ITEMS]."""

from __future__ import annotations

import sys
import time

from package_importer import Limits, read_manifest

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="M" version="1" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
<metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
<organizations default="O"><organization identifier="O"><title>Course</title>"""
ITEM = """<item identifier="I{n}" identifierref="R{n}" parameters="?page={n}"><title>Item {n}</title>
<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.8"/>
<imsss:sequencing><imsss:controlMode flow="true"/><imsss:objectives><imsss:primaryObjective objectiveID="P{n}">
<imsss:mapInfo targetObjectiveID="G{n}" writeSatisfiedStatus="true"/></imsss:primaryObjective></imsss:objectives>
</imsss:sequencing></item>"""
RESOURCE = (
    '<resource identifier="R{n}" type="webcontent" adlcp:scormType="sco" href="p/{n}.html"><file href="p/{n}.html"/></resource>'
)


def manifest(items: int) -> tuple[bytes, list[str]]:
    tree = "".join(ITEM.format(n=n) for n in range(items))
    resources = "".join(RESOURCE.format(n=n) for n in range(items))
    text = f"{HEAD}{tree}</organization></organizations><resources>{resources}</resources></manifest>"
    return text.encode(), [f"p/{n}.html" for n in range(items)]


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    data, names = manifest(items)
    limits = Limits(items=items + 1)
    read_manifest(*manifest(1))
    best = min(_once(data, names, limits) for _ in range(5))
    print(f"{items} items, {len(data)} bytes: {best * 1000:.0f} ms of CPU")


def _once(data: bytes, names: list[str], limits: Limits) -> float:
    start = time.process_time()
    course, report = read_manifest(data, names, limits=limits)
    taken = time.process_time() - start
    assert len(list(course.root.walk())) > 1
    assert {finding.rule for finding in report.warnings} <= {"schema-unchecked"}
    return taken


if __name__ == "__main__":
    main()
