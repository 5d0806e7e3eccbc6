"""Messages that wait for their moment."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column(
            "anchor",
            sa.Enum(
                "day",
                "first_day",
                "last_day",
                "closes",
                "changes",
                name="anchor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Time(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("on", "off", "gone", "lapsed", name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "lapse",
            sa.Enum(
                "late",
                "held",
                "not_published",
                "called_off",
                "no_right",
                "list_gone",
                name="lapse",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(anchor = 'day') = (day IS NOT NULL)", name=op.f("ck_schedules_day")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_schedules_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("run_id", name=op.f("uq_schedules_run_id")),
    )
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.create_index("ix_schedules_state", ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("schedules", schema=None) as batch_op:
        batch_op.drop_index("ix_schedules_state")

    op.drop_table("schedules")
