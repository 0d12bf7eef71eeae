"""The element and attribute names of each standard's manifest, and how those of real manifests are read as such.

After `canonical` the tree has the standard's own names, so that readers and schemas need know no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from package_importer.report import Findings
from package_importer.xml import note

XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
BASE = f"{{{XML}}}base"
OURS = re.compile(r"imsproject|imsglobal|imscp|imsss|adlnet|adlcp|adlseq|adlnav|scorm", re.IGNORECASE)
METADATA = frozenset(("schema", "schemaversion", "location"))
PACKAGING = "manifest metadata schema schemaversion organizations organization title item resources resource file dependency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`elements` and `attributes` lead from a lower-case local name to the names of the standard, the likeliest first."""

    name: str
    packaging: str
    adl: str
    elements: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, str]
    known: frozenset[str]
    known_attributes: frozenset[str]

    def __call__(self, local: str) -> str:
        """The Clark name of an element of content packaging."""
        return f"{{{self.packaging}}}{local}"


def _vocabulary(name: str, packaging: str, adl: str, elements: dict[str, str], attributes: dict[str, str]) -> Vocabulary:
    names: dict[str, tuple[str, ...]] = {}
    for namespace, words in elements.items():
        for word in words.split():
            names[word.lower()] = (*names.get(word.lower(), ()), f"{{{namespace}}}{word}")
    plain = {w.lower(): f"{{{ns}}}{w}" if ns else w for ns, words in attributes.items() for w in words.split()}
    known = frozenset(n for row in names.values() for n in row)
    return Vocabulary(
        name=name,
        packaging=packaging,
        adl=adl,
        elements=names,
        attributes=plain,
        known=known,
        known_attributes=frozenset((*plain.values(), BASE, f"{{{XSI}}}schemaLocation")),
    )


IMSCP_12 = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ADLCP_12 = "http://www.adlnet.org/xsd/adlcp_rootv1p2"
IMSCP = "http://www.imsglobal.org/xsd/imscp_v1p1"
IMSSS = "http://www.imsglobal.org/xsd/imsss"
ADLCP = "http://www.adlnet.org/xsd/adlcp_v1p3"
ADLSEQ = "http://www.adlnet.org/xsd/adlseq_v1p3"
ADLNAV = "http://www.adlnet.org/xsd/adlnav_v1p3"

PLAIN = "identifier identifierref version default structure isvisible parameters type href"

SCORM_12 = _vocabulary(
    "SCORM 1.2",
    IMSCP_12,
    ADLCP_12,
    {IMSCP_12: PACKAGING, ADLCP_12: "location prerequisites maxtimeallowed timelimitaction datafromlms masteryscore"},
    {"": PLAIN, ADLCP_12: "scormtype"},
)

SCORM_2004 = _vocabulary(
    "SCORM 2004",
    IMSCP,
    ADLCP,
    {
        IMSCP: PACKAGING,
        IMSSS: "sequencing sequencingCollection controlMode sequencingRules preConditionRule exitConditionRule postConditionRule"
        " ruleConditions ruleCondition ruleAction limitConditions auxiliaryResources auxiliaryResource rollupRules rollupRule"
        " rollupConditions rollupCondition rollupAction objectives primaryObjective objective minNormalizedMeasure mapInfo"
        " randomizationControls deliveryControls",
        ADLCP: "location timeLimitAction dataFromLMS completionThreshold data map",
        ADLSEQ: "constrainedChoiceConsiderations rollupConsiderations objectives objective mapInfo",
        ADLNAV: "presentation navigationInterface hideLMSUI",
    },
    {
        "": f"{PLAIN} ID IDRef choice choiceExit flow forwardOnly useCurrentAttemptObjectiveInfo useCurrentAttemptProgressInfo"
        " conditionCombination condition operator referencedObjective measureThreshold action attemptLimit"
        " attemptAbsoluteDurationLimit rollupObjectiveSatisfied rollupProgressCompletion objectiveMeasureWeight childActivitySet"
        " minimumCount minimumPercent objectiveID satisfiedByMeasure targetObjectiveID readSatisfiedStatus readNormalizedMeasure"
        " writeSatisfiedStatus writeNormalizedMeasure randomizationTiming selectCount reorderChildren selectionTiming tracked"
        " completionSetByContent objectiveSetByContent preventActivation constrainChoice requiredForSatisfied"
        " requiredForNotSatisfied requiredForCompleted requiredForIncomplete measureSatisfactionIfActive completedByMeasure"
        " minProgressMeasure progressWeight targetID readSharedData writeSharedData readRawScore readMinScore readMaxScore"
        " readCompletionStatus readProgressMeasure writeRawScore writeMinScore writeMaxScore writeCompletionStatus"
        " writeProgressMeasure",
        ADLCP: "scormType persistState sharedDataGlobalToSystem",
        ADLSEQ: "objectivesGlobalToSystem",
    },
)


