"""Questionnaires by organizers: drafts, requests to answer, places of options, ways into private categories.

Categories that are there stay public and count as before.
"""

from __future__ import annotations

import base64
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WINDOW = "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at"
_CAME_BY = "came_by IN ('link', 'code', 'invitation')"
#: new columns of categories: name, type, and what rows that are there get; None: nothing
_CATEGORY_COLUMNS = (
    ("public_id", sa.String(length=12), sa.text("''")),
    ("counts_toward_event", sa.Boolean(), sa.true()),
    ("opens_at", sa.DateTime(timezone=True), None),
    ("closes_at", sa.DateTime(timezone=True), None),
    ("is_private", sa.Boolean(), sa.false()),
    ("link_generation", sa.Integer(), sa.text("1")),
)


def upgrade() -> None:
    op.create_table(
        "questionnaire_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["accounts.id"],
            name=op.f("fk_questionnaire_drafts_changed_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_questionnaire_drafts_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_drafts")),
        sa.UniqueConstraint("event_id", name=op.f("uq_questionnaire_drafts_event_id")),
    )
    op.create_table(
        "access_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("code_key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("skips_approval", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most_uses IS NULL OR most_uses > 0", name=op.f("ck_access_codes_most_uses")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_access_codes_category_id_categories"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_access_codes_created_by_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_access_codes_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_codes")),
        sa.UniqueConstraint("event_id", "code_key", name=op.f("uq_access_codes_event_id_code_key")),
    )
    with op.batch_alter_table("access_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_codes_category_id"), ["category_id"], unique=False)

    op.create_table(
        "saved_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("submission_hash", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_saved_forms_category_id_categories"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_saved_forms_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_forms")),
        sa.UniqueConstraint("event_id", "submission_hash", name=op.f("uq_saved_forms_event_id_submission_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_forms_public_id")),
    )
    with op.batch_alter_table("saved_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_forms_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_forms_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "answer_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "follow_up", "again", "correction", name="kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("section_key", sa.String(length=64), nullable=False),
        sa.Column("question_keys", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_answer_requests_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire_versions.id"],
            name=op.f("fk_answer_requests_questionnaire_id_questionnaire_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_answer_requests_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["accounts.id"],
            name=op.f("fk_answer_requests_requested_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_requests")),
    )
    with op.batch_alter_table("answer_requests", schema=None) as batch_op:
        batch_op.create_index("ix_answer_requests_event_id_kind", ["event_id", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_requests_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(
            "uq_answer_requests_follow_up",
            ["registration_id", "section_key"],
            unique=True,
            sqlite_where=sa.text("kind = 'follow_up'"),
            postgresql_where=sa.text("kind = 'follow_up'"),
        )

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=False),
        sa.Column("family_name", sa.String(length=200), nullable=False),
        sa.Column("institution", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("is_bound", sa.Boolean(), nullable=False),
        sa.Column("skips_approval", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_invitations_category_id_categories"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_invitations_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["accounts.id"], name=op.f("fk_invitations_invited_by_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_invitations_registration_id_registrations"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitations_public_id")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_category_id"), ["category_id"], unique=False)
        batch_op.create_index("ix_invitations_event_id_email_key", ["event_id", "email_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "option_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.String(length=64), nullable=False),
        sa.Column("option", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_option_places_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_option_places_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_places")),
        sa.UniqueConstraint(
            "registration_id",
            "question_key",
            "option",
            name=op.f("uq_option_places_registration_id_question_key_option"),
        ),
    )
    with op.batch_alter_table("option_places", schema=None) as batch_op:
        batch_op.create_index(
            "ix_option_places_event_id_question_key_option", ["event_id", "question_key", "option"], unique=False
        )

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("questionnaire_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_answers_questionnaire_id_questionnaire_versions"),
            "questionnaire_versions",
            ["questionnaire_id"],
            ["id"],
        )

    with op.batch_alter_table("categories", schema=None) as batch_op:
        for name, kind, default in _CATEGORY_COLUMNS:
            batch_op.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
    _fill_public_ids()
    with op.batch_alter_table("categories", schema=None) as batch_op:
        for name, kind, default in _CATEGORY_COLUMNS:
            if default is not None:
                batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_categories_public_id"), ["public_id"])
        batch_op.create_check_constraint(batch_op.f("ck_categories_window"), _WINDOW)

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access_code_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("came_by", sa.String(length=24), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_registrations_came_by"), _CAME_BY)
        batch_op.create_index(batch_op.f("ix_registrations_access_code_id"), ["access_code_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_registrations_access_code_id_access_codes"),
            "access_codes",
            ["access_code_id"],
            ["id"],
            ondelete="SET NULL",
        )


def _fill_public_ids() -> None:
    rows = sa.table("categories", sa.column("id", sa.Integer), sa.column("public_id", sa.String))
    for row_id in op.get_bind().scalars(sa.select(rows.c.id)).all():
        public_id = base64.urlsafe_b64encode(secrets.token_bytes(9)).decode("ascii")
        op.execute(rows.update().where(rows.c.id == row_id).values(public_id=public_id))


def downgrade() -> None:
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_registrations_access_code_id_access_codes"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_registrations_access_code_id"))
        batch_op.drop_constraint(batch_op.f("ck_registrations_came_by"), type_="check")
        batch_op.drop_column("came_by")
        batch_op.drop_column("access_code_id")

    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_categories_window"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_categories_public_id"), type_="unique")
        for name, _kind, _default in reversed(_CATEGORY_COLUMNS):
            batch_op.drop_column(name)

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_answers_questionnaire_id_questionnaire_versions"), type_="foreignkey")
        batch_op.drop_column("questionnaire_id")

    with op.batch_alter_table("option_places", schema=None) as batch_op:
        batch_op.drop_index("ix_option_places_event_id_question_key_option")

    op.drop_table("option_places")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_registration_id"))
        batch_op.drop_index("ix_invitations_event_id_email_key")
        batch_op.drop_index(batch_op.f("ix_invitations_category_id"))

    op.drop_table("invitations")
    with op.batch_alter_table("answer_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_answer_requests_follow_up",
            sqlite_where=sa.text("kind = 'follow_up'"),
            postgresql_where=sa.text("kind = 'follow_up'"),
        )
        batch_op.drop_index(batch_op.f("ix_answer_requests_registration_id"))
        batch_op.drop_index("ix_answer_requests_event_id_kind")

    op.drop_table("answer_requests")
    with op.batch_alter_table("saved_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_forms_expires_at"))
        batch_op.drop_index(batch_op.f("ix_saved_forms_category_id"))

    op.drop_table("saved_forms")
    with op.batch_alter_table("access_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_codes_category_id"))

    op.drop_table("access_codes")
    op.drop_table("questionnaire_drafts")
