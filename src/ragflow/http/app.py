"""The HTTP application: routes under /api/v1 and /v1, errors and transport rules around them.

In: the use cases. Out: an ASGI application. It chooses nothing and opens nothing by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import Lifespan

from ragflow.http import errors
from ragflow.http.compat import CompatLevel, Level
from ragflow.http.described import assemble
from ragflow.http.mcp.endpoint import McpEndpoint
from ragflow.http.routers import (
    agent_completions,
    agent_runs,
    agent_sessions,
    agent_templates,
    agentbots,
    agents,
    agents_openai,
    chatbots,
    chats,
    chunk_methods,
    chunks,
    completions,
    datasets,
    dify,
    documents,
    files,
    graphs,
    llm,
    mcp_servers,
    metadata,
    openai,
    pages,
    retrieval,
    searchbots,
    searches,
    sessions,
    system,
    teams,
    tokens,
    users,
)
from ragflow.http.transport import BodyLimit, NoSniffing, TrailingSlash
from ragflow.services.container import Services

DEFAULT_MAX_BODY_BYTES = 1 << 30
DEFAULT_MAX_JSON_BYTES = 32 << 20

ROUTERS: tuple[APIRouter, ...] = (
    datasets.router,
    chunk_methods.router,
    documents.router,
    files.router,
    documents.single,
    pages.router,
    metadata.router,
    chunks.router,
    chunks.pictures,
    retrieval.router,
    dify.router,
    chats.router,
    sessions.router,
    completions.router,
    openai.router,
    graphs.router,
    chatbots.router,
    searches.router,
    searchbots.router,
    agents.router,
    agent_sessions.router,
    agent_completions.router,
    agents_openai.router,
    agent_runs.router,
    agentbots.router,
    agent_templates.router,
    system.router,
    system.health,
)
"""What is served under /api/v1; a new noun adds its router here."""

ACCOUNT_ROUTERS: tuple[APIRouter, ...] = (
    users.router,
    teams.router,
    tokens.router,
    llm.router,
    agents.uploads,
    agent_runs.tasks,
    mcp_servers.router,
)
"""What is served under /v1: accounts and what they are set up with; files for agents."""


def create_app(
    services: Services,
    *,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    max_json_bytes: int = DEFAULT_MAX_JSON_BYTES,
    level: str = "0.20",
    universal_agent_streams: bool = False,
    mcp_hosts: Sequence[str] = (),
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """Build the application; `level` is the generation of clients that it serves by default.

    `mcp_hosts` are the names under which /mcp is served besides those of the loopback interface.
    """
    app = FastAPI(
        title="ragflow",
        version=version("ragflow-engine"),
        openapi_url="/api/openapi.json",
        docs_url=None,  # the page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.universal_agent_streams = universal_agent_streams
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")
    for router in ACCOUNT_ROUTERS:
        app.include_router(router, prefix="/v1")
    app.include_router(system.health, prefix="/v1", include_in_schema=False)
    app.add_api_route(
        "/v1/document/image/{image_id}",
        chunks.chunk_picture,
        include_in_schema=False,
        response_model=None,
    )
    app.router.routes.append(
        Route("/mcp", McpEndpoint(services, mcp_hosts), include_in_schema=False)
    )
    errors.install(app)
    assemble.install(app, (*ROUTERS, *ACCOUNT_ROUTERS))
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes, max_json_bytes=max_json_bytes)
    app.add_middleware(TrailingSlash)
    app.add_middleware(CompatLevel, default=Level.named(level))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Authorization", "Content-Disposition"],
    )
    app.add_middleware(NoSniffing)
    return app
