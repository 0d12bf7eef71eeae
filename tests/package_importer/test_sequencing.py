# ruff: noqa: E501 (tables of cases)
"""Sequencing of SCORM 2004 manifests."""

from __future__ import annotations

import pytest

from package_importer import read_manifest
from package_importer.course import (
    CompletionThreshold,
    Item,
    Objective,
    ObjectiveMap,
    RollupRule,
    RuleCondition,
    Sequencing,
    SequencingRule,
    SharedData,
)
from tests.packages.manifests import ITEM, item, organizations, scorm2004, sequenced


def first(text: str) -> Item:
    course, _ = read_manifest(text.encode())
    return course.root.children[0]


def test_an_item_without_sequencing_has_the_defaults() -> None:
    assert first(scorm2004()).sequencing == Sequencing()


def test_every_attribute_is_read() -> None:
    text = sequenced(
        '<imsss:controlMode choice="false" choiceExit="false" flow="true" forwardOnly="true"'
        ' useCurrentAttemptObjectiveInfo="0" useCurrentAttemptProgressInfo="0"/>'
        '<imsss:limitConditions attemptLimit="2" attemptAbsoluteDurationLimit="PT1H"/>'
        '<imsss:rollupRules rollupObjectiveSatisfied="false" rollupProgressCompletion="false" objectiveMeasureWeight="0.5"/>'
        '<imsss:randomizationControls randomizationTiming="once" selectCount="3" reorderChildren="true"'
        ' selectionTiming="onEachNewAttempt"/>'
        '<imsss:deliveryControls tracked="false" completionSetByContent="true" objectiveSetByContent="true"/>'
        '<adlseq:constrainedChoiceConsiderations preventActivation="true" constrainChoice="true"/>'
        '<adlseq:rollupConsiderations requiredForSatisfied="ifAttempted" requiredForNotSatisfied="ifNotSkipped"'
        ' requiredForCompleted="ifNotSuspended" requiredForIncomplete="always" measureSatisfactionIfActive="false"/>'
    )

    assert first(scorm2004(items=text)).sequencing == Sequencing(
        choice=False,
        choice_exit=False,
        flow=True,
        forward_only=True,
        use_current_attempt_objective_info=False,
        use_current_attempt_progress_info=False,
        prevent_activation=True,
        constrain_choice=True,
        attempt_limit=2,
        attempt_absolute_duration_limit="PT1H",
        rollup_objective_satisfied=False,
        rollup_progress_completion=False,
        objective_measure_weight=0.5,
        required_for_satisfied="ifAttempted",
        required_for_not_satisfied="ifNotSkipped",
        required_for_completed="ifNotSuspended",
        measure_satisfaction_if_active=False,
        randomization_timing="once",
        select_count=3,
        reorder_children=True,
        selection_timing="onEachNewAttempt",
        tracked=False,
        completion_set_by_content=True,
        objective_set_by_content=True,
    )


def test_rules_are_read() -> None:
    text = sequenced(
        '<imsss:objectives><imsss:objective objectiveID="o%201"/></imsss:objectives>'
        "<imsss:sequencingRules><imsss:preConditionRule>"
        '<imsss:ruleConditions conditionCombination="any">'
        '<imsss:ruleCondition condition="objectiveMeasureLessThan" operator="not" referencedObjective=" o  1 " measureThreshold="-0.5"/>'
        '<imsss:ruleCondition condition="always"/></imsss:ruleConditions><imsss:ruleAction action="skip"/></imsss:preConditionRule>'
        '<imsss:exitConditionRule><imsss:ruleConditions><imsss:ruleCondition condition="completed"/></imsss:ruleConditions>'
        '<imsss:ruleAction action="exit"/></imsss:exitConditionRule>'
        '<imsss:postConditionRule><imsss:ruleConditions><imsss:ruleCondition condition="satisfied"/></imsss:ruleConditions>'
        '<imsss:ruleAction action="retryAll"/></imsss:postConditionRule></imsss:sequencingRules>'
    )

    found = first(scorm2004(items=text)).sequencing

    condition = RuleCondition(
        condition="objectiveMeasureLessThan", negated=True, referenced_objective="o 1", measure_threshold=-0.5
    )
    assert found.pre_rules == (
        SequencingRule(action="skip", combination="any", conditions=(condition, RuleCondition(condition="always"))),
    )
    assert found.exit_rules == (SequencingRule(action="exit", conditions=(RuleCondition(condition="completed"),)),)
    assert found.post_rules == (SequencingRule(action="retryAll", conditions=(RuleCondition(condition="satisfied"),)),)


