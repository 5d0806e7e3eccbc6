"""The attendee list: tags, notes, views, runs over many registrations, exports, duplicates, an event's own texts.

Telephone numbers get the digits they are compared by; people can now come by the team or a file as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from eventreg.kernel.text import folded

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CAME_BY = "came_by IN ('link', 'code', 'invitation', 'team', 'import')"
_CAME_BY_BEFORE = "came_by IN ('link', 'code', 'invitation')"
_LEAST_DIGITS, _COMPARED_DIGITS = 7, 10


_NUMBER = re.compile(r"(-?)(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_FILLED_AT_ONCE = 5_000


def _folded(length: int) -> sa.String:
    return sa.String(length=length).with_variant(sa.String(length=length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column(
            "format",
            sa.Enum(
                "csv",
                "xlsx",
                "json",
                "pdf_list",
                "pdf_sheet",
                "zip",
                name="format",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "making",
                "ready",
                "given",
                "failed",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("has_sensitive", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_exports_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_exports_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_exports_public_id")),
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index("ix_exports_event_id_created_at", ["event_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_exports_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_imports_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_imports_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_imports_public_id")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index("ix_imports_event_id_created_at", ["event_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "message_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["accounts.id"],
            name=op.f("fk_message_texts_changed_by_id_accounts"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_message_texts_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_texts")),
        sa.UniqueConstraint("event_id", "message", "language", name=op.f("uq_message_texts_event_id_message_language")),
    )
    op.create_table(
        "ready_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "approve",
                "decline",
                "waitlist",
                "reopen",
                "correct",
                "write",
                "tag",
                "untag",
                "undo",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_ready_reasons_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_reasons")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ready_reasons_public_id")),
    )
    with op.batch_alter_table("ready_reasons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ready_reasons_event_id"), ["event_id"], unique=False)

    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "approve",
                "decline",
                "waitlist",
                "reopen",
                "correct",
                "write",
                "tag",
                "untag",
                "undo",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("submission_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_runs_account_id_accounts")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_runs_event_id_events"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["undoes_id"], ["runs.id"], name=op.f("fk_runs_undoes_id_runs"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_runs_public_id")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_runs_submission_key")),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index("ix_runs_event_id_created_at", ["event_id", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_runs_undoes_id"), ["undoes_id"], unique=False)

    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_saved_views_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_saved_views_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_views_public_id")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_views_event_id"), ["event_id"], unique=False)

    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column(
            "colour",
            sa.Enum(
                "grey",
                "blue",
                "green",
                "yellow",
                "orange",
                "red",
                "purple",
                name="colour",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["accounts.id"], name=op.f("fk_tags_created_by_id_accounts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_tags_event_id_events"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("event_id", "name_key", name=op.f("uq_tags_event_id_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tags_public_id")),
    )
    op.create_table(
        "kept_apart",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_kept_apart_order")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_kept_apart_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["registrations.id"], name=op.f("fk_kept_apart_first_id_registrations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["registrations.id"], name=op.f("fk_kept_apart_second_id_registrations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_kept_apart_first_id_second_id")),
    )
    with op.batch_alter_table("kept_apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_apart_second_id"), ["second_id"], unique=False)

    op.create_table(
        "mergers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_mergers_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["into_id"], ["registrations.id"], name=op.f("fk_mergers_into_id_registrations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_mergers_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mergers")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_mergers_registration_id")),
    )
    with op.batch_alter_table("mergers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mergers_into_id"), ["into_id"], unique=False)

    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notes_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_notes_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_registration_id"), ["registration_id"], unique=False)

    op.create_table(
        "taggings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_taggings_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_taggings_tag_id_tags"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taggings")),
        sa.UniqueConstraint("registration_id", "tag_id", name=op.f("uq_taggings_registration_id_tag_id")),
    )
    with op.batch_alter_table("taggings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taggings_tag_id"), ["tag_id"], unique=False)

    op.create_table(
        "note_mentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_note_mentions_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["notes.id"], name=op.f("fk_note_mentions_note_id_notes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_mentions")),
        sa.UniqueConstraint("note_id", "account_id", name=op.f("uq_note_mentions_note_id_account_id")),
    )
    with op.batch_alter_table("note_mentions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_mentions_account_id"), ["account_id"], unique=False)

    op.create_table(
        "run_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("seen_revision", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "waiting",
                "done",
                "done_without_place",
                "left",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("refusal", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_run_items_decision_id_decisions"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_run_items_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_items_run_id_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_items")),
        sa.UniqueConstraint("run_id", "registration_id", name=op.f("uq_run_items_run_id_registration_id")),
    )
    with op.batch_alter_table("run_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_items_decision_id"), ["decision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_run_items_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index("ix_run_items_run_id_outcome_id", ["run_id", "outcome", "id"], unique=False)

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("has_mail", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.alter_column("has_mail", server_default=None)
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_key", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("sort_position", _folded(300), nullable=False, server_default=""))
        batch_op.alter_column("sort_name", type_=_folded(400), existing_type=sa.String(length=400))
        batch_op.alter_column("sort_institution", type_=_folded(300), existing_type=sa.String(length=300))
        batch_op.drop_constraint(batch_op.f("ck_registrations_came_by"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_registrations_came_by"), _CAME_BY)
        batch_op.drop_index(batch_op.f("ix_registrations_status"))
        batch_op.create_index(
            "ix_registrations_counted",
            ["event_id", "status", "category_id", "country", "language", "came_by"],
            unique=False,
        )
        batch_op.create_index("ix_registrations_institution", ["event_id", "sort_institution", "id"], unique=False)
        batch_op.create_index("ix_registrations_address", ["event_id", "email_key"], unique=False)
        batch_op.create_index("ix_registrations_phone", ["event_id", "phone_key"], unique=False)
        batch_op.create_index("ix_registrations_email", ["event_id", "email_key"], unique=False)
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.alter_column("phone_key", server_default=None)
        batch_op.alter_column("sort_position", server_default=None)
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sort_value", _folded(400), nullable=False, server_default=""))
        batch_op.drop_index("ix_answers_question_key_value")
        batch_op.create_index(
            "ix_answers_of_person", ["registration_id", "question_key", "sort_value", "position"], unique=False
        )
        batch_op.create_index("ix_answers_of_question", ["question_key", "sort_value", "registration_id"], unique=False)
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.alter_column("sort_value", server_default=None)
    _fill_phone_keys()
    _fill("registrations", "position", "sort_position", _sort_position)
    _fill("answers", "value", "sort_value", _sort_value)
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worded_messages", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.alter_column("worded_messages", existing_type=sa.JSON(), server_default=None)


def _fill_phone_keys() -> None:
    """Give rows that are there what `kernel.text.phone_key` gives new ones, as it is today."""
    rows = sa.table("registrations", sa.column("id"), sa.column("phone"), sa.column("phone_key"))
    connection = op.get_bind()
    found = connection.execute(sa.select(rows.c.id, rows.c.phone).where(rows.c.phone != "")).all()
    for row_id, phone in found:
        digits = "".join(char for char in phone if char.isascii() and char.isdigit())
        if len(digits) >= _LEAST_DIGITS:
            connection.execute(rows.update().where(rows.c.id == row_id).values(phone_key=digits[-_COMPARED_DIGITS:]))


def _fill(table: str, source: str, target: str, made: Callable[[str], str]) -> None:
    """Give rows that are there what new ones are written with."""
    rows = sa.table(table, sa.column("id"), sa.column(source), sa.column(target))
    connection = op.get_bind()
    statement = rows.update().where(rows.c.id == sa.bindparam("row")).values({target: sa.bindparam("made")})
    last = 0
    while True:
        found = connection.execute(
            sa.select(rows.c.id, rows.c[source]).where(rows.c.id > last).order_by(rows.c.id).limit(_FILLED_AT_ONCE)
        ).all()
        if not found:
            return
        last = found[-1][0]
        changed = [{"row": row_id, "made": made(text)} for row_id, text in found if text]
        if changed:
            connection.execute(statement, changed)


def _sort_position(position: str) -> str:
    return folded(position)[:300]


def _sort_value(value: str) -> str:
    """Return what `kernel.text.sort_value` gives, as it is today."""
    number = _NUMBER.fullmatch(value)
    if number is None:
        return folded(value)[:400].rstrip()
    sign, whole, rest = number[1], number[2], number[3] or ""
    if not sign:
        return whole.rjust(15, "/") + rest
    return "-" + (whole.zfill(15) + rest).translate(str.maketrans("0123456789", "9876543210")) + "~"


def downgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("worded_messages")
    op.execute("UPDATE registrations SET came_by = NULL WHERE came_by IN ('team', 'import')")
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_registrations_came_by"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_registrations_came_by"), _CAME_BY_BEFORE)
        batch_op.drop_index("ix_registrations_email")
        batch_op.drop_index("ix_registrations_phone")
        batch_op.drop_index("ix_registrations_address")
        batch_op.drop_index("ix_registrations_institution")
        batch_op.drop_index("ix_registrations_counted")
        batch_op.create_index(
            batch_op.f("ix_registrations_status"), ["event_id", "status", "category_id"], unique=False
        )
        batch_op.alter_column("sort_institution", type_=sa.String(length=300), existing_type=_folded(300))
        batch_op.alter_column("sort_name", type_=sa.String(length=400), existing_type=_folded(400))
        batch_op.drop_column("sort_position")
        batch_op.drop_column("phone_key")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index("ix_answers_of_question")
        batch_op.drop_index("ix_answers_of_person")
        batch_op.create_index("ix_answers_question_key_value", ["question_key", "value"], unique=False)
        batch_op.drop_column("sort_value")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("has_mail")

    with op.batch_alter_table("run_items", schema=None) as batch_op:
        batch_op.drop_index("ix_run_items_run_id_outcome_id")
        batch_op.drop_index(batch_op.f("ix_run_items_registration_id"))
        batch_op.drop_index(batch_op.f("ix_run_items_decision_id"))

    op.drop_table("run_items")
    with op.batch_alter_table("note_mentions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_mentions_account_id"))

    op.drop_table("note_mentions")
    with op.batch_alter_table("taggings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taggings_tag_id"))

    op.drop_table("taggings")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notes_registration_id"))

    op.drop_table("notes")
    with op.batch_alter_table("mergers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mergers_into_id"))

    op.drop_table("mergers")
    with op.batch_alter_table("kept_apart", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_apart_second_id"))

    op.drop_table("kept_apart")
    op.drop_table("tags")
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_views_event_id"))
        batch_op.drop_index(batch_op.f("ix_saved_views_account_id"))

    op.drop_table("saved_views")
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_runs_undoes_id"))
        batch_op.drop_index("ix_runs_event_id_created_at")

    op.drop_table("runs")
    with op.batch_alter_table("ready_reasons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ready_reasons_event_id"))

    op.drop_table("ready_reasons")
    op.drop_table("message_texts")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_expires_at"))
        batch_op.drop_index("ix_imports_event_id_created_at")

    op.drop_table("imports")
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exports_expires_at"))
        batch_op.drop_index("ix_exports_event_id_created_at")

    op.drop_table("exports")
