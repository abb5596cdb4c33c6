"""Repositories: what the core asks of the metadata database, one protocol per noun.

A `Database` hands out units of work. Inside `transaction()` all changes commit together when the
block ends, and none does when it raises; `reading()` takes no write lock. Objects are values: an
update stores the whole new value, made with `dataclasses.replace`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from ragflow.domain.agent_repositories import AgentRuns, Agents, AgentSessions
from ragflow.domain.chats import Chat, ChatSession, Message, SessionOrigin
from ragflow.domain.chunks import Chunk, RowValues
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.files import FileLink, StoredFile
from ragflow.domain.graphs import Community, Entity, Graph, GraphShare, Relation
from ragflow.domain.identity import ApiKey, Membership, ProviderAccount, SignIn, Tenant, User
from ragflow.domain.jobs import OutboxEntry, OutboxKind
from ragflow.domain.mcp_servers import McpServer
from ragflow.domain.searches import SearchApp


@dataclass(frozen=True, slots=True)
class Paging:
    """Choose a page and its order; ties are broken by id. `limit` None means all.

    `order_by` is a field name of the listed value; an unknown one raises `InvalidInput`.
    """

    offset: int = 0
    limit: int | None = 30
    order_by: str = "create_time"
    descending: bool = True


class Accounts(Protocol):
    """Keep users, tenants, memberships, API keys and provider accounts."""

    def add_user(self, user: User) -> None: ...
    def user(self, user_id: str) -> User | None: ...
    def user_by_email(self, email: str) -> User | None: ...
    def update_user(self, user: User) -> None: ...
    def count_users(self) -> int: ...
    def users(self) -> list[User]: ...
    def add_tenant(self, tenant: Tenant) -> None: ...
    def tenant(self, tenant_id: str) -> Tenant | None: ...
    def update_tenant(self, tenant: Tenant) -> None: ...
    def put_membership(self, membership: Membership) -> None: ...
    def remove_membership(self, tenant_id: str, user_id: str) -> None: ...
    def memberships_of_user(self, user_id: str) -> list[Membership]: ...
    def memberships_of_tenant(self, tenant_id: str) -> list[Membership]: ...
    def add_key(self, key: ApiKey) -> None: ...
    def key_by_hash(self, secret_hash: str) -> ApiKey | None: ...
    def key_by_beta_hash(self, beta_hash: str) -> ApiKey | None: ...
    def keys(self, tenant_id: str) -> list[ApiKey]: ...
    def update_key(self, key: ApiKey) -> None: ...
    def put_provider(self, account: ProviderAccount) -> None: ...
    def provider(self, tenant_id: str, factory: str) -> ProviderAccount | None: ...
    def providers(self, tenant_id: str) -> list[ProviderAccount]: ...
    def remove_provider(self, tenant_id: str, factory: str) -> None: ...


class SignIns(Protocol):
    """Keep who is signed in."""

    def add(self, sign_in: SignIn) -> None: ...
    def by_hash(self, token_hash: str) -> SignIn | None:
        """Find by the SHA-256 of the token, expired or not."""
        ...

    def remove(self, token_hash: str) -> None:
        """Delete, if there."""
        ...

    def remove_of_user(self, user_id: str, except_hash: str | None = None) -> None:
        """Delete all of a user but one."""
        ...

    def remove_expired(self, now: int) -> None:
        """Delete what ended at `now`, in ms, or before."""
        ...


class Datasets(Protocol):
    """Keep datasets; values come back with counters derived from their documents."""

    def add(self, dataset: Dataset) -> None:
        """Insert. Raises `Conflict` when the tenant has the name already (case-insensitive)."""
        ...

    def get(self, dataset_id: str) -> Dataset | None: ...
    def get_many(self, dataset_ids: Sequence[str]) -> list[Dataset]: ...
    def all_ids(self) -> list[str]:
        """Return the ids of every tenant's datasets, in order."""
        ...

    def by_name(self, tenant_id: str, name: str) -> Dataset | None:
        """Find by name, case-insensitive."""
        ...

    def visible(
        self,
        tenant_id: str,
        joined_tenant_ids: Sequence[str],
        paging: Paging,
        dataset_id: str | None = None,
        name: str | None = None,
        dataset_ids: Sequence[str] | None = None,
    ) -> tuple[list[Dataset], int]:
        """List own datasets and those of joined tenants with permission `team`; and their total.

        `dataset_ids` None means all, an empty one none.
        """
        ...

    def update(self, dataset: Dataset) -> None:
        """Store the new value. Raises `Conflict` when the name is taken by another."""
        ...

    def delete(self, dataset_id: str) -> None:
        """Delete the dataset with its documents and chunks."""
        ...


