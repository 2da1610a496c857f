"""The day that is asked about, the day on which it is asked, and what was recorded then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from db.documents import text_of
from db.ledger import REVISION
from db.members import Json

Probe = sa.Select[Any] | sa.CompoundSelect[Any]
"""Ids along an index, of which only the first are asked for."""


@dataclass(frozen=True)
class Moment:
    """On which day something is so, as known on which other."""

    on: date
    today: date
    """The day on which it is asked: of those to come nothing is known better than presumed."""
    known_at: str | None = None
    """The instant of which the record is read; None for now."""
    seq: int | None = None
    """The newest revision then; None for now."""

    @property
    def told(self) -> Json:
        """How an answer says which moment it is about."""
        return {"on": self.on.isoformat()} | ({"known_at": self.known_at} if self.known_at else {})

    @property
    def told_text(self) -> str:
        """The same as members behind others, in JSON."""
        return "," + text_of(self.told)[1:]

    @property
    def knowing(self) -> date:
        """The last day of which anything could be known: today, or the day of which the record is read."""
        return min(self.today, datetime.fromisoformat(self.known_at).date()) if self.known_at else self.today

    def so(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """That a row with a recorded axis was so recorded then."""
        if self.seq is None:
            return table.c.known_to.is_(None)
        return (table.c.known_from <= self.seq) & (table.c.known_to.is_(None) | (table.c.known_to > self.seq))

    def lies_in(self, table: sa.FromClause) -> sa.ColumnElement[bool]:
        """That the day is one of those from `starts` until before `ends`."""
        day = self.on
        return (table.c.starts.is_(None) | (table.c.starts <= day)) & (table.c.ends.is_(None) | (table.c.ends > day))


class Bound(Moment):
    """A moment whose parts are named parameters: what is built with it once is asked of every moment."""

    @property
    def knowing(self) -> Any:
        return sa.bindparam("knowing", type_=sa.Date)

    @property
    def told_text(self) -> Any:
        return sa.bindparam("told", type_=sa.String)


_ON: Any = sa.bindparam("on", type_=sa.Date)
_KNOWN: Any = sa.bindparam("known_seq", type_=sa.BigInteger)
NOW, THEN = Bound(_ON, _ON), Bound(_ON, _ON, "then", _KNOWN)
"""Of now, and as known at an instant."""


def bound_to(moment: Moment) -> dict[str, Any]:
    """The parameters of what was built with NOW or THEN."""
    named = {"on": moment.on, "knowing": moment.knowing, "told": moment.told_text}
    return named if moment.seq is None else named | {"known_seq": moment.seq}


def today(now: datetime) -> Moment:
    """What is so today, as known now."""
    day = now.astimezone(UTC).date()
    return Moment(day, day)


def as_known(connection: sa.Connection, on: date, now: datetime, known_at: str | None) -> Moment:
    """What is so on a day, as known at an instant."""
    day = now.astimezone(UTC).date()
    return Moment(on, day, known_at, newest_until(connection, known_at) if known_at else None)


def newest_until(connection: sa.Connection, instant: str) -> int:
    """The newest revision that was recorded by the instant; 0 before the first."""
    newest = (
        sa.select(REVISION.c.seq)
        .where(REVISION.c.recorded_at <= instant)
        .order_by(REVISION.c.recorded_at.desc(), REVISION.c.seq.desc())
        .limit(1)
    )
    return connection.scalar(newest) or 0
