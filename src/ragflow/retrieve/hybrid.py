"""Retrieve: question in, one page of ranked hits out, each with the parts of its score.

The trip reads top down in `Retriever.retrieve`: words of the question → candidates from the engine
→ weights → scores → (rerank) → threshold → page → hits. Every stage that leaves candidates out says
how many in `Retrieval.dropped`.

Candidates are the union of the best by words and the best by vector, at most `top_k` of each. A
chunk that shares no word with the question, such as one in another language, can thus be found by
its vector alone. Word weights come from how many candidates hold each word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ragflow.domain.chunks import Chunk
from ragflow.domain.ports import EmbeddingModel, RerankModel, SearchEngine
from ragflow.domain.queries import (
    Candidate,
    DocumentAggregate,
    Hit,
    Question,
    Retrieval,
    ScoredCandidate,
    SearchRequest,
    Term,
)
from ragflow.retrieve.highlight import Highlighter
from ragflow.retrieve.score import Boost, Matched, key_of, match, occurrences, rerank, score
from ragflow.retrieve.tags import Tags, tag_boost
from ragflow.text.weights import names, question_words, term_texts, weigh

Key = tuple[str, str]
FetchChunks = Callable[[Sequence[Key]], Mapping[Key, Chunk]]
"""Return chunks by (document_id, chunk_id); those that are no longer there are left out."""
NameDocuments = Callable[[Sequence[str]], Mapping[str, str]]
"""Return the names of documents by id; those that are no longer there are left out."""
FetchTags = Callable[[Sequence[Key]], Mapping[Key, Tags]]
"""Return the tags of chunks by (document_id, chunk_id), of those that have any."""

RERANK_WINDOW = 128  # candidates that a rerank model reads for one question


def _no_tags(_keys: Sequence[Key]) -> Mapping[Key, Tags]:
    return {}


@dataclass(frozen=True, slots=True)
class Sources:
    """Say where the texts behind the index are; the index itself keeps tokens alone."""

    chunks: FetchChunks
    document_names: NameDocuments
    tags: FetchTags = _no_tags


def no_boost(candidate: Candidate) -> float:  # noqa: ARG001
    """Add nothing to a candidate."""
    return 0.0


def page_rank_boost(page_ranks: Mapping[str, float]) -> Boost:
    """Return the boost that adds each dataset's page rank, 0 to 100, as it is."""
    return lambda candidate: page_ranks.get(candidate.dataset_id, 0.0)


