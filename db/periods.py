"""The status of agreements on a day, asked of the rows: the short answer of lists, filters, the whole answer of one."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from db import vocabulary as v
from db.law import PARTY_CEASED
from db.ledger import REVISION
from db.lifecycle import answer_on
from db.members import Json
from db.models import TABLES
from db.moments import NOW, THEN, Moment, Probe, bound_to

AGREEMENT, PERIOD, CEASED, BY = (TABLES[name] for name in ("agreement", "period", "party_ceased", "concluded_by"))


WITH = PERIOD.alias("with_period")
"""A period that an agreement must have, beside the one that is told."""
PARTIES = BY.alias("with_party")
GONE = sa.select(PARTIES.c.organization).join_from(PARTIES, CEASED, CEASED.c.organization == PARTIES.c.organization)


def ceased(owner: sa.ColumnElement[Any], moment: Moment) -> sa.ColumnElement[bool]:
    """That a party of the agreement may be no more on the day, and nobody is known to have come in its place."""
    return _gone(owner, moment).exists()


def _gone(owner: Any, moment: Moment) -> sa.Select[Any]:
    mine = GONE.where(PARTIES.c.owner == owner, ~PARTIES.c.succeeded, CEASED.c.starts <= moment.on)
    return mine.where(moment.so(PARTIES), moment.so(CEASED))


GONE_NOW, GONE_THEN = (_gone(sa.bindparam("owner"), moment) for moment in (NOW, THEN))
"""The same of one agreement, built once."""


def has_status(statuses: Sequence[str], moment: Moment) -> sa.ColumnElement[bool]:
    """That one of these is possible on the day."""
    possible: sa.ColumnElement[bool] = _status_of(WITH).in_(statuses)
    if "terminated" in statuses:
        possible |= (_status_of(WITH) == "in_force") & ceased(WITH.c.owner, moment)
    return _on(moment, possible)


def has_certainty(certainties: Sequence[str], moment: Moment) -> sa.ColumnElement[bool]:
    """That the status on the day is so certain."""
    return _on(moment, WITH.c.reported, certainty(WITH, WITH.c.owner, moment).in_(certainties))


def has_ground(grounds: Sequence[str], moment: Moment) -> sa.ColumnElement[bool]:
    """That it is terminated on the day, on one of these grounds."""
    ended = _status_of(WITH) == "terminated"
    return _on(moment, WITH.c.reported, ended, sa.type_coerce(WITH.c.ground, sa.String).in_(grounds))


def may_have_status(statuses: Sequence[str], moment: Moment) -> list[Probe]:
    """All of which one of these may be possible on the day: those that end after it; those that begin before."""
    gone = [_of_the_gone(moment)] if "terminated" in statuses else []
    ending = [_so(PERIOD.c.status, statuses, condition) for condition in _after(moment)]
    beginning = [_so(PERIOD.c.status, statuses, condition) for condition in _before(moment)]
    return [sa.union_all(*ending, *gone), sa.union_all(*beginning, *gone)]


def may_have_certainty(certainties: Sequence[str], moment: Moment) -> list[Probe]:
    """All of which the status may be so certain on the day, or later."""
    stored = {*certainties} | ({"definite"} if moment.on > moment.knowing else set())
    found = [_so(PERIOD.c.certainty, sorted(stored), condition) for condition in _after(moment)]
    return [sa.union_all(*found, *([_of_the_gone(moment)] if "possible" in certainties else []))]


def may_have_ground(grounds: Sequence[str], _moment: Moment) -> list[Probe]:
    """All that were ever terminated on one of these grounds."""
    return [_so(PERIOD.c.ground, grounds, PERIOD.c.ground.is_not(None))]


def _so(column: sa.ColumnElement[Any], words: Sequence[str], condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    among = sa.type_coerce(column, sa.String).in_(words)
    return sa.select(PERIOD.c.owner).where(among, PERIOD.c.known_to.is_(None), condition)


def _after(moment: Moment) -> tuple[sa.ColumnElement[bool], ...]:
    return PERIOD.c.ends.is_(None), PERIOD.c.ends > moment.on


def _before(moment: Moment) -> tuple[sa.ColumnElement[bool], ...]:
    return PERIOD.c.starts.is_(None), PERIOD.c.starts <= moment.on


def _of_the_gone(moment: Moment) -> sa.Select[Any]:
    """The agreements of parties that may be no more on the day."""
    gone = sa.select(CEASED.c.organization).where(CEASED.c.starts <= moment.on, moment.so(CEASED))
    mine = PARTIES.c.organization.in_(gone) & ~PARTIES.c.succeeded
    return sa.select(PARTIES.c.owner).where(mine, moment.so(PARTIES))


def _on(moment: Moment, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    mine = sa.select(sa.literal(1)).where(WITH.c.owner == AGREEMENT.c.id, moment.so(WITH), moment.lies_in(WITH))
    return mine.where(*conditions).limit(1).scalar_subquery().is_not(None)  # asked of each: no planner turns it round


def _status_of(period: sa.FromClause) -> sa.ColumnElement[str]:
    return sa.type_coerce(period.c.status, sa.String)


def _is_open(period: sa.FromClause, owner: sa.ColumnElement[Any], moment: Moment) -> sa.ColumnElement[bool]:
    """In force, or perhaps, between parties of which one may be no more."""
    return period.c.possible_statuses.contains('"in_force"') & ceased(owner, moment)


def certainty(period: sa.FromClause, owner: sa.ColumnElement[Any], moment: Moment) -> sa.ColumnElement[str]:
    """How certain the reported status is."""
    stored = sa.type_coerce(period.c.certainty, sa.String)
    ahead = sa.type_coerce(moment.on, sa.Date) > sa.type_coerce(moment.knowing, sa.Date)
    known = sa.case((ahead, "presumed"), else_=stored)
    return sa.case((_is_open(period, owner, moment), "possible"), (stored == "definite", known), else_=stored)


def short(period: sa.FromClause, owner: sa.ColumnElement[Any], moment: Moment) -> sa.ColumnElement[str]:
    """The short answer as JSON, made by the database."""
    possible = period.c.possible_statuses
    opened = sa.func.replace(possible, "[", '["terminated",')
    widened = sa.case((possible.contains('"terminated"'), possible), else_=opened)
    statuses = sa.case((_is_open(period, owner, moment), widened), else_=possible)
    return _text(
        '{"status":"', sa.type_coerce(period.c.status, sa.String),
        '","certainty":"', certainty(period, owner, moment),
        '","possible_statuses":', statuses,
        _member("since", _date(period, "since"), period.c.since),
        _member("end", _date(period, "end"), period.c.end),
        _member("ground", _text('"', sa.type_coerce(period.c.ground, sa.String), '"'), period.c.ground),
        _member("pending", period.c.pending, period.c.pending),
        ',"contested":', sa.case((period.c.contested, "true"), else_="false"),
        moment.told_text,
    )  # fmt: skip


def _text(*parts: str | sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    first, *rest = (sa.literal(part) if isinstance(part, str) else part for part in parts)
    joined: sa.ColumnElement[str] = first
    for part in rest:
        joined = joined.concat(part)
    return joined


def _member(name: str, value: sa.ColumnElement[str], present: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.case((present.is_(None), ""), else_=_text(f',"{name}":', value))


def _date(period: sa.FromClause, name: str) -> sa.ColumnElement[str]:
    """A date as it stands in documents."""
    bounds = [
        sa.case((day.is_(None), ""), else_=_text(f',"{bound}":"', sa.cast(day, sa.String), '"'))
        for bound in ("earliest", "latest")
        for day in [period.c[f"{name}_{bound}"]]
    ]
    return _text('{"edtf":"', period.c[name], '"', *bounds, "}")


def reported(moment: Moment) -> sa.ColumnElement[bool]:
    """The row that tells the status on the day, as it was recorded with the revision beside which it stands."""
    since, until = PERIOD.c.known_from, PERIOD.c.known_to
    its_own: sa.ColumnElement[bool] = (since <= REVISION.c.seq) & (until.is_(None) | (until > REVISION.c.seq))
    return PERIOD.c.reported & its_own & moment.lies_in(PERIOD)


def whole(connection: sa.Connection, id: str, document: Json, moment: Moment) -> Json:
    """The whole answer about one agreement (DOMAIN 7)."""
    told = answer_on(document["periods"], moment.on, moment.knowing)
    gone: list[str] = []
    if "in_force" in told["possible_statuses"]:
        statement = GONE_NOW if moment.seq is None else GONE_THEN
        gone = sorted(set(connection.scalars(statement, {"owner": id, **bound_to(moment)})))
    if gone:
        if told["certainty"] != "possible":
            told["rule"] = PARTY_CEASED
        possible = {"terminated", *told["possible_statuses"]}
        told["possible_statuses"] = [status for status in v.members(v.Status) if status in possible]
        told |= {"certainty": "possible", "party_ceased": gone}
    verified = {"verified_on": document["verified_on"]} if "verified_on" in document else {}
    return told | verified | moment.told
