"""The body that asks for a credential."""

from datetime import UTC, datetime
from typing import Any

import pytest

from access.creation import read_creation
from access.errors import InvalidRequest

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEAST = {"name": "LMS", "scopes": ["statements/write"]}
AGENT = {"objectType": "Agent", "name": "LMS", "account": {"homePage": "https://lms.example", "name": "lms"}}


def test_a_full_body_becomes_arguments() -> None:
    body = LEAST | {"key": "lms", "secret": "a long enough one", "expires": "2031-12-31T23:59:59+01:00", "authority": AGENT}

    arguments = read_creation(body, NOW)

    assert arguments == body | {"expires": datetime(2031, 12, 31, 22, 59, 59, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": 7}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": "all"}, "/scopes"),
        ({"scopes": ["all", "everything"]}, "/scopes/1"),
        ({"scopes": [None]}, "/scopes/0"),
        ({"key": "with:colon"}, "/key"),
        ({"key": "session-mine"}, "/key"),
        ({"key": "line\n"}, "/key"),
        ({"key": None}, "/key"),
        ({"secret": "short"}, "/secret"),
        ({"secret": 123456789012}, "/secret"),
        ({"expires": "2020-01-01T00:00:00Z"}, "/expires"),
        ({"expires": "2031-12-31T23:59:59"}, "/expires"),
        ({"expires": "2031-13-31T23:59:59Z"}, "/expires"),
        ({"expires": 1}, "/expires"),
        ({"authority": "me"}, "/authority"),
        ({"authority": {"name": "nobody"}}, "/authority"),
        ({"authority": AGENT | {"mbox": "mailto:a@example.com"}}, "/authority"),
        ({"authority": AGENT | {"objectType": "Group"}}, "/authority/objectType"),
        ({"authority": AGENT | {"name": 1}}, "/authority/name"),
        ({"authority": AGENT | {"colour": "red"}}, "/authority/colour"),
        ({"authority": {"mbox": "a@example.com"}}, "/authority/mbox"),
        ({"authority": {"mbox_sha1sum": "abc"}}, "/authority/mbox_sha1sum"),
        ({"authority": {"openid": "nowhere"}}, "/authority/openid"),
        ({"authority": {"account": {"name": "a"}}}, "/authority/account"),
        ({"authority": {"account": {"homePage": "nowhere", "name": "a"}}}, "/authority/account"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_fault_is_reported_at_its_place(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_creation(LEAST | change, NOW)

    assert [error["pointer"] for error in refused.value.detail["errors"]] == [pointer]
    assert refused.value.detail["pointer"] == pointer
    assert refused.value.detail["rule"] in str(refused.value)


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_creation({"scopes": ["x"], "secret": "y", "z": 1}, NOW)

    assert [error["pointer"] for error in refused.value.detail["errors"]] == ["/z", "/name", "/scopes/0", "/secret"]


@pytest.mark.parametrize("body", [None, [], "name", 1])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    with pytest.raises(InvalidRequest, match="JSON object"):
        read_creation(body, NOW)


def test_a_refused_secret_is_not_repeated_in_the_error() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_creation(LEAST | {"secret": "hunter2"}, NOW)

    assert "hunter2" not in str(refused.value.detail)
