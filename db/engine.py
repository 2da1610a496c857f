"""Connections: what each database needs to be told once.

Reading connections are in autocommit: one statement, one snapshot, no transaction to begin or end. A write unit
(db/ledger.py) begins its own transaction with the writers' lock.
"""

import sqlite3
from typing import Any

import sqlalchemy as sa

from db.errors import BadDatabaseUrl

WAIT_SECONDS = 30
"""How long a writer waits for another before it gives up."""
PAGE_SIZE = 8192


def make_engine(url: str, *, pool_size: int = 16) -> sa.Engine:
    """An engine for `sqlite:///file` or `postgresql+psycopg://...`."""
    try:
        driver = sa.make_url(url).drivername
    except (sa.exc.ArgumentError, ValueError) as error:
        raise BadDatabaseUrl from error
    if driver == "sqlite":
        return _sqlite(url, pool_size)
    if driver != "postgresql+psycopg":
        raise BadDatabaseUrl
    return sa.create_engine(
        url,
        pool_size=pool_size,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC -c random_page_cost=1.1"},
        pool_pre_ping=True,
        hide_parameters=True,  # documents do not belong in logs
    )


def _sqlite(url: str, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        poolclass=sa.QueuePool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in (
        f"page_size = {PAGE_SIZE}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {WAIT_SECONDS * 1000}",
        "cache_size = -8000",
        "mmap_size = 268435456",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
