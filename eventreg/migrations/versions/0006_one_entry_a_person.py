"""One entry a person: what is in somebody's calendar is kept, and events count what calendars show of them.

What messages have put into calendars so far is read from them: the next one to each person takes it back.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_READ_AT_ONCE = 500
_UID = re.compile(r"^UID:([0-9a-f-]{36})\r?$", re.MULTILINE)


def upgrade() -> None:
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar_uids_before", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar_revision", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar_uids", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("calendar_revision", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.alter_column("calendar_revision", existing_type=sa.Integer(), server_default=None)
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.alter_column("calendar_uids", existing_type=sa.JSON(), server_default=None)
        batch_op.alter_column("calendar_revision", existing_type=sa.Integer(), server_default=None)
    _keep_what_calendars_have()


def _keep_what_calendars_have() -> None:
    """Give registrations the identifiers that their messages have put into a calendar and not taken back."""
    mails = sa.table(
        "mail_messages",
        *(sa.column(name) for name in ("id", "record_kind", "record_id", "calendar", "calendar_method", "state")),
    )
    rows = sa.table("registrations", sa.column("id"), sa.column("calendar_uids", sa.JSON()))
    connection, last, held = op.get_bind(), 0, dict[int, dict[str, None]]()
    # In the order of queuing, which is that of sending: what waits now goes before anything that is still to be queued.
    those = sa.select(mails.c.id, mails.c.record_id, mails.c.calendar, mails.c.calendar_method).where(
        mails.c.record_kind == "registration", mails.c.calendar_method != "", mails.c.state != "dropped"
    )
    while found := connection.execute(those.where(mails.c.id > last).order_by(mails.c.id).limit(_READ_AT_ONCE)).all():
        last = found[-1].id
        for mail in found:
            of_person = held.setdefault(mail.record_id, {})
            for uid in _UID.findall(mail.calendar):
                if mail.calendar_method == "REQUEST":
                    of_person[uid] = None
                else:
                    of_person.pop(uid, None)
    for row_id, uids in held.items():
        if uids:
            connection.execute(rows.update().where(rows.c.id == row_id).values(calendar_uids=list(uids)))


def downgrade() -> None:
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_column("calendar_revision")
        batch_op.drop_column("calendar_uids")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("calendar_revision")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("calendar_uids_before")
