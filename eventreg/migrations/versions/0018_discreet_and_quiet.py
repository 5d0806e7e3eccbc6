"""Two settings for sensitive meetings; forms that used up a code although their address was registered."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_SETTINGS = ("is_discreet", "is_quiet")


def upgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name in _SETTINGS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name in _SETTINGS:
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("used_forms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access_code_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_used_forms_access_code_id_access_codes"),
            "access_codes",
            ["access_code_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_used_forms_access_code_id"), ["access_code_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("used_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_forms_access_code_id"))
        batch_op.drop_constraint(batch_op.f("fk_used_forms_access_code_id_access_codes"), type_="foreignkey")
        batch_op.drop_column("access_code_id")
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name in reversed(_SETTINGS):
            batch_op.drop_column(name)
