"""What the rows with a recorded axis must say of each instant: replayed from the ledger, for db/verify.py.

Nobody can ask for less than an instant (db/moments.py), so what is recorded together is compared as it came to be in
the end. What an earlier release recorded was filled in when it was migrated: of that only what it came to is compared.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from db import ledger, rows
from db.ceased import day_after
from db.documents import SHAPE_NUMBER
from db.dossiers import concluded, parties_of
from db.ledger import REVISION
from db.members import Json
from db.models import TABLES
from db.rows import Row

CEASED = TABLES["party_ceased"]
CONCLUDED = ("concluded_by", "concluded_between")
AXIS = ("known_from", "known_to")
NEVER = 2**63


class Revision(NamedTuple):
    """One revision of a record."""

    seq: int
    op: str
    document: Json

    @property
    def said(self) -> Json | None:
        """What it said; None if it said that there is no such record."""
        return None if self.op == "withdrawn" else self.document


class Ended(NamedTuple):
    """What an organization said of its end."""

    state: str | None
    valid_to: Json | None
    continues: frozenset[str]
    withdrawn: bool


class Past:
    """The instants of the ledger, and what each organization said at each of them."""

    def __init__(self, connection: sa.Connection) -> None:
        ends = sa.select(sa.func.max(REVISION.c.seq)).group_by(REVISION.c.recorded_at)
        self._ends = array("q", sorted(connection.scalars(ends)))
        older = sa.select(sa.func.max(REVISION.c.seq)).where(REVISION.c.shape < SHAPE_NUMBER)
        self.begin: int = connection.scalar(older) or 0
        """The last revision of an earlier release."""
        self.states: dict[str, list[tuple[int, str | None]]] = {}
        """The states of each organization, each with the instant since when."""
        self.ceased: dict[str, dict[int, date | None]] = {}
        """Since when each organization is no more, by the instants at which that may have become another day."""
        self._now: dict[str, Ended] = {}
        self._bodies: dict[str, set[str]] = {}
        self._continued: Counter[str] = Counter()
        for instant, revisions in groupby(_organizations(connection), lambda each: self.instant(each[1].seq)):
            touched = {id for each, revision in revisions for id in self._follow(instant, each, revision)}
            bodies = {body for id in touched for body in self._bodies.get(id, ())}
            for id in touched | bodies:
                self.ceased.setdefault(id, {})[instant] = self._ceased_on(id)

    def instant(self, seq: int) -> int:
        """The last revision of the instant at which this one was recorded."""
        place = bisect_left(self._ends, seq)
        return self._ends[place] if place < len(self._ends) else NEVER

    def _follow(self, instant: int, id: str, revision: Revision) -> Iterator[str]:
        document = revision.document
        before = self._now.get(id, Ended(None, None, frozenset(), withdrawn=True))
        links = document.get("predecessors", ()) if revision.said else ()
        continues = frozenset(each["organization"] for each in links if each["kind"] == "continuity")
        now = Ended(document.get("state"), document.get("valid_to"), continues, revision.said is None)
        self._now[id] = now
        self._continued.subtract(before.continues)
        self._continued.update(continues)
        self._bodies.get(before.state or "", set()).discard(id)
        self._bodies.setdefault(now.state or "", set()).add(id)
        self.states.setdefault(id, []).append((instant, now.state))
        yield from {id, *before.continues, *continues}

    def _ceased_on(self, id: str) -> date | None:
        own = self._now.get(id)
        if own is None or own.withdrawn:
            return None
        which = id if own.valid_to else own.state
        ended = self._now.get(which or "")
        if ended is None or ended.valid_to is None or self._continued[str(which)] > 0:
            return None
        last = ended.valid_to.get("earliest")
        return day_after(date.fromisoformat(last) if last else None)

    def states_at(self, ids: Iterable[str], instant: int) -> dict[str, str]:
        """The states of the organizations that belonged to one."""
        found = {id: self._state_at(id, instant) for id in ids}
        return {id: state for id, state in found.items() if state is not None}

    def _state_at(self, id: str, instant: int) -> str | None:
        said = [state for since, state in self.states.get(id, ()) if since <= instant]
        return said[-1] if said else None

    def moves(self, ids: Iterable[str]) -> set[int]:
        """The instants at which one of the organizations said to which state it belongs."""
        return {instant for id in ids for instant, _ in self.states.get(id, ())}


def _organizations(connection: sa.Connection) -> Iterator[tuple[str, Revision]]:
    columns = (REVISION.c.resource_id, REVISION.c.seq, REVISION.c.op, REVISION.c.document)
    mine = sa.select(*columns).where(REVISION.c.kind == "organization").order_by(REVISION.c.seq)
    for id, seq, op, text in connection.execute(mine).yield_per(1000):
        yield id, Revision(seq, op, ledger.document_of(text))


def histories(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Revision]]:
    """Every revision of these agreements that said something, in order."""
    columns = (REVISION.c.resource_id, REVISION.c.seq, REVISION.c.op, REVISION.c.document)
    mine = (REVISION.c.kind == "agreement") & REVISION.c.resource_id.in_(ids) & (REVISION.c.op != "elapsed")
    found: dict[str, list[Revision]] = {}
    for id, seq, op, text in connection.execute(sa.select(*columns).where(mine).order_by(REVISION.c.seq)):
        found.setdefault(id, []).append(Revision(seq, op, ledger.document_of(text)))
    return found


# Periods


class Span(NamedTuple):
    """What was told from one revision until before another; None if that was filled in later."""

    since: int
    end: int | None
    rows: list[Row] | None


def periods(revisions: Sequence[Revision]) -> Iterator[Span]:
    """What the table `period` must tell of an agreement."""
    since = 0
    told: list[Row] | None = []
    for seq, op, document in revisions:
        new = _periods(seq, op, document)
        if op == "reshaped" and told is None:
            told = new  # of the version before, which was told anew
        elif new is None or told is None or _content(new) != _content(told):
            yield Span(since, seq, told)
            since, told = seq, new
    yield Span(since, None, told)


def _periods(seq: int, op: str, document: Json) -> list[Row] | None:
    if op == "withdrawn":
        return []
    if "periods" not in document:
        return None
    return rows.rows_of("agreement", document, version=1, seq=seq)["period"]


def _content(its_rows: Iterable[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in AXIS} for row in its_rows]


def check_periods(id: str, revisions: Sequence[Revision], found: Sequence[Row]) -> Iterator[str]:
    """Whether the rows of an agreement tell each span, and nothing else."""
    left = {(row["known_from"], row["position"]): row for row in found}
    for span in periods(revisions):
        there = [row for row in found if row["known_from"] == span.since]
        if span.rows is None:
            wanted = [row | {"known_to": span.end} for row in there]
        else:
            wanted = [row | {"known_from": span.since, "known_to": span.end} for row in span.rows]
        for row in wanted:
            if left.pop((span.since, row["position"]), None) != row:
                yield f"period of {id}: row {row['position']} of seq {span.since} is not what was recorded"
    for known_from, position in sorted(left):
        yield f"period of {id}: row {position} of seq {known_from} stands there, and nothing like it was recorded"


# Who concluded what with whom


def check_concluded(
    id: str, revisions: Sequence[Revision], past: Past, found: Mapping[str, Sequence[Row]]
) -> Iterator[str]:
    """Whether the rows of an agreement tell at each instant who its parties were, and whose they were."""
    concerned = {party for revision in revisions for party in parties_of(revision.document)}
    own = {past.instant(revision.seq) for revision in revisions}
    instants = own | {instant for instant in past.moves(concerned) if instant >= min(own)}
    for name in CONCLUDED:
        yield from _check_bounds(f"{name} of {id}", found[name], instants, past)
    for instant in sorted(instants):
        if instant >= past.begin:
            said = [each for each in revisions if each.seq <= instant][-1].said
            live = [said] if said else []
            wanted = concluded(live, past.states_at(concerned, instant), 0)
            for name in CONCLUDED:
                if _told(found[name], instant) != _told(wanted[name], instant):
                    yield f"{name} of {id}: at seq {instant} it did not say who the parties were"


def _told(its_rows: Iterable[Row], instant: int) -> list[list[tuple[str, Any]]]:
    at = (row for row in its_rows if row["known_from"] <= instant and not _is_over(row, instant))
    return sorted(sorted(row.items()) for row in _content(at))


def _is_over(row: Row, instant: int) -> bool:
    return row["known_to"] is not None and row["known_to"] <= instant


def _check_bounds(what: str, its_rows: Iterable[Row], instants: set[int], past: Past) -> Iterator[str]:
    for row in its_rows:
        for seq in (row["known_from"], row["known_to"]):
            if seq is not None and not (past.instant(seq) in instants or 1 <= seq <= past.begin):
                yield f"{what}: at seq {seq} nothing about it was recorded"
        if row["known_to"] is not None and row["known_to"] <= row["known_from"]:
            yield f"{what}: it ended at seq {row['known_to']}, before it began"


# Who is no more


def check_ceased(connection: sa.Connection, past: Past) -> Iterator[str]:
    """Whether the rows tell at each instant which organizations were no more."""
    found: dict[str, list[Row]] = {}
    for row in connection.execute(sa.select(CEASED)).mappings():
        found.setdefault(row["organization"], []).append(dict(row))
    for id in sorted(found.keys() | past.ceased.keys()):
        its_rows, told = found.get(id, []), past.ceased.get(id, {})
        yield from _check_bounds(f"party_ceased of {id}", its_rows, set(told), past)
        for instant, starts in told.items():
            at = [row["starts"] for row in its_rows if row["known_from"] <= instant and not _is_over(row, instant)]
            if instant >= past.begin and at != ([starts] if starts else []):
                yield f"party_ceased of {id}: at seq {instant} it did not say since when it is no more"
