"""What a scope permits: one table.

A scope is what a credential holds, a permission what a view requires; they have the same names, so that whatever a
view requires can be granted by itself. xAPI's own scopes: xAPI 1.0.3, part three, 4.3 "OAuth 1.0 authorization scope".
"""

from collections.abc import Iterable
from functools import lru_cache

SCOPES: dict[str, str] = {
    "statements/write": "Store statements, and void any statement of the store.",
    "statements/read/mine": "Read the statements this credential stored.",
    "statements/read": "Read all statements of the store.",
    "state": "Read and write state documents.",
    "state/read": "Read state documents.",
    "define": "Change the definitions of activities through statements.",
    "profile": "Read and write activity and agent profiles.",
    "profile/read": "Read activity and agent profiles.",
    "all/read": "Read everything: statements, documents, courses, registrations, analytics.",
    "all": "Everything, credentials included.",
    "content/read": "Read courses and their trees.",
    "content/write": "Import, replace and remove courses.",
    "registrations": "Register and launch learners, read and end their attempts.",
    "registrations/read": "Read registrations: results, explanations, logs, attempts, sessions.",
    "analytics/read": "Read completions, scores, attempts and every other report, with names.",
    "analytics/read/pseudonymous": "The same with pseudonyms in place of names; no statements; groups of several learners.",
    "analytics/read/groups": "Figures about groups of several learners, no rows of single ones.",
    "admin": "Manage credentials and read metrics. Who holds it can make a credential with any scope.",
}

INCLUDES: dict[str, tuple[str, ...]] = {
    "all": (
        "all/read",
        "statements/write",
        "state",
        "define",
        "profile",
        "content/write",
        "registrations",
        "admin",
    ),
    "all/read": (
        "statements/read",
        "state/read",
        "profile/read",
        "content/read",
        "registrations/read",
        "analytics/read",
    ),
    "statements/read": ("statements/read/mine",),
    "analytics/read": ("analytics/read/pseudonymous",),
    "analytics/read/pseudonymous": ("analytics/read/groups",),
    "state": ("state/read",),
    "profile": ("profile/read",),
    "content/write": ("content/read",),
    "registrations": ("registrations/read",),
}

PERMISSIONS: frozenset[str] = frozenset(SCOPES)


@lru_cache(maxsize=1024)
def permissions(scopes: frozenset[str]) -> frozenset[str]:
    """Everything the scopes permit, their own names included; unknown scopes permit nothing."""
    found: set[str] = set()
    waiting = [scope for scope in scopes if scope in PERMISSIONS]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(INCLUDES.get(name, ()))
    return frozenset(found)


def unknown(scopes: Iterable[str]) -> list[str]:
    """Those a credential cannot hold, in the order given."""
    return [scope for scope in scopes if scope not in SCOPES]
