"""Keep the metadata plan of datasets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("datasets", sa.Column("metadata_plan", Json, nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("datasets", "metadata_plan")
