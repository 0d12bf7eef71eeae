"""Plays a case with the steps that the runtime service takes, instead of asking the sequencer itself."""

from __future__ import annotations

from package_importer.course import Course, Item
from scorm_runtime import attempt as way
from scorm_runtime.datamodel import launch
from scorm_runtime.datamodel.api import RuntimeApi
from scorm_runtime.memory import Attempt, Commit, Plan, Step
from scorm_runtime.sequencing.engine import Kind, Request, current, state_globals
from tests.scorm_runtime.sequencing.replaying import Learner, Mismatch, Registration


class Running(Registration):
    """Commits, finish and navigate of `scorm_runtime.attempt`."""

    def __init__(self, course: Course, learner: Learner) -> None:
        super().__init__(course, learner)
        self.plan = Plan(course=course, tree=self.tree, model=self.model, items=self.items, learner_id="id", learner_name="name")
        self.attempt = Attempt(state=self.state, stores=self.stores)
        self.now = 0.0

    @property
    def ended(self) -> bool:
        return self.attempt.ended

    @property
    def item(self) -> Item | None:
        run = self.attempt.run
        return self.items[run.item] if run and run.open else None

    def _took(self, step: Step) -> None:
        self.attempt, self.state = step.attempt, step.attempt.state
        self.now += 10
        self.trace += step.trace
        if step.refused:
            raise Mismatch(f"the server refuses {step.refused}")
        if self.course.objectives_global_to_system:
            self.learner.globals = state_globals(self.state)
        if self.course.shared_data_global_to_system:
            self.learner.stores = dict(self.attempt.stores)
        item, run = self.item, self.attempt.run
        if step.delivered and item and run:
            permissions = launch.permissions(way.stores(self.attempt, item))
            foreseen = self.navigation().request_valid
            self.api = RuntimeApi(self.model, dict(run.data), look_ahead=foreseen, permissions=permissions)

    def ask(self, kind: str, target: str | None = None) -> None:
        self.trace.append(f"--- {kind} {target or ''}")
        self._took(way.navigate(self.plan, self.attempt, Request(kind=Kind(kind), target=target), self.now))

    def launch(self, start: str | None) -> None:
        self._took(way.open_window(self.plan, self.attempt, self.now))
        if self.item is None and start is not None:
            self.ask("choice", self.named(start))

    def terminated(self, *, suspend: bool = False) -> str:
        item, api, run = self.item, self.api, self.attempt.run
        assert item is not None
        assert api is not None
        assert run is not None
        if item.resource is None or not item.resource.sco or api.initialize() == "true":
            return "_none_"
        api.terminate()
        asked = api.data.get("adl.nav.request", "_none_")
        commit = Commit(n=run.applied + 1, changes=api.take_changes(), elapsed=5.0)
        suspend = suspend or asked == "suspendAll"
        self._took(way.finish(self.plan, self.attempt, run.number, [commit], self.now, suspend=suspend))
        return "exitAll" if way.demanded(self.plan, self.attempt) else asked

    def close(self) -> None:
        if current(self.tree, self.state) is not None:
            self.ask("exitAll")
