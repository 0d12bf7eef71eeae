"""The authority a credential stands for, what a narrowed credential may touch, and what statements/read/mine may see.

1.0.3 Data 2.4.9; the scope table of Communication 4.3; cmi5 8.1.2 for credentials that belong to one launch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lrs.errors import NotPermitted
from lrs.spec.agents import identifiers, ifi
from lrs.spec.index import token

Json = Mapping[str, Any]


def authority(key: str, name: str, fixed: Json | None, home: str) -> dict[str, Any]:
    """The same credential always stands for the same authority."""
    if fixed:
        return dict(fixed)
    return {"objectType": "Agent", "name": name, "account": {"homePage": home, "name": key}}


def narrow_statement(statement: Json, limits: Json) -> None:
    """Refuses what a credential of one launch may not store: another learner or another registration."""
    if "registration" in limits:
        found = statement.get("context", {}).get("registration")
        if found is None or found.lower() != limits["registration"].lower():
            raise NotPermitted(
                "This credential stores statements of one registration.",
                pointer="/context/registration",
                found=found,
                rule=f"context.registration is {limits['registration']}.",
            )
    if "agent" in limits and ifi(limits["agent"]) not in set(identifiers(statement["actor"])):
        raise NotPermitted(
            "This credential stores statements of one learner.",
            pointer="/actor",
            found=ifi(statement["actor"]),
            rule=f"The actor is {ifi(limits['agent'])}.",
        )


def narrow_conditions(limits: Json) -> dict[str, bytes]:
    """What every statement that such a credential reads must meet."""
    wanted: dict[str, bytes] = {}
    if "registration" in limits:
        wanted["rg"] = UUID(limits["registration"]).bytes
    if "agent" in limits:
        wanted["ra"] = token(ifi(limits["agent"]) or "")
    return wanted


def narrow_document(key: Json, limits: Json) -> None:
    """Refuses documents of another learner, activity or registration than the credential's."""
    for name, asked in key.items():
        if name not in limits or asked is None:
            continue
        same = ifi(asked) == ifi(limits[name]) if name == "agent" else str(asked).lower() == str(limits[name]).lower()
        if not same:
            raise NotPermitted(f"This credential reads and writes documents of one {name}.", parameter=name)
