"""The RTE API over one data model: SCORM 2004 RTE 3.1, SCORM 1.2 RTE 3.3."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scorm_runtime.datamodel.element import Model


class RuntimeApi:
    """One SCO session: `data` holds the values at launch and changes in place. Every method returns a string and never raises."""

    def __init__(
        self,
        model: Model,
        data: dict[str, str],
        *,
        strict: bool = False,
        look_ahead: Mapping[str, Any] | None = None,
        permissions: Sequence[Mapping[str, bool]] = (),
        on_initialize: Callable[[], bool] | None = None,
        on_commit: Callable[[], bool] | None = None,
        on_terminate: Callable[[], bool] | None = None,
    ) -> None: ...

    def initialize(self, argument: object = "") -> str: ...
    def terminate(self, argument: object = "") -> str: ...
    def commit(self, argument: object = "") -> str: ...
    def get_value(self, element: object) -> str: ...
    def set_value(self, element: object, value: object) -> str: ...
    def get_last_error(self) -> str: ...
    def get_error_string(self, code: object = "") -> str: ...
    def get_diagnostic(self, code: object = "") -> str: ...


def apply(
    model: Model,
    data: Mapping[str, str],
    changes: Mapping[str, str | None],
    *,
    strict: bool = False,
    permissions: Sequence[Mapping[str, bool]] = (),
) -> tuple[dict[str, str], list[tuple[str, int]]]:
    """The data after a browser's changes, each checked again, and what was refused. `None`: no longer set (a type was changed)."""
    raise NotImplementedError
