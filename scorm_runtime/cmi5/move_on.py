"""When an assignable unit, a block, the course is satisfied: cmi5 9.3.9, 10.2.4, 13.1.4."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from package_importer.course import AssignableUnit, Item
from scorm_runtime.units.attempt import Attempt, Plan, Unit

CRITERIA: Mapping[str, Callable[[Unit], bool]] = {
    "NotApplicable": lambda unit: True,
    "Passed": lambda unit: bool(unit.passed),
    "Completed": lambda unit: bool(unit.completed),
    "CompletedAndPassed": lambda unit: bool(unit.completed and unit.passed),
    "CompletedOrPassed": lambda unit: bool(unit.completed or unit.passed),
}


def met(au: AssignableUnit, unit: Unit) -> bool:
    """Whether the criterion of a unit is met; one that was waived needs none (9.3.7)."""
    return bool(unit.waived) or CRITERIA[au.move_on](unit)


def newly_satisfied(plan: Plan, attempt: Attempt) -> list[Item]:
    """Blocks, and at last the course, whose units are all met and of which nobody has been told: inner ones first."""
    found: list[Item] = []
    done: dict[str, bool] = {}
    for item in reversed(list(plan.items.values())):  # children before their parents
        if item.au is not None:
            done[item.identifier] = met(item.au, attempt.unit(item.identifier))
        else:
            done[item.identifier] = all(done[child.identifier] for child in item.children)
    stack: list[tuple[Item, bool]] = [(plan.course.root, False)]
    while stack:
        item, left = stack.pop()
        if left:
            found.append(item)
        elif item.au is None:
            if done[item.identifier] and item.identifier not in attempt.satisfied:
                stack.append((item, True))
            stack.extend((child, False) for child in reversed(item.children))
    return found
