"""Inside `serve`: once a day, what mere time has brought about enters the ledger, as `bilateral tick` does it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from db.tick import tick

log = structlog.get_logger()
AT_MOST = timedelta(hours=1)
"""The longest sleep: a clock that was set, or a machine that slept, is noticed."""
Sleep = Callable[[float], Awaitable[object]]
"""Waits so many seconds."""


def ticking(app: FastAPI, sleep: Sleep = asyncio.sleep) -> FastAPI:
    """The service, which ticks as long as it runs."""
    serve = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with serve(served):
            task = asyncio.create_task(_keep_ticking(served, sleep))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    app.router.lifespan_context = lifespan
    return app


async def _keep_ticking(app: FastAPI, sleep: Sleep) -> None:
    while True:
        try:
            found = await run_in_threadpool(tick, app.state.engine, app.state.clock)
            log.info("ticked", elapsed=found)
        except Exception:  # the next one makes up for it
            log.exception("tick failed")
        await sleep(_until_tomorrow(app.state.clock()).total_seconds())


def _until_tomorrow(now: datetime) -> timedelta:
    now = now.astimezone(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(midnight - now + timedelta(seconds=1), AT_MOST)
