"""Words of the description that belong to no single route: tags, path parameters, ways to sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.http.described import samples

TITLE = "ragflow"
ABOUT = (
    "Documents in, cited answers out. Nearly every reply has HTTP status 200; whether a request"
    " was done is told by `code`, which is 0 then. Each path is also served below a prefix that"
    " names a generation of clients, such as `/v027`, and answers as that generation reads it."
)

TAGS: Mapping[str, str] = {
    "datasets": "Collections of documents that are searched together.",
    "documents": "Files of a dataset, and their parsing.",
    "files": "The file manager: folders and files that documents are made from.",
    "metadata": "Meta fields of all documents of a dataset.",
    "chunks": "Passages of a document and their pictures.",
    "retrieval": "Search in datasets.",
    "chats": "Assistants that answer from datasets.",
    "sessions": "Conversations with an assistant.",
    "completions": "Answers to questions.",
    "openai": "Answers in the form of OpenAI's chat completions.",
    "graphs": "Knowledge graphs of datasets.",
    "chatbots": "Assistants that are embedded in pages.",
    "searches": "Search apps: saved ways to search.",
    "searchbots": "Searches that are embedded in pages.",
    "agents": "Agents: canvases of components that answer.",
    "agentbots": "Agents that are embedded in pages.",
    "system": "The server itself.",
    "accounts": "People, sign-in and API keys.",
    "teams": "Who belongs to a tenant.",
    "mcp servers": "Servers whose tools agents use.",
    "models": "Vendors of models and a tenant's access to them.",
}

PATH_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "agent_id": ("Id of the agent.", samples.AGENT_ID),
    "chat_id": ("Id of the assistant.", samples.CHAT_ID),
    "chunk_id": ("Id of the chunk.", samples.CHUNK_ID),
    "dataset_id": ("Id of the dataset.", samples.DATASET_ID),
    "document_id": ("Id of the document.", samples.DOCUMENT_ID),
    "file_id": ("Id of the file.", samples.FILE_ID),
    "image_id": (
        "Id of the picture, as `image_id` of a chunk names it.",
        f"{samples.DATASET_ID}-{samples.CHUNK_ID}",
    ),
    "name": ("Name of the template.", "translation"),
    "number": ("Number of the page, from 1.", "1"),
    "other_id": ("Id of the version to compare with.", samples.VERSION_ID),
    "run_id": ("Id of the run.", samples.RUN_ID),
    "search_id": ("Id of the search app.", samples.SEARCH_ID),
    "session_id": ("Id of the session.", samples.SESSION_ID),
    "task_id": ("Id of the run, or of the agent.", samples.RUN_ID),
    "tenant_id": ("Id of the tenant.", samples.TENANT_ID),
    "token": ("The key's id, a secret of it, or the key as lists show it.", samples.SESSION_ID),
    "user_id": ("Id of the account.", samples.TENANT_ID),
    "version_id": ("Id of the version.", samples.VERSION_ID),
}
"""What stands in a path, and an example of it."""

API_KEY, EMBED_TOKEN, CALLER = "apiKey", "embedToken", "signIn"

SECURITY_SCHEMES: Mapping[str, dict[str, Any]] = {
    API_KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, such as `ragflow-…`.",
    },
    EMBED_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "The embed token (`beta`) of an API key, which pages may hold.",
    },
    CALLER: {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "The token of a sign-in. An API key does too, but for making and revoking keys and for "
            "changing a team or a profile."
        ),
    },
}
