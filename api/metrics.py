"""What the service counts, for Prometheus.

Each app has a registry of its own. Where several workers serve, each writes what it counts into files of a folder that
they share, and whichever is asked adds up those of all.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
COUNTED = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder that workers share; prometheus_client looks at it when it is imported."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Requests by method, route template and status: never by what a client writes, which has no end."""

    def __init__(self, connections: Callable[[], int] = int) -> None:
        """`connections` tells how many to the database are in use."""
        self._in_use = connections
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "bilateral_request_seconds",
            "How long requests took, from their head to the last byte of the answer.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._open = self._gauge("requests_open", "Requests that are being answered.", "livesum")
        self._seq = self._gauge("ledger_seq", "The newest seq of the ledger.", "mostrecent")
        self._connections = self._gauge("database_connections", "Connections to the database in use.", "livesum")

    def _gauge(self, name: str, meaning: str, of_all: Literal["livesum", "mostrecent"]) -> Gauge:
        return Gauge(f"bilateral_{name}", meaning, registry=self._registry, multiprocess_mode=of_all)

    @contextmanager
    def a_request(self) -> Iterator[None]:
        """Count a request as open."""
        self._open.inc()
        try:
            yield
        finally:
            self._open.dec()
            self._connections.set(self._in_use())

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is empty where no route was found, `status` is 0 where nobody waited for it."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)

    def page(self, seq: int) -> bytes:
        """All of it, of all workers, as Prometheus reads it."""
        self._seq.set(seq)
        self._connections.set(self._in_use())
        return generate_latest(_of_all(os.environ[COUNTED]) if COUNTED in os.environ else self._registry)


def _of_all(folder: str) -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)
    return registry


def forget(worker: int | None, folder: str) -> None:
    """A worker, by its process id, is gone: what it had open is closed; what it had counted stays."""
    mark_process_dead(worker, folder)
