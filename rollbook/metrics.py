"""`/metrics` for Prometheus: requests by route, method and status, with their durations, over all server processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import prometheus_client
from flask import Blueprint, Flask, Response, g, request
from prometheus_client import multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

import access
import lrs

REQUESTS = prometheus_client.Histogram(
    "rollbook_request_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
STATEMENTS = prometheus_client.Counter("rollbook_statements_stored", "Statements acknowledged.")


class Lag(Collector):
    """Asked of the database when the page is asked for: every process would give the same answer."""

    def __init__(self, lag: Callable[[], float]) -> None:
        self.lag = lag

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("rollbook_attempts_lag_seconds", "Age of the oldest statement not yet folded.", self.lag())


def init_page(app: Flask, lag: Callable[[], float]) -> None:
    """Registers the page on the application origin."""
    bp = Blueprint("metrics", __name__)

    @bp.get("/metrics")
    @access.requires("admin")
    def metrics() -> Response:
        registry = prometheus_client.CollectorRegistry()
        registry.register(Lag(lag))
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(REQUESTS)
            registry.register(STATEMENTS)
        return Response(prometheus_client.generate_latest(registry), content_type=prometheus_client.CONTENT_TYPE_LATEST)

    app.register_blueprint(bp)


def init_app(app: Flask) -> None:
    """Times every request of this app."""

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
