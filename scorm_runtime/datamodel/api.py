"""The API instance that a SCO talks to: SCORM 2004 RTE 3.1, SCORM 1.2 RTE 3.3; and the server's check of a browser's changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from scorm_runtime.datamodel.element import Model
from scorm_runtime.datamodel.interpreter import DataModel, Taken
from scorm_runtime.datamodel.leniency import NO_ARGUMENT

Hook = Callable[[], bool]


class RuntimeApi:
    """One SCO session: `data` holds the values at launch and changes in place. Every method returns a string and never raises.

    A hook answers False when the LMS could not do its part.
    """

    def __init__(
        self,
        model: Model,
        data: dict[str, str],
        *,
        strict: bool | Collection[str] = False,
        look_ahead: Mapping[str, Any] | None = None,
        permissions: Sequence[Mapping[str, bool]] = (),
        on_initialize: Hook | None = None,
        on_commit: Hook | None = None,
        on_terminate: Hook | None = None,
    ) -> None:
        self.values = DataModel(model, data, strict=strict, look_ahead=look_ahead, permissions=permissions)
        self._hooks = {"initialize": on_initialize, "commit": on_commit, "terminate": on_terminate}
        self._model = model
        self._phase: Literal["before", "running", "after"] = "before"
        self._error = 0
        self._diagnostic = ""

    @property
    def data(self) -> dict[str, str]:
        return self.values.data

    @property
    def changes(self) -> dict[str, str | None]:
        return self.values.changes

    @property
    def log(self) -> list[Taken]:
        return self.values.log

    def take_changes(self) -> dict[str, str | None]:
        return self.values.take_changes()

    def initialize(self, argument: object = "") -> str:
        if not self._empty(argument):
            return self._fail("argument")
        if self._phase != "before":
            return self._fail("initialize_again" if self._phase == "running" else "initialize_after")
        if fault := self._call("initialize"):
            return self._fail(fault)
        self._phase = "running"
        return self._succeed()

    def terminate(self, argument: object = "") -> str:
        if not self._empty(argument):
            return self._fail("argument")
        if self._phase != "running":
            return self._fail(f"terminate_{self._phase}")
        if fault := self._call("terminate"):
            return self._fail(fault)
        self._phase = "after"
        return self._succeed()

    def commit(self, argument: object = "") -> str:
        if not self._empty(argument):
            return self._fail("argument")
        if self._phase != "running":
            return self._fail(f"commit_{self._phase}")
        fault = self._call("commit")
        return self._fail(fault) if fault else self._succeed()

    def get_value(self, element: object) -> str:
        if self._phase != "running":
            self._fail(f"get_{self._phase}")
            return ""
        value, self._error = self.values.get(_text(element))
        self._diagnostic = self.values.diagnostic
        return value

    def set_value(self, element: object, value: object) -> str:
        if self._phase != "running":
            return self._fail(f"set_{self._phase}")
        self._error = self.values.set(_text(element), _text(value))
        self._diagnostic = self.values.diagnostic
        return "false" if self._error else "true"

    def get_last_error(self) -> str:
        return str(self._error)

    def get_error_string(self, code: object = "") -> str:
        return self._model.errors.get(_text(code), "")

    def get_diagnostic(self, code: object = "") -> str:
        asked = _text(code) or str(self._error)
        return (self._diagnostic if asked == str(self._error) else "") or self._model.errors.get(asked, "")

    def _empty(self, argument: object) -> bool:
        """Nothing at all for an argument is a leniency."""
        if argument is not None or NO_ARGUMENT not in self.values.allowed:
            return argument == ""
        self.values.take(NO_ARGUMENT, "", "", "argument")
        return True

    def _call(self, hook: str) -> str:
        """The situation when a hook fails. The API never throws, so a hook that does is a general exception."""
        function = self._hooks[hook]
        try:
            done = function is None or function()
        except Exception:
            return "general"
        return "" if done else f"{hook}_failed"

    def _succeed(self) -> str:
        self._error, self._diagnostic = 0, ""
        return "true"

    def _fail(self, situation: str) -> str:
        self._error, self._diagnostic = self._model.codes[situation], situation.replace("_", " ")
        return "false"


def _text(value: object) -> str:
    """What JavaScript's String() makes of the few other types that content passes; nothing becomes the empty string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def apply(
    model: Model,
    data: Mapping[str, str],
    changes: Mapping[str, Any],
    *,
    strict: bool | Collection[str] = False,
    permissions: Sequence[Mapping[str, bool]] = (),
) -> tuple[dict[str, str], list[tuple[str, int]]]:
    """The data after a browser's changes, each checked again, and what was refused. `None`: no longer set."""
    values = DataModel(model, dict(data), strict=strict, permissions=permissions)
    refused: list[tuple[str, int]] = []
    for name, value in changes.items():
        if value is None:
            code = values.remove(name)
        elif isinstance(value, str):
            code = values.set(name, value, append=False)
        else:
            code = model.codes["type"]
        if code:
            refused.append((name, code))
    return values.data, refused
