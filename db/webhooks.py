"""Webhooks: who is told of which changes, how far each of them is, whose turn it is, what came of the attempts.

A webhook holds a cursor into the ledger, so nothing is queued: what passes its filter behind the cursor is what it is
still to be told. A worker holds the lease of a webhook while it delivers; whatever a person changes of a webhook takes
the lease away, and a lease that nobody renews ends by itself. So two workers may tell the same change, and none is
ever left out.
"""

import base64
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from db import changes, ledger
from db.changes import Wanted
from db.documents import text_of
from db.errors import Fault, Invalid, NotFound, Taken
from db.ledger import WriteUnit, instant
from db.members import Json
from db.models import TABLES
from db.pages import Cursor, Page, page_by_id
from db.passing import passing
from db.register import REGISTER

HOOK, ATTEMPT = TABLES["webhook"], TABLES["webhook_attempt"]
MOST_ATTEMPTS = 500
"""Attempts that are kept of one webhook: the newest."""
BOTH_SECRETS = timedelta(days=1)
"""How long the secret before a rotation still signs."""
AT_ONCE = 100
"""Changes that are looked through at once."""
SHOWN = (
    *("id", "url", "description", "filter", "state", "reason", "created_at", "created_by"),
    *("cursor", "failures", "previous_until"),
)
"""What is told of a webhook: everything but its secrets, and who delivers."""
FREE = {"leased_by": None, "leased_until": None}


# For people


def find(connection: sa.Connection, limit: int, cursor: str | None) -> Page:
    """One page of webhooks, by id."""
    scope = text_of({"list": "webhooks"})
    after = Cursor.decode(cursor, scope, "id").id if cursor is not None else ""
    statement = sa.select(HOOK).where(HOOK.c.id > after).order_by(HOOK.c.id).limit(limit + 1)
    found = connection.execute(statement).all()
    return page_by_id(connection, scope, [_told(row) for row in found], limit)


def get(connection: sa.Connection, id: str) -> Json:
    """One webhook; NotFound."""
    return _told(row_of(connection, id))


def row_of(connection: sa.Connection, id: str) -> sa.Row[Any]:
    """All that is kept of a webhook; NotFound."""
    row = connection.execute(sa.select(HOOK).where(HOOK.c.id == id)).one_or_none()
    if row is None:
        raise NotFound("webhook", id)
    return row


def _told(row: sa.Row[Any]) -> Json:
    told = {name: getattr(row, name) for name in SHOWN}
    if row.failures:
        told["retry_at"] = row.due_at
    return {name: value for name, value in told.items() if value is not None}


def add(unit: WriteUnit, url: str, description: str | None, filter: Json, id: str | None = None) -> Json:  # noqa: A002  # its name
    """A webhook that is told of all that comes from now on; its secret is shown now and never again."""
    if id is not None and unit.connection.scalar(sa.select(sa.exists().where(HOOK.c.id == id))):
        raise Taken("webhook", [("/id", id)])
    row = {
        "id": id or f"webhook-{secrets.token_hex(6)}",
        "url": url,
        "description": description,
        "filter": filter,
        "secret": new_secret(),
        "state": "active",
        "created_at": instant(unit.clock()),
        "created_by": unit.actor,
        "cursor": unit.newest.seq,
        "failures": 0,
        "due_at": instant(unit.clock()),
    }
    unit.connection.execute(sa.insert(HOOK).values(**row))
    return get(unit.connection, str(row["id"])) | {"secret": row["secret"]}


def new_secret() -> str:
    """As Standard Webhooks asks: `whsec_` and 32 random bytes in Base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def change(unit: WriteUnit, id: str, changed: Json) -> Json:
    """Change the address, the description, the filter or the state; failures before that count no more."""
    before = row_of(unit.connection, id)
    if changed.get("state", before.state) == "disabled":
        changed = {"reason": f"By {unit.actor}"} | changed if before.state == "active" else changed
    else:
        changed = {"reason": None} | changed
    _set(unit, id, failures=0, due_at=instant(unit.clock()), **changed)
    return get(unit.connection, id)


def _set(unit: WriteUnit, id: str, **values: object) -> None:
    unit.connection.execute(sa.update(HOOK).where(HOOK.c.id == id).values(**FREE | values))


def remove(unit: WriteUnit, id: str) -> None:
    """Remove a webhook and its attempts; NotFound."""
    row_of(unit.connection, id)
    unit.connection.execute(sa.delete(ATTEMPT).where(ATTEMPT.c.webhook == id))
    unit.connection.execute(sa.delete(HOOK).where(HOOK.c.id == id))


def rotate(unit: WriteUnit, id: str) -> Json:
    """Give it another secret, shown now and never again; the one before signs too for a day."""
    before, secret = row_of(unit.connection, id), new_secret()
    until = instant(unit.clock() + BOTH_SECRETS)
    _set(unit, id, secret=secret, previous_secret=before.secret, previous_until=until)
    return get(unit.connection, id) | {"secret": secret}


def secrets_of(row: sa.Row[Any], now: datetime) -> tuple[str, ...]:
    """The secrets that sign now, the newest first."""
    both = row.previous_until is not None and instant(now) < row.previous_until
    return (row.secret, row.previous_secret) if both else (row.secret,)


def replay(unit: WriteUnit, id: str, after: int) -> Json:
    """Go on behind this seq, wherever it was; Invalid if the ledger does not reach so far."""
    row_of(unit.connection, id)
    if after > unit.newest.seq:
        raise Invalid(Fault("/after", "beyond_the_ledger", f"the newest is {unit.newest.seq}"))
    _set(unit, id, cursor=after, failures=0, due_at=instant(unit.clock()))
    return get(unit.connection, id)


def attempts(connection: sa.Connection, id: str, limit: int, cursor: str | None) -> Page:
    """One page of what was tried, newest first; NotFound."""
    row_of(connection, id)
    scope = text_of({"list": "attempts", "of": id})
    statement = sa.select(ATTEMPT).where(ATTEMPT.c.webhook == id).order_by(ATTEMPT.c.number.desc())
    if cursor is not None:
        statement = statement.where(ATTEMPT.c.number < int(Cursor.decode(cursor, scope, "id").id))
    found = connection.execute(statement.limit(limit + 1)).mappings().all()
    items = [{name: value for name, value in row.items() if name != "webhook" and value is not None} for row in found]
    return page_by_id(connection, scope, items, limit, "number")


# For workers


@dataclass(frozen=True)
class Turn:
    """A webhook while a worker holds it."""

    id: str
    worker: str
    url: str
    secrets: tuple[str, ...]
    filter: Json
    cursor: int
    failures: int


class Attempt(NamedTuple):
    """What came of telling one change."""

    seq: int
    attempted_at: str
    milliseconds: int
    status: int | None
    error: str | None
    excerpt: str | None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Batch(NamedTuple):
    """Changes that pass a webhook's filter, and how far that reaches."""

    changes: Sequence[sa.Row[Any]]
    after: int
    newest: int


