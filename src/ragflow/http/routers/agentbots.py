"""Routes of agents that are embedded in pages, for the holders of an embed token.

Conversations that begin here are seen here alone. A stream has every event and no terminator.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from ragflow.agents.dsl import begin_params, prologue_of
from ragflow.domain.chats import SessionOrigin
from ragflow.http.agent_answering import agent_frames, whole_run
from ragflow.http.auth import EmbedActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, answers
from ragflow.http.openapi import json_body, properties
from ragflow.http.routers.agent_completions import QUESTION, RUN
from ragflow.http.schemas.agent_runs import agent_question
from ragflow.http.schemas.completions import truth
from ragflow.http.sse import event_stream
from ragflow.http.validation import embed_object
from ragflow.services.agent_errors import AgentNotFound

router = APIRouter(tags=["agentbots"])

Body = Annotated[dict[str, Any], Depends(embed_object)]


@router.post(
    "/agentbots/{agent_id}/completions",
    summary="Converse with an embedded agent",
    openapi_extra=json_body(properties(**QUESTION)),
)
@answers(RUN)
async def complete_embedded_agent(
    agent_id: str, actor: EmbedActor, services: ServicesOf, body: Body
) -> Response:
    """Ask an agent; without a session, in one that begins with the question."""
    asked = agent_question(body, SessionOrigin.EMBED)
    prepared = await services.agent_runs.begun(actor, agent_id, asked)
    if truth(body, "stream", True):
        frames = agent_frames(services, prepared, only_messages=False, terminated=False)
        return event_stream(frames)
    return result(await whole_run(services, prepared))


@router.get("/agentbots/{agent_id}/inputs", summary="Introduce an embedded agent")
@answers({AgentNotFound: Reply(Code.DATA, "Can't find agent by ID: {id}")})
def introduce_agent(agent_id: str, actor: EmbedActor, services: ServicesOf) -> JSONResponse:
    """Return what a page shows before the first question: the prologue and the form to fill in."""
    agent = services.agents.get(actor, agent_id)
    params = begin_params(agent.dsl)
    inputs = params.get("inputs")
    return result(
        {
            "title": agent.title,
            "avatar": agent.avatar,
            "inputs": inputs if isinstance(inputs, dict) else {},
            "prologue": prologue_of(agent.dsl),
            "mode": str(params.get("mode") or "conversational"),
        }
    )
