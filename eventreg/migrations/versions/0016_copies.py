"""People get a copy of what is held about them, and exports keep whom they hold."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"],
            name=op.f("fk_data_copies_registration_id_registrations"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_copies_public_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_data_copies_registration_id"), "data_copies", ["registration_id"])
    op.add_column("exports", sa.Column("people", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("exports", "people")
    op.drop_table("data_copies")
