"""An index by which large lists are narrowed in the order in which people came."""

from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = ["event_id", "id", "status", "category_id", "country", "language", "came_by"]


def upgrade() -> None:
    op.create_index("ix_registrations_asked", "registrations", _COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_registrations_asked", table_name="registrations")
