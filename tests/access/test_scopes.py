"""The table of scopes."""

import pytest

from access import scopes


def test_whatever_is_included_can_be_granted_by_itself() -> None:
    included = {name for row in scopes.INCLUDES.values() for name in row}

    assert scopes.unknown(sorted(included)) == []


def test_all_permits_everything() -> None:
    assert scopes.permissions(frozenset({"all"})) >= scopes.PERMISSIONS


@pytest.mark.parametrize(
    ("scope", "permitted", "refused"),
    [
        (
            "all/read",
            {"statements/read/mine", "state/read", "profile/read", "registrations/read", "analytics/read"},
            {"statements/write", "state", "registrations", "admin"},
        ),
        ("statements/read", {"statements/read", "statements/read/mine"}, {"state/read", "analytics/read", "statements/write"}),
        ("statements/read/mine", {"statements/read/mine"}, {"statements/read"}),
        ("statements/write", {"statements/write"}, {"statements/read/mine", "define"}),
        ("state", {"state", "state/read"}, {"profile", "profile/read"}),
        ("state/read", {"state/read"}, {"state", "profile/read"}),
        ("profile", {"profile", "profile/read"}, {"state"}),
        ("profile/read", {"profile/read"}, {"profile", "state/read"}),
        ("define", {"define"}, {"statements/write"}),
        ("content/write", {"content/read", "content/write"}, {"registrations"}),
        ("content/read", {"content/read"}, {"content/write"}),
        ("registrations", {"registrations", "registrations/read"}, {"content/read"}),
        ("registrations/read", {"registrations/read"}, {"registrations", "content/read", "analytics/read"}),
        ("analytics/read", {"analytics/read", "analytics/read/pseudonymous", "analytics/read/groups"}, {"statements/read"}),
        ("analytics/read/pseudonymous", {"analytics/read/groups"}, {"analytics/read"}),
        ("analytics/read/groups", {"analytics/read/groups"}, {"analytics/read/pseudonymous"}),
        ("admin", {"admin"}, {"all", "statements/read"}),
    ],
)
def test_a_scope_permits_what_it_includes_and_nothing_else(scope: str, permitted: set[str], refused: set[str]) -> None:
    found = scopes.permissions(frozenset({scope}))

    assert permitted <= found
    assert not refused & found


def test_an_unknown_scope_permits_nothing_and_is_named() -> None:
    assert scopes.permissions(frozenset({"everything"})) == frozenset()
    assert scopes.unknown(["state", "everything"]) == ["everything"]
