"""Examples of bodies, by the name of the route's function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.http.described.samples import (
    CHAT_ID,
    CHUNK_ID,
    DATASET_ID,
    DOCUMENT_ID,
    DSL,
    FILE_ID,
    MCP_ID,
    PICTURE,
    SEARCH_ID,
    SESSION_ID,
    TENANT_ID,
)

_QUESTION = "When is leave asked for?"
_CHUNK = {
    "content": "Leave is asked for two weeks ahead.",
    "important_keywords": ["leave"],
    "questions": [_QUESTION],
    "tag_kwd": ["people"],
}
_CHAT = {
    "name": "guide",
    "dataset_ids": [DATASET_ID],
    "llm": {"model_name": "", "temperature": 0.1},
    "prompt": {"opener": "What do you want to know?", "top_n": 6},
}
_SEARCH = {"name": "handbook search", "search_config": {"kb_ids": [DATASET_ID], "top_k": 1024}}
_MCP_SERVER = {
    "name": "weather",
    "url": "https://weather.example.org/mcp",
    "server_type": "streamable-http",
    "headers": {"Authorization": "Bearer ${token}"},
    "variables": {"token": "a secret"},
}
_SIGN_IN = {"email": "ada@example.org", "password": "correct horse battery staple"}

BODIES: Mapping[str, dict[str, Any]] = {
    "create_dataset": {
        "name": "handbook",
        "chunk_method": "naive",
        "parser_config": {"chunk_token_num": 256},
    },
    "update_dataset": {"name": "handbook of 2025", "pagerank": 10},
    "delete_datasets": {"ids": [DATASET_ID]},
    "upload_documents": {"file": ["leave.txt"]},
    "update_document": {"name": "leave-2025.txt", "meta_fields": {"author": "Ada"}},
    "delete_documents": {"ids": [DOCUMENT_ID]},
    "parse_documents": {"document_ids": [DOCUMENT_ID]},
    "stop_parsing": {"document_ids": [DOCUMENT_ID]},
    "update_metadata": {
        "selector": {"document_ids": [DOCUMENT_ID]},
        "updates": [{"key": "author", "value": "Ada"}],
        "deletes": [{"key": "draft"}],
    },
    "set_metadata_plan": {"metadata": [{"key": "author", "type": "string"}]},
    "add_chunk": _CHUNK,
    "update_chunk": {**_CHUNK, "available": True},
    "delete_chunks": {"chunk_ids": [CHUNK_ID]},
    "retrieve": {
        "question": _QUESTION,
        "dataset_ids": [DATASET_ID],
        "page_size": 10,
        "similarity_threshold": 0.2,
        "metadata_condition": {
            "conditions": [
                {"name": "author", "comparison_operator": "is", "value": "Ada"},
            ]
        },
    },
    "retrieve_records": {
        "knowledge_id": DATASET_ID,
        "query": _QUESTION,
        "retrieval_setting": {"top_k": 5, "score_threshold": 0.2},
    },
    "create_chat": _CHAT,
    "update_chat": _CHAT,
    "change_chat": {"name": "guide", "prompt_config": {"prologue": "What do you want to know?"}},
    "delete_chats": {"ids": [CHAT_ID]},
    "create_session": {"name": "leave", "user_id": ""},
    "update_session": {"name": "leave in 2025"},
    "delete_sessions": {"ids": [SESSION_ID]},
    "complete_chat": {"question": _QUESTION, "session_id": SESSION_ID, "stream": False},
    "ask_datasets": {"question": _QUESTION, "dataset_ids": [DATASET_ID]},
    "suggest_questions": {"question": _QUESTION, "industry": "law"},
    "create_chat_completion": {
        "model": "model",
        "messages": [{"role": "user", "content": _QUESTION}],
        "stream": False,
    },
    "complete_embedded_chat": {
        "question": _QUESTION,
        "session_id": SESSION_ID,
        "stream": False,
        "quote": True,
    },
    "create_search": {**_SEARCH, "description": "For the page of the house", "avatar": PICTURE},
    "update_search": _SEARCH,
    "ask_from_page": {"question": _QUESTION, "kb_ids": [DATASET_ID], "search_id": SEARCH_ID},
    "search_from_page": {"question": _QUESTION, "kb_id": [DATASET_ID], "page": 1, "size": 10},
    "suggest_to_page": {"question": _QUESTION, "search_id": SEARCH_ID},
    "draw_mind_map": {"question": _QUESTION, "kb_ids": [DATASET_ID]},
    "upload_files": {"file": ["leave.txt"], "parent_id": TENANT_ID},
    "create_file": {"name": "rules", "parent_id": TENANT_ID, "type": "folder"},
    "remove_files": {"file_ids": [FILE_ID]},
    "rename_file": {"file_id": FILE_ID, "name": "leave-2025.txt"},
    "move_files": {"src_file_ids": [FILE_ID], "dest_file_id": TENANT_ID},
    "link_files": {"file_ids": [FILE_ID], "kb_ids": [DATASET_ID]},
    "create_agent": {"title": "guide", "dsl": DSL, "description": "Answers what is asked"},
    "update_agent": {"title": "guide of 2025", "dsl": DSL},
    "delete_agent_sessions": {"ids": [SESSION_ID]},
    "complete_agent": {"question": _QUESTION, "session_id": SESSION_ID, "stream": False},
    "create_agent_completion": {
        "model": "model",
        "messages": [{"role": "user", "content": _QUESTION}],
        "stream": False,
    },
    "complete_embedded_agent": {"question": _QUESTION, "inputs": {}, "stream": False},
    "upload_agent_files": {"file": ["leave.txt"]},
    "register": {**_SIGN_IN, "email": "grace@example.org", "nickname": "Grace"},
    "login": _SIGN_IN,
    "change_setting": {"nickname": "Ada L."},
    "set_tenant_info": {"tenant_id": TENANT_ID, "embd_id": "BAAI/bge-large-zh-v1.5@BAAI"},
    "invite": {"email": "bob@example.org"},
    "set_api_key": {"llm_factory": "OpenAI", "api_key": "sk-…"},
    "add_model": {
        "llm_factory": "OpenAI",
        "llm_name": "gpt-5-mini",
        "model_type": "chat",
        "api_key": "sk-…",
    },
    "delete_model": {"llm_factory": "OpenAI", "llm_name": "gpt-5-mini"},
    "list_mcp_servers": {"mcp_ids": []},
    "create_mcp_server": _MCP_SERVER,
    "update_mcp_server": {"mcp_id": MCP_ID, "headers": {"Authorization": "Bearer new"}},
    "delete_mcp_servers": {"mcp_ids": [MCP_ID]},
    "test_mcp_server": _MCP_SERVER,
    "list_mcp_tools": {"mcp_ids": [MCP_ID]},
    "import_mcp_servers": {
        "mcpServers": {"weather": {"type": "sse", "url": "https://weather.example.org/sse"}}
    },
    "export_mcp_servers": {"mcp_ids": [MCP_ID]},
    "delete_factory": {"llm_factory": "OpenAI"},
}
