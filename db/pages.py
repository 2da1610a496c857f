"""Lists by keyset: each page begins behind the last record of the one before, however deep it lies."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from db import ledger, moments
from db.documents import text_of
from db.errors import BadCursor, Fault, Invalid
from db.ledger import REVISION
from db.matching import FEW, Sought, narrowed
from db.members import Json
from db.moments import NOW, THEN, Moment, Probe, bound_to
from db.queries import Driver, Filter, Sort, of_each
from db.records import ANSWER, Collection, Shown, View

DEFAULT_LIMIT = 50
BY_SEQ = frozenset({"updated", "-updated", "seq", "rank"})
"""The orders whose cursors hold a number."""


@dataclass(frozen=True)
class Query:
    """What a list is asked for, as texts; the readers of db/queries.py say what they mean."""

    filters: Mapping[str, Sequence[str]]
    now: datetime
    sort: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    count: bool = False


@dataclass(frozen=True)
class Cursor:
    """The last record of a page, and what the whole list was asked for."""

    sort: str
    value: str | int
    id: str
    on: str
    seq: int

    def encode(self, scope: str) -> str:
        members = asdict(self) | {"digest": self._digest(scope)}
        return base64.urlsafe_b64encode(text_of(members).encode()).decode().rstrip("=")

    def _digest(self, scope: str) -> str:
        return hashlib.sha256(f"{scope}\n{text_of(asdict(self))}".encode()).hexdigest()[:16]

    @classmethod
    def decode(cls, text: str, scope: str, sort: str) -> "Cursor":
        """Read a cursor; BadCursor unless this list, asked for the same, handed it out."""
        try:
            members = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            members.pop("digest")
            cursor = cls(**members)
            date.fromisoformat(cursor.on)
        except (binascii.Error, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise BadCursor("this is no cursor of ours: follow `next` as it is") from error
        if cursor.sort != sort or not cursor._is_sound() or cursor.encode(scope) != text:
            raise BadCursor("this cursor belongs to another list, or to other filters")
        return cursor

    def _is_sound(self) -> bool:
        texts = (self.id, *([] if _is_count(self.value) else [self.value]))
        return (
            _is_count(self.seq)
            and _is_count(self.value) == (self.sort in BY_SEQ)
            and all(isinstance(text, str) and re.fullmatch(r"[ -~]{1,200}", text) for text in texts)
        )


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


@dataclass(frozen=True)
class Found:
    """One page: the spliced answers, where the next one begins, how many there are in all if that was asked."""

    items: list[str]
    next: str | None
    count: int | None
    seq: int
    on: str


KNOWN_WITH = frozenset({"party", "between", "predecessors", "status", "on", "certainty", "known_at"})
"""What can be asked of what was known at an instant: the rows that have a recorded axis."""


def find(connection: sa.Connection, collection: Collection, query: Query) -> Found:
    """One page of a collection."""
    sort_name = query.sort if query.sort is not None else next(iter(collection.sorts))
    values = _values(collection, query, sort_name)
    if "known_at" in values:
        sort_name = "id"
    scope = text_of({"list": collection.name, "sort": sort_name, "filters": _normal(query.filters)})
    after = Cursor.decode(query.cursor, scope, sort_name) if query.cursor is not None else None
    moment = _moment(connection, values, query, after)
    seq = ledger.newest(connection).seq
    values = collection.widen(connection, values)
    if "q" in values:
        values["q"] = narrowed(connection, collection.kind, values["q"])
    plan = _plan(connection, collection, values, sort_name, moment)
    rows = _page(connection, collection, plan, after, query.limit + 1, moment) if query.limit else []
    more, rows = len(rows) > query.limit, rows[: query.limit]
    last: Any = rows[-1] if rows else None
    on = moment.on.isoformat()
    next_ = Cursor(sort_name, last[0], last[1], on, after.seq if after else seq) if more else None
    return Found(
        collection.finish(connection, rows, values, moment),
        next_.encode(scope) if next_ else None,
        _count(connection, plan) if query.count or not query.limit else None,
        seq,
        on,
    )


def _moment(connection: sa.Connection, values: Mapping[str, list[Any]], query: Query, after: Cursor | None) -> Moment:
    """A list goes on with the day on which its first page was asked for."""
    now = moments.today(query.now)
    on = date.fromisoformat(after.on) if after else values.get("on", [now.on])[0]
    known_at = values.get("known_at", [None])[0]
    return moments.as_known(connection, on, query.now, known_at) if known_at else Moment(on, now.today)


def _values(collection: Collection, query: Query, sort_name: str) -> dict[str, list[Any]]:
    """What the filters were given; Invalid names each that cannot be read, and an order that is unknown."""
    values: dict[str, list[Any]] = {}
    faults: list[Fault] = []
    if sort_name not in collection.sorts:
        known = ", ".join(collection.sorts)
        reason = f"{sort_name!r} is no order of this list; known are {known}"
        faults.append(Fault("", "unknown_sort", reason, "sort"))
    for name, texts in query.filters.items():
        if not texts:
            continue
        try:
            values[name] = collection.filters[name].values(name, texts)
        except Invalid as error:
            faults += error.faults
    if "known_at" in values:
        faults += [
            Fault("", "not_with_known_at", f"only {', '.join(sorted(KNOWN_WITH - {'known_at'}))} go with it", name)
            for name in (*sorted(values), *(["sort"] if query.sort is not None else []))
            if name not in KNOWN_WITH
        ]
        faults += [Fault("", "not_with_known_at", "counts are of what is known now", "count")] if query.count else []
    if faults:
        raise Invalid(*faults)
    return values


def _normal(filters: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in sorted(filters.items()) if texts}


@dataclass
class Plan:
    """Where a list is read from, in which order, under which conditions."""

    source: sa.FromClause
    sort: Sort
    conditions: list[sa.ColumnElement[bool]]
    driven: bool = False
    """Whether it walks along a driver's table: one is enough, the other filters are conditions."""

    @property
    def is_by_day(self) -> bool:
        return self.sort.last is not None

    def drive(self, driver: Driver, value: Any, main: sa.Table, moment: Moment) -> None:
        """Walk along the driver's own table, whose key has the order of this list."""
        table = driver.table
        self.source = self.source.join(table, table.c.owner == main.c.id)
        self.sort = replace(self.sort, column=table.c.sort_day, id=table.c.owner)
        self.conditions.append(driver.where(value, moment))
        self.driven = True


