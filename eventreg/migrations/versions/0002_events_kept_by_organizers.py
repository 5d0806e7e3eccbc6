"""Events kept by organizers: programme, materials, texts' history, team invitations, sessions of accounts, settings.

What events, institutions and programmes had before stays; what is new is filled with what it means for them.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: checks of each table that change, by name: before and after
_CHECKS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "events": (
        {"publication": "publication IN ('draft', 'published')"},
        {
            "publication": "publication IN ('draft', 'published', 'registration_closed', 'cancelled', 'archived')",
            "attendance": "attendance IN ('onsite', 'online', 'both')",
        },
    ),
    "organizations": (
        {},
        {
            "kind": "kind IN ('international', 'government', 'academic', 'civil_society', 'foundation', 'private', "
            "'other')"
        },
    ),
    "programme_sessions": (
        {"kind": "kind IN ('session', 'break')"},
        {
            "kind": "kind IN ('session', 'panel', 'keynote', 'workshop', 'ceremony', 'visit', 'break')",
            "places": "places IS NULL OR places >= 0",
        },
    ),
}

_TEXT, _LIST, _EMPTY = sa.text("'{}'"), sa.text("'[]'"), sa.text("''")
_NO, _ONE, _ZERO = sa.false(), sa.text("1"), sa.text("0")

#: new columns by table: name, type, and what rows that are there get; None: nothing
_COLUMNS: dict[str, Sequence[tuple[str, sa.types.TypeEngine[Any], Any]]] = {
    "accounts": (
        ("may_create_events", sa.Boolean(), _NO),
        ("totp_sealed", sa.LargeBinary(), None),
        ("totp_confirmed_at", sa.DateTime(timezone=True), None),
        ("totp_last_step", sa.BigInteger(), None),
        ("last_signed_in_at", sa.DateTime(timezone=True), None),
    ),
    "event_days": (("title", sa.JSON(), _TEXT),),
    "event_partners": (
        ("credit", sa.JSON(), _TEXT),
        ("phrase", sa.JSON(), _TEXT),
        ("is_logo_first", sa.Boolean(), _NO),
    ),
    "events": (
        ("public_id", sa.String(length=12), _EMPTY),
        ("attendance", sa.String(length=24), sa.text("'onsite'")),
        ("address", sa.JSON(), _TEXT),
        ("joining", sa.JSON(), _TEXT),
        ("joining_url", sa.String(length=500), _EMPTY),
        ("answers_by", sa.Date(), None),
        ("cancellation_note", sa.JSON(), _TEXT),
        ("publication_changed_at", sa.DateTime(timezone=True), None),
        ("preview_generation", sa.Integer(), _ZERO),
        ("demands_second_factor", sa.Boolean(), _NO),
        ("palette", sa.String(length=24), _EMPTY),
        ("picture_id", sa.Integer(), None),
        ("picture_text", sa.JSON(), _TEXT),
        ("settings_revision", sa.Integer(), _ONE),
    ),
    "organizations": (
        ("acronym", sa.String(length=40), _EMPTY),
        ("kind", sa.String(length=24), sa.text("'other'")),
        ("logo_id", sa.Integer(), None),
        ("search_text", sa.Text(), _EMPTY),
        ("merged_into_id", sa.Integer(), None),
        ("revision", sa.Integer(), _ONE),
    ),
    "programme_sessions": (
        ("public_id", sa.String(length=12), _EMPTY),
        ("description", sa.JSON(), _TEXT),
        ("room_id", sa.Integer(), None),
        ("takes_sign_up", sa.Boolean(), _NO),
        ("places", sa.Integer(), None),
        ("revision", sa.Integer(), _ONE),
    ),
    "team_members": (
        ("only_categories", sa.JSON(), _LIST),
        ("only_days", sa.JSON(), _LIST),
        ("withheld", sa.JSON(), _LIST),
        ("added_at", sa.DateTime(timezone=True), None),
    ),
}


def upgrade() -> None:
    _make_tables()
    for table, columns in _COLUMNS.items():
        _rebuild(table, {}, {}, lambda batch, added=columns: _add(batch, added))
    _fill_public_ids("events")
    _fill_public_ids("programme_sessions")
    _make_offices_texts()
    for table in _COLUMNS:
        _rebuild(table, *_CHECKS.get(table, ({}, {})), lambda batch, name=table: _finish(batch, name))
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_kind", "actor_id", "id"])
    op.create_index("ix_organizations_merged_into_id", "organizations", ["merged_into_id"])
    op.create_index("ix_programme_sessions_room_id", "programme_sessions", ["room_id"])


def _add(batch: BatchOperations, columns: Sequence[tuple[str, sa.types.TypeEngine[Any], Any]]) -> None:
    for name, kind, default in columns:
        batch.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))


def _finish(batch: BatchOperations, table: str) -> None:
    for name, kind, default in _COLUMNS[table]:
        if default is not None:
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    if table in ("events", "programme_sessions"):
        batch.create_unique_constraint(op.f(f"uq_{table}_public_id"), ["public_id"])
    if table == "events":
        batch.create_foreign_key(op.f("fk_events_picture_id_pictures"), "pictures", ["picture_id"], ["id"])
        batch.alter_column(
            "contact_office",
            existing_type=sa.String(length=200),
            type_=sa.JSON(),
            existing_nullable=False,
            postgresql_using="contact_office::json",
        )
    if table == "organizations":
        batch.create_foreign_key(op.f("fk_organizations_logo_id_pictures"), "pictures", ["logo_id"], ["id"])
        batch.create_foreign_key(
            op.f("fk_organizations_merged_into_id_organizations"), "organizations", ["merged_into_id"], ["id"]
        )
    if table == "programme_sessions":
        batch.create_foreign_key(
            op.f("fk_programme_sessions_room_id_event_rooms"), "event_rooms", ["room_id"], ["id"], ondelete="SET NULL"
        )


def _rebuild(
    table: str, before: Mapping[str, str], after: Mapping[str, str], change: Callable[[BatchOperations], None]
) -> None:
    """Change a table and its checks together: SQLite builds it anew, and a check may name a column that goes or comes."""
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    with op.batch_alter_table(table, recreate=recreate) as batch:
        for name, sql in before.items():
            if after.get(name) != sql:
                batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        change(batch)
        for name, sql in after.items():
            if before.get(name) != sql:
                batch.create_check_constraint(op.f(f"ck_{table}_{name}"), sql)


def _fill_public_ids(table: str) -> None:
    rows = sa.table(table, sa.column("id", sa.Integer), sa.column("public_id", sa.String))
    for row_id in op.get_bind().scalars(sa.select(rows.c.id)).all():
        public_id = base64.urlsafe_b64encode(secrets.token_bytes(9)).decode("ascii")
        op.execute(rows.update().where(rows.c.id == row_id).values(public_id=public_id))


def _make_offices_texts() -> None:
    """The contact person's office was one text: it becomes that of the event's first language."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("events", "contact_office", type_=sa.Text(), existing_nullable=False)
    events = sa.table(
        "events", sa.column("id"), sa.column("contact_office", sa.String), sa.column("languages", sa.JSON)
    )
    for row in op.get_bind().execute(sa.select(events.c.id, events.c.contact_office, events.c.languages)).all():
        texts = {row.languages[0]: row.contact_office} if row.contact_office else {}
        op.execute(events.update().where(events.c.id == row.id).values(contact_office=json.dumps(texts)))


