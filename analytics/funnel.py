"""How far the learners of a course got, step by step. docs/metrics.md, "Funnel", defines it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analytics.attempts import Row

NO_STEPS = ("http://adlnet.gov/expapi/activities/objective",)
ITEMS_MOST = 500


class Step(NamedTuple):
    stage: str
    activity: str
    name: str | None
    learners: set[str]
    finished: set[str] | None
    before: int | None
    """The index of the step that this one is compared with."""


def funnel_rows(course: str, own: Sequence[Row], parts: Iterable[Row], learner: str) -> list[Row]:
    """`own`: the course's rows; `parts`: those of activities within it. `learner`: the member that names who they are of."""
    parts = [row for row in parts if row.get("activity_type") not in NO_STEPS and row["activity"] != course]
    every = [*own, *parts]
    name = next((row["activity_name"] for row in own if row.get("activity_name")), None)
    worked = {row[learner] for row in every if row["attempts"]}
    steps = [
        Step("registered", course, name, {row[learner] for row in every}, None, None),
        Step("launched", course, name, worked | {row[learner] for row in every if "launched_at" in row}, None, 0),
        Step("started", course, name, worked, None, 1),
    ]
    for activity, rows in _in_order(parts, learner)[:ITEMS_MOST]:
        reached = {row[learner] for row in rows if row["attempts"]}
        finished = {row[learner] for row in rows if row["attempts"] and (row.get("completion") or row.get("success"))}
        title = next((row["activity_name"] for row in rows if row.get("activity_name")), None)
        steps.append(Step("item", activity, title, reached, finished, len(steps) - 1))
    steps.append(Step("completed", course, name, {row[learner] for row in own if row.get("completion")}, None, 2))
    steps.append(Step("passed", course, name, {row[learner] for row in own if row.get("success")}, None, 2))
    return [_row(number, step, steps) for number, step in enumerate(steps, 1)]


def _in_order(parts: Sequence[Row], learner: str) -> list[tuple[str, list[Row]]]:
    """By the mean place at which learners first met them; the IRI decides between equals."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    met: dict[str, dict[str, int]] = defaultdict(dict)
    for row in parts:
        grouped[row["activity"]].append(row)
        if row["attempts"]:
            first = met[row[learner]].get(row["activity"], row["first"])
            met[row[learner]][row["activity"]] = min(first, row["first"])
    places: dict[str, list[int]] = defaultdict(list)
    for times in met.values():
        for place, activity in enumerate(sorted(times, key=lambda one: (times[one], one))):
            places[activity].append(place)
    mean = {activity: sum(found) / len(found) for activity, found in places.items()}
    return sorted(grouped.items(), key=lambda one: (mean.get(one[0], len(grouped)), one[0]))


def _row(number: int, step: Step, steps: Sequence[Step]) -> Row:
    everyone, before = len(steps[0].learners), steps[step.before].learners if step.before is not None else set()
    lost = len(before - step.learners)
    return {
        "step": number,
        "stage": step.stage,
        "activity": step.activity,
        "activity_name": step.name,
        "learners": len(step.learners),
        "share": len(step.learners) / everyone if everyone else None,
        "of_step": None if step.before is None else step.before + 1,
        "lost": None if step.before is None else lost,
        "drop_off": lost / len(before) if before else None,
        "finished": None if step.finished is None else len(step.finished),
        "finished_share": len(step.finished) / len(step.learners) if step.finished is not None and step.learners else None,
    }
