"""Whether what follows from agreements is what does: their status, findings, deadlines, and what time brought about.

For db/verify.py. What people said of a finding, and which days were looked at, follows from nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from db import ledger
from db.deadlines import rows_on
from db.documents import DERIVED_MEMBERS, canonical
from db.findings import FINDING, id_of
from db.ledger import REVISION
from db.lifecycle import resolve
from db.members import Json
from db.models import TABLES
from db.records import Stored
from db.rows import Row
from db.status import Surroundings

DEADLINE, ELAPSED = TABLES["deadline"], TABLES["elapsed"]
Finding = tuple[str, str, str]
"""Its kind, what it points at, what it says."""


def check(connection: sa.Connection, stored: Mapping[str, Stored]) -> Iterator[str]:
    """What is wrong with what follows from some agreements."""
    live = {id: each.document for id, each in stored.items() if not each.withdrawn}
    around = Surroundings(connection, live)
    found: dict[str, list[Finding]] = {}
    for id, document in live.items():
        resolution = resolve(document, around.of(id))
        found[id] = [(kind, pointer, detail) for kind, pointer, detail in resolution.findings]
        follows: Json = {"periods": resolution.periods, "related_from": around.related_from(id)}
        for name in DERIVED_MEMBERS:
            if canonical({name: document.get(name)}) != canonical({name: follows[name]}):
                yield f"agreement {id}: its {name} are not those that follow from it"
    yield from _check_findings(connection, list(stored), found)
    yield from _check_deadlines(connection, list(stored), live)


def _check_findings(connection: sa.Connection, ids: list[str], found: Mapping[str, list[Finding]]) -> Iterator[str]:
    wanted = {id_of(owner, *each): (owner, *each) for owner, some in found.items() for each in some}
    newest = ledger.newest(connection).seq
    there = connection.execute(sa.select(FINDING).where(FINDING.c.resource.in_(ids))).mappings()
    for row in there:
        facts = row["resource"], row["kind"], row["pointer"], row["detail"]
        where = f"finding {row['id']} of {row['resource']}"
        if row["id"] != id_of(*facts):
            yield f"{where}: it is not what was found"
        if (row["state"] == "resolved") != (wanted.pop(row["id"], None) is None):
            yield f"{where}: it is {row['state']}"
        if not 1 <= row["since_seq"] <= newest:
            yield f"{where}: there is no seq {row['since_seq']}"
    yield from (f"finding {id} of {owner}: it is missing" for id, (owner, *_) in sorted(wanted.items()))


def _check_deadlines(connection: sa.Connection, ids: list[str], live: Mapping[str, Json]) -> Iterator[str]:
    """A row is as it was on the day on which it was told; where there must be one, there is."""
    there = connection.execute(sa.select(DEADLINE).where(DEADLINE.c.owner.in_(ids))).mappings()
    found: dict[str, Row] = {row["owner"]: dict(row) for row in there}
    for id, row in found.items():
        if list(rows_on(id, live[id], row["told_on"]) if id in live else ()) != [row]:
            yield f"deadline of {id}: it is not what was told on {row['told_on']}"
    newest = ledger.newest(connection).recorded_at[:10]
    for id in sorted(live.keys() - found.keys()):
        days = {date.fromisoformat(day) for day in (newest, _written_on(connection, id))}
        if all(list(rows_on(id, live[id], day)) for day in days):
            yield f"deadline of {id}: it is missing"


def _written_on(connection: sa.Connection, id: str) -> str:
    mine = sa.select(REVISION.c.recorded_at).join(TABLES["agreement"], TABLES["agreement"].c.seq == REVISION.c.seq)
    found: Any = connection.scalar(mine.where(TABLES["agreement"].c.id == id))
    return str(found)[:10]


def check_elapsed(connection: sa.Connection) -> Iterator[str]:
    """Each row of what time brought about has its revision, and each such revision its row."""
    mine = sa.select(REVISION.c.seq, REVISION.c.document).where(REVISION.c.op == "elapsed").order_by(REVISION.c.seq)
    wanted = {_fact(ledger.document_of(text)): seq for seq, text in connection.execute(mine)}
    for owner, what, day, seq in connection.execute(sa.select(ELAPSED)):
        if wanted.pop((owner, what, str(day)), None) != seq:
            yield f"elapsed of {owner}: {what} of {day} is not what was recorded at seq {seq}"
    for owner, what, day in sorted(wanted):
        yield f"elapsed of {owner}: {what} of {day} is missing"


def _fact(document: Json) -> tuple[str, str, str]:
    return document["id"], document["what"], document["day"]
