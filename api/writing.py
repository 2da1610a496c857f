"""The queue of those who write: what waits at the same time is written in one transaction, by one thread.

So what a commit costs, a flush to the disk above all, is shared by all who wait; each is answered after it. Each has a
part of the transaction (`ledger.part`) in its own name: what fails is undone alone, and only its sender is told. If
the transaction as a whole fails, none of them is answered with success.

Records that are to be added and that change no other are written as one list, as an import is; where that fails, each
of them by itself, in turn. Nobody waits for others to come: who comes while nothing is written is written at once.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import anyio
import anyio.to_thread
import sqlalchemy as sa
from starlette.responses import Response

from api import answers
from api.watching import Watch
from db import idempotency, ledger, records
from db.documents import Record, text_of
from db.idempotency import Kept
from db.ledger import Author, Clock, WriteUnit
from db.moments import today
from db.records import Collection

MOST = 50
"""Requests that are written in one transaction, at most."""
LONGEST = 0.2
"""Seconds after which nothing more is begun in a transaction."""
SMALL = 20_000
"""Bytes of a request that is written as one list with others, at most."""
REPLAYED = "Idempotency-Replayed"
Work = Callable[[WriteUnit], Response]


@dataclass(frozen=True)
class Addition:
    """The work that adds a record."""

    collection: Collection
    record: Record

    def __call__(self, unit: WriteUnit) -> Response:
        [id] = records.add(unit, self.collection, [self.record])
        return self.answer(unit, id)

    def answer(self, unit: WriteUnit, id: str) -> Response:
        """What its sender is told."""
        added = records.get(unit.connection, self.collection, id, today(unit.clock()))
        return answers.created(unit, self.collection, id, added)


@dataclass(frozen=True)
class Once:
    """The Idempotency-Key of a request, and what it came with."""

    key: str
    request_sha256: str
    secret: str | None = None
    """A member that is shown once: what is kept does not have it."""

    def before(self, unit: WriteUnit) -> Response | None:
        """What was answered when the same request came before."""
        kept = idempotency.find(unit, self.key, self.request_sha256)
        return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"}) if kept else None

    def keep(self, unit: WriteUnit, response: Response) -> None:
        """Keep what is answered now."""
        body = bytes(response.body).decode()
        if self.secret is not None:
            body = text_of({name: value for name, value in json.loads(body).items() if name != self.secret})
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        idempotency.keep(unit, self.key, self.request_sha256, Kept(response.status_code, headers, body))


@dataclass(eq=False)
class Request:
    """One who waits: what is to be done, and what came of it."""

    author: Author
    work: Work
    size: int
    """Bytes that were sent."""
    once: Once | None
    told: asyncio.Future[Response]
    outcome: Response | Exception | None = None

    def tell(self) -> None:
        """Let it go, unless it has gone."""
        if self.told.done():
            return
        if isinstance(self.outcome, Response):
            self.told.set_result(self.outcome)
        elif self.outcome is not None:
            self.told.set_exception(self.outcome)


class Writers:
    """All who write in this process."""

    def __init__(self, engine: Callable[[], sa.Engine], clock: Clock, watch: Watch) -> None:
        self._engine, self._clock, self._watch = engine, clock, watch
        self.waiting: deque[Request] = deque()
        """Whose turn is still to come."""
        self.writing: list[Request] = []
        """Whose turn it is."""
        self._task: asyncio.Task[None] | None = None

    async def write(self, author: Author, work: Work, size: int = 0, once: Once | None = None) -> Response:
        """What the work answers, once it is kept. Who waits holds no thread and no connection."""
        request = Request(author, work, size, once, asyncio.get_running_loop().create_future())
        self.waiting.append(request)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        return await request.told

    async def finish(self) -> None:
        """Wait until nobody waits."""
        if self._task is not None:
            await self._task

    async def _write(self) -> None:
        thread = anyio.CapacityLimiter(1)
        while some := self._next():
            self.writing = some
            newest = await anyio.to_thread.run_sync(self._commit, some, limiter=thread)
            self.waiting.extendleft(request for request in reversed(some) if request.outcome is None)
            for request in some:
                request.tell()
            self.writing = []
            await self._watch.tell(newest)

    def _next(self) -> list[Request]:
        some: list[Request] = []
        while self.waiting and len(some) < MOST:
            request = self.waiting.popleft()
            if not request.told.done():
                some.append(request)
        return some

    def _commit(self, requests: Sequence[Request]) -> int:
        """Write the first of them in one transaction, all if they are quick; gives how far the ledger reaches."""
        try:
            with ledger.write(self._engine(), self._clock, actor="") as unit:
                _write_in_turn(unit, requests)
        except Exception as error:  # told to all of them
            for request in requests:
                if not isinstance(request.outcome, Exception):
                    request.outcome = error
            return 0
        return unit.newest.seq


def _write_in_turn(unit: WriteUnit, requests: Sequence[Request]) -> None:
    enough = time.monotonic() + LONGEST
    for collection, together in groupby(requests, _list_of):
        some = list(together)
        if collection is not None and len(some) > 1:
            _write_as_one(unit, collection, some)
        for request in some:
            if request.outcome is None:
                _write_alone(unit, request)
            if time.monotonic() > enough:
                return


def _list_of(request: Request) -> Collection | None:
    """To which collection it adds a record that can be written as one list with others."""
    work = request.work
    if not isinstance(work, Addition) or request.size > SMALL or not work.collection.stands_alone(work.record):
        return None
    return work.collection


def _write_as_one(unit: WriteUnit, collection: Collection, requests: Sequence[Request]) -> None:
    """Write additions as one list; where that fails, each is still to be written by itself."""
    try:
        with ledger.part(unit, Author("")) as own:
            responses = _add(own, collection, requests)
    except Exception:
        if not ledger.in_transaction(unit.connection):
            raise
    else:
        for request in requests:
            request.outcome = responses[request]


def _add(unit: WriteUnit, collection: Collection, requests: Sequence[Request]) -> dict[Request, Response]:
    before = {request: _before(ledger.by(unit, request.author), request) for request in requests}
    responses = {request: response for request, response in before.items() if response}
    new = [(request, request.work) for request in requests if request not in responses]
    works = [(request, work) for request, work in new if isinstance(work, Addition)]
    added = records.add_of_several(unit, collection, [(request.author, work.record) for request, work in works])
    for (request, work), id in zip(works, added, strict=True):
        own = ledger.by(unit, request.author)
        responses[request] = _kept(own, request, work.answer(own, id))
    return responses


def _write_alone(unit: WriteUnit, request: Request) -> None:
    try:
        with ledger.part(unit, request.author) as own:
            request.outcome = _before(own, request) or _kept(own, request, request.work(own))
    except Exception as error:
        if not ledger.in_transaction(unit.connection):
            raise
        request.outcome = error  # told to its sender, and to nobody else


def _before(unit: WriteUnit, request: Request) -> Response | None:
    return request.once.before(unit) if request.once else None


def _kept(unit: WriteUnit, request: Request, response: Response) -> Response:
    if request.once:
        request.once.keep(unit, response)
    return response
