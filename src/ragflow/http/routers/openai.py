"""The OpenAI-compatible endpoint of an assistant.

The conversation comes with each request and nothing is stored. The assistant's own system prompt
is used; system messages and what comes before the first question are dropped.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ragflow.domain.answers import AnswerFrame, ChatTurn
from ragflow.domain.errors import RagflowError
from ragflow.http.auth import bearer
from ragflow.http.deltas import Delta, Deltas
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import WireJson, json_result
from ragflow.http.errors import Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.schemas.completions import truth
from ragflow.http.sse import done_frame, event_stream, frame
from ragflow.http.validation import arguments
from ragflow.services.completions import Turn
from ragflow.services.container import Services
from ragflow.services.errors import ChatNotFound
from ragflow.services.references import reference_record

router = APIRouter(tags=["openai"])

Body = Annotated[dict[str, Any], Depends(arguments("model", "messages"))]

log = structlog.get_logger(__name__)

_ROLES = ("system", "user", "assistant")


@router.post("/openai/{chat_id}/chat/completions", include_in_schema=False)  # since 0.26
@router.post(
    "/chats_openai/{chat_id}/chat/completions",
    summary="Create a chat completion (OpenAI-compatible)",
    openapi_extra=json_body(
        properties(
            model={"type": "string"},
            messages={"type": "array", "items": {"type": "object"}},
            stream={"type": "boolean"},
            reference={"type": "boolean"},
        )
    ),
)
@answers({ChatNotFound: Reply(Code.DATA, "You don't own the chat {id}")})
async def create_chat_completion(
    chat_id: str, request: Request, services: ServicesOf, body: Body
) -> Response:
    """Answer the last message of a conversation."""
    actor = await run_in_threadpool(services.accounts.authenticate, bearer(request))
    turns = _turns(body["messages"])
    wants_reference = truth(body, "reference", False)
    turn = await run_in_threadpool(
        services.completions.begin_detached, actor, chat_id, turns, wants_reference
    )
    if truth(body, "stream", True):
        return event_stream(_chunks(services, turn, chat_id, wants_reference))
    return await _completion(services, turn, chat_id, str(body["model"]), wants_reference)


def _turns(messages: Any) -> tuple[ChatTurn, ...]:
    if not isinstance(messages, list) or not messages:
        raise WireError(Code.DATA, "You have to provide messages.")
    turns: list[ChatTurn] = []
    for message in messages:
        if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
            raise WireError(Code.DATA, f"Each message needs a role of {', '.join(_ROLES)}.")
        turns.append(ChatTurn(message["role"], text_of(message.get("content"))))
    if turns[-1].role != "user":
        raise WireError(Code.DATA, "The last content of this conversation is not from user.")
    return tuple(turns)


def text_of(content: Any) -> str:
    """Read a message's text, which may come as a list of text parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, Mapping)]
        if texts and all(isinstance(text, str) for text in texts):
            return "\n".join(map(str, texts))
    raise WireError(Code.DATA, "The content of a message must be a string.")


async def _completion(
    services: Services, turn: Turn, chat_id: str, model: str, wants_reference: bool
) -> Response:
    last: AnswerFrame | None = None
    async with aclosing(services.completions.frames(turn)) as states:
        async for state in states:
            last = state
    if last is None:
        return json_result(None, "The model ended without an answer.")
    message: dict[str, Any] = {"role": "assistant", "content": last.text}
    if wants_reference:
        message["reference"] = reference_record(last.reference).get("chunks", [])
        message["citations"] = reference_record(last.reference).get("citations", [])
    said = sum(len(each.content) for each in turn.turns)
    usage = _usage(turn.turns, len(last.text)) | {
        "completion_tokens_details": {
            "reasoning_tokens": said,
            "accepted_prediction_tokens": len(last.text),
            "rejected_prediction_tokens": 0,
        }
    }
    body = {
        "id": f"chatcmpl-{chat_id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "usage": usage,
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
    }
    return WireJson(body)


async def _chunks(
    services: Services, turn: Turn, chat_id: str, wants_reference: bool
) -> AsyncGenerator[bytes, None]:
    """Encode what is new in each state of the answer, then its reference and the end."""
    stream, deltas = _Stream(f"chatcmpl-{chat_id}", int(time.time())), Deltas()
    end: dict[str, Any] = {}
    try:
        async with aclosing(services.completions.frames(turn)) as states:
            async for state in states:
                for delta in deltas.new_in(state):
                    yield stream.chunk(_piece(delta))
                if state.final and wants_reference:
                    record = reference_record(state.reference)
                    end = {
                        "reference": record.get("chunks", []),
                        "citations": record.get("citations", []),
                        "final_content": state.text,
                    }
    except RagflowError as error:
        yield stream.chunk({"content": f"**ERROR**: {error}"})
    except Exception as error:
        log.exception("stream failed")
        yield stream.chunk({"content": f"**ERROR**: {error!r}"})
    usage = _usage(turn.turns, deltas.emitted)
    yield stream.chunk(end, finish_reason="stop", usage=usage)
    yield done_frame()


class _Stream:
    """Encode the chunks of one completion."""

    def __init__(self, completion_id: str, created: int) -> None:
        self._id = completion_id
        self._created = created

    def chunk(
        self,
        delta: Mapping[str, Any],
        finish_reason: str | None = None,
        usage: Mapping[str, int] | None = None,
    ) -> bytes:
        """Return a chunk of the stream as a frame."""
        empty = {"function_call": None, "tool_calls": None, "reasoning_content": None}
        choice = {
            "index": 0,
            "finish_reason": finish_reason,
            "logprobs": None,
            "delta": {"role": "assistant", "content": None, **empty, **delta},
        }
        return frame(
            {
                "id": self._id,
                "object": "chat.completion.chunk",
                "created": self._created,
                "model": "model",
                "system_fingerprint": "",
                "usage": usage,
                "choices": [choice],
            }
        )


def _piece(delta: Delta) -> dict[str, Any]:
    return {"reasoning_content" if delta.is_reasoning else "content": delta.text}


def _usage(turns: Sequence[ChatTurn], completion: int) -> dict[str, Any]:
    """Count characters, as v0.20 clients know it: of the last question and of the answer."""
    prompt = len(turns[-1].content)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