def _due(connection: sa.Connection, now: str) -> sa.Select[Any]:
    free = HOOK.c.leased_until.is_(None) | (HOOK.c.leased_until <= now)
    behind = HOOK.c.cursor < ledger.newest(connection).seq
    due = sa.select(HOOK).where(HOOK.c.state == "active", HOOK.c.due_at <= now, free, behind)
    return due.order_by(HOOK.c.due_at, HOOK.c.id).limit(1)


def is_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether some webhook waits for a worker."""
    return connection.execute(_due(connection, instant(now))).one_or_none() is not None


def next_due(connection: sa.Connection) -> str | None:
    """The instant at which one that has changes to be told may next be taken; None if no one has."""
    at = sa.case((HOOK.c.leased_until > HOOK.c.due_at, HOOK.c.leased_until), else_=HOOK.c.due_at)
    behind = HOOK.c.cursor < ledger.newest(connection).seq
    found: str | None = connection.scalar(sa.select(sa.func.min(at)).where(HOOK.c.state == "active", behind))
    return found


def claim(unit: WriteUnit, worker: str, lease: timedelta) -> Turn | None:
    """Take the webhook that has waited longest, if one waits."""
    now = unit.clock()
    row = unit.connection.execute(_due(unit.connection, instant(now))).one_or_none()
    if row is None:
        return None
    taken = {"leased_by": worker, "leased_until": instant(now + lease)}
    unit.connection.execute(sa.update(HOOK).where(HOOK.c.id == row.id).values(**taken))
    return Turn(row.id, worker, row.url, secrets_of(row, now), row.filter, row.cursor, row.failures)


def is_held(connection: sa.Connection, turn: Turn) -> bool:
    """Whether the worker still holds it: a person who changes it takes it away."""
    mine = (HOOK.c.id == turn.id) & (HOOK.c.leased_by == turn.worker) & (HOOK.c.cursor == turn.cursor)
    return bool(connection.scalar(sa.select(sa.exists().where(mine))))


def release(unit: WriteUnit, worker: str) -> None:
    """Let go of all that a worker holds."""
    unit.connection.execute(sa.update(HOOK).where(HOOK.c.leased_by == worker).values(**FREE))


def behind(connection: sa.Connection, turn: Turn) -> Batch:
    """What it is to be told next."""
    kinds = frozenset(REGISTER[name].kind for name in turn.filter.get("collections", ()))
    feed = changes.since(connection, turn.cursor, AT_ONCE, Wanted(kinds))
    return Batch(passing(connection, feed.changes, turn.filter), feed.after, feed.newest)


def settle(
    unit: WriteUnit, turn: Turn, after: int, tried: Sequence[Attempt], lease: timedelta | None, **values: object
) -> Turn | None:
    """Write down how far it is and what was tried; go on with it (`lease`), or let go of it.

    Gives what goes on; None if it does not, or if somebody took the lease away: then only the attempts are kept.
    """
    until = instant(unit.clock() + lease) if lease else None
    held = {"leased_by": turn.worker if lease else None, "leased_until": until}
    mine = (HOOK.c.id == turn.id) & (HOOK.c.leased_by == turn.worker)
    statement = sa.update(HOOK).where(mine, HOOK.c.cursor == turn.cursor)
    kept = unit.connection.execute(statement.values(cursor=after, **held, **values)).rowcount
    if unit.connection.scalar(sa.select(sa.exists().where(HOOK.c.id == turn.id))):
        _keep(unit, turn.id, tried)
    return replace(turn, cursor=after, failures=0) if kept and lease else None


def _keep(unit: WriteUnit, id: str, tried: Sequence[Attempt]) -> None:
    if not tried:
        return
    last = unit.connection.scalar(sa.select(sa.func.max(ATTEMPT.c.number)).where(ATTEMPT.c.webhook == id)) or 0
    rows = list(_numbered(id, last, tried))
    unit.connection.execute(sa.insert(ATTEMPT), rows)
    old = ATTEMPT.c.number <= rows[-1]["number"] - MOST_ATTEMPTS
    unit.connection.execute(sa.delete(ATTEMPT).where(ATTEMPT.c.webhook == id, old))


def _numbered(id: str, last: int, tried: Sequence[Attempt]) -> Iterator[Json]:
    for number, attempt in enumerate(tried, last + 1):
        yield {"webhook": id, "number": number, **attempt._asdict()}
