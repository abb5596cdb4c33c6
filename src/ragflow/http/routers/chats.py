"""Routes of chat assistants."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import InvalidInput
from ragflow.http.auth import CurrentActor
from ragflow.http.bulk import handled, ids_in
from ragflow.http.compat import Level, LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import NO_AUTHORIZATION, Answers, Code, Reply, Since, answers
from ragflow.http.openapi import PAGING, ids_schema, json_body, properties, query
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.schemas.chats import chat_object, listed_chat_object
from ragflow.http.schemas.flat_chats import any_chat_draft, flat_chat_object, is_flat
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

NEWER: Since = {Level.V0_25: {ChatNotFound: NO_AUTHORIZATION}}
_TEXT, _NUMBER, _OBJECT = {"type": "string"}, {"type": "number"}, {"type": "object"}
_SHARED: dict[str, dict[str, Any]] = {
    "name": _TEXT,
    "description": _TEXT,
    "language": _TEXT,
    "dataset_ids": {"type": "array", "items": _TEXT},
    "meta_data_filter": _OBJECT,
}
_NESTED = properties(**_SHARED, avatar=_TEXT, llm=_OBJECT, prompt=_OBJECT)
_FLAT = properties(
    **_SHARED,
    icon=_TEXT,
    llm_id=_TEXT,
    llm_setting=_OBJECT,
    prompt_config=_OBJECT,
    similarity_threshold=_NUMBER,
    vector_similarity_weight=_NUMBER,
    top_n={"type": "integer"},
    top_k={"type": "integer"},
    rerank_id=_TEXT,
)
_ANY_FORM = json_body({"anyOf": [_NESTED, _FLAT]})
_RENAMES = {"llm_id": "chat_model", "rerank_id": "rerank_model"}


@router.post("/chats", summary="Create a chat assistant", openapi_extra=_ANY_FORM)
@answers(CREATE)
def create_chat(
    actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> JSONResponse:
    """Create an assistant that answers from datasets."""
    chat = services.chats.create(actor, any_chat_draft(body, level))
    if is_flat(body, level):
        return result(flat_chat_object(services.chats.get(actor, chat.id)))
    return result(chat_object(chat))


@router.get(
    "/chats",
    summary="List chat assistants",
    openapi_extra={
        "parameters": [
            *PAGING,
            query("id", "Id of one assistant."),
            query("name", "Name of one assistant."),
            query("keywords", "Part of the name."),
        ]
    },
)
@answers({**PAGE_ERRORS, ChatNotFound: Reply(Code.DATA, "The chat doesn't exist")})
def list_chats(
    request: Request, actor: CurrentActor, services: ServicesOf, level: LevelOf
) -> JSONResponse:
    """List own assistants, with the datasets that they answer from."""
    params = request.query_params
    listed, total = services.chats.page(
        actor,
        paging_of(request, renames=_RENAMES),
        params.get("id") or None,
        params.get("name") or None,
        params.get("keywords") or None,
    )
    if level >= Level.V0_25:
        return result({"chats": [flat_chat_object(each) for each in listed], "total": total})
    return result([listed_chat_object(each) for each in listed])


@router.get("/chats/{chat_id}", summary="Get a chat assistant")
@answers(UPDATE, since=NEWER)
def get_chat(chat_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Return one assistant, in the flat form that clients since 0.25 read."""
    return result(flat_chat_object(services.chats.get(actor, chat_id)))


@router.patch("/chats/{chat_id}", summary="Change a chat assistant", openapi_extra=_ANY_FORM)
@answers(UPDATE, since=NEWER)
def change_chat(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body
) -> JSONResponse:
    """Change the fields of an assistant that are sent; return it in the flat form."""
    services.chats.get(actor, chat_id)  # whose it is comes before what is wrong with the body
    _refuse_empty_parts(body)
    services.chats.update(actor, chat_id, any_chat_draft(body, Level.V0_25))
    return result(flat_chat_object(services.chats.get(actor, chat_id)))


@router.put("/chats/{chat_id}", summary="Update a chat assistant", openapi_extra=_ANY_FORM)
@answers(UPDATE, since=NEWER)
def update_chat(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> JSONResponse:
    """Merge changes into an assistant; for clients since 0.25, make it anew."""
    services.chats.get(actor, chat_id)  # whose it is comes before what is wrong with the body
    _refuse_empty_parts(body)
    draft = any_chat_draft(body, level)
    if level < Level.V0_25 or not is_flat(body, level):
        services.chats.update(actor, chat_id, draft)
        return result()
    services.chats.replace(actor, chat_id, draft)
    return result(flat_chat_object(services.chats.get(actor, chat_id)))


@router.delete(
    "/chats", summary="Delete chat assistants", openapi_extra=json_body(ids_schema("ids"))
)
def delete_chats(
    actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> JSONResponse:
    """Delete assistants; without ids, all of them (since 0.25 with `delete_all` alone)."""
    outcome = services.chats.delete(actor, ids_in(body, "ids", level))
    unknown = "Assistant({id}) not found."
    return handled(outcome, "assistant", unknown, counted=level >= Level.V0_25)


def _refuse_empty_parts(body: dict[str, Any]) -> None:
    for name in ("llm", "prompt"):
        if name in body and body[name] == {}:
            raise InvalidInput(f"ValueError: `{name}` must not be empty.", field=name)
