"""The tables: every member of every document has its place, and the database itself refuses what is none."""

import types
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from db import models, vocabulary
from db.documents import NESTED_MEMBERS, SHAPES
from db.members import DateSchema
from db.models import TABLES
from db.rows import CHILDREN, KINDS, RENAMED, children_of
from db.schema import DERIVED
from db.vocabulary import members
from tests.door import Door
from tests.factories import agreement, populate

CLOSED = [
    (name, column.name)
    for name, table in TABLES.items()
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]
"""Every column that holds members of a closed list."""

BY_THE_SERVICE = {
    "id",
    "version",
    "seq",
    "withdrawn",
    "sort_day",
    "linked_agreement",
    "owner",
    "position",
    "party",
}
"""Columns that no member fills."""


def enum_of(table: str, column: str) -> sa.Enum:
    kind = TABLES[table].columns[column].type
    assert isinstance(kind, sa.Enum)
    return kind


# Closed lists


def least_row(table: sa.Table) -> dict[str, Any]:
    """A row with a value in each column that must have one."""
    return {column.name: _least_value(column) for column in table.columns if not column.nullable}


def _least_value(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.Enum):
        return column.type.enums[0]
    if isinstance(column.type, sa.JSON):
        return "{}"
    if isinstance(column.type, sa.Boolean):
        return False
    if isinstance(column.type, sa.Date):
        return "2000-01-01"
    return 1 if isinstance(column.type, sa.Integer) else "x"


def untyped(table: sa.Table) -> sa.TableClause:
    """The table as plain SQL sees it: nothing on this side checks or changes a value."""
    return sa.table(table.name, *(sa.column(column.name) for column in table.columns))


def test_every_member_of_every_closed_list_is_stored(engine: sa.Engine) -> None:
    """As its own text; and what is no member is refused by the CHECK of its column."""
    wrong = []
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for name, column in CLOSED:
            table = untyped(TABLES[name])
            stored = sa.select(table.c[column])
            enums = enum_of(name, column).enums
            for value in [*enums, "nonsense", enums[0].upper(), f"{enums[0]} ", ""]:
                connection.exec_driver_sql("SAVEPOINT before")
                try:
                    connection.execute(sa.insert(table).values(least_row(TABLES[name]) | {column: value}))
                    found = connection.execute(stored).scalars().all()
                    wrong += [] if found == [value] and value in enums else [f"{name}.{column}: {value!r} is {found}"]
                except sa.exc.IntegrityError as error:
                    check = f"ck_{name}_{enum_of(name, column).name}"
                    refused = value not in enums and check in str(error.orig)
                    wrong += [] if refused else [f"{name}.{column}: {value!r}: {error.orig}"]
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
        connection.exec_driver_sql("ROLLBACK")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    assert wrong == []


def test_every_closed_list_has_its_column_or_its_clause() -> None:
    """Whoever adds a list to the vocabulary gives it a place; rules are told in periods, which a document holds."""
    lists = {name: members(value) for name, value in vars(vocabulary).items() if get_origin(value) is Literal}
    in_columns = {tuple(enum_of(*place).enums) for place in CLOSED}
    elsewhere = {name for name, values in lists.items() if values not in in_columns}
    assert elsewhere == {"EntryCondition", "NotificationAnchor", "Renewal", "NoticeAnchor", "Rule"}
    assert in_columns <= set(lists.values())


CLAUSES: list[dict[str, Any]] = [
    *(
        {"entry_into_force": {"condition": condition}}
        for condition in members(vocabulary.EntryCondition)
        if condition not in ("fixed_date", "linked_to", "first_of_month")
    ),
    {"entry_into_force": {"condition": "fixed_date", "date": "2021-10-01"}},
    {"entry_into_force": {"condition": "linked_to", "agreement": "another"}},
    {"entry_into_force": {"condition": "first_of_month", "offset": "P2M"}},
    *(
        {"entry_into_force": {"condition": "on_last_notification", "anchor": anchor}}
        for anchor in members(vocabulary.NotificationAnchor)
    ),
    *(
        {"duration": {"renewal": renewal, "renewal_period": "P5Y"} if renewal == "tacit" else {"renewal": renewal}}
        for renewal in members(vocabulary.Renewal)
    ),
    *(
        {"duration": {"renewal": "tacit", "renewal_period": "P5Y", "notice": "P6M", "notice_anchor": anchor}}
        for anchor in members(vocabulary.NoticeAnchor)
    ),
]


