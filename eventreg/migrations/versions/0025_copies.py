"""Whom a person names to get copies of the messages, and what the person's calendar answered."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TEXTS = {"calendar_answer": 12, "copy_email": 320, "copy_language": 12, "copy_refused": 64}


def upgrade() -> None:
    for name, length in _TEXTS.items():
        op.add_column("registrations", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.add_column("registrations", sa.Column("calendar_answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registrations", sa.Column("copy_generation", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("registrations", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name in (*_TEXTS, "copy_generation"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("registrations", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name in (*_TEXTS, "copy_generation", "calendar_answered_at"):
            batch_op.drop_column(name)