class Retriever:
    """Find the chunks that answer a question."""

    def __init__(self, engine: SearchEngine, sources: Sources) -> None:
        self._engine = engine
        self._sources = sources

    def retrieve(
        self,
        question: Question,
        embedding: EmbeddingModel | None = None,
        reranker: RerankModel | None = None,
        boost: Boost = no_boost,
        tags: Mapping[str, Tags] | None = None,
    ) -> Retrieval:
        """Return a page of hits and the counts over all pages; without `embedding` by words alone.

        `tags` are those of the question, by the datasets whose chunks are tagged. Raises
        `ModelUnavailable` when a model fails.
        """
        dropped: Counter[str] = Counter()
        scored = self._scored(question, embedding, reranker, boost, tags or {}, dropped)
        kept = [item for item in scored if item.similarity >= question.similarity_threshold]
        dropped["threshold"] = len(scored) - len(kept)
        titles = self._sources.document_names(sorted({item.candidate.document_id for item in kept}))
        page = _page(kept, question.page, question.page_size)
        return Retrieval(
            total=len(kept),
            hits=tuple(self._hits(page, question, titles, dropped)),
            aggregates=_aggregates(kept, titles),
            dropped={stage: count for stage, count in dropped.items() if count},
        )

    def _scored(
        self,
        question: Question,
        embedding: EmbeddingModel | None,
        reranker: RerankModel | None,
        boost: Boost,
        tags: Mapping[str, Tags],
        dropped: Counter[str],
    ) -> list[ScoredCandidate]:
        words = question_words(question.text)
        matched = match(self._candidates(question, embedding), term_texts(words))
        if not matched:
            return []
        total = self._population(question, matched)
        terms = weigh(words, occurrences(matched, total), names(question.text))
        weight = question.vector_similarity_weight
        if tags:
            boost = tag_boost(boost, tags, self._tags_of(matched, tags))
        scored = score(matched, terms, weight, boost)
        if reranker is None:
            return scored
        window = scored[: max(RERANK_WINDOW, question.page * question.page_size)]
        judged = self._judged(question.text, window, reranker)
        dropped["rerank_window"] = len(scored) - len(window)
        dropped["missing"] = len(window) - len(judged)
        return rerank(window, matched, terms, weight, judged)

    def _tags_of(self, matched: Sequence[Matched], tags: Mapping[str, Tags]) -> Mapping[Key, Tags]:
        found = (item.candidate for item in matched)
        return self._sources.tags([key_of(each) for each in found if each.dataset_id in tags])

    def _population(self, question: Question, matched: Sequence[Matched]) -> int:
        """Count the chunks among which the candidates' words are rare or frequent.

        While every chunk that shares a word is a candidate, words are counted among all chunks of
        the datasets; else among the candidates alone, and the rare stand out from these.
        """
        lexical = sum(item.candidate.lexical_rank is not None for item in matched)
        if lexical >= question.top_k:
            return len(matched)
        return max(len(matched), self._engine.count(question.dataset_ids))

    def _candidates(self, question: Question, embedding: EmbeddingModel | None) -> list[Candidate]:
        texts = term_texts(question_words(question.text))
        request = SearchRequest(
            dataset_ids=question.dataset_ids,
            document_ids=question.document_ids,
            terms=tuple(Term(text, 1 / len(texts)) for text in texts),
            vector=embedding.embed([question.text], "query")[0] if embedding else None,
            top_k=question.top_k,
        )
        if request.terms or request.vector is not None:
            found = self._engine.search(request)
            if found or question.document_ids is None:
                return found
        return self._engine.search(
            SearchRequest(question.dataset_ids, question.document_ids, (), None, question.top_k)
        )

    def _judged(
        self, text: str, window: Sequence[ScoredCandidate], reranker: RerankModel
    ) -> dict[Key, float]:
        chunks = self._sources.chunks([key_of(item.candidate) for item in window])
        if not chunks:
            return {}
        scores = reranker.scores(text, [chunk.content for chunk in chunks.values()])
        return dict(zip(chunks, scores, strict=True))

    def _hits(
        self,
        page: Sequence[ScoredCandidate],
        question: Question,
        names: Mapping[str, str],
        dropped: Counter[str],
    ) -> list[Hit]:
        chunks = self._sources.chunks([key_of(item.candidate) for item in page])
        highlighter = Highlighter(question.text)
        hits = []
        for item in page:
            chunk = chunks.get(key_of(item.candidate))
            if chunk is None or not chunk.available:
                dropped["missing" if chunk is None else "unavailable"] += 1
                continue
            marked = highlighter.highlight(chunk.content) if question.highlight else ""
            hits.append(Hit(chunk, names.get(chunk.document_id, ""), item, marked))
        return hits


def _page(scored: Sequence[ScoredCandidate], number: int, size: int) -> Sequence[ScoredCandidate]:
    """Return a page, numbered from 1; page 0 is the first one too."""
    start = (max(number, 1) - 1) * max(size, 0)
    return scored[start : start + max(size, 0)]


def _aggregates(
    kept: Sequence[ScoredCandidate], names: Mapping[str, str]
) -> tuple[DocumentAggregate, ...]:
    """Count the hits of each document, most first; ties by name and id."""
    counts = Counter(item.candidate.document_id for item in kept)
    aggregates = [
        DocumentAggregate(document_id, names.get(document_id, ""), count)
        for document_id, count in counts.items()
    ]
    return tuple(
        sorted(aggregates, key=lambda one: (-one.count, one.document_name, one.document_id))
    )