def test_every_member_of_the_lists_in_clauses_is_stored(door: Door) -> None:
    """Clauses are kept as JSON: they come back as they were sent, and lie in their column."""
    populate(door)
    door.add("/v1/agreements", agreement(id="another"))
    table = TABLES["agreement"]
    for number, clause in enumerate(CLAUSES):
        answer = door.add("/v1/agreements", agreement(id=f"a{number}", **clause))
        with door.app.state.engine.connect() as connection:
            row = connection.execute(sa.select(table).where(table.c.id == f"a{number}")).mappings().one()
        for name, value in clause.items():
            assert answer[name] == row[name]
            assert {key: _written(each) for key, each in answer[name].items()} == value


def _written(value: Any) -> Any:
    return value["edtf"] if isinstance(value, dict) else value


# Members and columns


def bare_type(annotation: Any) -> Any:
    """The type of a member without what is only said about it; a date stays marked as one."""
    if get_origin(annotation) is Annotated:
        if any(isinstance(mark, DateSchema) for mark in annotation.__metadata__):
            return date
        return bare_type(annotation.__origin__)
    if get_origin(annotation) in (Union, types.UnionType):
        some = [each for each in get_args(annotation) if each is not type(None)]
        return bare_type(some[0]) if len(some) == 1 else tuple(bare_type(each) for each in some)
    if type(annotation).__name__ == "TypeAliasType":
        return bare_type(annotation.__value__)
    return annotation


def type_of(shape: type[BaseModel], name: str) -> Any:
    field = shape.model_fields[name]
    return bare_type(Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation)


Column = tuple[str, str, Any]
"""A table, a column, and the type of the member that fills it."""


def columns_of(table: str, shape: type[BaseModel], lists: Any, prefix: str = "") -> Iterator[Column]:
    """What db/rows.py says: a member is a column, an object is columns, a date is three, a list a child table."""
    for name, field in shape.model_fields.items():
        alias = field.alias or name
        kind = type_of(shape, name)
        column = prefix + RENAMED.get(alias, alias)
        if shape is SHAPES["agreement"] and alias in NESTED_MEMBERS:
            continue
        if alias in lists:
            (item,) = get_args(kind)
            yield from child_columns(lists[alias], bare_type(item))
        elif _is_json(table, column):
            yield table, column, dict
        elif kind is date:
            yield from ((table, f"{column}{end}", date if end else str) for end in ("", "_earliest", "_latest"))
        elif any(isinstance(each, type) and issubclass(each, BaseModel) for each in _each(kind)):
            for each in _each(kind):
                yield from columns_of(table, each, {}, f"{column}_")
        else:
            yield table, column, kind


def _each(kind: Any) -> tuple[Any, ...]:
    return kind if isinstance(kind, tuple) else (kind,)


def _is_json(table: str, column: str) -> bool:
    there = TABLES[table].columns.get(column)
    return there is not None and isinstance(there.type, sa.JSON)


def child_columns(table: str, item: Any) -> Iterator[Column]:
    if isinstance(item, type) and issubclass(item, BaseModel):
        yield from columns_of(table, item, CHILDREN.get(table, {}))
    else:
        yield table, "value", item


@pytest.mark.parametrize("kind", KINDS)
def test_every_member_of_a_document_has_its_columns(kind: str) -> None:
    """Of the right type; and a column that no member fills is one that the service fills."""
    wanted = set(columns_of(kind, SHAPES[kind], children_of(kind)))
    wrong = []
    for table, column, type_ in wanted:
        there = TABLES[table].columns.get(column)
        if there is None:
            wrong.append(f"{table} has no column {column}")
        elif not holds(there.type, type_):
            wrong.append(f"{table}.{column} is {there.type!r} and its member {type_}")
    assert wrong == []
    filled: dict[str, set[str]] = {}
    for table, column, _ in wanted:
        filled.setdefault(table, set()).add(column)
    for table, columns in filled.items():
        assert {column.name for column in TABLES[table].columns} - columns <= BY_THE_SERVICE, table


def holds(column: Any, member: Any) -> bool:
    """Whether a column of this type can hold every value of the member, and is no wider than a closed list."""
    if get_origin(member) is Literal:
        own_discriminator = get_args(member)[0].endswith("Selector")
        return own_discriminator or (isinstance(column, sa.Enum) and tuple(column.enums) == get_args(member))
    wanted = {
        dict: sa.JSON,
        date: sa.Date,
        bool: sa.Boolean,
        int: sa.Integer,
        str: sa.String,
    }
    plain = column.impl if isinstance(column, sa.TypeDecorator) else column
    return isinstance(plain, wanted[member]) and not isinstance(plain, sa.Enum)


