"""Whether the record is whole: every ledger row by its hash, every table row by the document that makes it.

A changed, missing or reordered revision breaks the chain. A tail that was cut off is found where a row points at a
revision that is not there; if that was mended too, only a pair of seq and hash kept elsewhere shows it (`since`).
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from db import ledger, rows
from db.dossiers import concluded, states_of
from db.ledger import COLUMNS, FIRST_PREVIOUS_HASH, HASHED, REVISION, Newest
from db.members import Json
from db.models import TABLES
from db.records import CHUNK, Stored, rows_of_stored

DERIVED = ("concluded_by", "concluded_between")


class Report(NamedTuple):
    """What was found, and where the ledger ends."""

    findings: list[str]
    newest: Newest


def verify(connection: sa.Connection, since: tuple[int, str] | None = None, most: int = 100) -> Report:
    """Check all of it in constant memory; at most `most` findings are told."""
    findings = itertools.chain(
        _chain(connection), _since(connection, since) if since else (), _heads(connection), _rows(connection)
    )
    return Report(list(itertools.islice(findings, most)), ledger.newest(connection))


def _chain(connection: sa.Connection) -> Iterator[str]:
    previous = Newest(0, "", FIRST_PREVIOUS_HASH)
    for chunk in _ledger(connection):
        for row in chunk:
            if row.seq != previous.seq + 1:
                yield f"seq {previous.seq + 1} to {row.seq - 1}: missing from the ledger"
            if row.previous_hash != previous.hash:
                yield f"seq {row.seq}: does not follow the row before it"
            if row.recorded_at < previous.recorded_at:
                yield f"seq {row.seq}: recorded before the row before it"
            if row.hash != ledger.hash_of([getattr(row, name) for name in HASHED]):
                yield f"seq {row.seq}: its columns are not those that were hashed"
            previous = Newest(row.seq, row.recorded_at, row.hash)


def _ledger(connection: sa.Connection) -> Iterator[list[sa.Row[Any]]]:
    after: int | None = None
    columns = [REVISION.c[name] for name in COLUMNS]
    while True:
        statement = sa.select(*columns).order_by(REVISION.c.seq).limit(CHUNK)
        chunk = connection.execute(statement if after is None else statement.where(REVISION.c.seq > after)).all()
        if not chunk:
            return
        yield list(chunk)
        after = chunk[-1].seq


def _since(connection: sa.Connection, since: tuple[int, str]) -> Iterator[str]:
    seq, wanted = since
    found = connection.scalar(sa.select(REVISION.c.hash).where(REVISION.c.seq == seq)) if seq else "0" * 64
    if found is None:
        yield f"seq {seq}: kept elsewhere, missing from the ledger: its end was cut off"
    elif found != wanted:
        yield f"seq {seq}: its hash is not the one that was kept elsewhere"


def _heads(connection: sa.Connection) -> Iterator[str]:
    """Every record of the ledger has a row that points at its newest revision, and no row has no record."""
    of_versions = REVISION.c.op.not_in(ledger.HEADLESS[:1])
    newest = (
        sa.select(REVISION.c.kind, REVISION.c.resource_id, sa.func.max(REVISION.c.seq).label("seq"))
        .where(of_versions)
        .group_by(REVISION.c.kind, REVISION.c.resource_id)
        .subquery()
    )
    for kind in rows.KINDS:
        table = TABLES[kind]
        mine = sa.select(newest).where(newest.c.kind == kind).subquery()
        joined = mine.outerjoin(table, (table.c.id == mine.c.resource_id) & (table.c.seq == mine.c.seq))
        for id in connection.scalars(sa.select(mine.c.resource_id).select_from(joined).where(table.c.id.is_(None))):
            yield f"{kind} {id}: its row does not point at its newest revision"
        joined = table.outerjoin(REVISION, REVISION.c.seq == table.c.seq)
        other = REVISION.c.seq.is_(None) | (REVISION.c.kind != kind) | (REVISION.c.resource_id != table.c.id)
        for id in connection.scalars(sa.select(table.c.id).select_from(joined).where(other)):
            yield f"{kind} {id}: its row points at no revision of its own"
    unknown = sa.select(REVISION.c.seq).where(REVISION.c.kind.not_in(rows.KINDS))
    for seq in connection.scalars(unknown):
        yield f"seq {seq}: of no known kind"


def _rows(connection: sa.Connection) -> Iterator[str]:
    for kind in rows.KINDS:
        for stored in _stored(connection, kind):
            yield from _compare(connection, kind, stored)
            if kind == "agreement":
                yield from _compare_parts(connection, stored)


def _stored(connection: sa.Connection, kind: str) -> Iterator[dict[str, Stored]]:
    table, after = TABLES[kind], ""
    columns = sa.select(
        table.c.id, table.c.version, table.c.seq, REVISION.c.op, REVISION.c.version, REVISION.c.document
    )
    statement = columns.join(REVISION, REVISION.c.seq == table.c.seq).order_by(table.c.id).limit(CHUNK)
    while chunk := connection.execute(statement.where(table.c.id > after)).all():
        yield {row[0]: Stored(row[4], row[2], row[3] == "withdrawn", ledger.document_of(row[5])) for row in chunk}
        after = chunk[-1][0]


def _compare(connection: sa.Connection, kind: str, stored: Mapping[str, Stored]) -> Iterator[str]:
    wanted: rows.Rows = {}
    for each in stored.values():
        for name, its_rows in rows_of_stored(kind, each).items():
            wanted.setdefault(name, []).extend(its_rows)
    tables = (kind, *rows.tables_of(kind))
    if kind == "agreement":
        live = [each.document for each in stored.values() if not each.withdrawn]
        wanted |= concluded(live, states_of(connection, live))
        tables += DERIVED
    for name in tables:
        table = TABLES[name]
        owner = table.c.id if name == kind else table.c.owner
        there = connection.execute(sa.select(table).where(owner.in_(list(stored)))).mappings()
        yield from _differences(name, owner.name, wanted.get(name, ()), (dict(row) for row in there))


def _differences(table: str, owner: str, wanted: Iterable[rows.Row], found: Iterable[rows.Row]) -> Iterator[str]:
    primary_key = [column.name for column in TABLES[table].primary_key.columns]

    def keyed(some: Iterable[rows.Row]) -> dict[tuple[Any, ...], rows.Row]:
        return {tuple(row[name] for name in primary_key): row for row in some}

    by_document, by_table = keyed(wanted), keyed(found)
    for key in sorted(by_document.keys() | by_table.keys(), key=repr):
        expected, row = by_document.get(key), by_table.get(key)
        if expected == row:
            continue
        where = f"{table} of {(expected or row or {})[owner]}"
        if row is None:
            yield f"{where}: a row is missing"
        elif expected is None:
            yield f"{where}: a row stands there that no document makes"
        else:
            names = ", ".join(name for name, value in expected.items() if row[name] != value)
            yield f"{where}: {names} differ from the document"


def _compare_parts(connection: sa.Connection, stored: Mapping[str, Stored]) -> Iterator[str]:
    """The signatories and events inside a dossier are those that stand in their own collections."""
    live = {id: each.document for id, each in stored.items() if not each.withdrawn}
    signatory, link = TABLES["signatory"], TABLES["event_agreement"]
    for kind, member, agreement, id in (
        ("signatory", "signatories", signatory.c.agreement, signatory.c.id),
        ("event", "events", link.c.value, link.c.owner),
    ):
        table = TABLES[kind]
        source = table if kind == "signatory" else sa.join(table, link, link.c.owner == table.c.id)
        source = sa.join(source, REVISION, REVISION.c.seq == table.c.seq)
        statement = sa.select(agreement, id, REVISION.c.document).select_from(source)
        there: dict[str, dict[str, Json]] = {}
        for owner, part, text in connection.execute(statement.where(agreement.in_(list(live)), ~table.c.withdrawn)):
            there.setdefault(owner, {})[part] = ledger.document_of(text)
        for owner, document in live.items():
            if {part["id"]: part for part in document[member]} != there.get(owner, {}):
                yield f"agreement {owner}: its {member} are not those of their own collection"
