"""Forms that were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_forms",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("submission_hash", sa.String(length=64), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_used_forms_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "submission_hash", name=op.f("pk_used_forms")),
    )
    with op.batch_alter_table("used_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_used_forms_used_at"), ["used_at"], unique=False)

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("submission_address", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.alter_column("submission_address", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_column("submission_address")

    with op.batch_alter_table("used_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_forms_used_at"))

    op.drop_table("used_forms")
