"""The ledger: every version of every record, in one sequence that nobody can change unseen.

A revision is (seq, recorded_at, kind, resource_id, version, op, actor, reason, run, request_id, shape, document,
previous_hash, hash). `seq` counts from 1 without a gap, since writers are serial. `recorded_at` is the later of the
clock and the newest, so both orders are one. `document` is the whole record as JSON text, as it was answered.

The recipe of the hash: SHA-256, in lower-case hexadecimal, of the UTF-8 bytes of the JSON array of all the columns
before `hash`, in the order above, as Python's json.dumps(..., ensure_ascii=False, separators=(",", ":")) writes it;
what is missing is null; the first row's previous_hash is 64 zeros.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from db.documents import SHAPE_NUMBER
from db.errors import Busy, NotFound, NotYetRecorded
from db.models import TABLES

Clock = Callable[[], datetime]
REVISION = TABLES["revision"]
COLUMNS = tuple(column.name for column in REVISION.columns)
HASHED = COLUMNS[:-1]
INSERT = sa.insert(REVISION)
FIRST_PREVIOUS_HASH = "0" * 64
NEWEST = sa.select(REVISION.c.seq, REVISION.c.recorded_at, REVISION.c.hash).order_by(REVISION.c.seq.desc()).limit(1)
WRITERS_LOCK = 0x62696C61
"""The key of PostgreSQL's advisory lock that makes writers serial ("bila")."""

HEADLESS = ("elapsed", "reshaped")
"""Operations that leave the version as it was."""


class Newest(NamedTuple):
    """Where the ledger ends."""

    seq: int
    recorded_at: str
    hash: str


EMPTY = Newest(0, "", FIRST_PREVIOUS_HASH)


@dataclass(frozen=True, eq=False)
class Author:
    """Who writes, why, in which batch, in answer to which request: each request has one of its own."""

    actor: str
    reason: str | None = None
    run: str | None = None
    request_id: str | None = None


class Entry(NamedTuple):
    """What a change adds to the ledger; the rest of the revision is the write unit's."""

    kind: str
    resource_id: str
    version: int
    op: str
    document: str
    author: Author | None = None
    """Whose it is, if not the write unit's."""


@dataclass
class WriteUnit:
    """One transaction that holds the writers' lock: who writes, why, and where the ledger ends now."""

    connection: sa.Connection
    clock: Clock
    actor: str
    reason: str | None = None
    run: str | None = None
    request_id: str | None = None
    newest: Newest = EMPTY
    recorded_at: str = ""
    """One instant for all that it writes."""


@contextmanager
def write(
    engine: sa.Engine,
    clock: Clock,
    *,
    actor: str,
    reason: str | None = None,
    run: str | None = None,
    request_id: str | None = None,
) -> Iterator[WriteUnit]:
    """Begin a write unit with the writers' lock as its first statement, and commit it; nobody else commits."""
    with engine.connect() as connection:
        _begin(connection)
        try:
            unit = WriteUnit(connection, clock, actor, reason, run, request_id, newest(connection))
            unit.recorded_at = max(instant(clock()), unit.newest.recorded_at)
            yield unit
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            if in_transaction(connection):
                connection.exec_driver_sql("ROLLBACK")
            raise


def by(unit: WriteUnit, author: Author) -> WriteUnit:
    """The same write unit in the name of an author."""
    names = {name: getattr(author, name) for name in ("actor", "reason", "run", "request_id")}
    return replace(unit, **names)


@contextmanager
def part(unit: WriteUnit, author: Author) -> Iterator[WriteUnit]:
    """A part of a write unit that is somebody's own: what it wrote is undone without the rest if it fails."""
    own = replace(by(unit, author), recorded_at=max(instant(unit.clock()), unit.recorded_at))
    unit.connection.exec_driver_sql("SAVEPOINT part")
    try:
        yield own
    except BaseException:
        if in_transaction(unit.connection):
            unit.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
            unit.connection.exec_driver_sql("RELEASE SAVEPOINT part")
        raise
    unit.connection.exec_driver_sql("RELEASE SAVEPOINT part")
    unit.newest, unit.recorded_at = own.newest, own.recorded_at


def _begin(connection: sa.Connection) -> None:
    try:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
    except sa.exc.OperationalError as error:
        if in_transaction(connection):
            connection.exec_driver_sql("ROLLBACK")
        if _is_timeout(error.orig):
            raise Busy from error
        raise


def _is_timeout(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.OperationalError):
        return "locked" in str(cause) or "busy" in str(cause)
    return getattr(cause, "sqlstate", None) == "55P03"


