"""What contradicts itself in an agreement, or cannot be told: kept as rows, so that people can look it through.

A finding is the law's (db/lifecycle.py) as long as it holds: then it is `resolved`. Whether one that holds is `open` or
`accepted`, and why, is people's word.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from db.documents import text_of
from db.errors import Fault, Invalid, NotFound
from db.ledger import WriteUnit
from db.members import Json
from db.models import TABLES
from db.pages import Cursor, Page, page_by_id
from db.queries import IDS, WORDS, read
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
            "id": id_of(draft.id, kind, pointer, detail),
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


def id_of(*facts: str) -> str:
    """The same facts have the same id: what comes up again is what was there before."""
    return f"{facts[1].replace('_', '-')}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"


def _set(unit: WriteUnit, ids: list[str], **values: object) -> None:
    for chunk in chunks(ids):
        unit.connection.execute(sa.update(FINDING).where(FINDING.c.id.in_(chunk)).values(**values))


# Looking them through

FILTERS = {"state": WORDS, "kind": WORDS, "agreement": IDS}
"""What the list is filtered by."""


def find(connection: sa.Connection, filters: Mapping[str, str], limit: int, cursor: str | None) -> Page:
    """One page of findings, by id."""
    values = {name: read(name, FILTERS[name], text) for name, text in filters.items()}
    scope = text_of({"list": "findings", "filters": dict(sorted(filters.items()))})
    after = Cursor.decode(cursor, scope, "id").id if cursor is not None else ""
    columns = {"state": FINDING.c.state, "kind": FINDING.c.kind, "agreement": FINDING.c.resource}
    wanted = [sa.type_coerce(columns[name], sa.String).in_(value) for name, value in values.items()]
    statement = sa.select(FINDING).where(FINDING.c.id > after, *wanted).order_by(FINDING.c.id).limit(limit + 1)
    found = [_told(row) for row in connection.execute(statement).mappings()]
    return page_by_id(connection, scope, found, limit)


def _told(row: Mapping[Any, Any]) -> Json:
    return {name: value for name, value in row.items() if value not in (None, "")}


def get(connection: sa.Connection, id: str) -> Json:
    """One finding; NotFound."""
    row = connection.execute(sa.select(FINDING).where(FINDING.c.id == id)).mappings().one_or_none()
    if row is None:
        raise NotFound("finding", id)
    return _told(row)


def judge(unit: WriteUnit, id: str, state: str, reason: str) -> Json:
    """Accept a finding that holds, or open it again; Invalid if it no longer holds."""
    if get(unit.connection, id)["state"] == "resolved":
        raise Invalid(Fault("/state", "resolved", "it no longer holds"))
    _set(unit, [id], state=state, reason=reason)
    return get(unit.connection, id)
