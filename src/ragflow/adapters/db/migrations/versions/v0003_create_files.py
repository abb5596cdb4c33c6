"""Create the tables of the file manager."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Long, String

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "files",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("created_by", String, nullable=False),
        sa.Column("parent_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_key", String, nullable=False),
        sa.Column("type", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("location", String, nullable=False),
        sa.Column("size", Long, nullable=False),
        sa.Column("source_type", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_tenant_id", "files", ["tenant_id"])
    op.create_index("uq_files_parent_id_name", "files", ["parent_id", "name"], unique=True)

    op.create_table(
        "file_links",
        sa.Column("id", String, nullable=False),
        sa.Column("file_id", String, nullable=False),
        sa.Column("document_id", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_file_links_file_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_file_links_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_file_links"),
        sa.UniqueConstraint("document_id", name="uq_file_links_document_id"),
    )
    op.create_index("ix_file_links_file_id", "file_links", ["file_id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("file_links")
    op.drop_table("files")
