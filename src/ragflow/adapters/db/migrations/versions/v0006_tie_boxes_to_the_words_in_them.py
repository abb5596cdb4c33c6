"""Tie the boxes of chunks to the words in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("chunks", sa.Column("box_spans", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("chunks", "box_spans")