def local(name: str) -> str:
    """The name without namespace and without a prefix that was never declared."""
    return name.rpartition("}")[2].rpartition(":")[2]


def namespace(element: etree._Element) -> str:
    """The element's namespace; empty too for a prefix that was never declared, which lxml's own QName does not take."""
    tag = str(element.tag)
    return tag[1 : tag.index("}")] if tag.startswith("{") else ""


def canonical(root: etree._Element, vocabulary: Vocabulary, findings: Findings) -> None:
    """Gives every element and attribute that is meant as one of the standard its standard name, in place."""
    _Renaming(root, vocabulary, findings).run()


class _Renaming:
    def __init__(self, root: etree._Element, vocabulary: Vocabulary, findings: Findings) -> None:
        self.root = root
        self.vocabulary = vocabulary
        self.findings = findings
        self.own = namespace(root)
        self.told: set[tuple[str, str]] = set()

    def run(self) -> None:
        known, known_attributes = self.vocabulary.known, self.vocabulary.known_attributes
        stack: list[etree._Element] = [self.root]
        while stack:
            element = stack.pop()
            if element.tag not in known and not self._element(element):
                continue
            if not known_attributes.issuperset(element.keys()):
                self._attributes(element)
            if element.tag.endswith("metadata"):
                stack.extend(child for child in element if local(str(child.tag)).lower() in METADATA)
            else:
                stack.extend(element)

    def _element(self, element: etree._Element) -> bool:
        """Whether the element was one of the standard's after all."""
        tag = str(element.tag)
        namespace, name = tag[1:].split("}", 1) if tag[0] == "{" else ("", tag)
        prefix, _, word = name.rpartition(":")
        names = self.vocabulary.elements.get(word.lower())
        if names is None or not self._ours(namespace):
            return False
        taken = self._choice(element, names, prefix or element.prefix or "")
        element.tag = taken
        right = taken[1:].split("}")[0]
        if namespace != right and not prefix:
            self._tell(element, "namespace-wrong" if namespace else "namespace-missing", namespace, right)
        if word != local(taken):
            self._tell(element, "name-case", word, local(taken))
        return True

    def _ours(self, namespace: str) -> bool:
        return not namespace or namespace == self.own or bool(OURS.search(namespace))

    def _choice(self, element: etree._Element, names: tuple[str, ...], prefix: str) -> str:
        """Names that two vocabularies share belong to that of the prefix, else of the parent, else to the first."""
        if len(names) == 1:
            return names[0]
        for name in names:
            if prefix and f"/{prefix.lower()}" in name:
                return name
        parent = element.getparent()
        space = str(parent.tag).partition("}")[0] if parent is not None else ""
        return next((n for n in names if n.startswith(space + "}")), names[0])

    def _attributes(self, element: etree._Element) -> None:
        for name, value in element.attrib.items():
            name = str(name)
            if name in self.vocabulary.known_attributes or name.startswith((f"{{{XSI}}}", f"{{{XML}}}")):
                continue
            word = local(name)
            taken = self.vocabulary.attributes.get(word.lower())
            if taken is None or taken == name:
                if name == "xml:base" or (word == "base" and ":" in name):
                    element.set(BASE, value)
                continue
            namespace = name[1:].split("}")[0] if name[0] == "{" else ""
            if not self._ours(namespace) or (word.lower() == "id" and local(str(element.tag)) != "sequencing"):
                continue
            if taken not in element.attrib:
                element.set(taken, value)
            del element.attrib[name]
            if word != local(taken):
                self._tell(element, "name-case", word, local(taken))
            else:
                self._tell(element, "attribute-namespace", name, taken.rpartition("}")[0].lstrip("{") or "no namespace")

    def _tell(self, element: etree._Element, rule: str, found: str, taken: str) -> None:
        """Each kind of slip once; a manifest that has one has it a thousand times."""
        if (rule + taken, found) not in self.told:
            self.told.add((rule + taken, found))
            note(self.findings, element, rule, found, taken=taken)
