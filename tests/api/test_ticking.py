"""The service ticks by itself as long as it runs: at its start, and in the first second of each day."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI

from api.main import create_app
from api.settings import Settings
from api.ticking import ticking
from db.engine import make_engine
from db.ledger import REVISION
from db.tick import tick
from tests.conftest import MakeUrl
from tests.door import ADMIN_KEY, opened
from tests.factories import agreement, event, populate

ENDS = datetime(2026, 3, 1, tzinfo=UTC)
"""The day on which the agreement of the tests is over."""


class Nights:
    """A clock that goes on only while the service sleeps, and the sleeps that it took."""

    def __init__(self, now: datetime, wakes: int) -> None:
        self.now, self.wakes = now, wakes
        self.slept: list[float] = []
        self.over = threading.Event()

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) > self.wakes:
            self.over.set()
            await asyncio.Event().wait()  # until the service ends
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def url(make_url: MakeUrl) -> str:
    """A record with an agreement that is in force until the end of February."""
    url = make_url(False)
    with opened(Settings(database_url=url, admin_key=ADMIN_KEY), lambda: ENDS - timedelta(days=30)) as door:
        populate(door)
        entered = [event(kind="entered_into_force", date="2016-03-01")]
        term = {"initial": "P10Y", "renewal": "none"}
        door.add("/v1/agreements", agreement(id="ends", signed="2016-01-01", duration=term, events=entered))
    return url


def service(url: str, nights: Nights) -> FastAPI:
    return ticking(create_app(Settings(database_url=url, admin_key=ADMIN_KEY), nights.clock), nights.sleep)


def run(app: FastAPI, nights: Nights) -> None:
    """Start the service, wait until it has slept as often as it should, and stop it."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        assert nights.over.wait(60)


def elapsed(url: str) -> list[tuple[Any, ...]]:
    """What time brought, and when it was recorded."""
    engine = make_engine(url)
    mine = sa.select(REVISION.c.resource_id, REVISION.c.recorded_at).where(REVISION.c.op == "elapsed")
    with engine.connect() as connection:
        told = [tuple(row) for row in connection.execute(mine.order_by(REVISION.c.seq))]
    engine.dispose()
    return told


def test_the_service_ticks_when_it_starts(url: str) -> None:
    """What came about while it did not run is made up for."""
    nights = Nights(ENDS + timedelta(days=10), wakes=0)
    run(service(url, nights), nights)
    assert [id for id, _ in elapsed(url)] == ["ends"]


def test_the_service_ticks_in_the_first_second_of_the_day(url: str) -> None:
    nights = Nights(ENDS - timedelta(minutes=30), wakes=1)
    run(service(url, nights), nights)
    assert nights.slept == [30 * 60 + 1, 3600]
    [(id, recorded_at)] = elapsed(url)
    assert (id, recorded_at[:19]) == ("ends", "2026-03-01T00:00:01")


def test_the_service_never_sleeps_for_more_than_an_hour(url: str) -> None:
    """A clock that was set, or a machine that slept, is noticed."""
    nights = Nights(ENDS - timedelta(hours=12), wakes=13)
    run(service(url, nights), nights)
    assert max(nights.slept) == 3600
    assert len(elapsed(url)) == 1


def test_a_tick_that_fails_is_made_up_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away for a while does not end the ticking."""
    nights = Nights(ENDS + timedelta(days=1), wakes=1)
    tried = []

    def fails_once(engine: sa.Engine, clock: Any) -> int:
        tried.append(clock())
        if len(tried) == 1:
            raise sa.exc.OperationalError("connect", {}, ConnectionError())
        return tick(engine, clock)

    monkeypatch.setattr("api.ticking.tick", fails_once)
    run(service(url, nights), nights)
    assert len(tried) == 2
    assert len(elapsed(url)) == 1
