"""The ledger refuses UPDATE, DELETE and TRUNCATE."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFUSAL = "the ledger is append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER revision_refuses_{verb.lower()} BEFORE {verb} ON revision "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        op.execute(  # REPLACE deletes without a word, unless it is stopped before
            "CREATE TRIGGER revision_refuses_replace BEFORE INSERT ON revision WHEN EXISTS "
            "(SELECT 1 FROM revision WHERE seq = NEW.seq) OR (NEW.op NOT IN ('elapsed', 'reshaped') AND EXISTS "
            "(SELECT 1 FROM revision WHERE kind = NEW.kind AND resource_id = NEW.resource_id "
            "AND version = NEW.version AND op NOT IN ('elapsed', 'reshaped'))) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION revision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER revision_refuses_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON revision "
        "FOR EACH STATEMENT EXECUTE FUNCTION revision_is_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER revision_refuses_{verb}")
        return
    op.execute("DROP TRIGGER revision_refuses_changes ON revision")
    op.execute("DROP FUNCTION revision_is_append_only()")
