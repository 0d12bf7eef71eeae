"""imsss:sequencing with ADL's extensions as a `Sequencing`.

SCORM 2004 SN 3 (the sequencing definition model), CAM 5 (its XML); adlseq of the 4th Edition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any
from urllib.parse import unquote

from lxml import etree

from package_importer import values
from package_importer.course import Objective, ObjectiveMap, RollupRule, RuleCondition, Sequencing, SequencingRule
from package_importer.report import Findings
from package_importer.values import child, collapsed
from package_importer.vocabulary import ADLSEQ, IMSSS, local
from package_importer.xml import note

TIMINGS = ("never", "once", "onEachNewAttempt")
REQUIRED = ("always", "ifAttempted", "ifNotSkipped", "ifNotSuspended")
SETS = ("all", "any", "none", "atLeastCount", "atLeastPercent")
STATUS = (
    "satisfied",
    "objectiveStatusKnown",
    "objectiveMeasureKnown",
    "completed",
    "activityProgressKnown",
    "attempted",
    "attemptLimitExceeded",
    "timeLimitExceeded",
    "outsideAvailableTimeRange",
)
CONDITIONS = (*STATUS, "objectiveMeasureGreaterThan", "objectiveMeasureLessThan", "always")
OBJECTIVE_CONDITIONS = (*STATUS[:5], "objectiveMeasureGreaterThan", "objectiveMeasureLessThan")
"""Those that look at the objective that they refer to (SN 3.4.2); to the others a reference says nothing."""
ROLLUP_CONDITIONS = (*STATUS, "never")
ROLLUP_ACTIONS = ("satisfied", "notSatisfied", "completed", "incomplete")
RULES = (
    ("preConditionRule", "pre_rules", ("skip", "disabled", "hiddenFromChoice", "stopForwardTraversal")),
    ("exitConditionRule", "exit_rules", ("exit",)),
    ("postConditionRule", "post_rules", ("exitParent", "exitAll", "retry", "retryAll", "continue", "previous")),
)

BOOLEANS: Mapping[str, Mapping[str, str]] = {
    f"{{{IMSSS}}}controlMode": {
        "choice": "choice",
        "choiceExit": "choice_exit",
        "flow": "flow",
        "forwardOnly": "forward_only",
        "useCurrentAttemptObjectiveInfo": "use_current_attempt_objective_info",
        "useCurrentAttemptProgressInfo": "use_current_attempt_progress_info",
    },
    f"{{{ADLSEQ}}}constrainedChoiceConsiderations": {
        "preventActivation": "prevent_activation",
        "constrainChoice": "constrain_choice",
    },
    f"{{{IMSSS}}}rollupRules": {
        "rollupObjectiveSatisfied": "rollup_objective_satisfied",
        "rollupProgressCompletion": "rollup_progress_completion",
    },
    f"{{{ADLSEQ}}}rollupConsiderations": {"measureSatisfactionIfActive": "measure_satisfaction_if_active"},
    f"{{{IMSSS}}}randomizationControls": {"reorderChildren": "reorder_children"},
    f"{{{IMSSS}}}deliveryControls": {
        "tracked": "tracked",
        "completionSetByContent": "completion_set_by_content",
        "objectiveSetByContent": "objective_set_by_content",
    },
}
WORDS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    f"{{{IMSSS}}}randomizationControls": {
        "randomizationTiming": ("randomization_timing", TIMINGS),
        "selectionTiming": ("selection_timing", TIMINGS),
    },
    f"{{{ADLSEQ}}}rollupConsiderations": {
        "requiredForSatisfied": ("required_for_satisfied", REQUIRED),
        "requiredForNotSatisfied": ("required_for_not_satisfied", REQUIRED),
        "requiredForCompleted": ("required_for_completed", REQUIRED),
        "requiredForIncomplete": ("required_for_incomplete", REQUIRED),
    },
}
MAP_FLAGS = {
    "readSatisfiedStatus": "read_satisfied_status",
    "readNormalizedMeasure": "read_normalized_measure",
    "writeSatisfiedStatus": "write_satisfied_status",
    "writeNormalizedMeasure": "write_normalized_measure",
}
ADL_MAP_FLAGS = {
    f"{mode}{name}": f"{mode}_{field}"
    for mode in ("read", "write")
    for name, field in (
        ("RawScore", "raw_score"),
        ("MinScore", "min_score"),
        ("MaxScore", "max_score"),
        ("CompletionStatus", "completion_status"),
        ("ProgressMeasure", "progress_measure"),
    )
}
PLAIN = Sequencing()
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Sequencing)}
_MAP_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(ObjectiveMap)}


def collection(root: etree._Element) -> dict[str, etree._Element]:
    """The entries of every sequencingCollection by ID."""
    entries: dict[str, etree._Element] = {}
    for group in root.iter(f"{{{IMSSS}}}sequencingCollection"):
        for entry in group.iterchildren(f"{{{IMSSS}}}sequencing"):
            entries.setdefault(collapsed(entry.get("ID")), entry)
    return entries


def weight(owner: etree._Element, entries: Mapping[str, etree._Element]) -> int:
    """Elements of the collection entry that an item refers to: what its sequencing costs beyond the item's own."""
    element = child(owner, f"{{{IMSSS}}}sequencing")
    entry = None if element is None else entries.get(collapsed(element.get("IDRef")))
    return 0 if entry is None else sum(1 for _ in entry.iter())


