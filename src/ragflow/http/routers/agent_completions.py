"""Routes that ask agents.

What is refused is refused as plain JSON before a stream begins. A stream has messages alone.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ragflow.domain.identity import Actor
from ragflow.http.agent_answering import agent_frames, is_universal, whole_run
from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Answers, Code, Reply, WireError, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.routers.agents_openai import answer_openai
from ragflow.http.schemas.agent_runs import agent_question
from ragflow.http.schemas.completions import truth
from ragflow.http.sse import event_stream
from ragflow.http.validation import lenient_object, require
from ragflow.services.agent_errors import AgentNotFound
from ragflow.services.container import Services
from ragflow.services.errors import SessionNotFound

router = APIRouter(tags=["agents"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

_TEXT = {"type": "string"}
RUN: Answers = {
    AgentNotFound: Reply(Code.DATA, "Agent not found."),
    SessionNotFound: Reply(Code.DATA, "Session not found!"),
}
QUESTION: dict[str, dict[str, Any]] = {
    "question": _TEXT,
    "query": _TEXT,
    "stream": {"type": "boolean"},
    "session_id": _TEXT,
    "inputs": {"type": "object"},
    "files": {"type": "array", "items": {"type": "object"}},
    "user_id": _TEXT,
}


# since 0.25; before the other, for which `chat` could be an id
@router.post("/agents/chat/completion", include_in_schema=False)  # so in 0.25.1
@router.post("/agents/chat/completions", include_in_schema=False)
@answers(RUN)
async def complete_named_agent(
    request: Request, actor: CurrentActor, services: ServicesOf, body: Body
) -> Response:
    """Ask the agent that the body names, on request as OpenAI's clients do."""
    agent_id = body.get("agent_id")
    if not isinstance(agent_id, str) or not agent_id:
        raise WireError(Code.DATA, "`agent_id` is required.")
    if truth(body, "openai-compatible", False):
        require(body, "messages")
        return await answer_openai(services, actor, agent_id, body)
    return await _answer(services, actor, agent_id, request, body)


@router.post(
    "/agents/{agent_id}/completions",
    summary="Converse with an agent",
    openapi_extra=json_body(properties(**QUESTION, universal={"type": "boolean"})),
)
@answers(RUN)
async def complete_agent(
    agent_id: str, request: Request, actor: CurrentActor, services: ServicesOf, body: Body
) -> Response:
    """Ask an agent; without a session, in one that begins with the question."""
    return await _answer(services, actor, agent_id, request, body)


async def _answer(
    services: Services, actor: Actor, agent_id: str, request: Request, body: dict[str, Any]
) -> Response:
    prepared = await services.agent_runs.begun(actor, agent_id, agent_question(body))
    universal = is_universal(request, body)
    if truth(body, "stream", True):
        return event_stream(agent_frames(services, prepared, universal=universal))
    return result(await whole_run(services, prepared, universal=universal))