def in_transaction(connection: sa.Connection) -> bool:
    """Whether a transaction is open; on a connection that was lost, none is."""
    if connection.invalidated:
        return False
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return bool(raw.in_transaction)
    return not raw.closed and raw.info.transaction_status != 0


def newest(connection: sa.Connection) -> Newest:
    """The seq, time and hash of the newest revision; EMPTY before the first."""
    row = connection.execute(NEWEST).one_or_none()
    return Newest(*row) if row else EMPTY


def instant(moment: datetime) -> str:
    """An instant as the ledger writes it: RFC 3339, UTC, microseconds, so that text sorts as time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_HASHED_TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def hash_of(values: Sequence[Any]) -> str:
    """The hash of a revision from all its other columns, in order."""
    return hashlib.sha256(_HASHED_TEXT.encode(values).encode()).hexdigest()


def append(unit: WriteUnit, entries: Iterable[Entry]) -> list[Newest]:
    """Add revisions; gives the seq, time and hash of each."""
    revisions, added = [], []
    for entry in entries:
        seq = unit.newest.seq + 1
        own = entry.author or unit
        head = (seq, unit.recorded_at, entry.kind, entry.resource_id, entry.version, entry.op, own.actor)
        rest = (own.reason, own.run, own.request_id, SHAPE_NUMBER, entry.document, unit.newest.hash)
        unit.newest = Newest(seq, unit.recorded_at, hash_of(head + rest))
        revisions.append(dict(zip(COLUMNS, (*head, *rest, unit.newest.hash), strict=True)))
        added.append(unit.newest)
    if revisions:
        unit.connection.execute(INSERT, revisions)
    return added


def history(connection: sa.Connection, kind: str, id: str, *, after: int, limit: int) -> Sequence[sa.Row[Any]]:
    """The revisions of one record, oldest first, from the one after `after`; NotFound if there are none."""
    mine = (REVISION.c.kind == kind) & (REVISION.c.resource_id == id) & REVISION.c.op.not_in(HEADLESS)
    statement = sa.select(REVISION).where(mine & (REVISION.c.seq > after)).order_by(REVISION.c.seq)
    found = connection.execute(statement.limit(limit)).all()
    if not found and not connection.scalar(sa.select(sa.exists().where(mine))):
        raise NotFound(kind, id)
    return found


def revision(connection: sa.Connection, kind: str, id: str, version: int) -> sa.Row[Any]:
    """One version of one record; NotFound if it never had that version."""
    mine = (REVISION.c.kind == kind) & (REVISION.c.resource_id == id) & (REVISION.c.version == version)
    found = connection.execute(sa.select(REVISION).where(mine & REVISION.c.op.not_in(HEADLESS))).one_or_none()
    if found is None:
        raise NotFound(f"version {version} of the {kind}", id)
    return found


def known(connection: sa.Connection, kind: str, id: str, seq: int) -> sa.Row[Any]:
    """The newest revision of one record among the first so many; NotYetRecorded, or NotFound, if it had none then."""
    mine = (REVISION.c.kind == kind) & (REVISION.c.resource_id == id) & (REVISION.c.op != HEADLESS[0])
    statement = sa.select(REVISION).where(mine, REVISION.c.seq <= seq).order_by(REVISION.c.seq.desc()).limit(1)
    found = connection.execute(statement).one_or_none()
    if found is None:
        [first] = history(connection, kind, id, after=0, limit=1)
        raise NotYetRecorded(kind, id, first.recorded_at)
    return found


def has_run(connection: sa.Connection, run: str) -> bool:
    """Whether a batch of this name (a seed's layer, an import) was written already."""
    return bool(connection.scalar(sa.select(sa.exists().where(REVISION.c.run == run))))


def is_of_runs(connection: sa.Connection, kind: str, id: str, prefix: str) -> bool:
    """Whether every revision of the record was written by a batch whose name begins so."""
    mine = (REVISION.c.kind == kind) & (REVISION.c.resource_id == id)
    other = mine & (REVISION.c.run.is_(None) | ~REVISION.c.run.startswith(prefix, autoescape=True))
    return not connection.scalar(sa.select(sa.exists().where(other)))


def first_seq_since(moment: str) -> sa.ScalarSelect[int]:
    """The first seq that was recorded at the instant or later, as a subquery."""
    return (
        sa.select(REVISION.c.seq)
        .where(REVISION.c.recorded_at >= moment)
        .order_by(REVISION.c.recorded_at, REVISION.c.seq)
        .limit(1)
        .scalar_subquery()
    )


def document_of(text: str) -> dict[str, Any]:
    """A stored document as plain data."""
    document: dict[str, Any] = json.loads(text)
    return document
