"""API keys: made, listed, revoked, and who one belongs to. Only a SHA-256 of the secret is kept.

A secret is looked up by its SHA-256, and the digest that is found is compared in constant time. How long the look-up
takes may tell how much of some digest was right, which is of no use: nobody can choose a secret by its digest, and 160
random bits are not to be guessed. So the digest needs no salt and no slow function either.

Keys are no records: they have no versions, and no place in the ledger but as the actors of what was done with them.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from db import ledger
from db.documents import text_of
from db.errors import Fault, Invalid, NotAuthentic, NotFound, OwnKey
from db.ledger import Clock, WriteUnit, instant
from db.members import Json
from db.models import TABLES
from db.pages import Cursor, Page, page_by_id

KEY = TABLES["api_key"]
FORM = re.compile(r"blt_[A-Za-z0-9_]{16,196}")
"""20 to 200 characters in all, of letters, digits and underscores."""

ID = r"^blt_[A-Za-z0-9_]{8}$"
"""A key's id: the beginning of its secret."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$"
SHOWN = tuple(KEY.c[name] for name in ("id", "name", "scope", "created_at", "expires_at", "revoked_at", "last_used_at"))

INCLUDES = {"read": ("read",), "write": ("read", "write"), "admin": ("read", "write", "admin")}
"""What each scope allows."""


class Caller(NamedTuple):
    """Who asks, and what they may do."""

    name: str
    scope: str | None
    key: str | None = None
    """The id of the key that was sent, if it is one that is kept."""

    def may(self, scope: str) -> bool:
        return self.scope is not None and scope in INCLUDES[self.scope]


ANYBODY = Caller("anybody", None)


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make(unit: WriteUnit, name: str, scope: str, expires_at: datetime | None = None) -> str:
    """Make a key; gives its secret, which is never shown again."""
    if not re.fullmatch(NAME, name):
        raise Invalid(Fault("/name", "malformed", "letters, digits, spaces, dots and hyphens, at most 100"))
    secret = _unused(unit)
    unit.connection.execute(
        sa.insert(KEY).values(
            id=id_of(secret),
            name=name,
            secret_sha256=digest(secret),
            scope=scope,
            created_at=instant(unit.clock()),
            expires_at=instant(expires_at) if expires_at else None,
        )
    )
    return secret


def _unused(unit: WriteUnit) -> str:
    """A secret whose beginning is no key's yet."""
    while True:
        secret = "blt_" + secrets.token_hex(20)
        if not unit.connection.scalar(sa.select(sa.exists().where(KEY.c.id == id_of(secret)))):
            return secret


def id_of(secret: str) -> str:
    """The id of the key with this secret: that much of it may be seen."""
    return secret[:12]


def find(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """All keys, oldest first, without their secrets."""
    statement: sa.Select[Any] = sa.select(*SHOWN).order_by(KEY.c.created_at, KEY.c.id)
    return connection.execute(statement).all()


def page(connection: sa.Connection, limit: int, cursor: str | None) -> Page:
    """One page of keys, by id."""
    scope = text_of({"list": "keys"})
    after = Cursor.decode(cursor, scope, "id").id if cursor is not None else ""
    statement = sa.select(*SHOWN).where(KEY.c.id > after).order_by(KEY.c.id).limit(limit + 1)
    return page_by_id(connection, scope, [_told(row) for row in connection.execute(statement)], limit)


def get(connection: sa.Connection, id: str) -> Json:
    """One key; NotFound."""
    row = connection.execute(sa.select(*SHOWN).where(KEY.c.id == id)).one_or_none()
    if row is None:
        raise NotFound("key", id)
    return _told(row)


def _told(row: sa.Row[Any]) -> Json:
    return {name: value for name, value in row._mapping.items() if value is not None}


def revoke(unit: WriteUnit, id: str) -> bool:
    """Make a key useless; its row stays. Gives whether it was in use; NotFound, OwnKey."""
    if unit.actor == actor_of(id):
        raise OwnKey(id)
    was_in_use = "revoked_at" not in get(unit.connection, id)
    if was_in_use:
        unit.connection.execute(sa.update(KEY).where(KEY.c.id == id).values(revoked_at=instant(unit.clock())))
    return was_in_use


def actor_of(id: str) -> str:
    """Whose doing the ledger says that something is which was done with this key."""
    return f"key:{id}"


def caller(connection: sa.Connection, secret: str, now: datetime) -> Caller:
    """Whose key it is; NotAuthentic if it is nobody's, expired or revoked."""
    if FORM.fullmatch(secret):
        sha256 = digest(secret)
        row = connection.execute(sa.select(KEY).where(KEY.c.secret_sha256 == sha256)).one_or_none()
        if row and hmac.compare_digest(row.secret_sha256, sha256) and _is_in_use(row, now):
            return Caller(actor_of(row.id), row.scope, row.id)
    raise NotAuthentic("The key is unknown, expired or revoked.")


def _is_in_use(row: sa.Row[Any], now: datetime) -> bool:
    return row.revoked_at is None and (row.expires_at is None or instant(now) < row.expires_at)


def hour_of(moment: datetime) -> str:
    """The hour of an instant: so exactly it is kept when a key was last used."""
    return instant(moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0))


def used(engine: sa.Engine, clock: Clock, hours: Mapping[str, str]) -> None:
    """Write down when keys were last used, by their ids; nothing is written that is written already."""
    with engine.connect() as connection:
        known = {row.id: row.last_used_at or "" for row in find(connection)}
    later = [{"key": id, "hour": hour} for id, hour in hours.items() if known.get(id, hour) < hour]
    if not later:
        return
    before = KEY.c.last_used_at.is_(None) | (KEY.c.last_used_at < sa.bindparam("hour"))
    statement = sa.update(KEY).where(KEY.c.id == sa.bindparam("key"), before)
    with ledger.write(engine, clock, actor="serve") as unit:
        unit.connection.execute(statement.values(last_used_at=sa.bindparam("hour")), later)
