"""The status of agreements from day to day, what contradicts itself, and since when what was recorded.

Who concluded what with whom gets a recorded axis too: these tables are made anew, with the rows that they had; what is
new in them, and the periods, `db.reshape` fills in.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party_ceased",
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.Column("organization", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["organization"], ["organization.id"], name=op.f("fk_party_ceased_organization")),
        sa.PrimaryKeyConstraint("organization", "known_from", name=op.f("pk_party_ceased")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("resource", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "entry_contradicted",
                "entry_computed_otherwise",
                "entry_before_signature",
                "signature_contradicted",
                "consent_repeated",
                "deposited_where_exchange",
                "end_contradicted",
                "end_computed_otherwise",
                "end_without_entry",
                "end_before_entry",
                "act_after_end",
                "notice_without_entry",
                "act_of_no_party",
                "relation_of_others",
                "too_imprecise",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pointer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since_seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "accepted", "resolved", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["resource"], ["agreement.id"], name=op.f("fk_finding_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_resource", ["resource"], unique=False)
        batch_op.create_index("ix_finding_state_id", ["state", "id"], unique=False)

    op.create_table(
        "period",
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "terminated",
                "suspended",
                "in_force",
                "provisionally_applied",
                "abandoned",
                "signed_not_in_force",
                "initialled",
                "under_negotiation",
                "unknown",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column(
            "certainty",
            sa.Enum(
                "definite",
                "presumed",
                "possible",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("possible_statuses", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("since_earliest", sa.Date(), nullable=True),
        sa.Column("since_latest", sa.Date(), nullable=True),
        sa.Column("end", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("end_earliest", sa.Date(), nullable=True),
        sa.Column("end_latest", sa.Date(), nullable=True),
        sa.Column(
            "ground",
            sa.Enum(
                "expiry",
                "completion",
                "mutual_consent",
                "superseded",
                "denounced",
                "party_extinct",
                "breach",
                "impossibility",
                "changed_circumstances",
                "jus_cogens",
                "obsolete",
                "invalid",
                "unknown",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.Column("pending", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("sort_day", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["agreement.id"], name=op.f("fk_period_owner")),
        sa.PrimaryKeyConstraint("owner", "known_from", "position", name=op.f("pk_period")),
    )
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.create_index(
            "ix_period_status",
            ["status", "sort_day", "owner"],
            unique=False,
            sqlite_where=sa.text("known_to IS NULL"),
            postgresql_where=sa.text("known_to IS NULL"),
        )

    op.create_table(
        "tick", sa.Column("day", sa.Date(), nullable=False), sa.PrimaryKeyConstraint("day", name=op.f("pk_tick"))
    )
    op.create_table(
        "deadline",
        sa.Column("owner", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("next_expiry", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("next_expiry_earliest", sa.Date(), nullable=True),
        sa.Column("next_expiry_latest", sa.Date(), nullable=True),
        sa.Column("notice_deadline", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("notice_deadline_earliest", sa.Date(), nullable=True),
        sa.Column("notice_deadline_latest", sa.Date(), nullable=True),
        sa.Column(
            "then_status",
            sa.Enum(
                "terminated",
                "suspended",
                "in_force",
                "provisionally_applied",
                "abandoned",
                "signed_not_in_force",
                "initialled",
                "under_negotiation",
                "unknown",
                name="then_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "then_certainty",
            sa.Enum(
                "definite",
                "presumed",
                "possible",
                name="then_certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["agreement.id"], name=op.f("fk_deadline_owner")),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_due_owner", ["due", "owner"], unique=False)
        batch_op.create_index("ix_deadline_notice_deadline", ["notice_deadline_earliest"], unique=False)

    op.create_table(
        "elapsed",
        sa.Column("owner", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("what", sa.String().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["agreement.id"], name=op.f("fk_elapsed_owner")),
        sa.PrimaryKeyConstraint("owner", "what", "day", name=op.f("pk_elapsed")),
    )
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.create_index(
            "ix_period_starts",
            ["starts"],
            unique=False,
            sqlite_where=sa.text("known_to IS NULL AND starts IS NOT NULL"),
            postgresql_where=sa.text("known_to IS NULL AND starts IS NOT NULL"),
        )
    _make_concluded_anew(recorded=True)


def downgrade() -> None:
    _make_concluded_anew(recorded=False)
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_period_starts",
            sqlite_where=sa.text("known_to IS NULL AND starts IS NOT NULL"),
            postgresql_where=sa.text("known_to IS NULL AND starts IS NOT NULL"),
        )

    op.drop_table("elapsed")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_notice_deadline")
        batch_op.drop_index("ix_deadline_due_owner")

    op.drop_table("deadline")
    op.drop_table("tick")
    with op.batch_alter_table("period", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_period_status", sqlite_where=sa.text("known_to IS NULL"), postgresql_where=sa.text("known_to IS NULL")
        )

    op.drop_table("period")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_state_id")
        batch_op.drop_index("ix_finding_resource")

    op.drop_table("finding")
    op.drop_table("party_ceased")


def _make_concluded_anew(*, recorded: bool) -> None:
    """A primary key is changed by making the table anew; the rows of older shapes are those that are so now."""
    key = sa.String().with_variant(sa.Text(collation="C"), "postgresql")
    for name, named in (("concluded_between", ["first", "second"]), ("concluded_by", ["organization"])):
        columns = [*named, "sort_day", "owner"]
        listed = ", ".join(f'"{column}"' for column in columns)
        now = "" if recorded else " WHERE known_to IS NULL"
        op.execute(f"CREATE TEMPORARY TABLE {name}_before AS SELECT {listed} FROM {name}{now}")
        op.drop_table(name)
        since = [sa.Column("known_from", sa.BigInteger(), nullable=False), sa.Column("known_to", sa.BigInteger())]
        succeeded = [sa.Column("succeeded", sa.Boolean(), nullable=False)] if name == "concluded_by" else []
        order = [sa.CheckConstraint("first <= second", name=op.f(f"ck_{name}_order"))] if len(named) > 1 else []
        op.create_table(
            name,
            *(sa.Column(column, key, nullable=False) for column in columns),
            *(since + succeeded if recorded else []),
            *order,
            *(sa.ForeignKeyConstraint([each], ["organization.id"], name=op.f(f"fk_{name}_{each}")) for each in named),
            sa.ForeignKeyConstraint(["owner"], ["agreement.id"], name=op.f(f"fk_{name}_owner")),
            sa.PrimaryKeyConstraint(*columns, *(["known_from"] if recorded else []), name=op.f(f"pk_{name}")),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{name}_owner", name, ["owner"])
        more = ["known_from"] + ["succeeded"] * len(succeeded) if recorded else []
        values = ["1", "false"][: len(more)]
        op.execute(
            f"INSERT INTO {name} ({', '.join([listed, *more])}) SELECT {', '.join([listed, *values])} FROM {name}_before"
        )
        op.execute(f"DROP TABLE {name}_before")