def _plan(
    connection: sa.Connection, collection: Collection, values: Mapping[str, list[Any]], sort_name: str, moment: Moment
) -> Plan:
    main = collection.table
    plan = Plan(main, collection.sorts[sort_name], [] if moment.known_at else [~main.c.withdrawn])
    sure = [name for name, driver in collection.drivers.items() if not driver.scattered]
    for name in sorted(values, key=lambda name: name not in sure):
        filter_, given = collection.filters[name], values[name]
        driver = _driver(collection, name, given, plan)
        if driver and not driver.scattered:
            plan.drive(driver, given[0], main, moment)
            continue
        for value in given:
            exact = filter_.condition(value, moment)
            if plan.is_by_day and (filter_.is_bound or (plan.driven and not filter_.where)):
                plan.conditions += exact  # on the way, which is short already
                continue
            few = _few(connection, collection, filter_, value, moment)
            if few is not None:
                plan.conditions += [main.c.id.in_(few), *exact]
            elif driver:
                plan.drive(driver, value, main, moment)
            else:
                plan.conditions += [_asked_of_each(connection, condition) for condition in exact]
    return plan


def _driver(collection: Collection, name: str, given: Sequence[Any], plan: Plan) -> Driver | None:
    """The driver that this filter has in this list, if it is still without one."""
    driver = collection.drivers.get(name)
    free = driver and plan.is_by_day and not plan.driven and len(given) == 1 and driver.takes(given[0])
    return driver if free else None


def _few(
    connection: sa.Connection, collection: Collection, filter_: Filter, value: Any, moment: Moment
) -> Sequence[str] | None:
    """All that a filter may find, if they are few; None if they are many, or if no index tells."""
    if moment.known_at:
        return None
    if isinstance(value, Sought):
        return value.ids
    if filter_.probes:
        probes: Sequence[Probe] = filter_.probes(value, moment)
    else:
        probes = [sa.select(collection.table.c.id).where(filter_.where(value))] if filter_.where else ()
    for probe in probes:
        some = probe.limit(FEW + 1)
        if (connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0) <= FEW:
            return sorted(set(connection.scalars(some)))
    return None


def _newest(main: sa.Table, moment: Moment) -> Any:
    """The revision that is shown of each record: the newest, or that of the moment."""
    if moment.seq is None:
        return main.c.seq
    then = (REVISION.c.resource_id == main.c.id) & (REVISION.c.seq <= moment.seq) & (REVISION.c.op != "elapsed")
    newest = sa.select(sa.func.max(REVISION.c.seq)).where(REVISION.c.kind == main.name, then)
    return newest.scalar_subquery()


