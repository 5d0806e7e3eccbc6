"""Several contact persons of an event, each with how much they hear; and what tells them something, until it is written."""

import base64
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_HEARS = ("usual", "each", "daily", "weekly", "action", "nothing")


def upgrade() -> None:
    persons = op.create_table(
        "contact_persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("only_categories", sa.JSON(), nullable=False),
        sa.Column(
            "hears",
            sa.Enum(*_HEARS, name="hears", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_contact_persons_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["team_members.id"],
            name=op.f("fk_contact_persons_member_id_team_members"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_persons")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contact_persons_public_id")),
        sa.UniqueConstraint("member_id", name=op.f("uq_contact_persons_member_id")),
    )
    op.create_index("ix_contact_persons_event_id", "contact_persons", ["event_id"])
    op.create_index(
        "ix_contact_persons_is_public", "contact_persons", ["event_id"], unique=True,
        sqlite_where=sa.text("is_public"), postgresql_where=sa.text("is_public"),
    )  # fmt: skip
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("news", sa.JSON(), nullable=True))
    events = sa.table("events", sa.column("id", sa.Integer))
    whom = [
        {
            "public_id": base64.urlsafe_b64encode(secrets.token_bytes(9)).decode("ascii"), "event_id": id_,
            "is_public": True, "name": "", "email": "", "phone": "", "language": "", "only_categories": [],
            "hears": "usual", "hour": 8, "weekday": 0, "generation": 1, "told": 0,
        }
        for id_ in op.get_bind().execute(sa.select(events.c.id)).scalars()
    ]  # fmt: skip
    if whom:
        op.bulk_insert(persons, whom)


def downgrade() -> None:
    """News that were not written never go; who is a contact person beside the one whom the event names is lost."""
    messages = sa.table("mail_messages", *map(sa.column, ("news", "state", "due_at")))
    op.execute(messages.update().where(messages.c.news.is_not(None)).values(state="dropped", due_at=None))
    with op.batch_alter_table("mail_messages", schema=None) as batch_op:
        batch_op.drop_column("news")
    op.drop_table("contact_persons")
