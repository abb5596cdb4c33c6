"""The contract of `domain.repositories.Database`, one file per noun.

In: a fixture `database` that yields an empty, migrated database. Subclass `DatabaseContract` in a
test module and define that fixture there.
"""

from __future__ import annotations

from ragflow.testing.database.accounts import AccountsContract
from ragflow.testing.database.agent_runs import AgentRunsContract
from ragflow.testing.database.agents import AgentsContract, AgentSessionsContract
from ragflow.testing.database.chats import ChatsContract
from ragflow.testing.database.chunks import ChunksContract
from ragflow.testing.database.datasets import DatasetsContract
from ragflow.testing.database.documents import DocumentsContract
from ragflow.testing.database.files import FilesContract
from ragflow.testing.database.graphs import GraphsContract
from ragflow.testing.database.mcp_servers import McpServersContract
from ragflow.testing.database.searches import SearchesContract
from ragflow.testing.database.sessions import SessionsContract
from ragflow.testing.database.sign_ins import SignInsContract
from ragflow.testing.database.texts import TextsContract
from ragflow.testing.database.work import WorkContract

__all__ = ["DatabaseContract"]


class DatabaseContract(
    AccountsContract,
    AgentRunsContract,
    AgentSessionsContract,
    AgentsContract,
    ChatsContract,
    ChunksContract,
    DatasetsContract,
    DocumentsContract,
    FilesContract,
    GraphsContract,
    McpServersContract,
    SearchesContract,
    SessionsContract,
    SignInsContract,
    TextsContract,
    WorkContract,
):
    """State what every database must do."""