def sequencing(owner: etree._Element, entries: Mapping[str, etree._Element], findings: Findings) -> Sequencing:
    """The sequencing of an item or organization; local elements replace those of the collection entry it refers to."""
    element = child(owner, f"{{{IMSSS}}}sequencing")
    if element is None:
        return PLAIN
    parts: dict[str, etree._Element] = {}
    reference = collapsed(element.get("IDRef"))
    if reference in entries:
        parts.update({str(child.tag): child for child in entries[reference]})
    elif reference:
        note(findings, element, "sequencing-reference", reference)
    parts.update({str(child.tag): child for child in element})
    return _Reader(parts, findings).read()


class _Reader:
    def __init__(self, parts: Mapping[str, etree._Element], findings: Findings) -> None:
        self.parts = parts
        self.findings = findings

    def read(self) -> Sequencing:
        values_read: dict[str, Any] = {**self._attributes(), **self._limits(), **self._weights()}
        objectives = self._objectives()
        values_read.update(self._rules({_name(objective.id or "") for objective in objectives}))
        values_read["rollup_rules"] = self._rollup_rules()
        return Sequencing(**values_read, objectives=objectives)

    def _part(self, name: str, namespace: str = IMSSS) -> etree._Element | None:
        return self.parts.get(f"{{{namespace}}}{name}")

    def _attributes(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for tag, rows in BOOLEANS.items():
            if (element := self.parts.get(tag)) is not None:
                for name, field in rows.items():
                    if element.get(name) is not None:
                        found[field] = values.boolean(self.findings, element, name, _DEFAULTS[field])
        for tag, words in WORDS.items():
            if (element := self.parts.get(tag)) is not None:
                for name, (field, allowed) in words.items():
                    found[field] = values.word(self.findings, element, element.get(name), _DEFAULTS[field], allowed)
        return found

    def _limits(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if (limits := self._part("limitConditions")) is not None:
            found["attempt_limit"] = values.count(self.findings, limits, "attemptLimit", None)
            given = limits.get("attemptAbsoluteDurationLimit")
            found["attempt_absolute_duration_limit"] = values.duration(self.findings, limits, given, values.DURATION)
        if (controls := self._part("randomizationControls")) is not None:
            found["select_count"] = values.count(self.findings, controls, "selectCount", None)
        return found

    def _weights(self) -> dict[str, Any]:
        rollup = self._part("rollupRules")
        if rollup is None:
            return {}
        return {"objective_measure_weight": self._number(rollup, "objectiveMeasureWeight", 1.0, 0, 1)}

    def _number(self, element: etree._Element, name: str, default: float, low: float, high: float) -> float:
        value = values.number(self.findings, element, element.get(name), default, low, high)
        return default if value is None else value

    def _rules(self, objectives: Collection[str]) -> dict[str, Any]:
        group = self._part("sequencingRules")
        found: dict[str, Any] = {}
        for tag, field, actions in RULES if group is not None else ():
            rules = (self._rule(rule, actions, objectives) for rule in _children(group, tag))
            found[field] = tuple(rule for rule in rules if rule is not None)
        return found

    def _rule(self, element: etree._Element, actions: tuple[str, ...], objectives: Collection[str]) -> SequencingRule | None:
        action = self._action(element, "ruleAction", actions)
        group = child(element, f"{{{IMSSS}}}ruleConditions")
        combination = self._combination(group, "all")
        read = [self._referring(c, self._condition(c, CONDITIONS), objectives) for c in _children(group, "ruleCondition")]
        conditions = self._sound(element, action, combination, read)
        return SequencingRule(action=action, combination=combination, conditions=conditions) if conditions else None

    def _action(self, element: etree._Element, tag: str, allowed: tuple[str, ...]) -> str:
        action = child(element, f"{{{IMSSS}}}{tag}")
        return "" if action is None else values.word(self.findings, action, action.get("action"), "", allowed)

    def _combination(self, group: etree._Element | None, default: str) -> str:
        """Of a word that is not known `all` is taken, which lets a rule apply less often."""
        given = None if group is None else group.get("conditionCombination")
        return default if group is None or given is None else values.word(self.findings, group, given, "all", ("all", "any"))

    def _sound(
        self, element: etree._Element, action: str, combination: str, read: Sequence[RuleCondition | None]
    ) -> tuple[RuleCondition, ...]:
        """The conditions by which a rule may act, none if it may not: what cannot be read never makes it act more often."""
        conditions = tuple(condition for condition in read if condition is not None)
        if not action or not read:
            note(self.findings, element, "rule-empty", "conditions" if action else "action")
        elif not conditions or (combination == "all" and None in read):
            note(self.findings, element, "rule-unread")
        else:
            return conditions
        return ()

    def _condition(self, element: etree._Element, allowed: tuple[str, ...]) -> RuleCondition | None:
        """None, with a finding, if its word, its operator or its threshold cannot be read."""
        word = values.word(self.findings, element, element.get("condition"), "", allowed)
        operator = values.word(self.findings, element, element.get("operator", "noOp"), "", ("not", "noOp"))
        given = element.get("measureThreshold", "0")
        threshold = values.number(self.findings, element, given, None, -1, 1)
        if not word or not operator or threshold is None:
            return None
        return RuleCondition(condition=word, negated=operator == "not", measure_threshold=threshold)

    def _referring(
        self, element: etree._Element, condition: RuleCondition | None, objectives: Collection[str]
    ) -> RuleCondition | None:
        """With its objective; None, with a finding, if that is none of the activity's."""
        reference = collapsed(element.get("referencedObjective"))
        if condition is None or not reference:
            return condition
        if condition.condition in OBJECTIVE_CONDITIONS and _name(reference) not in objectives:
            note(self.findings, element, "objective-reference", reference)
            return None
        return replace(condition, referenced_objective=reference)

    def _rollup_rules(self) -> tuple[RollupRule, ...]:
        rules = (self._rollup_rule(rule) for rule in _children(self._part("rollupRules"), "rollupRule"))
        return tuple(rule for rule in rules if rule is not None)

    def _rollup_rule(self, element: etree._Element) -> RollupRule | None:
        action = self._action(element, "rollupAction", ROLLUP_ACTIONS)
        group = child(element, f"{{{IMSSS}}}rollupConditions")
        combination = self._combination(group, "any")
        read = [self._condition(c, ROLLUP_CONDITIONS) for c in _children(group, "rollupCondition")]
        conditions = self._sound(element, action, combination, read)
        children = values.word(self.findings, element, element.get("childActivitySet", "all"), "", SETS)
        count = values.count(self.findings, element, "minimumCount", None) if "minimumCount" in element.attrib else 0
        percent = values.number(self.findings, element, element.get("minimumPercent", "0"), None, 0, 1)
        if not conditions:
            return None
        if not children or count is None or percent is None:
            note(self.findings, element, "rule-unread")
            return None
        return RollupRule(
            action=action,
            child_activity_set=children,
            minimum_count=count,
            minimum_percent=percent,
            combination=combination,
            conditions=conditions,
        )

    def _objectives(self) -> tuple[Objective, ...]:
        adl = self._adl_maps()
        objectives: list[Objective] = []
        seen: set[str] = set()
        for element in _children(self._part("objectives"), "primaryObjective", "objective"):
            primary = local(str(element.tag)) == "primaryObjective"
            identifier = collapsed(element.get("objectiveID")) or None
            if identifier is None and not primary:
                note(self.findings, element, "objective-no-id")
                continue
            if identifier in seen:
                note(self.findings, element, "identifier-duplicate", identifier, taken="nothing")
                continue
            seen.update([identifier] if identifier else ())
            objectives.append(self._objective(element, identifier, primary, adl.pop(identifier or "", [])))
        for rows in adl.values():
            for owner, _ in rows[:1]:
                parent = owner.getparent()
                note(self.findings, owner, "objective-reference", None if parent is None else parent.get("objectiveID"))
        self._writers(objectives)
        return tuple(sorted(objectives, key=lambda o: not o.primary))

    def _adl_maps(self) -> dict[str, list[tuple[etree._Element, dict[str, bool]]]]:
        found: dict[str, list[tuple[etree._Element, dict[str, bool]]]] = {}
        group = self._part("objectives", ADLSEQ)
        for objective in () if group is None else group.iterchildren(f"{{{ADLSEQ}}}objective"):
            rows = found.setdefault(collapsed(objective.get("objectiveID")), [])
            for element in objective.iterchildren(f"{{{ADLSEQ}}}mapInfo"):
                rows.append((element, self._flags(element, ADL_MAP_FLAGS)))
        return found

    def _flags(self, element: etree._Element, flags: Mapping[str, str]) -> dict[str, bool]:
        found: dict[str, bool] = {f: _MAP_DEFAULTS[f] for f in flags.values()}
        for name, field in flags.items():
            if element.get(name) is not None:
                found[field] = values.boolean(self.findings, element, name, found[field])
        return found

    def _objective(
        self,
        element: etree._Element,
        identifier: str | None,
        primary: bool,
        adl: list[tuple[etree._Element, dict[str, bool]]],
    ) -> Objective:
        measure = child(element, f"{{{IMSSS}}}minNormalizedMeasure")
        given = None if measure is None else measure.text or ""
        least = values.number(self.findings, element if measure is None else measure, given, 1.0, -1, 1)
        return Objective(
            id=identifier,
            primary=primary,
            satisfied_by_measure=values.boolean(self.findings, element, "satisfiedByMeasure", False),
            min_normalized_measure=1.0 if least is None else least,
            maps=self._maps(_children(element, "mapInfo"), adl),
        )

    def _maps(
        self, elements: Iterable[etree._Element], adl: list[tuple[etree._Element, dict[str, bool]]]
    ) -> tuple[ObjectiveMap, ...]:
        """imsss and adlseq maps of one objective by target; a map that only adlseq has moves no satisfaction and no measure."""
        found: dict[str, dict[str, bool]] = {}
        rows = [(element, self._flags(element, MAP_FLAGS)) for element in elements]
        only_adl = dict.fromkeys(MAP_FLAGS.values(), False)
        only_imsss = dict.fromkeys(ADL_MAP_FLAGS.values(), False)
        for extended, (element, flags) in [*((False, row) for row in rows), *((True, row) for row in adl)]:
            target = collapsed(element.get("targetObjectiveID"))
            if not target:
                note(self.findings, element, "objective-map-no-target")
                continue
            found[target] = {**found.get(target, only_adl if extended else only_imsss), **flags}
        return tuple(ObjectiveMap(target=target, **flags) for target, flags in found.items())

    def _writers(self, objectives: list[Objective]) -> None:
        """SN 3.10.3: at most one objective of an activity may write to one global objective."""
        writers: set[str] = set()
        for objective in objectives:
            for entry in objective.maps:
                if not (entry.write_satisfied_status or entry.write_normalized_measure):
                    continue
                if entry.target in writers and (element := self._part("objectives")) is not None:
                    note(self.findings, element, "objective-map-two-writers", entry.target)
                writers.add(entry.target)


def _name(objective: str) -> str:
    """Neither white space nor percent escapes distinguish the identifiers of objectives."""
    return collapsed(unquote(objective))


def _children(element: etree._Element | None, *names: str) -> Iterable[etree._Element]:
    """Direct children of imsss by name; none of nothing."""
    return () if element is None else element.iterchildren(*(f"{{{IMSSS}}}{name}" for name in names))
