"""The contract as a page."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest
from flask import Flask

from rollbook import docs_page, openapi
from rollbook.operations import OPERATIONS


@pytest.fixture(scope="module")
def answer() -> Any:
    app = Flask("rollbook", static_folder=None)
    openapi.init_app(app)
    return app.test_client().get("/api/docs")


def test_every_operation_can_be_reached_from_the_navigation(answer: Any) -> None:
    linked = set(re.findall(r'<li><a href="#([^"]+)"', answer.text))

    assert {row.id for row in OPERATIONS} <= linked
    assert [name for name in linked if f'id="{name}"' not in answer.text] == []


def test_every_link_within_the_page_leads_somewhere(answer: Any) -> None:
    targets = set(re.findall(r'href="#([^"]+)"', answer.text))

    assert [name for name in targets if f'id="{name}"' not in answer.text] == []


def test_the_page_runs_no_script_and_its_policy_allows_only_its_own_style(answer: Any) -> None:
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()

    policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "<script" not in answer.text
    assert not re.search(r'\s(style|on\w+)="', answer.text)


def test_the_style_is_safe_for_both_directions_and_knows_dark(answer: Any) -> None:
    physical = re.findall(
        r"\b(?:margin|padding|border|inset)-(?:left|right)|text-align:\s*(?:left|right)|\b(?:left|right):", answer.text
    )

    assert physical == []
    assert "prefers-color-scheme: dark" in answer.text
    assert ":focus-visible" in answer.text


@pytest.mark.parametrize(
    ("path", "method", "command"),
    [
        ("/health/live", "get", "curl ORIGIN/health/live"),
        ("/api/v1/courses", "post", "curl -u KEY:SECRET -X POST -F file=@course.zip ORIGIN/api/v1/courses"),
        (
            "/api/v1/credentials",
            "post",
            "curl -u KEY:SECRET -X POST -H 'Content-Type: application/json' "
            """-d '{"name": "…", "scopes": ["statements/write"]}' ORIGIN/api/v1/credentials""",
        ),
    ],
)
def test_commands_can_be_copied(path: str, method: str, command: str) -> None:
    document = openapi.document({("POST", "/api/v1/courses"): ("content/write",), ("POST", "/api/v1/credentials"): ("admin",)})

    assert docs_page.curl(document, path, method, document["paths"][path][method]) == command
