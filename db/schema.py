"""What all tables share: the naming convention, the column types, and the indexes that follow from a rule."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.vocabulary import members

metadata = SQLModel.metadata
metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

Key = sa.String().with_variant(sa.Text(collation="C"), "postgresql")
"""Ids and whatever is sorted by: compared byte by byte, alike on both databases."""


def key(*, primary: bool = False, optional: bool = False) -> Any:
    """A column that is compared or sorted by."""
    return Field(sa_type=Key, primary_key=primary, nullable=optional, **_default(optional))


def names(table: str, *, primary: bool = False, optional: bool = False, itself: bool = False) -> Any:
    """A foreign key. One to its own table may name a row of the same statement, so it waits for the commit."""
    target = f"{table}.id"
    if itself:
        deferred = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
        return Field(default=None, sa_type=Key, nullable=True, sa_column_args=[deferred])
    return Field(sa_type=Key, primary_key=primary, nullable=optional, foreign_key=target, **_default(optional))


def closed(closed_list: Any, name: str, *, optional: bool = False) -> Any:
    """A column that holds members of a closed list, checked by the database too."""
    kind = sa.Enum(*members(closed_list), name=name, native_enum=False, create_constraint=True, length=40)
    return Field(sa_type=kind, nullable=optional, **_default(optional))


def json(*, optional: bool = False) -> Any:
    """A language map or a clause."""
    return Field(sa_type=sa.JSON(none_as_null=True), nullable=optional, **_default(optional))


def _default(optional: bool) -> dict[str, Any]:
    return {"default": None} if optional else {}


DERIVED = ("concluded_by", "concluded_between", "period", "party_ceased", "deadline", "elapsed", "tick", "finding")
"""Tables that follow from others, and are read along the keys that they have."""


def add_indexes_of_rule(tables: list[sa.Table]) -> None:
    """Every foreign key is indexed, so is every date by its first and last day; what is sparse leaves out nulls.

    Derived tables have the one key that they are for, and an index on their owner: another would mislead the planner.
    """
    for table in tables:
        for column in list(table.columns):
            dated = f"{column.name}_earliest" in table.columns
            is_derived = table.name in DERIVED and column.name not in ("owner", "resource")
            leads_the_primary_key = table.primary_key.columns[0] is column
            if dated and table.name not in DERIVED:
                days = [table.columns[f"{column.name}_earliest"], table.columns[f"{column.name}_latest"]]
                _index(table, f"{column.name}_days", days, column)
            elif column.foreign_keys and not (leads_the_primary_key or is_derived or column.name == "seq"):
                _index(table, column.name, [column], column)


def _index(table: sa.Table, name: str, columns: list[sa.Column[Any]], sparse: sa.Column[Any]) -> None:
    present = sparse.is_not(None) if sparse.nullable else None
    where: dict[str, Any] = {} if present is None else {"sqlite_where": present, "postgresql_where": present}
    sa.Index(f"ix_{table.name}_{name}", *columns, **where)


SEARCH_INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE {table}_index USING fts5("
        "title, more, keys, content='{table}', content_rowid='number', tokenize='ascii')",
        "CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add}; END",
        "CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN {delete}; END",
        "CREATE TRIGGER {table}_updated AFTER UPDATE ON {table} BEGIN {delete}; {add}; END",
    ),
    "postgresql": (
        "ALTER TABLE {table} ADD COLUMN tokens tsvector GENERATED ALWAYS AS "
        "(to_tsvector('simple', title || ' 0 ' || more || ' 0 ' || keys)) STORED",
        "CREATE INDEX ix_{table}_tokens ON {table} USING gin (tokens)",
    ),
}
"""What indexes the words of one table, on each database. Words are letters and digits: no dictionary touches them."""
_ADD = "INSERT INTO {table}_index (rowid, title, more, keys) VALUES (new.number, new.title, new.more, new.keys)"
_DELETE = (
    "INSERT INTO {table}_index ({table}_index, rowid, title, more, keys) "
    "VALUES ('delete', old.number, old.title, old.more, old.keys)"
)


def add_search_indexes(tables: list[sa.Table]) -> None:
    """Make the index of words with each of these tables."""
    for table in tables:
        parts = {"add": _ADD.format(table=table.name), "delete": _DELETE.format(table=table.name)}
        for dialect, statements in SEARCH_INDEX.items():
            for statement in statements:
                made = sa.DDL(statement.format(table=table.name, **parts))  # type: ignore[no-untyped-call]  # theirs
                made = made.execute_if(dialect=dialect)
                sa.event.listen(table, "after_create", made)


def is_compared(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """For Alembic: what only one of the databases has is made by hand, and stands in no model."""
    words = name or ""
    only_sqlite = kind == "table" and "_text_index" in words
    only_postgresql = (kind == "column" and words == "tokens") or (kind == "index" and words.endswith("_text_tokens"))
    return not (only_sqlite or only_postgresql)
