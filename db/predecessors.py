"""The organizations in whose place others came: a list that follows them says for each hit through which link."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from db.members import Json
from db.models import TABLES
from db.moments import Moment

ORGANIZATION, PREDECESSOR = TABLES["organization"], TABLES["organization_predecessor"]
BETWEEN, BY = TABLES["concluded_between"], TABLES["concluded_by"]
IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
STEP = sa.select(PREDECESSOR).where(PREDECESSOR.c.owner.in_(IDS)).order_by(PREDECESSOR.c.owner, PREDECESSOR.c.position)
MOST_STEPS = 20
"""States that followed one another: a chain longer than that is none, but a circle."""


class Link(NamedTuple):
    """That one organization came in the place of another."""

    of: str
    organization: str
    kind: str
    since: Json

    def told(self) -> Json:
        """As it is answered."""
        return {"of": self.of, "organization": self.organization, "kind": self.kind, "from": self.since}


Chains = Mapping[str, tuple[Link, ...]]
"""Each organization with the links that lead to it; those that were asked for have none."""


def chains(connection: sa.Connection, ids: Iterable[str]) -> Chains:
    """The organizations, their predecessors, theirs, and so on, each with the shortest way there."""
    found: dict[str, tuple[Link, ...]] = dict.fromkeys(ids, ())
    last = list(found)
    for _ in range(MOST_STEPS):
        new = {}
        for row in connection.execute(STEP, {"ids": last}) if last else ():
            if row.organization not in found and row.organization not in new:
                link = Link(row.owner, row.organization, row.kind, _since(row))
                new[row.organization] = (*found[row.owner], link)
        found |= new
        last = list(new)
    return found


def _since(row: sa.Row[Any]) -> Json:
    days = {"earliest": row.starts_earliest, "latest": row.starts_latest}
    return {"edtf": row.starts} | {name: str(day) for name, day in days.items() if day}


def ways_between(
    connection: sa.Connection, owners: Sequence[str], first: Chains, second: Chains, moment: Moment
) -> dict[str, tuple[Link, ...]]:
    """For each agreement the shortest way from the two that were asked for to two that it is between."""
    mine = sa.select(BETWEEN.c.owner, BETWEEN.c.first, BETWEEN.c.second).where(BETWEEN.c.owner.in_(owners))
    found: dict[str, tuple[Link, ...]] = {}
    for owner, one, other in connection.execute(mine.where(moment.so(BETWEEN))):
        for a, b in ((one, other), (other, one)):
            if a in first and b in second:
                _keep_shortest(found, owner, (*first[a], *second[b]))
    return found


def ways_to(
    connection: sa.Connection, owners: Sequence[str], wanted: Chains, moment: Moment
) -> dict[str, tuple[Link, ...]]:
    """For each agreement the shortest way from one that was asked for to one that is a party."""
    mine = sa.select(BY.c.owner, BY.c.organization).where(BY.c.owner.in_(owners), moment.so(BY))
    found: dict[str, tuple[Link, ...]] = {}
    for owner, organization in connection.execute(mine):
        if organization in wanted:
            _keep_shortest(found, owner, wanted[organization])
    return found


def _keep_shortest(found: dict[str, tuple[Link, ...]], owner: str, way: tuple[Link, ...]) -> None:
    if owner not in found or _length(way) < _length(found[owner]):
        found[owner] = way


def _length(way: tuple[Link, ...]) -> tuple[int, list[tuple[str, str]]]:
    """Of two ways of as many links, always the same one is the shorter."""
    return len(way), [(link.of, link.organization) for link in way]
