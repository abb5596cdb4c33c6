"""Keep knowledge graphs and search apps, and where each conversation is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("sessions", sa.Column("origin", String, nullable=False, server_default="api"))

    op.create_table(
        "graph_entities",
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("type", String, nullable=False),
        sa.Column("descriptions", Json, nullable=False),
        sa.Column("pagerank", sa.Float(), nullable=False),
        sa.Column("rank", Long, nullable=False),
        sa.Column("document_ids", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["datasets.id"],
            name="fk_graph_entities_dataset_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "name", name="pk_graph_entities"),
    )
    op.create_table(
        "graph_relations",
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("source", String, nullable=False),
        sa.Column("target", String, nullable=False),
        sa.Column("descriptions", Json, nullable=False),
        sa.Column("keywords", Json, nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("document_ids", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"],
            ["datasets.id"],
            name="fk_graph_relations_dataset_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dataset_id", "source", "target", name="pk_graph_relations"),
    )

    op.create_table(
        "searches",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("created_by", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_key", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("description", String, nullable=False),
        sa.Column("avatar", String, nullable=False),
        sa.Column("search_config", Json, nullable=False),
        sa.Column("status", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
    )
    op.create_index("ix_searches_tenant_id", "searches", ["tenant_id"])
    op.create_index(
        "uq_searches_tenant_id_name_key_live",
        "searches",
        ["tenant_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("status = '1'"),
        postgresql_where=sa.text("status = '1'"),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in ("searches", "graph_relations", "graph_entities"):
        op.drop_table(table)
    op.drop_column("sessions", "origin")
