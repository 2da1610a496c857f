"""Large collections in minutes: real dossiers, multiplied by SQL.

Every row that a dossier made is copied, in every table that holds one, under other ids (`agreement-c7-...`), other
seqs, and signed in other years: a multiple of four years later, so that February stays as long as it was, and after
the last year that the same law governs comes the first. What is read is as if each copy had been posted: each row is
what its document makes. Only the chain of hashes is not true, and `bilateral verify` says so: a copy has the hashes of
what it is a copy of; and all copies were recorded at one instant, under the titles of the originals.

The tables are found, not listed. What cannot be copied this way is refused: rows that follow from the day on which they
were written, tables that do not say whose their rows are, full text that no trigger keeps up.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString

from db import ledger
from db.models import TABLES
from db.rows import INSERT_ORDER
from tests.bench.dossiers import SPANS, YEARS

KEYS = ("owner", "resource", "resource_id", "agreement", "id")
"""The column that says whose a row is: the first of these that there is."""
OUTSIDE = frozenset({"alembic_version", "tick", "api_key", "idempotent_request", "webhook", "webhook_attempt"})
"""Tables of no record."""
OF_THE_DAY = frozenset({"deadline", "elapsed"})
"""Tables whose rows follow from the day on which they were written, too."""
PREFIX = "agreement-"
CENTURIES = ("19__-", "20__-")
LEAP = 4
DOSSIERS = """
    WITH signed AS (SELECT id, CAST(substr(sort_day, 1, 4) AS INTEGER) AS year FROM agreement)
    SELECT id, year FROM signed
    UNION ALL SELECT signatory.id, year FROM signatory JOIN signed ON signed.id = agreement
    UNION ALL SELECT owner, year FROM event_agreement JOIN signed ON signed.id = value"""
"""Every record of a dossier, and the year in which that was signed."""
NEAR = {"before": -1, "same": 0, "after": 1}
"""The years of all dates in a dossier, beside that in which it was signed: until the day before, and what followed."""
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX %'",
    "postgresql": (
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = current_schema AND indexdef LIKE 'CREATE INDEX %'"
    ),
}
"""Those that are faster made at the end."""
QUICK = (
    "foreign_keys = OFF",
    "synchronous = OFF",
    "journal_mode = OFF",
    "temp_store = MEMORY",
    "cache_size = -1000000",
    "threads = 2",
)
TEXTS = (sa.String, AutoString, sa.Date, sa.JSON)
YEAR = sa.table("bench_year", *map(sa.column, ["year", *NEAR, *(f"{name}_becomes" for name in NEAR)]))


class NotCopied(Exception):
    """A table that this module cannot copy."""


def multiply(engine: sa.Engine, times: int) -> None:
    """Make a record of dossiers so many times as large."""
    with engine.connect() as connection:
        _refuse_strangers(connection)
        with _quickly(connection), _without_indexes(connection):
            _prepare(connection)
            tables = [_take(connection, TABLES[name]) for name in INSERT_ORDER]
            taken = [each for each in tables if each]
            newest = ledger.newest(connection)
            block = connection.scalar(sa.text("SELECT count(*) FROM bench_take_revision")) or 0
            for copy in range(1, times):
                _copy(connection, taken, Copy(copy, copy * block, newest.recorded_at))
    engine.dispose()  # what this connection was told ends with it


def settle(engine: sa.Engine) -> None:
    """What PostgreSQL does by itself, sooner or later; the service tells SQLite nothing of the kind."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            _run(connection, "VACUUM ANALYZE")


