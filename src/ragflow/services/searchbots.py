"""Searches that are embedded in pages: answers, hits, related questions and mind maps.

In: a question, the datasets to search and perhaps a search app, whose settings then count. Out:
what was found. Refused: datasets, documents and search apps that the caller may not use, and a
search that names no dataset.

The datasets of a search app take the place of those that a page names. A page may narrow its
documents, not widen them; of everything else the page has the last word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragflow.domain.documents import Dataset
from ragflow.domain.errors import ModelError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import ChatModel, ModelCatalog
from ragflow.domain.queries import Retrieval
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.generate.mind_map import MindMap, mind_map
from ragflow.services.access import may_use, require_datasets
from ragflow.services.completions import (
    ASK_PAGE_SIZE,
    ASK_THRESHOLD,
    CompletionService,
    Turn,
)
from ragflow.services.errors import (
    ForeignDocument,
    NoDatasetNamed,
    NoParsedFile,
    NothingIndexed,
)
from ragflow.services.retrieval import NOTHING, RetrievalRequest, RetrievalService
from ragflow.services.searches import SearchSettings, require_search, settings_of_search


@dataclass(frozen=True, slots=True)
class EmbeddedSearch:
    """Ask from a page; an empty `search_id` means no search app.

    `values` are fields of a retrieval request that the page sets itself.
    """

    question: str
    dataset_ids: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    search_id: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Hold what a search may cover; without a search app, `settings` is None."""

    settings: SearchSettings | None
    datasets: tuple[Dataset, ...]
    document_ids: tuple[str, ...]

    def request(self, search: EmbeddedSearch, **defaults: Any) -> RetrievalRequest:
        """Return how to search: as the page says, else the search app, else the defaults."""
        fields: dict[str, Any] = {"highlight": False, **defaults}
        if self.settings is not None:
            names = (
                "similarity_threshold vector_similarity_weight top_k rerank_model keyword highlight"
            )
            fields |= {name: getattr(self.settings, name) for name in names.split()}
        return RetrievalRequest(
            question=search.question,
            dataset_ids=tuple(dataset.id for dataset in self.datasets),
            document_ids=self.document_ids,
            **(fields | dict(search.values)),
        )


class SearchbotService:
    """Answer the questions of pages."""

    def __init__(
        self,
        database: Database,
        retrieval: RetrievalService,
        completions: CompletionService,
        catalog: ModelCatalog,
    ) -> None:
        self._database = database
        self._retrieval = retrieval
        self._completions = completions
        self._catalog = catalog

    def begin_asking(self, actor: Actor, search: EmbeddedSearch) -> Turn:
        """Prepare a question. Raises as `retrieve` does, and `NoParsedFile`.

        Of a search app's datasets one with chunks is enough.
        """
        scope = self._scope(actor, search)
        empty = [dataset.id for dataset in scope.datasets if dataset.chunk_count == 0]
        if empty and (scope.settings is None or len(empty) == len(scope.datasets)):
            raise NoParsedFile(id=empty[0])
        request = scope.request(search, page_size=ASK_PAGE_SIZE, similarity_threshold=ASK_THRESHOLD)
        if scope.settings is None:
            return self._completions.begin_search(actor, request)
        settings = scope.settings
        return self._completions.begin_search(
            actor, request, settings.chat_model, settings.llm_setting
        )

    def retrieve(self, actor: Actor, search: EmbeddedSearch) -> Retrieval:
        """Return what a question finds.

        Raises `DatasetNotFound`, `SearchNotFound`, `SearchDeleted`, `NoDatasetNamed`,
        `ForeignDocument`, `MixedEmbeddings`, `NothingIndexed` or a `ModelError`.
        """
        scope = self._scope(actor, search)
        return self._retrieval.retrieve(actor, scope.request(search, similarity_threshold=0.0))

    async def related_questions(self, actor: Actor, question: str, search_id: str) -> list[str]:
        """Return questions that someone may ask next.

        Raises `SearchNotFound`, `SearchDeleted` or a `ModelError`.
        """
        settings = await asyncio.to_thread(self._settings, actor, search_id)
        model = "" if settings is None else settings.chat_model
        return await self._completions.related_questions(actor, question, chat_model=model)

    async def mind_map(self, actor: Actor, search: EmbeddedSearch) -> MindMap:
        """Return what a question finds as a tree; raises as `retrieve` does."""
        model, found = await asyncio.to_thread(self._found, actor, search)
        return await mind_map(model, search.question, found.hits)

    def _found(self, actor: Actor, search: EmbeddedSearch) -> tuple[ChatModel | None, Retrieval]:
        """Return what a mind map is made of; a chat model that is not there is None."""
        scope = self._scope(actor, search)
        request = scope.request(search, page_size=ASK_PAGE_SIZE, similarity_threshold=ASK_THRESHOLD)
        try:
            found = self._retrieval.retrieve(actor, request)
        except NothingIndexed:
            found = NOTHING
        name = "" if scope.settings is None else scope.settings.chat_model
        try:
            return self._catalog.chat(actor.tenant_id, name), found
        except ModelError:
            return None, found

    def _settings(self, actor: Actor, search_id: str) -> SearchSettings | None:
        if not search_id:
            return None
        with self._database.reading() as unit:
            return settings_of_search(require_search(unit, actor, search_id))

    def _scope(self, actor: Actor, search: EmbeddedSearch) -> _Scope:
        with self._database.reading() as unit:
            named = require_datasets(unit, actor, search.dataset_ids)
            if not search.search_id:
                scope = _Scope(None, named, search.document_ids)
            else:
                app = require_search(unit, actor, search.search_id)
                scope = _scope_of(unit, actor, settings_of_search(app), named, search.document_ids)
        if not scope.datasets:
            raise NoDatasetNamed
        return scope


def _scope_of(
    unit: UnitOfWork,
    actor: Actor,
    settings: SearchSettings,
    named: tuple[Dataset, ...],
    document_ids: Sequence[str],
) -> _Scope:
    """Return what a search app covers, without the datasets and documents that are gone by now."""
    datasets = named
    if settings.dataset_ids:
        own = unit.datasets.get_many(settings.dataset_ids)
        datasets = tuple(dataset for dataset in own if may_use(actor, dataset))
    if not settings.document_ids:
        return _Scope(settings, datasets, tuple(document_ids))
    for document_id in document_ids:
        if document_id not in settings.document_ids:
            raise ForeignDocument(id=document_id)
    if document_ids:
        return _Scope(settings, datasets, tuple(document_ids))
    known = tuple(each.id for each in unit.documents.get_many(settings.document_ids))
    # Where none is left, the search is refused: no document named would mean all of them.
    return _Scope(settings, datasets, known or settings.document_ids)
