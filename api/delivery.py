"""Delivers what webhooks are to be told: in order, at least once, for each from its cursor into the ledger.

A worker takes the lease of a webhook that is due, tells it one change after the other, and writes down in small steps
how far it is. A change that is not taken is told again, after a pause that doubles; after so many failures in a row the
webhook is disabled. Nothing is held while a request is out: neither the writers' lock nor a connection.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TypeVar

import anyio.to_thread
import sqlalchemy as sa
import structlog
from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.datastructures import State

from api.addresses import Resolve
from api.cloudevents import event_of
from api.settings import Settings
from api.watching import Watch
from api.webhooks import Sender
from db import ledger, webhooks
from db.errors import Busy
from db.ledger import Clock, instant
from db.webhooks import Attempt, Turn

log = structlog.get_logger()
X = TypeVar("X")
WEBHOOKS_AT_ONCE = 16
"""Webhooks that one worker delivers to at the same time."""
STEP = 50
"""Changes after which it is written down how far a webhook is, at most; so many may be told twice."""
STEP_SECONDS = 1.0
"""Seconds after which it is written down, if there are fewer."""
STEPS = 20
"""Steps after which others that wait come first."""
LONGEST_PAUSE = 3600.0
LOOKS_AFTER = 2.0
"""Seconds after which a worker that has nothing to do looks again."""
BEYOND_ALL = 2**63
"""A seq that no ledger reaches."""

CHANCE = secrets.SystemRandom().random


class Delivery:
    """One worker."""

    def __init__(
        self,
        engine: sa.Engine,
        clock: Clock,
        settings: Settings,
        resolve: Resolve,
        watch: Watch | None = None,
        jitter: Callable[[], float] = CHANCE,
    ) -> None:
        self._engine, self._clock, self._settings, self._jitter = engine, clock, settings, jitter
        self._lease = timedelta(seconds=settings.webhook_lease)
        self._watch = watch or Watch(self._newest)
        self._sender = Sender(settings, resolve, at_once=WEBHOOKS_AT_ONCE)
        self._turns: set[asyncio.Task[None]] = set()
        self._one_thread = CapacityLimiter(1)
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.delivered = 0

    async def run(self, *, once: bool = False) -> int:
        """Deliver for ever; or, `once`, what is due now. Gives how many changes were taken."""
        try:
            async with self._sender:
                while True:
                    newest = await self._take_turns()
                    if newest is None and once:
                        raise Busy
                    if self._watch.stopping or (once and not self._turns):
                        return self.delivered
                    await self._until_something(newest)
        finally:
            await self._let_go()

    async def _take_turns(self) -> int | None:
        """Begin with all that is due and for which there is room; gives how far the ledger reaches, if it tells."""
        try:
            newest = await self._thread(self._newest)
            while len(self._turns) < WEBHOOKS_AT_ONCE and (turn := await self._thread(self._claim)):
                self._turns.add(asyncio.create_task(self._take(turn)))
        except (sa.exc.SQLAlchemyError, Busy):  # the database is away, and may be back at the next look
            log.exception("delivery waits")
            return None
        return newest

    async def _until_something(self, newest: int | None) -> None:
        """Until a turn has ended, the ledger has grown, or a pause is over; after a failure nothing shortens it."""
        pause = LOOKS_AFTER if newest is None else await self._pause()
        grown = asyncio.create_task(self._watch.beyond(BEYOND_ALL if newest is None else newest, pause))
        try:
            done, _ = await asyncio.wait({grown, *self._turns}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            grown.cancel()
            with suppress(asyncio.CancelledError):
                await grown
        for turn in self._turns & done:
            self._turns.discard(turn)
            if turn.exception():
                log.error("delivery failed", exc_info=turn.exception())

    async def _pause(self) -> float:
        with suppress(sa.exc.SQLAlchemyError):  # it is looked again soon
            due = await self._thread(self._next_due)
            if due is not None and len(self._turns) < WEBHOOKS_AT_ONCE:
                wait = (datetime.fromisoformat(due) - self._clock()).total_seconds()
                return min(max(wait, 0.001), LOOKS_AFTER)
        return LOOKS_AFTER

    async def _let_go(self) -> None:
        """End the turns; each writes down first how far it is."""
        for turn in self._turns:
            turn.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)
        with suppress(sa.exc.SQLAlchemyError, Busy):  # a lease ends by itself
            await self._thread(self._release)

    # What is asked of the database, in one thread

    async def _thread(self, work: Callable[..., X], *arguments: object) -> X:
        return await anyio.to_thread.run_sync(work, *arguments, limiter=self._one_thread)

    def _newest(self) -> int:
        with self._engine.connect() as connection:
            return ledger.newest(connection).seq

    def _next_due(self) -> str | None:
        with self._engine.connect() as connection:
            return webhooks.next_due(connection)

    def _claim(self) -> Turn | None:
        with self._engine.connect() as connection:
            if not webhooks.is_due(connection, self._clock()):  # looked up without the writers' lock
                return None
        with ledger.write(self._engine, self._clock, actor=self.name) as unit:
            return webhooks.claim(unit, self.name, self._lease)

    def _release(self) -> None:
        with ledger.write(self._engine, self._clock, actor=self.name) as unit:
            webhooks.release(unit, self.name)

    def _holds(self, turn: Turn) -> bool:
        """Whether nobody took it away, to tell it something else."""
        with self._engine.connect() as connection:
            return webhooks.is_held(connection, turn)

    def _behind(self, turn: Turn) -> webhooks.Batch:
        with self._engine.connect() as connection:
            return webhooks.behind(connection, turn)

    def _settle(self, turn: Turn, after: int, tried: list[Attempt], more: bool) -> Turn | None:
        failed = bool(tried) and not tried[-1].succeeded
        values = self._failed(turn, tried) if failed else {"failures": 0, "due_at": instant(self._clock())}
        if not tried and turn.failures:
            values = {}
        with ledger.write(self._engine, self._clock, actor=self.name) as unit:
            return webhooks.settle(unit, turn, after, tried, self._lease if more and not failed else None, **values)

    def _failed(self, turn: Turn, tried: list[Attempt]) -> dict[str, object]:
        failures = turn.failures + 1 if len(tried) == 1 else 1
        if failures >= self._settings.webhook_failures:
            last = tried[-1].error or f"It answered {tried[-1].status}."
            reason = f"{failures} attempts in a row failed. {last}"
            log.warning("webhook disabled", webhook=turn.id, reason=reason)
            return {"failures": failures, "state": "disabled", "reason": reason}
        return {"failures": failures, "due_at": instant(self._clock() + self._pause_after(failures))}

    def _pause_after(self, failures: int) -> timedelta:
        """Twice as long each time, at most an hour; from half of that to one and a half, as chance will have it."""
        seconds = min(self._settings.webhook_retry * 2.0 ** min(failures - 1, 40), LONGEST_PAUSE)
        return timedelta(seconds=seconds * (0.5 + self._jitter()))

    # Turns

    async def _take(self, turn: Turn) -> None:
        """Tell a webhook what it is to be told, step by step, until there is no more, or it fails."""
        going: Turn | None = turn
        for step in range(STEPS):
            if going is not None:
                going = await self._step(going, last=step == STEPS - 1)

    async def _step(self, turn: Turn, *, last: bool) -> Turn | None:
        """Tell some changes; gives how to go on."""
        batch = await self._thread(self._behind, turn)
        after, tried, rest, more = turn.cursor, list[Attempt](), list(batch.changes), False
        clock = asyncio.get_running_loop().time
        until = clock() + min(STEP_SECONDS, self._settings.webhook_lease / 4)
        try:
            while rest and len(tried) < STEP and clock() < until and await self._thread(self._holds, turn):
                tried.append(await self._tell(turn, rest[0]))
                if not tried[-1].succeeded:
                    break
                after = rest.pop(0).seq
                self.delivered += 1
            else:
                after = after if rest else batch.after
                more = not last and after < batch.newest
        finally:
            going = await self._thread(self._settle, turn, after, tried, more)
        return going

    async def _tell(self, turn: Turn, change: sa.Row[tuple[object, ...]]) -> Attempt:
        now = self._clock()
        sent = await self._sender.send(turn.url, turn.secrets, str(change.seq), event_of(change), now)
        return Attempt(change.seq, instant(now), *sent)


async def _keep_delivering(state: State) -> None:
    while not state.watch.stopping:
        try:
            await Delivery(state.engine, state.clock, state.settings, state.resolve, state.watch).run()
        except Exception:  # the next one makes up for it
            log.exception("delivery begins anew")
            await asyncio.sleep(LOOKS_AFTER)


def delivering(app: FastAPI) -> FastAPI:
    """The service, which delivers as long as it runs."""
    serve = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with serve(served):
            state = served.state
            task = asyncio.create_task(_keep_delivering(state))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    app.router.lifespan_context = lifespan
    return app
