"""Routes that offer agents to begin with."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ragflow.http.auth import CurrentActor
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import result

router = APIRouter(tags=["agents"])


@router.get("/agent_templates", summary="List the templates of agents")
def list_agent_templates(_actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """List the templates of agents, without their canvases.

    `needs` names what has to be set in the canvas before the agent can run: a component, a field of
    it in the words of the checks, and what belongs there.
    """
    templates = [asdict(template) for template in services.agent_templates.all()]
    for template in templates:
        del template["dsl"]
    return result(templates)


@router.get("/agent_templates/{name}", summary="Get a template of an agent")
def get_agent_template(name: str, _actor: CurrentActor, services: ServicesOf) -> JSONResponse:
    """Return a template with its canvas, to be created as an agent."""
    return result(asdict(services.agent_templates.get(name)))
