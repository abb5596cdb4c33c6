"""Values as they go over the wire.

In: domain values. Out: JSON objects with the contract's names, whichever the place asks for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Coverage, Dataset, Document
from ragflow.domain.queries import Hit
from ragflow.generate.places import image_id, positions
from ragflow.http.schemas.common import http_date, times
from ragflow.services.references import hit_place, shared_fields


def dataset_object(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset."""
    return {
        "id": dataset.id,
        "tenant_id": dataset.tenant_id,
        "created_by": dataset.created_by,
        "name": dataset.name,
        "avatar": dataset.avatar,
        "description": dataset.description,
        "language": dataset.language,
        "embedding_model": dataset.embedding_model,
        "permission": dataset.permission,
        "chunk_method": dataset.chunk_method,
        "parser_config": dataset.parser_config,
        "document_count": dataset.document_count,
        "chunk_count": dataset.chunk_count,
        "token_num": dataset.token_count,
        "similarity_threshold": dataset.similarity_threshold,
        "vector_similarity_weight": dataset.vector_similarity_weight,
        "pagerank": dataset.pagerank,
        "status": dataset.status,
        **times(dataset.create_time, dataset.update_time),
    }


def document_object(document: Document) -> dict[str, Any]:
    """Return a document; `coverage` says where its characters went, null before it is parsed."""
    return {
        "id": document.id,
        "dataset_id": document.dataset_id,
        "name": document.name,
        "thumbnail": document.thumbnail,
        "chunk_method": document.chunk_method,
        "parser_config": document.parser_config,
        "source_type": document.source_type,
        "type": document.type,
        "suffix": document.suffix,
        "created_by": document.created_by,
        "location": document.location,
        "size": document.size,
        "token_count": document.token_count,
        "chunk_count": document.chunk_count,
        "progress": document.progress,
        "progress_msg": document.progress_msg,
        "process_begin_at": http_date(document.process_begin_at),
        "process_duration": document.process_duration,
        "meta_fields": document.meta_fields,
        "run": document.run.value,
        "status": document.status,
        "coverage": _coverage(document.coverage),
        **times(document.create_time, document.update_time),
    }


def chunk_added(chunk: Chunk, document: Document) -> dict[str, Any]:
    """Return a chunk as the answer to adding it."""
    created = datetime.fromtimestamp(chunk.create_timestamp).astimezone()
    return {
        **_chunk(chunk, document.name),
        "create_time": created.strftime("%Y-%m-%d %H:%M:%S"),
        "create_timestamp": chunk.create_timestamp,
        "questions": list(chunk.questions),
    }


def chunk_listed(chunk: Chunk, document: Document, content: str | None = None) -> dict[str, Any]:
    """Return a chunk of a list; `content` replaces its text, as a highlighted excerpt does."""
    listed = {
        **_chunk(chunk, document.name),
        "questions": list(chunk.questions),
        "image_id": image_id(chunk),
        "positions": positions(chunk),
    }
    return listed if content is None else listed | {"content": content}


def chunk_found(hit: Hit) -> dict[str, Any]:
    """Return a chunk that a question found, with the parts of its score."""
    chunk, score = hit.chunk, hit.score
    return {
        **_chunk(chunk, hit.document_name),
        "content_ltks": score.candidate.content_tokens,
        **hit_place(hit),
        "kb_id": hit_place(hit)["dataset_id"],
        "questions": list(chunk.questions),
        "image_id": image_id(chunk),
        "highlight": hit.highlight,
        "similarity": score.similarity,
        "term_similarity": score.term_similarity,
        "vector_similarity": score.vector_similarity,
    }


def _chunk(chunk: Chunk, document_name: str) -> dict[str, Any]:
    return {
        **shared_fields(chunk, document_name),
        "important_keywords": list(chunk.important_keywords),
        "tag_kwd": list(chunk.tags),
    }


def _coverage(coverage: Coverage | None) -> dict[str, Any] | None:
    if coverage is None:
        return None
    return {
        "extracted": coverage.extracted,
        "in_chunks": coverage.in_chunks,
        "dropped": dict(coverage.dropped),
        "warnings": list(coverage.warnings),
        "ocr_pages": coverage.ocr_pages,
        "ocr_confidence": coverage.ocr_confidence,
    }
