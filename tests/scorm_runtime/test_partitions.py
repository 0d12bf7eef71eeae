"""What keeps registrations apart in one browser: the same at every launch, different for each of them, and not to be guessed."""

from __future__ import annotations

import base64
from typing import Any

from pymongo.database import Database

from scorm_runtime.partitions import Partitions

ONE, OTHER = "7d0c52a4-7c0a-4f0e-9a39-b34d8f0a52a1", "0f2b7ad1-9d5c-4b7c-8a0e-6f8a3c1d2e4f"


def test_a_registration_has_the_same_key_and_channel_in_every_process(db: Database[Any]) -> None:
    first, second = Partitions(db, ""), Partitions(db, "")

    assert first.key(1, ONE) == second.key(1, ONE)
    assert first.channel(1, ONE) == second.channel(1, ONE)
    assert len(base64.b64decode(first.key(1, ONE))) == 32


def test_no_two_registrations_share_anything_nor_do_two_stores(db: Database[Any]) -> None:
    made = Partitions(db, "https://*.content.example")

    for of in (made.key, made.channel, made.home):
        assert len({of(1, ONE), of(1, OTHER), of(2, ONE)}) == 3


def test_the_channel_tells_nothing_of_the_key(db: Database[Any]) -> None:
    made = Partitions(db, "")

    assert made.channel(1, ONE) != base64.b64decode(made.key(1, ONE)).hex()


def test_another_database_has_other_keys(db: Database[Any]) -> None:
    made = Partitions(db, "")
    before = made.key(1, ONE)
    db["runtime_settings"].delete_many({"_id": "secret"})

    assert Partitions(db, "").key(1, ONE) != before
    assert made.key(1, ONE) == before


def test_without_a_star_all_have_one_home(db: Database[Any]) -> None:
    made = Partitions(db, "http://127.0.0.1:8081/")

    assert made.home(1, ONE) == made.home(1, OTHER)
    assert made.home(1, ONE).origin == "http://127.0.0.1:8081"
    assert made.home(1, ONE).bound("token") == "token"
