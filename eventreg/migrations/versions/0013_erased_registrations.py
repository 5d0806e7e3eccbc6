"""A registration whose person was let go leaves a shell that counts, and its id is not given again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATUSES = ("unverified", "pending", "confirmed", "waitlisted", "declined", "cancelled")


def upgrade() -> None:
    op.create_table(
        "erased_registrations",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*_STATUSES, name="status", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("day_ids", sa.JSON(), nullable=False),
        sa.Column("session_ids", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_erased_registrations_category_id_categories")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_erased_registrations_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_registrations")),
    )
    for column in ("category_id", "event_id"):
        op.create_index(op.f(f"ix_erased_registrations_{column}"), "erased_registrations", [column])
    if op.get_bind().dialect.name == "sqlite":
        # SQLite gives the highest id again once its row is gone, unless the table was made otherwise.
        with op.batch_alter_table("registrations", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("registrations", recreate="always") as batch_op:
            batch_op.create_primary_key(op.f("pk_registrations"), ["id"])
    op.drop_table("erased_registrations")
