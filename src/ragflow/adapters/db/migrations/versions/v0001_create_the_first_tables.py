"""Create the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ragflow.adapters.db.types import Json, Long, String

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "chats",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_key", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("description", String, nullable=False),
        sa.Column("avatar", String, nullable=False),
        sa.Column("language", String, nullable=False),
        sa.Column("prompt_type", String, nullable=False),
        sa.Column("do_refer", String, nullable=False),
        sa.Column("dataset_ids", Json, nullable=False),
        sa.Column("chat_model", String, nullable=False),
        sa.Column("llm_setting", Json, nullable=False),
        sa.Column("prompt_config", Json, nullable=False),
        sa.Column("meta_data_filter", Json, nullable=False),
        sa.Column("similarity_threshold", sa.Float(), nullable=False),
        sa.Column("vector_similarity_weight", sa.Float(), nullable=False),
        sa.Column("top_n", Long, nullable=False),
        sa.Column("top_k", Long, nullable=False),
        sa.Column("rerank_model", String, nullable=False),
        sa.Column("status", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )
    op.create_index("ix_chats_tenant_id", "chats", ["tenant_id"])
    op.create_index(
        "uq_chats_tenant_id_name_key_live",
        "chats",
        ["tenant_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("status = '1'"),
        postgresql_where=sa.text("status = '1'"),
    )

    op.create_table(
        "datasets",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("created_by", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_key", String, nullable=False),
        sa.Column("embedding_model", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("avatar", String, nullable=True),
        sa.Column("description", String, nullable=True),
        sa.Column("language", String, nullable=False),
        sa.Column("permission", String, nullable=False),
        sa.Column("chunk_method", String, nullable=False),
        sa.Column("parser_config", Json, nullable=True),
        sa.Column("similarity_threshold", sa.Float(), nullable=False),
        sa.Column("vector_similarity_weight", sa.Float(), nullable=False),
        sa.Column("pagerank", Long, nullable=False),
        sa.Column("status", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
    )
    op.create_index(
        "uq_datasets_tenant_id_name_key", "datasets", ["tenant_id", "name_key"], unique=True
    )

    op.create_table(
        "outbox",
        sa.Column("id", Long, nullable=False),
        sa.Column("kind", String, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tenants",
        sa.Column("id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("chat_model", String, nullable=False),
        sa.Column("embedding_model", String, nullable=False),
        sa.Column("rerank_model", String, nullable=False),
        sa.Column("vision_model", String, nullable=False),
        sa.Column("speech_model", String, nullable=False),
        sa.Column("voice_model", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
    )
    op.create_table(
        "users",
        sa.Column("id", String, nullable=False),
        sa.Column("email", String, nullable=False),
        sa.Column("email_key", String, nullable=False),
        sa.Column("nickname", String, nullable=False),
        sa.Column("password_hash", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("status", String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_email_key", "users", ["email_key"], unique=True)
    op.create_table(
        "worker_leases",
        sa.Column("worker_id", String, nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name="pk_worker_leases"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("prefix", String, nullable=False),
        sa.Column("secret_hash", String, nullable=False),
        sa.Column("beta_hash", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("revoke_time", Long, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_api_keys_tenant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_api_keys_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("beta_hash", name="uq_api_keys_beta_hash"),
        sa.UniqueConstraint("secret_hash", name="uq_api_keys_secret_hash"),
    )
    op.create_index("ix_api_keys_tenant_id", "api_keys", ["tenant_id"])
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])

    op.create_table(
        "documents",
        sa.Column("id", String, nullable=False),
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("created_by", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("name_key", String, nullable=False),
        sa.Column("size", Long, nullable=False),
        sa.Column("type", String, nullable=False),
        sa.Column("suffix", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.Column("location", String, nullable=False),
        sa.Column("source_type", String, nullable=False),
        sa.Column("thumbnail", String, nullable=False),
        sa.Column("chunk_method", String, nullable=False),
        sa.Column("parser_config", Json, nullable=True),
        sa.Column("meta_fields", Json, nullable=False),
        sa.Column("chunk_count", Long, nullable=False),
        sa.Column("token_count", Long, nullable=False),
        sa.Column("run", String, nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("progress_msg", String, nullable=False),
        sa.Column("process_begin_at", Long, nullable=True),
        sa.Column("process_duration", sa.Float(), nullable=False),
        sa.Column("revision", Long, nullable=False),
        sa.Column("coverage", Json, nullable=True),
        sa.Column("status", String, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name="fk_documents_dataset_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index(
        "ix_documents_counters", "documents", ["dataset_id", "chunk_count", "token_count"]
    )
    op.create_index("ix_documents_tenant_id", "documents", ["tenant_id"])

    op.create_table(
        "memberships",
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("role", String, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_memberships_tenant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_memberships_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])

    op.create_table(
        "provider_accounts",
        sa.Column("tenant_id", String, nullable=False),
        sa.Column("factory", String, nullable=False),
        sa.Column("api_key", String, nullable=False),
        sa.Column("base_url", String, nullable=False),
        sa.Column("models", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_provider_accounts_tenant_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "factory", name="pk_provider_accounts"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", String, nullable=False),
        sa.Column("chat_id", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("user_id", String, nullable=False),
        sa.Column("create_time", Long, nullable=False),
        sa.Column("update_time", Long, nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_sessions_chat_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_chat_id", "sessions", ["chat_id"])

    op.create_table(
        "chunks",
        sa.Column("document_id", String, nullable=False),
        sa.Column("id", String, nullable=False),
        sa.Column("dataset_id", String, nullable=False),
        sa.Column("ordinal", Long, nullable=False),
        sa.Column("token_count", Long, nullable=False),
        sa.Column("create_timestamp", sa.Float(), nullable=False),
        sa.Column("kind", String, nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("has_image", sa.Boolean(), nullable=False),
        sa.Column("spans", Json, nullable=False),
        sa.Column("boxes", Json, nullable=False),
        sa.Column("important_keywords", Json, nullable=False),
        sa.Column("questions", Json, nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("content", String, nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_chunks_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_chunks"),
    )
    op.create_index("ix_chunks_dataset_id_id", "chunks", ["dataset_id", "id"])

    op.create_table(
        "messages",
        sa.Column("session_id", String, nullable=False),
        sa.Column("ordinal", Long, autoincrement=False, nullable=False),
        sa.Column("id", String, nullable=False),
        sa.Column("role", String, nullable=False),
        sa.Column("content", String, nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("reference", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_messages_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "ordinal", name="pk_messages"),
    )


def downgrade() -> None:
    """Take the change back."""
    for table in (
        "messages",
        "chunks",
        "sessions",
        "provider_accounts",
        "memberships",
        "documents",
        "api_keys",
        "worker_leases",
        "users",
        "tenants",
        "outbox",
        "datasets",
        "chats",
    ):
        op.drop_table(table)
