"""/metrics: what Prometheus reads."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.settings import Settings
from tests.door import ADMIN_KEY, Door, opened
from tests.factories import person

Labels = frozenset[tuple[str, str]]


def read(door: Door) -> dict[str, dict[Labels, float]]:
    """The samples by name and labels, as a scraper parses them."""
    response = door.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(response.text):
        for sample in family.samples:
            samples.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return samples


def counted(door: Door, method: str, route: str, status: int) -> float:
    labels = frozenset({"method": method, "route": route, "status": str(status)}.items())
    return read(door).get("bilateral_request_seconds_count", {}).get(labels, 0)


def test_requests_are_counted_by_route_and_status(door: Door) -> None:
    """By the template of the route, never by what the client wrote."""
    for id in ("ana", "boris", "chen"):
        door.get(f"/v1/people/{id}")
    door.add("/v1/people", person("ana"))
    door.get("/v1/people/ana")
    door.get("/v1/people?limit=-1")
    assert counted(door, "GET", "/v1/people/{id}", 404) == 3
    assert counted(door, "GET", "/v1/people/{id}", 200) == 1
    assert counted(door, "POST", "/v1/people", 201) == 1
    assert counted(door, "GET", "/v1/people", 422) == 1


def test_what_clients_make_up_adds_no_series(door: Door) -> None:
    """Unknown addresses and methods share one; a HEAD is a HEAD."""
    for number in range(5):
        door.get(f"/nothing-{number}")
        door.request(f"ODD{number}", f"/nothing-{number}")
    door.request("HEAD", "/healthz")
    assert counted(door, "GET", "", 404) == 5
    assert counted(door, "other", "", 404) == 5
    assert counted(door, "HEAD", "/healthz", 200) == 1


def test_where_the_ledger_ends_is_told(door: Door) -> None:
    """The newest seq; and what is open just now, this request among it."""
    nothing: Labels = frozenset()
    assert read(door)["bilateral_ledger_seq"][nothing] == 0
    door.add("/v1/people", person("ana"))
    samples = read(door)
    assert samples["bilateral_ledger_seq"][nothing] == 1
    assert samples["bilateral_requests_open"][nothing] == 1
    assert samples["bilateral_database_connections"][nothing] == 0


def test_each_service_counts_for_itself(door: Door, url: str) -> None:
    """Two in one process share nothing."""
    door.get("/v1/people")
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY)) as other:
        assert counted(other, "GET", "/v1/people", 200) == 0


@pytest.mark.parametrize("accept", ["text/plain; version=x", "application/openmetrics-text; version=1.0.0", "*/*", ""])
def test_one_format_serves_every_scraper(door: Door, accept: str) -> None:
    """Whatever it says that it accepts."""
    assert door.get("/metrics", headers={"Accept": accept}).headers["content-type"].startswith("text/plain")


def test_metrics_are_read_like_records(url: str) -> None:
    """By everybody, unless reading needs a key."""
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY, public_read=False)) as door:
        assert door.get("/metrics").status_code == 200
        door.key = None
        assert door.get("/metrics").status_code == 401
