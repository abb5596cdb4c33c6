"""Routes that answer questions: to an assistant, or to datasets alone.

Streams are cumulative: each frame carries all of the answer so far, the last one its reference.
What is refused is refused as plain JSON before a stream begins.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ragflow.http.answering import answer_frames, opener_frames, whole_answer
from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Answers, Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.schemas.completions import completion_request, opener_data, truth
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


@router.post(
    "/chats/{chat_id}/completions",
    summary="Converse with a chat assistant",
    openapi_extra=json_body(
        properties(question=_TEXT, stream=_SWITCH, session_id=_TEXT, quote=_SWITCH, doc_ids=_TEXT)
    ),
)
@answers(CHAT)
async def complete_chat(
    chat_id: str, actor: CurrentActor, services: ServicesOf, body: Body
) -> Response:
    """Answer a question; without a session, begin one and answer with its opener."""
    stream = truth(body, "stream", True)
    session_id = str(body.get("session_id") or "")
    if not session_id:
        name, user_id = str(body.get("name") or "New session"), str(body.get("user_id") or "")
        begun = await run_in_threadpool(services.sessions.create, actor, chat_id, name, user_id)
        return _opener(begun, stream)
    request = completion_request(body)
    turn = await run_in_threadpool(services.completions.begin, actor, chat_id, session_id, request)
    if stream:
        return event_stream(answer_frames(services, turn, message=None))
    return result(await whole_answer(services, turn))


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
    return event_stream(answer_frames(services, turn, message=""))


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


def _opener(begun: Conversation, stream: bool) -> Response:
    if stream:
        return event_stream(opener_frames(begun))
    opener = begun.messages[0]
    data = opener_data(opener.content, begun.session.id)
    return result({**data, "prompt": "", "created_at": opener.created_at})
