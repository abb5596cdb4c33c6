"""Routes that answer questions: to an assistant, or to datasets alone.

What a stream looks like depends on the generation of the client: see `schemas/streams.py`. What is
refused is refused as plain JSON before a stream begins.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ragflow.http.answering import answer_frames, opener_frames, whole_answer
from ragflow.http.auth import CurrentActor
from ragflow.http.compat import Level, LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import NO_AUTHORIZATION, Answers, Code, Reply, Since, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.schemas.completions import (
    completion_request,
    last_question,
    opener_data,
    truth,
)
from ragflow.http.schemas.streams import Cumulative, Form, form_of
from ragflow.http.sse import event_stream
from ragflow.http.validation import lenient_object
from ragflow.services.errors import ChatNotFound, DatasetNotFound, SessionNotFound
from ragflow.services.sessions import Conversation

router = APIRouter(tags=["completions"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

_SWITCH = {"type": "boolean"}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}

CHAT: Answers = {
    ChatNotFound: Reply(Code.DATA, "You don't own the chat {id}"),
    SessionNotFound: Reply(Code.DATA, "You don't own the session {id}"),
    DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}."),
}

CHAT_SINCE: Since = {Level.V0_25: {ChatNotFound: NO_AUTHORIZATION}}


@router.post(
    "/chats/{chat_id}/completions",
    summary="Converse with a chat assistant",
    openapi_extra=json_body(
        properties(question=_TEXT, stream=_SWITCH, session_id=_TEXT, quote=_SWITCH, doc_ids=_TEXT)
    ),
)
@answers(CHAT, since=CHAT_SINCE)
async def complete_chat(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> Response:
    """Answer a question; without a session, begin one and answer with its opener."""
    stream = truth(body, "stream", True)
    form = form_of(level, legacy=truth(body, "legacy", False))
    session_id = str(body.get("session_id") or "")
    if not session_id:
        name, user_id = str(body.get("name") or "New session"), str(body.get("user_id") or "")
        begun = await run_in_threadpool(services.sessions.create, actor, chat_id, name, user_id)
        return _opener(begun, stream, form)
    request = completion_request(body)
    turn = await run_in_threadpool(services.completions.begin, actor, chat_id, session_id, request)
    if stream:
        return event_stream(answer_frames(services, turn, form))
    return result(form.whole(await whole_answer(services, turn)))


@router.post("/chat/completions", include_in_schema=False)  # since 0.26
@answers(CHAT, since=CHAT_SINCE)
async def complete_named_chat(
    actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> Response:
    """Answer a question to the assistant that the body names."""
    named = dict(body)
    chat_id = named.pop("chat_id", None)
    if not isinstance(chat_id, str) or not chat_id:
        raise WireError(Code.DATA, "`chat_id` is required.")
    messages = named.pop("messages", None)
    if messages and "question" not in named:
        named["question"] = last_question(messages)
    return await complete_chat(chat_id, actor, services, named, level)


@router.post(
    "/sessions/ask",
    summary="Ask datasets",
    openapi_extra=json_body(properties(question=_TEXT, dataset_ids=_TEXTS)),
)
@answers({DatasetNotFound: Reply(Code.DATA, "You don't own the dataset {id}.")})
async def ask_datasets(actor: CurrentActor, services: ServicesOf, body: Body) -> Response:
    """Answer a question from datasets, without an assistant, as a stream."""
    question, dataset_ids = body.get("question"), body.get("dataset_ids")
    if not question:
        raise WireError(Code.DATA, "`question` is required.")
    if not dataset_ids:
        raise WireError(Code.DATA, "`dataset_ids` is required.")
    if not isinstance(dataset_ids, list):
        raise WireError(Code.DATA, "`dataset_ids` should be a list.")
    turn = await run_in_threadpool(
        services.completions.begin_asking, actor, str(question), [str(i) for i in dataset_ids]
    )
    return event_stream(answer_frames(services, turn, Cumulative(message="")))


@router.post("/chat/recommandation", include_in_schema=False)  # since 0.26, in both spellings
@router.post("/chat/recommendation", include_in_schema=False)
@router.post(
    "/sessions/related_questions",
    summary="Suggest related questions",
    openapi_extra=json_body(properties(question=_TEXT, industry=_TEXT)),
)
async def suggest_questions(actor: CurrentActor, services: ServicesOf, body: Body) -> Response:
    """Suggest what may be asked next; nothing where no generative model is configured."""
    question = body.get("question")
    if not question:
        raise WireError(Code.DATA, "`question` is required.")
    industry = str(body.get("industry") or "")
    return result(await services.completions.related_questions(actor, str(question), industry))


def _opener(begun: Conversation, stream: bool, form: Form) -> Response:
    if stream:
        return event_stream(opener_frames(begun, form))
    opener = begun.messages[0]
    data = opener_data(opener.content, begun.session.id)
    return result(form.whole({**data, "prompt": "", "created_at": opener.created_at}))
