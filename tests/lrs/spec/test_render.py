"""Language choice and the three formats: 1.0.3 Communication 2.1.3."""

from __future__ import annotations

import pytest

from lrs.spec import render
from tests.lrs.spec.table import whole


@pytest.mark.parametrize(
    ("tags", "languages", "chosen"),
    [
        (["en-US", "de"], ["de"], "de"),
        (["en-US", "de"], ["de-CH"], "de"),
        (["en-US", "en-GB"], ["en-gb"], "en-GB"),
        (["fr", "en-US"], ["en"], "en-US"),
        (["fr", "en-US"], ["it", "en"], "en-US"),
        (["fr", "en-US"], ["*"], "fr"),
        (["fr", "en-US"], ["it"], "fr"),
        (["fr"], [], "fr"),
        (["EN"], ["en"], "EN"),
    ],
)
def test_the_best_language_of_a_map(tags: list[str], languages: list[str], chosen: str) -> None:
    assert render.choose(tags, languages) == chosen


def test_ids_keeps_everything_that_is_not_described() -> None:
    statement = whole("2.0.0")

    short = render.ids(statement)

    assert short["result"] == statement["result"]
    assert short["actor"] == {"objectType": "Agent", "mbox": "mailto:a@example.com"}
    assert short["context"]["contextActivities"]["parent"] == [{"id": "http://example.com/a"}]
    assert short["context"]["contextAgents"][0]["agent"] == {"mbox": "mailto:a@example.com"}
    assert list(short) == list(statement)


def test_canonical_filters_every_map_and_leaves_agents_alone() -> None:
    statement = whole("2.0.0")
    statement["attachments"][0]["display"] = {"en": "A", "de": "B"}
    statement["object"]["definition"]["choices"][0]["description"] = {"en": "A", "de": "B"}

    chosen = render.canonical(statement, ["de"])

    assert chosen["attachments"][0]["display"] == {"de": "B"}
    assert chosen["object"]["definition"]["choices"][0]["description"] == {"de": "B"}
    assert chosen["actor"] == statement["actor"]
    assert chosen["object"]["definition"]["extensions"] == statement["object"]["definition"]["extensions"]
