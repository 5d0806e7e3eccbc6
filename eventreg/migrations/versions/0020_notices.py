"""What the program says of data in an event's notice, beside the organizers' words, and where data are transferred."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_NEW = ("transfers", "made")


def upgrade() -> None:
    with op.batch_alter_table("privacy_notices", schema=None) as batch_op:
        for name in _NEW:
            batch_op.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("privacy_notices", schema=None) as batch_op:
        for name in _NEW:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("privacy_notices", schema=None) as batch_op:
        for name in reversed(_NEW):
            batch_op.drop_column(name)
