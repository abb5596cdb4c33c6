"""Routes of conversations with agents."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.bulk import handled, ids_in
from ragflow.http.compat import LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result
from ragflow.http.errors import Code, Reply, answers
from ragflow.http.openapi import PAGING, ids_schema, json_body, query
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.schemas.agents import agent_session_object, new_session_object
from ragflow.http.validation import lenient_object
from ragflow.services.agent_errors import AgentNotFound

router = APIRouter(tags=["agents"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]

_USER = query("user_id", "For whom the session is; your own id without it.")


@router.post(
    "/agents/{agent_id}/sessions",
    summary="Create a session with an agent",
    openapi_extra={"parameters": [_USER]},
)
@answers({AgentNotFound: Reply(Code.DATA, "Agent not found.")})
def create_agent_session(
    agent_id: str, request: Request, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """Begin a conversation; its first message is the agent's prologue."""
    user_id = request.query_params.get("user_id") or ""
    return result(new_session_object(services.agent_sessions.create(actor, agent_id, user_id)))


@router.get(
    "/agents/{agent_id}/sessions",
    summary="List the sessions of an agent",
    openapi_extra={
        "parameters": [
            *PAGING,
            query("id", "Id of one session."),
            query("user_id", "Only sessions that were begun for this user."),
            query("dsl", "False for sessions without their canvases.", "boolean"),
        ]
    },
)
@answers({**PAGE_ERRORS, AgentNotFound: Reply(Code.DATA, "You don't own the agent {id}.")})
def list_agent_sessions(
    agent_id: str, request: Request, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """List conversations with their messages, and the canvas as it stands in each."""
    params = request.query_params
    with_canvas = params.get("dsl", "").lower() != "false"
    sessions = services.agent_sessions.page(
        actor,
        agent_id,
        paging_of(request, order_by="update_time"),
        params.get("id") or None,
        params.get("user_id") or None,
        with_canvas=with_canvas,
    )
    return result([agent_session_object(each, with_canvas=with_canvas) for each in sessions])


@router.delete(
    "/agents/{agent_id}/sessions",
    summary="Delete sessions of an agent",
    openapi_extra=json_body(ids_schema("ids")),
)
@answers({AgentNotFound: Reply(Code.DATA, "You don't own the agent {id}")})
def delete_agent_sessions(
    agent_id: str, actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> JSONResponse:
    """Delete conversations; without ids, all (since 0.25 with `delete_all` alone)."""
    outcome = services.agent_sessions.delete(actor, agent_id, ids_in(body, "ids", level))
    return handled(outcome, "session", unknown="The agent doesn't own the session {id}")
