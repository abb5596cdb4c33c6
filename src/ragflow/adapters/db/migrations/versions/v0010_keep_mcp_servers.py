"""Keep the MCP servers of tenants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "mcp_servers",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_key", String, nullable=False),
        sa.Column("url", String, nullable=False),
        sa.Column("server_type", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("description", String, nullable=False),
        sa.Column("variables", Json, nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mcp_servers"),
    )
    op.create_index(
        "uq_mcp_servers_tenant_id_name_key", "mcp_servers", ["tenant_id", "name_key"], unique=True
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("uq_mcp_servers_tenant_id_name_key", "mcp_servers")
    op.drop_table("mcp_servers")
