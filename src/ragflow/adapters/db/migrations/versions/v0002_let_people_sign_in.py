"""Let people sign in, and models of a provider have addresses of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("expire_time", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_sign_ins_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_expire_time", "sign_ins", ["expire_time"])
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"])
    op.add_column("provider_accounts", sa.Column("access", Json, nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("provider_accounts") as table:
        table.drop_column("access")
    op.drop_table("sign_ins")