def test_every_table_has_its_place() -> None:
    """A record's own, a list of it, derived from agreements, the ledger or the keys: there is no other."""
    of_records = {name for kind in KINDS for name in (kind, *children_of(kind).values())}
    deeper = {name for lists in CHILDREN.values() for name in lists.values()} | {f"{kind}_text" for kind in KINDS}
    apart = {"revision", "api_key", "idempotent_request", "webhook", "webhook_attempt", *DERIVED}
    assert set(TABLES) == of_records | deeper | apart


def test_every_table_says_what_it_holds() -> None:
    """To whoever reads the models."""
    for name in dir(models):
        model = getattr(models, name)
        if isinstance(model, type) and issubclass(model, SQLModel) and hasattr(model, "__table__"):
            assert model.__doc__, name


def test_a_member_that_must_be_there_is_not_null() -> None:
    """And one that may be left out is."""
    for kind in KINDS:
        for name, field in SHAPES[kind].model_fields.items():
            column = TABLES[kind].columns.get(field.alias or name)
            if column is not None and name != "id":
                assert column.nullable != field.is_required(), f"{kind}.{name}"


# Indexes


def leading(inspector: sa.Inspector, table: str) -> list[tuple[str, ...]]:
    """The columns of each index, UNIQUE and primary key of a table, in order."""
    unique: list[Any] = [each["column_names"] for each in inspector.get_unique_constraints(table)]
    indexes = [each["column_names"] for each in inspector.get_indexes(table)]
    primary: Any = inspector.get_pk_constraint(table)["constrained_columns"]
    return [tuple(str(name) for name in names) for names in (*unique, *indexes, primary)]


def test_every_foreign_key_is_indexed(engine: sa.Engine) -> None:
    """Its columns are the first of an index: what names a record is found without reading a table.

    Of a derived table only the agreement need be: nobody asks it who else names whom.
    """
    inspector = sa.inspect(engine)
    for table in TABLES:
        for key in inspector.get_foreign_keys(table):
            columns = tuple(key["constrained_columns"])
            if table in DERIVED and columns not in (("owner",), ("resource",)):
                continue
            assert any(names[: len(columns)] == columns for names in leading(inspector, table)), (table, columns)


def test_every_date_is_indexed_by_its_days(engine: sa.Engine) -> None:
    """As written, the first possible day, the last: three columns, and an index on the two days.

    Derived tables are read along the keys that they have: no other index misleads the planner.
    """
    inspector = sa.inspect(engine)
    dates = {
        (table, column.removesuffix("_earliest"))
        for kind in KINDS
        for table, column, type_ in columns_of(kind, SHAPES[kind], children_of(kind))
        if type_ is date and column.endswith("_earliest")
    }
    assert ("agreement", "signed") in dates
    for table, name in dates:
        assert (f"{name}_earliest", f"{name}_latest") in leading(inspector, table), (table, name)
    told = [table for table in TABLES if table not in DERIVED]
    days = {(table, column["name"]) for table in told for column in inspector.get_columns(table) if is_day(column)}
    assert days == {(table, name + end) for table, name in dates for end in ("_earliest", "_latest")}


def is_day(column: Any) -> bool:
    return isinstance(column["type"], sa.Date)


def test_ids_and_sort_columns_are_compared_byte_by_byte(engine: sa.Engine) -> None:
    """Alike on both databases, whatever their locale."""
    for table in TABLES.values():
        for column in table.columns:
            is_key = column.primary_key or column.foreign_keys or column.name.startswith("sort_")
            if is_key and isinstance(column.type, sa.String):
                on_postgresql = column.type.dialect_impl(postgresql.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
                assert getattr(on_postgresql, "collation", None) == "C", f"{table.name}.{column.name}"
    ordered = ["A", "Z", "a", "a-b", "aa", "z", "Ä", "ä"]
    statement = sa.insert(TABLES["api_key"])
    with engine.connect() as connection:
        for place, id in enumerate(reversed(ordered)):
            row = {"id": id, "name": "x", "secret_sha256": str(place), "scope": "read", "created_at": ""}
            connection.execute(statement.values(row))
        found = connection.scalars(sa.select(TABLES["api_key"].c.id).order_by(TABLES["api_key"].c.id)).all()
    assert found == ordered
