"""Route of the external knowledge API: plain records, and errors as HTTP statuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import AuthenticationError
from ragflow.domain.identity import Actor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import WireJson, refusal
from ragflow.http.errors import Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.validation import lenient_json, require
from ragflow.services.errors import DatasetNotFound, NothingIndexed
from ragflow.services.retrieval import RetrievalRequest

router = APIRouter(tags=["retrieval"])


def _actor(request: Request, services: ServicesOf) -> Actor:
    words = request.headers.get("authorization", "").split()
    if len(words) < 2:
        error = AttributeError("'NoneType' object has no attribute 'split'")
        raise WireError(Code.EXCEPTION, repr(error), data=None)
    return services.accounts.authenticate(words[1])


async def _body(request: Request, _caller: Annotated[Actor, Depends(_actor)]) -> Mapping[str, Any]:
    body = await lenient_json(request)
    given = body if isinstance(body, Mapping) else {}
    require(given, "knowledge_id", "query")
    return given


@router.post(
    "/dify/retrieval",
    summary="Search for an external knowledge API",
    openapi_extra=json_body(
        properties(
            knowledge_id={"type": "string"},
            query={"type": "string"},
            use_kg={"type": "boolean"},
            retrieval_setting={"type": "object"},
            metadata_condition={"type": "object"},
        )
    ),
)
@answers(
    {
        AuthenticationError: Reply(
            Code.FORBIDDEN, "API-KEY is invalid!", http_status=Code.FORBIDDEN
        ),
        DatasetNotFound: Reply(
            Code.NOT_FOUND, "Knowledgebase not found!", http_status=Code.NOT_FOUND
        ),
        NothingIndexed: Reply(
            Code.NOT_FOUND,
            "No chunk found! Check the chunk status please!",
            http_status=Code.NOT_FOUND,
        ),
    }
)
def retrieve_records(
    actor: Annotated[Actor, Depends(_actor)],
    body: Annotated[Mapping[str, Any], Depends(_body)],
    services: ServicesOf,
) -> JSONResponse:
    """Find records of one dataset."""
    setting = body.get("retrieval_setting") or {}
    try:
        top_k = max(int(setting.get("top_k", 1024)), 1)
        threshold = float(setting.get("score_threshold", 0.0))
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        return refusal(Code.SERVER, str(error), Code.SERVER)
    request = RetrievalRequest(
        question=str(body["query"]),
        dataset_ids=(str(body["knowledge_id"]),),
        page_size=top_k,
        top_k=top_k,
        similarity_threshold=threshold,
        highlight=False,
        metadata_condition=body.get("metadata_condition"),
        use_kg=body.get("use_kg") is True,
    )
    found = services.retrieval.retrieve(actor, request)
    meta = services.documents.meta_fields(actor, request.dataset_ids[0])
    records = [
        {
            "content": hit.chunk.content,
            "score": hit.score.similarity,
            "title": hit.document_name,
            "metadata": {
                **meta.get(hit.chunk.document_id, {}),
                "doc_id": hit.chunk.document_id,
            },
        }
        for hit in found.hits
    ]
    return WireJson({"records": records})
