"""A list of participants by category, and what was agreed with whom about giving data away."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody is shown before somebody says so; what the usual permission is called stays what it was.
    columns = (
        sa.Column(
            "participant_columns", sa.JSON(), nullable=False, server_default='["name", "institution", "country"]'
        ),
        sa.Column("participant_consent", sa.String(length=64), nullable=False, server_default="participant_list"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        for column in columns:
            batch_op.add_column(column)
    with op.batch_alter_table("events", schema=None) as batch_op:
        for column in columns:
            batch_op.alter_column(column.name, server_default=None)
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_to", sa.String(length=24), nullable=False, server_default="nobody"))
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.alter_column("shown_to", server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_categories_shown_to"), "shown_to IN ('nobody', 'confirmed', 'public')"
        )
    op.add_column("registrations", sa.Column("listed_columns", sa.JSON(), nullable=True))
    op.create_table(
        "sharing_agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.JSON(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_sharing_agreements_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["event_partners.id"],
            name=op.f("fk_sharing_agreements_partner_id_event_partners"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_agreements")),
    )
    with op.batch_alter_table("sharing_agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sharing_agreements_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sharing_agreements_partner_id"), ["partner_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sharing_agreements")
    op.drop_column("registrations", "listed_columns")
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_categories_shown_to"), type_="check")
        batch_op.drop_column("shown_to")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("participant_consent")
        batch_op.drop_column("participant_columns")
