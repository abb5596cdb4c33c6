"""Routes of chat assistants that are embedded in pages, for the holders of an embed token.

Conversations that begin here are seen here alone: not by the routes of sessions, and these are not
seen here.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from ragflow.domain.chats import SessionOrigin
from ragflow.http.answering import answer_frames, opener_frame, opener_frames, whole_answer
from ragflow.http.auth import EmbedActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.routers.completions import CHAT
from ragflow.http.schemas.completions import completion_request, truth
from ragflow.http.schemas.streams import Cumulative
from ragflow.http.sse import event_stream
from ragflow.http.validation import embed_object
from ragflow.services.errors import ChatNotFound

router = APIRouter(tags=["chatbots"])

Body = Annotated[dict[str, Any], Depends(embed_object)]

_SWITCH = {"type": "boolean"}
_TEXT = {"type": "string"}


@router.post(
    "/chatbots/{chat_id}/completions",
    summary="Converse with an embedded chat assistant",
    openapi_extra=json_body(
        properties(question=_TEXT, stream=_SWITCH, session_id=_TEXT, quote=_SWITCH, user_id=_TEXT)
    ),
)
@answers(CHAT)
async def complete_embedded_chat(
    chat_id: str, actor: EmbedActor, services: ServicesOf, body: Body
) -> Response:
    """Answer a question; without a session, begin one and answer with its opener."""
    stream, form = truth(body, "stream", True), Cumulative(message="")
    origin = SessionOrigin.EMBED
    session_id = str(body.get("session_id") or "")
    if not session_id:
        user_id = str(body.get("user_id") or "")
        begun = await run_in_threadpool(
            services.sessions.create, actor, chat_id, user_id=user_id, origin=origin
        )
        if stream:
            return event_stream(opener_frames(begun, form))
        # Without a stream the reply is a frame's text, as clients of this route know it.
        return result(opener_frame(begun, form).decode())
    request = completion_request(body, quote=False)
    turn = await run_in_threadpool(
        services.completions.begin, actor, chat_id, session_id, request, origin
    )
    if stream:
        return event_stream(answer_frames(services, turn, form))
    return result(await whole_answer(services, turn))


@router.get("/chatbots/{chat_id}/info", summary="Introduce an embedded chat assistant")
@answers({ChatNotFound: Reply(Code.DATA, "Can't find dialog by ID: {id}")})
def introduce_chat(chat_id: str, actor: EmbedActor, services: ServicesOf) -> JSONResponse:
    """Return what a page shows before the first question."""
    chat = services.chats.get(actor, chat_id).chat
    prologue = str(chat.prompt_config.get("prologue") or "")
    return result({"title": chat.name, "avatar": chat.avatar, "prologue": prologue})
