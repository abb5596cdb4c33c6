"""References: what an answer was made from, as it is stored with a message and sent to clients.

In: the hits and checked citations of an answer. Out: JSON objects. `citations` is ours: each ties a
sentence of the answer to the exact characters of a chunk.
"""

from __future__ import annotations

from typing import Any

from ragflow.domain.answers import Citation, Reference
from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Span
from ragflow.domain.queries import DocumentAggregate, Hit
from ragflow.generate.places import doc_type, hit_positions, image_id, places


def reference_record(reference: Reference | None) -> dict[str, Any]:
    """Return the whole reference, {} when there is none."""
    if reference is None:
        return {}
    return {
        "total": reference.total,
        "chunks": [_hit_record(hit) for hit in reference.hits],
        "doc_aggs": [aggregate_record(each) for each in reference.aggregates],
        "citations": [_citation_record(each, reference.hits) for each in reference.citations],
    }


def aggregate_record(aggregate: DocumentAggregate) -> dict[str, Any]:
    """Return how many hits a document has."""
    return {
        "doc_name": aggregate.document_name,
        "doc_id": aggregate.document_id,
        "count": aggregate.count,
    }


def shared_fields(chunk: Chunk, document_name: str) -> dict[str, Any]:
    """Return what each form of a chunk has, names that only some forms are documented with too."""
    return {
        "id": chunk.id,
        "content": chunk.content,
        "document_id": chunk.document_id,
        "document_name": document_name,
        "document_keyword": document_name,
        "docnm_kwd": document_name,
        "dataset_id": chunk.dataset_id,
        "available": chunk.available,
        "doc_type": doc_type(chunk),
        "doc_type_kwd": doc_type(chunk),
    }


def hit_place(hit: Hit) -> dict[str, Any]:
    """Return where a hit comes from; what graphs know stands in all their datasets."""
    dataset_id = list(hit.graph_of) if hit.graph_of else hit.chunk.dataset_id
    return {"dataset_id": dataset_id, "positions": hit_positions(hit)}


def _hit_record(hit: Hit) -> dict[str, Any]:
    chunk, score = hit.chunk, hit.score
    return {
        **shared_fields(chunk, hit.document_name),
        **hit_place(hit),
        "image_id": image_id(chunk),
        "url": None,
        "similarity": score.similarity,
        "vector_similarity": score.vector_similarity,
        "term_similarity": score.term_similarity,
    }


def _citation_record(citation: Citation, hits: tuple[Hit, ...]) -> dict[str, Any]:
    """Return a citation; its pages and positions are those of the quote, none without pages.

    `from_summary` says that the quote stands in a summary of these pages, not on them.
    """
    hit = hits[citation.hit_index]
    boxes = hit.chunk.boxes_of(citation.quote)
    return {
        "chunk_index": citation.hit_index,
        "chunk_id": hit.chunk.id,
        "document_id": hit.chunk.document_id,
        "document_name": hit.document_name,
        "pages": sorted({box.page for box in boxes}),
        "positions": places(boxes),
        "sentence": _span_record(citation.sentence),
        "span": _span_record(citation.quote),
        "quote": citation.quote_text,
        "support": round(citation.support, 4),
        "from_summary": hit.chunk.kind is ChunkKind.SUMMARY,
    }


def _span_record(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}
