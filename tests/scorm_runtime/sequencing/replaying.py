"""Plays a case of ADL's SCORM 2004 4th Edition LMS test against manifest parser, data model and sequencer, without a browser."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from package_importer.course import Course, Item
from package_importer.importer import read_manifest
from scorm_runtime.datamodel import Model, launch, model_for
from scorm_runtime.datamodel.api import RuntimeApi
from scorm_runtime.datamodel.status import outcome
from scorm_runtime.sequencing.engine import (
    Navigation,
    Outcome,
    Request,
    State,
    Tree,
    current,
    initial,
    look_ahead,
    navigate,
    record,
    state_globals,
    status,
    suspended,
)

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "adl-cts-2004-4ed"
NUMBERS = re.compile(
    r"score\.|progress_measure|threshold|passing_score|weighting|audio_level|delivery_speed|_count|audio_captioning"
)
TIMES = re.compile(r"_time|max_time_allowed|latency")
DURATION = re.compile(r"^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$")
DEFAULTS = re.compile(r"\{(order_matters=true|case_matters=false|lang=en)\}")
FUNCTIONS = {
    "Initialize": "initialize",
    "Terminate": "terminate",
    "Commit": "commit",
    "GetValue": "get_value",
    "SetValue": "set_value",
    "GetLastError": "get_last_error",
    "GetErrorString": "get_error_string",
    "GetDiagnostic": "get_diagnostic",
}
# The case's instructions to the learner, as what they press.
PRESSED = {"Continue": "continue", "Previous": "previous", "TRIGExitAll": "exitAll"}
PRESSED_AND_LAUNCHED = {"ContinueExitCM8": "continue", "SuspendCM09ca": "suspendAll", "ExitCM09ba": "exitAll"}


class Mismatch(AssertionError):
    """The LMS did something else than the case wants."""


class Learner:
    """What the learner keeps between courses and registrations."""

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {}
        self.stores: dict[str, str] = {}


class Registration:
    """One learner in one course: the steps that the runtime takes, in its order."""

    def __init__(self, course: Course, learner: Learner) -> None:
        self.course = course
        self.learner = learner
        self.model: Model = model_for("scorm2004", course.edition)
        self.tree = Tree(course)
        self.items: dict[str, Item] = {item.identifier: item for item in course.root.walk()}
        self.state: State = initial(self.tree, globals=learner.globals if course.objectives_global_to_system else {}, seed=1)
        self.stores: dict[str, str] = learner.stores if course.shared_data_global_to_system else {}
        self.kept: dict[str, dict[str, str]] = {}
        self.preference: dict[str, str] = {}
        self.outcome: Outcome | None = None
        self.api: RuntimeApi | None = None
        self.trace: list[str] = []

    @property
    def ended(self) -> bool:
        return self.outcome is not None and self.outcome.ended

    @property
    def item(self) -> Item | None:
        delivered = self.outcome.delivered if self.outcome else None
        return self.items[delivered] if delivered else None

    def navigation(self) -> Navigation:
        return look_ahead(self.tree, self.state)

    def ask(self, kind: str, target: str | None = None) -> None:
        self.outcome = navigate(self.tree, self.state, Request(kind=kind, target=target), 0.0)
        self.state = State.from_json(self.tree, self.outcome.state.to_json())
        self.trace += [f"--- {kind} {target or ''}", *self.outcome.trace]
        self.api = self._open(self.outcome.new_attempt) if self.item is not None else None

    def launch(self, start: str | None) -> None:
        self.ask("resumeAll" if suspended(self.tree, self.state) else "start")
        if self.item is None and start is not None:
            self.ask("choice", self.named(start))

    def named(self, title: str) -> str:
        if "root" in title:
            return self.course.root.identifier
        return next(item.identifier for item in self.items.values() if item.title == title)

    def _stores(self, item: Item) -> list[launch.Store]:
        return [
            launch.Store(id=shared.target, value=self.stores.get(shared.target), read=shared.read, write=shared.write)
            for shared in item.shared_data
        ]

    def _open(self, new_attempt: bool) -> RuntimeApi:
        item = self.item
        assert item is not None
        stores = self._stores(item)
        known = status(self.tree, self.state, item.identifier)
        data = launch.initial_data(
            self.model,
            self.course,
            item,
            learner_id="id",
            learner_name="name",
            previous=None if new_attempt else self.kept.get(item.identifier),
            objectives=known.objectives,
            mapped=known.mapped,
            preference=self.preference,
            stores=stores,
        )
        return RuntimeApi(self.model, data, look_ahead=self.navigation().request_valid, permissions=launch.permissions(stores))

    def terminated(self, *, suspend: bool = False) -> str:
        """The SCO has gone; answers the navigation that it asked for."""
        item, api = self.item, self.api
        assert item is not None
        assert api is not None
        if item.resource is None or not item.resource.sco or api.initialize() == "true":
            return "_none_"
        api.terminate()
        asked = api.data.get("adl.nav.request", "_none_")
        suspend = suspend or asked == "suspendAll"
        found = outcome(self.model, item, api.data, suspend=suspend)
        if suspend:
            found = dataclasses.replace(found, exit="suspend")
        self.state = record(self.tree, self.state, item.identifier, found)
        self.kept[item.identifier] = launch.finish(self.model, item, api.data, suspend=suspend)
        self.preference = launch.preference(api.data)
        self.stores.update(launch.shared(api.data))
        if self.course.objectives_global_to_system:
            self.learner.globals = state_globals(self.state)
        return asked

    def follow(self, asked: str) -> None:
        """The SCO's own navigation request."""
        target, _, kind = asked.rpartition("}")
        self.ask(kind, target.removeprefix("{target=") or None)

    def close(self) -> None:
        if current(self.tree, self.state) is not None:
            self.ask("exitAll")
        if self.course.objectives_global_to_system:
            self.learner.globals = state_globals(self.state)


