"""Routes of runs of agents: what happened in them, and how to end them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor, CurrentCaller
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import answers, in_family_b
from ragflow.http.openapi import PAGING, query
from ragflow.http.paging import PAGE_ERRORS, paging_of
from ragflow.http.routers.agents import NOT_OWNED
from ragflow.http.schemas.agent_runs import run_object, traced_run_object
from ragflow.services.agent_errors import AgentNotFound

router = APIRouter(tags=["agents"])
tasks = APIRouter(tags=["agents"])

AGENT = in_family_b({AgentNotFound: NOT_OWNED})


@router.get(
    "/agents/{agent_id}/runs",
    summary="List the runs of an agent",
    openapi_extra={"parameters": [*PAGING, query("session_id", "Only runs of this session.")]},
)
@answers({**AGENT, **PAGE_ERRORS})
def list_agent_runs(
    agent_id: str, request: Request, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """List runs, the newest first."""
    session_id = request.query_params.get("session_id") or None
    runs, total = services.agent_runs.page(actor, agent_id, paging_of(request), session_id)
    return json_result({"runs": [run_object(run) for run in runs], "total": total})


@router.get("/agents/{agent_id}/runs/{run_id}", summary="Get a run of an agent")
@answers(AGENT)
def get_agent_run(
    agent_id: str, run_id: str, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """Return a run with what each component got, made, took and failed at."""
    return json_result(traced_run_object(*services.agent_runs.get(actor, agent_id, run_id)))


@router.post("/agents/{agent_id}/runs/{run_id}/cancel", summary="Cancel a run of an agent")
@answers(AGENT)
def cancel_agent_run(
    agent_id: str, run_id: str, actor: CurrentActor, services: ServicesOf
) -> JSONResponse:
    """End a run, in whatever process it goes on; tell whether it had not ended by itself."""
    cancelled = services.agent_runs.cancel(actor, agent_id, run_id)
    return json_result({"cancelled": cancelled})


@tasks.put("/canvas/cancel/{task_id}", summary="Cancel runs by the task of their events")
@answers(AGENT)
def cancel_agent_task(task_id: str, caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """End the run of a message id, or all runs of an agent, whose id events call a task."""
    services.agent_runs.cancel_task(caller.actor, task_id)
    return json_result(True)
