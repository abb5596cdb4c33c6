"""Routes of searches that are embedded in pages, for the holders of an embed token.

What a body must have is checked before the token.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.http.answering import answer_frames
from ragflow.http.auth import EmbedActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import Answers, Code, Reply, answers
from ragflow.http.openapi import json_body, properties, query
from ragflow.http.routers.retrieval import NO_MODEL
from ragflow.http.routers.searches import SEARCH
from ragflow.http.schemas.searchbots import (
    asked,
    embedded_retrieval,
    embedded_search,
    found_object,
    mind_map_object,
)
from ragflow.http.schemas.searches import search_object
from ragflow.http.schemas.streams import Cumulative
from ragflow.http.sse import event_stream
from ragflow.http.validation import arguments, require
from ragflow.services.errors import (
    DatasetNotFound,
    ForeignDocument,
    MixedEmbeddings,
    NoDatasetNamed,
    NothingIndexed,
)

router = APIRouter(tags=["searchbots"])

AskBody = Annotated[dict[str, Any], Depends(arguments("question", "kb_ids"))]
SearchBody = Annotated[dict[str, Any], Depends(arguments("kb_id", "question"))]
QuestionBody = Annotated[dict[str, Any], Depends(arguments("question"))]

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_NUMBER = {"type": "number"}
_SWITCH = {"type": "boolean"}
_ASK = json_body(properties(question=_TEXT, kb_ids=_TEXTS, search_id=_TEXT))

ASK: Answers = {
    **SEARCH,
    DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}."),
    NoDatasetNamed: Reply(Code.DATA, data=None),
    MixedEmbeddings: Reply(Code.DATA, data=None),
    ForeignDocument: Reply(Code.DATA, data=None),
}
TEST: Answers = {
    **ASK,
    DatasetNotFound: Reply(
        Code.OPERATING,
        "Only owner of knowledgebase authorized for this operation.",
        data=False,
    ),
    NothingIndexed: Reply(Code.DATA, data=None),
    UnknownModel: NO_MODEL,
    ModelNotConfigured: NO_MODEL,
}


@router.post("/searchbots/ask", summary="Ask from an embedded search", openapi_extra=_ASK)
@answers(ASK)
async def ask_from_page(body: AskBody, actor: EmbedActor, services: ServicesOf) -> Response:
    """Answer a question from datasets, or as a search app says, as a stream."""
    search = embedded_search(body, "kb_ids")
    turn = await run_in_threadpool(services.searchbots.begin_asking, actor, search)
    return event_stream(answer_frames(services, turn, Cumulative(message="")))


@router.post(
    "/searchbots/retrieval_test",
    summary="Search from an embedded search",
    openapi_extra=json_body(
        properties(
            question=_TEXT,
            kb_id={"anyOf": [_TEXT, _TEXTS]},
            page={"type": "integer"},
            size={"type": "integer"},
            doc_ids=_TEXTS,
            similarity_threshold=_NUMBER,
            vector_similarity_weight=_NUMBER,
            top_k={"type": "integer"},
            cross_languages=_TEXTS,
            rerank_id=_TEXT,
            keyword=_SWITCH,
            highlight=_SWITCH,
            search_id=_TEXT,
        )
    ),
)
@answers(TEST)
def search_from_page(body: SearchBody, actor: EmbedActor, services: ServicesOf) -> JSONResponse:
    """Find chunks, under the names by which they are stored."""
    return json_result(found_object(services.searchbots.retrieve(actor, embedded_retrieval(body))))


@router.post(
    "/searchbots/related_questions",
    summary="Suggest related questions to an embedded search",
    openapi_extra=json_body(properties(question=_TEXT, search_id=_TEXT)),
)
@answers(SEARCH)
async def suggest_to_page(
    body: QuestionBody, actor: EmbedActor, services: ServicesOf
) -> JSONResponse:
    """Suggest what may be asked next; nothing where no generative model is configured."""
    search_id = str(body.get("search_id") or "")
    suggested = await services.searchbots.related_questions(actor, asked(body), search_id)
    return json_result(suggested)


def _search_id(request: Request) -> str:
    require(request.query_params, "search_id")
    return request.query_params["search_id"]


@router.get(
    "/searchbots/detail",
    summary="Show the search app of an embedded search",
    openapi_extra={"parameters": [query("search_id", "Id of the search app.")]},
)
@answers(SEARCH)
def show_to_page(
    search_id: Annotated[str, Depends(_search_id)], actor: EmbedActor, services: ServicesOf
) -> JSONResponse:
    """Show an own search app."""
    return json_result(search_object(services.searches.get(actor, search_id)))


@router.post("/searchbots/mindmap", summary="Draw what a search finds", openapi_extra=_ASK)
@answers(ASK)
async def draw_mind_map(body: AskBody, actor: EmbedActor, services: ServicesOf) -> JSONResponse:
    """Arrange what a question finds as a tree; an outline where no model generates one."""
    made = await services.searchbots.mind_map(actor, embedded_search(body, "kb_ids"))
    return json_result(mind_map_object(made))
