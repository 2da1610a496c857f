"""What was answered to a POST that carried an Idempotency-Key, so that the same one again is answered alike.

The row is written in the transaction of what the request did: both are there, or neither. Writers are serial, so of two
that come at once the second finds what the first was answered.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from db.errors import Fault, Invalid
from db.ledger import WriteUnit, instant
from db.models import TABLES

REQUEST = TABLES["idempotent_request"]
KEPT = timedelta(days=7)
"""How long an answer is kept."""


class Kept(NamedTuple):
    """An answer: its status, its headers, its body."""

    status: int
    headers: Mapping[str, str]
    body: str


def find(unit: WriteUnit, key: str, request_sha256: str) -> Kept | None:
    """What this caller was answered under this key; Invalid if that was another request."""
    mine = (REQUEST.c.actor == unit.actor) & (REQUEST.c.idempotency_key == key)
    row = unit.connection.execute(sa.select(REQUEST).where(mine, REQUEST.c.answered_at >= _oldest(unit))).one_or_none()
    if row is None:
        return None
    if row.request_sha256 != request_sha256:
        raise Invalid(Fault("", "key_reused", "this key came with another request before", "Idempotency-Key"))
    return Kept(row.status, row.headers, row.body)


def keep(unit: WriteUnit, key: str, request_sha256: str, answer: Kept) -> None:
    """Keep an answer, and no longer those that are old."""
    unit.connection.execute(sa.delete(REQUEST).where(REQUEST.c.answered_at < _oldest(unit)))
    unit.connection.execute(
        sa.insert(REQUEST).values(
            actor=unit.actor,
            idempotency_key=key,
            request_sha256=request_sha256,
            answered_at=instant(unit.clock()),
            **answer._asdict(),
        )
    )


def _oldest(unit: WriteUnit) -> str:
    return instant(unit.clock() - KEPT)
