"""Mail in doubt, and when a due time was set.

What waits since the clock was ahead is due as if it had been right: for messages, when they were written is known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATES_BEFORE = "'queued', 'sending', 'sent', 'held', 'failed', 'dropped'"
_STATES = "'queued', 'sending', 'sent', 'held', 'doubtful', 'failed', 'dropped'"
_OUTCOMES_BEFORE = "'accepted', 'refused', 'deferred', 'unreachable', 'unsendable', 'kept'"
_OUTCOMES = "'accepted', 'refused', 'deferred', 'in_doubt', 'unreachable', 'unsendable', 'kept'"


def upgrade() -> None:
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_set_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("doubts", sa.Integer(), nullable=False, server_default=sa.text("0")))
    _take_in(_STATES, _OUTCOMES)
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.alter_column("doubts", existing_type=sa.Integer(), server_default=None)
    op.execute("UPDATE mail_messages SET due_set_at = created_at WHERE due_at IS NOT NULL")


def downgrade() -> None:
    # A person decided on what failed, too: that is where it is shown and can be sent again.
    op.execute("UPDATE mail_messages SET state = 'failed', sent_at = NULL WHERE state = 'doubtful'")
    op.execute("UPDATE mail_messages SET outcome = 'deferred' WHERE outcome = 'in_doubt'")
    _take_in(_STATES_BEFORE, _OUTCOMES_BEFORE)
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.drop_column("doubts")
        batch_op.drop_column("due_set_at")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("due_set_at")


def _take_in(states: str, outcomes: str) -> None:
    """Have the columns take these values and no others."""
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        for name, values in (("state", states), ("outcome", outcomes)):
            batch_op.drop_constraint(batch_op.f(f"ck_mail_messages_{name}"), type_="check")
            batch_op.create_check_constraint(batch_op.f(f"ck_mail_messages_{name}"), f"{name} IN ({values})")