def course_of(name: str) -> Course:
    return read_manifest((SHARED / "manifests" / f"{name}.xml").read_bytes())[0]


def replay(name: str, case: Mapping[str, Any], learner: Learner, played: type[Registration] = Registration) -> Registration:
    """Plays the case to its end; raises Mismatch where the product differs from it."""
    registration = played(course_of(name), learner)
    start = None if case["start"] == "." else case["start"]
    registration.launch(start)
    for one in case["visits"]:
        try:
            visit(registration, one)
            leave(registration, one["cui"], start)
        except Mismatch as mismatch:
            raise Mismatch("\n".join([f"{name} {one['id']}: {mismatch}", *registration.trace[-40:]])) from None
    return registration


def visit(registration: Registration, expected: Mapping[str, Any]) -> None:
    item = registration.item
    arrived = re.search(r"act=(\w+)", item.parameters) if item else None
    if arrived is None or arrived[1] != expected["act"]:
        raise Mismatch(f"expected activity {expected['act']}, got {item and (item.identifier, item.parameters)}")
    for question, answer in zip(expected["uiq"], expected["uia"], strict=True):
        seen = "Y" if _shown(registration, question["key"], question.get("arg", "")) else "N"
        if seen != answer:
            raise Mismatch(f"{question} should be {answer}")
    for command in expected["commands"]:
        _command(registration, command)


def _shown(registration: Registration, key: str, title: str) -> bool:
    seen = registration.navigation()
    shown = {
        "continue": seen.continue_ and "continue" not in seen.hide_lms_ui,
        "previous": seen.previous and "previous" not in seen.hide_lms_ui,
    }
    subject, _, rest = key.partition(".")
    if subject in shown:
        return shown[subject] is (rest == "enabled")
    if key == "click.button":  # of the content's own
        return True
    if key == "toc.enabled":
        root = registration.course.root.identifier
        return any(valid and identifier not in seen.hidden and identifier != root for identifier, valid in seen.choice.items())
    identifier = registration.named(title)
    if key == "toc.visible":
        return identifier not in seen.hidden
    return seen.choice[identifier] and identifier not in seen.hidden


def leave(registration: Registration, instruction: str, start: str | None) -> None:
    asked = registration.terminated(suspend=instruction.startswith("Suspend"))
    kind, _, title = instruction.partition("~")
    if kind in PRESSED:
        registration.ask(PRESSED[kind])
    elif kind in ("Choice", "ChoiceExit"):
        registration.ask("choice", registration.named(title))
    elif kind in PRESSED_AND_LAUNCHED:
        registration.ask(PRESSED_AND_LAUNCHED[kind])
        registration.launch(start)
    elif kind == "RootSX4b":
        registration.follow(asked)
        registration.ask("choice", registration.course.root.identifier)
    elif kind.startswith(("APIt", "DMIt")):
        name = "API Implementation Test " if kind.startswith("API") else "Data Model Implementation Test "
        registration.ask("choice", registration.named(name + kind[-1]))
    elif kind.startswith("Relaunch") or kind in ("DMBx", "DMBxAct"):
        if asked != "_none_":
            registration.follow(asked)
        if kind.startswith("Relaunch"):
            registration.close()
        registration.launch({"RelaunchCM10": "Activity 4"}.get(kind, start))
    elif kind == "Exit":
        registration.close()
    elif asked != "_none_":
        registration.follow(asked)


