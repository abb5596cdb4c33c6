"""Retrieval: questions over datasets that the caller may use.

In: a question with its settings. Out: one page of scored hits. Refused: datasets that the caller
may not use, that do not share an embedding model or hold nothing yet, and foreign documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset, Document
from ragflow.domain.graphs import told_in
from ragflow.domain.identity import Actor
from ragflow.domain.ports import ModelCatalog, SearchEngine
from ragflow.domain.queries import Question, Retrieval
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.retrieve.filters import matching_documents
from ragflow.retrieve.graph import graph_hit
from ragflow.retrieve.highlight import Highlighter
from ragflow.retrieve.hybrid import Key, Retriever, Sources, page_rank_boost
from ragflow.services.access import (
    require_dataset,
    require_datasets,
    require_document,
    require_documents_of,
)
from ragflow.services.errors import (
    ChunkNotFound,
    MixedEmbeddings,
    NothingIndexed,
)
from ragflow.services.tag_sets import TagSetService

NOTHING = Retrieval(0, (), ())
_LEAST = 1e-9  # any word in common
_WHOLE_DOCUMENT = 1_000_000


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    """Ask datasets; `document_ids` empty means all documents that meet `metadata_condition`."""

    question: str
    dataset_ids: tuple[str, ...]
    document_ids: tuple[str, ...] = ()
    page: int = 1
    page_size: int = 30
    similarity_threshold: float = 0.2
    vector_similarity_weight: float = 0.3
    top_k: int = 1024
    rerank_model: str = ""
    keyword: bool = False
    highlight: bool = True
    cross_languages: tuple[str, ...] = ()
    metadata_condition: Mapping[str, Any] | None = None
    use_kg: bool = False


QuestionRewriter = Callable[[Actor, RetrievalRequest], str]
"""Return the text to search for: the question, with keywords or in other languages if asked for."""


def as_asked(_actor: Actor, request: RetrievalRequest) -> str:
    """Return the question as it is: without a generative model nothing can be added to it."""
    return request.question


@dataclass(frozen=True, slots=True)
class ListedChunk:
    """Show a chunk in a list; `excerpt` replaces its text where a keyword was searched."""

    chunk: Chunk
    excerpt: str | None = None


@dataclass(frozen=True, slots=True)
class ChunkPage:
    """Hold a page of a document's chunks, how many there are in all, and the document."""

    document: Document
    total: int
    chunks: tuple[ListedChunk, ...] = field(default_factory=tuple)


