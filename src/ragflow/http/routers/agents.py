"""Routes of agents and of what they were."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import InvalidInput
from ragflow.http.auth import CurrentActor, CurrentCaller
from ragflow.http.compat import Level, LevelOf
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result, result
from ragflow.http.errors import Answers, Code, Reply, answers, in_family_b
from ragflow.http.openapi import FILES_BODY, PAGING, json_body, properties, query
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.schemas.agents import (
    agent_draft,
    agent_file_object,
    agent_object,
    diff_object,
    problems_told,
    version_object,
)
from ragflow.http.uploads import callers_files
from ragflow.http.validation import lenient_object
from ragflow.services.agent_errors import AgentNotFound, CanvasRequired, TitleRequired
from ragflow.services.uploads import Upload

router = APIRouter(tags=["agents"])
uploads = APIRouter(tags=["agents"])

Body = Annotated[dict[str, Any], Depends(lenient_object)]
Files = Annotated[list[Upload], Depends(callers_files)]

NOT_OWNED = Reply(Code.OPERATING, "Only owner of canvas authorized for this operation.", data=False)
AGENT: Answers = in_family_b({AgentNotFound: NOT_OWNED})
CHANGE: Answers = {
    **AGENT,
    CanvasRequired: Reply(Code.ARGUMENT, data=False),
    TitleRequired: Reply(Code.ARGUMENT, data=False),
}
_TEXT = {"type": "string"}
_BODY = json_body(
    properties(
        title=_TEXT,
        dsl={"type": ["object", "string"]},
        description=_TEXT,
        avatar=_TEXT,
        permission=_TEXT,
        canvas_type=_TEXT,
    )
)
_VERSION = "/agents/{agent_id}/versions/{version_id}"


@router.post("/agents", summary="Create an agent", openapi_extra=_BODY)
@answers(CHANGE)
def create_agent(
    actor: CurrentActor, services: ServicesOf, body: Body, level: LevelOf
) -> JSONResponse:
    """Create an agent from a canvas; one that cannot run is refused, naming what is wrong.

    A canvas without components is stored as a draft.
    """
    with problems_told():
        agent = services.agents.create(actor, agent_draft(body))
    return json_result(agent_object(agent) if level >= Level.V0_25 else True)


@router.get(
    "/agents",
    summary="List agents",
    openapi_extra={
        "parameters": [
            *PAGING,
            query("id", "Id of one agent."),
            query("title", "Title of one agent."),
        ]
    },
)
@answers({**PAGE_ERRORS, AgentNotFound: Reply(Code.DATA, "The agent doesn't exist.")})
def list_agents(
    request: Request, actor: CurrentActor, services: ServicesOf, level: LevelOf
) -> JSONResponse:
    """List own agents with their canvases."""
    params = request.query_params
    agents, total = services.agents.page(
        actor,
        paging_of(request, order_by="update_time"),
        params.get("id") or None,
        params.get("title") or None,
    )
    listed = [agent_object(agent) for agent in agents]
    return result({"canvas": listed, "total": total} if level >= Level.V0_25 else listed)


@router.get("/agents/{agent_id}", summary="Get an agent")
@answers(AGENT)
def get_agent(agent_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Return one agent."""
    return json_result(agent_object(services.agents.get(actor, agent_id)))


@router.put("/agents/{agent_id}", summary="Update an agent", openapi_extra=_BODY)
@answers(CHANGE)
def update_agent(
    agent_id: str, actor: CurrentActor, services: ServicesOf, body: Body
) -> JSONResponse:
    """Change what is sent of an agent; a new canvas becomes a version."""
    services.agents.get(actor, agent_id)  # whose it is comes before what is wrong with the body
    with problems_told():
        services.agents.update(actor, agent_id, agent_draft(body))
    return json_result(True)


@router.delete("/agents/{agent_id}", summary="Delete an agent")
@answers(AGENT)
def delete_agent(agent_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Delete an agent with its versions, sessions and files."""
    services.agents.delete(actor, agent_id)
    return json_result(True)


@router.get("/agents/{agent_id}/versions", summary="List the versions of an agent")
@answers(AGENT)
def list_agent_versions(agent_id: str, actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List what an agent's canvas was, the newest first; the last 20 are kept."""
    versions = services.agents.versions(actor, agent_id)
    return json_result([version_object(version, with_canvas=False) for version in versions])


@router.get(_VERSION, summary="Get a version of an agent")
@answers(AGENT)
def get_agent_version(
    agent_id: str, version_id: str, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """Return a version with its canvas."""
    return json_result(version_object(services.agents.version(actor, agent_id, version_id)))


@router.post(f"{_VERSION}/restore", summary="Restore a version of an agent")
@answers(AGENT)
def restore_agent_version(
    agent_id: str, version_id: str, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """Make a version the agent's canvas again; return the agent."""
    with problems_told():
        agent = services.agents.restore(actor, agent_id, version_id)
    return json_result(agent_object(agent))


@router.get(f"{_VERSION}/diff/{{other_id}}", summary="Compare two versions of an agent")
@answers(AGENT)
def compare_agent_versions(
    agent_id: str, version_id: str, other_id: str, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """Return what a second version adds, removes and changes, by component and field."""
    return json_result(diff_object(services.agents.diff(actor, agent_id, version_id, other_id)))


@uploads.post(
    "/canvas/upload/{agent_id}", summary="Upload files for an agent", openapi_extra=FILES_BODY
)
@answers(in_family_b({AgentNotFound: NOT_OWNED, InvalidInput: Reply(Code.ARGUMENT, data=None)}))
def upload_agent_files(
    agent_id: str, caller: CurrentCaller, services: ServicesOf, files: Files
) -> JSONResponse:
    """Store files that a question is to be asked about; of several, return a list of records."""
    stored = services.agent_files.upload(caller.actor, agent_id, files)
    records = [agent_file_object(file) for file in stored]
    return json_result(records if len(records) > 1 else records[0])
