"""`/metrics` for Prometheus: requests by route, method and status, with their durations, over all server processes."""

from __future__ import annotations

import os
import time

import prometheus_client
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import multiprocess

import access
import lrs

REQUESTS = prometheus_client.Histogram(
    "rollbook_request_seconds", "Time to answer a request.", ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
STATEMENTS = prometheus_client.Counter("rollbook_statements_stored", "Statements acknowledged.")

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
@access.requires("admin")
def metrics() -> Response:
    registry: prometheus_client.CollectorRegistry = prometheus_client.REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(prometheus_client.generate_latest(registry), content_type=prometheus_client.CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Times every request of this app; the page itself belongs to the application origin (`bp`)."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def stop(response: Response) -> Response:
        if "started" in g:
            route = request.url_rule.rule if request.url_rule else "none"
            REQUESTS.labels(request.method, route, response.status_code).observe(time.perf_counter() - g.started)
        return response


def count(_: object, *, count: int, **__: object) -> None:
    STATEMENTS.inc(count)


lrs.statements_stored.connect(count)
