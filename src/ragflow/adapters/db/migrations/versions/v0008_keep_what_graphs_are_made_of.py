"""Keep what graphs are made of: the shares of documents, aliases of names and communities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, String

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "graph_shares",
        sa.Column("document_id", String, nullable=False),
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("method", String, nullable=False),
        sa.Column("digest", String, nullable=False),
        sa.Column("entities", Json, nullable=False),
        sa.Column("relations", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_graph_shares_document_id_documents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_graph_shares"),
    )
    op.create_index("ix_graph_shares_dataset_id", "graph_shares", ["dataset_id"])
    op.create_table(
        "graph_aliases",
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("means", String, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["datasets.id"],
            name="fk_graph_aliases_dataset_id_datasets",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "name", name="pk_graph_aliases"),
    )
    op.create_table(
        "graph_communities",
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("id", String, nullable=False),
        sa.Column("title", String, nullable=False),
        sa.Column("report", String, nullable=False),
        sa.Column("entities", Json, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("document_ids", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["datasets.id"],
            name="fk_graph_communities_dataset_id_datasets",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "id", name="pk_graph_communities"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("graph_communities")
    op.drop_table("graph_aliases")
    op.drop_index("ix_graph_shares_dataset_id", "graph_shares")
    op.drop_table("graph_shares")
