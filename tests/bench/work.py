"""What a request costs, counted: statements, rows that the database reads, bytes of the answer. Never time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

STEPS = 100
"""SQLite tells no rows; it is asked after so many steps of its machine."""
SCANS = ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")


@dataclass
class Work:
    """What was done on a database since counting began."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    steps: int = 0

    def rows(self, engine: sa.Engine) -> int:
        """On PostgreSQL the rows that all scans went through; on SQLite hundreds of steps of its machine."""
        if engine.dialect.name == "sqlite":
            return self.steps
        with engine.connect() as connection:
            return sum(_read(connection, *statement) for statement in self.statements)


def _read(connection: sa.Connection, statement: str, parameters: Any) -> int:
    told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
    return sum(_rows_of(node) for node in _scans(told[0]["Plan"]))


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Relation Name" in node or "Index Name" in node:
        yield node
    for inner in node.get("Plans", ()):
        yield from _scans(inner)


def _rows_of(node: dict[str, Any]) -> int:
    rows = node["Actual Rows"] + sum(node.get(removed, 0) for removed in SCANS)
    return int(rows * node["Actual Loops"])


@contextmanager
def counted(engine: sa.Engine) -> Iterator[Work]:
    """Count what is done on the connections of this engine."""
    work = Work()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        work.statements.append((statement, parameters))

    def step() -> int:
        work.steps += 1
        return 0

    def watch(raw: Any, *_: Any) -> None:
        if engine.dialect.name == "sqlite":
            raw.set_progress_handler(step, STEPS)

    sa.event.listen(engine, "before_cursor_execute", note)
    sa.event.listen(engine, "checkout", watch)
    try:
        yield work
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
        sa.event.remove(engine, "checkout", watch)
        if engine.dialect.name == "sqlite":
            engine.dispose()  # no connection goes on telling its steps
