"""What lists can be filtered and sorted by: each parameter is a row in a table: its reader, its SQL, its description.

A reader takes the texts of one parameter and gives its value, or raises Invalid that names the parameter.
What is well-formed but unknown finds nothing; what is malformed is refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from db.dates import UNDATED, BadDate, Duration, Edtf, parse, parse_duration
from db.errors import Fault, Invalid
from db.ledger import first_seq_since, instant
from db.matching import MAX_QUERY, sought, where_matches
from db.members import DATE_PATTERN, ID_PATTERN, Json
from db.models import IMPRECISE, TABLES
from db.moments import Moment, Probe
from db.names import MAX_ID

ORGANIZATION = TABLES["organization"]
MOST_VALUES = 10
"""How often a parameter may be repeated."""
Where = Callable[[Any], sa.ColumnElement[bool]]
WhereThen = Callable[[Any, Moment], sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Reader:
    """How the text of a parameter is read."""

    read: Callable[[str], Any]
    schema: Json
    """What such a text looks like, for the documentation."""


def read(name: str, reader: Reader, text: str) -> Any:
    """What the text of a parameter means; Invalid names the parameter if it cannot be read."""
    try:
        return reader.read(text)
    except ValueError as error:
        raise Invalid(Fault("", "malformed", str(error), name)) from error


@dataclass(frozen=True)
class Filter:
    """One parameter of a list."""

    reader: Reader
    where: Where | None
    """None: it says what the list is asked for, not which records are in it."""
    description: str
    example: str
    """A value that the seed has, for the documentation."""
    repeated: bool = False
    """May be given several times: all must hold."""
    where_then: WhereThen | None = None
    """Instead of `where`, for what is so on a day, or was known at an instant."""
    is_bound: bool = False
    """Whether it says where a list by day begins or ends."""
    probes: Callable[[Any, Moment], Sequence[Probe]] | None = None
    """Ids along an index, of all that it may find, and perhaps of more; left out: as `where` finds them."""

    def condition(self, value: Any, moment: Moment) -> list[sa.ColumnElement[bool]]:
        """What must hold of a record, if it is asked for this."""
        if self.where_then:
            return [self.where_then(value, moment)]
        return [self.where(value)] if self.where else []

    def values(self, name: str, texts: Sequence[str]) -> list[Any]:
        """What the texts mean; Invalid names what cannot be read."""
        distinct = list(dict.fromkeys(texts))
        if len(distinct) > MOST_VALUES:
            raise Invalid(Fault("", "too_many", f"at most {MOST_VALUES} times", name))
        return [read(name, self.reader, text) for text in distinct]


@dataclass(frozen=True)
class Sort:
    """An order: by a column that is never null, then by id."""

    column: sa.ColumnElement[Any]
    id: sa.ColumnElement[Any]
    description: str
    descending: bool = False
    last: str | None = None
    """The value that comes last in both directions."""


@dataclass(frozen=True)
class Driver:
    """A table with (sort_day, owner) in its key that finds a page without sorting: one row per record and value."""

    table: sa.Table
    takes: Callable[[Any], bool]
    where: WhereThen
    scattered: bool = False
    """Whether few of the rows on the way may hold: where few do in all, they are looked up instead."""


# Readers


def _in_lower_case(text: str) -> str:
    """In lower case, if it is ASCII: elsewhere there are letters whose small ones are (the Kelvin sign is a k)."""
    return text.lower() if text.isascii() else text


def _ids(text: str) -> list[str]:
    values = _in_lower_case(text).split(",")
    for value in values:
        if len(value) > MAX_ID or not re.fullmatch(ID_PATTERN, value):
            raise ValueError(f"{value!r} is no id: lower-case letters, digits and single hyphens")
    return values


def _words(text: str) -> list[str]:
    values = _in_lower_case(text).split(",")
    for value in values:
        if len(value) > MAX_ID or not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
            raise ValueError(f"{value!r} is no word of a vocabulary: lower-case letters, digits, underscores")
    return values


Pair = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Two sets of ids: of the one side, of the other; each id with how it was come to."""


