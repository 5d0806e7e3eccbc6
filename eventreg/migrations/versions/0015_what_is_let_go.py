"""How long what is held about people is kept, what stands in the way, what went, and figures that were kept before.

Nothing of the events that are there goes within the next days: their owners are told first.
"""

from datetime import UTC, timedelta

import sqlalchemy as sa
from alembic import op

from eventreg.kernel import clock

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_FIRST_NOTICE = timedelta(days=14)


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("holding", sa.String(length=24), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_deletions_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletions")),
    )
    with op.batch_alter_table("deletions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deletions_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "uq_deletions_under_way",
            ["event_id", "holding", "days"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "frozen_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts.id"], name=op.f("fk_frozen_figures_author_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_frozen_figures_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_figures")),
    )
    with op.batch_alter_table("frozen_figures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frozen_figures_event_id"), ["event_id"], unique=False)

    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_holds_event_id_events"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["accounts.id"], name=op.f("fk_holds_lifted_by_id_accounts")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["accounts.id"], name=op.f("fk_holds_placed_by_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holds_event_id"), ["event_id"], unique=False)

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retention", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("retained_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("privacy_notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("periods", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.alter_column("retention", server_default=None)
    with op.batch_alter_table("privacy_notices", schema=None) as batch_op:
        batch_op.alter_column("periods", server_default=None)
    until = clock.now() + _FIRST_NOTICE
    if op.get_bind().dialect.name == "sqlite":
        until = until.astimezone(UTC).replace(tzinfo=None)
    events = sa.table("events", sa.column("retained_until", sa.DateTime(timezone=True)))
    op.execute(sa.update(events).values(retained_until=until))


def downgrade() -> None:
    with op.batch_alter_table("privacy_notices", schema=None) as batch_op:
        batch_op.drop_column("periods")

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("retained_until")
        batch_op.drop_column("retention")

    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holds_event_id"))

    op.drop_table("holds")
    with op.batch_alter_table("frozen_figures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_frozen_figures_event_id"))

    op.drop_table("frozen_figures")
    with op.batch_alter_table("deletions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deletions_under_way",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deletions_event_id"))

    op.drop_table("deletions")
