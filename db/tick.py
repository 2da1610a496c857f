"""What mere time brings: statuses that change by themselves, and deadlines that come near.

Each enters the ledger once as `elapsed`, whatever the number of processes: the writers' lock is held, and what has
entered is kept by agreement, what and day. An agreement's version and its newest revision stay as they are.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from db import deadlines, ledger, records
from db.dates import later, parse_duration
from db.documents import text_of
from db.ledger import Clock, Entry, WriteUnit
from db.members import Json
from db.models import TABLES
from db.moments import Moment, newest_until
from db.rows import insert

AGREEMENT, PERIOD, DEADLINE, ELAPSED, TICK, REVISION = (
    TABLES[name] for name in ("agreement", "period", "deadline", "elapsed", "tick", "revision")
)
AHEAD = ("P12M", "P6M", "P3M", "P1M", "P7D", "P1D")
"""How long before the last day for a notice it is told that it comes near."""
DAY = timedelta(days=1)


class Elapsed(NamedTuple):
    """Something that time brought about."""

    owner: str
    what: str
    """`status`, or how far ahead the last day for a notice is."""
    day: date
    """The day on which it came about."""
    told: Json


def tick(engine: sa.Engine, clock: Clock) -> int:
    """Write down what the days since the last time brought about, up to today; tells how much that was."""
    with ledger.write(engine, clock, actor="tick", reason="Time passed") as unit:
        today = clock().astimezone(UTC).date()
        last = _last(unit)
        if last is None or last >= today:
            return 0
        found = [*_statuses(unit, last, today), *_deadlines(unit, last, today)]
        _renew(unit, today, {each.owner for each in found})
        found += _deadlines(unit, last, today)  # those that took the place of what has passed
        by_facts = {(each.owner, each.what, each.day): each for each in found}
        new = [each for each in by_facts.values() if not _is_there(unit, each)]
        versions = _versions(unit, {each.owner for each in new})
        entries = [Entry("agreement", each.owner, versions[each.owner], "elapsed", _document(each)) for each in new]
        rows = [
            {"owner": each.owner, "what": each.what, "day": each.day, "seq": added.seq}
            for each, added in zip(new, ledger.append(unit, entries), strict=True)
        ]
        insert(unit.connection, {"elapsed": rows, "tick": [{"day": today}]})
        return len(new)


def _last(unit: WriteUnit) -> date | None:
    """The day up to which it has been written down; before the first time, the day on which the record began."""
    began = unit.connection.scalar(sa.select(REVISION.c.recorded_at).order_by(REVISION.c.seq).limit(1))
    ticked: date | None = unit.connection.scalar(sa.select(sa.func.max(TICK.c.day)))
    return ticked or (date.fromisoformat(began[:10]) if began else None)


def _document(each: Elapsed) -> str:
    return text_of({"id": each.owner, "what": each.what, "day": str(each.day), **each.told})


def _statuses(unit: WriteUnit, last: date, today: date) -> Iterator[Elapsed]:
    """The statuses that began since, and that would have begun by what had been recorded before they did."""
    columns = (PERIOD.c.owner, PERIOD.c.starts, PERIOD.c.status, PERIOD.c.certainty)
    begun = sa.select(*columns).where(PERIOD.c.reported, PERIOD.c.known_to.is_(None))
    begun = begun.where(PERIOD.c.starts > last, PERIOD.c.starts <= today)
    for owner, starts, status, certainty in unit.connection.execute(begun.order_by(PERIOD.c.owner)):
        before = _status_before(unit, owner, starts)
        if before != status and _status_foreseen(unit, owner, starts) == status:
            yield Elapsed(owner, "status", starts, {"status": status, "certainty": certainty, "before": before})


def _status_before(unit: WriteUnit, owner: str, day: date) -> str | None:
    mine = sa.select(PERIOD.c.status).where(PERIOD.c.owner == owner, PERIOD.c.reported, PERIOD.c.known_to.is_(None))
    return unit.connection.scalar(mine.where(PERIOD.c.ends == day))


def _status_foreseen(unit: WriteUnit, owner: str, day: date) -> str | None:
    """The status on a day, as it was known when the day began: whatever was written since, time alone brings it."""
    seq = newest_until(unit.connection, f"{day - DAY}T23:59:59.999999Z")
    moment = Moment(day, day, seq=seq)
    mine = sa.select(PERIOD.c.status).where(PERIOD.c.owner == owner, PERIOD.c.reported)
    return unit.connection.scalar(mine.where(moment.so(PERIOD), moment.lies_in(PERIOD)))


def _deadlines(unit: WriteUnit, last: date, today: date) -> Iterator[Elapsed]:
    """The last days for a notice that have come so near since."""
    nearest = DEADLINE.c.notice_deadline_earliest
    columns = (DEADLINE.c.owner, nearest, DEADLINE.c.notice_deadline)
    for ahead in AHEAD:
        step = parse_duration(ahead)
        near = sa.select(*columns).where(nearest > later(last, step), nearest <= later(today, step))
        for owner, day, edtf in unit.connection.execute(near.order_by(DEADLINE.c.owner)):
            yield Elapsed(owner, ahead, day, {"notice_deadline": edtf, "ahead": ahead})


def _is_there(unit: WriteUnit, each: Elapsed) -> bool:
    same = (ELAPSED.c.owner == each.owner) & (ELAPSED.c.what == each.what) & (ELAPSED.c.day == each.day)
    return bool(unit.connection.scalar(sa.select(sa.exists().where(same))))


def _versions(unit: WriteUnit, owners: set[str]) -> Mapping[str, int]:
    found: dict[str, Any] = {}
    for chunk in records.chunks(sorted(owners)):
        rows = unit.connection.execute(sa.select(AGREEMENT.c.id, AGREEMENT.c.version).where(AGREEMENT.c.id.in_(chunk)))
        found |= {id: version for id, version in rows}  # noqa: C416  # rows are no pairs to the type checker
    return found


def _renew(unit: WriteUnit, today: date, owners: set[str]) -> None:
    """The deadlines of agreements whose day has passed, or whose status has changed, are told anew."""
    passed = unit.connection.scalars(sa.select(DEADLINE.c.owner).where(DEADLINE.c.due < today))
    for chunk in records.chunks(sorted({*owners, *passed})):
        stored = records.load(unit.connection, "agreement", chunk)
        deadlines.renew(unit, {id: each.document for id, each in stored.items() if not each.withdrawn}, chunk)
