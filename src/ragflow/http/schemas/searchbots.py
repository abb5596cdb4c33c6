"""Embedded searches on the wire: bodies → searches, hits → objects under their stored names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.domain.queries import Hit, Retrieval
from ragflow.generate.mind_map import MindMap
from ragflow.generate.places import doc_type, image_id, positions
from ragflow.http.errors import Code, WireError
from ragflow.http.schemas.completions import truth
from ragflow.http.schemas.graphs import tree_object
from ragflow.http.validation import number_in
from ragflow.services.references import aggregate_record
from ragflow.services.searchbots import EmbeddedSearch

_NUMBERS = ("similarity_threshold", "vector_similarity_weight")
_SWITCHES = ("keyword", "highlight")


def embedded_search(body: Mapping[str, Any], datasets: str) -> EmbeddedSearch:
    """Read a question; `datasets` is the key of the datasets, one id or a list of them."""
    return EmbeddedSearch(
        question=asked(body),
        dataset_ids=_ids(body, datasets),
        search_id=str(body.get("search_id") or ""),
    )


def asked(body: Mapping[str, Any]) -> str:
    """Read a question that must say something."""
    question = str(body["question"])
    if not question.strip():
        raise WireError(Code.DATA, "`question` is required.", data=None)
    return question


def embedded_retrieval(body: Mapping[str, Any]) -> EmbeddedSearch:
    """Read a search with all its settings; only those that are there have a value."""
    values: dict[str, Any] = {
        "page": max(int(number_in(body, "page", 1)), 1),
        "page_size": max(int(number_in(body, "size", 30)), 0),
    }
    values |= {name: number_in(body, name, 0) for name in _NUMBERS if body.get(name) is not None}
    values |= {name: truth(body, name, False) for name in _SWITCHES if body.get(name) is not None}
    if body.get("top_k") is not None:
        values["top_k"] = int(number_in(body, "top_k", 0))
        if values["top_k"] <= 0:
            raise WireError(Code.DATA, "`top_k` must be greater than 0", data=None)
    if body.get("rerank_id"):
        values["rerank_model"] = str(body["rerank_id"])
    if body.get("cross_languages"):
        values["cross_languages"] = _ids(body, "cross_languages")
    return EmbeddedSearch(
        question=str(body["question"]),
        dataset_ids=_ids(body, "kb_id"),
        document_ids=_ids(body, "doc_ids"),
        search_id=str(body.get("search_id") or ""),
        values=values,
    )


def found_object(found: Retrieval) -> dict[str, Any]:
    """Return a page of hits; `labels` are the tags of the question, null without tag datasets."""
    return {
        "total": found.total,
        "chunks": [_raw_chunk(hit) for hit in found.hits],
        "doc_aggs": [aggregate_record(each) for each in found.aggregates],
        "labels": None,
    }


def mind_map_object(made: MindMap) -> dict[str, Any]:
    """Return a mind map; `made_by` is the model that made it, or `outline`."""
    return {**tree_object(made.root), "made_by": made.made_by}


def _raw_chunk(hit: Hit) -> dict[str, Any]:
    chunk, score = hit.chunk, hit.score
    record = {
        "chunk_id": chunk.id,
        "content_ltks": score.candidate.content_tokens,
        "content_with_weight": chunk.content,
        "doc_id": chunk.document_id,
        "docnm_kwd": hit.document_name,
        "kb_id": chunk.dataset_id,
        "important_kwd": list(chunk.important_keywords),
        "image_id": image_id(chunk),
        "similarity": score.similarity,
        "vector_similarity": score.vector_similarity,
        "term_similarity": score.term_similarity,
        "positions": positions(chunk),
        "doc_type_kwd": doc_type(chunk),
    }
    return record | {"highlight": hit.highlight} if hit.highlight else record


def _ids(body: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Read one text or a list of them; empty ones are left out."""
    values = body.get(key) or []
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise WireError(Code.DATA, f"`{key}` should be a list of ids", data=None)
    return tuple(each for each in values if each)
