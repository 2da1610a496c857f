"""Gives the documents of an older shape what this release adds, and fills the tables that follow from it.

A document that changes so gets a revision `reshaped`: its version stays. What was recorded before is told from then on
as well: the periods of each earlier version are computed from it, with the organizations as they are now.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from db import ceased, deadlines, findings, ledger, records, rows, status
from db.documents import SHAPE_NUMBER, text_of
from db.dossiers import BETWEEN, BY, DOSSIERS, concluded, states_of
from db.ledger import REVISION, Entry, WriteUnit
from db.members import Json
from db.models import TABLES
from db.records import Draft, Stored

AGREEMENT, ORGANIZATION, PERIOD = TABLES["agreement"], TABLES["organization"], TABLES["period"]


def reshape(unit: WriteUnit) -> int:
    """Reshape every agreement of an older shape, or whose tables were dropped; tells how many there were."""
    for chunk in records.chunks(unit.connection.scalars(sa.select(ORGANIZATION.c.id)).all()):
        ceased.renew(unit.connection, chunk, seq=1)
    newest = sa.join(AGREEMENT, REVISION, REVISION.c.seq == AGREEMENT.c.seq)
    unfilled = ~sa.exists().where(PERIOD.c.owner == AGREEMENT.c.id)
    older = sa.select(AGREEMENT.c.id, AGREEMENT.c.withdrawn).select_from(newest)
    older = older.where(unfilled | (REVISION.c.shape < SHAPE_NUMBER) & ~AGREEMENT.c.withdrawn)
    found = unit.connection.execute(older.order_by(AGREEMENT.c.id)).all()
    for chunk in records.chunks(id for id, withdrawn in found if not withdrawn):
        _reshape(unit, chunk)
    for chunk in records.chunks(id for id, withdrawn in found if withdrawn):
        _fill_withdrawn(unit, chunk)
    for kind in rows.KINDS:
        _fill_texts(unit.connection, kind)
    return len(found)


def _fill_texts(connection: sa.Connection, kind: str) -> None:
    """Write down what of each record is searched, where nothing of any is."""
    main, texts = TABLES[kind], TABLES[f"{kind}_text"]
    if connection.scalar(sa.select(sa.exists().select_from(texts))):
        return
    for chunk in records.chunks(connection.scalars(sa.select(main.c.id).where(~main.c.withdrawn)).all()):
        stored = records.load(connection, kind, chunk).values()
        made = [row for each in stored for row in records.rows_of_stored(kind, each).get(texts.name, ())]
        rows.insert(connection, {texts.name: made})


def _reshape(unit: WriteUnit, ids: Sequence[str]) -> None:
    stored = records.load(unit.connection, "agreement", ids)
    drafts = [Draft(DOSSIERS, "changed", before.document, before, anew=True) for before in stored.values()]
    drafts = status.complete(unit, drafts)
    changed = [draft for draft in drafts if not draft.changes_nothing]
    entries = [
        Entry(draft.kind, draft.id, stored[draft.id].version, "reshaped", text_of(draft.document)) for draft in changed
    ]
    seqs = {draft.id: added.seq for draft, added in zip(changed, ledger.append(unit, entries), strict=True)}
    for draft in drafts:
        _date(unit, stored[draft.id], draft.document, seqs.get(draft.id))
    for table in (BY, BETWEEN):
        unit.connection.execute(sa.delete(table).where(table.c.owner.in_(ids)))
    documents = [draft.document for draft in drafts]
    periods = [row for draft in drafts for row in _periods(unit, draft.document)]
    found = concluded(documents, states_of(unit.connection, documents), 1)
    rows.insert(unit.connection, found | {"period": periods})
    findings.note(unit, drafts)
    deadlines.note(unit, drafts)


def _date(unit: WriteUnit, before: Stored, document: Json, seq: int | None = None) -> None:
    """Give the row of an agreement when it was signed, which was told by one member before, and its new revision."""
    found = rows.rows_of(
        "agreement", document, version=before.version, seq=seq or before.seq, withdrawn=before.withdrawn
    )
    mine = AGREEMENT.c.id == document["id"]
    unit.connection.execute(sa.update(AGREEMENT).where(mine).values(found["agreement"][0]))


def _fill_withdrawn(unit: WriteUnit, ids: Sequence[str]) -> None:
    """What was recorded of these until they were withdrawn: their documents stay as they are."""
    stored = records.load(unit.connection, "agreement", ids)
    for each in stored.values():
        _date(unit, each, each.document)
        found = concluded([each.document], states_of(unit.connection, [each.document]), 1)
        past = {table: [row | {"known_to": each.seq} for row in its_rows] for table, its_rows in found.items()}
        rows.insert(unit.connection, past | {"period": list(_periods(unit, each.document))})


def _periods(unit: WriteUnit, newest: Json) -> Iterator[rows.Row]:
    """The rows of every version: those of the newest are so still, unless it was withdrawn."""
    versions = [(each.seq, each.op, each.document) for each in _history(unit, newest["id"])]
    ends = [*(seq for seq, _, _ in versions[1:]), None]
    for (seq, op, text), end in zip(versions, ends, strict=True):
        if op == "withdrawn":
            continue
        document = newest if end is None else _completed(unit, ledger.document_of(text))
        for row in rows.rows_of("agreement", document, version=1, seq=seq)["period"]:
            yield row | {"known_to": end}


def _history(unit: WriteUnit, id: str) -> Sequence[sa.Row[int, str, str]]:
    mine = (REVISION.c.kind == "agreement") & (REVISION.c.resource_id == id) & REVISION.c.op.not_in(ledger.HEADLESS)
    columns = (REVISION.c.seq, REVISION.c.op, REVISION.c.document)
    return unit.connection.execute(sa.select(*columns).where(mine).order_by(REVISION.c.seq)).all()


def _completed(unit: WriteUnit, document: Json) -> Json:
    if "periods" in document:
        return document
    return status.complete(unit, [Draft(DOSSIERS, "changed", document)])[0].document
