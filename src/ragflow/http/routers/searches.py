"""Routes of search apps, for their owner."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import InvalidInput
from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import Answers, Code, Reply, answers
from ragflow.http.openapi import PAGING, json_body, properties, query
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.schemas.searches import search_draft, search_object
from ragflow.http.validation import lenient_object
from ragflow.services.errors import (
    DatasetNotFound,
    DuplicateSearchName,
    SearchDeleted,
    SearchNotFound,
    UnknownChatModel,
    UnknownRerankModel,
)

router = APIRouter(tags=["searches"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

SEARCH: Answers = {
    SearchNotFound: Reply(Code.OPERATING, "Has no permission for this operation.", data=False),
    SearchDeleted: Reply(Code.DATA, "Can't find this Search App!", data=None),
}
CHANGE: Answers = {
    **SEARCH,
    InvalidInput: Reply(Code.DATA, data=None),
    DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}", data=None),
    DuplicateSearchName: Reply(Code.DATA, data=None),
    UnknownChatModel: Reply(Code.DATA, "`chat_id` {name} doesn't exist", data=None),
    UnknownRerankModel: Reply(Code.DATA, "`rerank_id` {name} doesn't exist", data=None),
}
_BODY = json_body(
    properties(
        name={"type": "string"},
        description={"type": "string"},
        avatar={"type": "string"},
        search_config={"type": "object"},
    )
)


@router.post("/searches", summary="Create a search app", openapi_extra=_BODY)
@answers(CHANGE)
def create_search(actor: CurrentActor, services: ServicesOf, body: Body) -> JSONResponse:
    """Create a search app, which embedded pages name to search as it says."""
    return json_result(search_object(services.searches.create(actor, search_draft(body))))


@router.get(
    "/searches",
    summary="List search apps",
    openapi_extra={"parameters": [*PAGING, query("keywords", "Part of the name.")]},
)
@answers(PAGE_ERRORS)
def list_searches(request: Request, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List own search apps."""
    keywords = request.query_params.get("keywords") or None
    found, total = services.searches.page(actor, paging_of(request), keywords)
    return json_result({"search_apps": [search_object(each) for each in found], "total": total})


@router.get("/searches/{search_id}", summary="Show a search app")
@answers(SEARCH)
def show_search(search_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Show an own search app."""
    return json_result(search_object(services.searches.get(actor, search_id)))


@router.put("/searches/{search_id}", summary="Update a search app", openapi_extra=_BODY)
@answers(CHANGE)
def update_search(
    search_id: str, actor: CurrentActor, services: ServicesOf, body: Body
) -> JSONResponse:
    """Merge changes into a search app; of its settings only those that are sent."""
    changed = services.searches.update(actor, search_id, search_draft(body))
    return json_result(search_object(changed))


@router.delete("/searches/{search_id}", summary="Delete a search app")
@answers(SEARCH)
def delete_search(search_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Delete a search app; pages that name it are refused from then on."""
    services.searches.delete(actor, search_id)
    return json_result(True)