def _pair(text: str) -> Pair:
    values = _ids(text)
    if len(values) != 2:
        raise ValueError("two ids are expected, with a comma between them")
    return {values[0]: ()}, {values[1]: ()}


def _date(text: str) -> Edtf:
    try:
        return parse(text)
    except BadDate as error:
        raise ValueError(str(error)) from error


INSTANT = r"\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+ -]\d\d:\d\d))?"


def _instant(text: str) -> str:
    if not re.fullmatch(INSTANT, text, re.ASCII):
        raise ValueError(f"{text!r} is neither a day (2021-09-28) nor an instant (2021-09-28T12:00:00Z)")
    normal = re.sub(r"\.(\d{1,6})\d*", lambda found: "." + found[1].ljust(6, "0"), text.upper())
    try:
        moment = datetime.fromisoformat(normal.replace(" ", "+"))
        return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no instant: {error}") from error


def _known_at(text: str) -> str:
    """An instant; a day means its end."""
    moment = _instant(text)
    return moment if "T" in text.upper() else moment.replace("T00:00:00.000000Z", "T23:59:59.999999Z")


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day: {error}") from error
    raise ValueError(f"{text!r} is no day such as 2021-09-28")


def _duration(text: str) -> Duration:
    try:
        return parse_duration(text)
    except BadDate as error:
        raise ValueError(str(error)) from error


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def _identifier(text: str) -> tuple[str, str]:
    scheme, colon, value = text.partition(":")
    if not (colon and value and re.fullmatch(ID_PATTERN, _in_lower_case(scheme))):
        raise ValueError("an identifier is a scheme and a value with a colon between: unts:I-1234")
    return scheme.lower(), value


