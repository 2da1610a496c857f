"""The words that records are searched by, in an index of the database's own kind, which db.reshape fills in; and
indexes along which lists find what few records have.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = ("source", "organization", "person", "agreement", "signatory", "delegation", "event")


NOW = "known_to IS NULL"
IMPRECISE = "substr(sort_day, 1, 10) <> substr(sort_day, 12)"
INDEXES = (
    ("ix_agreement_form", "agreement", ["form"], None),
    ("ix_agreement_legal_character", "agreement", ["legal_character"], None),
    ("ix_agreement_imprecise", "agreement", ["sort_day"], IMPRECISE),
    ("ix_event_kind", "event", ["kind"], None),
    ("ix_event_imprecise", "event", ["sort_day"], IMPRECISE),
    ("ix_period_status_ends", "period", ["status", "ends"], NOW),
    ("ix_period_status_starts", "period", ["status", "starts"], NOW),
    ("ix_period_certainty_ends", "period", ["certainty", "ends"], NOW),
    ("ix_period_ground", "period", ["ground"], f"{NOW} AND ground IS NOT NULL"),
)


def upgrade() -> None:
    for kind in KINDS:
        _make(kind, f"{kind}_text")
    for name, table, columns, condition in INDEXES:
        where = (
            {} if condition is None else {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
        )
        op.create_index(name, table, columns, unique=False, **where)


def _make(kind: str, table: str) -> None:
    op.create_table(
        table,
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("more", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("keys", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("owner", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["owner"], [f"{kind}.id"], name=op.f(f"fk_{table}_owner")),
        sa.PrimaryKeyConstraint("owner", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=op.f(f"uq_{table}_number")),
    )
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN tokens tsvector GENERATED ALWAYS AS "
            "(to_tsvector('simple', title || ' 0 ' || more || ' 0 ' || keys)) STORED"
        )
        op.execute(f"CREATE INDEX ix_{table}_tokens ON {table} USING gin (tokens)")
        return
    add = f"INSERT INTO {table}_index (rowid, title, more, keys) VALUES (new.number, new.title, new.more, new.keys)"
    delete = (
        f"INSERT INTO {table}_index ({table}_index, rowid, title, more, keys) "
        "VALUES ('delete', old.number, old.title, old.more, old.keys)"
    )
    op.execute(
        f"CREATE VIRTUAL TABLE {table}_index USING fts5("
        f"title, more, keys, content='{table}', content_rowid='number', tokenize='ascii')"
    )
    op.execute(f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add}; END")
    op.execute(f"CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN {delete}; END")
    op.execute(f"CREATE TRIGGER {table}_updated AFTER UPDATE ON {table} BEGIN {delete}; {add}; END")


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    for kind in KINDS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TABLE {kind}_text_index")
        op.drop_table(f"{kind}_text")
