"""What must be done by when: the next end of a term, and the last day on which a notice for it may be received.

One row for each agreement that has such a day ahead, as on the day on which it was told; `due` is the first of its
days that lay ahead then, that day itself if it may have been one of them. Rows whose `due` has passed are told anew
when they are read, until `bilateral tick` does it: so what may be today is due today, on every such day.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import Any

import sqlalchemy as sa

from db import ledger, records
from db.dates import Duration, later
from db.documents import text_of
from db.errors import Fault, Invalid
from db.ledger import REVISION, WriteUnit
from db.lifecycle import answer_on
from db.members import Json
from db.models import TABLES
from db.moments import Moment
from db.pages import Cursor, Page
from db.records import Draft
from db.rows import Row, insert

AGREEMENT, DEADLINE, BY = TABLES["agreement"], TABLES["deadline"], TABLES["concluded_by"]
ASKED = ("next_expiry", "notice_deadline")
"""The days that are told of an agreement, as on the day."""
BOUNDS = (("earliest", date.min), ("latest", date.max))
THEN = ("status", "certainty")
"""What is told of the day after the term."""


def note(unit: WriteUnit, drafts: Sequence[Draft]) -> None:
    """Bring the rows of agreements that were just written up to date."""
    live = {draft.id: draft.document for draft in drafts if draft.op != "withdrawn"}
    renew(unit, live, [draft.id for draft in drafts if draft.before])


def renew(unit: WriteUnit, documents: Mapping[str, Json], ids: Sequence[str]) -> None:
    """Compute the rows of these agreements as on this day; those that the ids have go."""
    today = unit.clock().astimezone(UTC).date()
    for chunk in records.chunks(ids):
        unit.connection.execute(sa.delete(DEADLINE).where(DEADLINE.c.owner.in_(chunk)))
    rows = [row for id, document in documents.items() for row in rows_on(id, document, today)]
    insert(unit.connection, {"deadline": rows})


def rows_on(id: str, document: Json, today: date) -> Iterator[Row]:
    """The row of an agreement, if it has such a day ahead."""
    told = _told_on(document, today)
    ahead = [day for name in ASKED for day in _ahead(told.get(name, {}), today)]
    if told["status"] not in ("in_force", "suspended") or not ahead:
        return
    columns: Row = dict.fromkeys(column.name for column in DEADLINE.c)
    for name in ASKED:
        if name in told:
            columns[name] = told[name]["edtf"]
            for end in ("earliest", "latest"):
                day = told[name].get(end)
                columns[f"{name}_{end}"] = date.fromisoformat(day) if day else None
    for name, value in told.get("then", {}).items():
        columns[f"then_{name}"] = value
    yield columns | {"owner": id, "due": min(ahead), "told_on": today}


def _told_on(document: Json, today: date) -> Json:
    """The answer on the day, and what follows on the end of the term if nothing more happens."""
    told = answer_on(document["periods"], today, today)
    end = told.get("next_expiry", {}).get("latest")
    if end is None:
        return told
    after = answer_on(document["periods"], date.fromisoformat(end), today)
    return told | {"then": {name: after[name] for name in THEN}}


def _ahead(dated: Json, today: date) -> Iterator[date]:
    """The first of the days that it may be, from today on."""
    if "earliest" in dated or "latest" in dated:
        first, last = (date.fromisoformat(dated.get(end, str(none))) for end, none in BOUNDS)
        if last >= today:
            yield max(first, today)


def find(
    connection: sa.Connection,
    moment: Moment,
    within: Duration,
    parties: Sequence[Sequence[str]],
    limit: int,
    cursor: str | None = None,
) -> Page:
    """The deadlines of the days from today on; Invalid if so many days lead out of the calendar."""
    scope = text_of({"list": "deadlines", "within": within.text, "party": [list(ids) for ids in parties]})
    after = Cursor.decode(cursor, scope, "due") if cursor is not None else None
    today = date.fromisoformat(after.on) if after else moment.today
    last = later(today, within)
    if last == date.max:
        raise Invalid(Fault("", "malformed", "so long a time ends after the year 9999", "within"))
    place = (date.fromisoformat(str(after.value)), after.id) if after else (date.min, "")
    mine = _of(parties, moment)
    computed = sorted(each for each in _anew(connection, today, mine) if place < each[:2] and each[0] <= last)
    stored = _stored(connection, today, last, place, mine, limit + 1)
    found = list(heapq.merge(stored, computed, key=lambda each: each[:2]))[: limit + 1]
    page = found[:limit]
    seq = ledger.newest(connection).seq
    more = len(found) > limit and bool(page)
    next_ = Cursor("due", str(page[-1][0]), page[-1][1], str(today), seq).encode(scope) if more else None
    return Page(_told(connection, page), next_, seq)


Due = tuple[date, str, Json]
"""When something is due, of which agreement, what."""


def _of(parties: Sequence[Sequence[str]], moment: Moment) -> list[sa.ColumnElement[bool]]:
    return [
        DEADLINE.c.owner.in_(sa.select(BY.c.owner).where(BY.c.organization.in_(ids), moment.so(BY))) for ids in parties
    ]


def _stored(
    connection: sa.Connection,
    today: date,
    last: date,
    place: tuple[date, str],
    mine: Sequence[sa.ColumnElement[bool]],
    limit: int,
) -> list[Due]:
    here = sa.tuple_(DEADLINE.c.due, DEADLINE.c.owner) > sa.tuple_(sa.literal(place[0]), sa.literal(place[1]))
    wanted = sa.select(DEADLINE).where(DEADLINE.c.due >= today, DEADLINE.c.due <= last, here, *mine)
    ordered = wanted.order_by(DEADLINE.c.due, DEADLINE.c.owner).limit(limit)
    return [(row.due, row.owner, _dates(row)) for row in connection.execute(ordered)]


def _dates(row: sa.Row[Any]) -> Json:
    told: Json = {"told_on": str(row.told_on)}
    for name in ASKED:
        if getattr(row, name) is not None:
            ends = {end: getattr(row, f"{name}_{end}") for end in ("earliest", "latest")}
            told[name] = {"edtf": getattr(row, name)} | {end: str(day) for end, day in ends.items() if day}
    if row.then_status is not None:
        told["then"] = {name: getattr(row, f"then_{name}") for name in THEN}
    return told


def _anew(connection: sa.Connection, today: date, mine: Sequence[sa.ColumnElement[bool]]) -> Iterator[Due]:
    """What has become of the rows whose day has passed."""
    passed = connection.scalars(sa.select(DEADLINE.c.owner).where(DEADLINE.c.due < today, *mine)).all()
    for id, stored in records.load(connection, "agreement", passed).items():
        for row in rows_on(id, stored.document, today):
            told = _told_on(stored.document, today)
            dates = {name: told[name] for name in (*ASKED, "then") if name in told}
            yield row["due"], id, {"told_on": str(today)} | dates


def _told(connection: sa.Connection, page: Sequence[Due]) -> list[Json]:
    stated = sa.select(AGREEMENT.c.id, AGREEMENT.c.title, AGREEMENT.c.version, REVISION.c.recorded_at)
    joined = stated.join_from(AGREEMENT, REVISION, REVISION.c.seq == AGREEMENT.c.seq)
    known = {row.id: row for row in connection.execute(joined.where(AGREEMENT.c.id.in_([id for _, id, _ in page])))}
    return [
        {"agreement": id, "title": known[id].title, "due": str(due), **told, "version": known[id].version}
        | {"recorded_at": known[id].recorded_at}
        for due, id, told in page
    ]