class Documents(Protocol):
    """Keep documents."""

    def add(self, document: Document) -> None: ...
    def get(self, document_id: str) -> Document | None: ...
    def get_many(self, document_ids: Sequence[str]) -> list[Document]: ...
    def names(self, dataset_id: str) -> set[str]: ...
    def ids(self, dataset_id: str) -> list[str]: ...
    def count_of_tenant(self, tenant_id: str) -> int: ...
    def sizes(self, dataset_ids: Sequence[str]) -> dict[str, int]:
        """Return the bytes of the documents of each dataset that has some."""
        ...

    def page(
        self,
        dataset_id: str,
        paging: Paging,
        document_id: str | None = None,
        name: str | None = None,
        keywords: str | None = None,
        created_from: int | None = None,
        created_to: int | None = None,
    ) -> tuple[list[Document], int]:
        """List the documents of a dataset that pass every filter; and their total.

        `keywords` is a case-insensitive substring of the name; the times are inclusive, in ms.
        """
        ...

    def meta_fields(self, dataset_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Return the meta fields by document id."""
        ...

    def update(self, document: Document) -> None: ...
    def set_progress(
        self, document_id: str, revision: int, progress: float, message: str, duration: float
    ) -> bool:
        """Store progress if the revision is still the wanted one and runs; tell whether it was."""
        ...

    def delete(self, document_ids: Sequence[str]) -> None:
        """Delete the documents with their chunks."""
        ...


class Chunks(Protocol):
    """Keep chunks, the truth from which the search index is derived."""

    def put(self, chunk: Chunk) -> bool:
        """Insert or replace one chunk with its vector; tell whether it is new."""
        ...

    def replace_document(self, document_id: str, chunks: Sequence[Chunk]) -> None:
        """Make `chunks` the only ones of the document."""
        ...

    def get(self, document_id: str, chunk_id: str, with_vector: bool = False) -> Chunk | None: ...
    def find(self, dataset_ids: Sequence[str], chunk_id: str) -> Chunk | None: ...
    def get_many(
        self, keys: Sequence[tuple[str, str]], with_vector: bool = False
    ) -> dict[tuple[str, str], Chunk]:
        """Return chunks by (document_id, chunk_id); unknown keys are left out."""
        ...

    def page(self, document_id: str, offset: int, limit: int | None) -> tuple[list[Chunk], int]:
        """List a document's chunks in reading order, without vectors; and their total."""
        ...

    def document_groups(self, dataset_id: str, chunks: int = 500) -> list[list[str]]:
        """Return the ids of the documents that have chunks, in groups of about so many chunks."""
        ...

    def of_document(self, document_id: str) -> list[Chunk]:
        """Return a document's chunks in reading order, with vectors."""
        ...

    def of_documents(self, document_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of documents, by document and in reading order, with vectors."""
        ...

    def tags(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """Return the tags of chunks by (document_id, chunk_id), of those that have any."""
        ...

    def tag_counts(self, dataset_ids: Sequence[str]) -> Mapping[str, int]:
        """Count the chunks of some datasets that have each tag, by tag in order."""
        ...

    def rows(
        self, dataset_ids: Sequence[str], document_ids: Sequence[str] | None, limit: int
    ) -> list[RowValues]:
        """Return the typed values of available chunks that are rows, in reading order.

        `document_ids` None means all documents; no more than `limit` rows are read.
        """
        ...

    def set_available(self, document_id: str, available: bool) -> None: ...
    def delete(self, document_id: str, chunk_ids: Sequence[str] | None) -> list[str]:
        """Delete chunks, all where None; return the ids that were there."""
        ...


class Chats(Protocol):
    """Keep chat assistants; a deleted one keeps its row with status "0"."""

    def add(self, chat: Chat) -> None:
        """Insert. Raises `Conflict` when the tenant has a live chat of the name."""
        ...

    def get(self, chat_id: str) -> Chat | None:
        """Return a live chat."""
        ...

    def by_name(self, tenant_id: str, name: str) -> Chat | None: ...
    def page(
        self,
        tenant_id: str,
        paging: Paging,
        chat_id: str | None = None,
        name: str | None = None,
        keywords: str | None = None,
    ) -> tuple[list[Chat], int]:
        """List the live chats of a tenant that pass every filter; and their total.

        `keywords` is a case-insensitive substring of the name.
        """
        ...

    def update(self, chat: Chat) -> None: ...


class Sessions(Protocol):
    """Keep conversations and their messages."""

    def add(self, session: ChatSession, messages: Sequence[Message]) -> None: ...
    def get(self, session_id: str) -> ChatSession | None: ...
    def page(
        self,
        chat_id: str,
        paging: Paging,
        session_id: str | None = None,
        name: str | None = None,
        user_id: str | None = None,
        origin: SessionOrigin = SessionOrigin.API,
    ) -> tuple[list[ChatSession], int]: ...
    def update(self, session: ChatSession) -> None: ...
    def delete(self, session_ids: Sequence[str]) -> None: ...
    def messages(self, session_ids: Sequence[str]) -> dict[str, list[Message]]: ...
    def append(self, session_id: str, messages: Sequence[Message]) -> None:
        """Append messages; their ordinals are set to follow the last stored one."""
        ...


class Files(Protocol):
    """Keep files and folders, and which documents were made from them; not what is derived."""

    def add(self, file: StoredFile) -> None:
        """Insert. Raises `Conflict` when the folder holds the name."""
        ...

    def get(self, file_id: str) -> StoredFile | None: ...
    def child(self, folder_id: str, name: str) -> StoredFile | None: ...
    def names(self, folder_id: str) -> set[str]: ...
    def count_of_tenant(self, tenant_id: str) -> int:
        """Count the files of a tenant, without folders."""
        ...

    def page(
        self,
        folder_id: str,
        paging: Paging,
        keywords: str | None = None,
        beside: StoredFile | None = None,
    ) -> tuple[list[StoredFile], int]:
        """List what a folder holds, with `beside` as if it were stored there; and the total."""
        ...

    def subtree(self, file_id: str) -> list[StoredFile]:
        """Return a file and all that is below it."""
        ...

    def sizes(self, folder_ids: Sequence[str]) -> dict[str, int]:
        """Return the bytes of all that is below each folder."""
        ...

    def with_folders(self, folder_ids: Sequence[str]) -> set[str]:
        """Return those of the folders that hold a folder."""
        ...

    def update(self, file: StoredFile) -> None:
        """Store the new value. Raises `Conflict` when the folder holds the name."""
        ...

    def delete(self, file_ids: Sequence[str]) -> None:
        """Delete files with their links, not what is below them."""
        ...

    def add_link(self, link: FileLink) -> None: ...
    def links(self, file_ids: Sequence[str]) -> list[FileLink]:
        """Return the links of files, oldest first."""
        ...

    def link_of(self, document_id: str) -> FileLink | None: ...


class Graphs(Protocol):
    """Keep the knowledge graphs of datasets; a graph goes with its dataset."""

    def put(
        self, dataset_id: str, entities: Sequence[Entity], relations: Sequence[Relation]
    ) -> None:
        """Insert entities and relations or replace those of the same keys.

        Each key may come once. Raises `NotFound` when the dataset is gone.
        """
        ...

    def get(self, dataset_id: str) -> Graph:
        """Return the whole graph in the order of the names, an empty one when none was built."""
        ...

    def remove(
        self, dataset_id: str, entities: Sequence[str], relations: Sequence[tuple[str, str]]
    ) -> None:
        """Delete entities by name and relations by their ends; unknown ones are passed over."""
        ...

    def put_share(self, dataset_id: str, share: GraphShare) -> None:
        """Make `share` the document's only one. Raises `NotFound` when the document is gone.

        It goes with the document.
        """
        ...

    def shares(self, dataset_id: str) -> list[GraphShare]:
        """Return the shares of all documents, by document."""
        ...

    def share_digests(self, dataset_id: str) -> dict[str, str]:
        """Return the digest of each document's share."""
        ...

    def delete_share(self, document_id: str) -> bool:
        """Delete a document's share; tell whether there was one."""
        ...

    def put_aliases(self, dataset_id: str, aliases: Mapping[str, str]) -> None:
        """Remember that names mean other names. Raises `NotFound` when the dataset is gone."""
        ...

    def aliases(self, dataset_id: str) -> dict[str, str]:
        """Return which names mean which other names."""
        ...

    def replace_communities(self, dataset_id: str, communities: Sequence[Community]) -> None:
        """Make these the dataset's only communities. Raises `NotFound` when it is gone."""
        ...

    def communities(self, dataset_id: str) -> list[Community]:
        """Return the communities, the heaviest first."""
        ...

    def delete(self, dataset_id: str) -> None:
        """Delete the graph with all that it is made of."""
        ...


class Searches(Protocol):
    """Keep search apps; a deleted one keeps its row with status "0"."""

    def add(self, search: SearchApp) -> None:
        """Insert. Raises `Conflict` when the tenant has a live search app of the name."""
        ...

    def get(self, search_id: str) -> SearchApp | None:
        """Return a search app, a deleted one too."""
        ...

    def page(
        self, tenant_id: str, paging: Paging, keywords: str | None = None
    ) -> tuple[list[SearchApp], int]:
        """List a tenant's live search apps; and their total.

        `keywords` is a case-insensitive substring of the name.
        """
        ...

    def update(self, search: SearchApp) -> None:
        """Store the new value. Raises `Conflict` when the name is taken by another."""
        ...


class McpServers(Protocol):
    """Keep MCP servers."""

    def add(self, server: McpServer) -> None:
        """Insert. Raises `Conflict` when the tenant has a server of the name, in any case."""
        ...

    def get(self, server_id: str) -> McpServer | None: ...
    def page(
        self,
        tenant_id: str,
        paging: Paging,
        keywords: str | None = None,
        server_ids: Sequence[str] | None = None,
    ) -> tuple[list[McpServer], int]:
        """List a tenant's servers, of `server_ids` only where they are given; and their total.

        `keywords` is a case-insensitive substring of the name.
        """
        ...

    def update(self, server: McpServer) -> None:
        """Store the new value. Raises `Conflict` when the name is taken by another."""
        ...

    def delete(self, server_id: str) -> None:
        """Delete, if there."""
        ...


class Outbox(Protocol):
    """Keep what must follow a commit until it was done."""

    def add(self, kind: OutboxKind, payload: Mapping[str, Any]) -> None: ...
    def pending(self, limit: int = 1000, after: int = 0) -> list[OutboxEntry]:
        """Return the oldest entries with an id above `after`, in order."""
        ...

    def done(self, entry_ids: Sequence[int]) -> None: ...


class Leases(Protocol):
    """Keep which workers are alive."""

    def beat(self, worker_id: str, expires_at: float) -> None: ...
    def expired(self, now: float) -> list[str]: ...
    def remove(self, worker_ids: Sequence[str]) -> None: ...


class UnitOfWork(Protocol):
    """Give the repositories of one transaction."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def datasets(self) -> Datasets: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def chunks(self) -> Chunks: ...
    @property
    def chats(self) -> Chats: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def files(self) -> Files: ...
    @property
    def graphs(self) -> Graphs: ...
    @property
    def searches(self) -> Searches: ...
    @property
    def agents(self) -> Agents: ...
    @property
    def agent_sessions(self) -> AgentSessions: ...
    @property
    def agent_runs(self) -> AgentRuns: ...
    @property
    def mcp_servers(self) -> McpServers: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def leases(self) -> Leases: ...


class Database(Protocol):
    """Hand out units of work."""

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a unit of work that writes; it commits at the end of the block."""
        ...

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a unit of work that only reads."""
        ...

    def ping(self) -> None:
        """Raise when the database does not answer."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...