def _make_offices_one_text() -> None:
    events = sa.table("events", sa.column("id"), sa.column("contact_office", sa.String))
    for row in op.get_bind().execute(sa.select(events.c.id, events.c.contact_office)).all():
        office = next(iter(json.loads(row.contact_office).values()), "")
        op.execute(events.update().where(events.c.id == row.id).values(contact_office=office[:200]))


def downgrade() -> None:
    for name, table in (
        ("ix_programme_sessions_room_id", "programme_sessions"),
        ("ix_organizations_merged_into_id", "organizations"),
        ("ix_audit_entries_actor", "audit_entries"),
    ):
        op.drop_index(name, table_name=table)
    _leave_what_was_not_there()
    for table in reversed(_COLUMNS):
        _rebuild(table, *reversed(_CHECKS.get(table, ({}, {}))), lambda batch, name=table: _take_back(batch, name))
    _make_offices_one_text()
    with op.batch_alter_table("events") as batch:
        if op.get_bind().dialect.name == "postgresql":
            batch.alter_column("contact_office", existing_nullable=False, type_=sa.String(length=200))
    _drop_tables()


def _leave_what_was_not_there() -> None:
    op.execute("UPDATE events SET publication = 'published' WHERE publication NOT IN ('draft', 'published')")
    op.execute("UPDATE programme_sessions SET kind = 'session' WHERE kind NOT IN ('session', 'break')")