def _page(
    connection: sa.Connection, collection: Collection, plan: Plan, after: Cursor | None, limit: int, moment: Moment
) -> list[Shown]:
    """The keys of a page first, then what is told of those alone: a sort moves no document."""
    newest = _newest(collection.table, moment).label("seq")
    keys = (plan.sort.column.label("sort_value"), plan.sort.id.label("sort_id"), newest)
    statement: sa.Select[Any] = sa.select(*keys).select_from(plan.source).where(*plan.conditions)
    found: list[sa.Row[Any]] = []
    for phase in _phases(plan.sort, after):
        found += connection.execute(phase(statement).limit(limit - len(found))).all()
        if len(found) == limit:
            break
    asked = bound_to(moment) | {"seqs": [row.seq for row in found]}
    told = {row.seq: row for row in connection.execute(_told_of(collection, moment), asked)} if found else {}
    return [
        Shown(row.sort_value, row.sort_id, told[row.seq].answer, told[row.seq].told) for row in found if row.seq in told
    ]


TOLD: dict[tuple[str, bool], sa.Select[Any]] = {}
"""What is told of revisions, by collection and by whether it is of now: building this costs more than running it."""


def _told_of(collection: Collection, moment: Moment) -> sa.Select[Any]:
    of_now = moment.seq is None
    if (collection.name, of_now) not in TOLD:
        TOLD[collection.name, of_now] = _statement_of(collection.view, NOW if of_now else THEN)
    return TOLD[collection.name, of_now]


def _statement_of(view: View | None, moment: Moment) -> sa.Select[Any]:
    told = view.column(REVISION.c.resource_id, moment) if view else sa.literal(None)
    statement: sa.Select[Any] = sa.select(REVISION.c.seq, ANSWER.label("answer"), told.label("told"))
    if view:
        statement = statement.join(view.table, (view.table.c.owner == REVISION.c.resource_id) & view.on(moment))
    return statement.where(REVISION.c.seq.in_(sa.bindparam("seqs", expanding=True)))


def _asked_of_each(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Of many that match, a page is met soon on the way. SQLite would fetch all of them first, and sort."""
    return of_each(condition) if connection.dialect.name == "sqlite" else condition


def _phases(sort: Sort, after: Cursor | None) -> Iterator[Any]:
    """One walk along the index; descending, two: first what has a value, then what comes last."""
    column, id = sort.column, sort.id
    position = (after.value, after.id) if after else None
    if not sort.descending:
        yield lambda statement: _behind(statement, sort, position).order_by(column, id)
        return
    if sort.last is None or position is None or position[0] != sort.last:
        dated = [] if sort.last is None else [column < sort.last]
        yield (lambda statement: _behind(statement, sort, position).where(*dated).order_by(column.desc(), id.desc()))
        position = None
    if sort.last is not None:
        behind = [] if position is None else [id < position[1]]
        yield lambda statement: statement.where(column == sort.last, *behind).order_by(id.desc())


def _behind(statement: sa.Select[Any], sort: Sort, position: tuple[str | int, str] | None) -> sa.Select[Any]:
    if position is None:
        return statement
    here = sa.tuple_(sort.column, sort.id)
    there = sa.tuple_(*(sa.literal(part) for part in position))
    return statement.where(here < there if sort.descending else here > there)


def _count(connection: sa.Connection, plan: Plan) -> int:
    counted = sa.select(sa.func.count()).select_from(plan.source).where(*plan.conditions)
    return connection.scalar(counted) or 0


@dataclass(frozen=True)
class Page:
    """One page of what are no records, where the next one begins, and how far the ledger reached."""

    items: list[Json]
    next: str | None
    seq: int


def page_by_id(connection: sa.Connection, scope: str, found: list[Json], limit: int, member: str = "id") -> Page:
    """A page of what was found in the order of this member: one more than the limit, if there are more."""
    seq = ledger.newest(connection).seq
    if not 0 < limit < len(found):
        return Page(found[:limit], None, seq)
    last = str(found[limit - 1][member])
    return Page(found[:limit], Cursor("id", last, last, "0001-01-01", seq).encode(scope), seq)


@dataclass(frozen=True)
class History:
    """One page of a record's revisions, oldest first, and where the next one begins."""

    revisions: Sequence[sa.Row[Any]]
    next: str | None
    seq: int


def history(connection: sa.Connection, collection: Collection, id: str, limit: int, cursor: str | None) -> History:
    """One page of a record's revisions."""
    scope = text_of({"list": f"{collection.name}/{id}/revisions"})
    after = Cursor.decode(cursor, scope, "seq").value if cursor is not None else 0
    newest = ledger.newest(connection).seq
    found = ledger.history(connection, collection.kind, id, after=int(after), limit=limit + 1)
    page = found[:limit]
    if len(found) <= limit or not page:
        return History(page, None, newest)
    last = page[-1].seq
    return History(page, Cursor("seq", last, id, "0001-01-01", last).encode(scope), newest)
