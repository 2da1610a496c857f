"""The profile of two states, or of any two organizations: what they concluded year by year, and what was in force.

`signed` counts what was certainly signed in a year, `signed_imprecise` those of them of which the day is not known,
`signed_possible` what may have been signed in it or in another. In force at a year's end is counted by certainty, as
the list of agreements tells it for 31 December.

The years begin with the first that is known of anything counted: what may have been earlier, nobody knows since when,
is counted from then on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from db import records
from db.dates import UNDATED
from db.members import Json
from db.models import TABLES
from db.moments import Moment
from db.predecessors import Chains, chains

AGREEMENT, SUBJECT, PERIOD = TABLES["agreement"], TABLES["agreement_subject"], TABLES["period"]
BETWEEN, BY, CEASED = TABLES["concluded_between"], TABLES["concluded_by"], TABLES["party_ceased"]
IDS = records.IDS
COUNTED = (
    "signed",
    "signed_imprecise",
    "signed_possible",
    "in_force_definite",
    "in_force_presumed",
    "in_force_possible",
)
"""What is counted of each year."""
BY_WHAT = ("form", "subject")
"""What the counts of a year may be told apart by."""


@dataclass
class Concluded:
    """An agreement of the two: its form, subjects, date, and when it was in force."""

    form: str
    signed: tuple[date | None, date | None] | None
    subjects: list[str] = field(default_factory=list)
    in_force: list[tuple[date | None, date | None, str]] = field(default_factory=list)
    """From when until before when, and how certain."""
    ceased: date | None = None
    """From when on a party may be no more."""


def profile(
    connection: sa.Connection,
    pair: tuple[str, str],
    moment: Moment,
    until: int,
    by: str | None,
    *,
    predecessors: bool,
) -> list[Json]:
    """A row for each year, or for each year and form or subject, from the first that counts to the last."""
    sides = [chains(connection, [id]) if predecessors else {id: ()} for id in pair]
    concluded = _concluded(connection, _owners(connection, sides[0], sides[1], moment), moment)
    found: dict[tuple[int, str], dict[str, int]] = {}
    last = min(until, moment.today.year)
    first = min((year for each in concluded for year in _known(each)), default=last)
    for each in concluded:
        for key in _keys(each, by):
            for name, years in _years(each, first, last, moment):
                for year in (year for year in years if year <= last):
                    row = found.setdefault((year, key), dict.fromkeys(COUNTED, 0))
                    row[name] += 1
    return [{"year": year} | ({by: key} if by else {}) | found[year, key] for year, key in _all(found, last)]


def _owners(connection: sa.Connection, first: Chains, second: Chains, moment: Moment) -> list[str]:
    facing = sorted({(min(one, other), max(one, other)) for one in first for other in second})
    each = [(BETWEEN.c.first == one) & (BETWEEN.c.second == other) for one, other in facing]
    statement = sa.select(BETWEEN.c.owner).where(sa.or_(*each), moment.so(BETWEEN)).distinct()
    return list(connection.scalars(statement.order_by(BETWEEN.c.owner)))


def _concluded(connection: sa.Connection, owners: Sequence[str], moment: Moment) -> list[Concluded]:
    found: dict[str, Concluded] = {}
    for chunk in records.chunks(owners):
        mine = sa.select(AGREEMENT).where(AGREEMENT.c.id.in_(chunk))
        for row in connection.execute(mine):
            signed = (row.signed_earliest, row.signed_latest) if row.sort_day != UNDATED else None
            found[row.id] = Concluded(row.form, signed)
        for owner, subject in connection.execute(
            sa.select(SUBJECT.c.owner, SUBJECT.c.value).where(SUBJECT.c.owner.in_(chunk))
        ):
            found[owner].subjects.append(subject)
        for owner, starts, ends, certainty in connection.execute(_periods(chunk, moment)):
            found[owner].in_force.append((starts, ends, certainty))
        for owner, starts in connection.execute(_ceased(chunk, moment)):
            found[owner].ceased = starts
    return list(found.values())


def _periods(owners: list[str], moment: Moment) -> sa.Select[Any]:
    columns = (PERIOD.c.owner, PERIOD.c.starts, PERIOD.c.ends, sa.type_coerce(PERIOD.c.certainty, sa.String))
    mine: sa.Select[Any] = sa.select(*columns).where(PERIOD.c.owner.in_(owners), moment.so(PERIOD))
    return mine.where(PERIOD.c.status == "in_force")


def _ceased(owners: list[str], moment: Moment) -> sa.Select[Any]:
    parties = sa.join(BY, CEASED, CEASED.c.organization == BY.c.organization)
    mine = sa.select(BY.c.owner, sa.func.min(CEASED.c.starts)).select_from(parties).where(BY.c.owner.in_(owners))
    return mine.where(~BY.c.succeeded, moment.so(BY), moment.so(CEASED)).group_by(BY.c.owner)


def _keys(each: Concluded, by: str | None) -> list[str]:
    if by is None:
        return [""]
    return [each.form] if by == "form" else each.subjects


def _known(each: Concluded) -> list[int]:
    """The years in which anything of an agreement begins; where all of it is open, those before which it does."""
    signed = each.signed or (None, None)
    begins = [day.year for day in (signed[0], *(starts for starts, _, _ in each.in_force)) if day]
    return begins or [day.year for day in (signed[1], *(ends for _, ends, _ in each.in_force)) if day]


def _years(each: Concluded, first: int, last: int, moment: Moment) -> Iterator[tuple[str, range]]:
    """What is counted of an agreement, in which years."""
    if each.signed:
        yield from _signed(*each.signed, first, last)
    for starts, ends, certainty in each.in_force:
        begins = starts.year if starts else first
        ended = min(ends.year - 1 if ends else last, last)
        gone = ended + 1
        if each.ceased:
            gone = max(begins, min(gone, each.ceased.year))
            yield "in_force_possible", range(gone, ended + 1)
        if certainty == "definite" and gone > last and date(last, 12, 31) > moment.knowing:
            yield "in_force_presumed", range(max(begins, last), gone)
            gone = last
        yield f"in_force_{certainty}", range(begins, gone)


def _signed(earliest: date | None, latest: date | None, first: int, last: int) -> Iterator[tuple[str, range]]:
    years = range(earliest.year if earliest else first, (latest.year if latest else last) + 1)
    if earliest and latest and len(years) == 1:
        yield "signed", years
        if earliest != latest:
            yield "signed_imprecise", years
    else:
        yield "signed_possible", years


def _all(found: dict[tuple[int, str], dict[str, int]], last: int) -> Iterator[tuple[int, str]]:
    """The years without a hole where they are not told apart by anything."""
    if found and all(key == "" for _, key in found):
        for year in range(min(year for year, _ in found), last + 1):
            found.setdefault((year, ""), dict.fromkeys(COUNTED, 0))
    yield from sorted(found)
