"""The route that searches datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.schemas.completions import truth
from ragflow.http.validation import lenient_object, number_in
from ragflow.http.views import chunk_found
from ragflow.services.errors import DatasetNotFound, MixedEmbeddings
from ragflow.services.references import aggregate_record
from ragflow.services.retrieval import RetrievalRequest

router = APIRouter(tags=["retrieval"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

_TEXTS = {"type": "array", "items": {"type": "string"}}
_NUMBER = {"type": "number"}
_SWITCH = {"type": "boolean"}
NO_MODEL = Reply(Code.EXCEPTION, "LookupError('Model({name}) not authorized')", data=None)


@router.post(
    "/retrieval",
    summary="Search datasets",
    openapi_extra=json_body(
        properties(
            question={"type": "string"},
            dataset_ids=_TEXTS,
            document_ids=_TEXTS,
            page={"type": "integer"},
            page_size={"type": "integer"},
            similarity_threshold=_NUMBER,
            vector_similarity_weight=_NUMBER,
            top_k={"type": "integer"},
            rerank_id={"type": "string"},
            keyword=_SWITCH,
            highlight=_SWITCH,
            use_kg=_SWITCH,
            cross_languages=_TEXTS,
            metadata_condition={"type": "object"},
        )
    ),
)
@answers(
    {
        DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}."),
        MixedEmbeddings: Reply(Code.DATA, 'Datasets use different embedding models."'),
        UnknownModel: NO_MODEL,
        ModelNotConfigured: NO_MODEL,
    }
)
def retrieve(actor: CurrentActor, body: Body, services: ServicesOf) -> JSONResponse:
    """Find the chunks of some datasets that answer a question."""
    request = _request(body)
    found = services.retrieval.retrieve(actor, request)
    if not request.question:
        return result({"total": 0, "chunks": [], "doc_aggs": {}})
    return result(
        {
            "total": found.total,
            "chunks": [chunk_found(hit) for hit in found.hits],
            "doc_aggs": [aggregate_record(each) for each in found.aggregates],
        }
    )


def _request(body: Mapping[str, Any]) -> RetrievalRequest:
    dataset_ids = body.get("dataset_ids")
    if not dataset_ids:
        raise WireError(Code.DATA, "`dataset_ids` is required.")
    if not isinstance(dataset_ids, list):
        raise WireError(Code.DATA, "`dataset_ids` should be a list")
    if "question" not in body:
        raise WireError(Code.DATA, "`question` is required.")
    document_ids = body.get("document_ids") or []
    if not isinstance(document_ids, list):
        raise WireError(Code.DATA, "`documents` should be a list")
    languages = body.get("cross_languages") or []
    if not isinstance(languages, list):
        raise WireError(Code.DATA, "`cross_languages` should be a list")
    condition = body.get("metadata_condition") or {}
    if not isinstance(condition, Mapping):
        raise WireError(Code.DATA, "`metadata_condition` should be an object")
    top_k = int(number_in(body, "top_k", 1024))
    if top_k <= 0:
        raise WireError(Code.DATA, "`top_k` must be greater than 0")
    return RetrievalRequest(
        question=str(body["question"] or ""),
        dataset_ids=tuple(str(each) for each in dataset_ids),
        document_ids=tuple(str(each) for each in document_ids),
        page=max(int(number_in(body, "page", 1)), 1),
        page_size=max(int(number_in(body, "page_size", 30)), 0),
        similarity_threshold=number_in(body, "similarity_threshold", 0.2),
        vector_similarity_weight=number_in(body, "vector_similarity_weight", 0.3),
        top_k=top_k,
        rerank_model=str(body.get("rerank_id") or ""),
        keyword=truth(body, "keyword", False),
        highlight=truth(body, "highlight", True),
        cross_languages=tuple(str(each) for each in languages),
        metadata_condition=condition,
        use_kg=truth(body, "use_kg", False),
    )
