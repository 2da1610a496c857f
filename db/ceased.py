"""Which organizations are no more, themselves or with their state, without anybody who continues their identity.

One row for such an organization covers all its agreements without touching each: it is joined when they are read.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from db import rows
from db.ledger import WriteUnit
from db.models import TABLES
from db.records import IDS, Draft, chunks

ORGANIZATION, PREDECESSOR, CEASED = (
    TABLES[name] for name in ("organization", "organization_predecessor", "party_ceased")
)
STATE = ORGANIZATION.alias("state")
ENDS = sa.select(
    ORGANIZATION.c.id,
    sa.case((ORGANIZATION.c.valid_to.is_not(None), ORGANIZATION.c.id), else_=STATE.c.id),
    sa.case((ORGANIZATION.c.valid_to.is_not(None), ORGANIZATION.c.valid_to_earliest), else_=STATE.c.valid_to_earliest),
).join_from(ORGANIZATION, STATE, STATE.c.id == ORGANIZATION.c.state, isouter=True)
ENDED = ENDS.where(
    ORGANIZATION.c.id.in_(IDS),
    ~ORGANIZATION.c.withdrawn,
    ORGANIZATION.c.valid_to.is_not(None) | STATE.c.valid_to.is_not(None),
)
"""Of some organizations those that ended: (organization, itself or its state, the first day that may be its last)."""
BODIES = sa.select(ORGANIZATION.c.id).where(ORGANIZATION.c.state.in_(IDS))
CONTINUED = sa.select(PREDECESSOR.c.organization).where(
    PREDECESSOR.c.organization.in_(IDS), PREDECESSOR.c.kind == "continuity"
)
KNOWN: sa.Select[str, date] = sa.select(CEASED.c.organization, CEASED.c.starts).where(
    CEASED.c.organization.in_(IDS), CEASED.c.known_to.is_(None)
)


def follow(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """Bring the rows up to date for organizations that were just written, those they continue, and their bodies."""
    concerned = {id for draft in drafts if draft.kind == "organization" for id in _concerned(draft)}
    for chunk in chunks(sorted(concerned)):
        bodies = unit.connection.scalars(BODIES, {"ids": chunk})
        for some in chunks(sorted({*chunk, *bodies})):
            renew(unit.connection, some, unit.newest.seq)


def _concerned(draft: Draft) -> Iterable[str]:
    documents = [draft.document, *([draft.before.document] if draft.before else [])]
    continued = {
        each["organization"]
        for document in documents
        for each in document.get("predecessors", ())
        if each["kind"] == "continuity"
    }
    return {draft.id, *continued}


def renew(connection: sa.Connection, ids: Sequence[str], seq: int) -> None:
    """Bring the rows of these organizations up to date."""
    ended = connection.execute(ENDED, {"ids": ids}).all()
    continued = set(connection.scalars(CONTINUED, {"ids": sorted({id for _, id, _ in ended})}))
    wanted = {id: day_after(last) for id, which, last in ended if which not in continued}
    known = dict(connection.execute(KNOWN, {"ids": ids}).all())
    over = [id for id, starts in known.items() if wanted.get(id) != starts]
    if over:
        open_ = CEASED.c.organization.in_(over) & CEASED.c.known_to.is_(None)
        connection.execute(sa.update(CEASED).where(open_).values(known_to=seq))
    new = [
        {"organization": id, "starts": starts, "known_from": seq, "known_to": None}
        for id, starts in wanted.items()
        if known.get(id) != starts
    ]
    rows.insert(connection, {"party_ceased": new})


def day_after(last: date | None) -> date:
    """The first day on which it may be no more, by the first that may be its last; None is open."""
    return last + timedelta(days=1) if last else date.min
