"""Messages that came back, addresses that nobody has, and the pace of sending."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STATES_BEFORE = "'queued', 'sending', 'sent', 'held', 'doubtful', 'failed', 'dropped'"
_STATES = "'queued', 'sending', 'sent', 'held', 'doubtful', 'failed', 'bounced', 'suppressed', 'dropped'"
_BOUNCES = ("unknown", "full", "blocked", "other", "delayed", "away")


def upgrade() -> None:
    op.create_table(
        "mail_suppressions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_suppressions")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_mail_suppressions_address_hash")),
    )
    op.create_table(
        "mail_lanes",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_lanes")),
    )
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        kind = sa.Enum(*_BOUNCES, name="bounce", native_enum=False, create_constraint=True, length=24)
        batch_op.add_column(sa.Column("bounce", kind, nullable=True))
    _take_in(_STATES)


def downgrade() -> None:
    # A person decided on what failed, too: that is where it is shown and can be sent again.
    op.execute("UPDATE mail_messages SET state = 'failed' WHERE state IN ('bounced', 'suppressed')")
    _take_in(_STATES_BEFORE)
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mail_messages_bounce"), type_="check")
        batch_op.drop_column("bounce")
    op.drop_table("mail_lanes")
    op.drop_table("mail_suppressions")


def _take_in(states: str) -> None:
    """Have the column take these values and no others."""
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mail_messages_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_mail_messages_state"), f"state IN ({states})")
