"""Brings the schema and the documents of a database to those of this release, or tells how far they are."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from db import ledger
from db.errors import SchemaNotAtHead
from db.ledger import WRITERS_LOCK, Clock, WriteUnit, in_transaction
from db.reshape import reshape

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def config() -> Config:
    """Alembic as pyproject.toml configures it, whatever the working directory."""
    return Config(toml_file=PYPROJECT)


@cache
def head() -> str | None:
    """The schema revision of this release."""
    return ScriptDirectory.from_config(config()).get_current_head()


def found(connection: sa.Connection) -> str | None:
    """The schema revision of this database; None if it has no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def check(connection: sa.Connection) -> None:
    """Raise SchemaNotAtHead unless the tables are those of this release."""
    if found(connection) != head():
        raise SchemaNotAtHead(found(connection), head())


def now() -> datetime:
    """The clock of migrations, where they are given none."""
    return datetime.now(UTC)


def migrate(engine: sa.Engine, target: str = "head", clock: Clock = now) -> bool:
    """Bring the schema to the target under the writers' lock, and documents to their newest shape, all or nothing.

    Tells whether that changed the schema.
    """
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # batch mode drops and renames tables: with foreign keys on, it would delete their children
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "BEGIN")
        try:
            if not sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
            before = found(connection)
            _run(connection, target)
            after = found(connection)
            if after == head() and before != after:
                _reshape(connection, clock)
            if sqlite:
                _refuse_dangling(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            if in_transaction(connection):
                connection.exec_driver_sql("ROLLBACK")
            raise
        finally:
            if sqlite and not connection.invalidated:
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        return before != after


def _reshape(connection: sa.Connection, clock: Clock) -> None:
    unit = WriteUnit(connection, clock, "migrate", newest=ledger.newest(connection))
    unit.recorded_at = max(ledger.instant(clock()), unit.newest.recorded_at)
    reshape(unit)


def _refuse_dangling(connection: sa.Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("the migration left foreign keys that lead nowhere; nothing was changed")


def _run(connection: sa.Connection, target: str) -> None:
    configured = config()
    configured.attributes["connection"] = connection
    going_down = target == "base" or target.startswith("-")
    (command.downgrade if going_down else command.upgrade)(configured, target)