SATISFIED = '<imsss:ruleCondition condition="satisfied"/>'
UNREAD = (
    '<imsss:ruleCondition condition="satisfyed"/>',
    '<imsss:ruleCondition operator="not" condition="satisfyed"/>',
    '<imsss:ruleCondition operator="nto" condition="satisfied"/>',
    '<imsss:ruleCondition condition="satisfied" referencedObjective="none"/>',
    '<imsss:ruleCondition condition="objectiveMeasureGreaterThan" measureThreshold="80"/>',
    "<imsss:ruleCondition/>",
)


def skipping(conditions: str, combination: str) -> str:
    return scorm2004(
        items=sequenced(
            f'<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions conditionCombination="{combination}">{conditions}'
            '</imsss:ruleConditions><imsss:ruleAction action="skip"/></imsss:preConditionRule></imsss:sequencingRules>'
        )
    )


@pytest.mark.parametrize("unread", UNREAD)
@pytest.mark.parametrize("conditions", ["{}", SATISFIED + "{}", "{}" + SATISFIED])
def test_a_rule_with_a_condition_that_cannot_be_read_is_left_out(unread: str, conditions: str) -> None:
    course, report = read_manifest(skipping(conditions.format(unread), "all").encode())

    assert course.root.children[0].sequencing.pre_rules == ()
    assert "rule-unread" in {finding.rule for finding in report.warnings}


@pytest.mark.parametrize("unread", UNREAD)
def test_a_condition_that_cannot_be_read_is_left_out_where_any_suffices(unread: str) -> None:
    rules = first(skipping(unread + SATISFIED, "any")).sequencing.pre_rules

    assert rules == (SequencingRule(action="skip", combination="any", conditions=(RuleCondition(condition="satisfied"),)),)


def test_an_unknown_combination_asks_for_all_conditions() -> None:
    [rule] = first(skipping(SATISFIED + SATISFIED, "either")).sequencing.pre_rules

    assert rule.combination == "all"


def test_an_unknown_condition_is_told_all_that_there_are() -> None:
    _, report = read_manifest(skipping(UNREAD[0], "all").encode())

    [finding] = [finding for finding in report.warnings if finding.rule == "value-vocabulary"]
    assert finding.message.endswith("outsideAvailableTimeRange, satisfied, timeLimitExceeded); nothing was taken.")


def test_an_objective_that_a_condition_names_in_vain_is_told() -> None:
    _, report = read_manifest(skipping(UNREAD[3], "all").encode())

    [finding] = [finding for finding in report.warnings if finding.rule == "objective-reference"]
    assert finding.found == "none"


def test_a_condition_that_looks_at_no_objective_may_refer_to_any() -> None:
    [rule] = first(
        skipping('<imsss:ruleCondition condition="attempted" referencedObjective="none"/>', "all")
    ).sequencing.pre_rules

    assert rule.conditions[0].condition == "attempted"


@pytest.mark.parametrize(
    "attributes",
    [
        'childActivitySet="atLeastCount" minimumCount="-1"',
        'childActivitySet="atLeastPercent" minimumPercent="75"',
        'childActivitySet="some"',
    ],
)
def test_a_rollup_rule_that_cannot_be_read_is_left_out(attributes: str) -> None:
    text = sequenced(
        f"<imsss:rollupRules><imsss:rollupRule {attributes}><imsss:rollupConditions>"
        '<imsss:rollupCondition condition="completed"/></imsss:rollupConditions><imsss:rollupAction action="completed"/>'
        "</imsss:rollupRule></imsss:rollupRules>"
    )

    course, report = read_manifest(scorm2004(items=text).encode())

    assert course.root.children[0].sequencing.rollup_rules == ()
    assert "rule-unread" in {finding.rule for finding in report.warnings}


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('<imsss:rollupRules objectiveMeasureWeight="8"/>', "8 is not a number from 0 to 1; 1 was taken."),
        ('<imsss:limitConditions attemptLimit="1.5"/>', "1.5 is not a whole number from 0 to 1000000; nothing was taken."),
    ],
)
def test_a_number_out_of_its_range_is_told_the_range(inside: str, words: str) -> None:
    _, report = read_manifest(scorm2004(items=sequenced(inside)).encode())

    assert [finding.message for finding in report.warnings if finding.rule == "value-number"] == [words]


