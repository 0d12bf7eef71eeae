"""How attempts on a course begin and follow each other: afresh, within a limit, with or without credit. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from scorm_runtime import errors, overrides
from scorm_runtime.events import SUCCESS
from scorm_runtime.journal import Journal
from scorm_runtime.memory import Attempt, Plan, Result
from scorm_runtime.onward import onward
from scorm_runtime.overrides import AfterCompletion
from scorm_runtime.sequencing import engine
from scorm_runtime.sequencing.engine import Kind, Request, State, Tree


def afresh(plan: Plan, attempt: Attempt, seed: int) -> Attempt:
    """The next attempt, of which nothing is known. Windows of the one before are superseded, counters go on.

    Deviation: SN 3.10 lets global objectives outlive an attempt. Who asks for a new attempt, or resets one, wants none of
    the old: what this course's own items read and write is forgotten, here and for the learner.
    """
    own = _targets(plan)
    kept = {target: values for target, values in engine.state_globals(attempt.state).items() if target not in own}
    shared = {row.target for item in plan.items.values() for row in item.shared_data}
    stores = {target: text for target, text in attempt.stores.items() if target not in shared}
    return _following(attempt, engine.initial(plan.tree, globals=kept, seed=seed + attempt.ordinal), stores)


def moved(attempt: Attempt, tree: Tree, seed: int) -> Attempt:
    """The next attempt, or one that has not begun, on another version of the course.

    SN 3.10: global objectives outlive an attempt, and so do the shared stores.
    """
    return _following(attempt, engine.initial(tree, globals=engine.state_globals(attempt.state), seed=seed), attempt.stores)


def _following(attempt: Attempt, state: State, stores: Mapping[str, str]) -> Attempt:
    return Attempt(
        state=state,
        window=attempt.window + 1,
        number=_numbered(attempt),
        ordinal=attempt.ordinal,
        stores=stores,
        preference=attempt.preference,
        earlier=attempt.standing,
    )


def _numbered(attempt: Attempt) -> int:
    """The deliveries so far, and those whose numbers corrections of unopened items have given away."""
    return max([attempt.number, *(run.attempt for run in attempt.runs.values())])


def _targets(plan: Plan) -> set[str]:
    objectives = (objective for node in plan.tree for objective in node.objectives)
    maps = (targets for one in objectives for way in (one.reads, one.writes) for targets in way.values())
    return {target for targets in maps for target in targets}


def check_limit(decided: overrides.Overrides, before: int, after: int, journal: Journal) -> None:
    """`before` and `after` are the ordinals of attempts; attempts before a reset do not count."""
    limit = decided.of("max_attempts")
    if limit is not None and after > before and after - journal.forgiven > limit:
        raise errors.AttemptsUsed(
            f"All {limit} attempts on this course have been used. What was done can be reviewed.", attempts=limit
        )


def done(result: Result) -> bool:
    return result.completion == "completed" or result.success in SUCCESS


def credited(overrides_: overrides.Overrides, result: Result | None) -> bool:
    """Whether what is reached from now on counts."""
    if not overrides_.of("credit"):
        return False
    completed = result is not None and result.completion == "completed"
    return not (completed and overrides_.of("after_completion") == AfterCompletion.NO_CREDIT)


def mode(overrides_: overrides.Overrides, wanted: str, result: Result | None, *, fresh: bool) -> str:
    """The mode in which the course opens."""
    completed = result is not None and result.completion == "completed" and not fresh
    reviewed = completed and overrides_.of("after_completion") == AfterCompletion.REVIEW
    return "review" if reviewed and wanted == "normal" else wanted


def after_item(plan: Plan, attempt: Attempt) -> Request | None:
    """What follows an item that has ended by itself, as was decided for the course."""
    request = overrides.after_item(plan.overrides) or onward(plan, attempt)
    if request is not None and request.kind is Kind.CONTINUE:
        return request if engine.look_ahead(plan.tree, attempt.state).continue_succeeds else None
    return request
