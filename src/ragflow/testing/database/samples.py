"""Sample values for the database contract: valid, short, and different where it matters."""

from __future__ import annotations

from typing import Any

from ragflow.domain.agents import Agent, AgentRun, AgentSession, AgentVersion, RunState
from ragflow.domain.chats import Chat, ChatSession, Message
from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Box, Coverage, Dataset, Document, Span
from ragflow.domain.files import FileLink, StoredFile
from ragflow.domain.identity import ApiKey, Tenant, User
from ragflow.domain.mcp_servers import McpServer
from ragflow.domain.repositories import Database
from ragflow.domain.searches import SearchApp

TENANT = "tenant-1"
USER = "user-1"


def a_user(user_id: str = USER, email: str = "ada@example.org") -> User:
    """Make a user."""
    return User(user_id, email, "Ada", "$argon2id$…", create_time=1, update_time=1)


def a_tenant(tenant_id: str = TENANT) -> Tenant:
    """Make a tenant."""
    return Tenant(tenant_id, "Ada's", create_time=1, update_time=1, chat_model="extractive")


def a_key(key_id: str, secret_hash: str, beta_hash: str) -> ApiKey:
    """Make an API key of the sample tenant."""
    return ApiKey(key_id, TENANT, USER, "ragflow-ab", secret_hash, beta_hash, create_time=1)


def a_dataset(dataset_id: str = "dataset-1", name: str = "Papers", **changes: Any) -> Dataset:
    """Make a dataset of the sample tenant."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "created_by": USER,
        "embedding_model": "multilingual-e5-small",
        "create_time": 1_700_000_000_000,
        "update_time": 1_700_000_000_000,
        "parser_config": {"chunk_token_num": 512, "delimiter": "\n。"},
    }
    return Dataset(id=dataset_id, name=name, **(values | changes))


def a_document(
    document_id: str = "document-1", dataset_id: str = "dataset-1", **changes: Any
) -> Document:
    """Make a document."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "created_by": USER,
        "name": f"{document_id}.pdf",
        "size": 5_000_000_000,
        "type": "pdf",
        "suffix": "pdf",
        "create_time": 1_700_000_000_000,
        "update_time": 1_700_000_000_000,
        "parser_config": {"layout_recognize": "DeepDOC"},
        "meta_fields": {"author": "Ada", "year": 1843},
        "coverage": Coverage(10, 8, {"header": 2}, ("page 3 is empty",)),
    }
    return Document(id=document_id, dataset_id=dataset_id, **(values | changes))


def a_chunk(
    chunk_id: str = "chunk-1",
    document_id: str = "document-1",
    dataset_id: str = "dataset-1",
    **changes: Any,
) -> Chunk:
    """Make a chunk with spans, boxes and a vector."""
    values: dict[str, Any] = {
        "content": f"Text of {chunk_id}, 中文 and 𝄞.",
        "ordinal": 0,
        "token_count": 7,
        "create_timestamp": 1_700_000_000.25,
        "kind": ChunkKind.TABLE,
        "spans": (Span(0, 5), Span(9, 12)),
        "boxes": (Box(1, 72.1, 300.5, 90.25, 100.0), Box(2, 0.1, 0.2, 0.3, 0.7)),
        "box_spans": (Span(0, 7), Span(8, 12)),
        "important_keywords": ("a", "b"),
        "questions": ("What?",),
        "tags": {"physics": 3},
        "has_image": True,
        "vector": b"\x00\x01\xff\x7f",
    }
    return Chunk(id=chunk_id, document_id=document_id, dataset_id=dataset_id, **(values | changes))


def a_chat(chat_id: str = "chat-1", name: str = "Helper", **changes: Any) -> Chat:
    """Make a chat assistant of the sample tenant."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "create_time": 1,
        "update_time": 1,
        "dataset_ids": ("dataset-1", "dataset-2"),
        "llm_setting": {"temperature": 0.1},
        "prompt_config": {"variables": [{"key": "knowledge", "optional": False}]},
    }
    return Chat(id=chat_id, name=name, **(values | changes))


def a_session(
    session_id: str = "session-1", chat_id: str = "chat-1", **changes: Any
) -> ChatSession:
    """Make a conversation."""
    values: dict[str, Any] = {
        "name": "New session",
        "user_id": USER,
        "create_time": 1,
        "update_time": 1,
    }
    return ChatSession(id=session_id, chat_id=chat_id, **(values | changes))


def a_message(content: str, session_id: str = "session-1", ordinal: int = 0) -> Message:
    """Make a message of an assistant."""
    return Message(
        session_id, ordinal, "m", "assistant", content, 1.5, {"chunks": [{"content": "…"}]}
    )


def a_file(file_id: str = "file-1", parent_id: str = TENANT, **changes: Any) -> StoredFile:
    """Make a file in the root of the sample tenant."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "created_by": USER,
        "name": f"{file_id}.txt",
        "type": "doc",
        "create_time": 1_700_000_000_000,
        "update_time": 1_700_000_000_000,
        "location": f"{file_id}.txt",
        "size": 7,
    }
    return StoredFile(id=file_id, parent_id=parent_id, **(values | changes))


