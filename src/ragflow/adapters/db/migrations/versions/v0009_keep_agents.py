"""Keep agents: their canvases and versions, conversations, runs and what happened in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "agents",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("title", String, nullable=False),
        sa.Column("title_key", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("dsl", Json, nullable=False),
        sa.Column("description", String, nullable=True),
        sa.Column("avatar", String, nullable=True),
        sa.Column("permission", String, nullable=False),
        sa.Column("canvas_type", String, nullable=True),
        sa.Column("canvas_category", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
    )
    op.create_table(
        "agent_versions",
        sa.Column("id", String, nullable=False),
        sa.Column("agent_id", String, nullable=False),
        sa.Column("title", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("dsl", Json, nullable=False),
        sa.Column("description", String, nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
            name="fk_agent_versions_agent_id_agents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agent_versions"),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("id", String, nullable=False),
        sa.Column("agent_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("origin", String, nullable=False),
        sa.Column("messages", Json, nullable=False),
        sa.Column("references", Json, nullable=False),
        sa.Column("dsl", Json, nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("tokens", Long, nullable=False),
        sa.Column("duration", sa.Float, nullable=False),
        sa.Column("round", Long, nullable=False),
        sa.Column("thumb_up", Long, nullable=False),
        sa.Column("errors", String, nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agents.id"],
            name="fk_agent_sessions_agent_id_agents",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agent_sessions"),
    )
    op.create_table(
        "agent_runs",
        sa.Column("id", String, nullable=False),
        sa.Column("agent_id", String, nullable=False),
        sa.Column("session_id", String, nullable=False),
        sa.Column("question", String, nullable=False),
        sa.Column("state", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("heartbeat", Long, nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("error", String, nullable=True),
        sa.Column("steps", Long, nullable=False),
        sa.Column("tokens", Long, nullable=False),
        sa.Column("elapsed_seconds", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_runs_agent_id_agents", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agent_sessions.id"],
            name="fk_agent_runs_session_id_agent_sessions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agent_runs"),
    )
    op.create_table(
        "agent_traces",
        sa.Column("run_id", String, nullable=False),
        sa.Column("ordinal", Long, autoincrement=False, nullable=False),
        sa.Column("component_id", String, nullable=False),
        sa.Column("component_type", String, nullable=False),
        sa.Column("component_name", String, nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("elapsed_seconds", sa.Float, nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("outputs", Json, nullable=False),
        sa.Column("error", String, nullable=True),
        sa.Column("tokens", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["agent_runs.id"],
            name="fk_agent_traces_run_id_agent_runs",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "ordinal", name="pk_agent_traces"),
    )
    op.create_index("ix_agents_tenant_id", "agents", ["tenant_id"])
    op.create_index("ix_agent_versions_agent_id", "agent_versions", ["agent_id"])
    op.create_index("ix_agent_sessions_agent_id", "agent_sessions", ["agent_id"])
    op.create_index("ix_agent_runs_session_id", "agent_runs", ["session_id"])
    op.create_index("ix_agent_runs_state", "agent_runs", ["state"])
    op.create_index("ix_agent_runs_agent_id_create_time", "agent_runs", ["agent_id", "create_time"])


def downgrade() -> None:
    """Take the change back."""
    for table in ("agent_traces", "agent_runs", "agent_sessions", "agent_versions", "agents"):
        op.drop_table(table)
