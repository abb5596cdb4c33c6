"""Queries: a question on its way to ranked hits, each hit with the parts of its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.domain.chunks import Chunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Term:
    """Weigh one word of a question; the weights of a question sum to 1."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """Hold what a search engine keeps of a chunk; texts are tokenised and space-separated."""

    dataset_id: str
    document_id: str
    chunk_id: str
    available: bool
    content_tokens: str
    title_tokens: str
    keyword_tokens: str
    question_tokens: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Ask an engine for candidates.

    `vector` None means lexical search only; `terms` empty means vector search only; with both
    empty, every chunk of `document_ids` is a candidate. At most `top_k` candidates come back from
    each of the two searches. Only available chunks are candidates.
    """

    dataset_ids: tuple[str, ...]
    document_ids: tuple[str, ...] | None
    terms: tuple[Term, ...]
    vector: NDArray[np.float32] | None
    top_k: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Return a chunk that may answer, with what is needed to score it.

    `cosine` is the similarity of its vector to the question's, 0.0 when none was asked for.
    `lexical_rank` and `vector_rank` count from 1 and are None where that search did not find it.
    """

    dataset_id: str
    document_id: str
    chunk_id: str
    content_tokens: str
    title_tokens: str
    keyword_tokens: str
    question_tokens: str
    cosine: float
    lexical_rank: int | None = None
    vector_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """State what a caller wants to find and how the hits are to be scored and cut."""

    text: str
    dataset_ids: tuple[str, ...]
    document_ids: tuple[str, ...] | None = None
    page: int = 1
    page_size: int = 30
    similarity_threshold: float = 0.2
    vector_similarity_weight: float = 0.3
    top_k: int = 1024
    rerank_model: str | None = None
    highlight: bool = True


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """Explain a candidate's rank: `similarity` is computed from the other parts."""

    candidate: Candidate
    similarity: float
    term_similarity: float
    vector_similarity: float  # the rerank score, where a rerank model was asked
    cosine: float
    boost: float = 0.0
    rerank_score: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Return a chunk that was found, with the parts of its score.

    Where the chunk is what the graphs of some datasets know, `graph_of` names these.
    """

    chunk: Chunk
    document_name: str
    score: ScoredCandidate
    highlight: str = ""
    graph_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentAggregate:
    """Count the hits of one document."""

    document_id: str
    document_name: str
    count: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Hold one page of hits, best first, and the counts over all pages.

    `dropped` names each stage that left candidates out and how many (`threshold`, `unavailable` …).
    """

    total: int
    hits: tuple[Hit, ...]
    aggregates: tuple[DocumentAggregate, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
