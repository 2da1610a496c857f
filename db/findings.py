"""What contradicts itself in an agreement, or cannot be told: kept as rows, so that people can look it through.

A finding is the law's (db/lifecycle.py) as long as it holds: then it is `resolved`. Whether one that holds is `open` or
`accepted`, and why, is people's word.
"""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa

from db.ledger import WriteUnit
from db.models import TABLES
from db.records import Draft, chunks
from db.rows import Row, insert

FINDING = TABLES["finding"]


def note(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """Bring the findings of agreements that were just written up to date."""
    wanted = {row["id"]: row for draft in drafts if draft.op != "withdrawn" for row in _rows(draft, unit.newest.seq)}
    known: dict[str, str] = {}
    for chunk in chunks([draft.id for draft in drafts if draft.before]):
        found: sa.Select[str, str] = sa.select(FINDING.c.id, FINDING.c.state)
        known |= dict(unit.connection.execute(found.where(FINDING.c.resource.in_(chunk))).all())
    settled = [id for id, state in known.items() if id not in wanted and state != "resolved"]
    again = [id for id in wanted if known.get(id) == "resolved"]
    _set(unit, settled, state="resolved")
    _set(unit, again, state="open", reason=None, since_seq=unit.newest.seq)
    insert(unit.connection, {"finding": [row for id, row in wanted.items() if id not in known]})


def _rows(draft: Draft, seq: int) -> list[Row]:
    return [
        {
            "id": _id(draft.id, kind, pointer, detail),
            "resource": draft.id,
            "kind": kind,
            "pointer": pointer,
            "detail": detail,
            "since_seq": seq,
            "state": "open",
            "reason": None,
        }
        for kind, pointer, detail in draft.findings
    ]


def _id(*facts: str) -> str:
    """The same facts have the same id: what comes up again is what was there before."""
    return f"{facts[1].replace('_', '-')}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"


def _set(unit: WriteUnit, ids: list[str], **values: object) -> None:
    for chunk in chunks(ids):
        unit.connection.execute(sa.update(FINDING).where(FINDING.c.id.in_(chunk)).values(**values))