def test_rollup_rules_are_read() -> None:
    text = sequenced(
        '<imsss:rollupRules><imsss:rollupRule childActivitySet="atLeastPercent" minimumCount="2" minimumPercent="0.75">'
        '<imsss:rollupConditions conditionCombination="all"><imsss:rollupCondition operator="not" condition="attempted"/>'
        '</imsss:rollupConditions><imsss:rollupAction action="notSatisfied"/></imsss:rollupRule></imsss:rollupRules>'
    )

    assert first(scorm2004(items=text)).sequencing.rollup_rules == (
        RollupRule(
            action="notSatisfied",
            child_activity_set="atLeastPercent",
            minimum_count=2,
            minimum_percent=0.75,
            combination="all",
            conditions=(RuleCondition(condition="attempted", negated=True),),
        ),
    )


def test_objectives_and_the_maps_of_both_vocabularies_are_merged() -> None:
    text = sequenced(
        '<imsss:objectives><imsss:primaryObjective objectiveID=" P " satisfiedByMeasure="true">'
        "<imsss:minNormalizedMeasure> 0.6 </imsss:minNormalizedMeasure>"
        '<imsss:mapInfo targetObjectiveID="G" writeSatisfiedStatus="true"/></imsss:primaryObjective>'
        '<imsss:objective objectiveID="S"/></imsss:objectives>'
        '<adlseq:objectives><adlseq:objective objectiveID="P"><adlseq:mapInfo targetObjectiveID="G" writeRawScore="true"/>'
        '<adlseq:mapInfo targetObjectiveID="H" readProgressMeasure="false"/></adlseq:objective></adlseq:objectives>'
    )

    merged = ObjectiveMap(target="G", write_satisfied_status=True, write_raw_score=True)
    only_adl = ObjectiveMap(target="H", read_satisfied_status=False, read_normalized_measure=False, read_progress_measure=False)
    assert first(scorm2004(items=text)).sequencing.objectives == (
        Objective(id="P", primary=True, satisfied_by_measure=True, min_normalized_measure=0.6, maps=(merged, only_adl)),
        Objective(id="S"),
    )


def test_local_elements_replace_those_of_the_collection_as_a_whole() -> None:
    collection = (
        '<imsss:sequencingCollection><imsss:sequencing ID="C"><imsss:controlMode flow="true" choice="false"/>'
        '<imsss:deliveryControls tracked="false"/></imsss:sequencing></imsss:sequencingCollection>'
    )
    text = sequenced('<imsss:controlMode forwardOnly="true"/>', ' IDRef=" C "')

    found = first(scorm2004(items=text, after=collection)).sequencing

    assert found == Sequencing(forward_only=True, tracked=False)


def test_presentation_shared_data_and_threshold_are_read() -> None:
    text = item(
        "<adlcp:timeLimitAction>exit,message</adlcp:timeLimitAction><adlcp:dataFromLMS> a  b </adlcp:dataFromLMS>"
        '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.5" progressWeight="0.25"/>'
        '<adlcp:data><adlcp:map targetID="T"/><adlcp:map targetID="U" readSharedData="false" writeSharedData="false"/></adlcp:data>'
        "<adlnav:presentation><adlnav:navigationInterface><adlnav:hideLMSUI>continue</adlnav:hideLMSUI>"
        "<adlnav:hideLMSUI> exitAll </adlnav:hideLMSUI></adlnav:navigationInterface></adlnav:presentation>"
    )

    found = first(scorm2004(items=text))

    assert (found.time_limit_action, found.data_from_lms) == ("exit,message", "a  b")
    assert found.completion_threshold == CompletionThreshold(
        completed_by_measure=True, min_progress_measure=0.5, progress_weight=0.25
    )
    assert found.shared_data == (SharedData(target="T"), SharedData(target="U", read=False, write=False))
    assert found.hide_lms_ui == ("continue", "exitAll")


def test_the_threshold_of_the_third_edition_is_text() -> None:
    found = first(scorm2004(items=item("<adlcp:completionThreshold>0.8</adlcp:completionThreshold>")))

    assert found.completion_threshold == CompletionThreshold(min_progress_measure=0.8)


def test_the_scope_of_objectives_and_shared_data_is_read() -> None:
    attributes = ' adlseq:objectivesGlobalToSystem="false" adlcp:sharedDataGlobalToSystem="false"'

    course, _ = read_manifest(scorm2004(tree=organizations(ITEM, attributes=attributes)).encode())

    assert (course.objectives_global_to_system, course.shared_data_global_to_system) == (False, False)