def _run(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%") if connection.dialect.name != "sqlite" else statement)


# What there is


def _refuse_strangers(connection: sa.Connection) -> None:
    """Tables that the models do not know: full text that triggers keep up, or NotCopied."""
    strangers = {name for name in sa.inspect(connection).get_table_names() if name not in TABLES} - OUTSIDE
    if connection.dialect.name == "sqlite":
        kept = [name for name in _virtual(connection) if _is_kept_up(connection, name)]
        strangers -= {name for name in strangers if any(name == each or name.startswith(f"{each}_") for each in kept)}
    filled = [name for name in sorted(strangers) if _has_rows(connection, sa.table(name))]
    if filled:
        raise NotCopied(f"not of the models, and kept up by no trigger: {', '.join(filled)}")


def _virtual(connection: sa.Connection) -> Sequence[str]:
    created = sa.text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    return connection.scalars(created).all()


def _is_kept_up(connection: sa.Connection, name: str) -> bool:
    triggers = sa.text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND sql LIKE :mention")
    return bool(connection.scalar(triggers, {"mention": f"%{name}%"}))


def _has_rows(connection: sa.Connection, table: sa.FromClause) -> bool:
    return bool(connection.scalar(sa.select(sa.exists(sa.select(sa.literal(1)).select_from(table)))))


def _prepare(connection: sa.Connection) -> None:
    _run(connection, f"CREATE TEMP TABLE bench_dossier AS {DOSSIERS}")
    _run(connection, "CREATE UNIQUE INDEX bench_dossier_id ON bench_dossier (id)")
    texts = ", ".join(f"{column.name} TEXT" for column in YEAR.c if column.name != "year")
    _run(connection, f"CREATE TEMP TABLE bench_year (year INTEGER PRIMARY KEY, {texts})")


class Taken(NamedTuple):
    """The rows of dossiers in a table, put aside."""

    table: sa.Table
    rows: sa.TableClause
    told: frozenset[str]
    """The columns in which ids or years stand."""


def _take(connection: sa.Connection, table: sa.Table) -> Taken | None:
    """Put the rows of dossiers aside, if there are any. NotCopied if that cannot be told."""
    if table.name in OUTSIDE or not _has_rows(connection, table):
        return None
    key = next((name for name in KEYS if name in table.c), None)
    if key is None:
        raise NotCopied(f"{table.name} does not say whose its rows are")
    dossier = sa.table("bench_dossier", sa.column("id"), sa.column("year"))
    mine = sa.select(table, dossier.c.year.label("bench_year")).join(dossier, dossier.c.id == table.c[key])
    statement = mine.order_by(table.c[key]).compile(connection)
    rows = sa.table(f"bench_take_{table.name}", *(sa.column(name) for name in [*table.c.keys(), "bench_year"]))
    _run(connection, f"CREATE TEMP TABLE {rows.name} AS {statement}")
    if not _has_rows(connection, rows):
        return None
    if table.name in OF_THE_DAY:
        raise NotCopied(f"the rows of {table.name} follow from the day on which they were written")
    texts = [column for column in table.c if isinstance(column.type, TEXTS) and not isinstance(column.type, sa.Enum)]
    told = [column.name for column in texts if _tells(connection, rows.c[column.name])]
    return Taken(table, rows, frozenset(told))


def _tells(connection: sa.Connection, column: sa.ColumnClause[Any]) -> bool:
    text = sa.cast(column, sa.Text)
    anywhere = sa.or_(*(text.like(f"%{pattern}%") for pattern in (PREFIX, *CENTURIES)))
    return bool(connection.scalar(sa.select(sa.exists().where(anywhere))))


# Copies


class Copy(NamedTuple):
    """Which one, how many seqs later, recorded when."""

    number: int
    seqs: int
    instant: str


def _copy(connection: sa.Connection, tables: Sequence[Taken], copy: Copy) -> None:
    _run(connection, "BEGIN")
    connection.execute(sa.delete(YEAR))
    connection.execute(sa.insert(YEAR), list(_years(copy.number)))
    for each in tables:
        own = each.table.autoincrement_column
        columns = [column for column in each.table.c if column.computed is None and column is not own]
        values = [_copied(connection, each, column, copy) for column in columns]
        rows = sa.select(*values).select_from(each.rows.join(YEAR, YEAR.c.year == each.rows.c.bench_year))
        names = [column.name for column in columns]
        connection.execute(sa.insert(each.table).from_select(names, rows, include_defaults=False))
    _run(connection, "COMMIT")


def _years(copy: int) -> Iterator[dict[str, Any]]:
    for year in YEARS:
        becomes = later(year, copy)
        yield {"year": year} | {
            name: value
            for near, away in NEAR.items()
            for name, value in ((near, f"{year + away}-"), (f"{near}_becomes", f"{becomes + away}-"))
        }


def later(year: int, copy: int) -> int:
    """The year in which a copy was signed."""
    [span] = [span for span in SPANS if year in span]
    return span[(year - span[0] + LEAP * copy) % len(span)]


def _copied(connection: sa.Connection, taken: Taken, column: sa.Column[Any], copy: Copy) -> sa.ColumnElement[Any]:
    """The value of a column in a copy: an instant, a seq, or a text, in which ids and years are others."""
    value = taken.rows.c[column.name]
    if column.name == "recorded_at":
        return sa.literal(copy.instant)
    if isinstance(column.type, sa.BigInteger):
        return value + copy.seqs
    if column.name not in taken.told:
        return value
    if connection.dialect.name == "sqlite" or isinstance(column.type, (sa.String, AutoString)):
        return _rewritten(value, copy.number)
    return sa.cast(_rewritten(sa.cast(value, sa.Text), copy.number), column.type)


def _rewritten(text: sa.ColumnElement[str], copy: int) -> sa.ColumnElement[str]:
    steps: list[tuple[Any, Any]] = [(PREFIX, f"{PREFIX}c{copy}-")]  # years in two steps: one may become another
    steps += [(YEAR.c[near], f"#{near}-") for near in NEAR]
    steps += [(f"#{near}-", YEAR.c[f"{near}_becomes"]) for near in NEAR]
    for old, new in steps:
        text = sa.func.replace(text, old, new, type_=sa.Text())
    return text


# In minutes


@contextmanager
def _quickly(connection: sa.Connection) -> Iterator[None]:
    """Without what keeps a record safe that cannot be built again."""
    if connection.dialect.name == "sqlite":
        for pragma in QUICK:
            _run(connection, f"PRAGMA {pragma}")
        yield
        _run(connection, "PRAGMA journal_mode = WAL")
        return
    _run(connection, "SET synchronous_commit = off")
    _run(connection, "SET maintenance_work_mem = '512MB'")
    for table in TABLES:  # foreign keys are triggers: all off, then on what is no foreign key
        _run(connection, f'ALTER TABLE "{table}" DISABLE TRIGGER ALL')
        _run(connection, f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    yield
    for table in TABLES:
        _run(connection, f'ALTER TABLE "{table}" ENABLE TRIGGER ALL')


@contextmanager
def _without_indexes(connection: sa.Connection) -> Iterator[None]:
    """Indexes that only speed up reads are made anew at the end."""
    found = connection.execute(sa.text(INDEXES[connection.dialect.name])).all()
    for name, _ in found:
        _run(connection, f'DROP INDEX "{name}"')
    yield
    for _, statement in found:
        _run(connection, statement)
