"""/v1/changes: every change since a place in the ledger, to be asked for, waited for, or streamed."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import answers
from api.auth import admit
from api.cloudevents import event_of
from api.deps import Collections, Limit
from api.errors import IssuerUnavailable
from api.replies import IF_NONE_MATCH, NOT_MODIFIED, READING, link, problems, success
from api.schemas import Changes
from api.strict import Router, StrictRoute
from api.watching import Watch
from db import changes, ledger
from db.changes import Feed, Wanted
from db.errors import Fault, Invalid, NotAllowed, NotAuthentic
from db.members import Maybe
from db.pages import DEFAULT_LIMIT
from db.queries import IDS, read
from db.register import named

router = Router(prefix="/v1/changes", tags=["changes"], route_class=StrictRoute)
AT_ONCE = 200
"""Changes that the stream reads at once."""
MOST_SECONDS = 60


def _seq(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(r"0|[1-9][0-9]{0,17}", text, re.ASCII):
        raise PydanticCustomError("malformed", "a seq is expected: a whole number")
    return text


After = Annotated[
    int,
    Field(ge=0, le=2**63 - 1),
    BeforeValidator(_seq),
    Query(description="The `after` of the answer before; left out or 0: from the beginning.", examples=[0]),
]
Party = Annotated[
    Maybe[str],
    Query(
        json_schema_extra=IDS.schema,
        description="Agreements only, that one of these, or a body of it, was ever recorded as a party of.",
        examples=["mex"],
    ),
]
Wait = Annotated[
    Maybe[str],
    Query(
        pattern=r"^([1-9]|[1-5][0-9]|60)s$",
        description="If there is nothing yet, wait so long for it: `30s`, at most `60s`.",
        examples=["1s"],
    ),
]


async def wanted(collection: Collections = None, party: Party = None) -> Wanted:
    """Which changes are asked for."""
    kinds = frozenset(each.kind for each in named("collection", collection))
    return Wanted(kinds, frozenset(read("party", IDS, party)) if party is not None else frozenset())


Asked = Annotated[Wanted, Depends(wanted)]


def _reading(request: Request, asked: Wanted) -> Callable[[int, int], Feed]:
    """Reads the changes behind a seq: always from the database that is written to, which lags behind nothing."""

    def read_since(after: int, limit: int) -> Feed:
        with request.app.state.engine.connect() as connection:
            return changes.since(connection, after, limit, asked)

    return read_since


@router.get(
    "",
    operation_id="list_changes",
    summary="Every change since a place in the ledger",
    response_model=Changes,
    responses=success(
        200, "The changes", "ETag", "Link", links={"next": link("list_changes", after="$response.body#/after")}
    )
    | NOT_MODIFIED
    | problems(*READING),
    openapi_extra=IF_NONE_MATCH,
)
async def list_changes(
    request: Request, asked: Asked, after: After = 0, limit: Limit = DEFAULT_LIMIT, wait: Wait = None
) -> Response:
    """Strictly ordered and complete: whoever goes on with `after` misses nothing, whoever else writes meanwhile.

    Each item is a CloudEvent: what was created, what was corrected (`document` and `previous`), what was withdrawn, and
    what mere time brought about (`elapsed`). `limit=0` tells how far the ledger reaches.
    """
    read_since, watch = _reading(request, asked), request.app.state.watch
    feed = await run_in_threadpool(read_since, after, limit)
    if wait is not None and limit:
        feed = await _wait_for(watch, read_since, feed, limit, float(wait[:-1]))
    return await run_in_threadpool(_told, request, feed)


def _told(request: Request, feed: Feed) -> Response:
    return answers.feed(request, map(event_of, feed.changes), feed.after, feed.newest)


async def _wait_for(
    watch: Watch, read_since: Callable[[int, int], Feed], feed: Feed, limit: int, seconds: float
) -> Feed:
    """The first changes that come, or none after so long."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while not feed.changes and clock() < until:
        if feed.after == feed.newest and not await watch.beyond(feed.newest, until - clock()):
            break
        feed = await run_in_threadpool(read_since, feed.after, limit)
    return feed


STREAM: Any = {
    200: {
        "description": "The changes as they come: each has the `seq` as its `id`, and a CloudEvent as its `data`",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": 'id: 287\ndata: {"id":"287"}\n\n'}},
    }
}
Begin = Annotated[
    Maybe[int],
    Field(ge=0, le=2**63 - 1),
    BeforeValidator(_seq),
    Query(description="Begin behind this `seq`; left out: with what comes from now on."),
]
LastEventId = Annotated[
    Maybe[str],
    Header(
        alias="Last-Event-ID",
        json_schema_extra={"pattern": "^[0-9]{1,18}$"},
        description="The `id` of the last event that was received; it goes before `after`.",
    ),
]


async def begun(request: Request, asked: Asked, after: Begin = None, last_event_id: LastEventId = None) -> Feed:
    """The first changes of a stream: read before it begins, so that what is written from then on is in it."""
    return await run_in_threadpool(_first, request, asked, after, last_event_id)


def _first(request: Request, asked: Wanted, after: int | None, last: str | None) -> Feed:
    if last is not None:
        if not re.fullmatch(r"[0-9]{1,18}", last, re.ASCII):
            raise Invalid(Fault("", "malformed", "the `id` of an event is expected", "Last-Event-ID"))
        after = int(last)
    with request.app.state.engine.connect() as connection:
        place = after if after is not None else ledger.newest(connection).seq
        return changes.since(connection, place, AT_ONCE, asked)


@router.get(
    "/stream",
    operation_id="stream_changes",
    summary="Changes as they come",
    response_class=EventSourceResponse,
    responses=STREAM | problems(*READING),
)
async def stream_changes(
    request: Request, asked: Asked, first: Annotated[Feed, Depends(begun)]
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events, for as long as the connection lasts; a browser that lost it goes on where it was."""
    read_since, watch = _reading(request, asked), request.app.state.watch
    feed = first
    while not watch.stopping:
        for change in feed.changes:
            yield ServerSentEvent(raw_data=event_of(change), id=str(change.seq))
        if feed.after == feed.newest:
            await watch.beyond(feed.newest, MOST_SECONDS)
        if not await _may_go_on(request):
            return
        feed = await run_in_threadpool(read_since, feed.after, AT_ONCE)


async def _may_go_on(request: Request) -> bool:
    """Whether who was let in still would be: keys are revoked and expire while a stream lasts."""
    try:
        await admit(request)
    except (NotAllowed, NotAuthentic, IssuerUnavailable):
        return False
    return True
