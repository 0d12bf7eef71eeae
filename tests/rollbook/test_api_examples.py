"""The commands of docs/api.md do what the page says, one after another."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

HERE = Path(__file__).parent


def load_curl() -> Any:
    """The module beside this file, which is no package."""
    spec = importlib.util.spec_from_file_location("curl", HERE / "curl.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_command_of_the_page_works(client: FlaskClient, sample_package: Callable[[str], Path]) -> None:
    curl = load_curl()
    known: dict[str, str] = {}
    answers: list[tuple[str, int]] = []

    for command in curl.commands(HERE.parents[1] / "docs" / "api.md"):
        for name, value in known.items():
            command = command.replace(name, value)
        answer = curl.send(client, command, lambda _: sample_package("scorm12-fire-safety"))
        answers.append((command, answer.status_code))
        body = answer.json if answer.data and isinstance(answer.json, dict) else {}
        known |= {"UPLOAD": body["id"]} if "offset" in body and "id" in body else {}
        known |= {"COURSE": body["id"]} if "digest" in body else {}
        known |= {"REGISTRATION": body["registration"]} if "registration" in body else {}
        known |= {"KEY": body["key"]} if "secret" in body else {}

    assert [row for row in answers if row[1] >= 400] == []
    assert len(answers) > 15
