"""Logos as messages carry them; messages that can be refused, and who refused them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pictures", sa.Column("in_mail", sa.LargeBinary(), nullable=True))
    op.add_column("registrations", sa.Column("mail_refused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mail_messages", sa.Column("list_unsubscribe", sa.String(length=160), nullable=True))
    op.add_column("mail_messages", sa.Column("enclosed", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("mail_messages", "enclosed")
    op.drop_column("mail_messages", "list_unsubscribe")
    op.drop_column("registrations", "mail_refused_at")
    op.drop_column("pictures", "in_mail")
