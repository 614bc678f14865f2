"""Figures for operators in Prometheus' format, summed over the server's processes."""

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

own = CollectorRegistry()
requests = Counter(
    "shanzhi_requests", "Requests answered, by route template.", ["method", "route", "status"], registry=own
)
seconds = Histogram(
    "shanzhi_request_seconds", "Time to answer, by route template.", ["method", "route"], registry=own, buckets=BUCKETS
)


def observe(*, method: str, route: str, status: int, elapsed: float) -> None:
    """Count one answered request; `elapsed` is in seconds, `route` a template, so that labels stay few."""
    method = method if method in METHODS else "other"
    requests.labels(method, route, str(status)).inc()
    seconds.labels(method, route).observe(elapsed)


def exposition() -> bytes:
    """All figures in the text format; with several server processes, their sum."""
    if FOLDER_VARIABLE not in os.environ:
        return generate_latest(own)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the package types only a part of itself
    return generate_latest(registry)
