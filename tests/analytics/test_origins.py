"""Where columns come from."""

import re

import pytest
from flask.testing import FlaskClient

from analytics.columns import COLUMNS
from analytics.origins import COMPUTED, STATEMENT, origin

PROPERTIES = {"actor", "context", "id", "object", "result", "stored", "timestamp", "verb"}


@pytest.mark.parametrize("resource", COLUMNS)
def test_every_column_tells_where_it_comes_from(resource: str) -> None:
    assert all(origin(resource, column.name) for column in COLUMNS[resource])


def test_no_origin_is_told_of_what_is_no_column() -> None:
    assert set(STATEMENT) <= {column.name for columns in COLUMNS.values() for column in columns}
    assert set(COMPUTED) <= set(COLUMNS)


def test_paths_begin_with_a_property_of_statements() -> None:
    paths = {path for text in STATEMENT.values() for path in re.findall(r"\b([a-z]+)\.[a-z]", text)}

    assert paths <= PROPERTIES


def test_the_schema_tells_it(client: FlaskClient) -> None:
    columns = {one["name"]: one for one in client.get("/api/v1/schema/scores").json["columns"]}

    assert columns["score_raw"] == {
        "name": "score_raw",
        "type": "number",
        "unit": None,
        "source": "result.score.raw",
        "meaning": columns["score_raw"]["meaning"],
    }
    assert columns["duration_s"]["unit"] == "s"
