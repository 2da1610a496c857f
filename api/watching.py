"""Waits for the ledger to grow: whoever waits holds no thread and no connection.

All who wait in this process share one look at the ledger, several times a second while somebody waits; what this
process writes itself is told at once. So what other processes write is seen too, on both databases.
"""

import asyncio
from collections.abc import Callable

import structlog
from starlette.concurrency import run_in_threadpool

log = structlog.get_logger()
LOOKS_AFTER = 0.25
"""Seconds between two looks at the ledger."""


class Watch:
    """The newest seq, as far as somebody waits for it."""

    def __init__(self, newest: Callable[[], int]) -> None:
        self._newest = newest
        self._seen = 0
        self._grown = asyncio.Condition()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self.stopping = False

    async def beyond(self, seq: int, seconds: float) -> bool:
        """Whether the ledger grew beyond the seq in so many seconds; not, if the service stops meanwhile."""
        self._waiting += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds), self._grown:
                await self._grown.wait_for(lambda: self.stopping or self._seen > seq)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return not self.stopping

    async def tell(self, seq: int) -> None:
        """Something was written."""
        async with self._grown:
            self._seen = max(self._seen, seq)
            self._grown.notify_all()

    async def stop(self) -> None:
        """Let all who wait go."""
        self.stopping = True
        async with self._grown:
            self._grown.notify_all()

    async def _look(self) -> None:
        while self._waiting and not self.stopping:
            try:
                await self.tell(await run_in_threadpool(self._newest))
            except Exception:  # who waits sees no more than that nothing comes
                log.exception("look failed")
            await asyncio.sleep(LOOKS_AFTER)
