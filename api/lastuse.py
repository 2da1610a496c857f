"""When keys were last used: kept in memory, and written down by the hour, off the way of those who read.

A request with a key notes the hour and goes on. What is new is written a few seconds later, for all keys together, in
one write unit of a thread of its own, which waits for its turn as every writer does. So a key costs at most one write
an hour, and another process that wrote the same hour before costs none. A process that is killed forgets at most what
it noted in these seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import anyio.to_thread
import sqlalchemy as sa
import structlog

from db import keys
from db.ledger import Clock

log = structlog.get_logger()
WRITTEN_AFTER = 10.0
"""Seconds from the first use that is new to the writing of all that are."""
Sleep = Callable[[float], Awaitable[object]]
"""Waits so many seconds."""


class LastUse:
    """The hour in which each key was last used, as far as this process saw it."""

    def __init__(self, engine: sa.Engine, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._engine, self._clock, self._sleep = engine, clock, sleep
        self._noted: dict[str, str] = {}
        self._written: dict[str, str] = {}
        self._new = asyncio.Event()

    def note(self, key: str) -> None:
        """It was used now."""
        hour = keys.hour_of(self._clock())
        if self._noted.get(key) != hour:
            self._noted[key] = hour
            self._new.set()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Write down what is noted as long as this lasts, and at its end."""
        task = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.write()

    async def _keep(self) -> None:
        threads = anyio.CapacityLimiter(1)
        while await self._new.wait():
            await self._sleep(WRITTEN_AFTER)
            await self.write(threads)

    async def write(self, threads: anyio.CapacityLimiter | None = None) -> None:
        """Write down what is new; what cannot be written now stays new."""
        self._new.clear()
        new = {key: hour for key, hour in self._noted.items() if self._written.get(key) != hour}
        if not new:
            return
        try:
            await anyio.to_thread.run_sync(keys.used, self._engine, self._clock, new, limiter=threads)
        except Exception:  # nobody's request depends on it
            log.exception("last use not written")
            self._new.set()
        else:
            self._written |= new
