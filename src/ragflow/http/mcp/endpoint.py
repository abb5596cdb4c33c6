"""The endpoint of MCP: who may enter, and what is behind it.

In: requests with an API key in `Authorization: Bearer` or in `api_key`. Out: JSON replies of MCP.
Refused: requests without a valid key, and streams that would wait for what never comes. What is
behind it is built at the first request: the library takes a second to import.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from ragflow.domain.errors import AuthenticationError
from ragflow.domain.identity import Actor
from ragflow.services.container import Services

if TYPE_CHECKING:
    from ragflow.http.mcp.server import McpServer

ACTOR = "ragflow.actor"
"""Where in a scope the caller is kept."""

_UNAUTHORIZED, _NOT_ALLOWED = 401, 405
_INVALID_REQUEST = -32600


class McpEndpoint:
    """Let callers in whose key is valid."""

    def __init__(self, services: Services, hosts: Sequence[str]) -> None:
        self._services = services
        self._hosts = hosts
        self._server: McpServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        actor = await self._caller(request)
        if actor is None:
            refused = _refusal(_UNAUTHORIZED, "Send a valid API key as `Authorization: Bearer …`.")
            await refused(scope, receive, send)
        elif request.method != "POST":
            refused = _refusal(_NOT_ALLOWED, "Send messages by POST; there is no stream to open.")
            await refused(scope, receive, send)
        else:
            body = await request.body()  # here, where its limit is answered as everywhere else
            server = await run_in_threadpool(self._built)
            await server.serve({**scope, ACTOR: actor}, _replayed(body, receive), send)

    async def _caller(self, request: Request) -> Actor | None:
        secret = _secret_of(request)
        if not secret:
            return None
        try:
            return await run_in_threadpool(self._services.accounts.authenticate, secret)
        except AuthenticationError:
            return None

    def _built(self) -> McpServer:
        from ragflow.http.mcp.server import McpServer

        if self._server is None:
            self._server = McpServer(self._services, self._hosts)
        return self._server


def _secret_of(request: Request) -> str:
    kind, _, secret = request.headers.get("authorization", "").strip().partition(" ")
    if kind.lower() == "bearer" and secret.strip():
        return secret.strip()
    return request.headers.get("api_key", "").strip()


def _refusal(status: int, text: str) -> JSONResponse:
    headers = {_UNAUTHORIZED: {"WWW-Authenticate": "Bearer"}, _NOT_ALLOWED: {"Allow": "POST"}}
    error = {"code": _INVALID_REQUEST, "message": text}
    body = {"jsonrpc": "2.0", "id": None, "error": error}
    return JSONResponse(body, status, headers=headers[status])


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a body that was read as if it had not been."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return left.pop() if left else await receive()

    return replay
