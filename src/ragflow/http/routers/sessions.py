"""Routes of conversations with chat assistants."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.bulk import handled, ids_in
from ragflow.http.compat import Level, LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import NO_AUTHORIZATION, Answers, Code, Reply, Since, WireError, answers
from ragflow.http.openapi import PAGING, ids_schema, json_body, properties, query
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.schemas.chats import session_object
from ragflow.http.validation import given_object, lenient_object
from ragflow.services.errors import ChatNotFound, NameRequired, SessionNotFound

router = APIRouter(tags=["sessions"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]
GivenBody = Annotated[dict[str, Any], Depends(given_object)]

_TEXT = {"type": "string"}

NAME_EMPTY: Answers = {NameRequired: Reply(Code.DATA, "`name` can not be empty.")}
ONE: Answers = {
    **NAME_EMPTY,
    SessionNotFound: Reply(Code.DATA, "Session does not exist"),
    ChatNotFound: Reply(Code.DATA, "You do not own the session"),
}
NEWER: Since = {Level.V0_25: {ChatNotFound: NO_AUTHORIZATION}}


@router.post(
    "/chats/{chat_id}/sessions",
    summary="Create a session with a chat assistant",
    openapi_extra=json_body(properties(name=_TEXT, user_id=_TEXT)),
)
@answers(
    {**NAME_EMPTY, ChatNotFound: Reply(Code.DATA, "You do not own the assistant.")}, since=NEWER
)
def create_session(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body
) -> JSONResponse:
    """Begin a conversation; its first message is the assistant's opener."""
    name = _name(body, "New session") or ""
    user_id = str(body.get("user_id") or "")
    conversation = services.sessions.create(actor, chat_id, name, user_id)
    return result(session_object(conversation, with_references=False))


@router.get(
    "/chats/{chat_id}/sessions",
    summary="List the sessions of a chat assistant",
    openapi_extra={
        "parameters": [
            *PAGING,
            query("id", "Id of one session."),
            query("name", "Name of one session."),
            query("user_id", "Only sessions that were begun for this user."),
        ]
    },
)
@answers(
    {**PAGE_ERRORS, ChatNotFound: Reply(Code.DATA, "You don't own the assistant {id}.")},
    since=NEWER,
)
def list_sessions(
    chat_id: str, request: Request, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """List conversations with their messages and what these cite."""
    params = request.query_params
    conversations = services.sessions.page(
        actor,
        chat_id,
        paging_of(request, renames={"dialog_id": "chat_id"}),
        params.get("id") or None,
        params.get("name") or None,
        params.get("user_id") or None,
    )
    return result([session_object(each, with_references=True) for each in conversations])


@router.get("/chats/{chat_id}/sessions/{session_id}", summary="Get a session")
@answers(ONE, since=NEWER)
def get_session(
    chat_id: str, session_id: str, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """Return a conversation with its messages, and the picture of its assistant."""
    conversation, chat = services.sessions.get(actor, chat_id, session_id)
    return result({**session_object(conversation, with_references=True), "avatar": chat.avatar})


@router.patch(  # what newer clients send
    "/chats/{chat_id}/sessions/{session_id}", include_in_schema=False
)
@router.put(
    "/chats/{chat_id}/sessions/{session_id}",
    summary="Update a session",
    openapi_extra=json_body(properties(name=_TEXT)),
)
@answers(ONE, since=NEWER)
def update_session(
    chat_id: str, session_id: str, actor: CurrentActor, services: ServicesOf, body: GivenBody
) -> JSONResponse:
    """Rename a conversation."""
    services.sessions.get(actor, chat_id, session_id)  # comes before what is wrong with the body
    for fixed in ("message", "messages", "reference"):
        if fixed in body:
            raise WireError(Code.DATA, f"`{fixed.removesuffix('s')}` can not be change")
    services.sessions.rename(actor, chat_id, session_id, _name(body, None))
    return result()


@router.delete(
    "/chats/{chat_id}/sessions",
    summary="Delete sessions",
    openapi_extra=json_body(ids_schema("ids")),
)
@answers({ChatNotFound: Reply(Code.DATA, "You don't own the chat")}, since=NEWER)
def delete_sessions(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> JSONResponse:
    """Delete conversations; without ids, all (since 0.25 with `delete_all` alone)."""
    outcome = services.sessions.delete(actor, chat_id, ids_in(body, "ids", level))
    return handled(outcome, "session", unknown="The chat doesn't own the session {id}")


def _name(body: dict[str, Any], default: str | None) -> str | None:
    if "name" not in body:
        return default
    name = body["name"]
    if not isinstance(name, str):
        raise NameRequired
    return name
