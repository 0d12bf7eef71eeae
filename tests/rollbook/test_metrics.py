from __future__ import annotations

from flask.testing import FlaskClient


def test_the_page_counts_requests_by_route_and_tells_the_lag(client: FlaskClient) -> None:
    client.get("/api/v1/courses/nobody-knows")

    page = client.get("/metrics").text

    assert 'rollbook_request_seconds_count{method="GET",route="/api/v1/courses/<course_id>",status="404"}' in page
    assert "rollbook_attempts_lag_seconds 0.0" in page


def test_stored_statements_are_counted(client: FlaskClient) -> None:
    statement = {
        "actor": {"mbox": "mailto:ada@example.org"},
        "verb": {"id": "http://example.org/did"},
        "object": {"id": "http://example.org/page"},
    }
    before = stored(client)

    client.post("/xapi/statements", json=[statement] * 3, headers={"X-Experience-API-Version": "2.0.0"})

    assert stored(client) - before == 3


def stored(client: FlaskClient) -> float:
    lines = client.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("rollbook_statements_stored_total")).split()[1])


def test_the_page_is_for_administrators(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": ""}).status_code == 401
