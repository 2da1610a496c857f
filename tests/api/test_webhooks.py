"""Webhooks over HTTP, and what is delivered: to whom, in which order, signed how, again when."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from api.delivery import Delivery
from api.settings import Settings
from tests.door import ADMIN_KEY, Door, only_here, opened
from tests.factories import person, populate
from tests.receiver import Receiver, receiving

Json = dict[str, Any]
HOOKS = "/v1/webhooks"
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = BEGIN

    def clock(self) -> datetime:
        return self.now

    def pass_(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def door(url: str, time: Time) -> Iterator[Door]:
    """The service on what the factories' documents name, where webhooks may lead to the loopback."""
    settings = Settings(
        database_url=url,
        admin_key=ADMIN_KEY,
        webhook_networks=(ip_network("127.0.0.0/8"),),
        webhook_failures=4,
        webhook_retry=10,
    )
    with opened(settings, time.clock) as door:
        populate(door)
        yield door


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def deliver(door: Door, jitter: float = 0.5) -> int:
    """Deliver what is due; gives how many changes were taken."""
    state = door.app.state
    worker = Delivery(state.engine, state.clock, state.settings, only_here, jitter=lambda: jitter)

    async def work() -> int:
        return await worker.run(once=True)

    return asyncio.run(work())


def hook(door: Door, receiver: Receiver, **members: Any) -> Json:
    return door.add(HOOKS, {"url": receiver.url, **members})


def test_a_change_is_delivered_as_the_feed_shows_it(door: Door, receiver: Receiver) -> None:
    """The body is the CloudEvent, the id its seq; what was there before the webhook is not sent."""
    hook(door, receiver)
    added = door.add("/v1/people", person("carla"))
    door.patch("/v1/people/carla", {"name": {"es": "Carla"}})
    assert deliver(door) == 2
    feed = door.read("/v1/changes", params={"after": added["meta"]["seq"] - 1})
    assert [each.event for each in receiver.received] == feed["items"]
    assert receiver.ids == [each["id"] for each in feed["items"]]
    assert receiver.received[0].headers["content-type"] == "application/cloudevents+json"
    assert receiver.received[0].headers["host"] == f"127.0.0.1:{receiver.port}"
    assert deliver(door) == 0
