"""Leases that processes share."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from package_importer.claims import Claims
from package_importer.errors import ImporterBusy


def test_a_key_is_held_by_one_only(db: Database[dict[str, Any]]) -> None:
    ours, theirs = Claims(db, patience=0), Claims(db, patience=0)

    with ours.held("a"), pytest.raises(ImporterBusy), theirs.held("a"):
        pass


def test_a_key_is_free_again_after_the_block(db: Database[dict[str, Any]]) -> None:
    claims = Claims(db, patience=0)
    with claims.held("a"):
        pass

    with claims.held("a"):
        held = [row["_id"] for row in db["import_claims"].find({"_id": "a"})]

    assert held == ["a"]


def test_the_first_free_of_several_keys_is_taken(db: Database[dict[str, Any]]) -> None:
    claims = Claims(db, patience=0)

    with claims.held("a", "b"), claims.held("a", "b"), pytest.raises(ImporterBusy), claims.held("a", "b"):
        pass


def test_the_claim_of_a_process_that_died_is_taken_over(db: Database[dict[str, Any]]) -> None:
    dead, living = Claims(db, patience=0, lease=-1), Claims(db, patience=0)

    with dead.held("a"), living.held("a"):
        held = [row["_id"] for row in db["import_claims"].find({"_id": "a"})]

    assert held == ["a"]
    assert list(db["import_claims"].find({"_id": "a"})) == []
