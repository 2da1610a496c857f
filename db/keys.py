"""API keys: made, listed, revoked, and who one belongs to. Only a SHA-256 of the secret is kept."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from db.errors import Fault, Invalid, NotAuthentic, NotFound
from db.ledger import WriteUnit, instant
from db.models import TABLES

KEY = TABLES["api_key"]
FORM = re.compile(r"blt_[A-Za-z0-9_]{16,196}")
"""20 to 200 characters in all, of letters, digits and underscores."""

INCLUDES = {"read": ("read",), "write": ("read", "write"), "admin": ("read", "write", "admin")}
"""What each scope allows."""


class Caller(NamedTuple):
    """Who asks, and what they may do."""

    name: str
    scope: str | None

    def may(self, scope: str) -> bool:
        return self.scope is not None and scope in INCLUDES[self.scope]


ANYBODY = Caller("anybody", None)


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make(unit: WriteUnit, name: str, scope: str, expires_at: datetime | None = None) -> str:
    """Make a key; gives its secret, which is never shown again."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}", name):
        raise Invalid(Fault("", "malformed", "letters, digits, spaces, dots and hyphens, at most 100", "name"))
    secret = "blt_" + secrets.token_hex(20)
    unit.connection.execute(
        sa.insert(KEY).values(
            id=secret[:12],
            name=name,
            secret_sha256=digest(secret),
            scope=scope,
            created_at=instant(unit.clock()),
            expires_at=instant(expires_at) if expires_at else None,
        )
    )
    return secret


def find(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
    """All keys, oldest first, without their secrets."""
    columns = (KEY.c.id, KEY.c.name, KEY.c.scope, KEY.c.created_at, KEY.c.expires_at, KEY.c.revoked_at)
    statement: sa.Select[Any] = sa.select(*columns).order_by(KEY.c.created_at, KEY.c.id)
    return connection.execute(statement).all()


def revoke(unit: WriteUnit, id: str) -> None:
    """Make a key useless; its row stays."""
    mine = (KEY.c.id == id) & KEY.c.revoked_at.is_(None)
    if not unit.connection.execute(sa.update(KEY).where(mine).values(revoked_at=instant(unit.clock()))).rowcount:
        raise NotFound("key in use", id)


def caller(connection: sa.Connection, secret: str, now: datetime) -> Caller:
    """Whose key it is; NotAuthentic if it is nobody's, expired or revoked."""
    if FORM.fullmatch(secret):
        row = connection.execute(sa.select(KEY).where(KEY.c.secret_sha256 == digest(secret))).one_or_none()
        if row and row.revoked_at is None and (row.expires_at is None or instant(now) < row.expires_at):
            return Caller(f"key:{row.id}", row.scope)
    raise NotAuthentic("The key is unknown, expired or revoked.")
