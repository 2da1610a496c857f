"""What endpoints ask for, as aliases: the reader, the write unit, the preconditions, the page."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Header, Path, Query, Request
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.errors import PreconditionRequired
from api.writing import Once, Work, Writers
from db import ledger
from db.errors import Fault, Invalid
from db.ledger import Author
from db.members import ID_PATTERN, Json, Maybe, NotBlank
from db.moments import Moment, as_known, today
from db.names import MAX_ID
from db.queries import DAY, KNOWN_AT, WORDS, read
from db.records import Expected

MAX_LIMIT = 200
TAGS: Json = {"pattern": r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'}
"""What lists of entity tags look like, for the contract."""


async def reader(
    request: Request,
    bilateral_after: Annotated[
        Maybe[str],
        Header(
            alias="Bilateral-After",
            json_schema_extra={"pattern": "^[0-9]{1,18}$"},
            description="The `Bilateral-Seq` of an answer to a write: what is read has that write.",
            examples=["1"],
        ),
    ] = None,
) -> sa.Engine:
    """The database to read from: a replica, if there is one and it has what is asked for."""
    state = request.app.state
    if bilateral_after is not None:
        return await run_in_threadpool(_that_has, _seq(bilateral_after), state.replica, state.engine)
    engine: sa.Engine = state.replica or state.engine
    return engine


def _seq(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        raise Invalid(Fault("", "malformed", "a `Bilateral-Seq` is expected: a whole number", "Bilateral-After"))
    return int(text)


def _that_has(seq: int, *engines: sa.Engine | None) -> sa.Engine:
    newest = 0
    for engine in filter(None, engines):
        with engine.connect() as connection:
            newest = ledger.newest(connection).seq
        if newest >= seq:
            return engine
    reason = f"the newest is {newest}: this seq is not from here"
    raise Invalid(Fault("", "beyond_the_ledger", reason, "Bilateral-After"))


@dataclass
class Writer:
    """Who writes; what waits at the same time is written together (api/writing.py)."""

    writers: Writers
    actor: str
    request_id: str
    size: int
    """Bytes that were sent."""
    key: str | None = None
    """The Idempotency-Key, if one was sent."""
    request_sha256: str = ""
    """What the key was sent with."""

    async def write(self, reason: str | None, work: Work, *, secret: str | None = None) -> Response:
        """What the work answers, once it is kept; or, where the same request was answered before, the same again.

        `secret` is a member that is shown once: what is kept for the same request does not have it.
        """
        author = Author(self.actor, reason, None, self.request_id)
        once = Once(self.key, self.request_sha256, secret) if self.key is not None else None
        return await self.writers.write(author, work, self.size, once)


async def writer(request: Request) -> Writer:
    """Who writes."""
    state = request.state
    return Writer(request.app.state.writers, state.caller.name, state.request_id, len(await request.body()))


Writing = Annotated[Writer, Depends(writer)]


async def poster(
    request: Request,
    writing: Writing,
    idempotency_key: Annotated[
        Maybe[str],
        Header(
            alias="Idempotency-Key",
            pattern=r"^[!-~]+$",
            max_length=255,
            description="A text of your own, another for each request: the same request sent again with it, within a "
            "week, does nothing more and is answered as before.",
            examples=["0b0f7d0c-5a0e-4b0e-9d4b-2f6f3a1c9e57"],
        ),
    ] = None,
) -> Writer:
    """The same for a POST, which may be sent again."""
    if idempotency_key is not None:
        asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        writing.key = idempotency_key
        writing.request_sha256 = hashlib.sha256(asked + await request.body()).hexdigest()
    return writing


def _whole_number(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(r"0|[1-9][0-9]{0,2}", text, re.ASCII):
        raise PydanticCustomError("malformed", f"a whole number from 0 to {MAX_LIMIT} is expected")
    return text


def _counted(text: object) -> object:
    if isinstance(text, str) and not re.fullmatch(r"[1-9][0-9]{0,9}", text, re.ASCII):
        raise PydanticCustomError("malformed", "a whole number from 1 on is expected")
    return text


def _yes_or_no(text: object) -> object:
    if text not in ("true", "false", True, False):
        raise PydanticCustomError("malformed", "true or false is expected")
    return text


def _tags(text: str, parameter: str) -> Expected:
    """The versions that a list of tags names; a weak one never matches (RFC 9110, 13.1.1)."""
    if text.strip() == "*":
        return None
    tags = [tag.strip() for tag in text.split(",")]
    if not all(re.fullmatch(r'(W/)?"[\x21\x23-\x7e]*"', tag) for tag in tags):
        raise Invalid(Fault("", "malformed", "entity tags in double quotes are expected, or *", parameter))
    found = (re.fullmatch(r'"([1-9][0-9]{0,8})-[0-9a-f]{8}"', tag) for tag in tags)
    return frozenset(int(match[1]) for match in found if match)


def _all_of(request: Request, name: str) -> str | None:
    """A header that may stand on several lines, as one list."""
    return ", ".join(request.headers.getlist(name)) or None


async def if_match(
    request: Request,
    if_match: Annotated[
        Maybe[str],
        Header(alias="If-Match", json_schema_extra=TAGS, description="The `ETag` of what is changed, or `*`."),
    ] = None,
) -> Expected:
    """The versions for which a change was made."""
    if if_match is None:
        raise PreconditionRequired("A change needs `If-Match`, with the `ETag` that was read or `*`.")
    return _tags(_all_of(request, "if-match") or "", "If-Match")


async def if_match_if_any(
    request: Request,
    if_match: Annotated[
        Maybe[str], Header(alias="If-Match", json_schema_extra=TAGS, description="The `ETag` that must be there.")
    ] = None,
) -> Expected:
    """The same where it may be left out."""
    return None if if_match is None else _tags(_all_of(request, "if-match") or "", "If-Match")


@dataclass(frozen=True)
class Put:
    """Whether a PUT creates, or for which versions it was made."""

    create: bool
    expected: Expected


async def put_condition(
    request: Request,
    if_match: Annotated[
        Maybe[str], Header(alias="If-Match", json_schema_extra=TAGS, description="To change: the `ETag`, or `*`.")
    ] = None,
    if_none_match: Annotated[
        Maybe[str], Header(alias="If-None-Match", json_schema_extra={"pattern": r"^\*$"}, description="To create: `*`.")
    ] = None,
) -> Put:
    """A PUT says whether it creates (`If-None-Match: *`) or changes (`If-Match`)."""
    if if_none_match is not None:
        if if_none_match.strip() != "*" or if_match is not None:
            raise Invalid(Fault("", "malformed", "a PUT that creates has `*` here and no If-Match", "If-None-Match"))
        return Put(create=True, expected=None)
    if if_match is None:
        raise PreconditionRequired("A PUT needs `If-Match` to change a record, or `If-None-Match: *` to create one.")
    return Put(create=False, expected=_tags(_all_of(request, "if-match") or "", "If-Match"))


KnownAt = Annotated[
    Maybe[str],
    Query(
        json_schema_extra=KNOWN_AT.schema,
        description="What this service had recorded by this instant (RFC 3339); a day means its end in UTC.",
    ),
]
On = Annotated[Maybe[str], Query(json_schema_extra=DAY.schema, description="A day; left out: today (UTC).")]


async def asked_of(request: Request, known_at: KnownAt = None) -> Callable[[sa.Connection], Moment]:
    """Of which moment a record is read: now, or as it was known at an instant."""
    return _moment(request, None, known_at)


async def asked_on(request: Request, on: On = None, known_at: KnownAt = None) -> Callable[[sa.Connection], Moment]:
    """On which day something is so, as known at which instant."""
    return _moment(request, on, known_at)


@dataclass(frozen=True)
class Notice:
    """A denunciation that is asked about: when it is received, and whose it is."""

    received: date
    by: Json


async def notice_asked(
    received: Annotated[str, Query(json_schema_extra=DAY.schema, description="The day on which it is received.")],
    by: Annotated[
        Maybe[str],
        Query(pattern=ID_PATTERN, max_length=MAX_ID, description="The party that gives it; left out: all of side a."),
    ] = None,
) -> Notice:
    """A denunciation that is asked about."""
    return Notice(read("received", DAY, received), {"by": by} if by is not None else {"side": "a"})


def _moment(request: Request, on: str | None, known_at: str | None) -> Callable[[sa.Connection], Moment]:
    now = request.app.state.clock()
    instant = read("known_at", KNOWN_AT, known_at) if known_at is not None else None
    day = read("on", DAY, on) if on is not None else today(now).on
    return lambda connection: as_known(connection, day, now, instant)


Reader = Annotated[sa.Engine, Depends(reader)]
Posting = Annotated[Writer, Depends(poster)]
AskedOf = Annotated[Callable[[sa.Connection], Moment], Depends(asked_of)]
AskedOn = Annotated[Callable[[sa.Connection], Moment], Depends(asked_on)]
FindingId = Annotated[str, Path(pattern=ID_PATTERN, max_length=MAX_ID, description="The finding's id.")]
NoticeAsked = Annotated[Notice, Depends(notice_asked)]
Id = Annotated[str, Path(pattern=ID_PATTERN, max_length=MAX_ID, description="The record's id.")]
Version = Annotated[
    int,
    Field(ge=1, le=2**31 - 1),
    BeforeValidator(_counted),
    Path(description="Counts the record's revisions from 1."),
]
Collections = Annotated[
    Maybe[str],
    Query(
        json_schema_extra=WORDS.schema,
        description="Collections, with commas between them; left out: all.",
        examples=["agreements,events"],
    ),
]
_Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S"), NotBlank]
Reason = Annotated[Maybe[_Text], Query(description="Why, for the history.")]
RequiredReason = Annotated[_Text, Query(description="Why, for the history.")]
IfMatch = Annotated[Expected, Depends(if_match)]
IfMatchIfAny = Annotated[Expected, Depends(if_match_if_any)]
PutCondition = Annotated[Put, Depends(put_condition)]
Limit = Annotated[
    int,
    Field(ge=0, le=MAX_LIMIT),
    BeforeValidator(_whole_number),
    Query(description="Records on a page; 0 gives the count alone."),
]
CursorText = Annotated[Maybe[str], Query(max_length=2000, description="`next` of the page before, as it is.")]
Compare = Annotated[
    str,
    Query(
        pattern=r"^[1-9][0-9]{0,8}\.\.[1-9][0-9]{0,8}$", description="Two versions: what makes the second of the first."
    ),
]
Count = Annotated[bool, BeforeValidator(_yes_or_no), Query(description="Whether to say how many there are in all.")]
