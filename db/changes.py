"""Every change since a place in the ledger: strictly in its order, complete, to be resumed at any time.

Writers are serial, and the `seq` that they add to is read under their lock: so whoever has read up to one seq, and goes
on behind it, misses none. What a release did to its own documents (`reshaped`) is no change of the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from db import ledger
from db.errors import Fault, Invalid
from db.ledger import HEADLESS, REVISION
from db.models import TABLES

BY = TABLES["concluded_by"]
WINDOW = 100_000
"""Revisions that are looked through at once, at most: rare changes are found in bounded steps."""
CORRECTING = ("changed", "withdrawn", "restored")
"""Operations before which there was another version: it is told too."""
BEFORE = REVISION.alias("before")


@dataclass(frozen=True)
class Wanted:
    """Which changes are asked for; left empty, all."""

    kinds: frozenset[str] = field(default_factory=frozenset)
    """Kinds of records."""
    parties: frozenset[str] = field(default_factory=frozenset)
    """Organizations: of agreements that one of them, or a body of it, has ever been recorded as a party of."""


@dataclass(frozen=True)
class Feed:
    """Some changes in their order; `after` is how far that reaches, and `newest` how far the ledger does."""

    changes: Sequence[sa.Row[Any]]
    after: int
    newest: int


def since(connection: sa.Connection, after: int, limit: int, wanted: Wanted | None = None) -> Feed:
    """The changes behind a seq; Invalid if the ledger does not reach so far: it is not the one that gave it."""
    newest = ledger.newest(connection).seq
    if after > newest:
        raise Invalid(Fault("", "beyond_the_ledger", f"the newest is {newest}: this seq is not from here", "after"))
    last = min(newest, after + WINDOW)
    conditions = [REVISION.c.seq > after, REVISION.c.seq <= last, REVISION.c.op != "reshaped"]
    if wanted and wanted.kinds:
        conditions.append(REVISION.c.kind.in_(sorted(wanted.kinds)))
    if wanted and wanted.parties:
        party = sa.exists().where(BY.c.owner == REVISION.c.resource_id, BY.c.organization.in_(sorted(wanted.parties)))
        conditions += [REVISION.c.kind == "agreement", party]
    earlier = (
        (BEFORE.c.kind == REVISION.c.kind)
        & (BEFORE.c.resource_id == REVISION.c.resource_id)
        & (BEFORE.c.version == REVISION.c.version - 1)
        & BEFORE.c.op.not_in(HEADLESS)
        & REVISION.c.op.in_(CORRECTING)
    )
    statement = sa.select(REVISION, BEFORE.c.document.label("previous")).join_from(
        REVISION, BEFORE, earlier, isouter=True
    )
    found = connection.execute(statement.where(*conditions).order_by(REVISION.c.seq).limit(limit)).all()
    return Feed(found, found[-1].seq if limit and len(found) == limit else last if limit else after, newest)