_ID_LIST = r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*(,[A-Za-z0-9]+(-[A-Za-z0-9]+)*)*$"
IDS = Reader(_ids, {"pattern": _ID_LIST})
WORDS = Reader(_words, {"pattern": r"^[A-Za-z0-9]+(_[A-Za-z0-9]+)*(,[A-Za-z0-9]+(_[A-Za-z0-9]+)*)*$"})
PAIR = Reader(_pair, {"pattern": r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*,[A-Za-z0-9]+(-[A-Za-z0-9]+)*$"})
DAY = Reader(_day, {"format": "date"})
KNOWN_AT = Reader(_known_at, {"pattern": f"^{INSTANT}$"})
DURATION = Reader(_duration, {"pattern": "^P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$"})
DATE = Reader(_date, {"pattern": DATE_PATTERN})
SEARCH = Reader(sought, {"minLength": 1, "maxLength": MAX_QUERY})
SINCE = Reader(_instant, {"pattern": f"^{INSTANT}$"})
FLAG = Reader(_flag, {"enum": ["true", "false"]})
IDENTIFIER = Reader(_identifier, {"pattern": r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*:[\s\S]+$"})


# Conditions


def any_of(column: sa.ColumnElement[Any]) -> Where:
    """The column is one of the values."""
    text = sa.type_coerce(column, sa.String)  # a word that no closed list has is asked for too, and finds nothing
    return text.in_


def of_each(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A condition that is asked of rows that are come to along another index than its own."""
    return (~condition) == sa.false()


def any_child(main: sa.Table, column: sa.Column[Any]) -> Where:
    """A child row of the record has one of the values there."""
    table = column.table
    return lambda values: sa.exists().where(table.c.owner == main.c.id, of_each(any_of(column)(values)))


def organization_or_its_bodies(column: sa.ColumnElement[Any]) -> Where:
    """The column is one of the organizations, or belongs to one of them as a state."""
    bodies = sa.select(ORGANIZATION.c.id)
    return lambda ids: column.in_(bodies.where(ORGANIZATION.c.id.in_(ids) | ORGANIZATION.c.state.in_(ids)))


def not_before(table: sa.Table) -> Where:
    """The date by which the table is sorted may lie on or after the first day of the value.

    A day is not before it if its place in the order is not; a date of several days that began before it may be, too:
    the first of those tells where to begin.
    """
    inner = table.alias("imprecise")
    several: sa.ColumnElement[bool] = sa.literal_column(IMPRECISE.replace("sort_day", "imprecise.sort_day"))

    def where(value: Edtf) -> sa.ColumnElement[bool]:
        first = str(value.earliest or date.min)
        under_way = sa.select(sa.func.min(inner.c.sort_day)).where(
            several, inner.c.sort_day < first, sa.func.substr(inner.c.sort_day, 12) >= first
        )
        begins = table.c.sort_day >= sa.func.coalesce(under_way.scalar_subquery(), first)
        return begins & (table.c.sort_day < UNDATED) & (sa.func.substr(table.c.sort_day, 12) >= first)

    return where


def not_after(table: sa.Table) -> Where:
    """The date by which the table is sorted may lie on or before the last day of the value."""

    def where(value: Edtf) -> sa.ColumnElement[bool]:
        return table.c.sort_day < f"{value.latest or date.max}{UNDATED}"

    return where


# What every collection has


def common_filters(kind: str, searched: str, example: str = "wikidata:Q42") -> Mapping[str, Filter]:
    """Words, and identifiers, of which these are examples, and the time of the last change."""
    table, identifiers = TABLES[kind], TABLES[f"{kind}_identifier"]

    def identified(value: tuple[str, str]) -> sa.ColumnElement[bool]:
        mine = (identifiers.c.scheme == value[0]) & (identifiers.c.value == value[1])
        return table.c.id.in_(sa.select(identifiers.c.owner).where(mine))

    def updated(moment: str) -> sa.ColumnElement[bool]:
        return table.c.seq >= first_seq_since(moment)

    return {
        "q": Filter(
            SEARCH,
            where_matches(kind),
            'Its texts hold all these words, in any script; `"a phrase"`, `begin*`, `-without`.',
            searched,
        ),
        "identifier": Filter(IDENTIFIER, identified, "Has this identifier, as `scheme:value`.", example),
        "updated_since": Filter(
            SINCE,
            updated,
            "Recorded or changed here at this instant (RFC 3339) or later; a day means its beginning in UTC.",
            "2021-09-28",
        ),
    }


def common_sorts(kind: str) -> Mapping[str, Sort]:
    """By id, and by the time of the last change in both directions."""
    table = TABLES[kind]
    return {
        "id": Sort(table.c.id, table.c.id, "by id"),
        "updated": Sort(table.c.seq, table.c.id, "longest unchanged first"),
        "-updated": Sort(table.c.seq, table.c.id, "last changed first", descending=True),
    }


def sorts_by_day(kind: str, name: str) -> Mapping[str, Sort]:
    """By the hidden `sort_day`, in both directions, undated last."""
    table = TABLES[kind]
    return {
        name: Sort(table.c.sort_day, table.c.id, "oldest first, undated last", last=UNDATED),
        f"-{name}": Sort(table.c.sort_day, table.c.id, "newest first, undated last", descending=True, last=UNDATED),
    } | dict(common_sorts(kind))


def ids_filter(kind: str, column: str, description: str, example: str) -> Filter:
    """A filter on a column of the record itself that names other records."""
    return Filter(IDS, any_of(TABLES[kind].c[column]), description, example)


def child_filter(kind: str, table: str, column: str, description: str, example: str, reader: Reader = IDS) -> Filter:
    """A filter on a column of a child table."""
    child = TABLES[table].c[column]
    owners = sa.select(child.table.c.owner)
    return Filter(
        reader,
        any_child(TABLES[kind], child),
        description,
        example,
        probes=lambda values, _: [owners.where(any_of(child)(values))],
    )
