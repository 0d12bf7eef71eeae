"""Small courses and plans for tests of the pure core."""

from __future__ import annotations

from package_importer.course import Course, Item, Objective, Resource, Sequencing, Standard
from scorm_runtime.datamodel import model_for
from scorm_runtime.memory import Attempt, Commit, Plan
from scorm_runtime.sequencing import engine

FLOW = Sequencing(choice=True, flow=True)
TEST = Sequencing(objectives=(Objective(id="main", primary=True, satisfied_by_measure=True, min_normalized_measure=0.8),))


def sco(identifier: str, sequencing: Sequencing | None = None) -> Item:
    """Two attempts at telling what it has reached are its own affair: nothing is completed for it."""
    return Item(
        identifier=identifier,
        title=identifier.title(),
        launch=f"{identifier}.html",
        resource=Resource(identifier=f"res-{identifier}", sco=True, href=f"{identifier}.html"),
        sequencing=sequencing or Sequencing(completion_set_by_content=True, objective_set_by_content=True),
    )


def asset(identifier: str) -> Item:
    resource = Resource(identifier=f"res-{identifier}", sco=False, href=f"{identifier}.html")
    return Item(identifier=identifier, title=identifier.title(), launch=f"{identifier}.html", resource=resource)


def course(*items: Item, standard: Standard = Standard.SCORM_2004) -> Course:
    root = Item(identifier="root", title="Course", children=items, sequencing=FLOW)
    return Course(standard=standard, identifier="org", title="Course", root=root, edition="4th", language="en")


def plan(made: Course, mode: str = "normal") -> Plan:
    return Plan(
        course=made,
        tree=engine.Tree(made),
        model=model_for(made.standard, made.edition),
        items={item.identifier: item for item in made.root.walk()},
        learner_id="ada",
        learner_name="Ada",
        mode=mode,
    )


def unopened(of: Plan) -> Attempt:
    return Attempt(state=engine.initial(of.tree, seed=1))


def sets(n: int, **values: str) -> Commit:
    """`completion_status="completed"` sets cmi.completion_status; two underscores stand for a dot."""
    return Commit(n=n, changes={f"cmi.{name.replace('__', '.')}": value for name, value in values.items()}, elapsed=60.0)
