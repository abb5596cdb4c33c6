"""Routes of chat assistants."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import InvalidInput
from ragflow.http.auth import CurrentActor
from ragflow.http.bulk import handled, ids_in
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Answers, Code, Reply, answers
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.schemas.chats import chat_draft, chat_object, listed_chat_object
from ragflow.http.validation import lenient_object
from ragflow.services.errors import (
    ChatNotFound,
    DatasetNotFound,
    DuplicateChatName,
    MixedEmbeddings,
    NameRequired,
)

router = APIRouter(tags=["chats"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

SOURCES: Answers = {
    DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}"),
    MixedEmbeddings: Reply(
        Code.AUTHENTICATION,
        'Datasets use different embedding models."',  # the stray quote is the contract's
    ),
}
CREATE: Answers = {
    **SOURCES,
    NameRequired: Reply(Code.DATA, "`name` is required."),
    DuplicateChatName: Reply(Code.DATA, "Duplicated chat name in creating chat."),
}
UPDATE: Answers = {
    **SOURCES,
    ChatNotFound: Reply(Code.DATA, "You do not own the chat"),
    NameRequired: Reply(Code.DATA, "`name` cannot be empty."),
    DuplicateChatName: Reply(Code.DATA, "Duplicated chat name in updating chat."),
}

_RENAMES = {"llm_id": "chat_model", "rerank_id": "rerank_model"}


@router.post("/chats", summary="Create a chat assistant")
@answers(CREATE)
def create_chat(actor: CurrentActor, services: ServicesOf, body: Body) -> JSONResponse:
    """Create an assistant that answers from datasets."""
    return result(chat_object(services.chats.create(actor, chat_draft(body))))


@router.get("/chats", summary="List chat assistants")
@answers({**PAGE_ERRORS, ChatNotFound: Reply(Code.DATA, "The chat doesn't exist")})
def list_chats(request: Request, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List own assistants, with the datasets that they answer from."""
    query = request.query_params
    listed = services.chats.page(
        actor,
        paging_of(request, renames=_RENAMES),
        query.get("id") or None,
        query.get("name") or None,
    )
    return result([listed_chat_object(each) for each in listed])


@router.put("/chats/{chat_id}", summary="Update a chat assistant")
@answers(UPDATE)
def update_chat(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body
) -> JSONResponse:
    """Merge changes into an assistant."""
    services.chats.get(actor, chat_id)  # whose it is comes before what is wrong with the body
    for name in ("llm", "prompt"):
        if name in body and body[name] == {}:
            raise InvalidInput(f"ValueError: `{name}` must not be empty.", field=name)
    services.chats.update(actor, chat_id, chat_draft(body))
    return result()


@router.delete("/chats", summary="Delete chat assistants")
def delete_chats(actor: CurrentActor, services: ServicesOf, body: Body) -> JSONResponse:
    """Delete assistants; without ids, all of them."""
    outcome = services.chats.delete(actor, ids_in(body, "ids"))
    return handled(outcome, "assistant", unknown="Assistant({id}) not found.")
