"""Whether the record is whole: every ledger row by its hash, every table row by the document that makes it.

A changed, missing or reordered revision breaks the chain. A tail that was cut off is found where a row points at a
revision that is not there; if that was mended too, only a pair of seq and hash kept elsewhere shows it (`since`).
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa

from db import consequences, ledger, recorded, rows
from db.ledger import COLUMNS, FIRST_PREVIOUS_HASH, HASHED, REVISION, Newest
from db.members import Json
from db.models import TABLES
from db.recorded import CONCLUDED, Past
from db.records import CHUNK, Stored, rows_of_stored

FOLLOWING = (*CONCLUDED, "deadline", "elapsed", "finding")
"""Tables that agreements and what concerns them fill, beside those that hold the parts of their documents."""
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, LookupError)
"""What reading a row raises that somebody has made into something else."""


class Report(NamedTuple):
    """What was found, and where the ledger ends."""

    findings: list[str]
    newest: Newest


def verify(connection: sa.Connection, since: tuple[int, str] | None = None, most: int = 100) -> Report:
    """Check all of it, as it stands at one instant; at most `most` findings are told."""
    checks = [_chain(connection), _since(connection, since) if since else (), _heads(connection)]
    checks += [_orphans(connection), _numbers(connection), _rows(connection)]
    with _snapshot(connection):
        findings = list(itertools.islice(itertools.chain(*checks), most))
        return Report(findings, ledger.newest(connection))


@contextmanager
def _snapshot(connection: sa.Connection) -> Iterator[None]:
    """One instant for all statements, whoever writes meanwhile; text that is no UTF-8 is read too, and found."""
    sqlite = connection.dialect.name == "sqlite"
    raw: Any = connection.connection.dbapi_connection
    if sqlite:
        raw.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    mine = not ledger.in_transaction(connection)
    if mine:
        connection.exec_driver_sql("BEGIN" if sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        if mine:
            connection.exec_driver_sql("ROLLBACK")
        if sqlite:
            raw.text_factory = str


def _chain(connection: sa.Connection) -> Iterator[str]:
    previous = Newest(0, "", FIRST_PREVIOUS_HASH)
    for chunk in _ledger(connection):
        for row in chunk:
            if not (type(row.seq) is int and all(type(text) is str for text in (row.recorded_at, row.hash))):
                yield f"seq {row.seq!r}: its columns are not of their types"
                previous = Newest(previous.seq + 1, previous.recorded_at, str(row.hash))
                continue
            if row.seq != previous.seq + 1:
                yield f"seq {previous.seq + 1} to {row.seq - 1}: missing from the ledger"
            if row.previous_hash != previous.hash:
                yield f"seq {row.seq}: does not follow the row before it"
            if row.recorded_at < previous.recorded_at:
                yield f"seq {row.seq}: recorded before the row before it"
            if row.hash != _hash_of(row):
                yield f"seq {row.seq}: its columns are not those that were hashed"
            previous = Newest(row.seq, row.recorded_at, row.hash)


def _hash_of(row: sa.Row[Any]) -> str | None:
    try:
        return ledger.hash_of([getattr(row, name) for name in HASHED])
    except UNREADABLE:
        return None


def _ledger(connection: sa.Connection) -> Iterator[list[sa.Row[Any]]]:
    after: int | None = None
    columns: list[Any] = [sa.type_coerce(REVISION.c[name], sa.types.NullType()).label(name) for name in COLUMNS]
    everything: sa.Select[Any] = sa.select(*columns)
    statement = everything.order_by(REVISION.c.seq).limit(CHUNK)
    while True:
        chunk = connection.execute(statement if after is None else statement.where(REVISION.c.seq > after)).all()
        if not chunk:
            return
        yield list(chunk)
        after = chunk[-1].seq
        if type(after) is not int:  # told by the chain; what is of another type sorts last
            return


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


def _orphans(connection: sa.Connection) -> Iterator[str]:
    """No child row belongs to a record that is not there."""
    for kind in rows.KINDS:
        main = TABLES[kind]
        for name in (*rows.tables_of(kind), *(FOLLOWING if kind == "agreement" else ())):
            owner = TABLES[name].c.resource if name == "finding" else TABLES[name].c.owner
            statement = sa.select(owner).where(owner.not_in(sa.select(main.c.id))).distinct().limit(CHUNK)
            for id in connection.scalars(statement):
                yield f"{name} of {id}: there is no such {kind}"


def _numbers(connection: sa.Connection) -> Iterator[str]:
    """Words that are searched have the number of the revision with which they came."""
    for kind in rows.KINDS:
        texts = TABLES[f"{kind}_text"]
        mine = (
            (REVISION.c.seq == texts.c.number) & (REVISION.c.kind == kind) & (REVISION.c.resource_id == texts.c.owner)
        )
        statement = sa.select(texts.c.owner).outerjoin(REVISION, mine).where(REVISION.c.seq.is_(None)).limit(CHUNK)
        for id in connection.scalars(statement):
            yield f"{texts.name} of {id}: its number is that of no revision of the {kind}"


def _rows(connection: sa.Connection) -> Iterator[str]:
    try:
        past = Past(connection)
        yield from list(recorded.check_ceased(connection, past))
        yield from list(consequences.check_elapsed(connection))
    except UNREADABLE as error:
        yield f"the ledger cannot be read: {error!r}"
        return
    for kind in rows.KINDS:
        for chunk in _heads_of(connection, kind):
            yield from _check_chunk(connection, kind, chunk, past)


def _heads_of(connection: sa.Connection, kind: str) -> Iterator[list[sa.Row[Any]]]:
    table, after = TABLES[kind], ""
    newest = (REVISION.c.op, REVISION.c.version, REVISION.c.document)
    columns = (table.c.id, table.c.seq, *(sa.type_coerce(column, sa.types.NullType()) for column in newest))
    statement: sa.Select[Any] = sa.select(*columns).join_from(table, REVISION, REVISION.c.seq == table.c.seq)
    statement = statement.order_by(table.c.id).limit(CHUNK)
    while chunk := connection.execute(statement.where(table.c.id > after)).all():
        yield list(chunk)
        after = chunk[-1][0]


def _check_chunk(connection: sa.Connection, kind: str, chunk: list[sa.Row[Any]], past: Past) -> Iterator[str]:
    """Compare many records at once; if one cannot be read at all, each by itself."""
    try:
        findings = list(_check_records(connection, kind, chunk, past))
    except UNREADABLE as error:
        if len(chunk) == 1:
            findings = [f"{kind} {chunk[0][0]}: cannot be read: {error!r}"]
        else:
            findings = [finding for row in chunk for finding in _check_chunk(connection, kind, [row], past)]
    yield from findings


def _check_records(connection: sa.Connection, kind: str, chunk: list[sa.Row[Any]], past: Past) -> Iterator[str]:
    stored = {
        row.id: Stored(row.version, row.seq, row.op == "withdrawn", ledger.document_of(row.document)) for row in chunk
    }
    yield from _compare(connection, kind, stored)
    if kind == "agreement":
        yield from _compare_parts(connection, stored)
        yield from _compare_recorded(connection, list(stored), past)
        yield from consequences.check(connection, stored)


def _compare(connection: sa.Connection, kind: str, stored: Mapping[str, Stored]) -> Iterator[str]:
    wanted: rows.Rows = {}
    for each in stored.values():
        for name, its_rows in rows_of_stored(kind, each).items():
            wanted.setdefault(name, []).extend(its_rows)
    for name in (kind, *(table for table in rows.tables_of(kind) if table not in rows.RECORDED)):
        owner = TABLES[name].c.id if name == kind else TABLES[name].c.owner
        there = _rows_of(connection, owner, list(stored))
        yield from _differences(name, owner.name, wanted.get(name, ()), there)


def _rows_of(connection: sa.Connection, owner: sa.Column[Any], ids: list[str]) -> Iterator[rows.Row]:
    there = connection.execute(sa.select(owner.table).where(owner.in_(ids))).mappings()
    return (dict(row) for row in there)


def _differences(table: str, owner: str, wanted: Iterable[rows.Row], found: Iterable[rows.Row]) -> Iterator[str]:
    primary_key = [column.name for column in TABLES[table].primary_key.columns]

    def keyed(some: Iterable[rows.Row]) -> dict[tuple[Any, ...], rows.Row]:
        return {tuple(row[name] for name in primary_key): row for row in some}

    by_document, by_table = keyed(wanted), keyed(found)
    for key in sorted(by_document.keys() | by_table.keys(), key=repr):
        expected, row = by_document.get(key), by_table.get(key)
        if expected is not None and row is not None and _told(_timeless(expected)) == _told(_timeless(row)):
            continue
        where = f"{table} of {(expected or row or {})[owner]}"
        if row is None:
            yield f"{where}: a row is missing"
        elif expected is None:
            yield f"{where}: a row stands there that no document makes"
        else:
            names = ", ".join(name for name, value in _timeless(expected).items() if _told(row[name]) != _told(value))
            yield f"{where}: {names} differ from the document"


def _timeless(row: rows.Row) -> rows.Row:
    return {name: value for name, value in row.items() if name not in rows.SINCE}


def _told(value: Any) -> str:
    """A value as text: 1 is not true in it, as it is in Python."""
    return json.dumps(value, sort_keys=True, default=str)


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


def _compare_recorded(connection: sa.Connection, ids: list[str], past: Past) -> Iterator[str]:
    """What was recorded of agreements at each instant: their periods, and who concluded them."""
    found: dict[str, dict[str, list[rows.Row]]] = {}
    for name in (*rows.RECORDED, *CONCLUDED):
        for row in _rows_of(connection, TABLES[name].c.owner, ids):
            found.setdefault(row["owner"], {}).setdefault(name, []).append(row)
    for id, revisions in recorded.histories(connection, ids).items():
        its_rows = {name: found.get(id, {}).get(name, []) for name in (*rows.RECORDED, *CONCLUDED)}
        yield from recorded.check_periods(id, revisions, its_rows["period"])
        yield from recorded.check_concluded(id, revisions, past, its_rows)
