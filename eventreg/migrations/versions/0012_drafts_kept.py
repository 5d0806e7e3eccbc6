"""Drafts of messages are kept, and what was written can be searched."""

import sqlalchemy as sa
from alembic import op

from eventreg.kernel.text import folded

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.alter_column("search_text", server_default=None)
    columns = (sa.column("id", sa.Integer), sa.column("act", sa.String), sa.column("details", sa.JSON))
    runs = sa.table("runs", *columns, sa.column("search_text", sa.Text))
    bind = op.get_bind()
    for id_, details in bind.execute(sa.select(runs.c.id, runs.c.details).where(runs.c.act == "write")).all():
        words = [text for part in ("subject", "body") for text in (details.get(part) or {}).values()]
        bind.execute(sa.update(runs).where(runs.c.id == id_).values(search_text=folded(" ".join(words))))


def downgrade() -> None:
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_column("search_text")
        batch_op.drop_column("saved_at")
