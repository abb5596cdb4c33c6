"""Routes of MCP servers, whose tools agents may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ragflow.domain.errors import InvalidInput
from ragflow.domain.repositories import Paging
from ragflow.http.auth import CurrentCaller
from ragflow.http.deps import ServicesOf
from ragflow.http.envelope import json_result
from ragflow.http.errors import Code, Reply, WireError, answers, in_family_b
from ragflow.http.openapi import PAGING, json_body, properties, query
from ragflow.http.paging import paging_of
from ragflow.http.schemas.mcp_servers import (
    file_drafts,
    imported_object,
    mcp_file_object,
    mcp_server_draft,
    mcp_server_object,
    tool_object,
)
from ragflow.http.validation import callers_object, require, text_in

router = APIRouter(prefix="/mcp_server", tags=["mcp servers"])

Body = Annotated[dict[str, Any], Depends(callers_object)]

_MOST_ASKED = 20
_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_IDS = {"type": "array", "items": _TEXT}
_SERVER: dict[str, dict[str, Any]] = {
    "name": _TEXT,
    "url": _TEXT,
    "server_type": {"type": "string", "enum": ["streamable-http", "sse", "stdio"]},
    "description": _TEXT,
    "variables": _TEXTS,
    "headers": _TEXTS,
}
_BY_IDS = json_body(properties(mcp_ids=_IDS))


@router.post(
    "/list",
    summary="List MCP servers",
    openapi_extra={"parameters": [*PAGING, query("keywords", "Part of the name.")], **_BY_IDS},
)
@answers(in_family_b({InvalidInput: Reply(Code.EXCEPTION, data=None)}))
def list_mcp_servers(
    request: Request, caller: CurrentCaller, services: ServicesOf, body: Body
) -> JSONResponse:
    """List own MCP servers, those of some ids only where the body names them."""
    keywords = request.query_params.get("keywords") or None
    wanted = _ids(body) if body.get("mcp_ids") else None
    paging = paging_of(request)
    found, total = services.mcp_servers.page(caller.actor, paging, keywords, wanted)
    servers = [mcp_server_object(server) for server in found]
    return json_result({"mcp_servers": servers, "total": total})


@router.post("/create", summary="Add an MCP server", openapi_extra=json_body(properties(**_SERVER)))
@answers(in_family_b({}))
def create_mcp_server(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Add an MCP server; it is not called, and its secrets are not shown again."""
    require(body, "name", "url", "server_type")
    return json_result(
        mcp_server_object(services.mcp_servers.create(caller.actor, mcp_server_draft(body)))
    )


@router.get(
    "/detail",
    summary="Show an MCP server",
    openapi_extra={"parameters": [query("mcp_id", "Id of the MCP server.")]},
)
@answers(in_family_b({}))
def show_mcp_server(request: Request, caller: CurrentCaller, services: ServicesOf) -> JSONResponse:
    """Show an own MCP server; of variables and headers only the names."""
    server_id = request.query_params.get("mcp_id", "")
    return json_result(mcp_server_object(services.mcp_servers.get(caller.actor, server_id)))


@router.post(
    "/update",
    summary="Update an MCP server",
    openapi_extra=json_body(properties(mcp_id=_TEXT, **_SERVER)),
)
@answers(in_family_b({}))
def update_mcp_server(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Change what is sent of an MCP server; a value that comes masked stays as it is."""
    require(body, "mcp_id")
    changed = services.mcp_servers.update(
        caller.actor, text_in(body, "mcp_id"), mcp_server_draft(body)
    )
    return json_result(mcp_server_object(changed))


@router.post("/rm", summary="Delete MCP servers", openapi_extra=_BY_IDS)
@answers(in_family_b({}))
def delete_mcp_servers(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Delete own MCP servers, all that are named or none."""
    services.mcp_servers.delete(caller.actor, _ids(body))
    return json_result(True)


@router.post(
    "/test_mcp",
    summary="Try an MCP server",
    openapi_extra=json_body(properties(mcp_id=_TEXT, **_SERVER)),
)
@answers(in_family_b({}))
async def test_mcp_server(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """List the tools of an MCP server that is not stored, or of a stored one with changes."""
    if not body.get("mcp_id"):
        require(body, "url", "server_type")
    tools = await services.mcp_servers.test(
        caller.actor, mcp_server_draft(body), text_in(body, "mcp_id")
    )
    return json_result([tool_object(tool) for tool in tools])


@router.post("/list_tools", summary="List tools of MCP servers", openapi_extra=_BY_IDS)
@answers(in_family_b({}))
async def list_mcp_tools(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """List the tools of own MCP servers by the ids of the servers."""
    wanted = _ids(body)
    if len(wanted) > _MOST_ASKED:
        text = f"`mcp_ids` may name {_MOST_ASKED} servers at most."
        raise WireError(Code.ARGUMENT, text, data=None)
    found = await services.mcp_servers.tools(caller.actor, wanted)
    return json_result(
        {server_id: [tool_object(tool) for tool in tools] for server_id, tools in found.items()}
    )


@router.post(
    "/import",
    summary="Add the MCP servers of a client's file",
    openapi_extra=json_body(properties(mcpServers={"type": "object"})),
)
@answers(in_family_b({}))
def import_mcp_servers(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Add servers as clients keep them; tell of each whether it was added."""
    require(body, "mcpServers")
    brought = services.mcp_servers.bring_in(caller.actor, file_drafts(body))
    return json_result({"results": [imported_object(each) for each in brought]})


@router.post("/export", summary="Show MCP servers as a client's file", openapi_extra=_BY_IDS)
@answers(in_family_b({}))
def export_mcp_servers(caller: CurrentCaller, services: ServicesOf, body: Body) -> JSONResponse:
    """Show own MCP servers as clients keep them, all of them where none is named."""
    if not body.get("mcp_ids"):
        found, _ = services.mcp_servers.page(caller.actor, Paging(limit=None))
        return json_result(mcp_file_object(found))
    servers = [services.mcp_servers.get(caller.actor, each) for each in _ids(body)]
    return json_result(mcp_file_object(servers))


def _ids(body: Mapping[str, Any]) -> list[str]:
    require(body, "mcp_ids")
    ids = body["mcp_ids"]
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise WireError(Code.ARGUMENT, "`mcp_ids` should be a list of texts.", data=None)
    return list(dict.fromkeys(ids))
