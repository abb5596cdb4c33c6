"""The OpenAI-compatible endpoint of an agent.

The last question of a user is asked; what was said before is what the session remembers.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from ragflow.domain.identity import Actor
from ragflow.http.agent_answering import told
from ragflow.http.auth import bearer
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import WireJson
from ragflow.http.errors import Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.routers.openai import text_of
from ragflow.http.schemas.agent_runs import agent_question, frames_of
from ragflow.http.schemas.completions import truth
from ragflow.http.sse import done_frame, event_stream, frame
from ragflow.http.validation import arguments
from ragflow.services.agent_errors import AgentNotFound
from ragflow.services.agent_work import PreparedRun
from ragflow.services.container import Services
from ragflow.services.errors import SessionNotFound
from ragflow.text.tokens import count_tokens

router = APIRouter(tags=["openai"])

Body = Annotated[dict[str, Any], Depends(arguments("model", "messages"))]

NO_MESSAGES = "No valid messages found (user or assistant)."
_PREFIX = "data: "  # with a blank, as clients of this route know it


@router.post(
    "/agents_openai/{agent_id}/chat/completions",
    summary="Ask an agent (OpenAI-compatible)",
    openapi_extra=json_body(
        properties(
            model={"type": "string"},
            messages={"type": "array", "items": {"type": "object"}},
            stream={"type": "boolean"},
            session_id={"type": "string"},
            metadata={"type": "object"},
        )
    ),
)
@answers(
    {
        AgentNotFound: Reply(Code.DATA, "You don't own the agent {id}"),
        SessionNotFound: Reply(Code.DATA, "Session not found!"),
    }
)
async def create_agent_completion(
    agent_id: str, request: Request, services: ServicesOf, body: Body
) -> Response:
    """Answer the last question of a user; `id` or `metadata.id` may name a session."""
    actor = await run_in_threadpool(services.accounts.authenticate, bearer(request))
    return await answer_openai(services, actor, agent_id, body)


async def answer_openai(
    services: Services, actor: Actor, agent_id: str, body: Mapping[str, Any]
) -> Response:
    """Ask an agent what the messages of a body ask."""
    await run_in_threadpool(services.agents.get, actor, agent_id)
    streams = truth(body, "stream", False)
    spoken = _spoken(body.get("messages"))
    if not spoken:
        completion = _Completion("", agent_id)
        if streams:
            return event_stream(_only(completion, NO_MESSAGES))
        return WireJson(completion.whole("", NO_MESSAGES, 0))
    question = next((text for role, text in reversed(spoken) if role == "user"), "")
    asked = {
        "question": question,
        "session_id": _session_id(body),
        "user_id": body.get("user_id") or body.get("user"),
        "inputs": body.get("inputs"),
        "files": body.get("files"),
    }
    prepared = await services.agent_runs.begun(actor, agent_id, agent_question(asked))
    completion = _Completion(prepared.run.session_id, agent_id)
    if streams:
        return event_stream(_chunks(services, prepared, completion))
    said = sum(count_tokens(text) for _, text in spoken)
    return await _whole(services, prepared, completion, said)


def _spoken(messages: Any) -> list[tuple[str, str]]:
    """Return the roles and texts of what users and assistants said."""
    if not isinstance(messages, list) or not messages:
        raise WireError(Code.DATA, "You must provide at least one message.")
    return [
        (message["role"], text_of(message.get("content")))
        for message in messages
        if isinstance(message, Mapping) and message.get("role") in ("user", "assistant")
    ]


def _session_id(body: Mapping[str, Any]) -> Any:
    metadata = body.get("metadata")
    named = metadata.get("id") if isinstance(metadata, Mapping) else None
    return body.get("session_id") or body.get("id") or named


async def _whole(
    services: Services, prepared: PreparedRun, completion: _Completion, said: int
) -> Response:
    frames = frames_of(prepared)
    failure = ""
    async with aclosing(told(services, prepared)) as events:
        async for event in events:
            if isinstance(event, str):
                failure = f"**ERROR**: {event}"
            else:
                frames.value(event, 0)
    question = prepared.run.question
    body = completion.whole(question, frames.answer + failure, said)
    references = [reference for reference in frames.references if reference]
    if references:
        body["choices"][0]["message"]["reference"] = frames.reference()
    return WireJson(body)


async def _chunks(
    services: Services, prepared: PreparedRun, completion: _Completion
) -> AsyncGenerator[bytes, None]:
    """Encode one chunk for each message and for the end of each, then the end of all."""
    frames = frames_of(prepared)
    failed = False
    async with aclosing(told(services, prepared)) as events:
        async for event in events:
            if isinstance(event, str):
                failed = True
                yield completion.chunk({"content": f"**ERROR**: {event}"}, "stop")
                continue
            value = frames.value(event, 0)
            delta = None if value is None else _delta(value, thinks=frames.thinks)
            if delta is not None:
                yield completion.chunk(delta)
    if not failed:
        yield completion.chunk({"content": ""}, "stop")
    yield done_frame(_PREFIX)


async def _only(completion: _Completion, text: str) -> AsyncGenerator[bytes, None]:
    yield completion.chunk({"content": text})
    yield completion.chunk({"content": ""}, "stop")
    yield done_frame(_PREFIX)


def _delta(value: Mapping[str, Any], *, thinks: bool) -> dict[str, Any] | None:
    """Return what is new in an event; None for the marks around reasoning."""
    data = value["data"]
    if value["event"] == "message_end":
        reference = data.get("reference")
        return {"content": "", **({"reference": reference} if reference else {})}
    if "start_to_think" in data or "end_to_think" in data:
        return None
    return {"reasoning_content" if thinks else "content": data.get("content") or ""}


class _Completion:
    """Encode one completion, whole or in chunks."""

    def __init__(self, session_id: str, agent_id: str) -> None:
        self._id = session_id or agent_id
        self._agent_id = agent_id
        self._created = int(time.time())

    def chunk(self, delta: Mapping[str, Any], finish_reason: str | None = None) -> bytes:
        """Return a chunk of the stream as a frame."""
        choice = {"delta": dict(delta), "finish_reason": finish_reason, "index": 0}
        value = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._agent_id,
            "choices": [choice],
        }
        return frame(value, _PREFIX)

    def whole(self, question: str, answer: str, said: int) -> dict[str, Any]:
        """Return the completion; `said` are the tokens of all messages of the request."""
        prompt, completion = count_tokens(question), count_tokens(answer)
        return {
            "id": self._id,
            "object": "chat.completion",
            "created": self._created,
            "model": self._agent_id,
            "param": None,
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": completion,
                "total_tokens": prompt + completion,
                "completion_tokens_details": {
                    "reasoning_tokens": said,
                    "accepted_prediction_tokens": completion,
                    "rejected_prediction_tokens": 0,
                },
            },
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "logprobs": None,
                    "message": {"role": "assistant", "content": answer},
                }
            ],
        }