def _take_back(batch: BatchOperations, table: str) -> None:
    if table == "events":
        batch.drop_constraint(op.f("fk_events_picture_id_pictures"), type_="foreignkey")
        batch.alter_column(
            "contact_office",
            existing_type=sa.JSON(),
            type_=sa.String(length=200) if op.get_bind().dialect.name == "sqlite" else sa.Text(),
            existing_nullable=False,
            postgresql_using="contact_office::text",
        )
    if table == "organizations":
        batch.drop_constraint(op.f("fk_organizations_logo_id_pictures"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_organizations_merged_into_id_organizations"), type_="foreignkey")
    if table == "programme_sessions":
        batch.drop_constraint(op.f("fk_programme_sessions_room_id_event_rooms"), type_="foreignkey")
    if table in ("events", "programme_sessions"):
        batch.drop_constraint(op.f(f"uq_{table}_public_id"), type_="unique")
    for name, _kind, _default in reversed(_COLUMNS[table]):
        batch.drop_column(name)


def _make_tables() -> None:
    op.create_table(
        "legal_pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_pages")),
        sa.UniqueConstraint("key", name=op.f("uq_legal_pages_key")),
    )
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_pictures_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pictures_public_id")),
    )
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=24), nullable=False),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False),
        sa.Column("client", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_sessions_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_sessions_public_id")),
    )
    with op.batch_alter_table("account_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_sessions_account_id"), ["account_id"], unique=False)

    op.create_table(
        "instance_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.Column("palette", sa.String(length=24), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("demands_second_factor", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_settings_only_one")),
        sa.ForeignKeyConstraint(["logo_id"], ["pictures.id"], name=op.f("fk_instance_settings_logo_id_pictures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance_settings")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("account_id", "code_hash", name=op.f("uq_recovery_codes_account_id_code_hash")),
    )
    op.create_table(
        "event_rooms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_rooms_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_rooms")),
    )
    with op.batch_alter_table("event_rooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_rooms_event_id"), ["event_id"], unique=False)

    op.create_table(
        "event_speakers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("affiliation", sa.JSON(), nullable=False),
        sa.Column("biography", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_speakers_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_event_speakers_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_speakers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_speakers_public_id")),
    )
    with op.batch_alter_table("event_speakers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_speakers_event_id"), ["event_id"], unique=False)

    op.create_table(
        "team_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "manager",
                "reviewer",
                "door",
                "viewer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("only_categories", sa.JSON(), nullable=False),
        sa.Column("only_days", sa.JSON(), nullable=False),
        sa.Column("withheld", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_team_invitations_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_team_invitations_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["accounts.id"], name=op.f("fk_team_invitations_invited_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_team_invitations_public_id")),
    )
    with op.batch_alter_table("team_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_invitations_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_team_invitations_event_id_account_id", ["event_id", "account_id"], unique=False)

    op.create_table(
        "text_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_text_versions_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_text_versions_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_versions")),
    )
    with op.batch_alter_table("text_versions", schema=None) as batch_op:
        batch_op.create_index("ix_text_versions_text", ["event_id", "field", "language", "id"], unique=False)

    op.create_table(
        "event_materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column(
            "audience",
            sa.Enum("everybody", "confirmed", name="audience", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("file_id", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(url = '') <> (file_id = '')", name=op.f("ck_event_materials_file_or_link")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_materials_event_id_events"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["programme_sessions.id"],
            name=op.f("fk_event_materials_session_id_programme_sessions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_materials")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_materials_public_id")),
    )
    with op.batch_alter_table("event_materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_materials_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_materials_session_id"), ["session_id"], unique=False)

    op.create_table(
        "session_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("remark", "recommendation", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("addressee", sa.JSON(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["programme_sessions.id"],
            name=op.f("fk_session_outcomes_session_id_programme_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_outcomes")),
    )
    with op.batch_alter_table("session_outcomes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_outcomes_session_id"), ["session_id"], unique=False)

    op.create_table(
        "session_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "moderator",
                "speaker",
                "panellist",
                "rapporteur",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["programme_sessions.id"],
            name=op.f("fk_session_people_session_id_programme_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["event_speakers.id"],
            name=op.f("fk_session_people_speaker_id_event_speakers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_people")),
        sa.UniqueConstraint(
            "session_id", "speaker_id", "role", name=op.f("uq_session_people_session_id_speaker_id_role")
        ),
    )
    with op.batch_alter_table("session_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_people_speaker_id"), ["speaker_id"], unique=False)

    op.create_table(
        "session_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registrations.id"],
            name=op.f("fk_session_places_registration_id_registrations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["programme_sessions.id"],
            name=op.f("fk_session_places_session_id_programme_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_places")),
        sa.UniqueConstraint("session_id", "registration_id", name=op.f("uq_session_places_session_id_registration_id")),
    )
    with op.batch_alter_table("session_places", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_places_registration_id"), ["registration_id"], unique=False)


def _drop_tables() -> None:
    with op.batch_alter_table("session_places", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_places_registration_id"))

    op.drop_table("session_places")
    with op.batch_alter_table("session_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_people_speaker_id"))

    op.drop_table("session_people")
    with op.batch_alter_table("session_outcomes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_outcomes_session_id"))

    op.drop_table("session_outcomes")
    with op.batch_alter_table("event_materials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_materials_session_id"))
        batch_op.drop_index(batch_op.f("ix_event_materials_event_id"))

    op.drop_table("event_materials")
    with op.batch_alter_table("text_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_text_versions_text")

    op.drop_table("text_versions")
    with op.batch_alter_table("team_invitations", schema=None) as batch_op:
        batch_op.drop_index("ix_team_invitations_event_id_account_id")
        batch_op.drop_index(batch_op.f("ix_team_invitations_account_id"))

    op.drop_table("team_invitations")
    with op.batch_alter_table("event_speakers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_speakers_event_id"))

    op.drop_table("event_speakers")
    with op.batch_alter_table("event_rooms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_rooms_event_id"))

    op.drop_table("event_rooms")
    op.drop_table("recovery_codes")
    op.drop_table("instance_settings")
    with op.batch_alter_table("account_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_sessions_account_id"))

    op.drop_table("account_sessions")
    op.drop_table("pictures")
    op.drop_table("legal_pages")
