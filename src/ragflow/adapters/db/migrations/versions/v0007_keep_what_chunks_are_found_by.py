"""Keep what chunks are found by: their own search text and the typed values of a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, String

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("chunks", sa.Column("search_text", String, nullable=False, server_default=""))
    op.add_column("chunks", sa.Column("fields", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("chunks", "fields")
    op.drop_column("chunks", "search_text")