def a_folder(file_id: str, parent_id: str = TENANT, **changes: Any) -> StoredFile:
    """Make a folder in the root of the sample tenant."""
    values: dict[str, Any] = {"name": file_id, "type": "folder", "location": "", "size": 0}
    return a_file(file_id, parent_id, **(values | changes))


def a_link(link_id: str, file_id: str, document_id: str, create_time: int = 1) -> FileLink:
    """Make a link."""
    return FileLink(link_id, file_id, document_id, create_time, create_time)


def a_search(search_id: str = "search-1", name: str = "Finder", **changes: Any) -> SearchApp:
    """Make a search app of the sample tenant."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "created_by": USER,
        "create_time": 1,
        "update_time": 1,
        "search_config": {"kb_ids": ["dataset-1"], "similarity_threshold": 0.2},
    }
    return SearchApp(id=search_id, name=name, **(values | changes))


def an_agent(agent_id: str = "agent-1", title: str = "Guide", **changes: Any) -> Agent:
    """Make an agent of the sample tenant."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "user_id": USER,
        "create_time": 1,
        "update_time": 1,
        "dsl": {"components": {"begin": {"obj": {"component_name": "Begin", "params": {}}}}},
        "description": "Shows the way",
        "canvas_type": "Other",
    }
    return Agent(id=agent_id, title=title, **(values | changes))


def a_version(
    version_id: str = "version-1", agent_id: str = "agent-1", create_time: int = 1
) -> AgentVersion:
    """Make a version of an agent."""
    return AgentVersion(version_id, agent_id, "Guide_1", create_time, create_time, {"path": []})


def an_agent_session(
    session_id: str = "session-1", agent_id: str = "agent-1", **changes: Any
) -> AgentSession:
    """Make a conversation with an agent."""
    values: dict[str, Any] = {
        "user_id": USER,
        "create_time": 1,
        "update_time": 1,
        "name": "trip",
        "dsl": {"path": [], "components": {}},
        "state": {"path": []},
        "duration": 0.5,
    }
    return AgentSession(id=session_id, agent_id=agent_id, **(values | changes))


def a_run(run_id: str = "run-1", session_id: str = "session-1", **changes: Any) -> AgentRun:
    """Make a run of the sample agent."""
    values: dict[str, Any] = {
        "agent_id": "agent-1",
        "question": "Where to?",
        "state": RunState.RUNNING,
        "create_time": 1,
        "update_time": 1,
        "heartbeat": 1,
        "inputs": {"city": {"value": "Rome"}},
    }
    return AgentRun(id=run_id, session_id=session_id, **(values | changes))


def an_mcp_server(server_id: str = "server-1", name: str = "Weather", **changes: Any) -> McpServer:
    """Make an MCP server of the sample tenant."""
    values: dict[str, Any] = {
        "tenant_id": TENANT,
        "url": "https://weather.example/mcp",
        "server_type": "streamable-http",
        "create_time": 1,
        "update_time": 1,
        "variables": {"token": "t"},
        "headers": {"Authorization": "Bearer ${token}"},
    }
    return McpServer(id=server_id, name=name, **(values | changes))


def fill(
    database: Database,
    *values: Dataset | Document | Chunk | Chat | StoredFile | SearchApp | McpServer | Agent,
) -> None:
    """Store values in one transaction."""
    with database.transaction() as work:
        for value in values:
            if isinstance(value, Dataset):
                work.datasets.add(value)
            elif isinstance(value, Document):
                work.documents.add(value)
            elif isinstance(value, Chat):
                work.chats.add(value)
            elif isinstance(value, StoredFile):
                work.files.add(value)
            elif isinstance(value, SearchApp):
                work.searches.add(value)
            elif isinstance(value, Agent):
                work.agents.add(value)
            elif isinstance(value, McpServer):
                work.mcp_servers.add(value)
            else:
                work.chunks.put(value)