def _command(registration: Registration, command: Mapping[str, Any]) -> None:
    api = registration.api
    assert api is not None
    if command["m"] == "compareObjIds":
        ids = [api.get_value(f"cmi.objectives.{i}.id") for i in range(int(api.get_value("cmi.objectives._count")))]
        if sorted(ids) != sorted(command["exp"]):
            raise Mismatch(f"objectives {ids}, expected {command['exp']}")
        return
    arguments = list(command["args"])
    if command["m"] in ("GetValue", "SetValue"):
        arguments[0] = _addressed(api, arguments[0])
    arguments = [] if command["m"] == "GetLastError" else arguments
    value = getattr(api, FUNCTIONS[command["m"]])(*arguments)
    if command["m"] != "Terminate" and (wrong := _wrong(command, value, api.get_last_error())):
        raise Mismatch(f"{command['m']}({', '.join(command['args'])[:80]}): {wrong}")


def _addressed(api: RuntimeApi, element: str) -> str:
    """`cmi.objectives.&x&.score`: the record whose id is x."""
    parts = element.split("&")
    if len(parts) < 3:
        return element
    collection = "adl.data" if "data" in parts[0] else "cmi.objectives"
    count = int(api.get_value(f"{collection}._count"))
    found = [i for i in range(count) if api.get_value(f"{collection}.{i}.id") == parts[1]]
    if not found:
        raise Mismatch(f"no {collection} record has the id {parts[1]}")
    return f"{parts[0]}{found[0]}{parts[2]}"


def _wrong(command: Mapping[str, Any], value: str, error: str) -> str | None:
    method, element = command["m"], command["args"][0] if command["args"] else ""
    expected = command["exp"]["learner"] if isinstance(command["exp"], dict) else command["exp"]
    if method == "GetValue" and "request_valid" in element and expected != "":
        return None if value in ("true", "false", "unknown") else f"answered {value!r}"
    if method == "GetValue" and "comments_from_lms" in element and "_children" not in element:
        return None if error in ("0", "301", "122", "401") else f"error {error}"
    if not _accepted(method, element, expected, value):
        return f"expected {expected[:80]!r}/{command['err']}, got {value[:80]!r}/{error}"
    return None if error == command["err"] else f"error {error}, expected {command['err']}"


def _accepted(method: str, element: str, expected: str, value: str) -> bool:
    if method == "GetDiagnostic":
        return len(value) < 255
    if method == "GetErrorString":
        return len(value) < 255 if expected == "less255" else value == {"emptyCS": ""}.get(expected, expected)
    if method != "GetValue" or value == expected or "learner_name" in element:
        return True if method == "GetValue" else value == expected
    if "&" in element and element.endswith(".id"):
        return value == element.split("&")[1]
    if "_children" in element:
        return sorted(value.split(",")) == sorted(expected.split(","))
    return _same(element, expected, value)


def _same(element: str, expected: str, value: str) -> bool:
    if NUMBERS.search(element):
        return _number(expected) is not None and _number(expected) == _number(value)
    if TIMES.search(element):
        return _seconds(expected) is not None and _seconds(expected) == _seconds(value)
    if "timestamp" in element:
        return value.rstrip("0").rstrip(".") == expected
    a, b = DEFAULTS.sub("", expected), DEFAULTS.sub("", value)
    if a == b:
        return True
    if "pattern" not in element and "learner_response" not in element:
        return False
    if "[,]" in a:
        return sorted(a.split("[,]")) == sorted(b.split("[,]"))
    return [_number(x) or x for x in a.split("[:]")] == [_number(x) or x for x in b.split("[:]")]


def _number(text: str) -> float | None:
    try:
        return round(float(text), 7)
    except ValueError:
        return None


def _seconds(text: str) -> float | None:
    match = DURATION.match(text)
    if match is None:
        return None
    weights = (31557600, 2629800, 86400, 3600, 60, 1)
    return round(sum(float(part or 0) * weight for part, weight in zip(match.groups(), weights, strict=True)), 2)