class RetrievalService:
    """Find chunks."""

    def __init__(
        self,
        database: Database,
        engine: SearchEngine,
        catalog: ModelCatalog,
        rewrite: QuestionRewriter = as_asked,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._rewrite = rewrite
        self._tag_sets = TagSetService(database, engine)
        self._retriever = Retriever(engine, Sources(self._chunks, self._document_names, self._tags))

    def retrieve(self, actor: Actor, request: RetrievalRequest) -> Retrieval:
        """Return the chunks that answer a question, best first.

        Raises `DatasetNotFound`, `MixedEmbeddings`, `ForeignDocument`, `NothingIndexed` or a
        `ModelError`.
        """
        with self._database.reading() as unit:
            datasets = require_datasets(unit, actor, request.dataset_ids)
            if len({_bare(dataset.embedding_model) for dataset in datasets}) > 1:
                raise MixedEmbeddings
            document_ids = wanted_documents(unit, datasets, request)
        if not request.question.strip() or document_ids == ():
            return NOTHING
        if not any(dataset.chunk_count for dataset in datasets):
            raise NothingIndexed
        reranker = None
        if request.rerank_model:
            reranker = self._catalog.rerank(actor.tenant_id, request.rerank_model)
        first = datasets[0]
        found = self._retriever.retrieve(
            Question(
                text=self._rewrite(actor, request),
                dataset_ids=tuple(dataset.id for dataset in datasets),
                document_ids=document_ids,
                page=request.page,
                page_size=request.page_size,
                similarity_threshold=request.similarity_threshold,
                vector_similarity_weight=request.vector_similarity_weight,
                top_k=request.top_k,
                rerank_model=request.rerank_model or None,
                highlight=request.highlight,
            ),
            self._catalog.embedding(first.tenant_id, first.embedding_model),
            reranker,
            page_rank_boost({dataset.id: float(dataset.pagerank) for dataset in datasets}),
            self._tag_sets.of_question(request.question, datasets),
        )
        return self._with_graph(request, document_ids, found) if request.use_kg else found

    def _with_graph(
        self,
        request: RetrievalRequest,
        document_ids: tuple[str, ...] | None,
        found: Retrieval,
    ) -> Retrieval:
        """Put what the graphs of the datasets know before the hits of the first page.

        What only other documents tell, or documents that are switched off, is left out.
        """
        if request.page != 1:
            return found
        with self._database.reading() as unit:
            graphs = [unit.graphs.get(each) for each in request.dataset_ids]
            told_by = {document for graph in graphs for document in graph.document_ids}
            available = {
                each.id for each in unit.documents.get_many(sorted(told_by)) if each.status == "1"
            }
            groups = [
                group for each in request.dataset_ids for group in unit.graphs.communities(each)
            ]
        wanted = available if document_ids is None else available.intersection(document_ids)
        hit = graph_hit(
            request.question,
            request.dataset_ids,
            [told_in(graph, wanted) for graph in graphs],
            [group for group in groups if wanted.issuperset(group.document_ids)],
        )
        return found if hit is None else replace(found, hits=(hit, *found.hits))

    def list_chunks(
        self,
        actor: Actor,
        dataset_id: str,
        document_id: str,
        *,
        offset: int = 0,
        limit: int | None = None,
        keywords: str = "",
        chunk_id: str = "",
    ) -> ChunkPage:
        """List a document's chunks in reading order, or by how well they match keywords.

        Raises `DatasetNotFound`, `DocumentNotFound`, and `ChunkNotFound` for an unknown id.
        """
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            document = require_document(unit, dataset, document_id)
            if chunk_id:
                chunk = unit.chunks.get(document_id, chunk_id)
                if chunk is None:
                    raise ChunkNotFound(id=chunk_id, dataset_id=dataset_id)
                return ChunkPage(document, 1, (ListedChunk(chunk),))
            if not keywords.strip():
                chunks, total = unit.chunks.page(document_id, offset, limit)
                return ChunkPage(document, total, tuple(ListedChunk(chunk) for chunk in chunks))
            hidden = [
                each for each in unit.chunks.page(document_id, 0, None)[0] if not each.available
            ]
        found = [*self._matching(document, keywords), *_matching_hidden(hidden, keywords)]
        end = None if limit is None else offset + limit
        return ChunkPage(document, len(found), tuple(found[offset:end]))

    def _matching(self, document: Document, keywords: str) -> list[ListedChunk]:
        found = self._retriever.retrieve(
            Question(
                text=keywords,
                dataset_ids=(document.dataset_id,),
                document_ids=(document.id,),
                page_size=_WHOLE_DOCUMENT,
                top_k=_WHOLE_DOCUMENT,
                similarity_threshold=_LEAST,
            )
        )
        return [ListedChunk(hit.chunk, hit.highlight) for hit in found.hits]

    def _chunks(self, keys: Sequence[Key]) -> Mapping[Key, Chunk]:
        with self._database.reading() as unit:
            return unit.chunks.get_many(keys)

    def _tags(self, keys: Sequence[Key]) -> Mapping[Key, Mapping[str, int]]:
        with self._database.reading() as unit:
            return unit.chunks.tags(keys)

    def _document_names(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        with self._database.reading() as unit:
            return {each.id: each.name for each in unit.documents.get_many(document_ids)}


def wanted_documents(
    unit: UnitOfWork, datasets: Sequence[Dataset], request: RetrievalRequest
) -> tuple[str, ...] | None:
    """Return the documents to search in, None for all. Raises `ForeignDocument`."""
    if request.document_ids:
        require_documents_of(unit, datasets, request.document_ids)
        return request.document_ids
    if not request.metadata_condition:
        return None
    dataset_ids = [dataset.id for dataset in datasets]
    return matching_documents(request.metadata_condition, unit.documents.meta_fields(dataset_ids))


def _matching_hidden(chunks: Sequence[Chunk], keywords: str) -> list[ListedChunk]:
    """Search chunks that are switched off, which no engine returns."""
    highlighter = Highlighter(keywords)
    return [
        ListedChunk(chunk, highlighter.highlight(chunk.content))
        for chunk in chunks
        if highlighter.matches(chunk.content)
    ]


def _bare(model: str) -> str:
    return model.partition("@")[0]
