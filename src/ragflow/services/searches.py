"""Search apps: create, change, list and delete; and what their settings mean.

In: drafts and changes. Out: `SearchApp` values. Refused: datasets and documents that the owner may
not use, unknown models, taken names. A search app is its owner's alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ragflow.domain.errors import Conflict, ModelNotConfigured, UnknownModel
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids, ModelCatalog
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.domain.searches import SearchApp
from ragflow.services.access import require_datasets, require_documents_of
from ragflow.services.errors import (
    DuplicateSearchName,
    NameRequired,
    NameTooLong,
    SearchDeleted,
    SearchNotFound,
    UnknownChatModel,
    UnknownRerankModel,
)

NAME_BYTES = 255


def default_search_config() -> dict[str, Any]:
    """Return the settings of a new search app."""
    return {
        "kb_ids": [],
        "doc_ids": [],
        "similarity_threshold": 0.2,
        "vector_similarity_weight": 0.3,
        "use_kg": False,
        "rerank_id": "",
        "top_k": 1024,
        "summary": False,
        "chat_id": "",
        "llm_setting": {},
        "highlight": False,
        "keyword": False,
        "web_search": False,
        "related_search": False,
        "query_mindmap": False,
    }


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Say how a search app searches and answers; `chat_model` is stored as `chat_id`."""

    dataset_ids: tuple[str, ...]
    document_ids: tuple[str, ...]
    similarity_threshold: float
    vector_similarity_weight: float
    top_k: int
    rerank_model: str
    keyword: bool
    highlight: bool
    chat_model: str
    llm_setting: Mapping[str, Any]


def settings_of_search(search: SearchApp) -> SearchSettings:
    """Read the settings of a search app."""
    config = {**default_search_config(), **search.search_config}
    return SearchSettings(
        dataset_ids=tuple(config["kb_ids"]),
        document_ids=tuple(config["doc_ids"]),
        similarity_threshold=config["similarity_threshold"],
        vector_similarity_weight=config["vector_similarity_weight"],
        top_k=config["top_k"],
        rerank_model=config["rerank_id"],
        keyword=config["keyword"],
        highlight=config["highlight"],
        chat_model=config["chat_id"],
        llm_setting=config["llm_setting"],
    )


@dataclass(frozen=True, slots=True)
class SearchDraft:
    """Propose a search app or changes of one: None and absent settings mean no change."""

    name: str | None = None
    description: str | None = None
    avatar: str | None = None
    search_config: Mapping[str, Any] = field(default_factory=dict)

    def texts(self) -> dict[str, Any]:
        """Return the fields beside the settings that are set."""
        named = {"name": self.name, "description": self.description, "avatar": self.avatar}
        return {name: value for name, value in named.items() if value is not None}


class SearchService:
    """Manage the search apps of a tenant."""

    def __init__(self, database: Database, catalog: ModelCatalog, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._ids = ids

    def create(self, actor: Actor, draft: SearchDraft) -> SearchApp:
        """Add a search app. Raises `InvalidInput`, `DatasetNotFound`, `DuplicateSearchName`."""
        now = self._clock.milliseconds()
        search = SearchApp(
            id=self._ids.object_id(),
            tenant_id=actor.tenant_id,
            created_by=actor.user_id,
            create_time=now,
            update_time=now,
            search_config={**default_search_config(), **draft.search_config},
            **{"name": "", **draft.texts()},
        )
        with _one_of_the_name(search.name), self._database.transaction() as unit:
            self._check(unit, actor, search, draft.search_config)
            unit.searches.add(search)
        return search

    def get(self, actor: Actor, search_id: str) -> SearchApp:
        """Return an own search app. Raises `SearchNotFound`, `SearchDeleted`."""
        with self._database.reading() as unit:
            return require_search(unit, actor, search_id)

    def page(
        self, actor: Actor, paging: Paging, keywords: str | None = None
    ) -> tuple[list[SearchApp], int]:
        """List own search apps; and their total."""
        with self._database.reading() as unit:
            return unit.searches.page(actor.tenant_id, paging, keywords)

    def update(self, actor: Actor, search_id: str, draft: SearchDraft) -> SearchApp:
        """Merge changes into a search app. Raises as `create` and `get` do."""
        with _one_of_the_name(draft.name), self._database.transaction() as unit:
            search = require_search(unit, actor, search_id)
            changed = replace(
                search,
                **draft.texts(),
                search_config={**search.search_config, **draft.search_config},
                update_time=self._clock.milliseconds(),
            )
            self._check(unit, actor, changed, draft.search_config)
            unit.searches.update(changed)
        return changed

    def delete(self, actor: Actor, search_id: str) -> None:
        """Delete a search app. Raises as `get` does."""
        with self._database.transaction() as unit:
            search = require_search(unit, actor, search_id)
            now = self._clock.milliseconds()
            unit.searches.update(replace(search, status="0", update_time=now))

    def _check(
        self, unit: UnitOfWork, actor: Actor, search: SearchApp, changes: Mapping[str, Any]
    ) -> None:
        """Refuse what cannot be used; settings that stay as they were may be out of date."""
        if not search.name.strip():
            raise NameRequired
        if len(search.name.encode(errors="surrogatepass")) > NAME_BYTES:
            raise NameTooLong(f"A search app's name has at most {NAME_BYTES} bytes.")
        settings = settings_of_search(search)
        if not changes.keys().isdisjoint(("kb_ids", "doc_ids")):
            _check_sources(unit, actor, settings)
        if changes.get("chat_id"):
            try:
                self._catalog.chat(actor.tenant_id, settings.chat_model)
            except (UnknownModel, ModelNotConfigured):
                raise UnknownChatModel(name=settings.chat_model) from None
        if changes.get("rerank_id"):
            try:
                self._catalog.rerank(actor.tenant_id, settings.rerank_model)
            except (UnknownModel, ModelNotConfigured):
                raise UnknownRerankModel(name=settings.rerank_model) from None


def require_search(unit: UnitOfWork, actor: Actor, search_id: str) -> SearchApp:
    """Return a live search app of the caller's. Raises `SearchNotFound`, `SearchDeleted`.

    Only its owner learns that a search app was deleted.
    """
    search = unit.searches.get(search_id)
    if search is None or search.tenant_id != actor.tenant_id:
        raise SearchNotFound(id=search_id)
    if search.status != "1":
        raise SearchDeleted(id=search_id)
    return search


@contextmanager
def _one_of_the_name(name: str | None) -> Iterator[None]:
    try:
        yield
    except Conflict as conflict:
        raise DuplicateSearchName(name=name) from conflict


def _check_sources(unit: UnitOfWork, actor: Actor, settings: SearchSettings) -> None:
    datasets = require_datasets(unit, actor, settings.dataset_ids)
    require_documents_of(unit, datasets, settings.document_ids)
