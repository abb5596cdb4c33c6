"""Tables: the columns, keys and indexes of everything that the metadata database keeps.

A column is named after the field of the domain value that it holds; `name_key` and `email_key` are
the case-folded forms by which names are found and kept unique.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    text,
)

from ragflow.adapters.db.types import Json, Long, String

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False),
    Column("nickname", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("status", String, nullable=False),
)
user_emails = Index("uq_users_email_key", users.c.email_key, unique=True)

tenants = Table(
    "tenants",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("chat_model", String, nullable=False),
    Column("embedding_model", String, nullable=False),
    Column("rerank_model", String, nullable=False),
    Column("vision_model", String, nullable=False),
    Column("speech_model", String, nullable=False),
    Column("voice_model", String, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("tenant_id", ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", String, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("prefix", String, nullable=False),
    Column("secret_hash", String, nullable=False, unique=True),
    Column("beta_hash", String, nullable=False, unique=True),
    Column("create_time", Long, nullable=False),
    Column("revoke_time", Long),
)

provider_accounts = Table(
    "provider_accounts",
    metadata,
    Column("tenant_id", ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True),
    Column("factory", String, primary_key=True),
    Column("api_key", String, nullable=False),
    Column("base_url", String, nullable=False),
    Column("models", Json, nullable=False),
    Column("access", Json),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("create_time", Long, nullable=False),
    Column("expire_time", Long, nullable=False, index=True),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("embedding_model", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("avatar", String),
    Column("description", String),
    Column("language", String, nullable=False),
    Column("permission", String, nullable=False),
    Column("chunk_method", String, nullable=False),
    Column("parser_config", Json),
    Column("similarity_threshold", Float, nullable=False),
    Column("vector_similarity_weight", Float, nullable=False),
    Column("pagerank", Long, nullable=False),
    Column("status", String, nullable=False),
    Column("metadata_plan", Json),
)
dataset_names = Index(
    "uq_datasets_tenant_id_name_key", datasets.c.tenant_id, datasets.c.name_key, unique=True
)

documents = Table(
    "documents",
    metadata,
    Column("id", String, primary_key=True),
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
    Column("tenant_id", String, nullable=False, index=True),
    Column("created_by", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("size", Long, nullable=False),
    Column("type", String, nullable=False),
    Column("suffix", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("location", String, nullable=False),
    Column("source_type", String, nullable=False),
    Column("thumbnail", String, nullable=False),
    Column("chunk_method", String, nullable=False),
    Column("parser_config", Json),
    Column("meta_fields", Json, nullable=False),
    Column("chunk_count", Long, nullable=False),
    Column("token_count", Long, nullable=False),
    Column("run", String, nullable=False),
    Column("progress", Float, nullable=False),
    Column("progress_msg", String, nullable=False),
    Column("process_begin_at", Long),
    Column("process_duration", Float, nullable=False),
    Column("revision", Long, nullable=False),
    Column("coverage", Json),
    Column("status", String, nullable=False),
    # Covers the sums that a dataset's counters are derived from: no row is read for them.
    Index("ix_documents_counters", "dataset_id", "chunk_count", "token_count"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("dataset_id", String, nullable=False),
    Column("ordinal", Long, nullable=False),
    Column("token_count", Long, nullable=False),
    Column("create_timestamp", Float, nullable=False),
    Column("kind", String, nullable=False),
    Column("available", Boolean, nullable=False),
    Column("has_image", Boolean, nullable=False),
    Column("spans", Json, nullable=False),
    Column("boxes", Json, nullable=False),
    Column("important_keywords", Json, nullable=False),
    Column("questions", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("content", String, nullable=False),
    Column("vector", LargeBinary),  # behind what is always read: SQLite reads from the beginning
    Column("box_spans", Json, nullable=False, server_default="[]"),
    Column("search_text", String, nullable=False, server_default=""),
    Column("fields", Json, nullable=False, server_default="{}"),
    Index("ix_chunks_dataset_id_id", "dataset_id", "id"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("description", String, nullable=False),
    Column("avatar", String, nullable=False),
    Column("language", String, nullable=False),
    Column("prompt_type", String, nullable=False),
    Column("do_refer", String, nullable=False),
    Column("dataset_ids", Json, nullable=False),
    Column("chat_model", String, nullable=False),
    Column("llm_setting", Json, nullable=False),
    Column("prompt_config", Json, nullable=False),
    Column("meta_data_filter", Json, nullable=False),
    Column("similarity_threshold", Float, nullable=False),
    Column("vector_similarity_weight", Float, nullable=False),
    Column("top_n", Long, nullable=False),
    Column("top_k", Long, nullable=False),
    Column("rerank_model", String, nullable=False),
    Column("status", String, nullable=False),
)
chat_names = Index(
    "uq_chats_tenant_id_name_key_live",
    chats.c.tenant_id,
    chats.c.name_key,
    unique=True,
    sqlite_where=text("status = '1'"),
    postgresql_where=text("status = '1'"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("origin", String, nullable=False, server_default="api"),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Long, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
    Column("role", String, nullable=False),
    Column("content", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("reference", Json, nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", String, nullable=False, index=True),
    Column("created_by", String, nullable=False),
    Column("parent_id", String, nullable=False),  # a tenant's root is no row
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("type", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("location", String, nullable=False),
    Column("size", Long, nullable=False),
    Column("source_type", String, nullable=False),
)
file_names = Index("uq_files_parent_id_name", files.c.parent_id, files.c.name, unique=True)

file_links = Table(
    "file_links",
    metadata,
    Column("id", String, primary_key=True),
    Column("file_id", ForeignKey("files.id", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, unique=True
    ),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
)

graph_entities = Table(
    "graph_entities",
    metadata,
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("descriptions", Json, nullable=False),
    Column("pagerank", Float, nullable=False),
    Column("rank", Long, nullable=False),
    Column("document_ids", Json, nullable=False),
)

graph_relations = Table(
    "graph_relations",
    metadata,
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("descriptions", Json, nullable=False),
    Column("keywords", Json, nullable=False),
    Column("weight", Float, nullable=False),
    Column("document_ids", Json, nullable=False),
)

graph_shares = Table(
    "graph_shares",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("dataset_id", String, nullable=False, index=True),
    Column("method", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("entities", Json, nullable=False),
    Column("relations", Json, nullable=False),
)

graph_aliases = Table(
    "graph_aliases",
    metadata,
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("means", String, nullable=False),
)

graph_communities = Table(
    "graph_communities",
    metadata,
    Column("dataset_id", ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("report", String, nullable=False),
    Column("entities", Json, nullable=False),
    Column("weight", Float, nullable=False),
    Column("document_ids", Json, nullable=False),
)

searches = Table(
    "searches",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", String, nullable=False, index=True),
    Column("created_by", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("description", String, nullable=False),
    Column("avatar", String, nullable=False),
    Column("search_config", Json, nullable=False),
    Column("status", String, nullable=False),
)
search_names = Index(
    "uq_searches_tenant_id_name_key_live",
    searches.c.tenant_id,
    searches.c.name_key,
    unique=True,
    sqlite_where=text("status = '1'"),
    postgresql_where=text("status = '1'"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", String, nullable=False, index=True),
    Column("user_id", String, nullable=False),
    Column("title", String, nullable=False),
    Column("title_key", String, nullable=False),  # unique for new agents alone, so by no index
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("dsl", Json, nullable=False),
    Column("description", String),
    Column("avatar", String),
    Column("permission", String, nullable=False),
    Column("canvas_type", String),
    Column("canvas_category", String, nullable=False),
)

agent_versions = Table(
    "agent_versions",
    metadata,
    Column("id", String, primary_key=True),
    Column("agent_id", ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("dsl", Json, nullable=False),
    Column("description", String),
)

agent_sessions = Table(
    "agent_sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("agent_id", ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user_id", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("name", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("dsl", Json, nullable=False),
    Column("state", Json, nullable=False),
    Column("tokens", Long, nullable=False),
    Column("duration", Float, nullable=False),
    Column("round", Long, nullable=False),
    Column("thumb_up", Long, nullable=False),
    Column("errors", String),
)

agent_session_entries = Table(
    "agent_session_entries",
    metadata,
    Column("session_id", ForeignKey("agent_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("log", String, primary_key=True),
    Column("ordinal", Long, primary_key=True, autoincrement=False),
    Column("value", Json, nullable=False),
)

agent_runs = Table(
    "agent_runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("agent_id", ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", ForeignKey("agent_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("question", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("heartbeat", Long, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("error", String),
    Column("steps", Long, nullable=False),
    Column("tokens", Long, nullable=False),
    Column("elapsed_seconds", Float, nullable=False),
    Column("claim", Long, nullable=False),
)
Index("ix_agent_runs_agent_id_create_time", agent_runs.c.agent_id, agent_runs.c.create_time)
Index("ix_agent_runs_session_id_create_time", agent_runs.c.session_id, agent_runs.c.create_time)

agent_traces = Table(
    "agent_traces",
    metadata,
    Column("run_id", ForeignKey("agent_runs.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Long, primary_key=True, autoincrement=False),
    Column("component_id", String, nullable=False),
    Column("component_type", String, nullable=False),
    Column("component_name", String, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("elapsed_seconds", Float, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("outputs", Json, nullable=False),
    Column("error", String),
    Column("tokens", Long, nullable=False),
)

mcp_servers = Table(
    "mcp_servers",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False),
    Column("url", String, nullable=False),
    Column("server_type", String, nullable=False),
    Column("create_time", Long, nullable=False),
    Column("update_time", Long, nullable=False),
    Column("description", String, nullable=False),
    Column("variables", Json, nullable=False),
    Column("headers", Json, nullable=False),
)
mcp_server_names = Index(
    "uq_mcp_servers_tenant_id_name_key",
    mcp_servers.c.tenant_id,
    mcp_servers.c.name_key,
    unique=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Long, primary_key=True),
    Column("kind", String, nullable=False),
    Column("payload", Json, nullable=False),
    sqlite_autoincrement=True,  # a number used again could mark a new entry as done
)

worker_leases = Table(
    "worker_leases",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("expires_at", Float, nullable=False),
)
