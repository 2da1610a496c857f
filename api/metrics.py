"""What the service counts, for Prometheus; each app has a registry of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Requests by method, route template and status: never by what a client writes, which has no end."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "bilateral_request_seconds",
            "How long requests took, from their head to the last byte of the answer.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._open = Gauge("bilateral_requests_open", "Requests that are being answered.", registry=self._registry)
        self._seq = Gauge("bilateral_ledger_seq", "The newest seq of the ledger.", registry=self._registry)
        self._connections = Gauge(
            "bilateral_database_connections", "Connections to the database in use.", registry=self._registry
        )

    @contextmanager
    def a_request(self) -> Iterator[None]:
        """Count a request as open."""
        self._open.inc()
        try:
            yield
        finally:
            self._open.dec()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is empty where no route was found, `status` is 0 where nobody waited for it."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)

    def page(self, seq: int, connections: int) -> bytes:
        """All of it, as Prometheus reads it."""
        self._seq.set(seq)
        self._connections.set(connections)
        return generate_latest(self._registry)
